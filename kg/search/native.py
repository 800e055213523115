"""An arm of meaning whose vectors stay in the graph engine: for more lessons than memory should hold.

The engine's approximate index names the nearest nodes; everything else lies no nearer than
the last of them and gets that figure. The scale of the figures (see `fusion`) comes from
a sample of records that is held here. What this loses against the exact scan is measured in
`bench/native_index.py`. Words are always answered by the warm index: the engine cannot
filter before it retrieves, nor segment Chinese as the index does. Versions of earlier days
are not on nodes, so questions about them are answered by words.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..encoders import Encoder
from ..queries import statement
from ..schema import Label, vector_property
from ..store.protocol import GraphStore, Hit
from .columns import MASK, ROWS, Columns
from .vectors import FLOATS, VectorArm

SAMPLE = 2_048
NEAREST = 400
MOST = 5_000
FEW = 2_000
"""So few visible records are compared exactly, by the engine."""
KEPT = 256
PAGE = 500


class NativeVectorArm(VectorArm):
    """Vectors on nodes, searched by the engine's index.

    Args:
        name: The arm's name.
        encoder: Its one model.
        store: The engine.
        columns: Gives the index's rows.
    """

    def __init__(self, name: str, encoder: Encoder, store: GraphStore, columns: Callable[[], Columns]) -> None:
        super().__init__(name, encoder)
        self._store = store
        self._columns = columns
        self._sample: dict[int, FLOATS] = {}
        self._fresh: dict[int, FLOATS] = {}
        self._width: int | None = None
        self._answers: OrderedDict[tuple[bytes, int, bytes], list[Hit]] = OrderedDict()

    @property
    def dimension(self) -> int | None:
        """Length of a vector, once there is one."""
        return self._width

    def attach(self) -> None:
        """Learn which nodes carry a vector, and read the sample."""
        columns = self._columns()
        prop = vector_property(self.name)
        bare = {row["id"] for row in self._store.read(statement("search.without_vector", Label.LESSON), prop=prop)}
        self._grow(len(columns))
        current = np.flatnonzero(columns.alive.view)
        carried = [row for row in current.tolist() if columns.ids[row] not in bare]
        self._known.view[carried] = True
        step = max(1, len(carried) // SAMPLE)
        chosen = {columns.ids[row]: row for row in carried[::step][:SAMPLE]}
        keys = list(chosen)
        for start in range(0, len(keys), PAGE):
            page = keys[start : start + PAGE]
            for row in self._store.read(statement("search.vectors_of", Label.LESSON), ids=page, prop=prop):
                self._sample[chosen[row["id"]]] = np.asarray(row["vector"], np.float32)
        if self._sample:
            self._width = len(next(iter(self._sample.values())))
            self._store.ensure_vector_index(Label.LESSON, self.name, self._width)

    def put(self, row: int, vector: FLOATS) -> None:
        """Hold a vector until it is on its node."""
        self._width = self._width or len(vector)
        self._grow(max(row + 1, len(self._known.view)))
        self._known.view[row] = True
        self._fresh[row] = vector
        self.version += 1
        if len(self._sample) < SAMPLE:
            self._sample[row] = vector

    def written(self, row: int) -> None:
        """Let go of a vector that its node carries now."""
        self._fresh.pop(row, None)

    def vector(self, row: int) -> FLOATS | None:
        """The vector of a row, where it is held here."""
        found = self._fresh.get(row)
        return self._sample.get(row) if found is None else found

    def basis(self, size: int) -> MASK | None:
        """Rows whose figures are exact and stand for all."""
        rows = np.zeros(size, np.bool_)
        rows[[row for row in self._sample if row < size]] = True
        return rows

    def prefetch(self, question: FLOATS, visible: MASK) -> None:
        """Ask the engine, outside of any lock."""
        key = self._key(question, visible)
        if key not in self._answers:
            self._answers[key] = self._ask(question, visible)
            if len(self._answers) > KEPT:
                self._answers.popitem(last=False)

    def scores(self, question: FLOATS, visible: MASK, closely: ROWS | None = None) -> FLOATS:
        """Cosines of the nearest rows and of the sample; the rest gets the last of the nearest."""
        size = len(visible)
        self.prefetch(question, visible)
        hits = self._answers[self._key(question, visible)]
        columns = self._columns()
        found = {row: hit.score for hit in hits if (row := columns.row_of.get(hit.id)) is not None and row < size}
        held = {row: v for row, v in {**self._sample, **self._fresh}.items() if row < size}
        exact = np.stack(list(held.values())) @ question if held else np.zeros(0, np.float32)
        floor = min(found.values(), default=0.0)
        out: FLOATS = np.full(size, floor, np.float32)
        out[list(held)] = exact
        out[list(found)] = np.fromiter(found.values(), np.float32, len(found))
        self._grow(size)
        out *= visible & self._known.view[:size]
        return out

    def compact(self, new_rows: ROWS) -> None:
        """Drop rows that became negative."""
        self._grow(len(new_rows))
        self._known.keep(np.flatnonzero(new_rows >= 0))
        for held in (self._sample, self._fresh):
            moved = {int(new_rows[row]): vector for row, vector in held.items() if new_rows[row] >= 0}
            held.clear()
            held.update(moved)
        self.version += 1

    def kept(self, size: int) -> dict[str, NDArray[Any]]:
        """Nothing: the vectors are on the nodes."""
        return {}

    def nbytes(self) -> int:
        """Bytes of the vectors that are held here."""
        return sum(int(v.nbytes) for held in (self._sample, self._fresh) for v in held.values())

    def _ask(self, question: FLOATS, visible: MASK) -> list[Hit]:
        columns = self._columns()
        count = int(np.count_nonzero(visible))
        asked = [float(x) for x in question]
        if count <= FEW:
            ids = [columns.ids[row] for row in np.flatnonzero(visible)]
            return self._store.vector_search(Label.LESSON, self.name, asked, NEAREST, {"id": ids}) if ids else []
        most = min(MOST, NEAREST * -(-len(visible) // count))
        return self._store.vector_search(Label.LESSON, self.name, asked, most)

    def _key(self, question: FLOATS, visible: MASK) -> tuple[bytes, int, bytes]:
        seen = hashlib.blake2b(np.packbits(visible).tobytes(), digest_size=16).digest()
        return question.tobytes(), self._columns().version, seen
