"""An outcome's measured values beside what was expected of it: a figure, its words, and a table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from markupsafe import Markup

from kg.domain.outcomes import Shape, UnitKind
from kg.domain.progress import ProgressState
from kg.operations.outcome_progress import OutcomeProgress
from pipelines.messages import Messages

from .progress_words import progress_words, told
from .text import civil

WIDTH, HEIGHT = 460, 250
LEFT, RIGHT, TOP, BOTTOM = 66, 14, 24, 30
BADGES = {
    ProgressState.AHEAD: "good", ProgressState.ON_COURSE: "good", ProgressState.BEHIND: "warn",
    ProgressState.MISSED: "bad", ProgressState.NO_DATA: "",
}  # fmt: skip


@dataclass(frozen=True)
class ProgressRow:
    """A line of the table: a day, what was measured, what was expected, how it came about."""

    day: str
    measured: str
    expected: str
    how: str


@dataclass(frozen=True)
class ProgressView:
    """How an outcome stands, for pages.

    Attributes:
        svg: The figure; empty where there is nothing to draw.
        label: What the figure shows, in words.
        state: The state in words.
        badge: How the state is coloured.
        words: What was measured and expected, as sentences.
        rows: The table.
    """

    svg: Markup
    label: str
    state: str
    badge: str
    words: list[str]
    rows: list[ProgressRow]


def progress_view(progress: OutcomeProgress, t: Messages) -> ProgressView:
    """An outcome's progress as a page shows it."""
    label = _label(progress, t)
    return ProgressView(
        svg=Markup(progress_svg(progress, t)),  # noqa: S704  (every text in it is escaped)
        label=label,
        state=t(f"measuring.states.{progress.state.value}"),
        badge=BADGES[progress.state],
        words=progress_words(progress, t),
        rows=_rows(progress, t),
    )


def progress_svg(progress: OutcomeProgress, t: Messages) -> str:
    """The figure: the expected line, measured points, the target; an empty text where nothing is known.

    Classes of `measuring.css` colour it; without a style sheet it is drawn in the text's colour,
    and lines differ by their dashes.
    """
    expected = [(point.date, point.value) for point in progress.expected]
    measured = [(point.date, point.value) for point in progress.measured]
    if not expected and not measured:
        return ""
    unit = progress.unit.unit()
    frame = _Frame.around(expected + measured, [v for v in (progress.baseline, progress.target) if v is not None])
    parts = [
        f'<svg class="progress-figure" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg"'
        f' aria-label="{escape(_label(progress, t))}">'
    ]
    ticks = [0.0, 1.0] if unit.kind is UnitKind.YES_NO else [frame.low_value, frame.middle, frame.high_value]
    for value in dict.fromkeys(ticks):
        y = frame.y(value)
        parts.append(
            f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="currentColor"'
            f' stroke-opacity=".15"/>{_text(LEFT - 6, y + 4, told(unit, value, t.language, bare=True), "end")}'
        )
    parts += _days(frame, progress, t)
    if progress.target is not None:
        y = frame.y(progress.target)
        parts.append(
            f'<line class="target" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="currentColor"'
            ' stroke-dasharray="2 4"/>'
        )
        words = t("measuring.figure.target", value=told(unit, progress.target, t.language))
        parts.append(_text(LEFT + 4, y - 5 if y > TOP + 14 else y + 15, words, "start", "target-name"))
    if expected:
        parts.append(
            f'<polyline class="expected" points="{frame.points(expected)}" fill="none" stroke="currentColor"'
            ' stroke-width="2" stroke-dasharray="7 4"/>'
        )
    if measured:
        parts.append(
            f'<polyline class="measured" points="{frame.points(measured)}" fill="none" stroke="currentColor"'
            ' stroke-width="2.4"/>'
        )
    for day, value in measured:
        title = t("measuring.figure.point", value=told(unit, value, t.language), day=civil(day, t.language))
        parts.append(
            f'<circle class="measured" cx="{frame.x(day):.1f}" cy="{frame.y(value):.1f}" r="4.5" fill="currentColor">'
            f"<title>{escape(title)}</title></circle>"
        )
    return "".join([*parts, "</svg>"])


@dataclass(frozen=True)
class _Frame:
    first: date
    last: date
    low: float
    high: float
    low_value: float
    high_value: float

    @classmethod
    def around(cls, points: Sequence[tuple[date, float]], values: Sequence[float]) -> _Frame:
        days = [day for day, _ in points]
        known = [value for _, value in points] + list(values)
        low, high = min(known), max(known)
        pad = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
        return cls(min(days), max(days), low - pad, high + pad, low, high)

    @property
    def middle(self) -> float:
        return (self.low_value + self.high_value) / 2

    def x(self, day: date) -> float:
        days = (self.last - self.first).days
        share = (day - self.first).days / days if days else 0.5
        return LEFT + 8 + share * (WIDTH - LEFT - RIGHT - 16)

    def y(self, value: float) -> float:
        return TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)

    def points(self, series: Sequence[tuple[date, float]]) -> str:
        return " ".join(f"{self.x(day):.1f},{self.y(value):.1f}" for day, value in series)


def _days(frame: _Frame, progress: OutcomeProgress, t: Messages) -> list[str]:
    low = HEIGHT - BOTTOM
    parts = [_text(frame.x(frame.first) - 8, HEIGHT - 8, civil(frame.first, t.language), "start")]
    if frame.last > frame.first:
        parts.append(_text(frame.x(frame.last) + 8, HEIGHT - 8, civil(frame.last, t.language), "end"))
    if frame.first < progress.today < frame.last:
        x = frame.x(progress.today)
        anchor = "start" if x < LEFT + 40 else "end" if x > WIDTH - RIGHT - 40 else "middle"
        parts.append(
            f'<line class="today" x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{low}" stroke="currentColor"'
            f' stroke-opacity=".4"/>{_text(x, TOP - 10, t("measuring.figure.today"), anchor)}'
        )
    return parts


def _text(x: float, y: float, words: str, anchor: str, name: str = "tick") -> str:
    return (
        f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" font-size="12.5" fill="currentColor"'
        f' text-anchor="{anchor}">{escape(words)}</text>'
    )


def _label(progress: OutcomeProgress, t: Messages) -> str:
    state = t(f"measuring.states.{progress.state.value}")
    return " ".join([t("measuring.figure.label", title=progress.title, state=state), *progress_words(progress, t)])


def _rows(progress: OutcomeProgress, t: Messages) -> list[ProgressRow]:
    unit = progress.unit.unit()
    rows = []
    for point in progress.measured:
        how = [point.source, point.note]
        if point.rates:
            rates = ", ".join(f"{r.base} 1 = {r.quote} {r.rate.normalize():f} ({r.date})" for r in point.rates)
            how.insert(0, t("measuring.table.converted", shown=point.shown, how=rates))
        if point.corrects:
            how.append(t("measuring.table.corrected", count=point.corrects))
        rows.append(
            ProgressRow(
                civil(point.date, t.language), unit.show(point.value, t.language),
                told(unit, point.expected, t.language), " · ".join(part for part in how if part),
            )
        )  # fmt: skip
    rows += [
        ProgressRow(civil(left.date, t.language), left.shown, "", t("measuring.table.no_rate"))
        for left in progress.left_out
    ]
    if progress.due and progress.target is not None and progress.shape is not Shape.POINTS:
        target = told(unit, progress.target, t.language)
        rows.append(ProgressRow(civil(progress.due, t.language), "", target, t("measuring.table.due")))
    return rows
