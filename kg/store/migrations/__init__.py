"""Ordered, named changes to the graph, recorded in the graph when applied.

A migration is a function over a transaction. `pending` only reads; `apply` runs each
pending migration and its record in one transaction, so that a crash repeats it whole.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from ...domain.outcome_reviews import sealed
from ...queries import statement
from ...schema import Label
from ..protocol import GraphStore, Transaction

Migration = Callable[[Transaction], None]


def first_schema(tx: Transaction) -> None:
    """The first version: the counter of changes exists from the start."""
    tx.write("MERGE (c:Counter {id: 'changes'}) ON CREATE SET c.value = 0")


def seal_reviews(tx: Transaction) -> None:
    """Scores of outcomes move into the property that hand-written questions do not give."""
    for row in tx.read("MATCH (n:Review) RETURN properties(n) AS record ORDER BY n.id"):
        record = {name: value for name, value in row["record"].items() if name != "type"}
        if (kept := sealed(record)) is not record:
            tx.write(statement("records.put", Label.REVIEW), rows=[kept])


MIGRATIONS: tuple[tuple[str, Migration], ...] = (
    ("0001_first_schema", first_schema),
    ("0002_seal_reviews", seal_reviews),
)
"""Every migration in order; append only."""


def pending(store: GraphStore) -> list[str]:
    """Names of the migrations that the graph has not seen."""
    applied = {row["id"] for row in store.read(statement("migrations.applied"))}
    return [name for name, _ in MIGRATIONS if name not in applied]


def apply(store: GraphStore) -> list[str]:
    """Run what is pending; names of what ran."""
    todo = pending(store)
    for name, migrate in MIGRATIONS:
        if name in todo:
            with store.transaction() as tx:
                migrate(tx)
                tx.write(statement("migrations.record"), id=name, at=datetime.now(UTC).isoformat())
    return todo
