"""Forecasts: the interval holds what it promises on simulated and on real series, and says when it cannot."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kg.domain.forecast import ForecastState, forecast_at, student_cdf, student_quantile

START = date(2024, 1, 1)


def series(values, gaps=None):
    days, day = [], START
    for number, _ in enumerate(values):
        days.append(day)
        day += timedelta(days=int(gaps[number]) if gaps is not None else 30)
    return [(day, float(value)) for day, value in zip(days, values, strict=True)]


@given(st.floats(min_value=-30, max_value=30), st.integers(min_value=1, max_value=200))
def test_students_distribution_is_that_of_scipy(t, freedom):
    assert student_cdf(t, freedom) == pytest.approx(stats.t.cdf(t, freedom), abs=1e-8)


@pytest.mark.parametrize("freedom", [1, 2, 3, 10, 99])
def test_students_quantile_is_that_of_scipy(freedom):
    assert student_quantile(0.95, freedom) == pytest.approx(stats.t.ppf(0.95, freedom), rel=1e-9)


def coverage(make, n: int, ahead: int, runs: int = 2000) -> float:
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(runs):
        values, gaps = make(rng, n + ahead)
        points = series(values, gaps)
        found = forecast_at(points[:n], points[-1][0], 0.9)
        hits += found.low <= points[-1][1] <= found.high
    return hits / runs


def walk(rng, length):
    """A random walk with drift, measured at irregular days."""
    gaps = rng.integers(5, 60, length)
    steps = 0.2 * gaps + rng.normal(0, 1.5, length) * np.sqrt(gaps)
    return np.concatenate([[0], np.cumsum(steps)[:-1]]), gaps


def noisy_trend(rng, length):
    """An even trend seen through measurement noise."""
    return 2.0 * np.arange(length) + rng.normal(0, 3, length), np.full(length, 30)


def damped(rng, length):
    """A gain that tapers off: what a trend would overshoot."""
    return 100 * (1 - np.exp(-np.arange(length) / 15)) + np.cumsum(rng.normal(0, 2.5, length)), np.full(length, 30)


@pytest.mark.parametrize("n", [4, 6, 12, 24])
def test_nine_of_ten_intervals_hold_the_value_of_a_walk(n):
    assert coverage(walk, n, 6) == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("n", [6, 12, 24])
def test_an_even_trend_under_noise_is_held_at_least_as_often(n):
    assert coverage(noisy_trend, n, 6) >= 0.9


def test_a_gain_that_tapers_off_is_held_less_often_but_mostly():
    assert coverage(damped, 18, 3) >= 0.75


def test_with_little_measured_it_says_so():
    assert forecast_at([], START).state is ForecastState.TOO_FEW
    one = forecast_at(series([3.0]), START + timedelta(days=90))
    assert (one.state, one.value, one.last) == (ForecastState.TOO_FEW, None, 3.0)
    three = forecast_at(series([1.0, 2.0, 3.0]), START + timedelta(days=120))
    assert (three.state, three.low) == (ForecastState.NO_INTERVAL, None)
    assert three.value == pytest.approx(5.0)
    assert three.chance_above(4) is None


def test_steps_that_are_all_the_same_make_nothing_certain():
    found = forecast_at(series([0, 5, 10, 15, 20]), START + timedelta(days=240))
    assert (found.state, found.low, found.value) == (ForecastState.NO_SCATTER, None, pytest.approx(40))


def test_what_is_past_is_not_forecast():
    found = forecast_at(series([1, 2, 3, 5]), START + timedelta(days=20))
    assert (found.state, found.value, found.low, found.high) == (ForecastState.PAST, 5.0, 5.0, 5.0)


def test_the_chance_of_a_target_is_even_at_the_forecast_and_falls_beyond():
    found = forecast_at(series([0, 3, 5, 9, 11]), START + timedelta(days=240))
    assert found.chance_above(found.value) == pytest.approx(0.5)
    assert found.chance_above(found.high) == pytest.approx(0.05, abs=1e-6)
    assert found.chance_above(found.low) == pytest.approx(0.95, abs=1e-6)


@given(st.lists(st.floats(min_value=-1e4, max_value=1e4), min_size=5, max_size=20))
def test_an_interval_only_widens_with_time(values):
    points = series(values)
    near, far = (forecast_at(points, points[-1][0] + timedelta(days=days)) for days in (10, 100))
    if near.state is ForecastState.NO_SCATTER:
        assert (near.low, far.low, near.chance_above(0)) == (None, None, None)
        return
    assert near.low <= near.value <= near.high
    assert far.high - far.low >= near.high - near.low
