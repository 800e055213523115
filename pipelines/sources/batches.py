"""Gathering what rows make into batches, each written all or none.

Several rows may speak of one record (a project evaluated twice). Such a record is put
together from all of them and written with the last, and relationships wait for it: so
importing the same file again finds every record as it was.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from kg.domain import Relationship, record_class
from kg.errors import InvalidRecord
from kg.schema import Label

from .making import BadRow, Made


class Batch:
    """The open batch of an import.

    Args:
        spoken_of: How many rows speak of each record that more than one speaks of.
    """

    def __init__(self, spoken_of: Counter[str] | None = None) -> None:
        self._left = spoken_of or Counter()
        self._unfinished: dict[str, tuple[Label, dict[str, Any]]] = {}
        self._ready: dict[str, tuple[Label, dict[str, Any]]] = {}
        self._edges: list[Relationship] = []

    def __len__(self) -> int:
        return len(self._ready)

    def add(self, made: Made, ids: list[str], where: str) -> None:
        """Take in what a row made, whole or not at all.

        Args:
            made: Its records and relationships.
            ids: The ids the row may speak of.
            where: The row, for messages.

        Raises:
            BadRow: A record breaks a rule of its kind.
        """
        checked = []
        try:
            for label, values in made.records:
                earlier = self._unfinished.get(values["id"])
                whole = merged(earlier[1], values) if earlier else values
                record = record_class(label).parse(whole, where=where)
                checked.append((label, whole, record.model_dump(mode="json", exclude_unset=True)))
        except InvalidRecord as error:
            self.pass_over(ids)
            field = f"{error.fields['label']}.{error.fields['field']}"
            raise BadRow(field, f"{error.fields['reason']} (found {error.fields['value']})") from error
        for label, whole, plain in checked:
            if self._left[whole["id"]] > 1:
                self._unfinished[whole["id"]] = (label, whole)
            else:
                self._unfinished.pop(whole["id"], None)
                self._ready[whole["id"]] = (label, plain)
        self._edges += made.edges
        self._count_down(ids)

    def pass_over(self, ids: list[str]) -> None:
        """Count a rejected row; a record it was the last to speak of is finished without it."""
        self._count_down(ids)

    def _count_down(self, ids: list[str]) -> None:
        for key in ids:
            if key not in self._left:
                continue
            self._left[key] -= 1
            if self._left[key] <= 0:
                del self._left[key]
                if key in self._unfinished:
                    label, whole = self._unfinished.pop(key)
                    record = record_class(label).parse(whole)
                    self._ready[key] = (label, record.model_dump(mode="json", exclude_unset=True))

    def take(self) -> tuple[list[dict[str, Any]], list[Relationship]]:
        """The finished records, and the relationships both of whose ends are finished."""
        records = [{"label": label.value, "values": values} for label, values in self._ready.values()]
        waiting = [e for e in self._edges if e.start in self._unfinished or e.end in self._unfinished]
        edges = [e for e in self._edges if e.start not in self._unfinished and e.end not in self._unfinished]
        self._ready, self._edges = {}, waiting
        return records, edges


def merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two rows' values of one record: mappings are joined, else the later row counts."""
    found = dict(first)
    for name, value in second.items():
        found[name] = (
            {**found[name], **value} if isinstance(value, dict) and isinstance(found.get(name), dict) else value
        )
    return found
