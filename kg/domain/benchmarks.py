"""Figures of an industry: what others reach, from a named source at a named day."""

from __future__ import annotations

from datetime import date as CivilDate
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from ..schema import Label
from .record import NonEmpty, Record, Text

ATTAINMENT = "attainment"
"""The measure that is a share of attained outcomes, 0 to 1; any other names a metric."""


class Benchmark(Record):
    """A figure for a type of outcome that stands beside precedents and never among them.

    Attributes:
        measure: `attainment` for a share of attained outcomes, else the name of a metric.
        source: Who published it.
        date: Of when the figure is.
    """

    label: ClassVar[Label] = Label.BENCHMARK

    outcome_type: NonEmpty
    measure: NonEmpty
    value: float
    low: float | None = None
    high: float | None = None
    n: Annotated[int, Field(gt=0)] | None = None
    unit_of_measure: str | None = None
    source: NonEmpty
    date: CivilDate
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2000)] | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.measure == ATTAINMENT:
            for name in ("value", "low", "high"):
                share = getattr(self, name)
                if share is not None and not 0 <= share <= 1:
                    raise ValueError(f"{name}: a share of attained outcomes lies between 0 and 1, not {share:g}")
        if self.low is not None and self.low > self.value:
            raise ValueError(f"low {self.low:g} lies above the value {self.value:g}")
        if self.high is not None and self.high < self.value:
            raise ValueError(f"high {self.high:g} lies below the value {self.value:g}")
        return self
