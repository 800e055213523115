"""`retrobook outcome map`, as people call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.opening import open_graph
from retrobook.cli import main


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with open_graph(tmp_path / "home", create=True) as graph:
        graph.put_records_batch(records=[{"label": "Project", "values": {"id": "project:w", "name": "供水"}}])
        graph.add_map_outcome(project="project:w", title="管道铺设")
    return tmp_path / "home"


def call(home: Path, *args: str) -> Result:
    return CliRunner().invoke(main, ["outcome", "map", *args, "--home", str(home)])


@pytest.mark.parametrize(
    ("name", "form", "start"),
    [("a.svg", "svg", b"<svg"), ("a.png", "png", b"\x89PNG"), ("a.mmd", "mermaid", b"flowchart LR")],
)
def test_a_map_is_written_in_the_format_its_file_ends_with(
    home: Path, tmp_path: Path, name: str, form: str, start: bytes
) -> None:
    done = call(home, "project:w", "--to", str(tmp_path / name), "--language", "zh", "--json")
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["format"], said["outcomes"], said["links"]) == (form, 1, 0)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_an_unknown_ending_and_an_unknown_project_are_refused(home: Path, tmp_path: Path) -> None:
    done = call(home, "project:w", "--to", str(tmp_path / "a.doc"))
    assert done.exit_code == 2 and "svg, png or mermaid" in done.stderr
    done = call(home, "project:x", "--to", str(tmp_path / "a.svg"))
    assert done.exit_code != 0 and "project:w" in done.stderr
    assert "管道铺设" in call(home, "project:w", "--to", "-", "--format", "mermaid").stdout
    done = call(home, "project:w", "--to", "-", "--format", "mermaid", "--json")
    assert done.exit_code == 2 and json.loads(done.stdout)["error"]["code"] == "invalid_request"
    done = call(home, "project:w", "--to", str(tmp_path / "nowhere" / "a.svg"), "--json")
    assert done.exit_code == 2 and "cannot be written there" in json.loads(done.stdout)["error"]["message"]
