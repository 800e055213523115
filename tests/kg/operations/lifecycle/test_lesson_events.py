"""Helped, applied, happened again: what people say became of a lesson, and what it amounts to."""

from __future__ import annotations

import pytest

from kg.errors import Conflict, Forbidden, InvalidRequest, NotFound, OwnWork, WrongState
from kg.operations.standing import standing_of
from kg.schema import Rel
from tests.kg.operations.lifecycle.conftest import person

SOIL = "lesson:soil"


def recurred(portfolio, name: str, project: str, day: str = "2026-02-01") -> str:
    return portfolio.as_(name).mark_lesson(id=SOIL, kind="recurred", project=project, happened_on=day).event.id


def test_helped_counts_a_person_once_and_can_be_taken_back(portfolio):
    assert portfolio.as_("ben").mark_lesson(id=SOIL, kind="helped").helped == 1
    again = portfolio.as_("ben").mark_lesson(id=SOIL, kind="helped")
    assert (again.helped, again.changed) == (1, False)
    assert portfolio.as_("ada").mark_lesson(id=SOIL, kind="helped").helped == 2
    assert portfolio.as_("ben").unmark_lesson(id=SOIL).helped == 1
    assert portfolio.as_("ben").unmark_lesson(id=SOIL).changed is False
    assert portfolio.as_("ben").mark_lesson(id=SOIL, kind="helped").helped == 2


def test_a_mark_on_a_translation_counts_for_the_lesson_in_both_languages(portfolio):
    key = portfolio.lesson("soil-zh", lesson="地勘报告已过时。", language="zh", translation_of=SOIL)
    assert portfolio.as_("ben").mark_lesson(id=key, kind="helped").helped == 1
    assert portfolio.as_("ben").mark_lesson(id=SOIL, kind="helped").changed is False
    for told in (key, SOIL):
        standing = portfolio.as_("ben").lesson_standing(id=told)
        assert (standing.id, standing.helped, standing.i_helped) == (told, 1, True)
    assert portfolio.as_("ben").unmark_lesson(id=key).helped == 0


def test_authors_do_not_praise_their_own_lessons(local_portfolio):
    key = local_portfolio.draft("ada")
    with pytest.raises(OwnWork, match="for others to say"):
        local_portfolio.as_("ada").mark_lesson(id=key, kind="helped")
    assert local_portfolio.as_("ben").mark_lesson(id=key, kind="helped").helped == 1


def test_an_application_names_its_project_and_joins_it_in_the_graph(portfolio):
    with pytest.raises(InvalidRequest, match="needs the project"):
        portfolio.as_("ben").mark_lesson(id=SOIL, kind="applied")
    marked = portfolio.as_("ben").mark_lesson(id=SOIL, kind="applied", project="B1", result="better", note="New drill.")
    assert (marked.applied, marked.by_result) == (1, {"better": 1})
    assert portfolio.edges(Rel.APPLIED) == [("project:bridge", SOIL, "better")]
    event = portfolio.as_("ada").lesson_standing(id=SOIL).events[0]
    assert (event.project_name, event.note, event.person) == ("Bridge", "New drill.", "ben")


def test_the_same_application_again_changes_nothing(local_portfolio):
    ask = {"id": SOIL, "kind": "applied", "project": "project:bridge", "result": "same", "key": "k1"}
    assert local_portfolio.as_("ben").mark_lesson(**ask).changed is True
    revision = local_portfolio.store.revision()
    assert local_portfolio.as_("ben").mark_lesson(**ask).changed is False
    assert local_portfolio.store.revision() == revision
    with pytest.raises(Conflict, match="something else"):
        local_portfolio.as_("ben").mark_lesson(**ask | {"result": "worse"})


def test_taking_an_application_back_takes_its_edge_or_leaves_the_one_before(local_portfolio):
    ben = local_portfolio.as_("ben")
    first = ben.mark_lesson(id=SOIL, kind="applied", project="B1", result="worse", happened_on="2026-01-01").event.id
    second = ben.mark_lesson(id=SOIL, kind="applied", project="B1", result="better", happened_on="2026-02-01").event.id
    assert local_portfolio.edges(Rel.APPLIED) == [("project:bridge", SOIL, "better")]
    with pytest.raises(OwnWork):
        local_portfolio.as_("ada").unmark_lesson(id=SOIL, event=second)
    assert ben.unmark_lesson(id=SOIL, event=second).applied == 1
    assert local_portfolio.edges(Rel.APPLIED) == [("project:bridge", SOIL, "worse")]
    ben.unmark_lesson(id=SOIL, event=first)
    assert local_portfolio.edges(Rel.APPLIED) == []


def test_two_accepted_recurrences_make_a_lesson_not_effective(portfolio):
    first, second = recurred(portfolio, "ben", "B1"), recurred(portfolio, "ada", "project:tunnel")
    assert portfolio.counts(SOIL) == (0, 0, 0)  # proposed ones do not count
    portfolio.as_("fay").decide_recurrence(event=first, decision="accept")
    assert portfolio.as_("ben").lesson_standing(id=SOIL).not_effective is False
    decided = portfolio.as_("fay").decide_recurrence(event=second, decision="accept", reason="Same old report.")
    assert decided.not_effective is True
    standing = portfolio.as_("ben").lesson_standing(id=SOIL)
    assert {event.project_name for event in standing.events} == {"Bridge", "Tunnel"}
    assert portfolio.edges(Rel.RECURRED_IN) == [(SOIL, "project:bridge", None), (SOIL, "project:tunnel", None)]


def test_a_wrong_decision_is_changed_with_a_reason_and_the_graph_follows(portfolio):
    event = recurred(portfolio, "ben", "B1")
    portfolio.as_("fay").decide_recurrence(event=event, decision="accept")
    with pytest.raises(WrongState, match="accepted by fay; give a reason"):
        portfolio.as_("gus").decide_recurrence(event=event, decision="reject")
    assert portfolio.as_("gus").decide_recurrence(event=event, decision="reject", reason="Another bridge").recurred == 0
    assert portfolio.edges(Rel.RECURRED_IN) == []


def test_two_reports_of_one_day_in_one_project_are_one_occasion(local_portfolio):
    for event in (recurred(local_portfolio, "ben", "B1"), recurred(local_portfolio, "ada", "B1")):
        local_portfolio.as_("fay").decide_recurrence(event=event, decision="accept")
    assert local_portfolio.counts(SOIL) == (0, 0, 1)


def test_a_recurrence_is_decided_by_somebody_else_once(local_portfolio):
    event = recurred(local_portfolio, "fay", "B1")
    with pytest.raises(OwnWork):
        local_portfolio.as_("fay").decide_recurrence(event=event, decision="accept")
    with pytest.raises(Forbidden):
        local_portfolio.as_("ben").decide_recurrence(event=event, decision="accept")
    assert (
        local_portfolio.as_("gus").decide_recurrence(event=event, decision="reject", reason="Other soil").recurred == 0
    )
    assert local_portfolio.as_("gus").decide_recurrence(event=event, decision="reject").changed is False
    with pytest.raises(WrongState, match="rejected by gus"):
        local_portfolio.as_("gus").decide_recurrence(event=event, decision="accept")
    assert local_portfolio.edges(Rel.RECURRED_IN) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "recurred", "project": "B1", "happened_on": "2024-12-31"}, "before the lesson was learnt"),
        ({"kind": "applied", "project": "B1", "happened_on": "2026-03-04"}, "still to come"),
        ({"kind": "recurred"}, "needs the project"),
        ({"kind": "helped", "result": "better"}, "only an application"),
        ({"kind": "loved"}, "kind"),
        ({"kind": "applied", "project": "B1", "note": "x" * 10_001}, "note"),
    ],
)
def test_a_mark_that_cannot_be_is_refused_with_words(local_portfolio, values, said):
    with pytest.raises(InvalidRequest, match=said):
        local_portfolio.as_("ben").mark_lesson(id=SOIL, **values)


def test_a_hidden_project_can_neither_be_named_nor_counted(portfolio):
    with pytest.raises(NotFound):
        portfolio.as_("ben").mark_lesson(id=SOIL, kind="applied", project="project:far")
    portfolio.as_("top").mark_lesson(id=SOIL, kind="applied", project="project:far", result="worse", note="secret")
    event = (
        portfolio.as_("top")
        .mark_lesson(id=SOIL, kind="recurred", project="project:far", happened_on="2026-01-01")
        .event
    )
    before = portfolio.as_("ben").lesson_standing(id=SOIL)
    assert (before.applied, before.events, before.not_effective) == (0, [], False)
    with pytest.raises(NotFound):
        portfolio.as_("fay").decide_recurrence(event=event.id, decision="accept")
    assert portfolio.counts(SOIL, "top") == (0, 1, 0)


def test_guests_do_not_mark(local_portfolio):
    with pytest.raises(Forbidden, match="member"):
        local_portfolio.as_("guest").mark_lesson(id=SOIL, kind="helped")


def test_standing_of_many_lessons_is_read_in_three_statements(local_portfolio):
    ids = [SOIL] + [local_portfolio.lesson(f"more-{n}", lesson=f"Lesson number {n}.") for n in range(9)]
    local_portfolio.as_("ben").mark_lesson(id=SOIL, kind="helped")

    class Counting:
        asked = 0

        def read(self, query, **params):
            self.asked += 1
            return local_portfolio.store.read(query, **params)

    store = Counting()
    found = standing_of(store, ids, person("ada").scope())
    assert store.asked <= 3 and set(found) == set(ids)
    assert found[SOIL].helped == 1 and found["lesson:more-1"].helped == 0
