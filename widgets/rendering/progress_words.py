"""An outcome's progress in words: what was measured, what was expected, when to measure again."""

from __future__ import annotations

import re

from kg.domain.outcomes import UnitKind
from kg.domain.units import Unit
from kg.operations.outcome_progress import OutcomeProgress
from pipelines.messages import Messages

from .action_effect import figure, places_for
from .text import civil

BLANK = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
"""A blank between two Chinese characters, as a filled-in unit leaves it."""


def progress_words(progress: OutcomeProgress, t: Messages) -> list[str]:
    """What was measured and expected, as sentences."""
    unit, said = progress.unit.unit(), []
    if progress.current is None or progress.measured_on is None:
        said.append(t("measuring.words.unmeasured"))
    else:
        values = {
            "current": told(unit, progress.current, t.language),
            "day": civil(progress.measured_on, t.language),
        }
        if progress.expected_now is None:
            said.append(t("measuring.words.measured", **values))
        else:
            expected = told(unit, progress.expected_now, t.language)
            said.append(t("measuring.words.beside", expected=expected, **values))
    if progress.attained:
        said.append(t("measuring.words.attained"))
    elif progress.shortfall is not None and unit.kind is not UnitKind.YES_NO and abs(progress.shortfall) >= 0.0005:
        key = "below" if progress.shortfall > 0 else "above"
        said.append(t(f"measuring.words.{key}", percent=_percent(abs(progress.shortfall))))
    if progress.progress is not None and progress.expected_share is not None and unit.kind is not UnitKind.YES_NO:
        said.append(
            t(
                "measuring.words.way", made=_percent(progress.progress), expected=_percent(progress.expected_share),
                baseline=told(unit, progress.baseline, t.language), target=told(unit, progress.target, t.language),
            )
        )  # fmt: skip
    if progress.left_out:
        said.append(t("measuring.words.left_out", count=len(progress.left_out)))
    if progress.next_due is not None:
        key = "overdue" if progress.overdue else "next"
        said.append(t(f"measuring.words.{key}", day=civil(progress.next_due, t.language)))
    return [BLANK.sub("", sentence) for sentence in said]


def told(unit: Unit, value: float | None, language: str, *, bare: bool = False) -> str:
    """A value with three or four digits that count, in its unit; `bare` leaves a number's unit and a currency out."""
    if value is None:
        return ""
    places = places_for([value]) + (abs(value) < 1000)
    near = round(value, places)
    if bare and unit.kind in (UnitKind.NUMBER, UnitKind.CURRENCY):
        return figure(near, places)
    return unit.show(near, language)


def _percent(share: float) -> str:
    return figure(round(100 * share, 1 if abs(share) < 0.1 else 0))
