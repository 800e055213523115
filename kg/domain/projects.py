"""Projects and the work that is done in them."""

from __future__ import annotations

from datetime import date as CivilDate
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from ..schema import Label
from .record import Instant, NonEmpty, Record, Text, nested

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""


class ProjectStatus(StrEnum):
    """Where a project stands."""

    PLANNED = "planned"
    ACTIVE = "active"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Project(Record):
    """A bounded effort that promised something.

    `attributes` are facts known at approval (country, instrument, region ...): only these
    may feed a prediction. `known_later` keeps what was learnt afterwards.
    """

    label: ClassVar[Label] = Label.PROJECT

    name: NonEmpty
    description: Text | None = None
    sector: str | None = None
    tags: list[str] = Field(default_factory=list)
    phase: str | None = None
    start: CivilDate | None = None
    end: CivilDate | None = None
    budget: Decimal | None = Field(default=None, ge=0)
    cost: Decimal | None = Field(default=None, ge=0)
    currency: Currency | None = None
    status: ProjectStatus = ProjectStatus.ACTIVE
    timezone: str = "UTC"
    attributes: dict[str, str] = nested(dict)
    known_later: dict[str, str] = nested(dict)

    @model_validator(mode="after")
    def _belongs_to_itself(self) -> Self:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"ends {self.end} before it starts {self.start}")
        if (self.budget is not None or self.cost is not None) and self.currency is None:
            raise ValueError("an amount needs its currency, for example USD")
        self.project = self.id
        return self

    def search_text(self) -> str:
        parts = [self.name, self.description, self.sector, " ".join(self.tags), " ".join(self.attributes.values())]
        return "\n".join(part for part in parts if part)


class Milestone(Record):
    """A dated point that a plan promised to reach."""

    label: ClassVar[Label] = Label.MILESTONE

    project: NonEmpty
    title: NonEmpty
    due: CivilDate | None = None
    reached: CivilDate | None = None


class WorkItem(Record):
    """A piece of work from a tracker."""

    label: ClassVar[Label] = Label.WORK_ITEM

    project: NonEmpty
    title: NonEmpty
    kind: str | None = None
    description: Text | None = None
    estimate: float | None = Field(default=None, ge=0)
    actual: float | None = Field(default=None, ge=0)
    state: str | None = None
    opened_at: Instant | None = None
    closed_at: Instant | None = None
    transitions: list[dict[str, Any]] = nested(list)
    url: str | None = None


class ProcessMetric(Record):
    """A dated figure about how work went; it stands beside an outcome, never instead."""

    label: ClassVar[Label] = Label.PROCESS_METRIC

    project: NonEmpty
    name: NonEmpty
    date: CivilDate
    value: float = Field(allow_inf_nan=False)
    unit_of_measure: str | None = None


class SourceObject(Record):
    """An object of an import that has no type of ours; nothing of a source is dropped."""

    label: ClassVar[Label] = Label.SOURCE_OBJECT

    kind: NonEmpty
    name: str | None = None
    properties: dict[str, Any] = nested(dict)
