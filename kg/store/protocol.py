"""The contract that both stores keep: what `tests/kg/store/test_contract.py` checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ..schema import Label

Row = dict[str, Any]
Where = Mapping[str, str | Sequence[str]]
"""Equality on properties of the searched node: `{"project": "p1", "state": ["published", "reviewed"]}`."""


@dataclass(frozen=True)
class Change:
    """One committed write; `seq` numbers all writes of a store without gaps."""

    seq: int
    at: str
    op: str
    label: str
    ids: tuple[str, ...]
    by: str | None = None


@dataclass(frozen=True)
class Hit:
    """A node found by one search arm; a higher score is better."""

    id: str
    score: float


@dataclass(frozen=True)
class Health:
    """What an operator wants to know of a store."""

    engine: str
    version: str
    location: str
    writable: bool
    revision: int
    nodes: int
    details: Mapping[str, Any] = field(default_factory=dict)


class Transaction(Protocol):
    """A unit of work: all of it is kept, or none."""

    def read(self, query: str, **params: Any) -> list[Row]:
        """Rows of a statement, seeing this transaction's own writes."""
        ...

    def write(self, query: str, **params: Any) -> list[Row]:
        """Rows of a writing statement."""
        ...


class GraphStore(Protocol):
    """A property graph that speaks Cypher. Thread-safe.

    Attributes:
        indexes_vectors: The engine has an index of its own for vectors on nodes.
        writes: How many writes this process has committed: a cheap sign of news of our own.
    """

    indexes_vectors: bool
    writes: int

    def read(self, query: str, **params: Any) -> list[Row]:
        """Rows of a reading statement.

        Raises:
            QueryFailed: The engine could not run it.
            StoreUnavailable: The engine cannot be reached, or is closed.
        """
        ...

    def read_within(self, query: str, params: Mapping[str, Any], *, rows: int, seconds: float) -> list[Row]:
        """At most so many rows of a statement that somebody wrote by hand, in plain values.

        It runs in a read transaction that is ended when its time is over. A node is
        `{"labels": [...], "properties": {...}}`, a relationship `{"type": ..., "properties": {...}}`,
        a path `{"nodes": [...], "relationships": [...]}`.

        Raises:
            InvalidRequest: The engine does not understand it, or it took too long.
        """
        ...

    def write(self, query: str, **params: Any) -> list[Row]:
        """Rows of a writing statement, committed and durable when this returns.

        Raises:
            ConstraintViolated: A uniqueness rule is broken; nothing was written.
        """
        ...

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction, committed on a clean exit and rolled back on an error.

        Writers wait for each other; a transaction must not be handed to another thread.
        A statement that fails ends it: nothing is kept, even if the error is caught. The
        thread that holds it writes through it and not through the store.
        """
        ...

    def ensure_schema(self) -> list[str]:
        """Constraints, indexes and pending migrations; names of the migrations applied now."""
        ...

    def ensure_vector_index(self, label: Label, arm: str, dimension: int) -> None:
        """A native vector index for an arm, where the engine has one."""
        ...

    def vector_search(
        self, label: Label, arm: str, vector: Sequence[float], k: int, where: Where | None = None
    ) -> list[Hit]:
        """The k nodes whose vectors are nearest by cosine, best first."""
        ...

    def text_search(self, label: Label, text: str, k: int, where: Where | None = None) -> list[Hit]:
        """The k nodes whose `search_text` matches best, best first."""
        ...

    def changes(self, since: int = 0, limit: int = 10_000) -> list[Change]:
        """Committed changes with a number above `since`, in order."""
        ...

    def revision(self) -> int:
        """The number of the last committed change; 0 for an empty store."""
        ...

    def export(self, path: Path) -> dict[str, int]:
        """Write the whole graph of one revision as JSON Lines; counts by kind.

        The file appears whole or not at all.
        """
        ...

    def load(self, path: Path) -> dict[str, int]:
        """Read an export: restores it into an empty store, merges it into another; counts."""
        ...

    def backup(self, path: Path) -> dict[str, Any]:
        """A consistent copy taken while writers go on."""
        ...

    def health(self) -> Health:
        """State of the engine; raises `StoreUnavailable` when it cannot answer."""
        ...

    def settle(self) -> None:
        """Keep no longer than the engine must what was deleted: an own journal is written off.

        A server that keeps journals of its own does so by its own retention.
        """
        ...

    def close(self) -> None:
        """Release the engine; repeated calls do nothing."""
        ...
