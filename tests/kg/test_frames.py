from __future__ import annotations

import subprocess
import sys

import pytest

from kg.domain import Lesson, Project
from kg.errors import InvalidRequest, NotFound
from kg.store.records import put_records
from tests.conftest import NOON


@pytest.fixture
def filled(graph):
    lessons = [Lesson.parse({"id": f"lesson:{n}", "project": "p", "lesson": f"Lesson {n}"}) for n in range(3)]
    with graph.store.transaction() as tx:
        put_records(tx, [Project(id="p", name="A", external_id="P1"), *lessons], at=NOON, by="test")
    return graph


def test_an_operation_gives_a_frame_with_a_row_a_record(filled) -> None:
    frame = filled.frame("list_projects", limit=5)
    assert list(frame["name"]) == ["A"]
    assert {"id", "external_id", "lessons"} <= set(frame.columns)


def test_an_empty_answer_keeps_its_columns(graph) -> None:
    frame = graph.frame("list_projects")
    assert len(frame) == 0
    assert "external_id" in frame.columns


def test_one_of_several_lists_is_named(filled) -> None:
    assert len(filled.frame("project_facts", part="lessons", project="p")) == 3
    with pytest.raises(InvalidRequest, match="Did you mean 'lessons'"):
        filled.frame("project_facts", part="lesson", project="p")
    with pytest.raises(NotFound, match="Did you mean 'list_projects'"):
        filled.frame("list_project")


def test_rows_of_a_statement_keep_the_order_of_its_columns(filled) -> None:
    frame = filled.frame("query_graph", cypher="MATCH (l:Lesson) RETURN l.title AS title, l.id AS id ORDER BY id")
    assert list(frame.columns) == ["title", "id"]
    assert list(frame["id"]) == ["lesson:0", "lesson:1", "lesson:2"]


def test_pandas_is_imported_only_when_a_frame_is_asked_for() -> None:
    code = "import kg, kg.frames, kg.client, sys; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
