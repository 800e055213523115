"""A lesson's way from a thought to shared knowledge, and out of use again."""

from __future__ import annotations

from datetime import date

import pytest

from kg.errors import Conflict, Forbidden, InvalidRequest, NotFound, OwnWork, WrongState
from kg.schema import Rel

SOIL = "lesson:soil"


def test_a_draft_is_reviewed_by_somebody_else_and_then_published(portfolio):
    key = portfolio.draft()
    accepted = portfolio.as_("fay").review_lesson(id=key, decision="accept", conditions="tidal rivers").lesson
    assert (accepted.state, accepted.review_by, accepted.conditions) == ("reviewed", date(2028, 3, 2), "tidal rivers")
    assert portfolio.as_("gus").publish_lesson(id=key).lesson.state == "published"
    steps = portfolio.as_("ada").lesson_standing(id=key).history
    assert [(step.state, step.by) for step in steps] == [("draft", "ada"), ("reviewed", "fay"), ("published", "gus")]
    assert [e.operation for e in portfolio.graph.list_audit().entries][-2:] == ["review_lesson", "publish_lesson"]


def test_nobody_reviews_what_they_wrote_or_changed(local_portfolio):
    own = local_portfolio.draft("fay")
    with pytest.raises(OwnWork, match="somebody else must review"):
        local_portfolio.as_("fay").review_lesson(id=own, decision="accept")
    others = local_portfolio.draft("ada")
    local_portfolio.as_("fay").edit_lesson(id=others, lesson="Ask the ferry crew first.")
    local_portfolio.as_("ada").edit_lesson(id=others, title="Currents")
    with pytest.raises(OwnWork):
        local_portfolio.as_("fay").review_lesson(id=others, decision="accept")
    assert "review" not in local_portfolio.as_("fay").lesson_standing(id=others).may
    assert local_portfolio.as_("gus").review_lesson(id=others, decision="accept").lesson.state == "reviewed"


def test_members_do_not_review_and_strangers_see_nothing(local_portfolio):
    key = local_portfolio.draft()
    with pytest.raises(Forbidden, match="facilitator"):
        local_portfolio.as_("ben").review_lesson(id=key, decision="accept")
    for ask in ("review_lesson", "publish_lesson", "lesson_standing"):
        with pytest.raises(NotFound):
            values = {"decision": "accept"} if ask == "review_lesson" else {}
            getattr(local_portfolio.as_("far"), ask)(id=key, **values)


def test_a_returned_draft_needs_a_reason_stays_a_draft_and_shows_it(local_portfolio):
    key = local_portfolio.draft()
    with pytest.raises(InvalidRequest, match="reason"):
        local_portfolio.as_("fay").review_lesson(id=key, decision="return")
    returned = local_portfolio.as_("fay").review_lesson(id=key, decision="return", reason="Which crew?").lesson
    assert returned.state == "draft"
    steps = local_portfolio.as_("ada").lesson_standing(id=key).history
    assert [(step.state, step.reason) for step in steps] == [("draft", None), ("returned", "Which crew?")]
    local_portfolio.as_("ada").edit_lesson(id=key, lesson="Ask the ferry crew of the crossing about currents.")
    assert local_portfolio.as_("fay").review_lesson(id=key, decision="accept").lesson.state == "reviewed"


@pytest.mark.parametrize(
    ("ask", "values"), [("publish_lesson", {}), ("supersede_lesson", {"by": SOIL})], ids=["publish", "supersede"]
)
def test_a_step_that_cannot_follow_says_the_state_and_what_to_do(local_portfolio, ask, values):
    key = local_portfolio.draft()
    with pytest.raises(WrongState, match=r"is draft; .*Have it reviewed first") as raised:
        getattr(local_portfolio.as_("fay"), ask)(id=key, **values)
    assert isinstance(raised.value, Conflict) and raised.value.fields["state"] == "draft"


def test_a_superseded_lesson_names_the_one_that_stands_in_for_it(portfolio):
    new = portfolio.lesson("new-soil", lesson="Samples age in five years.")
    assert portfolio.as_("fay").supersede_lesson(id=SOIL, by=new).lesson.state == "superseded"
    standing = portfolio.as_("ben").lesson_standing(id=SOIL)
    assert [link.id for link in standing.superseded_by] == [new]
    assert [link.id for link in portfolio.as_("ben").lesson_standing(id=new).supersedes] == [SOIL]
    assert portfolio.edges(Rel.SUPERSEDES) == [(new, SOIL, None)]
    with pytest.raises(WrongState, match="stands in for it"):
        portfolio.as_("ben").mark_lesson(id=SOIL, kind="helped")


def test_a_lesson_does_not_supersede_itself(local_portfolio):
    with pytest.raises(InvalidRequest, match="itself"):
        local_portfolio.as_("fay").supersede_lesson(id=SOIL, by=SOIL)


def test_retiring_needs_a_reason_and_authors_retire_only_their_own_drafts(local_portfolio):
    with pytest.raises(InvalidRequest, match="reason"):
        local_portfolio.as_("fay").retire_lesson(id=SOIL, reason=" ")
    with pytest.raises(Forbidden, match="own draft"):
        local_portfolio.as_("ben").retire_lesson(id=SOIL, reason="I do not like it")
    own = local_portfolio.draft("ben")
    assert local_portfolio.as_("ben").retire_lesson(id=own, reason="A slip").lesson.state == "retired"
    local_portfolio.as_("fay").retire_lesson(id=SOIL, reason="The method changed")
    last = local_portfolio.as_("ben").lesson_standing(id=SOIL).history[-1]
    assert (last.state, last.by, last.reason) == ("retired", "fay", "The method changed")


def test_an_edit_changes_what_is_given_and_keeps_the_old_version(local_portfolio):
    key = local_portfolio.draft(title="Currents", conditions="tidal rivers")
    changed = local_portfolio.as_("ada").edit_lesson(id=key, lesson="摆渡船员了解水流情况。", conditions="").lesson
    assert (changed.title, changed.conditions, changed.language, changed.revision) == ("Currents", None, "zh", 2)
    with pytest.raises(Conflict, match="Read it again"):
        local_portfolio.as_("ada").edit_lesson(id=key, title="Ferries", revision=1)


def test_an_accepted_lesson_is_not_changed_behind_its_reviewers_back(local_portfolio):
    key = local_portfolio.draft("fay")
    local_portfolio.as_("gus").review_lesson(id=key, decision="accept")
    with pytest.raises(OwnWork, match="supersede"):
        local_portfolio.as_("fay").edit_lesson(id=key, lesson="Something else entirely.")
    with pytest.raises(Forbidden):
        local_portfolio.as_("ben").edit_lesson(id=key, lesson="Something else entirely.")
    assert local_portfolio.as_("gus").edit_lesson(id=key, topics=["rivers"]).lesson.revision == 3


def test_an_old_review_date_is_refused_and_a_past_one_is_due(local_portfolio):
    key = local_portfolio.draft()
    with pytest.raises(InvalidRequest, match="after today"):
        local_portfolio.as_("fay").review_lesson(id=key, decision="accept", review_by="2026-03-02")
    due = local_portfolio.lesson("due", lesson="Check the cables.", review_by=date(2026, 3, 1))
    assert local_portfolio.as_("ben").lesson_standing(id=due).review_due is True
