"""What filters and facets need to know of every record, as columns over the index's rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

MASK = NDArray[np.bool_]
ROWS = NDArray[np.int32]
UNKNOWN_DAY = 0

FOREVER = float("inf")
COUNTS_KEPT = 64

CODED = ("project", "unit", "sector", "phase", "polarity", "state", "language", "source")
FACETS = ("project", "unit", "sector", "topic", "phase", "polarity", "state", "language", "source")


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

    def restore(self, values: NDArray[Any]) -> None:
        self._array = values
        self._size = len(values)

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

    def restore(self, codes: Any, values: Iterable[str | None]) -> None:
        """Take back codes and values as they were."""
        self.codes.restore(codes)
        self.values = list(values)
        self._code_of = {value: code for code, value in enumerate(self.values)}

    def is_value(self, value: str) -> MASK:
        """Rows with one value."""
        code = self._code_of.get(value)
        rows: MASK = self.codes.view == (-1 if code is None else code)
        return rows

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
    """A version of a record as the index takes it in.

    `since` and `until` are seconds of the epoch: when the version was recorded, and when it
    was replaced or retired (`FOREVER` for one in use).
    """

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
    source: str | None = None
    learnt_on: str | None = None
    review_by: str | None = None
    translation_of: str | None = None
    revision: int = 1
    since: float = 0.0
    until: float = FOREVER

    @classmethod
    def of(cls, row: dict[str, Any], replaced_at: str | None = None) -> Entry:
        """An entry from properties of a lesson, as the graph keeps them.

        Args:
            row: A row of the statement `search.lesson_entries`, or the body of a revision.
            replaced_at: When a newer version took its place.
        """
        ends = [instant(text) for text in (row.get("retired_at"), replaced_at) if text]
        return cls(
            id=row["id"],
            text=row.get("text") or row.get("search_text") or "",
            topics=tuple(row.get("topics") or ()),
            confidential=bool(row.get("confidential")),
            source=row.get("source_system"),
            revision=int(row.get("revision") or 1),
            since=instant(row["recorded_at"]) if row.get("recorded_at") else 0.0,
            until=min(ends, default=FOREVER),
            **{name: row.get(name) for name in _AS_THEY_ARE},
        )


_AS_THEY_ARE = (
    "project", "unit", "sector", "phase", "polarity", "state", "language", "learnt_on", "review_by", "translation_of",
)  # fmt: skip


def instant(text: str) -> float:
    """Seconds of the epoch of an instant as the graph keeps it."""
    return datetime.fromisoformat(text).timestamp()


class Columns:
    """Rows by number: a version of a record, its filterable values, and whether it is in use.

    A version that was replaced or retired stays, for questions about an earlier day; only
    what the graph itself no longer holds is dropped.
    """

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.row_of: dict[str, int] = {}
        self.coded = {name: Coded() for name in CODED}
        self.alive = Growing(np.bool_)
        self.confidential = Growing(np.bool_)
        self.day = Growing(np.int32)
        self.review_day = Growing(np.int32)
        self.revision = Growing(np.int32)
        self.since = Growing(np.float64)
        self.until = Growing(np.float64)
        self.kin = Growing(np.int64)
        self.version = 0
        self.dropped = 0
        self._topics = Coded()
        self._topic_rows = Growing(np.int32)
        self._versions: dict[str, list[int]] = {}
        self._counted: tuple[int, dict[bytes, dict[str, dict[str, int]]]] = (-1, {})
        self._newest: tuple[int, ROWS] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, entry: Entry) -> int:
        """Take a version in; its row. One in use becomes its record's current row."""
        row = len(self.ids)
        self.ids.append(entry.id)
        self._versions.setdefault(entry.id, []).append(row)
        for name, column in self.coded.items():
            column.append(getattr(entry, name))
        current = entry.until == FOREVER
        if current:
            self.row_of[entry.id] = row
        self.alive.append(current)
        self.confidential.append(entry.confidential)
        self.day.append(_ordinal(entry.learnt_on))
        self.review_day.append(_ordinal(entry.review_by))
        self.revision.append(entry.revision)
        self.since.append(entry.since)
        self.until.append(entry.until)
        self.kin.append(kin_of(entry.translation_of or entry.id))
        for topic in dict.fromkeys(entry.topics):
            self._topics.append(topic)
            self._topic_rows.append(row)
        self.version += 1
        return row

    def take(self, versions: Iterable[Entry]) -> list[Entry]:
        """Learn how long the known versions of records were in use; those that are new."""
        new = []
        for entry in versions:
            row = next((r for r in self._versions.get(entry.id, ()) if self.revision.view[r] == entry.revision), None)
            if row is None:
                new.append(entry)
            elif self.until.view[row] != entry.until:
                self.until.view[row] = entry.until
                self.alive.view[row] = entry.until == FOREVER
                if entry.until == FOREVER:
                    self.row_of[entry.id] = row
                elif self.row_of.get(entry.id) == row:
                    del self.row_of[entry.id]
                self.version += 1
        return new

    def drop(self, key: str) -> None:
        """Forget a record with all its versions."""
        self.row_of.pop(key, None)
        for row in self._versions.pop(key, ()):
            self.alive.view[row] = False
            self.since.view[row] = self.until.view[row] = FOREVER
            self.dropped += 1
        self.version += 1

    def in_use(self, at: float | None = None) -> MASK:
        """Rows in use now, or at an instant."""
        if at is None:
            return self.alive.view.copy()
        rows: MASK = (self.since.view <= at) & (at < self.until.view)
        return rows

    def row_at(self, key: str, in_use: MASK) -> int | None:
        """The row of a record among rows in use, if it has one."""
        return next((row for row in self._versions.get(key, ()) if in_use[row]), None)

    def newest(self) -> ROWS:
        """For every row the row of its record's newest version, whose scope counts."""
        if self._newest is None or self._newest[0] != self.version:
            rows = np.arange(len(self.ids), dtype=np.int32)
            for versions in self._versions.values():
                if len(versions) > 1:
                    rows[versions] = max(versions, key=lambda row: int(self.revision.view[row]))
            self._newest = (self.version, rows)
        return self._newest[1]

    def with_topic(self, accepts: Any) -> MASK:
        """Rows with a topic that is accepted."""
        rows = np.zeros(len(self.ids), np.bool_)
        rows[self._topic_rows.view[self._topics.where(accepts)]] = True
        return rows

    def counts(self, rows: MASK) -> dict[str, dict[str, int]]:
        """How many of the rows have each value, by facet; kept, since selections come again."""
        key = hashlib.blake2b(np.packbits(rows).tobytes(), digest_size=16).digest()
        if self._counted[0] != self.version:
            self._counted = (self.version, {})
        kept = self._counted[1]
        if key not in kept:
            if len(kept) > COUNTS_KEPT:
                kept.clear()
            kept[key] = self._count(rows)
        return kept[key]

    def _count(self, rows: MASK) -> dict[str, dict[str, int]]:
        places = np.flatnonzero(rows).astype(np.int32)
        found = {name: column.counts(places) for name, column in self.coded.items()}
        found["topic"] = self._topics.counts(np.flatnonzero(rows[self._topic_rows.view]).astype(np.int32))
        return found

    def compact(self) -> ROWS:
        """Let go of dropped rows; the new number of every old row, -1 for those that went."""
        kept = np.flatnonzero(self.since.view < FOREVER)
        new_rows = np.full(len(self.ids), -1, np.int32)
        new_rows[kept] = np.arange(len(kept), dtype=np.int32)
        self.ids = [self.ids[row] for row in kept]
        self.row_of = {key: int(new_rows[row]) for key, row in self.row_of.items()}
        self._versions = {key: [int(new_rows[row]) for row in rows] for key, rows in self._versions.items()}
        for column in (*(c.codes for c in self.coded.values()), *self._plain().values()):
            column.keep(kept)
        stays = new_rows[self._topic_rows.view] >= 0
        self._topics.codes.keep(stays)
        self._topic_rows.keep(stays)
        self._topic_rows.view[:] = new_rows[self._topic_rows.view]
        self.version += 1
        self.dropped = 0
        return new_rows

    def kept(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Everything as arrays and as plain values, to be taken back by `restore`."""
        arrays = {name: column.view for name, column in self._plain().items()} | {"topic_rows": self._topic_rows.view}
        plain: dict[str, Any] = {"ids": self.ids}
        for name, coded in {**self.coded, "topic": self._topics}.items():
            arrays[f"{name}_codes"] = coded.codes.view
            plain[f"{name}_values"] = coded.values
        return arrays, plain

    def restore(self, arrays: Mapping[str, NDArray[Any]], plain: Mapping[str, Any]) -> None:
        """Take back what `kept` gave."""
        self.ids = list(plain["ids"])
        for name, column in {**self._plain(), "topic_rows": self._topic_rows}.items():
            column.restore(arrays[name])
        for name, coded in {**self.coded, "topic": self._topics}.items():
            coded.restore(arrays[f"{name}_codes"], plain[f"{name}_values"])
        self._versions = {}
        for row, key in enumerate(self.ids):
            self._versions.setdefault(key, []).append(row)
        self.row_of = {self.ids[row]: int(row) for row in np.flatnonzero(self.alive.view)}
        self.version += 1

    def _plain(self) -> dict[str, Growing]:
        return {
            "alive": self.alive, "confidential": self.confidential, "day": self.day, "review_day": self.review_day,
            "revision": self.revision, "since": self.since, "until": self.until, "kin": self.kin,
        }  # fmt: skip


def kin_of(key: str) -> int:
    """A number that a record and its translations share."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "little", signed=True)


def _ordinal(day: str | None) -> int:
    return date.fromisoformat(day).toordinal() if day else UNKNOWN_DAY
