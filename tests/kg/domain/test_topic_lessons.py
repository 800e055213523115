"""A topic becomes a draft, a recurrence is recorded as one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kg.domain import EventState, Lesson, LessonState, Polarity
from kg.domain.board.items import BoardItem, LessonItem, NoteItem, TopicItem
from kg.domain.formats import Bilingual, Column, Format, PhaseKind, PhasePlan, Tone
from kg.domain.topic_lessons import draft_of, driving_event_of, edges_of_draft, edges_of_recurrence, recurrence_of
from kg.errors import InvalidRecord
from kg.schema import Label, Rel

TODAY = date(2026, 3, 2)


def words(text: str) -> Bilingual:
    return Bilingual(en=text, zh=text)


def column(key: str, tone: Tone) -> Column:
    return Column(key=key, title=words(key), prompt=words(key), tone=tone)


def board(**more: Any) -> BoardItem:
    plan = Format(
        key="test",
        name=words("Test"),
        description=words("Test"),
        columns=[column("well", Tone.GOOD), column("badly", Tone.BAD), column("ideas", Tone.IDEA)],
        phases=[PhasePlan(kind=PhaseKind.WRITE)],
    )
    values: dict[str, Any] = {
        "id": "board", "retrospective": "retrospective:r1", "project": "project:bridge", "unit": "Works",
        "title": "March", "created_by": "fay", "format": plan, "join_code": "x", "phases": [{"kind": "write"}],
    }  # fmt: skip
    return BoardItem.model_validate(values | more)


def note(key: str, text: str, column: str = "badly", order: float = 0.0) -> NoteItem:
    return NoteItem(id=key, voter="secret-voter", column=column, text=text, order=order, shown=True)


NOTES = [note("b", "The survey was from 2009", order=2), note("a", "Soil  gave way", order=1)]


def drafted(item: LessonItem | None = None, notes: list[NoteItem] = NOTES, **more: Any) -> Lesson:
    item = item or LessonItem(id="lesson-1", topic="g1", lesson="Old surveys mislead.")
    return draft_of(board(**more), None, notes, item, author="fay", on=TODAY)


def test_a_draft_says_what_happened_in_the_order_of_the_notes():
    lesson = drafted()
    assert lesson.driving_event == "- Soil gave way\n- The survey was from 2009"
    assert (lesson.state, lesson.author, lesson.learnt_on) == (LessonState.DRAFT, "fay", TODAY)
    assert (lesson.project, lesson.unit, lesson.retrospective) == ("project:bridge", "Works", "retrospective:r1")
    assert (lesson.title, lesson.title_derived) == ("Old surveys mislead", True)


def test_what_was_written_goes_before_what_is_filled_in():
    item = LessonItem(id="x", topic="g1", title="Drill", driving_event="It sank.", polarity=Polarity.SUCCESS)
    lesson = drafted(item)
    assert (lesson.title, lesson.driving_event, lesson.polarity) == ("Drill", "It sank.", Polarity.SUCCESS)


def test_what_was_said_in_the_discussion_follows_what_the_notes_say():
    topic = TopicItem(id="topic-g1", topic="g1", discussion="Nobody asked for new samples.")
    assert driving_event_of([NOTES[0]], topic) == "The survey was from 2009\n\nNobody asked for new samples."


def test_a_note_that_was_written_twice_is_told_once():
    assert driving_event_of([note("a", "Late again"), note("b", "Late again")]) == "Late again"


@pytest.mark.parametrize(
    ("columns", "polarity"),
    [
        (["badly", "badly", "well"], Polarity.FAILURE),
        (["well", "ideas"], Polarity.SUCCESS),
        (["well", "badly"], None),
        (["ideas"], None),
    ],
)
def test_success_or_failure_is_read_from_the_columns_of_the_notes(columns, polarity):
    notes = [note(f"n{place}", f"text {place}", key) for place, key in enumerate(columns)]
    assert drafted(notes=notes).polarity == polarity


def test_the_same_item_gives_the_same_record_and_another_one_another():
    assert drafted().id == drafted().id
    assert drafted().id != drafted(LessonItem(id="lesson-2", topic="g1", lesson="x")).id


def test_a_confidential_retrospective_gives_confidential_drafts_and_recurrences():
    assert drafted(confidential=True).confidential
    past = Lesson(id="lesson:soil", project="project:old", lesson="Drill.")
    assert recurrence_of(board(confidential=True), "g1", past, title="Soil", person="fay", on=TODAY).confidential


def test_a_draft_names_nobody_but_who_closed_it():
    kept = drafted(anonymous=True).model_dump_json()
    assert "secret-voter" not in kept and "fay" in kept


def test_a_draft_that_says_nothing_is_refused():
    with pytest.raises(InvalidRecord, match="needs a lesson"):
        drafted(LessonItem(id="x", topic="g1"), notes=[])


def test_a_long_wall_of_notes_is_cut_not_refused():
    notes = [note(f"n{place}", f"{place} " + "long " * 390, order=place) for place in range(60)]
    assert len(driving_event_of(notes)) == 10_000 and drafted(notes=notes).driving_event


def test_a_draft_hangs_on_its_project_and_its_retrospective():
    ends = {(edge.type, edge.start, edge.end) for edge in edges_of_draft(drafted())}
    key = drafted().id
    assert ends == {(Rel.LEARNED_IN, key, "project:bridge"), (Rel.PRODUCED, "retrospective:r1", key)}


def test_a_recurrence_is_proposed_for_the_original_of_a_translation():
    past = Lesson(id="lesson:soil-zh", project="project:old", lesson="重新钻探。", translation_of="lesson:soil")
    event = recurrence_of(board(), "g1", past, title="Soil", person="fay", on=TODAY)
    assert (event.subject, event.state, event.person) == ("lesson:soil", EventState.PROPOSED, "fay")
    assert (event.project, event.retrospective, event.note) == ("project:bridge", "retrospective:r1", "March: Soil")
    assert {(edge.end_label, edge.end) for edge in edges_of_recurrence(event)} == {
        (Label.PROJECT, "project:bridge"),
        (Label.RETROSPECTIVE, "retrospective:r1"),
    }
