"""The largest of many figures, and a fast first scan that says where to look for them."""

from __future__ import annotations

import numpy as np
import simsimd
from numpy.typing import NDArray

from .columns import ROWS, Growing

FLOATS = NDArray[np.float32]
SAMPLED_FROM = 8_192
STRIDE_SAMPLE = 2_048
SPARE = 10
"""A sampled threshold lets through so many times what is wanted."""


def largest(values: FLOATS, count: int) -> ROWS:
    """Places of the `count` largest values, in no order; of equal ones any.

    For many values a threshold is read from an evenly spaced sample first, so that only
    a few need be compared; where the sample misleads, all are.
    """
    size = len(values)
    if size <= count:
        return np.arange(size, dtype=np.int32)
    if size >= SAMPLED_FROM and count * SPARE * 4 < size:
        sample = values[:: max(1, size // STRIDE_SAMPLE)]
        place = max(2, int(len(sample) * count * SPARE / size))
        limit = np.partition(sample, len(sample) - place)[len(sample) - place]
        rows = np.flatnonzero(values > limit)
        if count <= len(rows) <= size // 4:
            kept = values[rows]
            return rows[np.argpartition(kept, len(rows) - count)[len(rows) - count :]].astype(np.int32)
    return np.argpartition(values, size - count)[size - count :].astype(np.int32)


class CoarseScan:
    """Vectors in one byte a number: a quarter of the memory to read, cosines to about a hundredth.

    What it finds nearest is compared again with the vectors themselves; the rest needs no
    more than to be placed in the crowd.
    """

    def __init__(self, width: int) -> None:
        self.bytes = Growing(np.int8, width)
        self.scales = Growing(np.float32)

    def put(self, first: int, vectors: FLOATS) -> None:
        """Keep the vectors of rows from `first` on."""
        end = first + len(vectors)
        if end > len(self.scales.view):
            self.bytes.resize(end)
            self.scales.resize(end)
        scales = np.abs(vectors).max(axis=1, initial=0.0) / 127
        scales[scales == 0] = 1
        self.bytes.view[first:end] = np.rint(vectors / scales[:, None]).astype(np.int8)
        self.scales.view[first:end] = scales

    def scores(self, question: FLOATS, size: int) -> FLOATS:
        """Approximate cosines of the first `size` rows."""
        if size > len(self.scales.view):
            self.bytes.resize(size)
            self.scales.resize(size)
        scale = float(np.abs(question).max()) / 127 or 1.0
        asked = np.rint(question / scale).astype(np.int8)
        found = np.asarray(simsimd.cdist(asked[None, :], self.bytes.view[:size], metric="dot"))[0]
        out: FLOATS = found.astype(np.float32)
        out *= self.scales.view[:size] * np.float32(scale)
        return out

    def keep(self, rows: ROWS) -> None:
        """Drop all other rows."""
        self.bytes.keep(rows)
        self.scales.keep(rows)

    def nbytes(self) -> int:
        """Bytes of the scan."""
        return int(self.bytes.view.nbytes + self.scales.view.nbytes)
