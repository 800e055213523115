"""What happened to an action, revision by revision, and what a visitor may do with it."""

from __future__ import annotations

import json
from datetime import datetime

from pydantic import BaseModel

from ..domain import ActionItem, Record, Role
from ..domain.action_steps import FROM, ActionStep
from ..policy import Visitor
from ..queries import statement
from ..store.protocol import GraphStore

TOLD = (
    "title", "status", "owner", "due", "done_on", "success_metric", "metric", "direction", "before", "after",
    "effect_low", "effect_high", "carry_count", "reason",
)  # fmt: skip
"""Fields whose changes are told."""


class FieldChange(BaseModel):
    """A field that got another value; None where it had, or has, none."""

    field: str
    before: str | None = None
    after: str | None = None


class ActionStepTaken(BaseModel):
    """One revision of an action: when it was recorded, by whom, and what became different."""

    revision: int
    at: datetime | None = None
    by: str | None = None
    changes: list[FieldChange] = []


def history_of(store: GraphStore, action: Record, told: tuple[str, ...] = TOLD) -> list[ActionStepTaken]:
    """The revisions of an action, or of another record, the oldest first; the first one changes nothing.

    Args:
        store: The graph.
        action: As it is now.
        told: Fields whose changes are told.
    """
    rows = store.read(statement("records.revisions_of"), id=action.id)
    versions = [json.loads(row["body"]) for row in rows] + [action.to_properties()]
    steps = []
    earlier: dict[str, object] | None = None
    for number, version in enumerate(versions, start=1):
        changes = [] if earlier is None else _changes(earlier, version, told)
        steps.append(
            ActionStepTaken(
                revision=version.get("revision", number),
                at=version.get("recorded_at"),
                by=version.get("recorded_by"),
                changes=changes,
            )
        )
        earlier = version
    return [step for step in steps if step.changes or step is steps[0]]


def may_change(visitor: Visitor, action: ActionItem) -> bool:
    """True for the action's owner and for facilitators."""
    return visitor.has(Role.FACILITATOR) or (visitor.has(Role.MEMBER) and action.owner == visitor.name)


def permitted(visitor: Visitor, action: ActionItem) -> list[str]:
    """The steps a visitor may take with an action as it stands."""
    return [step.value for step in ActionStep if action.status in FROM[step] and may_change(visitor, action)]


def _changes(before: dict[str, object], after: dict[str, object], told: tuple[str, ...]) -> list[FieldChange]:
    return [
        FieldChange(field=name, before=_text(before.get(name)), after=_text(after.get(name)))
        for name in told
        if before.get(name) != after.get(name)
    ]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
