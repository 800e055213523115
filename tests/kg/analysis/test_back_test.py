"""The back-test: what a rule would have said, and the false alarm rate that it may promise."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from kg.analysis.back_test import (
    FEWEST_SERIES,
    Past,
    first_alarm,
    null_model,
    past_of,
    replay,
    simulate,
    wilson,
)
from kg.analysis.deviations import find
from kg.domain import Milestone, Outcome
from pipelines.outcomes.alarm_rules import AlarmRuleBook

RULES = {rule.key: rule for rule in AlarmRuleBook().all()}
START = date(2024, 1, 1)
DUE = START + timedelta(days=360)
BEHIND = RULES["behind_trajectory"]


def outcome(key: str = "o", **values) -> Outcome:
    fields = {"id": key, "project": "p", "title": "O", "baseline": 100, "target": 200, "start": START, "due": DUE}
    return Outcome.parse(fields | values)


def monthly(*factors: float, promise: Outcome | None = None) -> list[tuple[date, float]]:
    """Values every 30 days at so many times the expected value; the twelfth is on the due day."""
    days = [START + timedelta(days=30 * n) for n in range(1, len(factors) + 1)]
    return [(day, f * (100 + 100 * (day - START).days / 360)) for f, day in zip(factors, days, strict=True)]


def noisy_past(spread: float, count: int = 12) -> list[Past]:
    """Past outcomes on course with noise that no two share."""
    cases = []
    for key in range(count):
        factors = [1 + spread * math.sin(1.7 * n * (key + 2) + key) for n in range(1, 13)]
        case = past_of(outcome(f"o{key}"), monthly(*factors), (), DUE + timedelta(days=100))
        assert case is not None
        cases.append(case)
    return cases


def test_a_warned_of_miss_counts_with_its_lead_time_and_a_false_alarm_against_precision():
    missed = past_of(outcome(), monthly(*[1] * 6, *[0.8] * 6), (), DUE + timedelta(days=9))
    unwarned = past_of(outcome(), monthly(*[1] * 11, 0.8), (), DUE + timedelta(days=9))
    cried = past_of(outcome(), monthly(*[1] * 5, 0.8, *[1] * 6), (), DUE + timedelta(days=9))
    quiet = past_of(outcome(), monthly(*[1] * 12), (), DUE + timedelta(days=9))
    cases = [case for case in (missed, unwarned, cried, quiet) if case is not None]
    assert [case.missed for case in cases] == [True, True, False, False]
    found = replay(BEHIND, cases)
    assert (found.true_alarms, found.false_alarms, found.unwarned, found.quiet) == (1, 1, 1, 1)
    assert (found.precision.value, found.recall.value, found.leads) == (0.5, 0.5, [150])


def test_what_has_no_known_end_is_no_case():
    values = monthly(*[1] * 9)
    assert past_of(outcome(), values, (), DUE) is None  # due today
    assert past_of(outcome(), values, (), DUE + timedelta(days=1)) is None  # last measured 90 days before
    assert past_of(outcome(), monthly(*[1] * 10), (), DUE + timedelta(days=1)) is not None
    assert past_of(outcome(target=None), values, (), DUE + timedelta(days=1)) is None
    assert past_of(outcome(), [], (), DUE + timedelta(days=1)) is None


def test_the_other_rules_are_replayed_too():
    values = [*monthly(1, 1, 1), (DUE, 150.0)]
    case = past_of(outcome(), values, (), DUE + timedelta(days=9))
    assert case is not None
    assert first_alarm(RULES["missed_measurement"], case) == START + timedelta(days=90 + 46)
    stone = Milestone(
        id="m", project="p", title="M", due=START + timedelta(days=30), reached=START + timedelta(days=60)
    )
    stalled = past_of(outcome(), values, [stone], DUE + timedelta(days=9))
    assert stalled is not None
    assert first_alarm(RULES["stalled_milestone"], stalled) == START + timedelta(days=38)
    assert first_alarm(RULES["stalled_milestone"], case) is None


@pytest.mark.parametrize("key", sorted(RULES))
@pytest.mark.parametrize("spread", [0.02, 0.06, 0.10])
def test_over_1000_new_null_series_the_upper_95_percent_bound_stays_at_or_below_the_stated_rate(key, spread):
    model = null_model(noisy_past(spread))
    assert model.observed
    stated = simulate(RULES[key], model).stated
    fresh = simulate(RULES[key], model, series=1000, seed=20_260)
    assert fresh.proportion.interval[1] <= stated


@pytest.mark.parametrize("key", ["behind_trajectory", "odd_series"])
def test_the_rules_that_can_be_on_by_themselves_err_seldom_on_the_reference_series(key):
    model = null_model([])
    assert not model.observed
    assert simulate(RULES[key], model).stated < 0.10


def test_a_stated_rate_holds_for_most_repetitions_not_for_a_lucky_one():
    model = replace(null_model(noisy_past(0.06)), rivals=())
    stated = simulate(BEHIND, model).stated
    bounds = [simulate(BEHIND, model, series=1000, seed=seed).proportion.interval[1] for seed in range(100, 140)]
    assert sum(bound <= stated for bound in bounds) >= 39


def drawn(draw: np.random.Generator, spread: float, memory: float) -> list[tuple[date, float]]:
    """A series on course with AR(1) noise, made without the code that is tested."""
    off, values = float(draw.standard_normal()), []
    for n in range(1, 13):
        values.append((START + timedelta(days=30 * n), 100 + 100 * n / 12 + spread * off))
        off = memory * off + (1 - memory**2) ** 0.5 * float(draw.standard_normal())
    return values


@pytest.mark.parametrize(("spread", "memory"), [(6, 0.0), (10, 0.3), (14, 0.3), (10, 0.6)])
@pytest.mark.parametrize("count", [5, 60])
@pytest.mark.parametrize("key", ["behind_trajectory", "odd_series"])
def test_the_rate_stated_from_past_series_bounds_1000_new_ones_of_the_same_true_process(spread, memory, count, key):
    draw = np.random.default_rng(7)
    cases = [past_of(outcome(f"o{n}"), drawn(draw, spread, memory), (), DUE + timedelta(days=9)) for n in range(count)]
    stated = simulate(RULES[key], null_model([case for case in cases if case is not None])).stated
    fired = 0
    for _ in range(1000):
        values = drawn(draw, spread, memory)[:-1]
        fired += any(find(RULES[key], outcome(), values[:n], values[n - 1][0]) for n in range(1, 12))
    assert wilson(fired, 1000)[1] <= stated


def test_noise_is_measured_about_each_series_own_course_so_that_a_shortfall_is_not_noise():
    quiet = [
        past_of(outcome(f"o{n}"), monthly(*[1 - 0.3 * m / 12 for m in range(1, 13)]), (), DUE + timedelta(days=9))
        for n in range(FEWEST_SERIES)
    ]
    model = null_model([case for case in quiet if case is not None])
    assert model.observed and model.noise < 0.02
    assert simulate(BEHIND, model).alarms == 0


@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_wilsons_interval_is_that_of_statsmodels(pair):
    hits, of = pair
    low, high = wilson(hits, of)
    assert (low, high) == pytest.approx(proportion_confint(hits, of, method="wilson"), abs=1e-6)
    assert wilson(0, 0) == (0, 1)


@given(st.lists(st.integers(1, 359), min_size=1, max_size=15, unique=True), st.floats(0.3, 4))
def test_a_missed_measurement_is_replayed_on_the_day_a_daily_look_would_have_found_it(days, threshold):
    rule = RULES["missed_measurement"].model_copy(update={"threshold": threshold})
    values = [(START + timedelta(days=day), 100.0) for day in sorted(days)]
    case = Past(outcome(), tuple(values), missed=True)
    looks = (START + timedelta(days=day) for day in range(360))
    assert first_alarm(rule, case) == next((day for day in looks if find(rule, case.outcome, values, day)), None)


def test_a_proportion_of_nothing_has_no_value():
    found = replay(BEHIND, [])
    assert found.precision.value is None and found.precision.interval == (0, 1)
    assert SimpleNamespace(**vars(found)).leads == []
