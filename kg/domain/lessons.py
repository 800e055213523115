"""What was learnt, and the practices distilled from it."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from ..schema import Label
from .language import detect_language
from .record import NonEmpty, Record, Text


class Polarity(StrEnum):
    """Whether a lesson comes from something that worked."""

    SUCCESS = "success"
    FAILURE = "failure"


class LessonState(StrEnum):
    """Where a lesson stands between a thought and shared knowledge."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    RETIRED = "retired"


class Lesson(Record):
    """A lesson: what happened, what it taught, what to do about it.

    A missing title is derived from the first sentence and marked (`title_derived`).
    """

    label: ClassVar[Label] = Label.LESSON

    title: str = ""
    title_derived: bool = False
    driving_event: Text | None = None
    lesson: Text | None = None
    recommendation: Text | None = None
    conditions: Text | None = None
    polarity: Polarity | None = None
    phase: str | None = None
    sector: str | None = None
    topics: list[str] = Field(default_factory=list)
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] | None = None
    impact: Annotated[int, Field(ge=1, le=5)] | None = None
    learnt_on: date | None = None
    review_by: date | None = None
    state: LessonState = LessonState.DRAFT
    author: str | None = None
    retrospective: str | None = None
    translation_of: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        said = [part for part in (self.lesson, self.recommendation, self.driving_event) if part]
        if not said:
            raise ValueError("a lesson needs a lesson, a recommendation or a driving event")
        if not self.title:
            self.title = first_sentence(said[0])
            self.title_derived = True
        if self.language is None:
            self.language = detect_language(" ".join(said))
        return self

    def search_text(self) -> str:
        parts = [
            None if self.title_derived else self.title,
            self.driving_event,
            self.lesson,
            self.recommendation,
            self.conditions,
            " ".join(self.topics),
        ]
        return "\n".join(part for part in parts if part)


class LessonEventKind(StrEnum):
    """What became of a lesson after it was kept."""

    HELPED = "helped"
    APPLIED = "applied"
    RECURRED = "recurred"


class ApplicationResult(StrEnum):
    """What applying a lesson or a practice brought."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    UNKNOWN = "unknown"


class EventState(StrEnum):
    """Whether an event counts: a recurrence is proposed until somebody else accepts it."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class LessonEvent(Record):
    """Something that happened to a lesson (or a practice): it helped, was applied, or what it warns of came again.

    `project` is where it happened; `person` who says so; `retrospective` the one that saw it.
    """

    label: ClassVar[Label] = Label.LESSON_EVENT

    subject: NonEmpty
    kind: LessonEventKind
    person: str
    happened_on: date | None = None
    retrospective: str | None = None
    result: ApplicationResult | None = None
    note: Text | None = None
    state: EventState = EventState.ACCEPTED
    decided_by: str | None = None


class Practice(Record):
    """What to do, under which conditions; its effect is computed from applications."""

    label: ClassVar[Label] = Label.PRACTICE

    statement: NonEmpty
    conditions: Text | None = None


def first_sentence(text: str, limit: int = 90) -> str:
    """The first sentence of a text in either language, cut at a word when it is long."""
    flat = " ".join(text.split())
    sentence = re.split(r"(?<=[.!?])\s|(?<=[。！？])", flat, maxsplit=1)[0].rstrip(".。")
    if len(sentence) <= limit:
        return sentence
    cut = sentence[:limit]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut) + "…"
