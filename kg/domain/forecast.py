"""Where a measured series will stand on a day, with an interval that says how little that is known.

Method: a random walk with drift. What a series gained in an interval of time is its drift times the
time, and a chance part whose variance grows with the time. The drift is estimated from the first
and last value, the variance from how the steps scatter about it; the interval has room for both
(Student's t with one degree of freedom fewer than there are steps):

    value ± t · s · √(h + h² / T)     h: days ahead, T: days observed, s² a day

Where the later half of at least eight steps gained at another pace than the earlier half (by more
than two standard errors of the difference), only the later half counts: a gain that tapers off is
not stretched on as it began.

It does not expect trends to go on for sure, so it is wide where little was measured. With fewer than
four values on different days there is no interval, nor where all steps were the same; with fewer
than two there is no forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from math import atan, cos, pi, sin, sqrt
from sys import float_info

METHOD = "random_walk_with_drift"
FEWEST_FOR_INTERVAL = 4
FEWEST_TO_SPLIT = 8
LARGEST = 1e100
"""Larger figures are reckoned with in units of the largest: their squares would leave the range of floats."""


class ForecastState(StrEnum):
    """What could be said."""

    FORECAST = "forecast"
    NO_INTERVAL = "no_interval"
    NO_SCATTER = "no_scatter"
    TOO_FEW = "too_few"
    PAST = "past"


@dataclass(frozen=True)
class Forecast:
    """A value on a day to come.

    Attributes:
        state: `no_interval` with too few values for one, `no_scatter` where every step was the same (then
            nothing is known of what may go otherwise), `too_few` for any forecast, `past` when the
            day is not after the last value (then the value is the last one).
        at: The day.
        n: On how many days there are values that count.
        last: The last value.
        last_on: Its day.
        value: What is expected on the day.
        low: Lower end of the interval.
        high: Upper end.
        level: How often such intervals hold the value, if the method fits.
        drift: What the series gains a day.
        deviation: Standard error of the forecast.
        method: How it was made.
    """

    state: ForecastState
    at: date
    n: int = 0
    last: float | None = None
    last_on: date | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.9
    drift: float | None = None
    deviation: float | None = None
    method: str = METHOD

    def chance_above(self, target: float) -> float | None:
        """How likely the value is at or above a target, if the method fits; None without an interval."""
        if self.value is None or self.deviation is None:
            return None
        return student_cdf((self.value - target) / self.deviation, self.n - 2)


def forecast_at(points: Sequence[tuple[date, float]], at: date, level: float = 0.9) -> Forecast:
    """The forecast of a series for a day; of several values on one day the last in the row counts."""
    size = max((abs(value) for _, value in points), default=0.0)
    if size > LARGEST:
        small = forecast_at([(day, value / size) for day, value in points], at, level)
        return replace(
            small, last=_times(small.last, size), value=_times(small.value, size), low=_times(small.low, size),
            high=_times(small.high, size), drift=_times(small.drift, size), deviation=_times(small.deviation, size),
        )  # fmt: skip
    series = _lately(sorted(dict(points).items()))
    n = len(series)
    if n == 0:
        return Forecast(ForecastState.TOO_FEW, at, level=level)
    last_on, last = series[-1]
    if at <= last_on:
        return Forecast(ForecastState.PAST, at, n, last, last_on, last, last, last, level)
    if n < 2:
        return Forecast(ForecastState.TOO_FEW, at, n, last, last_on, level=level)
    observed, ahead, drift = _days(series), (at - last_on).days, _pace(series)
    value = last + drift * ahead
    if n < FEWEST_FOR_INTERVAL:
        return Forecast(ForecastState.NO_INTERVAL, at, n, last, last_on, value, level=level, drift=drift)
    deviation = sqrt(_scatter(series) / (n - 2) * (ahead + ahead**2 / observed))
    if deviation <= 1e-9 * max(1.0, abs(value)):
        return Forecast(ForecastState.NO_SCATTER, at, n, last, last_on, value, level=level, drift=drift)
    reach = student_quantile((1 + level) / 2, n - 2) * deviation
    return Forecast(
        ForecastState.FORECAST, at, n, last, last_on, value, value - reach, value + reach, level, drift, deviation
    )


Series = list[tuple[date, float]]


def _times(share: float | None, size: float) -> float | None:
    return None if share is None else max(-float_info.max, min(float_info.max, share * size))


def _lately(series: Series) -> Series:
    """The whole series, or its later half where that moves at another pace."""
    steps = len(series) - 1
    if steps < FEWEST_TO_SPLIT:
        return series
    earlier, later = series[: steps // 2 + 1], series[steps // 2 :]
    variance = (_scatter(earlier) + _scatter(later)) / (steps - 2)
    spread = sqrt(variance * (1 / _days(earlier) + 1 / _days(later)))
    return later if abs(_pace(later) - _pace(earlier)) > 2 * spread else series


def _days(series: Series) -> int:
    return (series[-1][0] - series[0][0]).days


def _pace(series: Series) -> float:
    return (series[-1][1] - series[0][1]) / _days(series)


def _scatter(series: Series) -> float:
    """The sum of squared chance parts of the steps, each by its days."""
    pace, found = _pace(series), 0.0
    for (day, low), (next_day, high) in pairwise(series):
        days = (next_day - day).days
        found += (high - low - pace * days) ** 2 / days
    return found


def student_cdf(t: float, freedom: int) -> float:
    """The distribution function of Student's t, by its finite sums (Abramowitz and Stegun 26.7.3-4)."""
    angle = atan(t / sqrt(freedom))
    sine, cosine = sin(angle), cos(angle)
    odd = freedom % 2 == 1
    part, series = (cosine, 0.0) if odd else (1.0, 0.0)
    for k in range(1 if odd else 0, freedom - 1, 2):
        series += part
        part *= cosine**2 * (k + 1) / (k + 2)
    inside = 2 / pi * (angle + sine * series) if odd else sine * series
    return (1 + inside) / 2


def student_quantile(share: float, freedom: int) -> float:
    """The value that Student's t stays below with a probability above one half."""
    low, high = 0.0, 1.0
    while student_cdf(high, freedom) < share:
        low, high = high, high * 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if student_cdf(middle, freedom) < share else (low, middle)
    return (low + high) / 2
