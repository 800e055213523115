"""How far an outcome has come towards its target: derived, never kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .outcomes import Direction, Measurement, Outcome
from .series import in_force
from .trajectory import stays


@dataclass(frozen=True)
class Attainment:
    """Where an outcome stands by its last measurement.

    Attributes:
        current: The last measured value.
        measured_on: When.
        progress: Share of the way from baseline to target; 1 is the target. None without both.
        attained: The target is reached, or a metric that should stay is within the tolerance of it
            (`kg.domain.trajectory.ON_COURSE`, 10 % of its size); None without a target.
    """

    current: float
    measured_on: date
    progress: float | None
    attained: bool | None


def attainment(outcome: Outcome, measurements: Sequence[Measurement]) -> Attainment | None:
    """Where an outcome stands, or None when nothing was ever measured.

    Corrected values do not count, nor does money of another currency that nobody converted.
    """
    counting = [m for m in in_force(measurements) if not outcome.currency or m.currency in (None, outcome.currency)]
    if not counting:
        return None
    last = counting[-1]
    return Attainment(last.value, last.date, _progress(outcome, last.value), _attained(outcome, last.value))


def _progress(outcome: Outcome, value: float) -> float | None:
    if outcome.target is None or outcome.baseline is None or outcome.target == outcome.baseline:
        return None
    return (value - outcome.baseline) / (outcome.target - outcome.baseline)


def _attained(outcome: Outcome, value: float) -> bool | None:
    if outcome.target is None:
        return None
    if outcome.direction is Direction.DECREASE:
        return value <= outcome.target
    if outcome.direction is Direction.INCREASE:
        return value >= outcome.target
    return stays(outcome.baseline, outcome.target, value)
