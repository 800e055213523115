"""Where an outcome stands against what was expected of it: derived, never kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from statistics import median

from .attainment import Attainment, attainment
from .bounds import days_after
from .outcomes import Direction, Expected, Measurement, Outcome, Shape, UnitKind
from .series import in_force
from .trajectory import ON_COURSE, expected_at, shortfall

EVERY_DAYS, FEWEST_GAPS = 31, 2
"""How often a metric is measured, where its own measurements do not tell: once a month."""
MOST_POINTS = 240


class ProgressState(StrEnum):
    """How an outcome stands."""

    AHEAD = "ahead"
    ON_COURSE = "on_course"
    BEHIND = "behind"
    MISSED = "missed"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class Standing:
    """Where an outcome stands on a day.

    Attributes:
        attainment: What was measured last; None when nothing was.
        expected: What is expected by now.
        expected_share: The share of the way from baseline to target that is expected by now.
        shortfall: The share of the expected value by which the last value falls short of it.
        lag: The share of the way by which it lags behind; negative when it is ahead.
        state: What that comes to.
        next_due: When the next measurement is due; None when the last one is in.
    """

    attainment: Attainment | None
    expected: float | None
    expected_share: float | None
    shortfall: float | None
    lag: float | None
    state: ProgressState
    next_due: date | None


def standing(outcome: Outcome, measurements: Sequence[Measurement], today: date) -> Standing:
    """Where an outcome stands today by its last measurement that counts.

    Args:
        outcome: The outcome.
        measurements: Its measurements, in its own unit.
        today: The day.
    """
    counting = in_force(measurements)
    reached = attainment(outcome, counting)
    expected = expected_at(outcome, today)
    short = shortfall(outcome, reached.current, expected) if reached and expected is not None else None
    share = _way(outcome, expected) if expected is not None else None
    lag = _lag(outcome, reached, share, short)
    state = _state(outcome, reached, lag, today)
    done = outcome.unit_kind is UnitKind.YES_NO and reached is not None and reached.attained
    return Standing(reached, expected, share, short, lag, state, None if done else next_due(outcome, counting))


def expected_series(outcome: Outcome) -> list[Expected]:
    """The expected trajectory by month: its start, the first of each month, its own points, its end.

    Empty when there is none to speak of. A long one is told by every second, third ... month.
    """
    if outcome.baseline is None or outcome.target is None:
        return []
    own = [point.date for point in outcome.expected] if outcome.shape is Shape.POINTS else []
    ends = [day for day in (outcome.start, outcome.due, *own) if day]
    if not ends:
        return []
    first, last = min(ends), max(ends)
    months = (last.year - first.year) * 12 + last.month - first.month
    step = months // MOST_POINTS + 1
    days = {*ends, *(_month(first, n) for n in range(1, months + 1, step))}
    at_once = outcome.shape is Shape.STEP or (outcome.unit_kind is UnitKind.YES_NO and not own)
    steps = {days_after(outcome.due, -1)} if at_once and outcome.due else set()
    found = []
    for day in sorted(day for day in days | steps if first <= day <= last):
        value = expected_at(outcome, day)
        if value is not None:
            found.append(Expected(date=day, value=value))
    return found


def next_due(outcome: Outcome, measurements: Sequence[Measurement]) -> date | None:
    """When a metric should be measured again: after its usual interval, and on the day the outcome is due.

    The usual interval is the median of those between its last measurements (at least two), or a
    month. None once it was measured on or after that day.
    """
    days = sorted({m.date for m in in_force(measurements)})
    if outcome.due and days and days[-1] >= outcome.due:
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(days[-7:])]
    every = max(1, round(median(gaps))) if len(gaps) >= FEWEST_GAPS else EVERY_DAYS
    last = days[-1] if days else outcome.start
    if last is None:
        return outcome.due
    following = days_after(last, every)
    return min(following, outcome.due) if outcome.due else following


def _way(outcome: Outcome, value: float) -> float | None:
    if outcome.baseline is None or outcome.target is None or outcome.target == outcome.baseline:
        return None
    return (value - outcome.baseline) / (outcome.target - outcome.baseline)


def _lag(outcome: Outcome, reached: Attainment | None, share: float | None, short: float | None) -> float | None:
    """How far behind: as a share of the way, or of the expected value where a metric should stay."""
    if reached is None:
        return None
    if outcome.direction is Direction.MAINTAIN or share is None or reached.progress is None:
        return short
    return share - reached.progress


def _state(outcome: Outcome, reached: Attainment | None, lag: float | None, today: date) -> ProgressState:
    if reached is None or lag is None:
        return ProgressState.NO_DATA
    late = outcome.due is not None and today > outcome.due and reached.measured_on >= outcome.due
    if late and not reached.attained:
        return ProgressState.MISSED
    if lag > ON_COURSE and not reached.attained:
        return ProgressState.BEHIND
    return ProgressState.AHEAD if lag < -ON_COURSE else ProgressState.ON_COURSE


def _month(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
