"""A project's health in words: the figure, how it is computed, and each of its parts."""

from __future__ import annotations

from dataclasses import dataclass

from kg.domain.health import HealthPart
from kg.operations.project_health import ProjectHealth
from pipelines.messages import Messages

from .action_effect import figure

GOOD, FAIR = 75, 50


@dataclass(frozen=True)
class PartView:
    """A part of the figure in words; `width` is its score for a bar, `share` what it counts, in per cent."""

    key: str
    name: str
    score: str
    width: float | None
    share: str
    found: str
    how: str


@dataclass(frozen=True)
class HealthView:
    """A project's health in words.

    Attributes:
        score: The figure, or a dash.
        tone: `good`, `warn`, `bad`, or empty when not enough is known.
        said: What it comes to.
        formula: How it is computed, with today's figures.
        parts: Each part.
    """

    score: str
    tone: str
    said: str
    formula: list[str]
    parts: list[PartView]

    @property
    def known(self) -> bool:
        """True when there is anything to show."""
        return any(part.width is not None for part in self.parts)


def health_view(health: ProjectHealth, t: Messages) -> HealthView:
    """A project's health as pages and the command line tell it."""
    score = health.score
    tone = "" if score is None else "good" if score >= GOOD else "warn" if score >= FAIR else "bad"
    return HealthView(
        score="–" if score is None else figure(score, 0),
        tone=tone,
        said=t(f"measuring.health.tone.{tone}") if tone else _unknown(health, t),
        formula=_formula(health, t),
        parts=[_part(part, health, t) for part in health.parts if part.weight > 0],
    )


def _unknown(health: ProjectHealth, t: Messages) -> str:
    missing = [
        t(f"measuring.health.sides.{side}")
        for side, score, weight in (
            ("process", health.process, health.formula.process.weight),
            ("outcomes", health.outcomes, health.formula.outcomes.weight),
        )
        if score is None and weight > 0
    ]
    return t("measuring.health.unknown", sides=t("measuring.health.and").join(missing))


def _formula(health: ProjectHealth, t: Messages) -> list[str]:
    formula = health.formula
    sides = [
        (t("measuring.health.sides.process"), formula.process.weight, health.process),
        (t("measuring.health.sides.outcomes"), formula.outcomes.weight, health.outcomes),
    ]
    said = [_mean(t("measuring.health.title"), sides, health.score)]
    parts = [
        (t(f"measuring.health.parts.{part.key}"), part.weight, part.score)
        for part in health.parts
        if part.key != "outcomes"
    ]
    said.append(_mean(t("measuring.health.sides.process"), parts, health.process))
    if any(score is None for _, weight, score in parts if weight > 0):
        said.append(t("measuring.health.left_out"))
    return said


def _mean(name: str, parts: list[tuple[str, float, float | None]], result: float | None) -> str:
    """A weighted mean spelled out: `Health = (2 × process 80 + 3 × outcomes 60) ÷ 5 = 68`."""
    weighing = [part for part in parts if part[1] > 0]
    counted = weighing if result is None else [part for part in weighing if part[2] is not None]
    terms = [
        f"{figure(weight)} × {words}" + (f" {figure(score, 0)}" if score is not None else "")
        for words, weight, score in counted
    ]
    whole = figure(sum(weight for _, weight, _ in counted))
    return f"{name} = ({' + '.join(terms)}) ÷ {whole}" + (f" = {figure(result, 0)}" if result is not None else "")


def _part(part: HealthPart, health: ProjectHealth, t: Messages) -> PartView:
    counts = {name: figure(value) for name, value in part.counts.items()}
    if part.key == "outcomes":
        counts["weight"] = figure(100 * part.counts.get("weight", 0.0), 0)
    formula = health.formula
    known = "known" if part.score is not None else "unknown"
    return PartView(
        key=part.key,
        name=t(f"measuring.health.parts.{part.key}"),
        score="–" if part.score is None else figure(part.score, 0),
        width=part.score,
        share=figure(100 * part.share, 0),
        found=t(f"measuring.health.found.{part.key}.{known}", **counts),
        how=t(
            f"measuring.health.how.{part.key}", late=figure(100 * formula.late_milestone_costs),
            days=formula.old_work_days, least=figure(100 * formula.least_way), stay=figure(100 * formula.stay_within),
            known=figure(100 * formula.least_known),
        ),
    )  # fmt: skip
