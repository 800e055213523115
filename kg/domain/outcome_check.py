"""What an outcome's statement leaves open, letter by letter: what is missing, and what is only weak."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from pydantic import BaseModel

from .outcomes import Direction, Metric, Outcome, Shape, UnitKind
from .smart import smart_gaps

VAGUE_EN = (
    "improve", "improves", "improved", "improving", "improvement", "enhance", "enhances", "enhanced", "better",
    "optimise", "optimize", "optimised", "optimized", "strengthen", "boost", "streamline", "modernise", "modernize",
    "world-class", "state-of-the-art", "leverage", "maximise", "maximize", "minimise", "minimize",
    "as soon as possible",
)  # fmt: skip
VAGUE_ZH = (
    "提升",
    "提高",
    "改善",
    "改进",
    "优化",
    "加强",
    "增强",
    "促进",
    "推动",
    "完善",
    "赋能",
    "尽快",
    "一流",
    "全面",
)
"""Words that promise a direction and no extent; with a figure beside them they do no harm."""

SHORT = 12
"""A note of fewer characters says nothing (a Chinese character counts twice)."""


class Severity(StrEnum):
    """Whether a finding keeps an outcome from being submitted."""

    MISSING = "missing"
    WEAK = "weak"


class Finding(BaseModel):
    """One thing to mend: its words stand in the catalogue under `outcomes.check.<code>`.

    `letter` is one of S, M, A, R, T; empty where no letter speaks of it. `values` fill the words;
    `suggestion` is a text that may be taken over as it is, `hint` what the template says of the letter.
    """

    letter: str
    code: str
    field: str
    severity: Severity
    values: dict[str, str] = {}
    suggestion: str | None = None
    hint: str | None = None


def check(outcome: Outcome, today: date, metric: Metric | None = None, near: Metric | None = None) -> list[Finding]:
    """Everything to mend in an outcome, in the order of the letters, what is missing first.

    Args:
        outcome: What is promised.
        today: The day by which a due day is past.
        metric: The dictionary's metric that it is measured by.
        near: The dictionary's metric most like its metric's name, where that is none of the dictionary.
    """
    found = [
        Finding(letter=letter, code=_code(outcome, field), field=field, severity=Severity.MISSING)
        for letter, fields in smart_gaps(outcome).items()
        for field in dict.fromkeys(fields)
    ]
    lacking = {finding.field for finding in found}
    weak = [
        *_statement(outcome), *_figures(outcome), *_named_metric(outcome, metric, near), *_notes(outcome),
        *_dates(outcome, today),
    ]  # fmt: skip
    found += [finding for finding in weak if finding.field not in lacking]
    order = {letter: number for number, letter in enumerate(("S", "M", "A", "R", "T", ""))}
    return sorted(found, key=lambda f: (order[f.letter], f.severity is Severity.WEAK))


def _code(outcome: Outcome, field: str) -> str:
    same = outcome.target is not None and outcome.target == outcome.baseline
    return "target_is_baseline" if field == "target" and same else f"no_{field}"


def _weak(letter: str, code: str, field: str, **values: str) -> Finding:
    return Finding(letter=letter, code=code, field=field, severity=Severity.WEAK, values=values)


def _statement(outcome: Outcome) -> list[Finding]:
    said = (outcome.statement or "").strip()
    if not said:
        return []
    blank = re.search(r"\[([^\[\]]{1,200})\]", said)
    if blank:
        return [_weak("S", "blank_left", "statement", blank=blank[1])]
    if not re.search(r"\d", said):
        words = re.findall(r"[a-z]+(?:-[a-z]+)*", said.casefold())
        spoken = f" {' '.join(words)} "
        vague = next((word for word in VAGUE_EN if f" {word} " in spoken), None) or next(
            (word for word in VAGUE_ZH if word in said), None
        )
        if vague:
            return [_weak("S", "vague", "statement", word=vague)]
    if _length(said) < 2 * SHORT:
        return [_weak("S", "short_statement", "statement")]
    return []


def _figures(outcome: Outcome) -> list[Finding]:
    found = []
    baseline, target = outcome.baseline, outcome.target
    if baseline is not None and target is not None and baseline != target:
        rises = target > baseline
        wrong = {Direction.INCREASE: not rises, Direction.DECREASE: rises, Direction.MAINTAIN: True}
        if wrong[outcome.direction]:
            code = "maintain_moves" if outcome.direction is Direction.MAINTAIN else "wrong_way"
            found.append(
                _weak("M", code, "direction", baseline=f"{baseline:g}", target=f"{target:g}",
                      direction=outcome.direction.value)
            )  # fmt: skip
    if outcome.unit_kind is UnitKind.PERCENT:
        for name, value in (("baseline", baseline), ("target", target)):
            if value is not None and not 0 <= value <= 100:
                found.append(_weak("M", "odd_percent", name, value=f"{value:g}"))
        both = [value for value in (baseline, target) if value is not None]
        if len(both) == 2 and all(0 < abs(value) <= 1 for value in both):
            found.append(_weak("M", "share_not_percent", "target", value=f"{both[1]:g}", percent=f"{100 * both[1]:g}"))
    if outcome.shape is Shape.POINTS and not outcome.expected:
        found.append(_weak("M", "no_points", "expected"))
    return found


def _named_metric(outcome: Outcome, metric: Metric | None, near: Metric | None) -> list[Finding]:
    if not outcome.metric:
        return []
    if metric is None:
        values = {"metric": outcome.metric}
        if near is None:
            return [_weak("M", "own_metric", "metric", **values)]
        return [_weak("M", "near_metric", "metric", **values, key=near.key, en=near.name_en, zh=near.name_zh)]
    found = []
    if metric.unit_kind is not outcome.unit_kind:
        found.append(_weak("M", "other_kind", "unit_kind", kind=outcome.unit_kind.value, usual=metric.unit_kind.value))
    elif outcome.unit_of_measure and metric.unit_of_measure and outcome.unit_of_measure != metric.unit_of_measure:
        found.append(
            _weak("M", "other_unit", "unit_of_measure", unit=outcome.unit_of_measure, usual=metric.unit_of_measure)
        )
    return found


def _notes(outcome: Outcome) -> list[Finding]:
    notes = (("A", "achievability"), ("R", "relevance"))
    return [
        _weak(letter, f"short_{name}", name)
        for letter, name in notes
        if (said := (getattr(outcome, name) or "").strip()) and _length(said) < SHORT
    ]


def _dates(outcome: Outcome, today: date) -> list[Finding]:
    found = []
    if outcome.due is not None:
        if outcome.due < today:
            found.append(_weak("T", "due_past", "due", due=outcome.due.isoformat()))
        if outcome.start is None and outcome.shape is not Shape.STEP:
            found.append(_weak("T", "no_start", "start"))
    if not outcome.owner:
        found.append(_weak("", "no_owner", "owner"))
    return found


def _length(text: str) -> int:
    return sum(2 if "\u3400" <= letter <= "\u9fff" else 1 for letter in text)
