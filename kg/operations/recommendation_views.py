"""What a recommendation says: types with chances and grounds, practices, risks, benchmarks."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from ..domain import Benchmark, OutcomeType
from ..recommend.precedents import UNTYPED
from ..schema import Rel
from .table import Response

if TYPE_CHECKING:  # clients and kernels import the table of operations: no model may come with it
    from ..recommend.advice import FailureShare, NearPractice
    from ..recommend.calibration import Calibration
    from ..recommend.metrics import MetricUse, Quartiles
    from ..recommend.recommender import TypeAdvice
    from ..recommend.similarity import Likeness


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
    why: Literal["words", "precedent", "sector", "meaning"]
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


def type_view(advice: TypeAdvice, kind: OutcomeType | None, benchmarks: list[Benchmark]) -> TypeRecommendation:
    """Advice on one type, as people and programs read it."""
    estimate = advice.estimate
    plain = advice.outcome_type.removeprefix("outcome_type:").replace("_", " ")
    defaults = kind.default_metrics if kind else []
    return TypeRecommendation(
        outcome_type=advice.outcome_type,
        name_en=kind.name_en if kind else plain,
        name_zh=kind.name_zh if kind else plain,
        description_en=kind.description_en if kind else None,
        description_zh=kind.description_zh if kind else None,
        fit=advice.fit,
        probability=estimate.probability,
        low=estimate.low,
        high=estimate.high,
        n=estimate.n,
        weight=estimate.weight,
        base_rate=advice.base_rate,
        enough=estimate.enough,
        default_metrics=defaults,
        metrics=[_metric(use) for use in advice.metrics],
        metrics_from="precedents" if advice.metrics else "catalogue" if defaults else "nowhere",
        benchmarks=[_benchmark(found) for found in benchmarks],
        precedents=[precedent_view(like) for like in advice.precedents],
    )


def precedent_view(like: Likeness) -> PrecedentView:
    """A precedent with its path."""
    past = like.precedent
    path = [past.project, Rel.HAS_OUTCOME.value, past.outcome]
    if past.outcome_type != UNTYPED:
        path += [Rel.OF_TYPE.value, past.outcome_type]
    return PrecedentView(
        project=past.project,
        external_id=past.external_id,
        name=past.name,
        outcome=past.outcome,
        attained=past.attained,
        verdict=verdict_of(like),
        decided=past.decided,
        began=past.plan.began,
        similarity=round(like.similarity, 4),
        weight=round(like.weight, 4),
        shared=list(like.shared),
        path=path,
    )


def point_view(like: Likeness) -> NearPoint:
    """A judged precedent as a point."""
    past = like.precedent
    return NearPoint(
        project=past.project,
        name=past.name,
        outcome_type=past.outcome_type,
        attained=bool(past.attained),
        verdict=verdict_of(like),
        began=past.plan.began,
        similarity=round(like.similarity, 4),
        weight=round(like.weight, 4),
    )


def verdict_of(like: Likeness) -> str | None:
    """The verdict in the words of its scheme, or what was reached."""
    past = like.precedent
    if past.value:
        return past.value
    if past.reached is not None:
        return f"{past.reached:g} {past.unit_of_measure or ''}".strip()
    return None


def practice_view(found: NearPractice, names: dict[str, str]) -> PracticeView:
    """A practice with its grounds."""
    effect = found.effect
    return PracticeView(
        id=effect.id,
        statement=effect.statement,
        conditions=effect.conditions,
        n=effect.n,
        better=effect.better,
        same=effect.same,
        worse=effect.worse,
        share=effect.share,
        low=effect.low,
        high=effect.high,
        enough=effect.enough,
        terms=list(found.terms),
        near=_named(found.projects, names),
    )


def failure_view(found: FailureShare, names: dict[str, str]) -> FailureView:
    """A share of failures with examples."""
    return FailureView(
        attribute=found.attribute,
        value=found.value,
        failed=found.failed,
        n=found.n,
        share=found.share,
        low=found.low,
        high=found.high,
        base=found.base,
        examples=_named(found.projects, names),
    )


def calibration_view(found: Calibration | None) -> CalibrationView | None:
    """How earlier chances fared."""
    if found is None:
        return None
    bins = [CalibrationBin(low=b.low, high=b.high, said=b.said, came_true=b.came_true, n=b.n) for b in found.bins]
    return CalibrationView(
        n=found.n, brier=found.brier, brier_base=found.brier_base, error=found.error, noise=found.noise, bins=bins
    )


def _named(projects: tuple[str, ...], names: dict[str, str]) -> list[PrecedentName]:
    return [PrecedentName(project=key, name=names.get(key, key)) for key in projects]


def _metric(use: MetricUse) -> MetricView:
    return MetricView(
        metric=use.metric,
        unit=use.unit,
        direction=use.direction,
        n=use.n,
        target=_spread(use.target),
        reached=_spread(use.reached),
    )


def _spread(found: Quartiles | None) -> Spread | None:
    return Spread(n=found.n, low=found.low, median=found.median, high=found.high) if found else None


def _benchmark(found: Benchmark) -> BenchmarkView:
    return BenchmarkView(
        id=found.id,
        measure=found.measure,
        value=found.value,
        low=found.low,
        high=found.high,
        n=found.n,
        unit=found.unit_of_measure,
        source=found.source,
        date=found.date,
        url=found.url,
        note=found.note,
    )
