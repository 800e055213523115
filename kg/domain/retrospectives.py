"""Looking back: retrospectives, their notes, and the actions that follow."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..schema import Label
from .record import Instant, NonEmpty, Record, Text, nested


class Note(BaseModel):
    """One card on the wall; `column` is a key of the format, such as `went_well`."""

    model_config = ConfigDict(extra="forbid")

    key: str
    column: str
    text: str
    votes: int = Field(default=0, ge=0)
    group: str | None = None


class TimelineEvent(BaseModel):
    """Something that happened, at an instant, on a date, or at a time the source only names."""

    model_config = ConfigDict(extra="forbid")

    when: str
    text: str
    at: Instant | None = None


class Retrospective(Record):
    """A look back at a period of a project, `[period_start, period_end)`."""

    label: ClassVar[Label] = Label.RETROSPECTIVE

    project: NonEmpty
    title: NonEmpty
    held_on: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    format: str = "imported"
    phases: list[str] = Field(default_factory=list)
    anonymity: bool = False
    summary: Text | None = None
    timeline: list[TimelineEvent] = nested(list)
    notes: list[Note] = nested(list)
    health: dict[str, Any] = nested(dict)
    previous: str | None = None
    closing_rating: float | None = Field(default=None, ge=1, le=5)
    links: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _period_runs_forward(self) -> Self:
        if self.period_start and self.period_end and self.period_end <= self.period_start:
            raise ValueError(f"the period ends {self.period_end}, not after its start {self.period_start}")
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
    """Something one person undertook to change; done without data stays unverified."""

    label: ClassVar[Label] = Label.ACTION_ITEM

    project: NonEmpty
    retrospective: str | None = None
    title: NonEmpty
    area: str | None = None
    owner: str | None = None
    opened_on: date | None = None
    due: date | None = None
    done_on: date | None = None
    success_metric: str | None = None
    before: float | None = None
    after: float | None = None
    status: ActionStatus = ActionStatus.OPEN
    carried_from: str | None = None
    carry_count: Annotated[int, Field(ge=0)] = 0
    links: list[str] = Field(default_factory=list)
