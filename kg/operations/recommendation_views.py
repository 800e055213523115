"""What a recommendation says: types with chances and grounds, practices, risks, benchmarks."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel

from .table import Response


class Known(StrEnum):
    """Whether a recommendation can be leant on."""

    ENOUGH = "enough"
    TOO_LITTLE = "too_little"


class Reason(StrEnum):
    """Why too little is known."""

    NO_PRECEDENTS = "no_precedents"
    FEW_JUDGED = "few_judged"
    NOTHING_LIKE_IT = "nothing_like_it"


class PrecedentView(BaseModel):
    """A past outcome as grounds, with the path that leads to it."""

    project: str
    external_id: str | None
    name: str
    outcome: str
    attained: bool | None
    verdict: str | None
    decided: date | None
    began: date | None
    similarity: float
    weight: float
    shared: list[str]
    path: list[str]


class Spread(BaseModel):
    """The middle of some values: quartiles of `n` of them."""

    n: int
    low: float
    median: float
    high: float


class MetricView(BaseModel):
    """A metric that precedents used: how many, what they aimed at, what they reached."""

    metric: str
    unit: str | None
    direction: str | None
    n: int
    target: Spread | None
    reached: Spread | None


class BenchmarkView(BaseModel):
    """A figure from elsewhere, with its source and date; it changes no chance."""

    id: str
    measure: str
    value: float
    low: float | None
    high: float | None
    n: int | None
    unit: str | None
    source: str
    date: date
    url: str | None
    note: str | None


class TypeRecommendation(BaseModel):
    """A type of outcome with its chance of success (90 % interval) and its grounds.

    `fit` is how likely the plan is about this type at all; `enough` is False when too
    little is known to lean on the chance. `metrics_from` says whether metrics come from
    what precedents used or only from the catalogue's `default_metrics`.
    """

    outcome_type: str
    name_en: str
    name_zh: str
    description_en: str | None = None
    description_zh: str | None = None
    fit: float
    probability: float
    low: float
    high: float
    n: int
    weight: float
    base_rate: float | None
    enough: bool
    default_metrics: list[str] = []
    metrics: list[MetricView] = []
    metrics_from: Literal["precedents", "catalogue", "nowhere"] = "nowhere"
    benchmarks: list[BenchmarkView] = []
    precedents: list[PrecedentView] = []


class PracticeView(BaseModel):
    """A practice by its measured effect: the share of projects that did better, 90 % interval.

    `terms` are words it shares with the plan, `near` like projects that applied it.
    """

    id: str
    statement: str
    conditions: str | None
    n: int
    better: int
    same: int
    worse: int
    share: float | None
    low: float | None
    high: float | None
    enough: bool
    terms: list[str]
    near: list[PrecedentName]


class PrecedentName(BaseModel):
    """A project by its name."""

    project: str
    name: str


class LessonWarning(BaseModel):
    """A lesson from a failure that concerns the plan, with why it is near."""

    id: str
    title: str
    recommendation: str | None
    project: str | None
    project_name: str | None
    language: str | None
    why: Literal["words", "precedent", "sector"]
    terms: list[str] = []


class FailureView(BaseModel):
    """An attribute of the plan with which projects failed clearly more often than the rest."""

    attribute: str
    value: str
    failed: int
    n: int
    share: float
    low: float
    high: float
    base: float
    examples: list[PrecedentName] = []


class Avoid(BaseModel):
    """What went wrong near the plan."""

    lessons: list[LessonWarning] = []
    shares: list[FailureView] = []
    precedents: list[PrecedentView] = []


class NearPoint(BaseModel):
    """A judged precedent in the picture of likeness against attainment."""

    project: str
    name: str
    outcome_type: str
    attained: bool
    verdict: str | None
    began: date | None
    similarity: float
    weight: float


class CalibrationBin(BaseModel):
    """Chances of about one size: what was said, what came true."""

    low: float
    high: float
    said: float
    came_true: float
    n: int


class CalibrationView(BaseModel):
    """How earlier chances fared, each said with only what was known before.

    `error` is the calibration error over ten bins; a perfect model of this size stays
    below `noise` in 95 of 100 cases.
    """

    n: int
    brier: float
    brier_base: float
    error: float
    noise: float
    bins: list[CalibrationBin]


class Recommendations(Response):
    """Types of outcome for a plan, most fitting first, and what else its precedents teach.

    `passed_over` holds attributes of the plan that no precedent has.
    """

    types: list[TypeRecommendation]
    asked: TypeRecommendation | None = None
    known: Known = Known.ENOUGH
    reason: Reason | None = None
    practices: list[PracticeView] = []
    avoid: Avoid = Avoid()
    near: list[NearPoint] = []
    calibration: CalibrationView | None = None
    passed_over: list[str] = []
    precedents_known: int
    as_of: date


PracticeView.model_rebuild()
