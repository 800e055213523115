"""What a figure did around an action: against scipy, and honest where little is known."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kg.domain import ActionItem, ActionStatus
from kg.domain.action_effect import Finding, effect_of, kept_effect, welch_interval

OPENED, DONE = date(2026, 3, 1), date(2026, 3, 20)
figures = st.lists(st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3)), min_size=3, max_size=30)


def series(before, after):
    first = [(OPENED - timedelta(days=n + 1), value) for n, value in enumerate(before)]
    return first + [(DONE + timedelta(days=n + 1), value) for n, value in enumerate(after)]


@given(figures, figures)
def test_the_interval_is_that_of_scipy(before, after):
    low, high = welch_interval(before, after)
    if len(set(before)) == len(set(after)) == 1:
        assert (low, high) == (None, None)
        return
    if low is None:  # a spread that rounding alone could make
        scale = max(map(abs, before + after))
        assert max(max(x) - min(x) for x in (before, after)) < 1e-9 * scale
        return
    theirs = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.9)
    near = 1e-6 * max(1.0, abs(theirs.low), abs(theirs.high))
    assert low == pytest.approx(theirs.low, abs=near) and high == pytest.approx(theirs.high, abs=near)


def test_a_figure_worked_out_by_hand():
    found = effect_of(series([10, 12, 14, 12], [6, 7, 8, 7, 7]), OPENED, DONE, "decrease")
    assert (found.n_before, found.n_after, found.before, found.after, found.difference) == (4, 5, 12, 7, -5)
    # variances 8/3 and 1/2: squared error 2/3 + 1/10, Welch's degrees of freedom 3.905, t(.95) = 2.1494
    error = math.sqrt(2 / 3 + 1 / 10)
    freedom = error**4 / ((2 / 3) ** 2 / 3 + (1 / 10) ** 2 / 4)
    half = stats.t.ppf(0.95, freedom) * error
    assert (found.low, found.high) == (pytest.approx(-5 - half), pytest.approx(-5 + half))
    assert (found.verdict, found.finding) == (ActionStatus.EFFECTIVE, Finding.WANTED_WAY)
    assert (found.method, found.confidence) == ("welch_t", 0.9)


@pytest.mark.parametrize(
    ("before", "after", "direction", "verdict", "finding"),
    [
        ([1, 2, 3], [11, 12, 13], "increase", "effective", "wanted_way"),
        ([1, 2, 3], [11, 12, 13], "decrease", "not_effective", "other_way"),
        ([1, 2, 3], [1, 2, 4], "increase", "unknown", "spans_zero"),
        ([1, 2, 3], [11, 12, 13], None, "unknown", "no_direction"),
        ([1, 2, 3], [11, 12], "increase", "unknown", "too_few"),
        ([1], [11, 12, 13], "increase", "unknown", "too_few"),
        ([5, 5, 5], [9, 9, 9], "increase", "unknown", "no_spread"),
        ([0.1 + 0.2, 0.3, 0.3], [0.3, 0.3, 0.3], "increase", "unknown", "no_spread"),
        ([], [11, 12, 13], "increase", "done_unverified", "none_before"),
        ([1, 2, 3], [], "increase", "done_unverified", "none_after"),
        ([], [], "increase", "done_unverified", "no_values"),
        ([1, 2, 3, math.nan, math.inf], [11, 12, 13], "increase", "effective", "wanted_way"),
    ],
)
def test_a_verdict_says_no_more_than_the_values_do(before, after, direction, verdict, finding):
    found = effect_of(series(before, after), OPENED, DONE, direction)
    assert (found.verdict, found.finding) == (verdict, finding)
    assert (found.low is None) == (found.high is None)
    if finding in ("too_few", "no_spread"):
        assert found.low is None and found.before is not None and found.difference is not None


def test_values_of_the_days_between_belong_to_neither_side():
    between = [(OPENED, 99.0), (OPENED + timedelta(days=3), 99.0), (DONE, 99.0)]
    found = effect_of(series([1, 2, 3], [4, 5, 6]) + between, OPENED, DONE, "increase")
    assert (found.n_before, found.n_after, found.before, found.after) == (3, 3, 2, 5)


def test_an_action_of_unknown_beginning_has_no_before():
    found = effect_of(series([1, 2, 3], [4, 5, 6]), None, DONE, "increase")
    assert (found.verdict, found.finding) == (ActionStatus.DONE_UNVERIFIED, Finding.NO_OPENING)


@given(figures, figures, st.sampled_from(["increase", "decrease", None]))
def test_what_an_action_keeps_tells_the_same_effect(before, after, direction):
    found = effect_of(series(before, after), OPENED, DONE, direction)
    values = {"id": "a", "project": "p", "title": "t", "opened_on": OPENED, "metric": "process:x", "done_on": DONE}
    kept = ActionItem.parse(values | {"direction": direction} | found.kept())
    again = kept_effect(ActionItem.from_properties(kept.to_properties()))
    assert again == found


def test_an_action_that_is_not_done_has_no_effect():
    assert kept_effect(ActionItem(id="a", project="p", title="t")) is None


def test_importing_the_rule_loads_no_scipy():
    code = "import sys, kg.domain.action_effect, kg.operations.actions; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
