"""What a closed retrospective hands on: drafts that others review, recurrences that others accept."""

from __future__ import annotations

from datetime import date

import pytest

from kg.domain import Retrospective
from kg.domain.board.items import LessonItem, TopicItem
from kg.domain.topic_lessons import draft_of, edges_of_draft
from kg.errors import OwnWork, WrongState
from kg.operations.table import Context
from kg.operations.topic_lessons import recurrences_of
from kg.schema import Rel
from kg.store.records import put_records, put_relationships
from tests.conftest import NOON
from tests.kg.domain.test_topic_lessons import board, note
from tests.kg.operations.lifecycle.conftest import PEOPLE

SOIL, TODAY = "lesson:soil", NOON.date()


def close(portfolio, by: str = "fay", marked: dict[str, str] | None = None, anonymous: bool = False) -> str:
    """Keep what a board leaves, as closing does; the draft's id."""
    here = board(anonymous=anonymous)
    context = Context(portfolio.store, PEOPLE[by], NOON)
    held = Retrospective(
        id="retrospective:r1", project="project:bridge", unit="Works", title="March", anonymity=anonymous
    )
    item = LessonItem(id="l1", topic="g1", lesson="Ask for fresh samples.")
    lesson = draft_of(here, None, [note("a", "Soil gave way")], item, author=by, on=TODAY)
    topic = TopicItem(id="topic-g1", topic="g1", recurrences=marked or {})
    events = recurrences_of(context, here, [(topic, "Soil")], TODAY)
    with portfolio.store.transaction() as tx:
        put_records(tx, [held, lesson, *events], at=NOON, by=by)
        put_relationships(tx, edges_of_draft(lesson), at=NOON, by=by)
    return lesson.id


def test_a_recurrence_counts_on_the_lesson_once_somebody_else_accepts_it(portfolio):
    close(portfolio, marked={SOIL: "Soil"})
    before = portfolio.as_("ben").lesson_standing(id=SOIL)
    event = before.events[0]
    assert (before.recurred, event.state, event.retrospective, event.note) == (
        0, "proposed", "retrospective:r1", "March: Soil",
    )  # fmt: skip
    assert portfolio.edges(Rel.RECURRED_IN) == []
    with pytest.raises(OwnWork):
        portfolio.as_("fay").decide_recurrence(event=event.id, decision="accept")
    assert portfolio.as_("gus").review_queue().recurrences[0].event.retrospective == "retrospective:r1"
    assert portfolio.as_("gus").decide_recurrence(event=event.id, decision="accept").recurred == 1
    assert portfolio.edges(Rel.RECURRED_IN) == [
        (SOIL, "project:bridge", None),
        (SOIL, "retrospective:r1", None),
    ]
    portfolio.as_("gus").decide_recurrence(event=event.id, decision="reject", reason="Another soil")
    assert portfolio.edges(Rel.RECURRED_IN) == []


def test_closing_twice_records_a_recurrence_once(local_portfolio):
    close(local_portfolio, marked={SOIL: "Soil"})
    revision = local_portfolio.store.revision()
    close(local_portfolio, marked={SOIL: "Soil"})
    assert local_portfolio.store.revision() == revision
    assert len(local_portfolio.as_("ben").lesson_standing(id=SOIL).events) == 1


def test_what_cannot_come_again_is_passed_over_not_a_reason_to_stay_open(local_portfolio):
    later = local_portfolio.lesson("later", lesson="Learnt tomorrow.", learnt_on=date(2026, 3, 3))
    retired = local_portfolio.lesson("gone", lesson="Out of use.", state="retired")
    hidden = local_portfolio.lesson("far", project="far", lesson="Elsewhere.")
    close(local_portfolio, marked=dict.fromkeys(["lesson:nosuch", later, retired, hidden], "x"))
    for key in (later, retired, hidden):
        assert local_portfolio.as_("top").lesson_standing(id=key).events == []


def test_a_draft_of_a_topic_is_published_through_somebody_else(local_portfolio):
    key = close(local_portfolio)
    with pytest.raises(OwnWork):
        local_portfolio.as_("fay").review_lesson(id=key, decision="accept")
    with pytest.raises(WrongState):
        local_portfolio.as_("gus").publish_lesson(id=key)
    local_portfolio.as_("gus").review_lesson(id=key, decision="accept")
    assert local_portfolio.as_("gus").publish_lesson(id=key).lesson.state == "published"
    found = local_portfolio.as_("ben").get_lesson(id=key)
    assert (found.retrospective.title, found.project.name) == ("March", "Bridge")


def test_a_draft_from_an_anonymous_retrospective_names_no_participant(local_portfolio):
    key = close(local_portfolio, anonymous=True)
    rows = local_portfolio.store.read("MATCH (l:Lesson) WHERE l.id = $id RETURN properties(l) AS held", id=key)
    assert "secret-voter" not in str(rows) and rows[0]["held"]["author"] == "fay"
