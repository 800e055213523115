"""An attribution test in words, and as a small figure."""

from __future__ import annotations

from kg.analysis.interrupted import FEWEST_AFTER, FEWEST_BEFORE
from kg.operations.attribution import Attribution
from pipelines.messages import Messages

from .action_effect import places_for, signed
from .course_figure import CourseFigure, course_figure
from .text import civil


def attribution_words(found: Attribution, t: Messages) -> list[str]:
    """What was found as sentences: the reason, the effect, the placebo dates, and the method."""
    counts = {
        "n_before": found.n_before, "n_after": found.n_after, "fewest_before": FEWEST_BEFORE,
        "fewest_after": FEWEST_AFTER, "as_large": found.as_large, "placebos": len(found.placebos),
    }  # fmt: skip
    said = [t(f"alerts.attribution.reasons.{found.reason.value}", **counts)]
    fit = found.fit
    if fit is None:
        return said
    places = places_for([fit.effect, fit.low, fit.high])
    said.append(
        t(
            "alerts.attribution.effect",
            release=civil(found.release, t.language), effect=signed(fit.effect, places), low=signed(fit.low, places),
            high=signed(fit.high, places), step=signed(fit.step), bend=signed(fit.bend),
        )
    )  # fmt: skip
    said.append(t("alerts.attribution.placebo", **counts))
    said.append(t("alerts.attribution.method", lags=fit.lags, **counts))
    return said


def attribution_figure(found: Attribution, t: Messages) -> CourseFigure | None:
    """The series with the fitted course and the course without the release; None without values."""
    label = t(
        "alerts.attribution.figure",
        name=found.outcome.title, count=len(found.points), release=civil(found.release, t.language),
    )  # fmt: skip
    fitted = [(p.date, p.fitted) for p in found.line]
    without = [(p.date, p.without) for p in found.line if p.date >= found.release]
    return course_figure(
        label,
        [(p.date, p.value) for p in found.points],
        [
            ("fitted", [point for point in fitted if point[0] < found.release]),
            ("fitted", [point for point in fitted if point[0] >= found.release]),
            ("without", without),
        ],
        upright=(found.release, t("alerts.attribution.released")),
        kinds=["before" if p.date < found.release else "after" for p in found.points],
        beside=fitted,
    )
