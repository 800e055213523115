"""`retrobook search` and `retrobook projects`, as a script uses them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kg.domain import Lesson, Project
from kg.opening import open_graph
from kg.store.records import put_records
from retrobook.cli import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RETROBOOK_ENCODERS", "multilingual=nobody/has-this-model")
    folder = tmp_path / "home"
    records = [
        Project(id="project:x:P1", external_id="P1", name="Trains", unit="Rail"),
        Lesson.parse({"id": "lesson:1", "project": "project:x:P1", "lesson": "Renew certificates before they expire."}),
        Lesson.parse({"id": "lesson:2", "project": "project:x:P2", "lesson": "证书过期之前要更新。"}),
    ]
    with open_graph(folder, create=True) as graph, graph.store.transaction() as tx:
        put_records(tx, records, at=datetime(2026, 1, 1, tzinfo=UTC))
    return folder


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--home", str(home)])


def document(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_search_prints_one_document(home: Path) -> None:
    found = document(run(home, "search", "expired certificate", "--json"))
    assert [hit["id"] for hit in found["hits"]] == ["lesson:1"]


def test_search_goes_on_with_words_and_says_why(home: Path) -> None:
    result = run(home, "search", "證書過期", "--limit", "1")
    assert "证书过期之前要更新" in result.stdout
    assert "hf download nobody/has-this-model" in result.stderr


def test_filters_narrow_the_answer(home: Path) -> None:
    assert document(run(home, "search", "certificates", "--project", "P2", "--json"))["total"] == 0
    assert document(run(home, "search", "certificates", "--language", "en", "--json"))["total"] == 1


def test_nothing_found_is_no_error(home: Path) -> None:
    result = run(home, "search", "xylophone")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No lesson" in result.stderr


def test_an_empty_question_is_refused(home: Path) -> None:
    assert run(home, "search", "").exit_code == 2


def test_projects_are_listed(home: Path) -> None:
    assert document(run(home, "projects", "--json"))["projects"][0]["external_id"] == "P1"
    assert "Trains" in run(home, "projects").stdout
