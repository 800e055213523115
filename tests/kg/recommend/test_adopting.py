"""Recommended types become drafts: prefilled, joined, within scope, once."""

from __future__ import annotations

import pytest

from kg.audit import verify
from kg.domain import Outcome, Project, Role
from kg.errors import Conflict, Forbidden, InvalidRequest, NotFound
from kg.queries import statement
from kg.schema import Label, Rel
from kg.store.records import get_record, list_records
from tests.conftest import visitor

EVERYTHING = visitor("x", "*").scope()
NEW = {"name": "Desk of the north", "sector": "Service", "start": "2026-01-01", "end": "2027-12-31"}
TYPES = [{"outcome_type": "hours"}]


def adopt(graph, **more):
    values = {"new_project": NEW, "types": TYPES, "plan": {"text": "Support desk automation"}, "key": "once"}
    return graph.adopt_outcomes(**(values | more))


def test_a_type_becomes_a_draft_with_what_precedents_know_filled_in(portfolio):
    graph = portfolio.graph
    made = adopt(graph)
    (draft,) = made.outcomes
    outcome = get_record(graph.store, Outcome, draft.outcome.id)
    assert (outcome.origin, outcome.state, outcome.project) == ("defined", "draft", made.project.id)
    assert (outcome.metric, outcome.unit_of_measure, outcome.direction) == ("hours per week", "h", "increase")
    assert outcome.target == 14 and outcome.statement == "hours per week rises to 14 h by 2027-12-31."
    assert outcome.relevance == "Work that people no longer do."
    assert "90 % interval" in outcome.achievability and "30 comparable outcomes" in outcome.achievability
    assert "Support desk automation" in outcome.achievability and "reached" in outcome.achievability
    assert draft.missing == {"M": ["baseline"]} and draft.precedents
    assert get_record(graph.store, Project, made.project.id).status == "planned"
    held = graph.store.read(
        statement("relationships.of", rel=Rel.HAS_OUTCOME, start=Label.PROJECT, end=Label.OUTCOME), id=made.project.id
    )
    kind = graph.store.read(
        statement("relationships.of", rel=Rel.OF_TYPE, start=Label.OUTCOME, end=Label.OUTCOME_TYPE), id=outcome.id
    )
    assert [row["id"] for row in held] == [outcome.id] and [row["id"] for row in kind] == ["outcome_type:hours"]


def test_the_same_key_again_changes_nothing_and_another_project_under_it_is_refused(portfolio):
    graph = portfolio.graph
    first = adopt(graph)
    again = adopt(graph)
    assert again.project.id == first.project.id and not again.created
    assert again.outcomes[0].outcome.id == first.outcomes[0].outcome.id
    assert len(list_records(graph.store, Outcome, EVERYTHING, first.project.id)) == 1
    with pytest.raises(Conflict, match="key 'once'"):
        adopt(graph, new_project=NEW | {"name": "Another"})


def test_a_draft_goes_into_a_project_that_exists_and_takes_its_place(portfolio):
    graph = portfolio.graph
    portfolio.project("p:plan", "Desk of the south", 2026, unit="Ops", confidential=True, end="2028-06-30")
    portfolio.write()
    made = adopt(
        graph, new_project=None, project="p:plan", types=[{"outcome_type": "节省工时", "target": 20, "baseline": 5}]
    )
    outcome = made.outcomes[0].outcome
    assert (outcome.unit, outcome.confidential, outcome.due.isoformat()) == ("Ops", True, "2028-06-30")
    assert (outcome.target, outcome.baseline) == (20, 5) and made.outcomes[0].missing == {}
    assert [item.outcome.id for item in graph.project_facts(project="p:plan").outcomes] == [outcome.id]


def test_words_are_those_of_the_adopter(portfolio):
    outcome = adopt(portfolio.graph, language="zh").outcomes[0].outcome
    assert outcome.title == "节省工时" and outcome.relevance == "不再需要人工完成的工作。"
    assert outcome.statement == "2027-12-31 前，hours per week提高到 14 h。" and "达成概率" in outcome.achievability


def test_a_type_without_precedents_says_that_nothing_comparable_is_known(portfolio):
    draft = adopt(portfolio.graph, types=[{"outcome_type": "revenue"}]).outcomes[0]
    assert draft.outcome.metric == "revenue per quarter" and draft.outcome.target is None
    assert draft.outcome.achievability.startswith("No comparable outcome is known")
    assert "target" in draft.missing["M"] and "R" in draft.missing


def test_nobody_adopts_beyond_their_scope(portfolio):
    graph = portfolio.graph
    ops = graph.as_visitor(visitor("ops", "unit:Ops/South"))
    with pytest.raises(InvalidRequest, match="outside what you may see"):
        adopt(ops, new_project=NEW | {"unit": "Ops"})
    with pytest.raises(NotFound):
        adopt(ops, new_project=None, project="p:1")
    assert adopt(ops).project.unit == "Ops/South"  # the only one they have
    with pytest.raises(Forbidden):
        adopt(graph.as_visitor(visitor("guest", "*", role=Role.GUEST)))
    with pytest.raises(NotFound, match="Did you mean 'hours'"):
        adopt(graph, types=[{"outcome_type": "hour"}])
    with pytest.raises(InvalidRequest, match="once"):
        adopt(graph, types=TYPES * 2)
    with pytest.raises(InvalidRequest, match="exists, or give a new one"):
        adopt(graph, project="p:1")


def test_adopting_is_audited_and_what_fails_leaves_nothing(portfolio):
    graph = portfolio.graph
    before = graph.store.revision()
    with pytest.raises(NotFound):
        adopt(graph, types=[*TYPES, {"outcome_type": "nothing like it"}])
    assert graph.store.revision() == before
    made = adopt(graph)
    rows = graph.store.read(statement("audit.chain"), server="local")
    assert rows[-1]["record"]["operation"] == "adopt_outcomes" and rows[-1]["record"]["subject"] == made.project.id
    assert verify(graph.store, "local") == 0


def test_adopted_drafts_do_not_feed_the_next_recommendation(portfolio):
    graph = portfolio.graph
    before = graph.recommend_outcomes(text="Support desk automation")
    adopt(graph, types=[{"outcome_type": "revenue"}])
    assert graph.recommend_outcomes(text="Support desk automation") == before
