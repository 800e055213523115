"""Opposite recommendations: suggested to a facilitator, shown to everybody once one has said so."""

from __future__ import annotations

import pytest

from kg.errors import Forbidden, InvalidRequest, NotFound, WrongState
from kg.search import SearchIndex

SOIL = "lesson:soil"


def reuse(portfolio, key: str = "reuse", **values) -> str:
    said = {"lesson": "Sampling twice cost a month.", "recommendation": "Do not drill new samples before design."}
    return portfolio.lesson(key, **said | values)


def suggested(portfolio, name: str = "fay") -> list[tuple[str, str]]:
    found = portfolio.as_(name).possible_conflicts(id=SOIL).suggestions
    return [(pair.a.id, pair.b.id) for pair in found]


def test_a_declared_conflict_is_shown_on_both_lessons_with_their_conditions(portfolio):
    other = reuse(portfolio, conditions="samples younger than five years")
    assert portfolio.as_("ben").lesson_standing(id=SOIL).conflicts == []
    portfolio.as_("fay").declare_conflict(a=SOIL, b=other, reason="Age of the samples decides.")
    shown = portfolio.as_("ben").lesson_standing(id=SOIL).conflicts
    assert [(c.id, c.conditions, c.reason) for c in shown] == [
        (other, "samples younger than five years", "Age of the samples decides.")
    ]
    assert [c.id for c in portfolio.as_("ben").lesson_standing(id=other).conflicts] == [SOIL]


def test_a_suggestion_is_for_facilitators_and_goes_when_judged(portfolio):
    other = reuse(portfolio)
    assert [set(pair) for pair in suggested(portfolio)] == [{SOIL, other}]
    [pair] = portfolio.as_("fay").review_queue().conflicts
    assert (pair.cue, pair.shared) == ("negation", ["design", "drill", "new", "samples"])
    assert portfolio.as_("ben").lesson_standing(id=SOIL).conflicts == []
    with pytest.raises(Forbidden):
        portfolio.as_("ben").possible_conflicts(id=SOIL)
    portfolio.as_("fay").dismiss_conflict(a=other, b=SOIL, reason="Different soils")
    assert suggested(portfolio) == []
    portfolio.as_("gus").declare_conflict(a=SOIL, b=other, reason="No, the same soil")
    portfolio.as_("fay").dismiss_conflict(a=SOIL, b=other, reason="Settled")
    assert portfolio.as_("ben").lesson_standing(id=SOIL).conflicts == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"conditions": "dry rock"}, 0),
        ({"conditions": "soft soil near tidal rivers"}, 1),
        ({"state": "draft"}, 0),
        ({"state": "retired"}, 0),
        ({"recommendation": "Do not paint the cables."}, 0),
        ({"project": "far"}, 0),
    ],
    ids=["other conditions", "like conditions", "draft", "retired", "other object", "hidden"],
)
def test_only_accepted_visible_lessons_under_like_conditions_are_suggested(local_portfolio, values, expected):
    conditions = {"conditions": "soft soil in tidal rivers"} if "conditions" in values else {}
    local_portfolio.lesson(
        "soil", lesson="The soil report was years old.", recommendation="Drill new samples before design.", **conditions
    )
    project = values.pop("project", "bridge")
    reuse(local_portfolio, project=project, **values)
    assert len(suggested(local_portfolio)) == expected


def test_the_same_advice_from_a_success_and_a_failure_is_suggested(local_portfolio):
    said = "Let one supplier do it all."
    one = local_portfolio.lesson("one", lesson="x", recommendation=said, polarity="success")
    local_portfolio.lesson("two", lesson="y", recommendation=said.upper(), polarity="failure")
    found = local_portfolio.as_("fay").possible_conflicts(id=one).suggestions
    assert [pair.cue for pair in found] == ["polarity"]


def test_a_search_ties_lessons_that_say_nothing_of_their_conditions(local_portfolio):
    one = local_portfolio.lesson(
        "one", sector="Roads", lesson="x", recommendation="Rely on soil reports from the county archive."
    )
    local_portfolio.lesson(
        "two", project="tunnel", sector="Mines", lesson="y",
        recommendation="Never rely on soil reports that a neighbouring contractor once wrote.",
    )  # fmt: skip
    graph = local_portfolio.as_("fay")
    assert graph.possible_conflicts(id=one).suggestions == []
    index = SearchIndex(local_portfolio.store, {})
    graph.services["search"] = index
    assert [pair.cue for pair in graph.possible_conflicts(id=one).suggestions] == ["negation"]
    index.close()


def test_a_conflict_needs_two_accepted_lessons_that_may_be_seen(local_portfolio):
    fay = local_portfolio.as_("fay")
    with pytest.raises(InvalidRequest, match="itself"):
        fay.declare_conflict(a=SOIL, b=SOIL, reason="x")
    with pytest.raises(WrongState, match="is draft"):
        fay.declare_conflict(a=SOIL, b=local_portfolio.draft(), reason="x")
    with pytest.raises(NotFound):
        fay.declare_conflict(a=SOIL, b=reuse(local_portfolio, "far", project="far"), reason="x")


def test_a_conflict_with_a_hidden_lesson_is_not_told_and_one_with_a_retired_lesson_ends(local_portfolio):
    hidden, other = reuse(local_portfolio, "far", project="far"), reuse(local_portfolio)
    local_portfolio.as_("top").declare_conflict(a=SOIL, b=hidden, reason="x")
    assert local_portfolio.as_("ben").lesson_standing(id=SOIL).conflicts == []
    local_portfolio.as_("fay").declare_conflict(a=SOIL, b=other, reason="x")
    local_portfolio.as_("fay").retire_lesson(id=other, reason="old")
    assert local_portfolio.as_("ben").lesson_standing(id=SOIL).conflicts == []


def test_the_queue_holds_what_waits_and_says_what_is_ones_own(portfolio):
    own, others = portfolio.draft("fay", lesson="Mine."), portfolio.draft("ada")
    portfolio.as_("ben").mark_lesson(id=SOIL, kind="recurred", project="B1", happened_on="2026-02-02")
    portfolio.lesson("due", lesson="Check the cables.", review_by="2026-01-01")
    queue = portfolio.as_("fay").review_queue()
    assert {draft.id: draft.own for draft in queue.drafts} == {own: True, others: False}
    assert [(r.lesson.id, r.event.project_name) for r in queue.recurrences] == [(SOIL, "Bridge")]
    assert [lesson.id for lesson in queue.overdue] == ["lesson:due"]
    far = portfolio.as_("far").review_queue()
    assert (far.drafts, far.recurrences, far.conflicts, far.overdue) == ([], [], [], [])
