"""What stands beside an outcome is hidden with it, and shown with it again."""

from __future__ import annotations

import json

from ..domain import (
    Alert,
    Assessment,
    BenefitEntry,
    CostEntry,
    Evidence,
    Measurement,
    MessageState,
    OutboxMessage,
    Outcome,
    Record,
    Review,
)
from ..queries import statement
from ..store.protocol import Transaction
from ..store.records import instant_text, records_about, set_confidential
from .alert_material import Readers
from .table import Context

BESIDE: tuple[type[Measurement | Evidence | Review | Alert | CostEntry | BenefitEntry | Assessment], ...] = (
    Measurement, Evidence, Review, Alert, CostEntry, BenefitEntry, Assessment,
)  # fmt: skip
PENDING = (MessageState.WAITING, MessageState.FAILED)


def follow_outcome(context: Context, tx: Transaction, before: Outcome, after: Outcome) -> None:
    """Hide what stands beside an outcome that was hidden, or show what was hidden because the outcome was.

    What was confidential before the outcome was, or may have been so by itself, stays hidden. A message that
    still waits for somebody who may not see the outcome any more is dropped.

    Args:
        context: The call.
        tx: The transaction that writes the outcome.
        before: The outcome as it was.
        after: The outcome as it is written.
    """
    if before.confidential == after.confidential:
        return
    beside: list[Record] = [one for kind in BESIDE for one in records_about(tx, kind, [after.id])]
    alerts = [one.id for one in beside if isinstance(one, Alert)]
    waiting = [m for m in records_about(tx, OutboxMessage, [after.id, *alerts]) if m.state in PENDING]
    if after.confidential:
        readers = Readers(context.store)
        dropped = {m.id for m in waiting if not readers.sees(m.to, after)}
        waiting = [m.model_copy(update={"state": MessageState.DROPPED}) if m.id in dropped else m for m in waiting]
        changed = [one for one in (*beside, *waiting) if not one.confidential or one.id in dropped]
    else:
        since = _hidden_since(tx, before)
        changed = [one for one in (*beside, *waiting) if one.confidential and _hidden_with(tx, one, since)]
    set_confidential(tx, changed, after.confidential, at=context.now, by=context.visitor.name)


def _hidden_since(tx: Transaction, record: Record) -> str:
    """The instant since which a confidential record is confidential; empty when it always was."""
    rows = tx.read(statement("records.revisions_of"), id=record.id)
    open_ = [row for row in rows if not json.loads(row["body"]).get("confidential")]
    return str(max(open_, key=lambda row: int(row["revision"]))["replaced_at"]) if open_ else ""


def _hidden_with(tx: Transaction, record: Record, since: str) -> bool:
    """True for what was hidden in the same moment as its outcome, or was made here while that was hidden."""
    own = _hidden_since(tx, record)
    if own:
        return own == since
    rows = tx.read(statement("records.revisions_of"), id=record.id)
    first = json.loads(min(rows, key=lambda row: int(row["revision"]))["body"]) if rows else {}
    made = str(first.get("recorded_at") or (instant_text(record.recorded_at) if record.recorded_at else ""))
    return made > since and record.source_system is None
