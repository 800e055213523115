"""Which metrics past outcomes of a type used, what they aimed at and what they reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .precedents import Precedent


@dataclass(frozen=True)
class Quartiles:
    """The middle of some values."""

    n: int
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class MetricUse:
    """A metric that precedents of a type used.

    Attributes:
        n: How many outcomes used it.
        target: What they aimed at.
        reached: What was measured last; None when nothing was measured.
    """

    metric: str
    unit: str | None
    direction: str | None
    n: int
    target: Quartiles | None
    reached: Quartiles | None


def metrics_used(precedents: Iterable[Precedent]) -> list[MetricUse]:
    """Metrics by how many outcomes used them.

    What a rating from elsewhere decided says nothing here: its scale is the rating's, not a
    metric that a plan could promise.
    """
    known = list(precedents)
    scales = {precedent.metric for precedent in known if precedent.rated}
    groups: dict[tuple[str, str | None], list[Precedent]] = defaultdict(list)
    for precedent in known:
        if precedent.metric and precedent.metric not in scales and precedent.target is not None:
            groups[" ".join(precedent.metric.split()), precedent.unit_of_measure].append(precedent)
    found = []
    for (metric, unit), uses in groups.items():
        directions = [use.direction for use in uses if use.direction]
        found.append(
            MetricUse(
                metric=metric,
                unit=unit,
                direction=max(sorted(set(directions)), key=directions.count) if directions else None,
                n=len(uses),
                target=_quartiles([use.target for use in uses if use.target is not None]),
                reached=_quartiles([use.reached for use in uses if use.reached is not None]),
            )
        )
    return sorted(found, key=lambda use: (-use.n, use.metric))


def _quartiles(values: list[float]) -> Quartiles | None:
    if not values:
        return None
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75))
    return Quartiles(len(values), float(low), float(median), float(high))
