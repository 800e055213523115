"""An arm of meaning: exact search over the vectors of one model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..encoders import Encoder
from ..errors import EncoderError
from .columns import MASK, ROWS, Growing

FLOATS = NDArray[np.float32]


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

    @property
    def dimension(self) -> int | None:
        """Length of a vector, once there is one."""
        return None if self._matrix is None else int(self._matrix.view.shape[1])

    def known(self, size: int) -> MASK:
        """Rows that have a vector, for an index of `size` rows."""
        self._grow(size)
        return self._known.view[:size]

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

    def scores(self, question: FLOATS, visible: MASK) -> FLOATS:
        """Cosines of the rows that may be seen and have a vector; 0 elsewhere.

        Only those rows are read: few of them cost little, whatever the index holds.
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
        whole: FLOATS = matrix @ question
        whole *= seen
        return whole

    def compact(self, new_rows: ROWS) -> None:
        """Drop rows that became negative; the rest keep their order."""
        self._grow(len(new_rows))
        kept = np.flatnonzero(new_rows >= 0)
        self._known.keep(kept)
        if self._matrix is not None:
            self._matrix.keep(kept)

    def kept(self, size: int) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """Vectors and which rows have one, for an index of `size` rows; None without any."""
        if self._matrix is None:
            return None
        self._grow(size)
        return self._matrix.view[:size], self._known.view[:size]

    def restore(self, matrix: NDArray[Any], known: NDArray[Any]) -> None:
        """Take back what `kept` gave."""
        if matrix.ndim != 2 or len(matrix) != len(known):
            raise ValueError("the vectors do not fit their rows")
        self._matrix = Growing(np.float32, matrix.shape[1])
        self._matrix.restore(matrix)
        self._known.restore(known)

    def nbytes(self) -> int:
        """Bytes of vectors."""
        return 0 if self._matrix is None else int(self._matrix.view.nbytes)

    def _grow(self, size: int) -> None:
        arrays: tuple[Any, ...] = (self._known,) if self._matrix is None else (self._known, self._matrix)
        for array in arrays:
            if size > len(array.view):
                array.resize(size)
