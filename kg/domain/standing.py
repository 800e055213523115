"""The life of a lesson as rules: which step may follow which state, and when it grows old."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from ..errors import WrongState
from .lessons import ApplicationResult, EventState, Lesson, LessonEventKind, LessonState

ACCEPTED = frozenset({LessonState.REVIEWED, LessonState.PUBLISHED})
"""States in which somebody other than the author vouches for a lesson."""

ENDED = frozenset({LessonState.SUPERSEDED, LessonState.RETIRED})
"""States in which a lesson is kept for history only."""

NOT_EFFECTIVE_AT = 2
"""So many accepted recurrences show that a lesson does not prevent what it warns of."""

REVIEW_MONTHS = 24
"""How long an accepted lesson counts as fresh."""


class LessonStep(StrEnum):
    """What may be done to a lesson as a whole."""

    EDIT = "edit"
    ACCEPT = "accept"
    RETURN = "return"
    PUBLISH = "publish"
    SUPERSEDE = "supersede"
    RETIRE = "retire"
    MARK = "mark"
    DISTIL = "distil"
    CONTRADICT = "contradict"


FROM: dict[LessonStep, frozenset[LessonState]] = {
    LessonStep.EDIT: frozenset({LessonState.DRAFT}) | ACCEPTED,
    LessonStep.ACCEPT: frozenset({LessonState.DRAFT}),
    LessonStep.RETURN: frozenset({LessonState.DRAFT}),
    LessonStep.PUBLISH: frozenset({LessonState.REVIEWED}),
    LessonStep.SUPERSEDE: ACCEPTED,
    LessonStep.RETIRE: frozenset(LessonState) - {LessonState.RETIRED},
    LessonStep.MARK: frozenset(LessonState) - ENDED,
    LessonStep.DISTIL: ACCEPTED,
    LessonStep.CONTRADICT: ACCEPTED,
}
"""The states from which a step may be taken."""

_NEXT: dict[LessonState, str] = {
    LessonState.DRAFT: "Have it reviewed first (review_lesson).",
    LessonState.REVIEWED: "Publish it (publish_lesson), or supersede or retire it.",
    LessonState.PUBLISHED: "Supersede or retire it, or change its text (edit_lesson).",
    LessonState.SUPERSEDED: "Use the lesson that stands in for it.",
    LessonState.RETIRED: "Draft a new lesson instead.",
}


def require_state(lesson: Lesson, step: LessonStep) -> None:
    """Let a step pass, or say why not.

    Raises:
        WrongState: The lesson stands in a state from which the step cannot be taken.
    """
    allowed = FROM[step]
    if lesson.state not in allowed:
        names = " or ".join(sorted(state.value for state in allowed))
        raise WrongState(
            f"The lesson is {lesson.state.value}; to {step.value} it, it must be {names}. {_NEXT[lesson.state]}",
            id=lesson.id,
            state=lesson.state.value,
            step=step.value,
            allowed=sorted(state.value for state in allowed),
        )


def months_later(day: date, months: int) -> date:
    """The same day some months later; the last of the month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_review_due(lesson: Lesson, today: date) -> bool:
    """True when an accepted lesson should be looked at again."""
    return lesson.state in ACCEPTED and lesson.review_by is not None and lesson.review_by < today


@dataclass(frozen=True)
class Standing:
    """What became of a lesson, as far as an asker may see.

    Attributes:
        helped: How many people said that it helped.
        applied: How often it was applied.
        by_result: Applications by their result.
        recurred: On how many accepted occasions what it warns of came again.
        conflicts: Accepted lessons that recommend the opposite: id and title.
    """

    helped: int = 0
    applied: int = 0
    by_result: dict[str, int] = field(default_factory=dict)
    recurred: int = 0
    conflicts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def not_effective(self) -> bool:
        """True when it came again too often for the lesson to be working."""
        return self.recurred >= NOT_EFFECTIVE_AT


def standing_from(
    events: Iterable[dict[str, Any]], learnt_on: str | None, conflicts: list[tuple[str, str]]
) -> Standing:
    """The standing that events amount to.

    Two reports of one project on one day are one occasion; what came before the lesson was
    learnt is no recurrence of it.

    Args:
        events: Events of one lesson with `kind`, `person`, `project`, `result`, `happened_on`, `state`.
        learnt_on: The day the lesson was learnt.
        conflicts: Lessons that recommend the opposite.
    """
    helped: set[str] = set()
    occasions: set[tuple[str | None, str | None]] = set()
    by_result: dict[str, int] = {}
    for event in events:
        if event["state"] != EventState.ACCEPTED.value:
            continue
        if event["kind"] == LessonEventKind.HELPED.value:
            helped.add(event["person"])
        elif event["kind"] == LessonEventKind.APPLIED.value:
            result = event["result"] or ApplicationResult.UNKNOWN.value
            by_result[result] = by_result.get(result, 0) + 1
        elif not (learnt_on and event["happened_on"] and event["happened_on"] < learnt_on):
            occasions.add((event["project"], event["happened_on"]))
    return Standing(len(helped), sum(by_result.values()), by_result, len(occasions), conflicts)
