"""What the index holds of the graph: rows, words, signatures and how lessons follow each other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..policy import ScopeFilter
from ..queries import statement
from ..store.protocol import GraphStore
from .columns import ROWS, Columns, Entry
from .duplicates import Signatures
from .filters import Selector
from .lexical import LexicalArm, term_counts

OFTEN = 2
"""So many accepted recurrences make a lesson one that does not work."""


class Holdings:
    """Versions of lessons as rows. Not thread-safe: its owner locks."""

    def __init__(self) -> None:
        self.columns = Columns()
        self.selector = Selector(self.columns)
        self.words = LexicalArm()
        self.signatures = Signatures()
        self.successors: dict[str, str] = {}
        self.recurrences: list[dict[str, Any]] = []

    def add(self, entries: Sequence[Entry]) -> None:
        """Take in versions that are not known yet."""
        for entry in entries:
            row = self.columns.add(entry)
            counts = term_counts(entry.text)
            self.words.add(row, counts)
            self.signatures.add(row, counts, entry.text)

    def read_links(self, store: GraphStore) -> None:
        """Learn which lessons stand in for which."""
        self.successors = {row["old"]: row["new"] for row in store.read(statement("search.superseding"))}

    def read_events(self, store: GraphStore) -> None:
        """Learn what happened again although a lesson was there."""
        self.recurrences = list(store.read(statement("search.recurrences")))

    def failed(self, scope: ScopeFilter) -> list[str]:
        """Ids of lessons that do not work, as far as the asker may see the recurrences."""
        seen = Counter(
            row["lesson"]
            for row in self.recurrences
            if scope.covers(row["project"], row["unit"], bool(row["confidential"]))
        )
        return [lesson for lesson, count in seen.items() if count >= OFTEN]

    def compact(self) -> ROWS | None:
        """Let go of dropped rows when there are many; the new number of every old row, or None."""
        if self.columns.dropped <= max(1000, len(self.columns) // 4):
            return None
        new_rows = self.columns.compact()
        self.words.compact(new_rows)
        self.signatures.compact(new_rows)
        return new_rows


def all_versions(store: GraphStore) -> list[Entry]:
    """Every version of every lesson, oldest first."""
    old = [_of_revision(row) for row in store.read(statement("search.lesson_versions"))]
    return [*old, *(Entry.of(row) for row in store.read(statement("search.lesson_entries")))]


def versions_of(store: GraphStore, keys: Sequence[str]) -> list[Entry]:
    """Every version of some lessons, oldest first; none of a lesson that is gone."""
    new = [Entry.of(row) for row in store.read(statement("search.lesson_entries_of"), ids=list(keys))]
    changed = [entry.id for entry in new if entry.revision > 1]
    old = store.read(statement("search.lesson_versions_of"), ids=changed) if changed else []
    return [*(_of_revision(row) for row in old), *new]


def _of_revision(row: dict[str, Any]) -> Entry:
    return Entry.of(json.loads(row["body"]), row["replaced_at"])
