"""What filters and facets need to know of every record, as columns over the index's rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

MASK = NDArray[np.bool_]
ROWS = NDArray[np.int32]
UNKNOWN_DAY = 0

CODED = ("project", "unit", "sector", "phase", "polarity", "state", "language")
FACETS = ("project", "unit", "sector", "topic", "phase", "polarity", "state", "language")


class Growing:
    """An array that takes single additions; `view` is what has been added so far."""

    def __init__(self, dtype: Any, width: int | None = None) -> None:
        self._width = () if width is None else (width,)
        self._array: NDArray[Any] = np.zeros((0, *self._width), dtype)
        self._size = 0

    def append(self, value: Any) -> None:
        self.resize(self._size + 1)
        self._array[self._size - 1] = value

    def extend(self, values: Any) -> None:
        start = self._size
        self.resize(start + len(values))
        self._array[start : self._size] = values

    def resize(self, size: int) -> None:
        if size > len(self._array):
            grown = np.zeros((max(256, size, len(self._array) * 3 // 2), *self._width), self._array.dtype)
            grown[: self._size] = self._array[: self._size]
            self._array = grown
        self._size = size

    def keep(self, rows: Any) -> None:
        self._array = self._array[: self._size][rows].copy()
        self._size = len(self._array)

    @property
    def view(self) -> NDArray[Any]:
        return self._array[: self._size]


class Coded:
    """A column of few distinct values, kept as numbers."""

    def __init__(self) -> None:
        self.codes = Growing(np.int32)
        self.values: list[str | None] = []
        self._code_of: dict[str | None, int] = {}

    def code(self, value: str | None) -> int:
        known = self._code_of.get(value)
        if known is None:
            known = self._code_of[value] = len(self.values)
            self.values.append(value)
        return known

    def append(self, value: str | None) -> None:
        self.codes.append(self.code(value))

    def where(self, accepts: Any) -> MASK:
        """Rows whose value is accepted by a function over values."""
        table = np.fromiter((bool(accepts(value)) for value in self.values), np.bool_, len(self.values))
        rows: MASK = table[self.codes.view] if len(table) else np.zeros(0, np.bool_)
        return rows

    def counts(self, rows: ROWS) -> dict[str, int]:
        """How many of the rows have each value."""
        if self.values == [None]:
            return {}
        numbers = np.bincount(self.codes.view[rows], minlength=len(self.values))
        return {str(value): int(n) for value, n in zip(self.values, numbers, strict=True) if n and value is not None}


@dataclass(frozen=True)
class Entry:
    """A record as the index takes it in."""

    id: str
    text: str
    project: str | None = None
    unit: str | None = None
    confidential: bool = False
    sector: str | None = None
    topics: tuple[str, ...] = ()
    phase: str | None = None
    polarity: str | None = None
    state: str | None = None
    language: str | None = None
    learnt_on: str | None = None

    @classmethod
    def of(cls, row: dict[str, Any]) -> Entry:
        """An entry from a row of the statement `search.lesson_entries`."""
        values = dict(row)
        topics = values.pop("topics", None) or ()
        return cls(
            **{
                **values,
                "topics": tuple(topics),
                "confidential": bool(row.get("confidential")),
                "text": row["text"] or "",
            }
        )


class Columns:
    """Rows by number: an id, its filterable values, and whether it is still in use."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.row_of: dict[str, int] = {}
        self.coded = {name: Coded() for name in CODED}
        self.alive = Growing(np.bool_)
        self.confidential = Growing(np.bool_)
        self.day = Growing(np.int32)
        self.version = 0
        self._topics = Coded()
        self._topic_rows = Growing(np.int32)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dead(self) -> int:
        """How many rows are no longer in use."""
        return len(self.ids) - len(self.row_of)

    def add(self, entry: Entry) -> int:
        """Take a record in; its row. An earlier row of the same record must be removed first."""
        row = len(self.ids)
        self.ids.append(entry.id)
        self.row_of[entry.id] = row
        for name, column in self.coded.items():
            column.append(getattr(entry, name))
        self.alive.append(True)
        self.confidential.append(entry.confidential)
        self.day.append(date.fromisoformat(entry.learnt_on).toordinal() if entry.learnt_on else UNKNOWN_DAY)
        for topic in dict.fromkeys(entry.topics):
            self._topics.append(topic)
            self._topic_rows.append(row)
        self.version += 1
        return row

    def remove(self, key: str) -> int | None:
        """Take a record out; the row it had."""
        row = self.row_of.pop(key, None)
        if row is not None:
            self.alive.view[row] = False
            self.version += 1
        return row

    def with_topic(self, accepts: Any) -> MASK:
        """Rows with a topic that is accepted."""
        rows = np.zeros(len(self.ids), np.bool_)
        rows[self._topic_rows.view[self._topics.where(accepts)]] = True
        return rows

    def facets(self, rows: ROWS) -> dict[str, dict[str, int]]:
        """How many of the rows have each value, by facet; the commonest first."""
        found = {name: column.counts(rows) for name, column in self.coded.items()}
        chosen = np.zeros(len(self.ids), np.bool_)
        chosen[rows] = True
        found["topic"] = self._topics.counts(np.flatnonzero(chosen[self._topic_rows.view]).astype(np.int32))
        return {
            name: dict(sorted(found[name].items(), key=lambda item: (-item[1], item[0])))
            for name in FACETS
            if found[name]
        }

    def compact(self) -> ROWS:
        """Drop rows out of use; the new number of every old row, -1 for those that went."""
        kept = np.flatnonzero(self.alive.view)
        new_rows = np.full(len(self.ids), -1, np.int32)
        new_rows[kept] = np.arange(len(kept), dtype=np.int32)
        self.ids = [self.ids[row] for row in kept]
        self.row_of = {key: row for row, key in enumerate(self.ids)}
        for column in (*(c.codes for c in self.coded.values()), self.alive, self.confidential, self.day):
            column.keep(kept)
        stays = new_rows[self._topic_rows.view] >= 0
        self._topics.codes.keep(stays)
        self._topic_rows.keep(stays)
        self._topic_rows.view[:] = new_rows[self._topic_rows.view]
        self.version += 1
        return new_rows

    def select(self, keys: Iterable[str]) -> ROWS:
        """The rows of ids that are in use."""
        return np.array([self.row_of[key] for key in keys if key in self.row_of], np.int32)
