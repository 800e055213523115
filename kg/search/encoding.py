"""Filling an arm of meaning: kept vectors first, missing ones made in small batches."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..encoders import VectorCache
from ..errors import EncoderError
from ..queries import statement
from ..schema import Label, vector_property
from ..store.protocol import GraphStore
from ..store.records import set_vectors
from .columns import MASK, ROWS, Columns, Entry
from .vectors import FLOATS, VectorArm

QUESTIONS_KEPT = 2048
CALM_SECONDS = 2.0
CALM_LETTERS, BUSY_LETTERS = 6_000, 1_500
"""Letters in one batch: small while people ask, so that no question waits long."""
MOST = 64


class ArmEncoding:
    """One arm with its model, its cache and its place on the graph's nodes."""

    def __init__(self, vectors: VectorArm, store: GraphStore, cache: VectorCache | None) -> None:
        self.vectors = vectors
        self.name = vectors.name
        self.problem: str | None = None
        self._store = store
        self._cache = cache
        self._questions: OrderedDict[str, FLOATS] = OrderedDict()
        self._guard = threading.Lock()
        self._last_question = 0.0
        self._suits: tuple[Columns, int, MASK] | None = None

    @property
    def languages(self) -> frozenset[str] | None:
        """What the model understands; None for many, or when there is no such model."""
        try:
            return self.vectors.encoder.languages
        except EncoderError as error:
            self.problem = error.message
            return None

    def reset(self) -> None:
        """Forget all rows; the model and what was asked stay."""
        self.vectors = VectorArm(self.name, self.vectors.encoder)

    def suits(self, columns: Columns) -> MASK:
        """Rows whose language the model understands."""
        kept = self._suits
        if kept is None or kept[0] is not columns or kept[1] != columns.version:
            languages = self.languages
            rows = columns.coded["language"].where(
                lambda value: languages is None or value is None or value in languages
            )
            self._suits = kept = (columns, columns.version, rows)
        return kept[2]

    def missing(self, columns: Columns) -> ROWS:
        """Rows in use that wait for a vector."""
        waits = columns.alive.view & self.suits(columns) & ~self.vectors.known(len(columns))
        return np.flatnonzero(waits).astype(np.int32)

    def has_any(self, rows: MASK) -> bool:
        """True when one of the rows has a vector: else the model need not be woken."""
        return bool((self.vectors.known(len(rows)) & rows).any())

    def question(self, text: str) -> FLOATS | None:
        """The vector of a question, or None when the model cannot give one."""
        with self._guard:
            kept = self._questions.get(text)
            if kept is not None:
                self._questions.move_to_end(text)
                return kept
        self._last_question = time.monotonic()
        try:
            vector: FLOATS = self.vectors.encoder.encode_queries([text])[0]
        except EncoderError as error:
            self.problem = error.message
            return None
        finally:
            self._last_question = time.monotonic()
        with self._guard:
            self._questions[text] = vector
            if len(self._questions) > QUESTIONS_KEPT:
                self._questions.popitem(last=False)
        return vector

    def take_kept(self, first: int, entries: Sequence[Entry]) -> None:
        """Fill new rows from the cache."""
        if self._cache is None or not entries:
            return
        try:
            key = self._document_key()
            for place, vector in self._cache.get(key, [entry.text for entry in entries]).items():
                self.vectors.put(first + place, vector)
        except EncoderError as error:
            self.problem = error.message

    def encode_batch(self, current: Callable[[], Columns], lock: threading.RLock, limit: int | None = None) -> int:
        """Make the next few vectors; how many. 0 when none is missing or the model is unusable."""
        if self.problem is not None:
            return 0
        with lock:
            columns = current()
            rows = {columns.ids[row]: int(row) for row in self.missing(columns)[: min(MOST, limit or MOST)]}
        if not rows:
            return 0
        keys = list(rows)
        texts = {
            row["id"]: row["text"] for row in self._store.read(statement("search.texts_of", Label.LESSON), ids=keys)
        }
        batch = self._small(sorted(texts.items(), key=lambda item: len(item[1])))
        if not batch:
            return 0
        try:
            made = self.vectors.encoder.encode_documents([text for _, text in batch])
            if self._cache is not None:
                self._cache.put(self._document_key(), {text: v for (_, text), v in zip(batch, made, strict=True)})
            with lock:
                for (key, _), vector in zip(batch, made, strict=True):
                    if current().row_of.get(key) == rows[key]:  # else it was changed or moved meanwhile
                        self.vectors.put(rows[key], vector)
        except EncoderError as error:
            self.problem = error.message
            return 0
        self._write(dict(zip((key for key, _ in batch), made, strict=True)))
        return len(batch)

    def complete_nodes(self, current: Callable[[], Columns], lock: threading.RLock) -> int:
        """Put vectors on nodes that lack them though the index has them; how many."""
        found = self._store.read(statement("search.without_vector", Label.LESSON), prop=vector_property(self.name))
        vectors: dict[str, FLOATS] = {}
        with lock:
            for key in (row["id"] for row in found[:MOST]):
                row = current().row_of.get(key)
                vector = None if row is None else self.vectors.vector(row)
                if vector is not None:
                    vectors[key] = vector.copy()
        self._write(vectors)
        return len(vectors)

    def close(self) -> None:
        """Let go of the model."""
        release = getattr(self.vectors.encoder, "close", None)
        if release is not None:
            release()

    def _write(self, vectors: Mapping[str, FLOATS]) -> None:
        set_vectors(self._store, Label.LESSON, vector_property(self.name), {k: v.tolist() for k, v in vectors.items()})

    def _small(self, waiting: list[tuple[str, str]]) -> list[tuple[str, str]]:
        calm = time.monotonic() - self._last_question > CALM_SECONDS
        letters = CALM_LETTERS if calm else BUSY_LETTERS
        batch: list[tuple[str, str]] = []
        for item in waiting:
            letters -= len(item[1])
            if batch and letters < 0:
                break
            batch.append(item)
        return batch

    def _document_key(self) -> str:
        return f"{self.vectors.encoder.key} document"
