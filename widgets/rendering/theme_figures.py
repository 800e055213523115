"""Small figures of themes and ratings as inline SVG; each says in words what it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from markupsafe import Markup

TONES = ("good", "lucky", "neutral", "idea", "action", "bad")
"""In this order a bar is filled: the good end left, the bad end right."""
COLUMN, GAP, HIGH = 16, 6, 44
WIDE, TALL, EDGE = 480, 200, 30
LOW, TOP = 1.0, 5.0


def period_name(start: date, end: date, language: str) -> str:
    """A period by its length: `2018`, `2018 H1`, `2018 Q3`, `Mar 2018`."""
    months = (end.year - start.year) * 12 + end.month - start.month
    part = (start.month - 1) // months + 1
    if months == 12:
        return f"{start.year}年" if language == "zh" else str(start.year)
    if months == 6:
        return f"{start.year}年{'上下'[part - 1]}半年" if language == "zh" else f"{start.year} H{part}"
    if months == 3:
        return f"{start.year}年第{part}季度" if language == "zh" else f"{start.year} Q{part}"
    return f"{start.year}年{start.month}月" if language == "zh" else f"{start:%b} {start.year}"


def periods_svg(periods: Sequence[tuple[int, int]], said: str) -> Markup:
    """Columns of how many retrospectives there were, filled as far as they speak of a theme.

    Args:
        periods: Held and touched, the oldest first.
        said: The same in words.
    """
    most = max((held for held, _ in periods), default=0) or 1
    width = len(periods) * (COLUMN + GAP) - GAP
    bars = []
    for place, (held, touched) in enumerate(periods):
        x = place * (COLUMN + GAP)
        for kind, count in (("held", held), ("touched", touched)):
            tall = round(HIGH * count / most, 1)
            if tall:
                bars.append(f'<rect class="{kind}" x="{x}" y="{HIGH - tall}" width="{COLUMN}" height="{tall}" rx="2"/>')
        bars.append(f'<rect class="ground" x="{x}" y="{HIGH}" width="{COLUMN}" height="1.5"/>')
    return _figure("periods", width, HIGH + 2, said, bars, width)


def tones_svg(tones: Mapping[str, int], said: str) -> Markup:
    """A bar of notes by what their columns collect."""
    total = sum(tones.values())
    bars, at = [], 0.0
    for tone in TONES:
        share = 100 * tones.get(tone, 0) / total if total else 0
        if share:
            bars.append(f'<rect class="tone-{tone}" x="{at:.2f}" width="{share:.2f}" height="8"/>')
            at += share
    return _figure("tones", 100, 8, said, bars, None, stretch=True)


def ratings_svg(lines: Sequence[tuple[str, Sequence[float | None]]], said: str) -> Markup:
    """Lines of ratings from 1 to 5 over retrospectives, evenly spaced; a hidden one is a gap.

    Args:
        lines: A class and values for each line.
        said: The same in words.
    """
    count = max((len(values) for _, values in lines), default=0)

    def point(place: int, value: float) -> tuple[float, float]:
        x = EDGE + (WIDE - 2 * EDGE) * (place / (count - 1) if count > 1 else 0.5)
        return x, EDGE / 2 + (TALL - EDGE) * (TOP - value) / (TOP - LOW)

    parts = []
    for level in range(int(LOW), int(TOP) + 1):
        _, y = point(0, level)
        parts.append(f'<line class="grid" x1="{EDGE}" x2="{WIDE - EDGE / 2:.0f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="level" x="{EDGE - 12}" y="{y + 4:.1f}" text-anchor="end">{level}</text>')
    for number, (name, values) in enumerate(lines):
        known = [(place, *point(place, value)) for place, value in enumerate(values) if value is not None]
        path = " ".join(
            f"{'M' if not index or known[index - 1][0] != place - 1 else 'L'}{x:.1f},{y:.1f}"
            for index, (place, x, y) in enumerate(known)
        )
        dash = ("", ' stroke-dasharray="7 4"', ' stroke-dasharray="2 4"')[number % 3]
        parts.append(f'<g class="line {escape(name)}"><path d="{path}" fill="none"{dash}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for _, x, y in known]
        parts.append("</g>")
    return _figure("ratings", WIDE, TALL, said, parts, None)


def _figure(
    kind: str,
    width: float,
    height: float,
    said: str,
    parts: Sequence[str],
    shown: float | None,
    *,
    stretch: bool = False,
) -> Markup:
    size = f' width="{shown}" height="{height}"' if shown is not None else ""
    ratio = ' preserveAspectRatio="none"' if stretch else ""
    return Markup(  # noqa: S704  (numbers, and words that are escaped here)
        f'<svg class="figure-{kind}" viewBox="0 0 {width} {height}"{size}{ratio} role="img"'
        f' aria-label="{escape(said)}">{"".join(parts)}</svg>'
    )
