"""Where an outcome stands: what is expected by when, which values count, ahead, on course, behind, missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.domain import ExchangeRate, Measurement, Outcome, attainment_of
from kg.domain.outcomes import UnitKind
from kg.domain.progress import ProgressState, expected_series, next_due, standing
from kg.domain.rates import Rates
from kg.domain.series import converted, corrections_of, in_force
from kg.domain.trajectory import expected_at
from kg.domain.units import Unit

START, DUE = date(2026, 1, 1), date(2026, 12, 31)


def outcome(**values) -> Outcome:
    own = {"id": "o", "project": "p", "title": "T", "start": START, "due": DUE, "baseline": 0, "target": 100}
    return Outcome.parse(own | values)


def value(number: float, day: date, key: str | None = None, **more) -> Measurement:
    return Measurement(id=key or f"{day}:{number}", project="p", subject="o", date=day, value=number, **more)


@pytest.mark.parametrize(
    ("number", "values", "state"),
    [
        (50, {}, ProgressState.ON_COURSE), (62, {}, ProgressState.AHEAD), (35, {}, ProgressState.BEHIND),
        (50, {"baseline": 100, "target": 0, "direction": "decrease"}, ProgressState.ON_COURSE),
        (80, {"baseline": 100, "target": 0, "direction": "decrease"}, ProgressState.BEHIND),
        (92.4, {"baseline": 90, "target": 95}, ProgressState.ON_COURSE), (90, {"baseline": 90, "target": 95}, ProgressState.BEHIND),
        (0, {"unit_kind": "yes_no", "target": 1}, ProgressState.ON_COURSE), (1, {"unit_kind": "yes_no", "target": 1}, ProgressState.AHEAD),
        (95, {"baseline": 100, "direction": "maintain"}, ProgressState.ON_COURSE), (80, {"baseline": 100, "direction": "maintain"}, ProgressState.BEHIND),
        (50, {"target": None}, ProgressState.NO_DATA),
    ],
)  # fmt: skip
def test_half_way_through_the_state_says_how_far_it_should_be(number, values, state):
    middle = date(2026, 7, 2)
    assert standing(outcome(**values), [value(number, middle)], middle).state is state


def test_missed_needs_a_value_from_the_due_day_or_later():
    later = DUE + timedelta(days=10)
    assert standing(outcome(), [value(50, date(2026, 9, 1))], later).state is ProgressState.BEHIND
    assert standing(outcome(), [value(50, DUE)], later).state is ProgressState.MISSED
    assert standing(outcome(), [value(100, DUE)], later).state is ProgressState.ON_COURSE
    assert standing(outcome(), [], later).state is ProgressState.NO_DATA


def test_the_shortfall_is_told_in_the_direction_that_is_wanted():
    stands = standing(outcome(), [value(40, date(2026, 7, 2))], date(2026, 7, 2))
    assert stands.expected == pytest.approx(50, abs=0.1) and stands.shortfall == pytest.approx(0.2, abs=0.01)
    assert stands.lag == pytest.approx(0.1, abs=0.01) and stands.expected_share == pytest.approx(0.5, abs=0.01)


def test_the_next_measurement_is_due_after_the_usual_interval_and_on_the_due_day():
    days = [date(2026, 1, 10), date(2026, 2, 9), date(2026, 3, 11), date(2026, 4, 10)]
    assert next_due(outcome(), []) == date(2026, 2, 1)
    assert next_due(outcome(), [value(1, day) for day in days]) == date(2026, 5, 10)
    assert next_due(outcome(), [value(1, date(2026, 12, 20))]) == DUE
    assert next_due(outcome(), [value(1, DUE)]) is None


def test_what_is_reached_once_and_for_all_needs_no_further_measurement():
    certified = outcome(unit_kind="yes_no", target=1)
    assert standing(certified, [value(1, date(2026, 3, 1))], date(2026, 3, 2)).next_due is None
    assert standing(certified, [value(0, date(2026, 3, 1))], date(2026, 3, 2)).next_due == date(2026, 4, 1)
    assert [p.value for p in expected_series(certified)][-2:] == [0, 1]


def test_the_expected_series_goes_by_month_from_start_to_due():
    series = expected_series(outcome(start=date(2026, 1, 15)))
    assert [p.date for p in series][:3] == [date(2026, 1, 15), date(2026, 2, 1), date(2026, 3, 1)]
    assert (series[0].value, series[-1].date, series[-1].value, len(series)) == (0, DUE, 100, 13)
    step = expected_series(outcome(shape="step"))
    assert [(p.date, p.value) for p in step[-2:]] == [(DUE - timedelta(days=1), 0), (DUE, 100)]
    points = expected_series(outcome(shape="points", expected=[{"date": "2026-03-10", "value": 80}]))
    assert (date(2026, 3, 10), 80) in [(p.date, p.value) for p in points]
    assert expected_series(outcome(target=None)) == []
    assert len(expected_series(outcome(start=date(1900, 1, 1), due=date(2100, 1, 1)))) < 300


def test_values_of_one_day_count_by_when_they_were_recorded():
    early, late = (datetime(2026, 2, 1, hour, tzinfo=UTC) for hour in (8, 9))
    day = date(2026, 1, 31)
    known = [value(2, day, "a", recorded_at=late), value(1, day, "b", recorded_at=early)]
    assert attainment_of(outcome(), known).current == 2


def test_converted_values_are_in_the_outcomes_currency_and_missing_rates_are_told():
    day = date(2026, 2, 1)
    rates = Rates([ExchangeRate(id="r", base="EUR", quote="USD", date=day, rate=Decimal(2))])
    known = [
        value(10, day, "e", currency="EUR"),
        value(10, day, "u", currency="USD"),
        value(10, day, "c", currency="CHF"),
    ]
    fitting, missing = converted(known, Unit(UnitKind.CURRENCY, "EUR"), rates)
    assert [(one.measurement.id, one.value) for one in fitting] == [("e", 10), ("u", 5)]
    assert [m.id for m, _ in missing] == ["c"]
    assert attainment_of(outcome(currency="EUR"), known[1:]) is None


days = st.dates(START - timedelta(days=100), DUE + timedelta(days=100))
numbers = st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 3))


@given(numbers, numbers, st.sampled_from(["linear", "step", "s_curve"]), st.lists(days, min_size=2, max_size=12))
def test_a_monotone_trajectory_stays_between_baseline_and_target_and_never_turns(baseline, target, shape, asked):
    promised = outcome(
        baseline=baseline, target=target, shape=shape, direction="increase" if target >= baseline else "decrease"
    )
    values = [expected_at(promised, day) for day in sorted(asked)]
    slack = 1e-6 * (abs(baseline) + abs(target) + 1)
    assert all(min(baseline, target) - slack <= v <= max(baseline, target) + slack for v in values)
    steps = [later - earlier for earlier, later in pairwise(values)]
    assert all(step >= -slack for step in steps) or all(step <= slack for step in steps)
    assert expected_at(promised, START) in (baseline, target) and expected_at(promised, DUE) == pytest.approx(
        target, abs=slack
    )


@given(st.data())
def test_each_chain_of_corrections_leaves_exactly_its_last_record(data):
    known: list[Measurement] = []
    chains = data.draw(st.lists(st.integers(1, 5), max_size=6))
    for number, length in enumerate(chains):
        for step in range(length):
            key = f"{number}.{step}"
            known.append(value(step, START, key, corrects=f"{number}.{step - 1}" if step else None))
    shuffled = data.draw(st.permutations(known))
    assert {m.id for m in in_force(shuffled)} == {f"{number}.{length - 1}" for number, length in enumerate(chains)}
    for m in in_force(shuffled):
        assert [one.value for one in corrections_of(m, {one.id: one for one in shuffled})] == list(range(int(m.value)))
    gone = [m.model_copy(update={"withdrawn": m.id.startswith("0.") and m in in_force(known)}) for m in known]
    assert {m.id for m in in_force(gone)} == {m.id for m in in_force(known) if not m.id.startswith("0.")}


@given(st.lists(st.tuples(days, numbers), max_size=8), numbers, numbers, days)
def test_any_series_has_a_standing(series, baseline, target, today):
    promised = outcome(baseline=baseline, target=target)
    stands = standing(promised, [value(n, day, str(i)) for i, (day, n) in enumerate(series)], today)
    assert stands.state in ProgressState
    if not series:
        assert stands.state is ProgressState.NO_DATA
