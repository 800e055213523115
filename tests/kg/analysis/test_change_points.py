"""Changes that are there are found where they are; series without one raise hardly an alarm."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kg.analysis.change_points import change_points

Draw = np.random.Generator
SERIES = 300


def remembering(draw: Draw, count: int, memory: float = 0.3) -> np.ndarray:
    news, level, values = draw.normal(size=count + 30), 0.0, []
    for one in news:
        level = memory * level + one
        values.append(level)
    return np.array(values[30:])


NULLS: dict[str, tuple[Callable[[Draw, int], np.ndarray], float]] = {
    "white noise": (lambda draw, n: draw.normal(size=n), 0.01),
    "skewed values": (lambda draw, n: draw.exponential(size=n), 0.02),
    "counts": (lambda draw, n: draw.poisson(3, size=n).astype(float), 0.01),
    "rare outliers": (lambda draw, n: draw.standard_t(3, size=n), 0.01),
    "a wave": (lambda draw, n: np.sin(np.arange(n) / n * 4 * np.pi) + 0.5 * draw.normal(size=n), 0.01),
    "a series that remembers": (remembering, 0.03),
    "a steady trend": (lambda draw, n: np.linspace(0, 6, n) + draw.normal(size=n), 0.08),
}
"""Series without a change of level, and how many of them may raise an alarm (chance of the test included)."""


@pytest.mark.parametrize("kind", NULLS)
@pytest.mark.parametrize("count", [10, 24, 60])
def test_a_series_without_a_change_raises_hardly_an_alarm(kind, count):
    make, most = NULLS[kind]
    draw = np.random.default_rng(count)
    alarms = sum(bool(change_points(make(draw, count))) for _ in range(SERIES))
    assert alarms / SERIES <= most


@pytest.mark.parametrize(("count", "shift", "least"), [(14, 5, 0.9), (20, 3, 0.75), (40, 3, 0.95), (100, 2, 0.9)])
def test_a_change_is_found_where_it_is(count, shift, least):
    draw = np.random.default_rng(7)
    found = 0
    for _ in range(100):
        values = draw.normal(size=count)
        values[count // 2 :] += shift
        changes = change_points(values)
        found += len(changes) == 1 and abs(changes[0].place - count // 2) <= 2
    assert found / 100 >= least


def test_up_and_down_again_are_two_changes_with_their_levels():
    values = np.repeat([10.0, 14.0, 11.0], 15) + np.random.default_rng(3).normal(size=45) * 0.7
    changes = change_points(values.tolist())
    assert [change.place for change in changes] == [15, 30]
    assert [round(change.after) for change in changes] == [14, 11]
    assert changes[1].before == changes[0].after and all(change.chance <= 0.005 for change in changes)


def test_a_step_without_noise_is_certain_and_a_flat_line_is_none():
    assert [(c.place, c.before, c.after) for c in change_points([3.0] * 6 + [5.0] * 6)] == [(6, 3.0, 5.0)]
    assert change_points([3.0] * 30) == []


def test_too_few_points_say_nothing():
    assert change_points([]) == [] and change_points([1, 9]) == [] and change_points([1, 1, 1, 9, 9, 9]) == []


def test_one_outlier_is_no_new_level():
    values = np.random.default_rng(1).normal(size=20)
    values[9] = 30
    assert change_points(values) == []


def test_the_same_series_gives_the_same_answer_and_its_unit_does_not_matter():
    values = np.random.default_rng(5).normal(size=40) + np.repeat([0, 2.5], 20)
    first = change_points(values)
    assert first and change_points(values) == first
    assert [(c.place, c.chance) for c in change_points(values * 1000 + 7)] == [(c.place, c.chance) for c in first]


def test_a_long_series_is_looked_at_from_its_end():
    values = np.concatenate([np.zeros(900), np.full(100, 50.0)]) + np.random.default_rng(2).normal(size=1000)
    assert [change.place for change in change_points(values)] == [900]


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="finite"):
        change_points([1.0, float("nan")] * 6)
