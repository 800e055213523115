"""What the index holds of the graph: rows, words, signatures and how lessons follow each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..domain.standing import NOT_EFFECTIVE_AT, Standing, standing_from
from ..policy import ScopeFilter
from ..queries import statement
from ..store.protocol import GraphStore
from .columns import ROWS, Columns, Entry, kin_of
from .duplicates import Signatures
from .filters import Selector
from .lexical import LexicalArm, term_counts


class Holdings:
    """Versions of lessons as rows. Not thread-safe: its owner locks."""

    def __init__(self) -> None:
        self.columns = Columns()
        self.selector = Selector(self.columns)
        self.words = LexicalArm()
        self.signatures = Signatures()
        self.successors: dict[str, str] = {}
        self.conflicts: dict[str, set[str]] = {}
        self._events: dict[int, list[dict[str, Any]]] = {}
        self._learnt: dict[int, str | None] = {}

    def add(self, entries: Sequence[Entry]) -> None:
        """Take in versions that are not known yet."""
        for entry in entries:
            row = self.columns.add(entry)
            counts = term_counts(entry.text)
            self.words.add(row, counts)
            self.signatures.add(row, counts, entry.text)

    def read_links(self, store: GraphStore) -> None:
        """Learn which lessons stand in for which, and which recommend the opposite of which."""
        self.successors = {row["old"]: row["new"] for row in store.read(statement("search.superseding"))}
        conflicts: dict[str, set[str]] = {}
        for row in store.read(statement("search.contradicting")):
            conflicts.setdefault(row["one"], set()).add(row["other"])
            conflicts.setdefault(row["other"], set()).add(row["one"])
        self.conflicts = conflicts

    def read_events(self, store: GraphStore) -> None:
        """Learn what became of lessons."""
        rows = store.read(statement("search.events"))
        events: dict[int, list[dict[str, Any]]] = {}
        for row in rows:
            events.setdefault(kin_of(row["lesson"]), []).append(row)
        subjects = sorted({row["lesson"] for row in rows})
        learnt = store.read(statement("lifecycle.learnt"), ids=subjects) if subjects else []
        self._events, self._learnt = events, {kin_of(row["id"]): row["learnt_on"] for row in learnt}

    def standing(self, lesson: int, scope: ScopeFilter) -> Standing | None:
        """What became of a lesson where the asker may see it; None when nothing is known.

        Args:
            lesson: The number that it shares with its translations (see `kin_of`).
            scope: What the asker may see.
        """
        events = self._events.get(lesson)
        if not events:
            return None
        seen = [e for e in events if scope.covers(e["project"], e["unit"], bool(e["confidential"]))]
        return standing_from(seen, self._learnt.get(lesson), [])

    def failed(self, scope: ScopeFilter) -> list[int]:
        """Kin numbers of lessons that do not work, as far as the asker may see the recurrences."""
        return [
            lesson
            for lesson, events in self._events.items()
            if len(events) >= NOT_EFFECTIVE_AT
            and (standing := self.standing(lesson, scope)) is not None
            and standing.not_effective
        ]

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
