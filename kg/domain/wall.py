"""Facts of a period, for the wall of a retrospective: what happened, on which day, from which record.

A fact holds values, not words: `title` names the sentence (`wall.facts.<title>`), `values` fill
it, so that everybody reads it in their own language. Its id says which record and which side
of it, whatever became of that: pinned into a note, it stays the same fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from ..schema import Label
from .record import Record

Value = str | int | float | bool | None


class FactKind(StrEnum):
    """What a fact is about; the wall groups and filters by it."""

    MILESTONE = "milestone"
    WORK = "work"
    METRIC = "metric"
    OUTCOME = "outcome"
    ASSESSMENT = "assessment"
    ALERT = "alert"
    DECISION = "decision"
    ACTION = "action"
    RETROSPECTIVE = "retrospective"
    LESSON = "lesson"


class FactTone(StrEnum):
    """How a fact reads: no judgement where the records hold none."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"


class Fact(BaseModel):
    """Something that happened in the period.

    Attributes:
        id: The record and which side of it, such as `milestone:m1#due`.
        day: When; of a stretch its first day.
        until: Last day of a stretch.
        title: Which sentence tells it.
        values: What fills the sentence.
        record: Id of the record that it comes from.
        label: Kind of that record.
    """

    model_config = ConfigDict(extra="forbid")

    id: str
    kind: FactKind
    day: date
    until: date | None = None
    title: str
    values: dict[str, Value] = Field(default_factory=dict)
    record: str | None = None
    label: Label | None = None
    tone: FactTone = FactTone.NEUTRAL


@dataclass(frozen=True)
class Period:
    """The days `[start, end)` as seen from `today`; an open start reaches back as far as records do.

    Attributes:
        start: First day.
        end: The day after the last.
        today: The day of asking: later than the end when one looks back at long ago.
        zone: Name of the time zone that days are those of.
    """

    start: date | None
    end: date
    today: date
    zone: str = "UTC"

    def holds(self, day: date | None) -> bool:
        """True when a day lies in the period."""
        return day is not None and (self.start is None or day >= self.start) and day < self.end

    @property
    def last(self) -> date:
        """The last day that can be told about."""
        return min(self.end - timedelta(days=1), self.today)

    def day(self, moment: datetime | None) -> date | None:
        """The civil day of an instant, in the project's zone."""
        return None if moment is None else moment.astimezone(_zone(self.zone)).date()


@cache
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a name that this machine does not know
        return UTC


def fact(
    kind: FactKind, side: str, day: date, title: str, record: Record, tone: FactTone = FactTone.NEUTRAL, **more: Any
) -> Fact:
    """A fact of a record.

    Args:
        kind: What it is about.
        side: Which side of the record it tells of.
        day: When.
        title: Which sentence tells it.
        record: Where it comes from.
        tone: How it reads.
        **more: `until`, and values of the sentence.
    """
    until = more.pop("until", None)
    return Fact(
        id=f"{record.id}#{side}", kind=kind, day=day, until=until, title=title, values=more,
        record=record.id, label=record.label, tone=tone,
    )  # fmt: skip


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Facts as time went: by day, then by kind as listed, then by id."""
    kinds = {kind: place for place, kind in enumerate(FactKind)}
    return sorted(facts, key=lambda fact: (fact.day, kinds[fact.kind], fact.id))
