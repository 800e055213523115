"""A small portfolio of two units, and the people who learn from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from kg.domain import Lesson, Project, Relationship, Role
from kg.graph import KnowledgeGraph
from kg.policy import Visitor
from kg.schema import Label, Rel
from kg.store.protocol import GraphStore
from kg.store.records import put_records, put_relationships
from tests.conftest import NOON, visitor
from tests.kg.store.conftest import embedded_engine, engine, neo4j_engine, store

__all__ = ["embedded_engine", "engine", "neo4j_engine", "store"]

PEOPLE = {
    "ada": visitor("ada", "unit:Works"),
    "ben": visitor("ben", "unit:Works"),
    "fay": visitor("fay", "unit:Works", role=Role.FACILITATOR),
    "gus": visitor("gus", "unit:Works", role=Role.FACILITATOR),
    "far": visitor("far", "unit:Other", role=Role.FACILITATOR),
    "top": visitor("top", "*", role=Role.LEAD),
    "guest": visitor("guest", "unit:Works", role=Role.GUEST),
}


class Portfolio:
    """A graph with two visible projects and a hidden one; `as_("ada")` asks as somebody."""

    def __init__(self, store: GraphStore) -> None:
        self.store = store
        self.graph = KnowledgeGraph(store, clock=lambda: NOON)
        projects = [
            Project.parse({"id": "project:bridge", "name": "Bridge", "unit": "Works", "external_id": "B1", "sector": "Roads"}),
            Project.parse({"id": "project:tunnel", "name": "Tunnel", "unit": "Works/Deep", "sector": "Roads"}),
            Project.parse({"id": "project:far", "name": "Far away", "unit": "Other", "sector": "Roads"}),
        ]  # fmt: skip
        self.put(*projects)
        self.lesson("soil", lesson="The soil report was years old.", recommendation="Drill new samples before design.")

    def lesson(self, key: str, project: str = "bridge", **values: Any) -> str:
        """A published lesson of a project, written by nobody we know."""
        unit = {"bridge": "Works", "tunnel": "Works/Deep", "far": "Other"}[project]
        record = Lesson.parse(
            {"id": f"lesson:{key}", "project": f"project:{project}", "unit": unit, "state": "published", "sector": "Roads",
             "learnt_on": date(2025, 1, 1), **values}
        )  # fmt: skip
        self.put(record)
        edge = Relationship(
            type=Rel.LEARNED_IN, start_label=Label.LESSON, start=record.id, end_label=Label.PROJECT, end=record.project
        )
        with self.store.transaction() as tx:
            put_relationships(tx, [edge], at=NOON, by="import")
        return record.id

    def put(self, *records: Any) -> None:
        with self.store.transaction() as tx:
            put_records(tx, records, at=NOON, by="import")

    def as_(self, name: str) -> KnowledgeGraph:
        return self.graph.as_visitor(PEOPLE[name])

    def draft(self, author: str = "ada", **values: Any) -> str:
        said = {"project": "project:bridge", "lesson": "Ask the ferry crew about the currents."} | values
        return self.as_(author).draft_lesson(**said).lesson.id

    def edges(self, rel: Rel) -> list[tuple[str, str, str | None]]:
        rows = self.store.read(
            f"MATCH (a)-[r:{rel.value}]->(b) RETURN a.id AS a, b.id AS b, r.result AS result ORDER BY a.id, b.id"
        )
        return [(row["a"], row["b"], row["result"]) for row in rows]

    def counts(self, key: str, name: str = "ben") -> tuple[int, int, int]:
        found = self.as_(name).lesson_standing(id=key)
        return found.helped, found.applied, found.recurred


def person(name: str) -> Visitor:
    return PEOPLE[name]


@pytest.fixture
def portfolio(store: GraphStore) -> Iterator[Portfolio]:
    """The portfolio in each engine in turn."""
    yield Portfolio(store)


@pytest.fixture
def local_portfolio(graph: KnowledgeGraph) -> Iterator[Portfolio]:
    """The portfolio in an embedded graph only."""
    yield Portfolio(graph.store)
