"""`retrobook inbox`: a file or a pipe of thoughts, once."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from kg.domain import Project
from kg.graph import KnowledgeGraph
from kg.store.records import put_records
from retrobook.assembly import installed_store
from retrobook.cli.main import main
from retrobook.settings import Settings
from tests.conftest import NOON


@pytest.fixture
def home(tmp_path):
    store = installed_store(Settings(home=tmp_path / "home"), create=True)
    with KnowledgeGraph(store), store.transaction() as tx:
        put_records(tx, [Project(id="project:b", name="Bridge", external_id="B1")], at=NOON, by="test")
    return tmp_path / "home"


def run(home, *words, data=None):
    return CliRunner().invoke(main, ["inbox", *words, "--home", str(home)], input=data)


def test_json_lines_from_a_pipe_become_drafts_once(home):
    lines = json.dumps({"text": "Dig first.", "project": "B1"}) + "\n" + json.dumps({"text": "先查集水井。"}) + "\n"
    first = run(home, "-", "--project", "B1", "--json", data=lines)
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout)["created"] == 2
    again = run(home, "-", "--project", "B1", data=lines)
    assert "0 new drafts, 2 known already" in again.output


def test_what_is_rejected_is_named_and_the_rest_is_kept(home, tmp_path):
    file = tmp_path / "thoughts.jsonl"
    file.write_text(
        json.dumps({"text": "Dig first.", "project": "B2"}) + "\n" + json.dumps({"text": "Build.", "project": "B1"})
    )
    done = run(home, str(file))
    assert done.exit_code == 2
    assert "1 new drafts" in done.output and "line 1: There is no project 'B2'." in done.output


def test_a_missing_file_is_said(home):
    assert run(home, "nowhere.eml").exit_code == 2


def test_a_file_that_holds_nothing_makes_nothing(home):
    assert "0 read" in run(home, "-", data="\n\n").output
