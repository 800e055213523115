"""What the graph says of merges: for readers that meet a type or metric under the name it once had."""

from __future__ import annotations

from ..domain.merges import end_of_merges
from ..queries import statement
from ..schema import Label
from .protocol import GraphStore, Transaction


def ends_of_merges(source: GraphStore | Transaction, label: Label) -> dict[str, str]:
    """Where each merged record of a kind leads to now, by id; records that were never merged are left out."""
    into = {row["id"]: row["into"] for row in source.read(statement("outcomes.merges", label))}
    return {key: end for key in into if (end := end_of_merges(into, key)) is not None and end != key}
