"""What is asked of outcomes, and what is told of them."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from ..domain import Evidence, Measurement, Metric, Outcome, OutcomeState, OutcomeType
from .outcome_history import OutcomeRevision
from .table import Request, Response


class ListOutcomes(Request):
    """Whose outcomes, of which project; `mine` means those that the visitor owns."""

    project: str | None = None
    owner: str | None = Field(default=None, max_length=300)
    mine: bool = False
    states: list[OutcomeState] = []
    type: str | None = Field(default=None, max_length=300)
    text: str | None = Field(default=None, max_length=500)
    limit: int = Field(default=50, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class OutcomeKey(Request):
    """Which outcome."""

    id: str


class Standing(BaseModel):
    """Where an outcome is today: the last value, and where it should be.

    `progress` is the share of the way from baseline to target, `expected` what its trajectory says of
    today, `expected_then` of the day of the last value; `shortfall` compares the two of that day.
    """

    today: date
    current: float | None = None
    measured_on: date | None = None
    progress: float | None = None
    attained: bool | None = None
    expected: float | None = None
    expected_then: float | None = None
    shortfall: float | None = None


class OutcomeRow(BaseModel):
    """An outcome in a list."""

    outcome: Outcome
    project_name: str | None = None
    type_name_en: str | None = None
    type_name_zh: str | None = None
    standing: Standing
    mine: bool = False


class OutcomeList(Response):
    """A page of outcomes, the latest first, with counts to narrow them (each count without its own limit)."""

    outcomes: list[OutcomeRow]
    total: int
    states: dict[str, int]
    types: dict[str, int]
    owners: dict[str, int]


class Linked(BaseModel):
    """Something that an outcome hangs on."""

    id: str
    title: str
    source_id: str | None = None
    state: str | None = None
    due: date | None = None


class OutcomeDetail(Response):
    """An outcome with everything that stands beside it.

    `missing` are the letters of SMART it lacks, each with its empty fields. `permitted` are the steps
    this visitor may take with it as it stands; `undoable` says that they may take its last change back.
    """

    outcome: Outcome
    project_name: str | None = None
    type: OutcomeType | None = None
    metric: Metric | None = None
    standing: Standing
    measurements: list[Measurement] = []
    evidence: list[Evidence] = []
    kpis: list[Linked] = []
    milestones: list[Linked] = []
    work_items: list[Linked] = []
    missing: dict[str, list[str]] = {}
    history: list[OutcomeRevision] = []
    permitted: list[str] = []
    undoable: bool = False
    mine: bool = False
