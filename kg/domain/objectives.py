"""What an organisation wants of a period: objectives and their key results."""

from __future__ import annotations

from datetime import date as CivilDate
from typing import ClassVar

from pydantic import Field

from ..schema import Label
from .outcomes import Direction
from .record import NonEmpty, Record, Text


class Objective(Record):
    """What an organisation wants of a period (the O of OKR)."""

    label: ClassVar[Label] = Label.OBJECTIVE

    title: NonEmpty
    period: NonEmpty
    period_start: CivilDate | None = None
    period_end: CivilDate | None = None
    parent: str | None = None
    owner: str | None = None
    description: Text | None = None
    retired_reason: Text | None = None


class KeyResult(Record):
    """A measurable result of an objective (the KR of OKR); measured by measurements of its own, too."""

    label: ClassVar[Label] = Label.KEY_RESULT

    objective: NonEmpty
    title: NonEmpty
    baseline: float | None = Field(default=None, allow_inf_nan=False)
    target: float | None = Field(default=None, allow_inf_nan=False)
    unit_of_measure: str | None = None
    direction: Direction = Direction.INCREASE
    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    due: CivilDate | None = None
    owner: str | None = None
    retired_reason: Text | None = None
