"""The life of an action as rules: which step may follow which status, and how it is carried on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from ..errors import WrongActionState
from .action_effect import DONE_STATUSES
from .retrospectives import OPEN_STATUSES, ActionItem, ActionStatus

OFTEN = 2
"""Carried into so many retrospectives, an action is spoken of by itself."""


class ActionStep(StrEnum):
    """What may be done to an action."""

    EDIT = "edit"
    CLOSE = "close"
    CANCEL = "cancel"
    MEASURE = "measure"
    REOPEN = "reopen"


FROM: dict[ActionStep, frozenset[ActionStatus]] = {
    ActionStep.EDIT: OPEN_STATUSES,
    ActionStep.CLOSE: OPEN_STATUSES,
    ActionStep.CANCEL: OPEN_STATUSES,
    ActionStep.MEASURE: DONE_STATUSES,
    ActionStep.REOPEN: frozenset(ActionStatus) - OPEN_STATUSES,
}
"""The statuses from which a step may be taken."""


def require_status(action: ActionItem, step: ActionStep) -> None:
    """Let a step pass, or say why not.

    Raises:
        WrongActionState: The action stands where the step cannot be taken.
    """
    if action.status not in FROM[step]:
        names = ", ".join(sorted(status.value for status in FROM[step]))
        raise WrongActionState(
            f"The action is {action.status.value}; to {step.value} it, it must be one of: {names}. "
            + ("Reopen it first (reopen_action)." if action.status not in OPEN_STATUSES else "Close it first."),
            id=action.id,
            status=action.status.value,
            act=step.value,
            allowed=sorted(status.value for status in FROM[step]),
        )


def is_overdue(action: ActionItem, today: date) -> bool:
    """True when an open action should have been done before today."""
    return action.status in OPEN_STATUSES and action.due is not None and action.due < today


def reopened(action: ActionItem) -> ActionItem:
    """The action as it is taken up again: nothing of how it ended stays on it, its history keeps that."""
    emptied = dict.fromkeys(("done_on", "before", "after", "effect_low", "effect_high", "reason"))
    return ActionItem.parse(action.model_dump() | emptied | {"samples": [], "status": ActionStatus.OPEN})


def carried(actions: Iterable[ActionItem], retrospective_id: str) -> list[ActionItem]:
    """Those of the actions that a closing retrospective carries on, as they are then.

    An open action stays one record however often it is carried; it keeps the retrospectives that
    it was carried into and counts them. Actions of this very retrospective are new, and one that it
    carried already is not counted twice: closing again changes nothing.

    Args:
        actions: Actions of the retrospective's project.
        retrospective_id: The retrospective that closes.
    """
    return [
        ActionItem.parse(
            action.model_dump()
            | {
                "carried_into": [*action.carried_into, retrospective_id],
                "carry_count": action.carry_count + 1,
            }
        )
        for action in actions
        if action.status in OPEN_STATUSES
        and action.retrospective != retrospective_id
        and retrospective_id not in action.carried_into
    ]


def most_pressing(actions: Iterable[ActionItem]) -> list[ActionItem]:
    """Actions in the order in which to speak of them: often carried first, then by due day, then by age."""
    return sorted(
        actions,
        key=lambda a: (
            a.status not in OPEN_STATUSES, -a.carry_count, a.due or date.max, a.opened_on or date.max, a.title, a.id
        ),
    )  # fmt: skip
