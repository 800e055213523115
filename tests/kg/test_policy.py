"""One policy over operation, role and record scope."""

from __future__ import annotations

import pytest

from kg.domain import Role
from kg.errors import Forbidden, NotFound
from kg.policy import ScopeFilter, allow
from tests.conftest import visitor

BATCH = [
    {"label": "Project", "values": {"id": "p:a", "name": "A", "unit": "Jupyter/binder"}},
    {"label": "Project", "values": {"id": "p:b", "name": "B", "unit": "World Bank/Energy"}},
    {"label": "Project", "values": {"id": "p:c", "name": "C", "unit": "World Bank/Water", "confidential": True}},
    {"label": "Project", "values": {"id": "p:d", "name": "D", "unit": "World Banking"}},
    {"label": "Lesson", "values": {"id": "l:a", "lesson": "of A", "project": "p:a", "unit": "Jupyter/binder"}},
    {"label": "Lesson", "values": {"id": "l:b", "lesson": "of B", "project": "p:b", "unit": "World Bank/Energy"}},
]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (visitor("none"), set()),
        (visitor("jo", "unit:Jupyter"), {"p:a"}),
        (visitor("bank", "unit:World Bank"), {"p:b"}),
        (visitor("lead", "unit:World Bank", role=Role.LEAD), {"p:b", "p:c"}),
        (visitor("named", "project:p:c"), {"p:c"}),
        (visitor("all", "*"), {"p:a", "p:b", "p:d"}),
        (visitor("root", role=Role.ADMIN), {"p:a", "p:b", "p:c", "p:d"}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_people_see_the_projects_of_their_scope_and_their_counts(graph, who, seen):
    graph.put_records_batch(records=BATCH)
    asked = graph.as_visitor(who)
    found = asked.list_projects()
    assert {project.id for project in found.projects} == seen
    assert found.total == len(seen) == asked.overview().counts["Project"]
    assert sum(found.units.values()) == len(seen)


def test_what_is_hidden_looks_as_if_it_were_not_there(graph):
    graph.put_records_batch(records=BATCH)
    asked = graph.as_visitor(visitor("jo", "unit:Jupyter"))
    for call in (
        lambda: asked.project_facts(project="p:b"),
        lambda: asked.get_lesson(id="l:b"),
        lambda: asked.get_record_by_id(label="Lesson", id="l:b"),
    ):
        with pytest.raises(NotFound) as hidden:
            call()
        assert "p:b" not in str(hidden.value.fields.get("nearest"))
    assert asked.get_lesson(id="l:a").lesson.id == "l:a"


def test_an_operation_needs_its_least_role(graph):
    member = graph.as_visitor(visitor("jo", "*"))
    with pytest.raises(Forbidden, match="needs the role admin"):
        member.put_records_batch(records=BATCH)
    with pytest.raises(Forbidden):
        member.list_audit()
    assert graph.overview().counts["Project"] == 0


def test_roles_of_equal_rank_are_apart():
    with pytest.raises(Forbidden):
        allow(visitor("m", role=Role.MANAGER), "review", Role.PMO)
    allow(visitor("l", role=Role.LEAD), "review", Role.PMO)


def test_bulk_writes_cannot_forge_people_runs_or_audit(graph):
    from kg.errors import InvalidRequest

    for label in ("Person", "Run", "AuditEntry"):
        with pytest.raises(InvalidRequest, match="cannot be written in bulk"):
            graph.put_records_batch(records=[{"label": label, "values": {"id": "x"}}])


def test_a_draft_goes_only_into_a_visible_project(graph):
    graph.put_records_batch(records=BATCH)
    asked = graph.as_visitor(visitor("jo", "unit:Jupyter"))
    draft = asked.draft_lesson(project="p:a", lesson="keep this", key="k1")
    assert (draft.lesson.author, draft.lesson.unit, draft.lesson.state) == ("jo", "Jupyter/binder", "draft")
    assert asked.draft_lesson(project="p:a", lesson="keep this", key="k1").lesson.id == draft.lesson.id
    with pytest.raises(NotFound):
        asked.draft_lesson(project="p:b", lesson="keep this")


@pytest.mark.parametrize(
    ("wide", "narrow", "covers"),
    [
        (ScopeFilter(everything=True, confidential=True), ScopeFilter(everything=True, confidential=True), True),
        (ScopeFilter(everything=True), ScopeFilter(everything=True, confidential=True), False),
        (ScopeFilter(units=frozenset({"A"})), ScopeFilter(units=frozenset({"A/B"})), True),
        (ScopeFilter(units=frozenset({"A"})), ScopeFilter(units=frozenset({"AB"})), False),
        (ScopeFilter(units=frozenset({"A"})), ScopeFilter(projects=frozenset({"p"})), False),
        (ScopeFilter(projects=frozenset({"p", "q"})), ScopeFilter(projects=frozenset({"p"})), True),
        (ScopeFilter(units=frozenset({"A"})), ScopeFilter(everything=True), False),
    ],
)
def test_a_scope_contains_another_only_if_it_sees_all_of_it(wide, narrow, covers):
    assert wide.contains(narrow) is covers
