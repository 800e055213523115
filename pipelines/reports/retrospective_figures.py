"""Figures of a retrospective, drawn as SVG: the same in a report, in an exported page and on paper.

Colours stand on the shapes, for readers without a style sheet; on a dark page `report.css`
replaces them by class. A figure that fewer than five answers would make is never drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from markupsafe import Markup, escape

from kg.domain import Answers

from .figures import CLAY, PALE, SLATE, TEAL

LEVELS = 5
_INK = "#4c5763"
_FONT = "font-family=\"system-ui, 'Noto Sans CJK SC', 'Noto Sans', sans-serif\""


def radar(titles: Sequence[str], now: Sequence[float], before: Sequence[float | None], alt: str) -> Markup:
    """Means of a health check on a wheel of 1 to 5; the round before as a dashed line.

    Args:
        titles: Questions, three at least.
        now: Their means.
        before: Their means in the round before; None where there is none.
        alt: What it shows, in words.
    """
    count, radius, x, y = len(titles), 118.0, 220.0, 172.0
    parts = []
    for level in range(1, LEVELS + 1):
        ring = _points(count, [float(level)] * count, radius, x, y)
        parts.append(f'<polygon class="fig-grid" points="{ring}" fill="none" stroke="{PALE}" stroke-width="1"/>')
    for index, title in enumerate(titles):
        end_x, end_y = _place(index, count, LEVELS, radius, x, y)
        parts.append(f'<line class="fig-grid" x1="{x}" y1="{y}" x2="{end_x:.1f}" y2="{end_y:.1f}" stroke="{PALE}"/>')
        parts.append(_label(title, index, count, radius, x, y))
    known = [value if value is not None else now[index] for index, value in enumerate(before)]
    if any(value is not None for value in before):
        line = _points(count, known, radius, x, y)
        parts.append(
            f'<polygon class="fig-before" points="{line}" fill="none" stroke="{SLATE}" stroke-width="1.8" '
            'stroke-dasharray="5 4"/>'
        )
    area = _points(count, list(now), radius, x, y)
    parts.append(
        f'<polygon class="fig-now" points="{area}" fill="{TEAL}" fill-opacity="0.2" stroke="{TEAL}" '
        'stroke-width="2.5"/>'
    )
    for index, value in enumerate(now):
        dot_x, dot_y = _place(index, count, value, radius, x, y)
        parts.append(f'<circle class="fig-dot" cx="{dot_x:.1f}" cy="{dot_y:.1f}" r="4" fill="{TEAL}"/>')
    return _svg(440, 352, "".join(parts), alt, "radar")


def spread(answers: Answers, alt: str) -> Markup | None:
    """How many gave each answer from 1 to 5, as bars; None when that is hidden."""
    if answers.counts is None or answers.mean is None:
        return None
    most = max(answers.counts) or 1
    parts = []
    for index, count in enumerate(answers.counts):
        height = 46 * count / most
        left = 10 + index * 46
        parts.append(
            f'<rect class="fig-bar" x="{left}" y="{64 - height:.1f}" width="34" height="{max(height, 1.5):.1f}" rx="3" '
            f'fill="{TEAL if count else PALE}"/>'
        )
        if count:
            parts.append(_text(left + 17, 58 - height, str(count), 12, weight=600))
        parts.append(_text(left + 17, 80, str(index + 1), 12))
    return _svg(240, 86, "".join(parts), alt, "spread")


def distribution(answers: Answers, alt: str) -> Markup | None:
    """The answers to one question as a bar of shares, low to high; None when that is hidden."""
    if answers.counts is None or not answers.count:
        return None
    shades = (CLAY, "#e0a58c", PALE, "#8fc4c9", TEAL)
    left, parts = 0.0, []
    for level, count in enumerate(answers.counts):
        width = 140 * count / answers.count
        if count:
            parts.append(
                f'<rect class="fig-level-{level + 1}" x="{left:.1f}" y="2" width="{max(width - 1, 1):.1f}" height="12" '
                f'rx="2" fill="{shades[level]}"/>'
            )
        left += width
    return _svg(140, 16, "".join(parts), alt, "distribution")


def trend(means: Sequence[float | None], alt: str) -> Markup | None:
    """The course of a question's mean over the rounds; None with fewer than two that may be shown."""
    if sum(mean is not None for mean in means) < 2:
        return None
    step = 84 / max(len(means) - 1, 1)
    points = [(4 + index * step, 24 - (mean - 1) * 5) for index, mean in enumerate(means) if mean is not None]
    line = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
    last_x, last_y = points[-1]
    return _svg(
        92, 28,
        f'<polyline class="fig-line" points="{line}" fill="none" stroke="{TEAL}" stroke-width="2"/>'
        f'<circle class="fig-dot" cx="{last_x:.1f}" cy="{last_y:.1f}" r="3" fill="{TEAL}"/>',
        alt, "trend",
    )  # fmt: skip


def weeks(rows: Sequence[tuple[str, int, int]], alt: str) -> Markup:
    """Work opened (upwards) and closed (downwards), week by week.

    Args:
        rows: The week's first day, how much was opened, how much was closed.
        alt: What it shows, in words.
    """
    most = max(max(opened, closed) for _, opened, closed in rows) or 1
    step = min(36.0, 640 / len(rows))
    parts = []
    for number, (day, opened, closed) in enumerate(rows):
        left, up, down = 4 + number * step, 52 * opened / most, 52 * closed / most
        parts.append(
            f"<g><title>{escape(day)}</title>"
            f'<rect class="fig-opened" x="{left:.1f}" y="{72 - up:.1f}" width="{step - 4:.1f}" height="{up:.1f}" '
            f'fill="{CLAY}"/>'
            f'<rect class="fig-closed" x="{left:.1f}" y="74" width="{step - 4:.1f}" height="{down:.1f}" '
            f'fill="{TEAL}"/></g>'
        )
        shown = opened == most or closed == most
        if shown:
            parts.append(_text(left + step / 2 - 2, 67 - up if opened == most else 86 + down, str(most), 11))
    width = int(8 + len(rows) * step)
    parts.append(f'<line class="fig-grid" x1="0" y1="73" x2="{width}" y2="73" stroke="{SLATE}"/>')
    parts.append(_text(4, 154, rows[0][0], 11, anchor="start"))
    parts.append(_text(max(width - 4, 190), 154, rows[-1][0], 11, anchor="end"))
    return _svg(max(width, 194), 160, "".join(parts), alt, "weeks")


def _svg(width: int, height: int, body: str, alt: str, kind: str) -> Markup:
    return Markup(  # noqa: S704  (numbers of ours; words are escaped)
        f'<svg class="fig {kind}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(alt)}">{body}</svg>'
    )


def _place(index: int, count: int, value: float, radius: float, x: float, y: float) -> tuple[float, float]:
    angle = 2 * pi * index / count - pi / 2
    reach = radius * value / LEVELS
    return x + reach * cos(angle), y + reach * sin(angle)


def _points(count: int, values: Sequence[float], radius: float, x: float, y: float) -> str:
    places = (_place(index, count, value, radius, x, y) for index, value in enumerate(values))
    return " ".join(f"{px:.1f},{py:.1f}" for px, py in places)


def _label(title: str, index: int, count: int, radius: float, x: float, y: float) -> str:
    px, py = _place(index, count, LEVELS, radius + 12, x, y)
    anchor = "middle" if abs(px - x) < 12 else "start" if px > x else "end"
    lines = _broken(title)
    above = 1.0 if py < y - radius * 0.9 else 0.0 if py > y + radius * 0.9 else 0.5
    top = py + 4 - (len(lines) - 1) * 14 * above + (6 if above == 0 else 0)
    return "".join(_text(px, top + 14 * number, line, 12.5, anchor=anchor) for number, line in enumerate(lines))


def _broken(title: str) -> list[str]:
    """A title in at most three short lines."""
    wide = any(character > "\u2e80" for character in title)
    if wide:
        lines = [title[start : start + 7] for start in range(0, len(title), 7)]
    else:
        lines = [""]
        for word in title.split():
            if lines[-1] and len(lines[-1]) + len(word) > 12:
                lines.append(word)
            else:
                lines[-1] = f"{lines[-1]} {word}".strip()
    return lines if len(lines) <= 3 else [*lines[:2], f"{lines[2]}…"]


def _text(x: float, y: float, words: str, size: float, *, anchor: str = "middle", weight: int = 400) -> str:
    return (
        f'<text class="fig-text" x="{x:.1f}" y="{y:.1f}" font-size="{size}" {_FONT} font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{_INK}">{escape(words)}</text>'
    )
