"""The arm of words: BM25 over postings that take single additions and removals.

All statistics (how many records hold a term, how long records are) come from the records
the asker may see, so that a hidden record changes nobody's scores. Figures depend on what
is in the index, never on the order in which it came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .segment import Token, terms, tokens

K1 = 1.2
B = 0.75
FLOATS = NDArray[np.float32]
MASK = NDArray[np.bool_]
ROWS = NDArray[np.int32]


@dataclass(frozen=True)
class QueryTerm:
    """A term of a question with how often it stands there and the words it came from."""

    term: str
    weight: float
    surface: str


@dataclass(frozen=True)
class WordScores:
    """What the arm says of every row.

    Attributes:
        scores: BM25; 0 where nothing matched.
        coverage: Share of the question's information (idf) that the row holds, 0 to 1.
        information: The question's information in all, in nats: about four for a rare word.
        terms: The question's terms that occur at all.
    """

    scores: FLOATS
    coverage: FLOATS
    information: float = 0.0
    terms: Sequence[QueryTerm] = ()


def query_terms(text: str) -> list[QueryTerm]:
    """The distinct terms of a question, in order."""
    found: dict[str, list[Token]] = {}
    for token in tokens(text):
        found.setdefault(token.term, []).append(token)
    return [
        QueryTerm(term, sum(t.weight for t in places), text[places[0].start : places[0].end])
        for term, places in found.items()
    ]


class _Posting:
    """Rows that hold a term and how often; additions wait in a tail until they are asked for."""

    __slots__ = ("_counts", "_rows", "_tail")

    def __init__(self, rows: ROWS | None = None, counts: FLOATS | None = None) -> None:
        self._rows: ROWS = np.empty(0, np.int32) if rows is None else rows
        self._counts: FLOATS = np.empty(0, np.float32) if counts is None else counts
        self._tail: list[tuple[int, int]] = []

    def append(self, row: int, count: int) -> None:
        self._tail.append((row, count))

    def arrays(self) -> tuple[ROWS, FLOATS]:
        if self._tail:
            tail = np.array(self._tail, np.int32)
            self._rows = np.concatenate([self._rows, tail[:, 0]])
            self._counts = np.concatenate([self._counts, tail[:, 1].astype(np.float32)])
            self._tail = []
        return self._rows, self._counts

    def renumber(self, new_rows: ROWS) -> bool:
        rows, counts = self.arrays()
        moved = new_rows[rows]
        kept = moved >= 0
        self._rows, self._counts = moved[kept], counts[kept]
        return bool(kept.any())

    def nbytes(self) -> int:
        return int(self._rows.nbytes + self._counts.nbytes) + 8 * len(self._tail)


class LexicalArm:
    """An inverted index over rows that its owner numbers."""

    name = "words"

    def __init__(self) -> None:
        self._postings: dict[str, _Posting] = {}
        self._lengths: FLOATS = np.zeros(0, np.float32)

    def add(self, row: int, counts: Mapping[str, int]) -> None:
        """Index a record under a row that has not been used."""
        if row >= len(self._lengths):
            self._lengths = np.concatenate([self._lengths, np.zeros(max(1024, row), np.float32)])
        self._lengths[row] = sum(counts.values())
        for term, count in counts.items():
            posting = self._postings.get(term)
            if posting is None:
                posting = self._postings[term] = _Posting()
            posting.append(row, count)

    def score(self, question: Iterable[QueryTerm], visible: MASK, wanted: MASK) -> WordScores:
        """BM25 of the wanted rows.

        Args:
            question: From `query_terms`.
            visible: Rows the asker may see; statistics come from these.
            wanted: Rows that may be found, a part of `visible`.
        """
        size = len(visible)
        scores = np.zeros(size, np.float32)
        covered = np.zeros(size, np.float32)
        lengths = self._lengths[:size]
        number = int(np.count_nonzero(visible))
        if not number:
            return WordScores(scores, covered)
        average = float(lengths[visible].mean()) or 1.0
        mass = 0.0
        occurring = []
        for item in question:
            rows, counts = self._rows_of(item.term)
            seen = visible[rows]
            frequency = int(np.count_nonzero(seen))
            idf = float(np.log1p((number - frequency + 0.5) / (frequency + 0.5))) * item.weight
            mass += idf
            if not frequency:
                continue
            occurring.append(item)
            norm = lengths[rows]
            norm *= K1 * B / average
            norm += K1 * (1 - B)
            norm += counts
            np.divide(counts, norm, out=norm)
            norm *= idf * (K1 + 1)
            scores[rows] += norm
            covered[rows] += idf
        scores *= wanted
        covered *= wanted
        if mass:
            covered /= mass
        return WordScores(scores, covered, mass, occurring)

    def lengths(self, size: int) -> FLOATS:
        """How many terms each row has, of an index of `size` rows."""
        return self._lengths[:size]

    def matched(self, row: int, question: Iterable[QueryTerm]) -> list[QueryTerm]:
        """The terms of a question that a row holds."""
        found = []
        for item in question:
            rows, _ = self._rows_of(item.term)
            place = int(np.searchsorted(rows, np.int32(row)))
            if place < len(rows) and rows[place] == row:
                found.append(item)
        return found

    def compact(self, new_rows: ROWS) -> None:
        """Renumber rows; those that become negative go."""
        self._postings = {t: p for t, p in self._postings.items() if p.renumber(new_rows)}
        kept = new_rows >= 0
        lengths = np.zeros(int(kept.sum()), np.float32)
        lengths[new_rows[kept]] = self._lengths[: len(new_rows)][kept]
        self._lengths = lengths

    def distinctive(self, told: Iterable[QueryTerm], visible: MASK, limit: int) -> list[QueryTerm]:
        """The terms that tell a record from the others, as a question: frequent here, rare elsewhere."""
        number = int(np.count_nonzero(visible))
        rated = []
        for item in told:
            rows, _ = self._rows_of(item.term)
            frequency = int(np.count_nonzero(visible[rows]))
            if frequency > 1:  # one is the record itself
                rating = item.weight / (item.weight + K1) * float(np.log1p(number / (frequency + 0.5)))
                rated.append((rating, item.term, item.surface))
        return [QueryTerm(term, 1.0, surface) for _, term, surface in sorted(rated, reverse=True)[:limit]]

    def nbytes(self) -> int:
        """Bytes of postings."""
        return sum(posting.nbytes() for posting in self._postings.values())

    def kept(self) -> tuple[dict[str, NDArray[Any]], list[str]]:
        """Postings one after another as arrays, and the terms in the same order."""
        terms = list(self._postings)
        pairs = [self._postings[term].arrays() for term in terms]
        sizes = np.array([len(rows) for rows, _ in pairs], np.int64)
        arrays: dict[str, NDArray[Any]] = {
            "posting_rows": np.concatenate([_NO_ROWS, *(rows for rows, _ in pairs)]),
            "posting_counts": np.concatenate([_NO_COUNTS, *(counts for _, counts in pairs)]),
            "posting_sizes": sizes,
            "lengths": self._lengths,
        }
        return arrays, terms

    def restore(self, arrays: Mapping[str, NDArray[Any]], terms: Sequence[str]) -> None:
        """Take back what `kept` gave."""
        ends = np.cumsum(arrays["posting_sizes"]).tolist()
        if len(ends) != len(terms) or (ends and ends[-1] != len(arrays["posting_rows"])):
            raise ValueError("the postings do not fit their terms")
        rows, counts = arrays["posting_rows"], arrays["posting_counts"]
        start = 0
        for term, end in zip(terms, ends, strict=True):
            self._postings[term] = _Posting(rows[start:end], counts[start:end])
            start = end
        self._lengths = arrays["lengths"]

    def _rows_of(self, term: str) -> tuple[ROWS, FLOATS]:
        posting = self._postings.get(term)
        return posting.arrays() if posting else (_NO_ROWS, _NO_COUNTS)


def term_counts(text: str) -> Counter[str]:
    """How often each term stands in a text."""
    return Counter(terms(text))


_NO_ROWS: Any = np.empty(0, np.int32)
_NO_COUNTS: Any = np.empty(0, np.float32)
