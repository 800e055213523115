"""`%%cypher` in a kernel: rows for an administrator, a clear line for everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from kg.domain import Lesson
from kg.graph import KnowledgeGraph
from kg.store.records import put_records
from retrobook.magic import CypherMagics
from tests.conftest import NOON, visitor


@pytest.fixture
def shell(graph: KnowledgeGraph) -> Iterator[Any]:
    with graph.store.transaction() as tx:
        records = [Lesson.parse({"id": f"lesson:{n}", "lesson": f"Lesson {n}"}) for n in range(3)]
        put_records(tx, records, at=NOON, by="test")
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "retrobook.magic")
    magics(shell)._graph = graph
    yield shell


def magics(shell: Any) -> CypherMagics:
    return shell.magics_manager.registry["CypherMagics"]


def test_a_cell_gives_a_frame(shell: Any) -> None:
    found = shell.run_cell_magic("cypher", "", "MATCH (l:Lesson)\nRETURN l.id AS id ORDER BY id")
    assert list(found["id"]) == ["lesson:0", "lesson:1", "lesson:2"]


def test_a_line_may_hold_options_and_the_statement(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    found = shell.run_line_magic("cypher", "--limit 2 MATCH (l:Lesson) RETURN l.id AS id ORDER BY id")
    assert list(found["id"]) == ["lesson:0", "lesson:1"]
    assert "there are more" in capsys.readouterr().out


def test_parameters_come_from_the_notebook_and_rows_may_go_there(shell: Any) -> None:
    shell.user_ns["asked"] = {"id": "lesson:1"}
    said = shell.run_cell_magic(
        "cypher", "--params asked --out rows", "MATCH (l:Lesson) WHERE l.id = $id RETURN l.title AS t"
    )
    assert said is None
    assert list(shell.user_ns["rows"]["t"]) == ["Lesson 1"]
    with pytest.raises(UsageError, match="no dict"):
        shell.run_cell_magic("cypher", "--params nothing", "RETURN 1 AS x")


def test_a_refused_statement_is_one_line_without_a_traceback(shell: Any) -> None:
    with pytest.raises(UsageError, match="DETACH is not allowed"):
        shell.run_cell_magic("cypher", "", "MATCH (n)\nDETACH DELETE n")


def test_a_lead_is_told_that_it_is_for_administrators(shell: Any, graph: KnowledgeGraph) -> None:
    from kg.domain import Role

    magics(shell)._graph = graph.as_visitor(visitor("lin", "*", role=Role.LEAD))
    with pytest.raises(UsageError, match="needs the role admin"):
        shell.run_cell_magic("cypher", "", "RETURN 1 AS x")
