"""Lines and dots over time as a small figure: expected against measured, fitted against what was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from .action_effect import figure

Series = Sequence[tuple[date, float]]


@dataclass(frozen=True)
class Mark:
    """A value in a figure: where it stands, in hundredths, and how it reads."""

    x: float
    y: float
    date: date
    text: str
    kind: str = ""


@dataclass(frozen=True)
class Row:
    """A line of the table that says the same as the figure."""

    date: date
    value: str
    course: str


@dataclass(frozen=True)
class CourseFigure:
    """A figure in hundredths of its width and height, from the top left.

    Attributes:
        label: What it shows, for who cannot see it.
        lines: Points of each line by its kind.
        dots: Measured values.
        upright: Where a vertical line stands, with its words.
        ticks: Heights and their values.
        rows: The same as a table.
    """

    label: str
    lines: list[tuple[str, str]]
    dots: list[Mark]
    ticks: list[tuple[float, str]]
    first: date
    last: date
    upright: tuple[float, str] | None = None
    rows: list[Row] = field(default_factory=list)


def course_figure(
    label: str,
    dots: Series,
    lines: Sequence[tuple[str, Series]],
    upright: tuple[date, str] | None = None,
    kinds: Sequence[str] = (),
    beside: Series = (),
) -> CourseFigure | None:
    """The figure of measured values and lines; None where there is nothing to draw.

    Args:
        label: What it shows.
        dots: Measured values, the oldest first.
        lines: Kind and points of each line.
        upright: A day to mark, with its words.
        kinds: How each dot is drawn.
        beside: What stands beside the measured values in the table.
    """
    known = [(day, value) for day, value in dots if math.isfinite(value)]
    everything = [*known, *(point for _, line in lines for point in line)]
    if not everything:
        return None
    days = [day for day, _ in everything] + ([upright[0]] if upright else [])
    first, last = min(days), max(days)
    length = max((last - first).days, 1)
    low, high = min(value for _, value in everything), max(value for _, value in everything)
    pad = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    low, high = low - pad, high + pad

    def x(day: date) -> float:
        return round(100 * (day - first).days / length, 2)

    def y(value: float) -> float:
        return round(100 * (high - value) / (high - low), 2)

    marks = [
        Mark(x(day), y(value), day, figure(value), kinds[place] if place < len(kinds) else "")
        for place, (day, value) in enumerate(known)
    ]
    expected = dict(beside)
    ticks = [(y(value), figure(value)) for value in (high - pad, (low + high) / 2, low + pad)]
    return CourseFigure(
        label=label,
        lines=[(kind, " ".join(f"{x(day)},{y(value)}" for day, value in line)) for kind, line in lines if line],
        dots=marks,
        ticks=ticks,
        first=first,
        last=last,
        upright=(x(upright[0]), upright[1]) if upright else None,
        rows=[Row(day, figure(value), figure(expected[day]) if day in expected else "") for day, value in known],
    )
