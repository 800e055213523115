"""From a topic of a retrospective to what is kept: drafts of lessons, and recurrences of earlier ones.

A draft names nobody but who closed the retrospective, whether it was anonymous or not: what
is on the wall is the group's. It goes the way of every draft: somebody else reviews it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from ..schema import Label, Rel
from .board.items import BoardItem, LessonItem, NoteItem, TopicItem
from .board.moves import LONGEST_TEXT
from .formats import Column, Tone
from .lessons import EventState, Lesson, LessonEvent, LessonEventKind, LessonState, Polarity
from .record import derive_id
from .relationship import Relationship

_SAYS = {Tone.GOOD: Polarity.SUCCESS, Tone.BAD: Polarity.FAILURE}


def driving_event_of(notes: Sequence[NoteItem], topic: TopicItem | None = None) -> str:
    """What happened, as the notes of a topic tell it, in their order; and what was said about it.

    Args:
        notes: The topic's notes.
        topic: What was said while it was discussed.
    """
    told = [" ".join(note.text.split()) for note in sorted(notes, key=lambda note: (note.order, note.id))]
    parts = list(dict.fromkeys(part for part in told if part))
    text = "\n".join(f"- {part}" for part in parts) if len(parts) > 1 else "".join(parts)
    said = topic.discussion.strip() if topic is not None else ""
    whole = "\n\n".join(part for part in (text, said) if part)
    return whole if len(whole) <= LONGEST_TEXT else whole[: LONGEST_TEXT - 1] + "…"


def polarity_of(notes: Iterable[NoteItem], columns: Iterable[Column]) -> Polarity | None:
    """Whether the notes of a topic speak of what worked or of what did not; None when they do not agree."""
    tones = {column.key: column.tone for column in columns}
    said = [_SAYS[tone] for note in notes if (tone := tones.get(note.column)) in _SAYS]
    good, bad = said.count(Polarity.SUCCESS), said.count(Polarity.FAILURE)
    return None if good == bad else Polarity.SUCCESS if good > bad else Polarity.FAILURE


def draft_of(
    board: BoardItem,
    topic: TopicItem | None,
    notes: Sequence[NoteItem],
    lesson_item: LessonItem,
    *,
    author: str,
    on: date,
    sector: str | None = None,
) -> Lesson:
    """The draft that a lesson in the making becomes; the same item gives the same record.

    What was left empty is filled from the topic: what happened from its notes and discussion,
    success or failure from the columns that the notes stood in.

    Args:
        board: The board that closes.
        topic: What was said about the topic, if anything.
        notes: The topic's notes.
        lesson_item: What was written of the lesson.
        author: Who closes the board, by the name they sign in with; the only person named.
        on: The day it closes.
        sector: The project's.

    Raises:
        InvalidRecord: Neither the item nor the notes say anything.
    """
    return Lesson.parse(
        {
            "id": derive_id("lesson", board.retrospective, lesson_item.id),
            "title": lesson_item.title,
            "driving_event": lesson_item.driving_event or driving_event_of(notes, topic) or None,
            "lesson": lesson_item.lesson or None,
            "recommendation": lesson_item.recommendation or None,
            "conditions": lesson_item.conditions or None,
            "polarity": lesson_item.polarity or polarity_of(notes, board.format.columns),
            "project": board.project,
            "unit": board.unit,
            "confidential": board.confidential,
            "sector": sector,
            "author": author,
            "learnt_on": on,
            "state": LessonState.DRAFT,
            "retrospective": board.retrospective,
        }
    )


def edges_of_draft(lesson: Lesson) -> list[Relationship]:
    """Where a draft was learnt, and what produced it."""
    edges = [
        Relationship(
            type=Rel.LEARNED_IN, start_label=Label.LESSON, start=lesson.id,
            end_label=Label.PROJECT, end=lesson.project or "",
        )
    ]  # fmt: skip
    if lesson.retrospective:
        edges.append(
            Relationship(
                type=Rel.PRODUCED, start_label=Label.RETROSPECTIVE, start=lesson.retrospective,
                end_label=Label.LESSON, end=lesson.id,
            )
        )  # fmt: skip
    return edges


def recurrence_of(board: BoardItem, topic: str, lesson: Lesson, *, title: str, person: str, on: date) -> LessonEvent:
    """That what a lesson warns of came again, as a group said of a topic: proposed, for somebody else to accept.

    A recurrence of a translation is one of its original. It is joined to project and
    retrospective once it is accepted.

    Args:
        board: The board that closes.
        topic: The topic's key.
        lesson: The earlier lesson.
        title: What the topic is called.
        person: Who closes the board, by the name they sign in with.
        on: The day it closes.
    """
    subject = lesson.translation_of or lesson.id
    return LessonEvent.parse(
        {
            "id": derive_id("event", LessonEventKind.RECURRED.value, subject, board.retrospective, topic),
            "project": board.project,
            "unit": board.unit,
            "confidential": board.confidential,
            "subject": subject,
            "kind": LessonEventKind.RECURRED,
            "person": person,
            "happened_on": on,
            "retrospective": board.retrospective,
            "note": f"{board.title}: {title}" if title else board.title,
            "state": EventState.PROPOSED,
        }
    )


def edges_of_recurrence(event: LessonEvent) -> list[Relationship]:
    """The edges that an accepted recurrence stands for: to its project, and to the retrospective that saw it."""
    at: dict[str, str | int | float | bool] = {"at": event.happened_on.isoformat() if event.happened_on else ""}
    ends = [(Label.PROJECT, event.project or ""), (Label.RETROSPECTIVE, event.retrospective or "")]
    return [
        Relationship(
            type=Rel.RECURRED_IN, start_label=Label.LESSON, start=event.subject, end_label=label, end=end,
            properties=at,
        )
        for label, end in ends
        if end
    ]  # fmt: skip
