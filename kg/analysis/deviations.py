"""What is off course, rule by rule: pure functions of an outcome, its values and a day.

`measures` gives a rule's measure at each value as it could be known on that day: nothing that came
later has a say, so a back-test sees what the alarm would have seen.

- `deviation`: the share by which the value falls short of the expected one of its day
  (`kg.domain.trajectory`), or the gain since the baseline of the expected gain.
- `anomaly`: a control chart of the residuals from the trajectory (from nothing, where there is none)
  with an exponentially weighted moving average (Roberts, 1959, Technometrics 1). Centre and scale
  are the median and the median absolute deviation of the residuals before the newest three, so that
  what is odd does not judge itself; the measure counts standard deviations of the average.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from statistics import median

from ..domain import Direction, Milestone, Outcome
from ..domain.alarms import AlarmRule, RelativeTo, RuleKind
from ..domain.trajectory import expected_at, shortfall

AFTER_DUE = 30
"""So many days past its due day an outcome is still watched."""
FIRST_INTERVAL = 30.0
"""The usual interval, in days, of a series that has too few values to show its own."""
OLDEST_MILESTONE = 180
"""A milestone that was due longer ago is history, not news."""
NEWEST = 3
MAD = 1.4826
HAIR = 1e-9

Values = Sequence[tuple[date, float]]


@dataclass(frozen=True)
class Finding:
    """Something off course.

    Attributes:
        subject: Id of the outcome or milestone.
        rule: Key of the rule.
        since: The day from which on it is off course: what makes this occasion one of its own.
        observed_on: The day of the value that shows it, or from which something is missing.
        measure: The rule's measure there.
    """

    subject: str
    rule: str
    since: date
    observed_on: date
    measure: float
    expected: float | None = None
    observed: float | None = None
    deviation: float | None = None
    details: dict[str, str | int | float] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Names the occasion: the same one found again has the same."""
        told = f"{self.rule}\n{self.subject}\n{self.since.isoformat()}"
        return hashlib.sha256(told.encode()).hexdigest()[:24]


def find(rule: AlarmRule, outcome: Outcome, values: Values, day: date) -> Finding | None:
    """What a rule finds of an outcome on a day, from values up to then; None when it is on course.

    Args:
        rule: Of any kind but `stalled_milestone` (see `find_stalled`).
        outcome: What was promised.
        values: Those that stand, the oldest first.
        day: The day of asking.
    """
    known = [(when, value) for when, value in values if when <= day]
    if rule.kind is RuleKind.MISSED_MEASUREMENT:
        return _missed(rule, outcome, known, day)
    if not known or rule.kind is RuleKind.STALLED_MILESTONE or not is_watched(outcome, day):
        return None
    measured = measures(rule, outcome, known)
    if not fires(rule, measured, len(measured) - 1):
        return None
    first = len(measured) - 1
    while first and measured[first - 1] > rule.closes_below + HAIR:
        first -= 1
    when, observed = known[-1]
    expected = expected_at(outcome, when)
    return Finding(
        outcome.id, rule.key, known[first][0], when, measured[-1], expected, observed,
        None if expected is None else shortfall(outcome, observed, expected),
    )  # fmt: skip


def find_stalled(rule: AlarmRule, milestone: Milestone, day: date) -> Finding | None:
    """A milestone that should have been reached by now and was not."""
    if milestone.due is None or (milestone.reached is not None and milestone.reached <= day):
        return None
    late = (day - milestone.due).days
    if not rule.threshold < late <= OLDEST_MILESTONE:
        return None
    return Finding(milestone.id, rule.key, milestone.due, milestone.due, late, details={"late": late})


def is_back(rule: AlarmRule, outcome: Outcome, values: Values, day: date, observed_on: date | None) -> bool:
    """True when an outcome that had an alert is on course again, by a value measured since."""
    known = [(when, value) for when, value in values if when <= day]
    if not known:
        return False
    if rule.kind is RuleKind.MISSED_MEASUREMENT:
        return observed_on is None or known[-1][0] > observed_on
    corrected = observed_on is not None and not any(when == observed_on for when, _ in known)
    if not corrected and observed_on is not None and known[-1][0] < observed_on:
        return False
    return measures(rule, outcome, known)[-1] <= rule.closes_below + HAIR


def is_watched(outcome: Outcome, day: date) -> bool:
    """True between the start of an outcome and shortly after it is due: while there is time to act."""
    started = outcome.start is None or outcome.start <= day
    return started and (outcome.due is None or (day - outcome.due).days <= AFTER_DUE)


def fires(rule: AlarmRule, measured: Sequence[float], place: int) -> bool:
    """True when the measure at a place, and at those right before that the rule asks for, is beyond the threshold."""
    row = rule.in_a_row if rule.kind is RuleKind.DEVIATION else 1
    return place + 1 >= row and all(m > rule.threshold + HAIR for m in measured[place + 1 - row : place + 1])


def measures(
    rule: AlarmRule, outcome: Outcome, values: Values, expected: Sequence[float | None] | None = None
) -> list[float]:
    """A rule's measure at each value, as it was known then.

    Args:
        rule: `deviation` or `anomaly`.
        outcome: What was promised.
        values: The oldest first.
        expected: The expected value at each; computed when not given.
    """
    course = [expected_at(outcome, when) for when, _ in values] if expected is None else expected
    if rule.kind is RuleKind.DEVIATION:
        return [_short(rule, outcome, e, v) for e, (_, v) in zip(course, values, strict=True)]
    return list(_charted(rule, [v - (e or 0.0) for e, (_, v) in zip(course, values, strict=True)]))


def usual_interval(values: Values) -> float:
    """The median of the latest distances between values, in days."""
    days = [when for when, _ in values][-7:]
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return max(1.0, float(median(gaps))) if gaps else FIRST_INTERVAL


def _short(rule: AlarmRule, outcome: Outcome, expected: float | None, observed: float) -> float:
    """The share that is missing; 0 where nothing is expected yet or the gap is too small to matter."""
    if expected is None or outcome.baseline is None or outcome.target is None:
        return 0.0
    way = abs(outcome.target - outcome.baseline)
    share = shortfall(outcome, observed, expected)
    if share is None or abs(expected - observed) < rule.least_gap * way:
        return 0.0
    if rule.relative_to is RelativeTo.VALUE:
        return share
    gain = abs(expected - outcome.baseline)
    if way == 0 or gain < rule.from_gain * way:
        return 0.0
    gap = expected - observed if outcome.direction is Direction.INCREASE else observed - expected
    return (abs(gap) if outcome.direction is Direction.MAINTAIN else gap) / gain


def _charted(rule: AlarmRule, residuals: Sequence[float]) -> Iterator[float]:
    weight = rule.smoothing
    spread = math.sqrt(weight / (2 - weight))
    for count in range(1, len(residuals) + 1):
        before = residuals[: count - NEWEST]
        if count - NEWEST < rule.reference:
            yield 0.0
            continue
        centre = median(before)
        scale = MAD * median(abs(r - centre) for r in before)
        mean = 0.0
        for residual in residuals[:count]:
            mean += weight * (residual - centre - mean)
        floor = 1e-9 * max(map(abs, residuals[:count]))
        if abs(mean) <= floor:
            yield 0.0
        else:
            yield abs(mean) / (max(scale, floor) * spread)


def _missed(rule: AlarmRule, outcome: Outcome, known: Values, day: date) -> Finding | None:
    """A measurement that should have been taken by now, going by how often this outcome is measured."""
    if outcome.start is None or outcome.due is None or day < outcome.start:
        return None
    last = known[-1][0] if known else outcome.start
    if known and last >= outcome.due:
        return None
    usual = usual_interval(known)
    patience = rule.threshold * usual
    since = (day - last).days
    if since <= patience or (day - outcome.due).days > AFTER_DUE + math.ceil(patience):
        return None
    details: dict[str, str | int | float] = {"days": since, "usual": usual}
    if not known:
        details["never"] = 1
    return Finding(
        outcome.id, rule.key, last, last, since / usual, expected_at(outcome, day),
        known[-1][1] if known else None, details=details,
    )  # fmt: skip
