"""From what models say to what people and programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain import Benchmark, OutcomeType
from ..recommend.precedents import UNTYPED
from ..schema import Rel
from .recommendation_views import (
    BenchmarkView,
    CalibrationBin,
    CalibrationView,
    FailureView,
    MetricView,
    NearPoint,
    PracticeView,
    PrecedentName,
    PrecedentView,
    Spread,
    TypeRecommendation,
)

if TYPE_CHECKING:  # clients and kernels import the table of operations: no model may come with it
    from ..recommend.advice import FailureShare, NearPractice
    from ..recommend.calibration import Calibration
    from ..recommend.metrics import MetricUse, Quartiles
    from ..recommend.recommender import TypeAdvice
    from ..recommend.similarity import Likeness


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
