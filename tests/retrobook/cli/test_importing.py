from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipelines.resources import template_path
from retrobook.cli import main

SAMPLE = str(template_path("sample/worldbank.csv"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(home: Path) -> Any:
    def command(*args: str) -> Result:
        return CliRunner().invoke(main, [*args, "--home", str(home)])

    return command


def test_init_makes_a_private_home_with_the_sample(run, home: Path) -> None:
    done = run("init", "--sample", "--json")
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert len(said["reports"]) == 4
    assert (said["new"], said["records"]["Project"], said["sample"]["rejected"]) == (True, 402, 0)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    again = run("init", "--sample", "--json")
    assert json.loads(again.stdout)["sample"]["changed"] == 0


def test_an_installation_may_begin_empty_and_stays_so(run) -> None:
    done = run("init", "--no-sample")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "It is empty" in done.stderr
    assert json.loads(run("init", "--json").stdout)["sample"] is None


def test_a_home_that_cannot_be_made_is_named(run, home: Path) -> None:
    home.write_text("a file")
    done = run("init")
    assert done.exit_code == 2
    assert str(home) in done.stderr


def test_import_counts_on_stderr_and_json_on_stdout(run) -> None:
    run("init", "--no-sample")
    done = run("import", "projects", SAMPLE, "--mapping", "worldbank_ratings", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["created"] == 1184
    assert "Imported 400 rows" in done.stderr
    again = run("import", "projects", SAMPLE, "--mapping", "worldbank_ratings")
    assert again.stdout == ""
    assert "0 new, 0 changed, 1184 as they were" in again.stderr


def test_rejected_rows_are_told_and_the_exit_code_is_2(run, tmp_path: Path) -> None:
    run("init", "--no-sample")
    text = Path(SAMPLE).read_text(encoding="utf-8").replace(",Satisfactory,", ",Splendid,")
    bad = tmp_path / "bad.csv"
    bad.write_text(text, encoding="utf-8")
    done = run("import", "projects", str(bad), "--mapping", "worldbank_ratings", "--json")
    said = json.loads(done.stdout)
    assert done.exit_code == 2
    assert said["rejected"] > 20
    assert Path(said["rejected_file"]).is_file()
    assert "Rejected: bad.csv row" in done.stderr
    assert f"and {said['rejected'] - 20} more" in done.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("projects", "nowhere.csv", "--mapping", "worldbank_ratings"), "nowhere.csv cannot be read: No such file"),
        (("projects", SAMPLE, "--mapping", "worldbank_rating"), "Did you mean 'worldbank_ratings'"),
        (("projcts", SAMPLE, "--mapping", "worldbank_ratings"), "Did you mean 'projects'"),
        (("lessons", SAMPLE, "--mapping", "nasa_lessons"), "line 1: not JSON"),
        (("notes", SAMPLE + "x", "--mapping", "incident_notes"), "cannot be read"),
    ],
)
def test_bad_input_is_a_message_and_exit_code_2(run, args: tuple[str, ...], message: str) -> None:
    run("init", "--no-sample")
    done = run("import", *args, "--json")
    assert done.exit_code == 2
    assert message in done.stderr
    assert json.loads(done.stdout)["error"]["message"]
    assert json.loads(run("init", "--json").stdout)["records"]["Project"] == 0


def test_import_without_an_installation_says_what_to_do(run, home: Path) -> None:
    done = run("import", "projects", SAMPLE, "--mapping", "worldbank_ratings")
    assert done.exit_code == 1
    assert "retrobook init" in done.stderr
    assert not home.exists()


def test_a_guessed_mapping_can_be_used_at_once(run, tmp_path: Path) -> None:
    run("init", "--no-sample")
    out = tmp_path / "mine.yaml"
    rows = tmp_path / "projects.csv"
    rows.write_text("项目编号,项目名称,预算\n1,甲,10\n", encoding="utf-8")
    done = run("mapping", "guess", str(rows), "--out", str(out))
    assert (done.exit_code, done.stdout) == (0, "")
    assert "Unsure" in done.stderr
    assert run("import", "projects", str(rows), "--mapping", str(out)).exit_code == 0
    assert run("mapping", "guess", str(rows)).stdout == out.read_text(encoding="utf-8")


def test_the_packaged_mappings_are_listed(run) -> None:
    found = json.loads(run("mapping", "list", "--json").stdout)
    assert {"worldbank_ratings", "nasa_lessons", "incident_notes"} <= {entry["name"] for entry in found}
