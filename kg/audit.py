"""The audit trail: who did what, each entry chained to the one before it.

A server keeps one chain. An entry's digest covers its content and the digest before it,
so that a removed or altered entry shows (Schneier and Kelsey, 1999, without the keys).
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from .domain import AuditEntry
from .policy import Visitor
from .queries import statement
from .schema import Label
from .store.protocol import GraphStore, Transaction
from .store.records import instant_text

START = "0" * 64


def append_entry(
    tx: Transaction, server: str, visitor: Visitor, operation: str, at: datetime, **about: str | None
) -> AuditEntry:
    """Record one call in the transaction of its write."""
    last = tx.read(statement("audit.last"), server=server)
    number = (int(last[0]["number"]) if last else 0) + 1
    previous = str(last[0]["digest"]) if last else START
    person = visitor.name if not visitor.acting_for else f"{visitor.acting_for} as {visitor.name}"
    content = {
        "operation": operation,
        "person": person,
        "at": instant_text(at),
        "subject": about.get("subject"),
        "before_hash": about.get("before_hash"),
        "after_hash": about.get("after_hash"),
        "server": server,
        "number": number,
        "previous_digest": previous,
    }
    entry = AuditEntry.parse({**content, "id": f"audit:{server}:{number:09d}", "digest": _digest(content)})
    tx.write(statement("records.put", Label.AUDIT), rows=[entry.to_properties()])
    return entry


def verify(store: GraphStore, server: str) -> int:
    """The number of the first entry that breaks a server's chain, or 0 when it is whole."""
    previous = START
    for expected, row in enumerate(store.read(statement("audit.chain"), server=server), start=1):
        entry = AuditEntry.from_properties(row["record"])
        content: dict[str, Any] = entry.model_dump(
            mode="json",
            include={
                "operation", "person", "subject", "before_hash", "after_hash", "server", "number", "previous_digest",
            },
        )  # fmt: skip
        content["at"] = instant_text(entry.at)
        if entry.number != expected or entry.previous_digest != previous or entry.digest != _digest(content):
            return expected
        previous = entry.digest
    return 0


def _digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
