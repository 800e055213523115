"""What a figure did around an action: in words, and as a small figure with its two spans."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kg.domain import ActionItem, ActionStatus
from kg.domain.action_effect import FEWEST_VALUES, Effect
from kg.operations.action_metrics import Point, Series
from pipelines.messages import Messages

from .text import civil

MINUS = "\u2212"
BARE = 1e-9


@dataclass(frozen=True)
class Dot:
    """A value in a figure: where it stands, in hundredths, and on which side of the action."""

    x: float
    y: float
    side: str
    date: date
    text: str


@dataclass(frozen=True)
class Span:
    """A stretch of time in a figure, in hundredths of its width, with the mean of its values."""

    side: str
    left: float
    width: float
    mean_y: float | None = None
    mean: str | None = None


@dataclass(frozen=True)
class EffectFigure:
    """A series with the spans before, during and after an action.

    `dots` and `spans` are in hundredths of the figure's width and height, from the top left;
    `label` says the same to who cannot see it.
    """

    label: str
    dots: list[Dot]
    spans: list[Span]
    ticks: list[tuple[float, str]]
    first: date
    last: date

    @property
    def line(self) -> str:
        """The dots as points of a line."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


def effect_words(effect: Effect, action: ActionItem, name: str, t: Messages) -> list[str]:
    """An effect as sentences: what was found, the figures, and how they were computed."""
    said = [t(f"actions.effect.{effect.finding}", fewest=FEWEST_VALUES)]
    if effect.before is None or effect.after is None or effect.difference is None:
        return said
    bounds = [value for value in (effect.low, effect.high) if value is not None]
    places = places_for([effect.difference, *bounds])
    before, after = figure(effect.before, places), figure(effect.after, places)
    means = t("actions.effect.means", name=name, before=before, after=after)
    if effect.low is None or effect.high is None:
        difference = t("actions.effect.difference_bare", difference=signed(effect.difference, places))
    else:
        difference = t(
            "actions.effect.difference",
            difference=signed(effect.difference, places),
            low=signed(effect.low, places), high=signed(effect.high, places),
        )  # fmt: skip
    gap = "" if t.language == "zh" else " "
    how = t(
        "actions.effect.compared",
        n_before=effect.n_before, n_after=effect.n_after,
        opened=civil(action.opened_on, t.language), done=civil(action.done_on, t.language),
    )  # fmt: skip
    if effect.low is not None:
        how += gap + t("actions.effect.interval")
    return [f"{means}{gap}{difference}", *said, how]


def effect_figure(
    action: ActionItem, series: Series, points: list[Point], effect: Effect | None, today: date, t: Messages
) -> EffectFigure | None:
    """The figure of a series around an action; None when there are no values."""
    known = [point for point in points if math.isfinite(point.value)]
    if not known:
        return None
    marks = [day for day in (action.opened_on, action.done_on) if day]
    first = min([known[0].date, *marks])
    last = max([known[-1].date, *marks, *([today] if action.done_on is None else [])])
    length = max((last - first).days, 1)
    low, high = min(p.value for p in known), max(p.value for p in known)
    pad = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    low, high = low - pad, high + pad

    def x(day: date) -> float:
        return round(100 * (day - first).days / length, 2)

    def y(value: float) -> float:
        return round(100 * (high - value) / (high - low), 2)

    dots = [Dot(x(p.date), y(p.value), side_of(p.date, action), p.date, figure(p.value)) for p in known]
    means = {"before": effect.before, "after": effect.after} if effect else {}
    spans = []
    for side, start, end in _spans(action, first, last):
        mean = means.get(side)
        spans.append(
            Span(
                side, x(start), round(x(end) - x(start), 2),
                None if mean is None else y(mean), None if mean is None else figure(mean),
            )
        )  # fmt: skip
    values = {"name": series.name, "count": len(known)}
    values |= {"first": civil(known[0].date, t.language), "last": civil(known[-1].date, t.language)}
    if effect and effect.before is not None and effect.after is not None:
        values |= {"before": figure(effect.before), "after": figure(effect.after)}
        label = t("actions.figure.label_sides", **values)
    else:
        label = t("actions.figure.label", **values)
    middle = (low + high) / 2
    ticks = [(y(v), figure(v)) for v in (high - pad, middle, low + pad)] if high - low > 2 * pad + BARE else []
    return EffectFigure(label, dots, spans, ticks or [(50.0, figure(middle))], first, last)


def side_of(day: date, action: ActionItem) -> str:
    """On which side of an action a day is: before, between or after."""
    if action.opened_on is not None and day < action.opened_on:
        return "before"
    return "after" if action.done_on is not None and day > action.done_on else "between"


def badge_of(status: ActionStatus | str) -> str:
    """How a status is coloured: done without proof looks unlike done with proof."""
    return {
        "effective": "good", "not_effective": "bad", "done_unverified": "unproven", "unknown": "unproven",
        "in_progress": "accent", "open": "accent",
    }.get(str(status), "")  # fmt: skip


def figure(value: float, places: int | None = None) -> str:
    """A figure as a reader can use it: three digits that count, grouped, with a true minus and no idle zeros.

    Args:
        value: The figure.
        places: So many decimals at most; as many as its own size wants when not given.
    """
    size = abs(value)
    if places is None:
        places = places_for([value])
    text = f"{size:.2e}" if size >= 1e15 or 0 < size < 1e-6 else f"{size:,.{places}f}"
    if "." in text and "e" not in text:
        text = text.rstrip("0").rstrip(".")
    return (MINUS if value < 0 and text != "0" else "") + text


def signed(value: float, places: int | None = None) -> str:
    """A difference, with its sign."""
    text = figure(value, places)
    return text if text.startswith(MINUS) or text == "0" else f"+{text}"


def places_for(values: Sequence[float]) -> int:
    """How many decimals tell the largest of some figures apart from its neighbours."""
    size = max(map(abs, values), default=0.0)
    return 0 if size >= 100 else 2 if size == 0 else min(8, 2 - math.floor(math.log10(size)))


def _spans(action: ActionItem, first: date, last: date) -> list[tuple[str, date, date]]:
    opened = action.opened_on or first
    ended = action.done_on or last
    found = [("before", first, opened), ("between", opened, ended), ("after", ended, last)]
    return [(side, start, end) for side, start, end in found if end - start > timedelta(0)]
