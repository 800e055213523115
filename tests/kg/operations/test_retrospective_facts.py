"""Everything known of one retrospective, on each engine, and who may ask for it."""

from __future__ import annotations

import pytest

from kg.domain import Role, record_class
from kg.errors import Forbidden, NotFound
from kg.graph import KnowledgeGraph
from kg.store.protocol import GraphStore
from tests.conftest import NOON, visitor
from tests.kg.operations.conftest import embedded_engine, engine, neo4j_engine, put, store
from tests.pipelines import retrospective_factory as factory

__all__ = ["embedded_engine", "engine", "neo4j_engine", "store"]
NAMED = "retrospective:permits:named"


@pytest.fixture
def permits(store: GraphStore) -> KnowledgeGraph:
    put(store, *(record_class(label).parse(values) for label, values in factory.records()))
    return KnowledgeGraph(store, clock=lambda: NOON)


def test_a_retrospective_comes_with_what_it_made_and_what_came_before(permits: KnowledgeGraph) -> None:
    facts = permits.retrospective_facts(id=NAMED)
    assert facts.project.name == "Faster permits"
    assert [action.id for action in facts.made] == ["action:rota", "action:watch"]
    assert [(action.id, action.carry_count) for action in facts.earlier] == [("action:old", 2), ("action:fewer", 0)]
    assert [lesson.id for lesson in facts.lessons] == ["lesson:cert-2"]
    assert [(r.topic, r.title, r.project_name) for r in facts.recurrences] == [
        ("t-cert", "Certificates expire unseen", "Tax portal")
    ]
    assert facts.previous is not None and facts.previous.title == "Second quarter"


def test_health_comes_with_the_rounds_before_of_the_same_questions(permits: KnowledgeGraph) -> None:
    rounds = permits.retrospective_facts(id=NAMED).health
    assert [round_.id for round_ in rounds] == ["retrospective:permits:q2", NAMED]
    assert rounds[0].answers[0].mean == 3.25
    few = permits.retrospective_facts(id="retrospective:permits:few").health
    assert [len(round_.answers) for round_ in few] == [6]
    assert all(answer.mean is None and answer.counts is None for answer in few[0].answers)


def test_an_outsider_finds_no_such_retrospective_and_a_guest_may_not_ask(permits: KnowledgeGraph) -> None:
    outsider = permits.as_visitor(visitor("tess", "unit:City/Tax"))
    with pytest.raises(NotFound) as refused:
        outsider.retrospective_facts(id=NAMED)
    assert refused.value.fields["nearest"] is None
    with pytest.raises(Forbidden):
        permits.as_visitor(visitor("gus", "*", role=Role.GUEST)).retrospective_facts(id=NAMED)


def test_a_recurring_lesson_of_a_hidden_project_is_counted_but_not_told(permits: KnowledgeGraph) -> None:
    insider = permits.as_visitor(visitor("pat", "unit:City/Permits"))
    assert [(r.topic, r.title, r.lesson) for r in insider.retrospective_facts(id=NAMED).recurrences] == [
        ("t-cert", None, None)
    ]


def test_confidential_lessons_reach_only_who_may_see_such(permits: KnowledgeGraph) -> None:
    hidden = {"id": "lesson:hush", "lesson": "Hush.", "confidential": True, "retrospective": NAMED}
    permits.put_records_batch(
        records=[{"label": "Lesson", "values": {**hidden, "project": "project:permits", "unit": "City/Permits"}}]
    )
    member = permits.as_visitor(visitor("pat", "unit:City/Permits"))
    assert "lesson:hush" not in {lesson.id for lesson in member.retrospective_facts(id=NAMED).lessons}
    lead = permits.as_visitor(visitor("lee", "unit:City/Permits", role=Role.LEAD))
    assert "lesson:hush" in {lesson.id for lesson in lead.retrospective_facts(id=NAMED).lessons}
