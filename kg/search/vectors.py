"""An arm of meaning: exact search over the vectors of one model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..encoders import Encoder
from ..errors import EncoderError
from .columns import MASK, ROWS, Growing
from .nearest import CoarseScan, largest

FLOATS = NDArray[np.float32]
COARSE_FROM = 16_384
"""With so many rows a coarse scan comes first."""
PORTION = 4_096
EXACT = 500
"""So many of the nearest rows get their exact cosine after a coarse scan."""


class VectorArm:
    """Vectors over rows that the index numbers, all made by one encoder.

    Args:
        name: The arm's name in settings, parts and node properties.
        encoder: Its one model.
    """

    def __init__(self, name: str, encoder: Encoder) -> None:
        self.name = name
        self.encoder = encoder
        self._matrix: Growing | None = None
        self._known = Growing(np.bool_)
        self._coarse: CoarseScan | None = None
        self._scanned = 0
        self._stale: set[int] = set()
        self.version = 0

    @property
    def dimension(self) -> int | None:
        """Length of a vector, once there is one."""
        return None if self._matrix is None else int(self._matrix.view.shape[1])

    def known(self, size: int) -> MASK:
        """Rows that have a vector, for an index of `size` rows."""
        self._grow(size)
        return self._known.view[:size]

    def all_known(self) -> MASK:
        """As `known`, for all rows there have been."""
        return self._known.view

    def put(self, row: int, vector: FLOATS) -> None:
        """Keep the vector of a row.

        Raises:
            EncoderError: It is of another length than the rest.
        """
        if self._matrix is None:
            self._matrix = Growing(np.float32, len(vector))
        if len(vector) != self.dimension:
            raise EncoderError(
                f"The model {self.encoder.name} gave a vector of {len(vector)} numbers in the arm {self.name}, "
                f"whose vectors have {self.dimension}. An arm has one model: give the other one its own arm.",
                model=self.encoder.name, arm=self.name,
            )  # fmt: skip
        self._grow(max(row + 1, len(self._known.view)))
        self._matrix.view[row] = vector
        self._known.view[row] = True
        if row < self._scanned:
            self._stale.add(row)
        self.version += 1

    def vector(self, row: int) -> FLOATS | None:
        """The vector of a row, if it has one."""
        if self._matrix is None or row >= len(self._known.view) or not self._known.view[row]:
            return None
        found: FLOATS = self._matrix.view[row]
        return found

    def basis(self, size: int) -> MASK | None:
        """Rows whose figures stand for all when not all are exact; None when they are."""
        return None

    def prefetch(self, question: FLOATS, visible: MASK) -> None:
        """Do beforehand what need not be done under a lock."""

    def written(self, row: int) -> None:
        """Note that the row's node carries its vector now."""

    def scores(self, question: FLOATS, visible: MASK, closely: ROWS | None = None) -> FLOATS:
        """Cosines of the rows that may be seen and have a vector; 0 elsewhere.

        Few visible rows are read alone, whatever the index holds. Many are scanned
        coarsely; the nearest `EXACT` of them, and the rows asked for, are exact, the others
        right to about a hundredth.

        Args:
            question: Of length 1.
            visible: Rows that may be seen.
            closely: Rows whose cosine must be exact.

        Raises:
            EncoderError: The question is of another model.
        """
        size = len(visible)
        if self._matrix is None:
            return np.zeros(size, np.float32)
        if len(question) != self.dimension:
            raise EncoderError(
                f"The question has {len(question)} numbers, the arm {self.name} {self.dimension}: the model changed.",
                model=self.encoder.name, arm=self.name,
            )  # fmt: skip
        self._grow(size)
        seen = visible & self._known.view[:size]
        matrix = self._matrix.view[:size]
        if np.count_nonzero(seen) * 4 < size:
            out = np.zeros(size, np.float32)
            rows = np.flatnonzero(seen)
            out[rows] = matrix[rows] @ question
            return out
        if size < COARSE_FROM:
            whole: FLOATS = matrix @ question
            whole *= seen
            return whole
        out = self._scan(size).scores(question, size)
        out *= seen
        near = largest(out, EXACT)
        if closely is not None:
            near = np.union1d(near, closely[seen[closely]])
        near = near[seen[near]]
        out[near] = matrix[near] @ question
        return out

    def _scan(self, size: int) -> CoarseScan:
        """The coarse copy of the first rows, brought up to date."""
        assert self._matrix is not None
        if self._coarse is None:
            self._coarse, self._scanned = CoarseScan(self._matrix.view.shape[1]), 0
        for row in self._stale:
            self._coarse.put(row, self._matrix.view[row : row + 1])
        self._stale.clear()
        if self._scanned < size:
            for start in range(self._scanned, size, PORTION):
                end = min(size, start + PORTION)
                self._coarse.put(start, self._matrix.view[start:end])
            self._scanned = size
        return self._coarse

    def compact(self, new_rows: ROWS) -> None:
        """Drop rows that became negative; the rest keep their order."""
        self._grow(len(new_rows))
        kept = np.flatnonzero(new_rows >= 0)
        self._known.keep(kept)
        if self._matrix is not None:
            self._matrix.keep(kept)
        self._coarse, self._scanned = None, 0
        self._stale.clear()
        self.version += 1

    def kept(self, size: int) -> dict[str, NDArray[Any]]:
        """Arrays of an index of `size` rows, to be taken back by `restore`; empty without vectors."""
        if self._matrix is None:
            return {}
        self._grow(size)
        arrays = {"vectors": self._matrix.view[:size], "known": self._known.view[:size]}
        if size >= COARSE_FROM:
            coarse = self._scan(size)
            arrays |= {"coarse": coarse.bytes.view[:size], "scales": coarse.scales.view[:size]}
        return arrays

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take back what `kept` gave."""
        matrix, known = arrays["vectors"], arrays["known"]
        if matrix.ndim != 2 or len(matrix) != len(known):
            raise ValueError("the vectors do not fit their rows")
        self._matrix = Growing(np.float32, matrix.shape[1])
        self._matrix.restore(matrix)
        self._known.restore(known)
        if "coarse" in arrays and arrays["coarse"].shape == matrix.shape:
            self._coarse = CoarseScan(matrix.shape[1])
            self._coarse.bytes.restore(arrays["coarse"])
            self._coarse.scales.restore(arrays["scales"])
            self._scanned = len(matrix)
        self.version += 1

    def nbytes(self) -> int:
        """Bytes of vectors."""
        coarse = 0 if self._coarse is None else self._coarse.nbytes()
        return coarse + (0 if self._matrix is None else int(self._matrix.view.nbytes))

    def _grow(self, size: int) -> None:
        arrays: tuple[Any, ...] = (self._known,) if self._matrix is None else (self._known, self._matrix)
        for array in arrays:
            if size > len(array.view):
                array.resize(size)
