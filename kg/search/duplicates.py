"""Lessons that say the same, shown once.

Two lessons say the same when one translates the other, or when their sets of terms nearly
agree: their Jaccard similarity is estimated from MinHash signatures (Broder, 1997). A lesson
that says 'do' and one that says 'do not' differ in a word only, so the number of negations
must agree as well, and so must polarity and language.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .columns import ROWS, Columns, Growing

PERMUTATIONS = 32
ALIKE = 0.85
"""Share of equal places in two signatures; its standard error is about .06 there."""
_PRIME = np.uint64(4_294_967_311)
_RNG = np.random.default_rng(20_240_601)
_FACTOR = _RNG.integers(1, 2**32, PERMUTATIONS, dtype=np.uint64)
_SHIFT = _RNG.integers(0, 2**32, PERMUTATIONS, dtype=np.uint64)
_NEGATION = re.compile(
    r"\b(?:not|never|no|without|avoid|cannot|nor|neither|don't|doesn't|didn't|won't|can't|shouldn't|stop)\b"
    r"|[不未勿莫别非无没]|避免|禁止|停止",
    re.IGNORECASE,
)

SIGNATURE = NDArray[np.uint32]


def signature(terms: Iterable[str]) -> SIGNATURE:
    """The MinHash signature of a set of terms."""
    hashes = np.fromiter((zlib.crc32(term.encode()) for term in terms), np.uint64)
    if not len(hashes):
        return np.zeros(PERMUTATIONS, np.uint32)
    mixed = (hashes[:, None] * _FACTOR + _SHIFT) % _PRIME
    smallest: SIGNATURE = mixed.min(axis=0).astype(np.uint32)
    return smallest


def negations(text: str) -> int:
    """How many words of a text deny."""
    return min(255, len(_NEGATION.findall(text)))


@dataclass(frozen=True)
class Folding:
    """An order of rows with those that say the same taken together.

    Attributes:
        kept: The best row of each group, in order.
        under: The other rows of a group by its best.
    """

    kept: list[int]
    under: dict[int, list[int]]


class Signatures:
    """What tells lessons that say the same, by row."""

    def __init__(self) -> None:
        self.marks = Growing(np.uint32, PERMUTATIONS)
        self.denied = Growing(np.uint8)

    def add(self, row: int, terms: Iterable[str], text: str) -> None:
        """Keep the signature of a row that comes next."""
        self.marks.resize(row + 1)
        self.denied.resize(row + 1)
        self.marks.view[row] = signature(terms)
        self.denied.view[row] = negations(text)

    def compact(self, new_rows: ROWS) -> None:
        """Drop rows that became negative."""
        kept = np.flatnonzero(new_rows >= 0)
        self.marks.keep(kept)
        self.denied.keep(kept)

    def fold(self, order: Sequence[int], columns: Columns, count: int) -> Folding:
        """The first `count` groups of an order.

        Args:
            order: Rows, best first.
            columns: Language, polarity and kinship of the rows.
            count: How many groups are wanted; the order is read no further than needed.
        """
        rows = np.asarray(order, np.int64)
        same = self._say_the_same(rows, columns) if len(rows) else np.zeros((0, 0), np.bool_)
        kept: list[int] = []
        places: list[int] = []
        under: dict[int, list[int]] = {}
        for place, row in enumerate(rows.tolist()):
            group = next((p for p in places if same[p, place]), None)
            if group is not None:
                under.setdefault(int(rows[group]), []).append(row)
            elif len(kept) < count:
                kept.append(row)
                places.append(place)
        return Folding(kept, under)

    def restore(self, marks: NDArray[np.uint32], denied: NDArray[np.uint8]) -> None:
        """Take back what was kept."""
        self.marks.restore(marks)
        self.denied.restore(denied)

    def nbytes(self) -> int:
        """Bytes of signatures."""
        return int(self.marks.view.nbytes + self.denied.view.nbytes)

    def _say_the_same(self, rows: NDArray[np.int64], columns: Columns) -> NDArray[np.bool_]:
        marks = self.marks.view[rows]
        shares = np.count_nonzero(marks[:, None, :] == marks[None, :, :], axis=2)
        alike: NDArray[np.bool_] = np.asarray(shares >= ALIKE * PERMUTATIONS)
        alike &= np.asarray(marks.any(axis=1), np.bool_)[:, None]
        for values in (
            self.denied.view[rows], columns.coded["language"].codes.view[rows],
            columns.coded["polarity"].codes.view[rows],
        ):  # fmt: skip
            alike &= values[:, None] == values[None, :]
        kin = columns.kin.view[rows]
        alike |= kin[:, None] == kin[None, :]
        return alike
