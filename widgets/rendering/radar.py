"""A radar of levels as inline SVG: its numbers are said to those who cannot see it, and stand in a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 440, 380
RADIUS = 112
LINE = 15
LETTERS = 14
"""Letters of a label's line; a Chinese one counts twice."""
FEWEST_AXES = 3

Series = tuple[str, Sequence[float | None]]


def radar_svg(
    axes: Sequence[str], series: Sequence[Series], *, title: str, low: float = 1.0, high: float = 5.0, none: str = "–"
) -> str:
    """The figure, or an empty text where a radar would say nothing: below three axes, or without any value.

    Colours are classes of `radar.css` (`radar-0` for the first series, the current one); without
    a style sheet all is drawn in the text's own colour. Series also differ in line and mark.

    Args:
        axes: The name of each axis, clockwise from the top.
        series: Name and values of each, the current one first; a value that is not known or must
            not be shown is None, and its outline has a gap there.
        title: What the figure shows; read out, followed by all values.
        low: The value in the middle.
        high: The value at the rim.
        none: What is said of a value that is None.
    """
    if len(axes) < FEWEST_AXES or not any(value is not None for _, values in series for value in values):
        return ""
    wheel = _Wheel(len(axes), low, high)
    parts = [
        f'<svg class="radar" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg"'
        f' aria-label="{escape(_spoken(axes, series, title, none))}">',
        *_grid(wheel),
    ]
    for number in reversed(range(len(series))):
        parts += _outline(wheel, number, series[number], axes)
    parts += [_label(wheel, number, axis) for number, axis in enumerate(axes)]
    return "".join([*parts, "</svg>"])


def lines_of(label: str, width: int = LETTERS) -> list[str]:
    """A label in lines that fit beside the wheel, broken at words; where there are none, between characters."""
    pieces = label.split(" ") if " " in label else list(label) if _breadth(label) > width else [label]
    glue = " " if " " in label else ""
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = f"{lines[-1]}{glue}{piece}"
        if _breadth(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines if len(lines) <= 3 else [*lines[:2], f"{lines[2]}…"]


class _Wheel:
    def __init__(self, axes: int, low: float, high: float) -> None:
        self.axes, self.low, self.high = axes, low, high

    def angle(self, axis: int) -> float:
        return 2 * math.pi * axis / self.axes

    def point(self, axis: int, radius: float) -> tuple[float, float]:
        angle = self.angle(axis)
        return WIDTH / 2 + radius * math.sin(angle), HEIGHT / 2 - radius * math.cos(angle)

    def at(self, axis: int, value: float) -> tuple[float, float]:
        """Where a value lies; the lowest one a little off the middle, so that an outline stays an outline."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.point(axis, RADIUS * (0.12 + 0.88 * share))


def _grid(wheel: _Wheel) -> list[str]:
    parts = []
    for level in range(math.ceil(wheel.low), math.floor(wheel.high) + 1):
        ring = " ".join(_pair(wheel.at(axis, level)) for axis in range(wheel.axes))
        parts.append(
            f'<polygon class="radar-ring" points="{ring}" fill="none" stroke="currentColor" stroke-opacity=".18"/>'
        )
    for axis in range(wheel.axes):
        (x1, y1), (x2, y2) = wheel.at(axis, wheel.low), wheel.at(axis, wheel.high)
        parts.append(
            f'<line class="radar-ring" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
            ' stroke="currentColor" stroke-opacity=".18"/>'
        )
    return parts


def _outline(wheel: _Wheel, number: int, series: Series, axes: Sequence[str]) -> list[str]:
    name, values = series
    known = [(axis, value) for axis, value in enumerate(values) if value is not None]
    dash = "" if number == 0 else ' stroke-dasharray="6 5"' if number == 1 else ' stroke-dasharray="2 4"'
    pen = f'stroke="currentColor" stroke-width="{2.4 if number == 0 else 1.8}" stroke-linejoin="round"{dash}'
    parts = [f'<g class="radar-series radar-{number}">']
    if len(known) == wheel.axes:
        points = " ".join(_pair(wheel.at(axis, value)) for axis, value in known)
        wash = "currentColor" if number == 0 else "none"
        parts.append(f'<polygon points="{points}" fill="{wash}" fill-opacity=".14" {pen}/>')
    else:
        for axis, value in known:
            after = (axis + 1) % wheel.axes
            if (following := values[after]) is not None:
                ends = f"M{_pair(wheel.at(axis, value))}L{_pair(wheel.at(after, following))}"
                parts.append(f'<path d="{ends}" fill="none" {pen}/>')
    for axis, value in known:
        x, y = wheel.at(axis, value)
        said = escape(f"{axes[axis]}: {value:g} ({name})")
        mark = (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="currentColor"'
            if number == 0
            else f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" fill="none" stroke="currentColor"'
        )
        parts.append(f"{mark}><title>{said}</title></{'circle' if number == 0 else 'rect'}>")
    return [*parts, "</g>"]


def _label(wheel: _Wheel, axis: int, name: str) -> str:
    x, y = wheel.point(axis, RADIUS + 16)
    across = math.sin(wheel.angle(axis))
    anchor = "middle" if abs(across) < 0.2 else "start" if across > 0 else "end"
    lines = lines_of(name)
    first = y + 4 - (len(lines) - 1) * LINE * (1 + math.cos(wheel.angle(axis))) / 2
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{first + number * LINE:.1f}">{escape(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    return f'<text class="radar-label" font-size="13" fill="currentColor" text-anchor="{anchor}">{spans}</text>'


def _spoken(axes: Sequence[str], series: Sequence[Series], title: str, none: str) -> str:
    said = [
        f"{name}: " + ", ".join(f"{a} {none if v is None else f'{v:g}'}" for a, v in zip(axes, values, strict=True))
        for name, values in series
    ]
    return ". ".join([title, *said])


def _pair(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


def _breadth(text: str) -> int:
    return sum(2 if ord(letter) >= 0x2E80 else 1 for letter in text)
