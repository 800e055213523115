"""Objectives and key results as they are asked for and shown."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from ..domain import Direction, KeyResult, Objective
from ..domain.rollup import Part
from .table import Request, Response


class DefineObjective(Request):
    """A new objective of a period, or with `id` new values of one; what is not given stays.

    `period` is its name, such as 2026-Q1. One without `unit` is the whole organisation's. An empty
    `parent` makes it stand by itself. What `clear` names is emptied. The same words with the same
    `key` again make nothing new.
    """

    id: str | None = None
    revision: int | None = None
    title: str | None = Field(default=None, min_length=1, max_length=500)
    period: str | None = Field(default=None, min_length=1, max_length=100)
    period_start: date | None = None
    period_end: date | None = None
    parent: str | None = None
    unit: str | None = Field(default=None, max_length=300)
    owner: str | None = Field(default=None, max_length=300)
    description: str | None = Field(default=None, max_length=20_000)
    clear: list[Literal["period_start", "period_end", "description"]] = Field(default=[], max_length=3)
    key: str | None = Field(default=None, max_length=100)


class DefineKeyResult(Request):
    """A new key result of an objective, or with `id` new values of one; what is not given stays.

    What `clear` names is emptied. The same words with the same `key` again make nothing new.
    """

    id: str | None = None
    revision: int | None = None
    objective: str | None = None
    title: str | None = Field(default=None, min_length=1, max_length=500)
    baseline: float | None = Field(default=None, allow_inf_nan=False)
    target: float | None = Field(default=None, allow_inf_nan=False)
    unit_of_measure: str | None = Field(default=None, max_length=100)
    direction: Direction | None = None
    weight: float | None = None
    due: date | None = None
    owner: str | None = Field(default=None, max_length=300)
    clear: list[Literal["baseline", "target", "unit_of_measure", "due"]] = Field(default=[], max_length=4)
    key: str | None = Field(default=None, max_length=100)


class ListObjectives(Request):
    """Of which period; all when not given."""

    period: str | None = None


class ObjectiveKey(Request):
    """Which objective, by id or title."""

    id: str


class ObjectiveRow(BaseModel):
    """An objective in a list; `depth` counts the objectives above it that are listed."""

    objective: Objective
    depth: int = 0
    key_results: int = 0
    outcomes: int = 0
    attainment: float | None = None
    coverage: float = 0.0
    cautious: float = 0.0


class ObjectiveList(Response):
    """Objectives, each below its parent, with how far they have come."""

    objectives: list[ObjectiveRow]
    periods: list[str]
    period: str | None = None
    may_define: bool = False


class ObjectiveView(Response):
    """An objective with the parts that its attainment is made of.

    `may_unalign` names the outcomes among them whose alignments the visitor may take back.
    """

    objective: Objective
    rollup: Part
    key_results: list[KeyResult] = []
    parent: Objective | None = None
    may_define: bool = False
    may_unalign: list[str] = []
