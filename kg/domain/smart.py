"""Whether an outcome is stated so that it can be checked: specific, measurable, achievable, relevant, timed."""

from __future__ import annotations

from .outcomes import Direction, Outcome

LETTERS = ("S", "M", "A", "R", "T")


def smart_gaps(outcome: Outcome) -> dict[str, list[str]]:
    """The letters an outcome lacks, each with the fields that would fill it; empty when it is whole.

    A target that equals the baseline measures nothing, unless the point is to keep it there.
    """
    gaps: dict[str, list[str]] = {
        "S": ["statement"] if not (outcome.statement or "").strip() else [],
        "M": [name for name in ("metric", "unit_of_measure", "baseline", "target") if _blank(outcome, name)],
        "A": ["achievability"] if _blank(outcome, "achievability") else [],
        "R": ["relevance"] if _blank(outcome, "relevance") else [],
        "T": ["due"] if outcome.due is None else [],
    }
    same = outcome.target is not None and outcome.target == outcome.baseline
    if same and outcome.direction is not Direction.MAINTAIN:
        gaps["M"].append("target")
    return {letter: fields for letter, fields in gaps.items() if fields}


def _blank(outcome: Outcome, name: str) -> bool:
    value = getattr(outcome, name)
    return value is None or (isinstance(value, str) and not value.strip())
