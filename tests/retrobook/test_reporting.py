"""The command `report`: messages, exit codes, one JSON document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.opening import open_graph
from retrobook.cli import main

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    with open_graph(folder, create=True) as graph:
        graph.put_records_batch(records=[{"label": "Project", "values": {"id": "project:one", "name": "Eins"}}])
    return folder


def call(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["report", *arguments, "--home", str(home)])


def test_a_report_is_run_and_its_page_named(home: Path) -> None:
    ran = call(home, str(NOTEBOOKS / "calls_the_graph.ipynb"), "-p", "project=project:one")
    assert ran.exit_code == 0, ran.output
    assert "this is Eins" in Path(ran.stdout.strip()).read_text()


def test_json_is_one_document(home: Path) -> None:
    ran = call(home, str(NOTEBOOKS / "succeeds.ipynb"), "-p", "number=3", "--json")
    said = json.loads(ran.stdout)
    assert said["run"]["parameters"]["number"] == 3
    assert Path(said["page"]).is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("project_retrospective", "-p", "project=project:on"), 2, "Did you mean 'project:one'"),
        (("project_retrospectiv", "-p", "project=x"), 2, "Did you mean 'project_retrospective'"),
        (("project_retrospective", "-p", "projekt=x"), 2, "Did you mean project"),
        (("project_retrospective", "-p", "project"), 2, "not name=value"),
        (("project_retrospective", "-p", "project=project:one", "-p", "period_start=1.2.2018"), 2, "year-month-day"),
        (("project_retrospective",), 2, "project must be given"),
        ((str(NOTEBOOKS / "raises_in_cell_3.ipynb"),), 1, "the third cell is broken"),
    ],
)
def test_what_is_wrong_is_said_on_stderr_with_an_exit_code(
    home: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    ran = call(home, *arguments)
    assert ran.exit_code == code
    assert words in ran.stderr
    assert ran.stdout == ""
    assert "Traceback" not in ran.stderr


def test_parameters_are_shown_without_an_installation(tmp_path: Path) -> None:
    ran = call(tmp_path / "none", "project_retrospective", "--help-parameters", "--json")
    assert {p["name"]: p["required"] for p in json.loads(ran.stdout)}["project"] is True


def test_without_an_installation_it_says_what_to_do(tmp_path: Path) -> None:
    ran = call(tmp_path / "none", "project_retrospective", "-p", "project=x")
    assert ran.exit_code == 1
    assert "retrobook init" in ran.stderr
