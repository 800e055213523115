"""How good a rule would have been: on what happened, and on series where nothing happened.

On history: an outcome that was due counts as missed when the last value on or shortly after its due
day (before it, where there is none) does not reach the target. A rule warned of it when it fired on a
day before the due day, from what was known then. Proportions come with Wilson's 95 % interval
(Wilson, 1927, JASA 22).

On null series: nothing is wrong, values are the expected course plus noise, and every alarm is false.
Each simulated series takes the days, course and noise of one of the past outcomes (of a reference
design where there are too few). Noise is AR(1), estimated from the residuals about a straight line of
each series' own, so that a true shortfall does not count as noise; what the line takes away of the
noise is put back (its expectation is known, given the memory), and the memory is the one under which
the residuals of all series together would resemble their neighbours as much as they do.

The rate that is stated is an upper limit. It is the worst of several null models that past series
leave possible: spread at its upper 97.5 % limit, of each series or pooled over all; memory two standard
errors lower or higher. And it has room for chance: a repetition with 1,000 series stays below it with its
own upper 95 % bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from statistics import median

import numpy as np
from numpy.typing import NDArray

from ..domain import Milestone, Outcome, attainment_of
from ..domain.alarms import AlarmRule, RuleKind
from ..domain.bounds import days_after
from ..domain.outcomes import Measurement
from ..domain.trajectory import expected_at
from .deviations import Values, find, find_stalled, fires, measures, usual_interval

FLOATS = NDArray[np.float64]

DRAWS = 2_000
REPETITION = 1_000
CERTAIN = 4.5
"""Standard errors of a repetition between its true rate and the stated one: its own bound and room for chance."""
FEWEST_SERIES = 5
FEWEST_VALUES = 5
LATE = 60
"""A value so many days after the due day still tells whether the target was reached."""
LONGEST_MEMORY = 0.8
ORIGIN = date(2000, 1, 1)


@dataclass(frozen=True)
class Proportion:
    """A share with its 95 % interval; None where there is nothing to take a share of."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        return wilson(self.hits, self.of)


@dataclass(frozen=True)
class Past:
    """An outcome whose end is known, with what a rule could see of it."""

    outcome: Outcome
    values: tuple[tuple[date, float], ...]
    missed: bool
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True)
class History:
    """What a rule did on past outcomes."""

    true_alarms: int = 0
    false_alarms: int = 0
    unwarned: int = 0
    quiet: int = 0
    leads: list[int] = field(default_factory=list)

    @property
    def precision(self) -> Proportion:
        """Of the outcomes warned of, those that missed."""
        return Proportion(self.true_alarms, self.true_alarms + self.false_alarms)

    @property
    def recall(self) -> Proportion:
        """Of the outcomes that missed, those warned of."""
        return Proportion(self.true_alarms, self.true_alarms + self.unwarned)


@dataclass(frozen=True)
class Design:
    """What a simulated series takes from a past one."""

    days: tuple[int, ...]
    course: tuple[float, ...]
    baseline: float
    target: float
    direction: str
    noise: float


@dataclass(frozen=True)
class NullModel:
    """Series on which nothing is wrong.

    `rivals` are models that the past leaves possible, too: the stated rate holds for the worst of them.
    """

    designs: tuple[Design, ...]
    memory: float
    observed: bool
    rivals: tuple[NullModel, ...] = ()

    @property
    def noise(self) -> float:
        """The median spread of noise, as a share of the size of the expected values."""
        return float(median(d.noise / _size(d) for d in self.designs))


@dataclass(frozen=True)
class FalseAlarms:
    """How often null series raised an alarm, and the rate that may be promised."""

    alarms: int
    series: int
    stated: float

    @property
    def proportion(self) -> Proportion:
        """The simulated share."""
        return Proportion(self.alarms, self.series)


def wilson(hits: int, of: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval of a share; everything is possible where nothing was seen."""
    if not of:
        return 0.0, 1.0
    share = hits / of
    denominator = 1 + z * z / of
    middle = (share + z * z / (2 * of)) / denominator
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / denominator
    return max(0.0, middle - half), min(1.0, middle + half)


def past_of(outcome: Outcome, values: Values, milestones: Sequence[Milestone], as_of: date) -> Past | None:
    """An outcome as a case of the back-test; None when its end is not known, or nothing was seen before it."""
    due = outcome.due
    if due is None or due >= as_of or outcome.target is None or outcome.baseline is None:
        return None
    known = [(day, value) for day, value in values if day <= as_of and (day - due).days <= LATE]
    before = tuple((day, value) for day, value in known if day < due)
    after = [(day, value) for day, value in known if day >= due]
    if not before or (not after and (due - before[-1][0]).days > LATE):
        return None
    day, value = after[0] if after else before[-1]
    last = Measurement(id="last", subject=outcome.id, date=day, value=value)
    found = attainment_of(outcome, [last])
    missed = found is not None and found.attained is False
    return Past(outcome, before, missed, tuple(milestones))


def replay(rule: AlarmRule, cases: Sequence[Past]) -> History:
    """What a rule would have said of past outcomes, day by day, before they were due."""
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    leads = []
    for case in cases:
        fired = first_alarm(rule, case)
        counts[case.missed, fired is not None] += 1
        if case.missed and fired is not None and case.outcome.due is not None:
            leads.append((case.outcome.due - fired).days)
    return History(
        counts[True, True], counts[False, True], counts[True, False], counts[False, False], sorted(leads)
    )  # fmt: skip


def first_alarm(rule: AlarmRule, case: Past) -> date | None:
    """The first day before the due day on which a rule fired."""
    due = case.outcome.due
    assert due is not None
    if rule.kind in (RuleKind.DEVIATION, RuleKind.ANOMALY):
        measured = measures(rule, case.outcome, case.values)
        days = (day for place, (day, _) in enumerate(case.values) if fires(rule, measured, place))
        return next(days, None)
    if rule.kind is RuleKind.STALLED_MILESTONE:
        late = [days_after(m.due, math.floor(rule.threshold) + 1) for m in case.milestones if m.due]
        stalled = [d for d in late if d < due and any(find_stalled(rule, m, d) for m in case.milestones)]
        return min(stalled, default=None)
    for count in range(len(case.values) + 1):  # a measurement is missed on one day between two that were taken
        known = case.values[:count]
        last = known[-1][0] if known else case.outcome.start
        if last is not None:
            day = days_after(last, math.floor(rule.threshold * usual_interval(known)) + 1)
            until = case.values[count][0] if count < len(case.values) else due
            if day < until and find(rule, case.outcome, known, day):
                return day
    return None


def null_model(cases: Sequence[Past]) -> NullModel:
    """Series on which nothing is wrong, in the likeness of past ones."""
    known = [found for case in cases if (found := _design(case)) is not None]
    if len(known) < FEWEST_SERIES:
        return NullModel((_reference(),), 0.3, observed=False)
    known.sort(key=lambda item: repr(item[0]))
    memory = _memory([rest for _, rest in known])
    freedom = sum(len(rest) - 2 for _, rest in known)
    wider = _upper(freedom * (1 - memory**2) / (1 + memory**2))
    error = math.sqrt((1 - memory**2) / freedom)
    rivals = []
    for other in (max(0.0, memory - 2 * error), min(LONGEST_MEMORY, memory + 2 * error)):
        own = _with_noise(known, other, wider)
        pooled = math.sqrt(sum((d.noise / _size(d)) ** 2 for d in own) / len(own))
        rivals.append(NullModel(own, other, observed=True))
        rivals.append(NullModel(tuple(replace(d, noise=pooled * _size(d)) for d in own), other, observed=True))
    return NullModel(_with_noise(known, memory, 1.0), memory, observed=True, rivals=tuple(rivals))


def simulate(rule: AlarmRule, model: NullModel, series: int = DRAWS, seed: int = 1) -> FalseAlarms:
    """How often a rule raises an alarm on series of a null model, each looked at whenever it is measured.

    Rules on what was not done (measured, reached) find nothing to raise on such series.
    """
    told = _Told(rule)
    alarms = _alarms(told, model, series, seed)
    worst = max([alarms, *(_alarms(told, rival, series, seed) for rival in model.rivals)])
    return FalseAlarms(alarms, series, _stated(worst, series))


class _Told:
    """A rule by what it counts, not by its words: what a cache can look up."""

    def __init__(self, rule: AlarmRule) -> None:
        self.rule = rule
        self._key = rule.model_dump_json(exclude={"name", "formula", "on", "key", "escalate_after"})

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Told) and self._key == other._key


@lru_cache(maxsize=256)
def _alarms(told: _Told, model: NullModel, series: int, seed: int) -> int:
    rule = told.rule
    draw = np.random.default_rng(seed)
    alarms = 0
    if rule.kind in (RuleKind.DEVIATION, RuleKind.ANOMALY):
        outcomes = [_outcome_of(design) for design in model.designs]
        for choice in draw.integers(len(model.designs), size=series):
            design = model.designs[int(choice)]
            noise = _noise(len(design.course), model.memory, design.noise, draw)
            values = [(ORIGIN, course + off) for course, off in zip(design.course, noise, strict=True)]
            measured = measures(rule, outcomes[int(choice)], values, design.course)
            alarms += any(fires(rule, measured, place) for place in range(len(measured)))
    return alarms


def _stated(alarms: int, series: int) -> float:
    """The rate that a repetition of 1,000 stays below, rounded up to a tenth of a percent."""
    scaled = round(alarms * REPETITION / series)
    return min(1.0, math.ceil(1000 * wilson(scaled, REPETITION, CERTAIN)[1]) / 1000)


def _noise(count: int, memory: float, spread: float, draw: np.random.Generator) -> list[float]:
    """AR(1) noise of a spread, in its steady state from the start."""
    news = draw.standard_normal(count)
    off = [float(news[0])]
    for shock in news[1:]:
        off.append(memory * off[-1] + math.sqrt(1 - memory * memory) * float(shock))
    return [spread * value for value in off]


def _design(case: Past) -> tuple[Design, FLOATS] | None:
    """What a simulated series takes from a past one, and its residuals about a line; None when it is too short."""
    outcome, values = case.outcome, case.values
    course = [expected_at(outcome, day) for day, _ in values]
    if len(values) < FEWEST_VALUES or any(c is None for c in course):
        return None
    expected = [c for c in course if c is not None]
    off = np.array([value for _, value in values]) - np.array(expected)
    days = [(day - values[0][0]).days for day, _ in values]
    assert outcome.baseline is not None and outcome.target is not None
    design = Design(tuple(days), tuple(expected), outcome.baseline, outcome.target, outcome.direction.value, 0.0)
    return design, _lineless(tuple(days)) @ off


@lru_cache(maxsize=1024)
def _lineless(days: tuple[int, ...]) -> FLOATS:
    """The matrix that takes a straight line out of values of these days."""
    table = np.column_stack([np.ones(len(days)), np.array(days, float)])
    without: FLOATS = np.eye(len(days)) - table @ np.linalg.pinv(table)
    return without


@lru_cache(maxsize=4096)
def _left(days: tuple[int, ...], memory: float) -> tuple[float, float]:
    """What a line leaves of AR(1) noise of spread one: its squares, and the products of neighbours, expected."""
    count = len(days)
    places = np.arange(count)
    alike = memory ** np.abs(places[:, None] - places[None, :]) if memory else np.eye(count)
    without = _lineless(days)
    left = without @ alike @ without
    return float(np.trace(left)), float(np.trace(left, offset=1))


def _memory(rests: Sequence[FLOATS]) -> float:
    """The memory under which residuals resemble their neighbours as much as these do, all together."""
    scaled = [rest / math.sqrt(float(rest @ rest)) for rest in rests if float(rest @ rest) > 0]
    if not scaled:
        return 0.0
    seen = sum(float(rest[1:] @ rest[:-1]) for rest in scaled) / len(scaled)
    lengths = [tuple(range(len(rest))) for rest in scaled]

    def apart(memory: float) -> float:
        expected = [_left(days, memory) for days in lengths]
        return abs(sum(beside / squares for squares, beside in expected) / len(expected) - seen)

    return min((round(step * 0.02, 2) for step in range(round(LONGEST_MEMORY / 0.02) + 1)), key=apart)


def _with_noise(known: Sequence[tuple[Design, FLOATS]], memory: float, wider: float) -> tuple[Design, ...]:
    """Designs with the spread of their noise, given its memory; what a line took away is put back."""
    return tuple(
        replace(design, noise=wider * math.sqrt(float(rest @ rest) / _left(design.days, round(memory, 4))[0]))
        for design, rest in known
    )


def _upper(freedom: float) -> float:
    """How many times its estimate a spread may be: its upper 97.5 % limit."""
    from scipy.special import chdtri  # heavy: only where a rule is tested

    return math.sqrt(freedom / float(chdtri(max(freedom, 1.0), 0.975)))


def _size(design: Design) -> float:
    return max(map(abs, design.course)) or 1.0


def _outcome_of(design: Design) -> Outcome:
    return Outcome.model_validate(
        {
            "id": "null", "project": "null", "title": "null", "baseline": design.baseline, "target": design.target,
            "direction": design.direction,
        }
    )  # fmt: skip


def _reference() -> Design:
    """Two years, measured every month, from 100 to 150, with noise of 5 % of the final value."""
    course = tuple(100 + 50 * month / 24 for month in range(1, 25))
    return Design(tuple(30 * month for month in range(24)), course, 100.0, 150.0, "increase", 5.0)
