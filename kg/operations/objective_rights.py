"""Who sets objectives, and who aligns outcomes with them."""

from __future__ import annotations

from ..domain import KeyResult, Objective, Outcome, Role
from ..errors import Forbidden
from .revisions import require_current
from .table import Context

STEERING = (Role.MANAGER, Role.PMO, Role.LEAD)
"""Who sets objectives."""


def require_setting(
    context: Context, objective: Objective, read: Objective | KeyResult, revision: int | None, operation: str
) -> None:
    """Let somebody go on who may set this objective and read its latest state.

    Args:
        context: The call.
        objective: The objective, or that of the key result.
        read: What is to be changed.
        revision: Of what was read; None when nobody says.
        operation: For whom this is asked.

    Raises:
        Forbidden: The visitor neither steers nor owns it, or it is beyond their units.
        Conflict: Somebody changed it since.
    """
    require_steering(context, operation, objective.owner)
    require_unit(context, objective.unit, operation)
    require_current(read, revision, "objective" if isinstance(read, Objective) else "key result")


def steers(context: Context) -> bool:
    """True for managers, the PMO and leads."""
    return any(context.visitor.has(role) for role in STEERING)


def require_steering(context: Context, operation: str, owner: str | None) -> None:
    """Let those go on who steer, and an objective's owner.

    Raises:
        Forbidden: The visitor is neither.
    """
    if not steers(context) and (owner is None or owner != context.visitor.name):
        raise Forbidden(
            f"{context.visitor.display_name} may not set objectives: managers, the PMO and leads may, and an "
            "objective's owner.",
            operation=operation, needed=Role.MANAGER.value,
        )  # fmt: skip


def require_unit(context: Context, unit: str | None, operation: str) -> None:
    """Let those go on whose scope holds a unit; None is the whole organisation.

    Raises:
        Forbidden: It does not.
    """
    if not context.scope.covers(None, unit):
        where = f"the unit {unit}" if unit else "the whole organisation: name your unit"
        raise Forbidden(
            f"{context.visitor.display_name} may not set objectives of {where}.",
            operation=operation,
            needed=Role.MANAGER.value,
        )


def may_align(context: Context, outcome: Outcome) -> bool:
    """True for those who steer, and the outcome's owner."""
    return steers(context) or outcome.owner == context.visitor.name
