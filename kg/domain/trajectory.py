"""Where a metric should be on a day, and how far it falls short of that: derived, never kept."""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise

from .outcomes import Direction, Outcome, Shape, UnitKind

ON_COURSE = 0.10
"""The one tolerance. Within so much of the way, ahead or behind, an outcome is on course; a metric that should stay is
attained within so much of its target's size."""


def expected_at(outcome: Outcome, day: date) -> float | None:
    """The value that an outcome's metric should have reached by a day; None without baseline and target, or dates.

    `linear` moves evenly from `start` to `due`, `step` all at once on `due`, `s_curve` slowly first and
    last (smoothstep, 3u² - 2u³), `points` through its own points, evenly between them. Before the
    start it is the baseline, after the end the target. What is yes or no is never half done: it comes
    on `due` unless it has points of its own.
    """
    if outcome.baseline is None or outcome.target is None:
        return None
    if outcome.shape is Shape.POINTS and outcome.expected:
        return _along(outcome, day)
    if outcome.due is None:
        return None
    share = _share(outcome.start or outcome.due, outcome.due, day)
    if outcome.shape is Shape.STEP or outcome.unit_kind is UnitKind.YES_NO:
        share = 1.0 if day >= outcome.due else 0.0
    elif outcome.shape is Shape.S_CURVE:
        share = share * share * (3 - 2 * share)
    return outcome.baseline + share * (outcome.target - outcome.baseline)


def shortfall(outcome: Outcome, observed: float, expected: float) -> float | None:
    """The share by which an observed value falls short of the expected one; negative when it is ahead.

    The shortfall is counted in the direction that is wanted and relates to the expected value's size;
    where that is zero, to the distance from baseline to target; None where that is zero, too. For a
    metric that should stay, it is the distance either way.
    """
    gap = expected - observed
    if outcome.direction is Direction.DECREASE:
        gap = -gap
    elif outcome.direction is Direction.MAINTAIN:
        gap = abs(gap)
    size = abs(expected)
    if size == 0:
        size = abs((outcome.target or 0.0) - (outcome.baseline or 0.0))
    return gap / size if size else None


def strayed(baseline: float | None, target: float, value: float) -> float:
    """How far a metric that should stay is off its target: the distance either way, as a share of the target's size.

    Where the target is zero, it is a share of the distance from the baseline; where that is zero,
    too, nothing but the target itself will do.
    """
    if value == target:
        return 0.0
    size = abs(target) or abs(target - (baseline or 0.0))
    return abs(value - target) / size if size else math.inf


def stays(baseline: float | None, target: float, value: float) -> bool:
    """True when a metric that should stay is where it should be, within the tolerance (`ON_COURSE`)."""
    return strayed(baseline, target, value) <= ON_COURSE + 1e-9


def staying(distance: float, nothing_at: float = 2 * ON_COURSE) -> float:
    """What a metric that should stay contributes, 0 to 1: all within the tolerance, nothing at twice as far.

    Args:
        distance: How far it strayed, as a share.
        nothing_at: Where nothing is left of it; half of that is the tolerance.
    """
    free = nothing_at / 2
    return min(1.0, max(0.0, 1.0 - (distance - free) / free))


def _along(outcome: Outcome, day: date) -> float:
    points = sorted(outcome.expected, key=lambda point: point.date)
    assert outcome.baseline is not None
    before = (outcome.start, outcome.baseline) if outcome.start and outcome.start < points[0].date else None
    known = [*([before] if before else []), *((point.date, point.value) for point in points)]
    if day <= known[0][0]:
        return known[0][1] if before is None or day == known[0][0] else outcome.baseline
    for (start, low), (end, high) in pairwise(known):
        if day <= end:
            return low + _share(start, end, day) * (high - low)
    return known[-1][1]


def _share(start: date, end: date, day: date) -> float:
    if day >= end:
        return 1.0
    if day <= start:
        return 0.0
    return (day - start).days / (end - start).days
