"""What the check of an outcome found, in words."""

from __future__ import annotations

from dataclasses import dataclass

from kg.domain.outcome_check import Finding
from kg.domain.unit_names import unit_word
from kg.operations.outcome_checks import OutcomeCheck
from pipelines.messages import Messages

_OF_CATALOGUE = {"kind": "outcomes.unit_kinds", "usual": "outcomes.unit_kinds", "direction": "outcomes.directions"}
"""Values of findings that have words of their own."""


@dataclass(frozen=True)
class CheckLine:
    """A finding in words: what is the matter, what to do, and what may be taken over as it is."""

    letter: str
    field: str
    severity: str
    problem: str
    mend: str
    suggestion: str | None = None
    hint: str | None = None


@dataclass(frozen=True)
class CheckedLetter:
    """A letter of SMART with its name, how it stands (`good`, `weak`, `missing`) and its findings."""

    letter: str
    name: str
    state: str
    state_name: str
    lines: list[CheckLine]


def check_line(finding: Finding, t: Messages) -> CheckLine:
    """One finding in words."""
    values = {
        name: t(f"{_OF_CATALOGUE[name]}.{value}")
        if name in _OF_CATALOGUE and f"{_OF_CATALOGUE[name]}.{value}" in t
        else unit_word(value, t.language) if name in ("unit", "usual") else value
        for name, value in finding.values.items()
    }  # fmt: skip
    if t.language in values:  # a name in both languages
        values["name"] = values[t.language]
    return CheckLine(
        letter=finding.letter,
        field=finding.field,
        severity=finding.severity.value,
        problem=t(f"outcomes.check.{finding.code}.problem", **values),
        mend=t(f"outcomes.check.{finding.code}.mend", **values),
        suggestion=finding.suggestion,
        hint=finding.hint,
    )


def check_letters(check: OutcomeCheck, t: Messages) -> list[CheckedLetter]:
    """The five letters, each with its name and its findings in words."""
    found = []
    for letter in check.letters:
        state = "missing" if letter.missing else "weak" if letter.weak else "good"
        found.append(
            CheckedLetter(
                letter=letter.letter,
                name=t(f"outcomes.letters.{letter.letter}"),
                state=state,
                state_name=t(f"outcomes.{state}"),
                lines=[check_line(finding, t) for finding in letter.findings],
            )
        )
    return found


def verdict(check: OutcomeCheck, t: Messages) -> str:
    """Whether it can be submitted, in one sentence."""
    lacking = [letter.letter for letter in check.letters if letter.missing]
    if not lacking:
        return t("outcomes.ready")
    joint = "、" if t.language == "zh" else ", "
    return t("outcomes.not_ready", letters=joint.join(t(f"outcomes.letters.{letter}") for letter in lacking))
