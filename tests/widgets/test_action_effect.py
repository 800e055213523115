"""An effect in words and as a figure: no more digits than count, each value on its side."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kg.domain import ActionItem
from kg.domain.action_effect import Finding, effect_of
from kg.operations.action_metrics import Point, Series
from pipelines.messages import Messages
from widgets.rendering.action_effect import MINUS, effect_figure, effect_words, figure, signed

OPENED, DONE = date(2026, 3, 1), date(2026, 3, 11)
SERIES = Series(key="process:x", name="Waits", kind="process")


def story(before, after, direction="decrease", between=()):
    points = [Point(date=OPENED - timedelta(days=len(before) - n), value=v) for n, v in enumerate(before)]
    points += [Point(date=OPENED + timedelta(days=n), value=v) for n, v in enumerate(between)]
    points += [Point(date=DONE + timedelta(days=n + 1), value=v) for n, v in enumerate(after)]
    action = ActionItem(
        id="a", project="p", title="t", opened_on=OPENED, done_on=DONE, metric="process:x", direction=direction
    )
    return action, points, effect_of([(p.date, p.value) for p in points], OPENED, DONE, direction)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("finding", list(Finding))
def test_every_finding_has_words(finding, language):
    action, _, effect = story([1, 2, 3], [4, 5, 6])
    said = effect_words(effect.model_copy(update={"finding": finding}), action, "Waits", Messages(language))
    assert not any(sentence.startswith("[") or "{" in sentence for sentence in said)


def test_figures_of_one_sentence_have_decimals_alike():
    action, _, effect = story([3.6912, 3.6, 3.8], [3.7, 3.75, 3.6])
    (figures, *_rest) = effect_words(effect, action, "Waits", Messages("en"))
    assert figures == (
        "Waits: 3.697 on average before, 3.683 after. The difference is −0.014 "
        "(90\u00a0% interval −0.172 to +0.144)."
    )  # fmt: skip


def test_without_an_interval_none_is_spoken_of():
    action, _, effect = story([5, 5, 5], [4, 4, 4])
    said = " ".join(effect_words(effect, action, "Waits", Messages("en")))
    assert "difference is −1." in said and "Welch" not in said and "no interval can be computed" in said


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (12, "12"), (-1234567.8, f"{MINUS}1,234,568"), (0.00123, "0.00123"), (99.96, "100"), (1e20, "1.00e+20"),
     (-0.0, "0"), (35.43, "35.4")],
)  # fmt: skip
def test_figures_are_as_long_as_a_reader_can_use(value, text):
    assert figure(value) == text


def test_a_difference_has_its_sign():
    assert (signed(2), signed(-2), signed(0)) == ("+2", f"{MINUS}2", "0")


def test_each_value_stands_on_its_side_and_inside_the_figure():
    action, points, effect = story([1, 2, 3], [9, 8, 7], between=[4, 5])
    drawn = effect_figure(action, SERIES, points, effect, date(2026, 4, 1), Messages("en"))
    assert [dot.side for dot in drawn.dots] == ["before"] * 3 + ["between"] * 2 + ["after"] * 3
    assert all(0 <= dot.x <= 100 and 0 < dot.y < 100 for dot in drawn.dots)
    assert [span.side for span in drawn.spans] == ["before", "between", "after"]
    assert sum(span.width for span in drawn.spans) == pytest.approx(100, abs=0.1)
    before, between, after = drawn.spans
    assert before.mean_y > after.mean_y and between.mean_y is None  # downwards in a picture
    assert drawn.label == "Waits: 8 values from 26 Feb 2026 to 14 Mar 2026; mean before 2, mean after 8"


def test_one_value_makes_a_figure_and_none_makes_none():
    action, points, _ = story([5], [])
    assert effect_figure(action, SERIES, [], None, OPENED, Messages("en")) is None
    still_open = action.model_copy(update={"done_on": None})
    drawn = effect_figure(still_open, SERIES, points, None, OPENED + timedelta(days=9), Messages("zh"))
    assert [span.side for span in drawn.spans] == ["before", "between"] and drawn.last == OPENED + timedelta(days=9)
