"""`retrobook retro export` and `retrobook retro import`, as people call them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kg.opening import open_graph
from retrobook.cli import main
from tests.pipelines import retrospective_factory as factory


@pytest.fixture
def run(tmp_path: Path) -> Any:
    home = tmp_path / "home"
    with open_graph(home, create=True) as graph:
        graph.put_records_batch(records=[{"label": label, "values": v} for label, v in factory.records()])

    def command(*args: str) -> Result:
        return CliRunner().invoke(main, ["retro", *args, "--home", str(home)])

    return command


@pytest.mark.parametrize("form", ["csv", "md", "html", "pdf"])
def test_a_retrospective_is_written_in_the_format_its_file_ends_with(run: Any, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"out.{form}"
    done = run("export", "permits:named", "--to", str(file), "--language", "zh", "--json")
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["retrospective"], said["format"], said["bytes"]) == (
        "retrospective:permits:named",
        form,
        file.stat().st_size,
    )
    assert list(tmp_path.glob(".*part")) == []
    starts = {"csv": b"\xef\xbb\xbf", "md": b"# ", "html": b"<!doctype html>", "pdf": b"%PDF"}
    assert file.read_bytes().startswith(starts[form])


def test_an_ending_that_says_no_format_and_an_open_retrospective_are_refused(run: Any, tmp_path: Path) -> None:
    done = run("export", "permits:named", "--to", str(tmp_path / "out.docx"))
    assert done.exit_code == 2 and "--format" in done.stderr
    done = run("export", "permits:open", "--to", str(tmp_path / "out.csv"))
    assert done.exit_code == 2 and "still open" in done.stderr
    done = run("export", "permits:nmed", "--to", str(tmp_path / "out.csv"))
    assert done.exit_code == 2 and "There is no retrospective" in done.stderr
    assert not (tmp_path / "out.csv").exists()


def test_a_table_of_actions_goes_to_stdout(run: Any) -> None:
    done = run("export", "permits:named", "--to", "-", "--format", "csv", "--what", "actions")
    assert done.exit_code == 0 and "Restore drill every month" in done.stdout


def test_what_was_exported_is_imported_as_another_closed_retrospective(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "2026-10-02-q3.md"
    run("export", "permits:anonymous", "--to", str(file))
    done = run("import", str(file), "--project", "project:permits", "--json")
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["state"], said["notes"], said["held_on"]) == ("new", 40, "2026-10-02")
    assert "Imported 第三季度匿名复盘" in done.stderr
    assert "Nothing new" in run("import", str(file), "--project", "project:permits").stderr
    again = run("export", said["retrospective"], "--to", str(tmp_path / "again.csv"))
    assert again.exit_code == 0 and (tmp_path / "again.csv").read_text(encoding="utf-8").count("\n") >= 41


def test_rejected_cards_end_with_code_two_and_a_place_where_they_are_kept(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "b.csv"
    file.write_text("Column,Text,Votes\nGood,Fine,1\nGood,Bad votes,lots\n", encoding="utf-8")
    done = run("import", str(file), "--project", "project:permits", "--title", "B")
    assert done.exit_code == 2
    assert "1 notes" in done.stderr and "Rejected: b.csv row 2 (line 3)" in done.stderr and "rejected" in done.stderr
