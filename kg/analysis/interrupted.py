"""Did a release move a metric? An interrupted time series, with placebo dates.

Segmented regression (Wagner, Soumerai, Zhang and Ross-Degnan, 2002, J Clin Pharm Ther 27):

    value = level + trend · t + step · after + bend · (t − release) · after

fitted by least squares with Newey–West errors (HAC, Bartlett kernel, ⌊4 (n/100)^(2/9)⌋ lags and at
least one, small-sample correction, t distribution; Newey and West, 1987, Econometrica 55), since
neighbouring values resemble each other. The effect is what the fit says the values after the release
are above or below the course they were on, on average: step + bend · mean(t − release), with its 95 %
interval.

Such errors are too small in short series, and a wandering series bends anywhere. So the same is fitted
to the dates in the middle third before the release, on the values before it alone: placebo dates, at
which nothing was released (nearer to the ends a line is drawn through too few values). The effect is
only called supported when at most one in ten of them shows one as large, in either direction. Without
an effect, simulated series are called supported in 2 to 9 of 100 cases with the placebo dates, in 3 to
17 without (10 to 36 values before, 5 to 24 after, AR(1) up to 0.6). What else happened at the time of
the release no figure can tell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ..domain import Direction

FEWEST_BEFORE, FEWEST_AFTER = 10, 5
SIDE = 4
"""Values on either side of a placebo date, at least; a third of those before the release where that is more."""
PLACEBO_SHARE = 0.1
CONFIDENCE = 0.95
MONTH = 30.4375
_NO_SPREAD = 1e-9


class Verdict(StrEnum):
    """What the figures say of a release."""

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"
    TOO_LITTLE = "too_little_data"


class Reason(StrEnum):
    """Why; the words are `attribution.reasons.<reason>`."""

    WANTED_WAY = "wanted_way"
    FEW_BEFORE = "few_before"
    FEW_AFTER = "few_after"
    NO_SPREAD = "no_spread"
    SPANS_ZERO = "spans_zero"
    OTHER_WAY = "other_way"
    PLACEBOS = "placebos"
    NO_DIRECTION = "no_direction"


@dataclass(frozen=True)
class Fit:
    """A segmented regression around a date.

    Attributes:
        level, trend: Where the values were at the date, and how much they moved in a month.
        step, bend: How much level and trend changed there.
        effect: What the values after it are off the course before it, on average.
        low, high: Its 95 % interval.
        lags: How many neighbours the errors allow for.
    """

    level: float
    trend: float
    step: float
    bend: float
    effect: float
    low: float
    high: float
    lags: int


@dataclass(frozen=True)
class Placebo:
    """A date at which nothing was released, and the effect found there."""

    day: date
    effect: float


@dataclass(frozen=True)
class Interrupted:
    """What an interrupted time series says of a release."""

    verdict: Verdict
    reason: Reason
    n_before: int
    n_after: int
    fit: Fit | None = None
    placebos: list[Placebo] = field(default_factory=list)
    as_large: int = 0


def interrupted(
    values: Sequence[tuple[date, float]], release: date, direction: Direction | None = Direction.INCREASE
) -> Interrupted:
    """What a series says of a release.

    Args:
        values: In any order; the day of the release counts as after it.
        release: The day.
        direction: Which way the metric should move.
    """
    known = sorted((day, value) for day, value in values if math.isfinite(value))
    before = [item for item in known if item[0] < release]
    after = [item for item in known if item[0] >= release]
    few = Reason.FEW_BEFORE if len(before) < FEWEST_BEFORE else Reason.FEW_AFTER if len(after) < FEWEST_AFTER else None
    if few:
        return Interrupted(Verdict.TOO_LITTLE, few, len(before), len(after))
    if np.ptp([value for _, value in before]) == 0 or len({day for day, _ in after}) < 2:
        return Interrupted(Verdict.TOO_LITTLE, Reason.NO_SPREAD, len(before), len(after))
    fit = segmented(known, release)
    side = max(SIDE, len(before) // 3)
    placebos = [
        Placebo(before[place][0], _effect(before, before[place][0]))
        for place in range(side, len(before) - side + 1)
        if before[place][0] > before[place - 1][0]
    ]
    as_large = sum(abs(p.effect) >= abs(fit.effect) for p in placebos)
    reason = _reason(fit, as_large, len(placebos), direction)
    verdict = Verdict.SUPPORTED if reason is Reason.WANTED_WAY else Verdict.NOT_SUPPORTED
    return Interrupted(verdict, reason, len(before), len(after), fit, placebos, as_large)


def segmented(values: Sequence[tuple[date, float]], at: date) -> Fit:
    """The segmented regression of a series around a date, with Newey–West errors."""
    from scipy.special import stdtrit  # heavy: only where a series is judged
    from statsmodels.regression.linear_model import OLS

    design, series, ahead = _design(values, at)
    lags = max(1, math.floor(4 * (len(series) / 100) ** (2 / 9)))
    found = OLS(series, design).fit().get_robustcov_results("HAC", maxlags=lags, use_correction=True)
    level, trend, step, bend = (float(value) for value in found.params)
    contrast = np.array([0.0, 0.0, 1.0, ahead])
    effect = float(contrast @ found.params)
    error = math.sqrt(max(0.0, float(contrast @ found.cov_params() @ contrast)))
    half = float(stdtrit(len(series) - 4, (1 + CONFIDENCE) / 2)) * error
    return Fit(level, trend, step, bend, effect, effect - half, effect + half, lags)


def course_of(fit: Fit, at: date, day: date, *, released: bool) -> float:
    """The fitted value of a day; with `released` false the course without the release."""
    months = (day - at).days / MONTH
    value = fit.level + fit.trend * months
    return value + fit.step + fit.bend * months if released and day >= at else value


def _effect(values: Sequence[tuple[date, float]], at: date) -> float:
    design, series, ahead = _design(values, at)
    found = np.linalg.lstsq(design, series, rcond=None)[0]
    return float(found[2] + found[3] * ahead)


def _design(values: Sequence[tuple[date, float]], at: date) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """The regressors, the values, and how long after the date the values after it lie on average."""
    months = np.array([(day - at).days / MONTH for day, _ in values])
    after = (months >= 0).astype(float)
    design = np.column_stack([np.ones(len(months)), months, after, months * after])
    return design, np.array([value for _, value in values], float), float(months[months >= 0].mean())


def _reason(fit: Fit, as_large: int, placebos: int, direction: Direction | None) -> Reason:
    if direction not in (Direction.INCREASE, Direction.DECREASE):
        return Reason.NO_DIRECTION
    if fit.low <= 0 <= fit.high:
        return Reason.SPANS_ZERO
    if (fit.effect > 0) != (direction is Direction.INCREASE):
        return Reason.OTHER_WAY
    return Reason.PLACEBOS if as_large > PLACEBO_SHARE * placebos else Reason.WANTED_WAY
