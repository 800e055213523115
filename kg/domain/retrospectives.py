"""Looking back: retrospectives, their notes, and the actions that follow."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..schema import Label
from .record import Instant, NonEmpty, Record, Text, nested

FEWEST_ANSWERS = 5
"""Answers of fewer people than this are never shown, stored or exported one by one or as a mean."""


class Note(BaseModel):
    """One card on the wall; `column` is a key of the format, such as `went_well`.

    `group` is the key of the topic it was put into; `author` is never known in an anonymous
    retrospective; `fact` names the fact of the wall that was pinned into it.
    """

    model_config = ConfigDict(extra="forbid")

    key: str
    column: str
    text: str
    votes: int = Field(default=0, ge=0)
    group: str | None = None
    author: str | None = None
    fact: str | None = None


class Topic(BaseModel):
    """What notes were grouped under and talked about; `key` is that of a group, or of a note that stood alone."""

    model_config = ConfigDict(extra="forbid")

    key: str
    title: str
    votes: int = Field(default=0, ge=0)
    discussion: str = ""
    discussed: bool = False
    lessons: list[str] = Field(default_factory=list)
    recurrences: list[str] = Field(default_factory=list)
    actions: list[str] = Field(default_factory=list)


class ColumnName(BaseModel):
    """A column of the wall as a finished retrospective keeps it, so that a changed format rewrites nothing."""

    model_config = ConfigDict(extra="forbid")

    key: str
    en: str
    zh: str
    tone: str = "neutral"


class Answers(BaseModel):
    """Answers of a group to one question, 1 to 5; without figures below the fewest that may be shown."""

    model_config = ConfigDict(extra="forbid")

    question: str
    en: str = ""
    zh: str = ""
    count: int = Field(ge=0)
    counts: list[int] | None = None
    mean: float | None = Field(default=None, ge=1, le=5)

    @model_validator(mode="after")
    def _hides_the_few(self) -> Self:
        if self.count < FEWEST_ANSWERS and (self.counts is not None or self.mean is not None):
            raise ValueError(f"answers of fewer than {FEWEST_ANSWERS} people are hidden")
        return self

    @classmethod
    def of(cls, question: str, values: list[int], en: str = "", zh: str = "") -> Answers:
        """What may be kept of these answers."""
        if len(values) < FEWEST_ANSWERS:
            return cls(question=question, en=en, zh=zh, count=len(values))
        counts = [values.count(level) for level in range(1, 6)]
        mean = round(sum(values) / len(values), 2)
        return cls(question=question, en=en, zh=zh, count=len(values), counts=counts, mean=mean)


class TimelineEvent(BaseModel):
    """Something that happened, at an instant, on a date, or at a time the source only names."""

    model_config = ConfigDict(extra="forbid")

    when: str
    text: str
    at: Instant | None = None


class RetrospectiveState(StrEnum):
    """Where a retrospective stands; an imported one is closed."""

    OPEN = "open"
    CLOSED = "closed"


class Retrospective(Record):
    """A look back at a period of a project, `[period_start, period_end)`.

    `health` are the answers of the health check, `mood` those of the check-in, `closing` those of
    the return on the time invested; `closing_rating` is the latter's mean where it may be shown.
    """

    label: ClassVar[Label] = Label.RETROSPECTIVE

    project: NonEmpty
    title: NonEmpty
    team: str | None = None
    held_on: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    format: str = "imported"
    phases: list[str] = Field(default_factory=list)
    anonymity: bool = False
    state: RetrospectiveState = RetrospectiveState.CLOSED
    facilitators: list[str] = Field(default_factory=list)
    attended: int | None = Field(default=None, ge=0)
    summary: Text | None = None
    timeline: list[TimelineEvent] = nested(list)
    columns: list[ColumnName] = nested(list)
    notes: list[Note] = nested(list)
    topics: list[Topic] = nested(list)
    health_set: str | None = None
    health: list[Answers] = nested(list)
    mood: Answers | None = nested(lambda: None)
    closing: Answers | None = nested(lambda: None)
    previous: str | None = None
    closing_rating: float | None = Field(default=None, ge=1, le=5)
    links: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _keeps_its_promises(self) -> Self:
        if self.period_start and self.period_end and self.period_end <= self.period_start:
            raise ValueError(f"the period ends {self.period_end}, not after its start {self.period_start}")
        if self.anonymity and any(note.author for note in self.notes):
            raise ValueError("an anonymous retrospective keeps no authors of notes")
        return self


class ActionStatus(StrEnum):
    """Where an action stands; done without data is not yet effective."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE_UNVERIFIED = "done_unverified"
    EFFECTIVE = "effective"
    NOT_EFFECTIVE = "not_effective"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


OPEN_STATUSES = frozenset({ActionStatus.OPEN, ActionStatus.IN_PROGRESS})


class ActionItem(Record):
    """Something one person undertook to change; done without data stays unverified.

    `owner` is the name somebody signs in with, or any name for who does not sign in.
    `success_metric` names what is measured; `metric` is the series it is measured by: the id of an
    outcome, or `process:<name>` for a process metric of the project; `direction` says whether the
    figure should rise or fall. `before`, `after` and the 90 % interval of their difference
    (`effect_low`, `effect_high`) are computed when it is closed, `samples` says from how many values.
    `carried_into` are the retrospectives that closed while it was still open.
    """

    label: ClassVar[Label] = Label.ACTION_ITEM

    project: NonEmpty
    retrospective: str | None = None
    topic: str | None = None
    title: NonEmpty
    area: str | None = None
    owner: str | None = None
    opened_on: date | None = None
    due: date | None = None
    done_on: date | None = None
    success_metric: str | None = None
    metric: str | None = None
    direction: Annotated[str, Field(pattern="^(increase|decrease)$")] | None = None
    before: float | None = None
    after: float | None = None
    effect_low: float | None = None
    effect_high: float | None = None
    samples: list[int] = nested(list)
    reason: Text | None = None
    status: ActionStatus = ActionStatus.OPEN
    carried_from: str | None = None
    carry_count: Annotated[int, Field(ge=0)] = 0
    carried_into: list[str] = Field(default_factory=list)
    links: list[str] = Field(default_factory=list)
