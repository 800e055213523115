"""What counts as off course, whichever way a metric should move and however it is expected to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis.deviations import find, find_stalled, is_back, measures, usual_interval
from kg.domain import Milestone, Outcome
from kg.domain.alarms import AlarmRule
from kg.domain.trajectory import expected_at
from pipelines.outcomes.alarm_rules import AlarmRuleBook

START = date(2025, 1, 1)
DUE = START + timedelta(days=100)
RULES = {rule.key: rule for rule in AlarmRuleBook().all()}
BEHIND, GAIN, ODD, MISSED, STALLED = (
    RULES[key] for key in ("behind_trajectory", "gain_behind", "odd_series", "missed_measurement", "stalled_milestone")
)


def outcome(**values) -> Outcome:
    fields = {"id": "o", "project": "p", "title": "O", "baseline": 0, "target": 100, "start": START, "due": DUE}
    return Outcome.parse(fields | values)


def on(day: int) -> date:
    return START + timedelta(days=day)


def found(promise: Outcome, value: float, day: int = 50, rule: AlarmRule = BEHIND):
    return find(rule, promise, [(on(day), value)], on(day))


@pytest.mark.parametrize(
    ("promise", "value", "day", "share"),
    [
        ({}, 40, 50, 0.2),  # straight: 50 expected
        ({"shape": "s_curve"}, 8, 25, 0.488),  # 3u² - 2u³ of a quarter is 15.6 %
        ({"shape": "step"}, 0, 99, None),  # nothing is expected before the due day
        ({"shape": "step"}, 80, 100, 0.2),
        ({"shape": "points", "expected": [{"date": on(20), "value": 80}, {"date": DUE, "value": 100}]}, 60, 20, 0.25),
        ({"baseline": 100, "target": 50, "direction": "decrease"}, 90, 50, 0.2),  # 75 expected, 90 is worse
        ({"baseline": 100, "target": 50, "direction": "decrease"}, 60, 50, None),  # lower is better
        ({"baseline": 100, "target": 100, "direction": "maintain"}, 80, 50, 0.2),
        ({"baseline": 100, "target": 100, "direction": "maintain"}, 120, 50, 0.2),
        ({"baseline": -50, "target": 50}, -20, 50, 0.2),  # zero is expected: the gap over the whole way
        ({"baseline": -50, "target": 50}, -10, 50, None),
        ({}, 0, 2, None),  # 2 of 100 are expected: the gap is nothing to speak of
    ],
)
def test_a_shortfall_counts_in_the_wanted_direction_against_the_outcomes_own_shape(promise, value, day, share):
    alert = found(outcome(**promise), value, day)
    if share is None:
        assert alert is None
    else:
        assert alert is not None and alert.deviation == pytest.approx(share, abs=1e-3)


def test_a_large_baseline_hides_a_missing_gain_from_the_value_but_not_from_the_gain():
    promise = outcome(baseline=1000, target=1100)
    assert found(promise, 1000) is None
    alert = found(promise, 1000, rule=GAIN)
    assert alert is not None and alert.measure == pytest.approx(1)
    assert found(promise, 1000, day=20, rule=GAIN) is None  # a fifth of the gain is too little to judge by


def test_nothing_is_raised_without_baseline_target_or_due_day_nor_long_after_it():
    for missing in ("baseline", "target", "due"):
        assert found(outcome(**{missing: None}), 0) is None
    late = [(on(50), 10.0)]
    assert find(BEHIND, outcome(), late, DUE + timedelta(days=30)) is not None
    assert find(BEHIND, outcome(), late, DUE + timedelta(days=31)) is None


def test_the_occasion_is_the_fall_whatever_is_measured_until_it_recovers():
    values = [(on(20), 20.0), (on(30), 20.0), (on(40), 33.0), (on(50), 30.0)]  # 40: 17.5 % short
    first = find(BEHIND, outcome(), values[:2], on(30))
    last = find(BEHIND, outcome(), values, on(50))
    assert first and last and first.fingerprint == last.fingerprint and last.since == on(30)
    again = [*values, (on(60), 60.0), (on(70), 40.0)]
    later = find(BEHIND, outcome(), again, on(70))
    assert later and later.since == on(70) and later.fingerprint != first.fingerprint


def test_several_in_a_row_can_be_asked_for():
    twice = BEHIND.model_copy(update={"in_a_row": 2})
    assert found(outcome(), 10, rule=twice) is None
    assert find(twice, outcome(), [(on(40), 10.0), (on(50), 10.0)], on(50)) is not None


def test_values_of_later_days_have_no_say():
    values = [(on(20), 20.0), (on(50), 10.0)]
    assert find(BEHIND, outcome(), values, on(49)) is None


def test_an_alert_is_over_by_a_value_measured_since_not_by_an_older_one():
    fall = [(on(20), 20.0), (on(50), 30.0)]
    assert not is_back(BEHIND, outcome(), fall, on(60), on(50))
    assert is_back(BEHIND, outcome(), [*fall, (on(60), 55.0)], on(60), on(50))
    assert is_back(BEHIND, outcome(), [(on(20), 20.0), (on(50), 49.0)], on(60), on(50))  # corrected that day


def test_a_measurement_is_missed_by_the_series_own_rhythm():
    weekly = [(on(7 * n), 7.0 * n) for n in range(5)]
    assert usual_interval(weekly) == 7
    assert find(MISSED, outcome(), weekly, on(28 + 10)) is None
    alert = find(MISSED, outcome(), weekly, on(28 + 11))
    assert alert and alert.details == {"days": 11, "usual": 7.0}
    never = find(MISSED, outcome(), [], on(46))
    assert never and never.details["never"] == 1 and find(MISSED, outcome(), [], on(45)) is None
    done = [*weekly, (DUE, 100.0)]
    assert find(MISSED, outcome(), done, DUE + timedelta(days=25)) is None


def test_a_milestone_is_stalled_after_a_week_and_history_after_half_a_year():
    stone = Milestone(id="m", project="p", title="M", due=START)
    assert [bool(find_stalled(STALLED, stone, on(day))) for day in (7, 8, 180, 181)] == [False, True, True, False]
    reached = stone.model_copy(update={"reached": on(20)})
    assert find_stalled(STALLED, reached, on(19)) and not find_stalled(STALLED, reached, on(20))


def test_a_shift_of_the_residuals_is_odd_and_a_steady_shortfall_is_not():
    wobble = [0.5, -0.4, 0.1, 0.3, -0.5, 0.2, -0.1, 0.4, -0.3, 0.0, 0.2, -0.2]
    steady = [(on(7 * n), 0.7 * 7 * n + off) for n, off in enumerate(wobble)]
    straight = [(on(7 * n), 7 * n - 20 + off) for n, off in enumerate(wobble)]
    assert find(ODD, outcome(), straight, straight[-1][0]) is None
    shifted = [*straight, *((on(7 * n), 7 * n - 12.0) for n in (12, 13))]
    assert find(ODD, outcome(), shifted, on(91)) is not None
    assert len(measures(ODD, outcome(), steady)) == len(steady)


shares = st.floats(0, 2, allow_nan=False)


@given(
    st.sampled_from(["linear", "s_curve"]), st.sampled_from(["increase", "decrease"]),
    st.floats(1, 1e6), st.floats(1.1, 10), st.integers(5, 100), shares, st.floats(0.01, 100),
)  # fmt: skip
def test_neither_the_unit_nor_being_further_ahead_raises_an_alert(shape, way, base, ratio, day, share, unit):
    """Measured in another unit it is the same finding; a better value is never worse off."""
    low, high = (base, base * ratio) if way == "increase" else (base * ratio, base)
    promise = outcome(baseline=low, target=high, direction=way, shape=shape)
    scaled = outcome(baseline=low * unit, target=high * unit, direction=way, shape=shape)
    expected = expected_at(promise, on(day))
    assert expected is not None
    value = expected * share
    (one,), (other,) = (
        measures(BEHIND, promise, [(on(day), value)]),
        measures(BEHIND, scaled, [(on(day), value * unit)]),
    )
    assert other == pytest.approx(one, rel=1e-6, abs=1e-6) or min(abs(one), abs(other)) == 0  # the gap at its edge
    better = value * (1.1 if way == "increase" else 0.9)
    if measures(BEHIND, promise, [(on(day), better)])[0] > BEHIND.threshold:
        assert one > BEHIND.threshold
    assert found(promise, expected, day) is None


@given(st.lists(st.tuples(st.integers(1, 99), st.floats(-1e6, 1e6)), min_size=1, max_size=20, unique_by=lambda v: v[0]))
def test_a_finding_is_the_same_however_often_one_looks_and_what_it_closes_is_not_raised_again(days):
    values = [(on(day), value) for day, value in sorted(days)]
    for rule in (BEHIND, GAIN, ODD):
        today = values[-1][0]
        first, second = (find(rule, outcome(), values, today) for _ in range(2))
        assert first == second
        if first is not None:
            assert not is_back(rule, outcome(), values, today, first.observed_on)
            assert values[0][0] <= first.since <= first.observed_on == today
