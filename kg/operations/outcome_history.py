"""What became of an outcome's definition, revision by revision."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from ..domain import Outcome
from ..queries import statement
from ..store.protocol import GraphStore
from .action_history import FieldChange

TOLD = (
    "title", "state", "outcome_type", "horizon", "statement", "metric", "metric_key", "unit_kind", "unit_of_measure",
    "currency", "direction", "baseline", "target", "relevance", "achievability", "start", "due", "owner", "weight",
    "shape", "expected", "kpis", "milestones", "work_items", "round", "returned_reason", "retired_at",
    "retired_reason",
)  # fmt: skip
"""Fields whose changes are told."""

STEPS = frozenset({"state", "round", "returned_reason", "retired_at", "retired_reason"})
"""Fields that a step of its way changes, never a change of its definition."""


class OutcomeRevision(BaseModel):
    """One revision of an outcome: when it was recorded, by whom, and what became different."""

    revision: int
    at: datetime | None = None
    by: str | None = None
    state: str | None = None
    changes: list[FieldChange] = []


def versions_of(store: GraphStore, outcome: Outcome) -> list[dict[str, Any]]:
    """Every version of an outcome as the graph kept it, the oldest first, today's last."""
    rows = store.read(statement("records.revisions_of"), id=outcome.id)
    return [json.loads(row["body"]) for row in rows] + [outcome.to_properties()]


def outcome_history(store: GraphStore, outcome: Outcome) -> list[OutcomeRevision]:
    """The revisions of an outcome, the oldest first; the first one changes nothing."""
    steps: list[OutcomeRevision] = []
    earlier: dict[str, Any] | None = None
    for number, version in enumerate(versions_of(store, outcome), start=1):
        changes = [] if earlier is None else _changes(earlier, version)
        if changes or earlier is None:
            steps.append(
                OutcomeRevision(
                    revision=version.get("revision", number),
                    at=version.get("recorded_at"),
                    by=version.get("recorded_by"),
                    state=version.get("state"),
                    changes=changes,
                )
            )
        earlier = version
    return steps


def last_change(outcome: Outcome, history: list[OutcomeRevision]) -> list[FieldChange]:
    """What the last revision changed, when that was the definition or a link; nothing after any other step."""
    last = history[-1] if history else None
    if last is None or last.revision != outcome.revision or {one.field for one in last.changes} & STEPS:
        return []
    return last.changes


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[FieldChange]:
    return [
        FieldChange(field=name, before=_text(before.get(name)), after=_text(after.get(name)))
        for name in TOLD
        if before.get(name) != after.get(name)
    ]


def _text(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or None
    return None if value is None else str(value)
