"""What may be done to an outcome's definition in the state it is in."""

from __future__ import annotations

from collections.abc import Iterable

from ..domain import Outcome, OutcomeState, Role
from ..errors import Forbidden, WrongOutcomeState
from .action_history import FieldChange
from .outcome_lookup import may_change_outcome, owner_of
from .revisions import require_current
from .table import Context

EDITABLE = frozenset({OutcomeState.DRAFT, OutcomeState.RETURNED})
UNDER_REVIEW = frozenset({OutcomeState.SUBMITTED, OutcomeState.MANAGER_APPROVED})

FROM: dict[str, frozenset[OutcomeState]] = {
    "change": EDITABLE,
    "link": EDITABLE | {OutcomeState.IMPORTED},
    "retire": frozenset(OutcomeState) - UNDER_REVIEW,
}
"""The states from which a step may be taken."""


def permitted_steps(outcome: Outcome) -> list[str]:
    """The steps that an outcome's state allows to whoever may change it."""
    if outcome.retired_at:
        return ["restore"]
    return [step for step, states in FROM.items() if outcome.state in states]


def undo_step(changes: Iterable[FieldChange]) -> str:
    """The step that taking a change back is: links while they may be changed, anything else as a change; or nothing."""
    fields = {change.field for change in changes}
    return "" if not fields else "link" if fields <= {"kpis", "milestones", "work_items"} else "change"


def require_change(context: Context, outcome: Outcome, step: str, revision: int | None, operation: str) -> None:
    """Let a change pass, or say why not.

    Args:
        context: The call.
        outcome: As the graph holds it now.
        step: A key of `FROM`, or `restore`.
        revision: The one that was read; None when the asker does not say.
        operation: The name that the error gives.

    Raises:
        Forbidden: The outcome is somebody else's.
        Conflict: Somebody changed it since it was read.
        WrongOutcomeState: The step cannot follow its state.
    """
    if not may_change_outcome(context.visitor, outcome):
        whose = owner_of(outcome)
        raise Forbidden(
            f"{context.visitor.display_name} may not {step} this outcome: it belongs to {whose or 'nobody yet'}. "
            "Its owner may, and whoever has the role facilitator, manager, pmo or more.",
            operation=operation,
            needed=Role.FACILITATOR.value,
        )
    require_current(outcome, revision, "outcome")
    if step != "restore" and outcome.state not in FROM[step]:
        names = ", ".join(sorted(state.value for state in FROM[step]))
        raise WrongOutcomeState(
            f"The outcome is {outcome.state.value}; to {step} it, it must be one of: {names}.",
            id=outcome.id,
            outcome_state=outcome.state.value,
            outcome_step=step,
            allowed=sorted(state.value for state in FROM[step]),
        )
