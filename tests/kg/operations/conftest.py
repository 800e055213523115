"""Operations on each engine: the store's own fixtures, and a graph of two units."""

from __future__ import annotations

from typing import Any

import pytest

from kg.domain import ActionItem, Lesson, Outcome, OutcomeType, Project, Relationship, Retrospective
from kg.graph import KnowledgeGraph
from kg.schema import Label, Rel
from kg.search import SearchIndex
from kg.store.protocol import GraphStore
from kg.store.records import put_records, put_relationships
from tests.conftest import NOON
from tests.kg.store.conftest import embedded_engine, engine, neo4j_engine, store

__all__ = ["embedded_engine", "engine", "neo4j_engine", "store"]

WATER, ROAD = "project:water", "project:road"


def edge(rel: Rel, start: Label, first: str, end: Label, second: str) -> Relationship:
    return Relationship(type=rel, start_label=start, start=first, end_label=end, end=second)


def two_units() -> tuple[list[Any], list[Relationship]]:
    """A water project in unit A, a road project in unit B; one kind of outcome joins them."""
    kind = OutcomeType(id="outcome_type:supply", key="supply", name_en="Supply", name_zh="供应")
    records: list[Any] = [
        Project(id=WATER, name="Water for all", unit="A/Water", external_id="W1"),
        Project(id=ROAD, name="通往山村的道路", unit="B", external_id="R1"),
        kind,
    ]
    edges = []
    for key, unit in ((WATER, "A/Water"), (ROAD, "B")):
        short = key.removeprefix("project:")
        outcome = Outcome(
            id=f"outcome:{short}", project=key, unit=unit, title=f"Serve the {short}", outcome_type=kind.id
        )
        held = Retrospective(id=f"retrospective:{short}", project=key, unit=unit, title=f"Looking back at {short}")
        lessons = [
            Lesson(id=f"lesson:{short}", project=key, unit=unit, lesson=f"Ask the people about the {short}."),
            Lesson(
                id=f"lesson:{short}:secret", project=key, unit=unit, confidential=True, lesson=f"The {short} leaked."
            ),
        ]
        action = ActionItem(
            id=f"action:{short}", project=key, unit=unit, retrospective=held.id, title=f"Mend the {short}"
        )
        records += [outcome, held, *lessons, action]
        edges += [
            edge(Rel.HAS_OUTCOME, Label.PROJECT, key, Label.OUTCOME, outcome.id),
            edge(Rel.OF_TYPE, Label.OUTCOME, outcome.id, Label.OUTCOME_TYPE, kind.id),
            edge(Rel.HELD, Label.PROJECT, key, Label.RETROSPECTIVE, held.id),
            edge(Rel.PRODUCED, Label.RETROSPECTIVE, held.id, Label.ACTION_ITEM, action.id),
            edge(Rel.ADDRESSES, Label.ACTION_ITEM, action.id, Label.LESSON, lessons[0].id),
            *(edge(Rel.LEARNED_IN, Label.LESSON, lesson.id, Label.PROJECT, key) for lesson in lessons),
        ]
    return records, edges


def put(store: GraphStore, *records: Any, edges: Any = (), at: Any = NOON) -> None:
    with store.transaction() as tx:
        put_records(tx, records, at=at, by="test")
        put_relationships(tx, edges, at=at, by="test")


@pytest.fixture
def units(store: GraphStore) -> KnowledgeGraph:
    """The graph of two units on each engine, asked by its owner; searched by words alone."""
    records, edges = two_units()
    put(store, *records, edges=edges)
    return KnowledgeGraph(store, clock=lambda: NOON, services={"search": SearchIndex(store, {})})
