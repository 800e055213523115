"""Attribution: an effect is supported only where no date without a release shows one as large."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.linear_model import OLS

from kg.analysis.interrupted import MONTH, Reason, Verdict, interrupted, segmented
from kg.domain import Direction

START = date(2023, 1, 1)


def series(before: int, after: int, effect: float = 0.0, memory: float = 0.0, seed: int = 1, spread: float = 1.0):
    """Monthly values with AR(1) noise about a rising line; the level changes after `before` of them."""
    draw = np.random.default_rng(seed)
    noise = [float(draw.standard_normal())]
    for _ in range(before + after - 1):
        noise.append(memory * noise[-1] + (1 - memory**2) ** 0.5 * float(draw.standard_normal()))
    days = [START + timedelta(days=30 * n) for n in range(before + after)]
    values = [20 + 0.1 * n + spread * noise[n] + (effect if n >= before else 0) for n in range(before + after)]
    return list(zip(days, values, strict=True)), days[before]


@given(st.integers(10, 40), st.integers(5, 30), st.floats(-5, 5), st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_the_fit_is_that_of_statsmodels(before, after, effect, seed):
    values, release = series(before, after, effect, 0.4, seed)
    found = segmented(values, release)
    months = np.array([(day - release).days / MONTH for day, _ in values])
    later = (months >= 0) * 1.0
    table = np.column_stack([np.ones(len(months)), months, later, months * later])
    lags = max(1, int(4 * (len(values) / 100) ** (2 / 9)))
    fit = OLS([v for _, v in values], table).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True
    )
    assert [found.level, found.trend, found.step, found.bend] == pytest.approx(list(fit.params))
    assert found.lags == lags
    test = fit.t_test(np.array([0, 0, 1, months[months >= 0].mean()]))
    low, high = test.conf_int(alpha=0.05)[0]
    assert (found.effect, found.low, found.high) == pytest.approx((float(test.effect[0]), low, high))


def test_a_clear_step_is_supported_with_its_size_and_the_placebo_dates():
    values, release = series(24, 12, effect=6)
    found = interrupted(values, release)
    assert (found.verdict, found.reason) == (Verdict.SUPPORTED, Reason.WANTED_WAY)
    assert found.fit is not None and found.fit.low < 6 < found.fit.high
    assert len(found.placebos) == 9 and found.as_large == 0
    assert all(p.day < release for p in found.placebos)


def test_a_drop_is_supported_where_a_drop_is_wanted_and_not_elsewhere():
    values, release = series(24, 12, effect=-6)
    assert interrupted(values, release, Direction.DECREASE).verdict is Verdict.SUPPORTED
    assert interrupted(values, release).reason is Reason.OTHER_WAY
    assert interrupted(values, release, Direction.MAINTAIN).reason is Reason.NO_DIRECTION


def test_a_trend_that_was_there_before_is_no_effect():
    values = [(START + timedelta(days=30 * n), 20 + n + 0.2 * (-1) ** n) for n in range(36)]
    assert interrupted(values, values[24][0]).verdict is Verdict.NOT_SUPPORTED


def test_where_placebo_dates_show_as_much_it_proves_nothing():
    values, release = series(24, 12, effect=6)
    jumpy = [(day, value + (14 if 10 <= n < 24 else 0)) for n, (day, value) in enumerate(values)]
    lifted = [(day, value + (14 if day >= release else 0)) for day, value in jumpy]
    found = interrupted(lifted, release)
    assert found.verdict is Verdict.NOT_SUPPORTED and found.as_large > 0


@pytest.mark.parametrize(
    ("before", "after", "reason"), [(9, 12, Reason.FEW_BEFORE), (24, 4, Reason.FEW_AFTER), (0, 0, Reason.FEW_BEFORE)]
)
def test_too_little_data_is_said_and_nothing_fitted(before, after, reason):
    values = series(24, 12)[0]
    release = values[24][0]
    cut = [*values[24 - before : 24], *values[24 : 24 + after]]
    found = interrupted(cut, release)
    assert (found.verdict, found.reason, found.fit) == (Verdict.TOO_LITTLE, reason, None)
    flat = [(day, 5.0 if day < release else value) for day, value in values]
    assert interrupted(flat, release).reason is Reason.NO_SPREAD


@pytest.mark.parametrize(("before", "after", "memory"), [(12, 8, 0.0), (24, 12, 0.3), (24, 12, 0.6)])
def test_without_an_effect_it_is_seldom_supported_and_a_large_one_often(before, after, memory):
    def supported(effect: float, runs: int = 150) -> float:
        found = (interrupted(*series(before, after, effect, memory, seed)) for seed in range(runs))
        return sum(one.verdict is Verdict.SUPPORTED for one in found) / runs

    assert supported(0) <= 0.10
    assert supported(4) >= 0.6
