"""What a figure did around an action: its values before and after, and what the difference lets one say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, Field

from .outcomes import Direction
from .retrospectives import ActionItem, ActionStatus

FEWEST_VALUES = 3
"""With fewer values than this on a side their spread says too little for an interval."""

CONFIDENCE = 0.9
METHOD = "welch_t"
"""Welch's t-interval: the two sides may vary unlike each other and have unlike many values."""

DONE_STATUSES = frozenset(
    {ActionStatus.DONE_UNVERIFIED, ActionStatus.EFFECTIVE, ActionStatus.NOT_EFFECTIVE, ActionStatus.UNKNOWN}
)
"""Statuses of an action that was carried out, whatever came of it."""

_NO_SPREAD = 1e-12


class Finding(StrEnum):
    """Why a verdict is what it is; the words are `actions.effect.<finding>`."""

    NO_METRIC = "no_metric"
    NO_OPENING = "no_opening"
    NONE_BEFORE = "none_before"
    NONE_AFTER = "none_after"
    NO_VALUES = "no_values"
    NO_DIRECTION = "no_direction"
    TOO_FEW = "too_few"
    NO_SPREAD = "no_spread"
    SPANS_ZERO = "spans_zero"
    WANTED_WAY = "wanted_way"
    OTHER_WAY = "other_way"


_VERDICTS = {
    Finding.NO_METRIC: ActionStatus.DONE_UNVERIFIED,
    Finding.NO_OPENING: ActionStatus.DONE_UNVERIFIED,
    Finding.NONE_BEFORE: ActionStatus.DONE_UNVERIFIED,
    Finding.NONE_AFTER: ActionStatus.DONE_UNVERIFIED,
    Finding.NO_VALUES: ActionStatus.DONE_UNVERIFIED,
    Finding.WANTED_WAY: ActionStatus.EFFECTIVE,
    Finding.OTHER_WAY: ActionStatus.NOT_EFFECTIVE,
}
"""Without data a done action stays unverified; every other finding leaves open whether it helped."""


class Effect(BaseModel):
    """Means before and after an action, their difference with a 90 % interval, and the verdict.

    `low` and `high` bound after minus before; they are missing where no honest interval exists:
    with fewer than three values on a side, or when no value on either side differs from the others.
    """

    verdict: ActionStatus
    finding: Finding
    direction: Direction | None = None
    n_before: int = Field(default=0, ge=0)
    n_after: int = Field(default=0, ge=0)
    before: float | None = None
    after: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float = CONFIDENCE
    method: str = METHOD

    @property
    def difference(self) -> float | None:
        """After minus before."""
        return None if self.before is None or self.after is None else self.after - self.before

    def kept(self) -> dict[str, object]:
        """The fields of an action that keep this."""
        return {
            "status": self.verdict,
            "before": self.before,
            "after": self.after,
            "effect_low": self.low,
            "effect_high": self.high,
            "samples": [self.n_before, self.n_after] if self.n_before or self.n_after else [],
        }


def effect_of(
    values: Iterable[tuple[date, float]], opened_on: date | None, done_on: date, direction: Direction | str | None
) -> Effect:
    """What a figure did: values dated before `opened_on` against those dated after `done_on`.

    What was measured while people worked on the action belongs to neither side. The values count
    as independent of each other; what else changed meanwhile is not known to the figures.

    Args:
        values: The series, in any order.
        opened_on: The day the action was taken up.
        done_on: The day it was done.
        direction: Which way the figure should move.
    """
    wanted = Direction(direction) if direction else None
    if opened_on is None:
        return Effect(verdict=ActionStatus.DONE_UNVERIFIED, finding=Finding.NO_OPENING, direction=wanted)
    known = [(day, value) for day, value in values if math.isfinite(value)]
    before = [value for day, value in known if day < opened_on]
    after = [value for day, value in known if day > done_on]
    low, high = welch_interval(before, after)
    return _judged(wanted, len(before), len(after), _mean(before), _mean(after), low, high)


def kept_effect(action: ActionItem) -> Effect | None:
    """The effect that was computed when an action was closed; None for one that is not done."""
    if action.status not in DONE_STATUSES:
        return None
    wanted = Direction(action.direction) if action.direction else None
    if action.metric is None:
        return Effect(verdict=action.status, finding=Finding.NO_METRIC, direction=wanted)
    if action.opened_on is None:
        return Effect(verdict=action.status, finding=Finding.NO_OPENING, direction=wanted)
    n_before, n_after = action.samples if len(action.samples) == 2 else (0, 0)
    found = _judged(wanted, n_before, n_after, action.before, action.after, action.effect_low, action.effect_high)
    return found.model_copy(update={"verdict": action.status})


def welch_interval(before: Sequence[float], after: Sequence[float]) -> tuple[float | None, float | None]:
    """The 90 % Welch t-interval of the mean of `after` minus that of `before`; Nones where there is none."""
    if min(len(before), len(after)) < FEWEST_VALUES:
        return None, None
    scale = max(max(map(abs, before)), max(map(abs, after))) or 1.0
    shares = [_mean_variance([value / scale for value in side]) for side in (before, after)]
    error = math.sqrt(sum(share for _, share in shares))
    if error < _NO_SPREAD:
        return None, None
    from scipy.special import stdtrit  # kernels that import the records must not load it

    freedom = error**4 / sum(
        share**2 / (len(side) - 1) for (_, share), side in zip(shares, (before, after), strict=True)
    )
    half = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * error
    middle = shares[1][0] - shares[0][0]
    low, high = (middle - half) * scale, (middle + half) * scale
    return (low, high) if math.isfinite(low) and math.isfinite(high) else (None, None)


def _judged(
    wanted: Direction | None, n_before: int, n_after: int,
    before: float | None, after: float | None, low: float | None, high: float | None,
) -> Effect:  # fmt: skip
    finding = _finding(wanted, n_before, n_after, low, high)
    return Effect(
        verdict=_VERDICTS.get(finding, ActionStatus.UNKNOWN), finding=finding, direction=wanted,
        n_before=n_before, n_after=n_after, before=before, after=after, low=low, high=high,
    )  # fmt: skip


def _finding(wanted: Direction | None, n_before: int, n_after: int, low: float | None, high: float | None) -> Finding:
    if not n_before or not n_after:
        return Finding.NO_VALUES if n_before == n_after else Finding.NONE_AFTER if n_before else Finding.NONE_BEFORE
    if min(n_before, n_after) < FEWEST_VALUES:
        return Finding.TOO_FEW
    if low is None or high is None:
        return Finding.NO_SPREAD
    if low <= 0 <= high:
        return Finding.SPANS_ZERO
    if wanted not in (Direction.INCREASE, Direction.DECREASE):
        return Finding.NO_DIRECTION
    return Finding.WANTED_WAY if (low > 0) == (wanted is Direction.INCREASE) else Finding.OTHER_WAY


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(value / len(values) for value in values) if values else None


def _mean_variance(values: Sequence[float]) -> tuple[float, float]:
    """The mean, and the square of its standard error."""
    mean = math.fsum(values) / len(values)
    return mean, math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)
