"""Days and figures: what is refused, and what was kept before there were bounds is survived."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kg.analysis.back_test import first_alarm, past_of
from kg.analysis.deviations import find, is_watched
from kg.domain import Measurement, Milestone, Outcome, attainment_of
from kg.domain.bounds import FIRST_DAY, LAST_DAY, check_day, check_figure, days_after
from kg.domain.forecast import ForecastState, forecast_at
from kg.domain.health import HealthFormula, outcome_points
from kg.domain.outcomes import Expected
from kg.domain.progress import expected_series, next_due, standing
from kg.domain.rollup import reached
from kg.errors import InvalidRecord, OutOfBounds
from pipelines.outcomes.alarm_rules import AlarmRuleBook

TODAY = date(2026, 3, 2)
RULES = AlarmRuleBook().all()


def outcome(**values) -> Outcome:
    own = {"id": "o", "project": "p", "title": "T", "baseline": 0, "target": 100, "start": "2026-01-01"}
    return Outcome.parse(own | values)


def values(*numbers: float) -> list[tuple[date, float]]:
    return [(TODAY - timedelta(days=20 * back), number) for back, number in enumerate(reversed(numbers))][::-1]


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY, TODAY])
def test_days_within_the_bounds_pass(day):
    assert check_day("due", day) == day


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(2201, 1, 1), date.max])
def test_other_days_are_refused_with_field_and_bounds(day):
    with pytest.raises(OutOfBounds, match=r"due: .* from 1900-01-01 to 2200-12-31") as caught:
        check_day("due", day)
    assert caught.value.fields["field"] == "due"


@pytest.mark.parametrize("value", [1.1e15, -1e200, float("inf"), float("nan")])
def test_figures_that_nobody_can_mean_are_refused(value):
    with pytest.raises(OutOfBounds, match="target: "):
        check_figure("target", value)
    assert check_figure("target", -1e15) == -1e15


def test_days_are_reckoned_to_the_ends_of_the_calendar():
    assert days_after(TODAY, 3) == date(2026, 3, 5) and days_after(TODAY, -2) == date(2026, 2, 28)
    assert days_after(date.max, 1) == days_after(TODAY, 10**9) == date.max
    assert days_after(date.min, -1) == days_after(TODAY, -(10**9)) == date.min


@pytest.mark.parametrize("shape", ["linear", "step", "s_curve"])
@pytest.mark.parametrize(
    ("start", "due"),
    [(None, date.min), (None, date.max), (date.min, date.max), (date.max, date.max), (date.min, date.min)],
)
def test_kept_days_at_the_ends_of_the_calendar_are_survived(shape, start, due):
    odd = outcome(start=start, due=due, shape=shape)
    known = values(1, 2, 3, 4)
    watched = is_watched(odd, TODAY)
    assert watched == (due == date.max and start != date.max)
    for rule in RULES:
        find(rule, odd, known, TODAY)
        find(rule, odd, [], TODAY)
    measured = [Measurement(id=f"m{n}", subject="o", date=day, value=value) for n, (day, value) in enumerate(known)]
    standing(odd, measured, TODAY)
    assert next_due(odd, []) is not None
    assert all(point.value in (0, 100) for point in expected_series(odd) if point.date == due)


def test_a_back_test_survives_values_and_milestones_of_all_ages():
    old = outcome(start=date.min, due=TODAY - timedelta(days=30))
    milestone = Milestone(id="ms", project="p", title="M", due=date.max)
    seen = [(date.min, 1.0), (date(1900, 1, 1), 2.0), (TODAY - timedelta(days=60), 3.0), (TODAY, 4.0)]
    case = past_of(old, seen, [milestone], TODAY)
    assert case is not None and case.missed
    for rule in RULES:
        first_alarm(rule, case)


def test_records_take_no_figure_that_is_none_and_kept_ones_are_passed_over():
    for field in ("baseline", "target", "weight"):
        with pytest.raises(InvalidRecord, match=field):
            outcome(**{field: float("inf")})
    with pytest.raises(InvalidRecord, match="value"):
        Measurement.parse({"id": "m", "subject": "o", "date": TODAY, "value": float("inf")})
    kept = outcome(expected=[Expected(date=TODAY, value=5)]).to_properties()
    kept |= {"weight": float("inf"), "target": float("nan")}
    kept["expected"] = '[{"date": "2026-03-02", "value": 5.0}, {"date": "2026-03-03", "value": Infinity}]'
    read = Outcome.from_properties(kept)
    assert (read.weight, read.target, [point.value for point in read.expected]) == (1.0, None, [5])


def test_a_forecast_of_figures_whose_squares_overflow_is_that_of_small_ones_scaled():
    small, at = values(1, 2, 3, 7), TODAY + timedelta(days=30)
    plain = forecast_at(small, at)
    huge = forecast_at([(day, value * 1e200) for day, value in small], at)
    assert plain.state is huge.state is ForecastState.FORECAST
    for name in ("last", "value", "low", "high", "drift", "deviation"):
        assert getattr(huge, name) == pytest.approx(getattr(plain, name) * 1e200)
    assert huge.chance_above(5e200) == pytest.approx(plain.chance_above(5))
    assert forecast_at(values(1, 2, 3, 1.7e308), at).high < float("inf")


FORMULA = HealthFormula()


@pytest.mark.parametrize(
    ("target", "value", "attained", "share"),
    [
        (99.9, 99.9, True, 1.0), (99.9, 99.95, True, 1.0), (100, 91, True, 1.0), (100, 110, True, 1.0),
        (100, 89, False, 0.9), (100, 115, False, 0.5), (100, 80, False, 0.0), (100, 300, False, 0.0),
        (-50, -52, True, 1.0), (0, 0, True, 1.0), (0, 0.1, False, 0.0),
    ],
)  # fmt: skip
def test_what_should_stay_has_one_tolerance_everywhere(target, value, attained, share):
    kept = outcome(direction="maintain", baseline=target, target=target, start="2025-01-01", due="2025-12-31")
    last = date(2025, 12, 31)
    measured = [Measurement(id="m", subject="o", date=last, value=value)]
    assert attainment_of(kept, measured).attained is attained
    assert reached(target, target, kept.direction, value) == pytest.approx(share)
    case = past_of(kept, [(date(2025, 6, 1), target), (last, value)], [], TODAY)
    assert case.missed is not attained
    if target:  # where nothing is expected there is no share to lag by
        stands = standing(kept, measured, TODAY)
        assert outcome_points(kept, stands, FORMULA) == pytest.approx(share)
        assert (stands.state.value == "missed") is not attained


def test_a_stricter_formula_of_health_stays_strict():
    kept = outcome(direction="maintain", baseline=100, target=100, start="2025-01-01", due="2026-12-31")
    stands = standing(kept, [Measurement(id="m", subject="o", date=TODAY, value=97)], TODAY)
    assert outcome_points(kept, stands, HealthFormula(stay_within=0.04)) == pytest.approx(0.5)
    assert outcome_points(kept, stands, FORMULA) == 1.0
