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
from .native import NativeVectorArm
from .vectors import FLOATS, VectorArm

QUESTIONS_KEPT = 2048
CALM_SECONDS = 2.0
CALM_LETTERS, BUSY_LETTERS = 6_000, 1_500
"""Letters in one batch: small while people ask, so that no question waits long."""
MOST = 64


class ArmEncoding:
    """One arm with its model, its cache and its place on the graph's nodes.

    While another model is to take over, `coming` fills beside `vectors`, which serve until
    it is complete.

    Args:
        vectors: What serves.
        store: The graph.
        cache: Where vectors are kept.
        coming: The arm of the model that is to take over.
        took_over: Called after it did.
    """

    def __init__(
        self,
        vectors: VectorArm,
        store: GraphStore,
        cache: VectorCache | None,
        coming: VectorArm | None = None,
        took_over: Callable[[ArmEncoding], None] | None = None,
    ) -> None:
        self.vectors = vectors
        self.coming = coming
        self.name = vectors.name
        self.problem: str | None = None
        self.coming_problem: str | None = None
        self.rewrite: list[str] = []
        """Ids of nodes that lack a vector or still carry the vectors of an earlier model."""
        self.rewrite_all = False
        self._store = store
        self._cache = cache
        self._took_over = took_over
        self._questions: OrderedDict[str, FLOATS] = OrderedDict()
        self._guard = threading.Lock()
        self._last_question = 0.0
        self._suits: dict[str, tuple[Columns, int, MASK]] = {}

    @property
    def languages(self) -> frozenset[str] | None:
        """What the model understands; None for many, or when there is no such model."""
        return self._languages(self.vectors)

    def reset(self) -> None:
        """Forget all rows; the models and what was asked stay."""
        self.vectors = VectorArm(self.name, self.vectors.encoder)
        if self.coming is not None:
            self.coming = VectorArm(self.name, self.coming.encoder)

    def compact(self, new_rows: ROWS) -> None:
        """Drop rows that became negative."""
        for arm in self._both():
            arm.compact(new_rows)

    def suits(self, columns: Columns, arm: VectorArm | None = None) -> MASK:
        """Rows whose language the model understands."""
        arm = arm or self.vectors
        kept = self._suits.get(arm.encoder.name)
        if kept is None or kept[0] is not columns or kept[1] != columns.version:
            languages = self._languages(arm)
            rows = columns.coded["language"].where(
                lambda value: languages is None or value is None or value in languages
            )
            self._suits[arm.encoder.name] = kept = (columns, columns.version, rows)
        return kept[2]

    def missing(self, columns: Columns, arm: VectorArm | None = None) -> ROWS:
        """Rows in use that wait for a vector."""
        arm = arm or self.vectors
        waits = columns.alive.view & self.suits(columns, arm) & ~arm.known(len(columns))
        return np.flatnonzero(waits).astype(np.int32)

    def waiting(self, columns: Columns) -> int:
        """How many vectors are still to be made, those of a model to come included."""
        return sum(len(self.missing(columns, arm)) for arm in self._both())

    def has_any(self, rows: MASK) -> bool:
        """True when one of the rows has a vector: else the model need not be woken."""
        return bool((self.vectors.known(len(rows)) & rows).any())

    def question(self, text: str) -> FLOATS | None:
        """The vector of a question, or None when the model cannot give one."""
        self._last_question = time.monotonic()
        with self._guard:
            kept = self._questions.get(text)
            if kept is not None:
                self._questions.move_to_end(text)
                return kept
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

    def read_questions(self, texts: Sequence[str]) -> None:
        """Make the vectors of many questions at once, for when they are asked."""
        with self._guard:
            new = [text for text in dict.fromkeys(texts) if text not in self._questions][:QUESTIONS_KEPT]
        if not new:
            return
        try:
            made = self.vectors.encoder.encode_queries(new)
        except EncoderError as error:
            self.problem = error.message
            return
        with self._guard:
            self._questions.update(zip(new, made, strict=True))
            while len(self._questions) > QUESTIONS_KEPT:
                self._questions.popitem(last=False)

    def read_texts(self, texts: Sequence[str], at_most: int | None = None) -> dict[int, FLOATS]:
        """Vectors of texts that are no records, by place; kept ones are not made again.

        Args:
            texts: The texts, the least wanted first.
            at_most: Make so many that are not kept and leave the rest out; None makes all.

        Raises:
            EncoderError: The model cannot be used.
        """
        kept = self._cache.get(_key(self.vectors), texts) if self._cache is not None else {}
        missing = [place for place in range(len(texts)) if place not in kept]
        if at_most is not None and self._cache is not None:  # without a cache they would be left out for ever
            missing = missing[max(0, len(missing) - at_most) :]
        made = self._vectors_of(self.vectors, [texts[place] for place in missing]) if missing else []
        return kept | dict(zip(missing, made, strict=True))

    def take_kept(self, first: int, entries: Sequence[Entry]) -> None:
        """Fill new rows from the cache."""
        if self._cache is None or not entries:
            return
        for arm in self._both():
            try:
                for place, vector in self._cache.get(_key(arm), [entry.text for entry in entries]).items():
                    arm.put(first + place, vector)
            except EncoderError as error:
                self._note(arm, error)

    def encode_batch(
        self, current: Callable[[], tuple[Columns, FLOATS]], lock: threading.RLock, limit: int | None = None
    ) -> int:
        """Make the next few vectors; how many. 0 when none is missing or the model is unusable.

        Texts of a length go together, the shortest first, so that no text waits for the
        padding of a longer one; vectors of a model to come are made after those that are
        missing now.

        Args:
            current: Gives the columns and how many terms each row has.
            lock: Held while rows are read or changed.
            limit: At most so many.
        """
        for arm in self._both():
            if self.problem is not None and arm is self.vectors:
                continue
            made = self._encode_some(arm, current, lock, min(MOST, limit or MOST))
            if made:
                return made
        self._take_over(current, lock)
        return 0

    def _encode_some(
        self, arm: VectorArm, current: Callable[[], tuple[Columns, FLOATS]], lock: threading.RLock, most: int
    ) -> int:
        with lock:
            columns, lengths = current()
            waiting = self.missing(columns, arm)
            waiting = waiting[np.argsort(lengths[waiting], kind="stable")][:most]
            rows = {columns.ids[row]: int(row) for row in waiting}
        if not rows:
            return 0
        read = self._store.read(statement("search.texts_of", Label.LESSON), ids=list(rows))
        texts = {row["id"]: row["text"] for row in read}
        batch = self._small(sorted(texts.items(), key=lambda item: len(item[1])))
        if not batch:
            return 0
        try:
            made = self._vectors_of(arm, [text for _, text in batch])
            with lock:
                for (key, _), vector in zip(batch, made, strict=True):
                    if current()[0].row_of.get(key) == rows[key]:  # else it was changed or moved meanwhile
                        arm.put(rows[key], vector)
        except EncoderError as error:
            self._note(arm, error)
            return 0
        if arm is self.vectors:
            self._write(dict(zip((key for key, _ in batch), made, strict=True)))
            for row in rows.values():
                arm.written(row)
        return len(batch)

    def _vectors_of(self, arm: VectorArm, texts: list[str]) -> list[FLOATS]:
        kept = self._cache.get(_key(arm), texts) if self._cache is not None else {}
        missing = [place for place in range(len(texts)) if place not in kept]
        if missing:
            made = arm.encoder.encode_documents([texts[place] for place in missing])
            kept.update(zip(missing, made, strict=True))
            if self._cache is not None:
                self._cache.put(_key(arm), {texts[p]: v for p, v in zip(missing, made, strict=True)})
        return [kept[place] for place in range(len(texts))]

    def _take_over(self, current: Callable[[], tuple[Columns, FLOATS]], lock: threading.RLock) -> None:
        """Let the model to come serve once it knows every record."""
        with lock:
            coming = self.coming
            columns, _ = current()
            if coming is None or self.coming_problem or len(self.missing(columns, coming)):
                return
            self.vectors, self.coming, self.problem = coming, None, None
            self.rewrite = list(columns.row_of)
            with self._guard:
                self._questions.clear()
        if self._took_over is not None:
            self._took_over(self)

    def list_bare_nodes(self, columns: Columns) -> None:
        """Learn which nodes have no vector of this arm though there is one."""
        prop = vector_property(self.name)
        bare = (row["id"] for row in self._store.read(statement("search.without_vector", Label.LESSON), prop=prop))
        rows = ((key, columns.row_of.get(key)) for key in bare)
        held = [key for key, row in rows if row is not None and self.vectors.vector(row) is not None]
        self.rewrite = list(dict.fromkeys([*self.rewrite, *held]))

    def complete_nodes(self, current: Callable[[], Columns], lock: threading.RLock) -> bool:
        """Put vectors on the next few nodes that lack them or carry an earlier model's; False when done."""
        if not self.rewrite:
            return False
        keys, self.rewrite = self.rewrite[:MOST], self.rewrite[MOST:]
        vectors: dict[str, FLOATS] = {}
        with lock:
            for key in keys:
                row = current().row_of.get(key)
                vector = None if row is None else self.vectors.vector(row)
                if vector is not None:
                    vectors[key] = vector.copy()
        self._write(vectors)
        with lock:
            for key in vectors:
                if (row := current().row_of.get(key)) is not None:
                    self.vectors.written(row)
        return True

    def delegate(self, columns: Callable[[], Columns]) -> None:
        """Leave the vectors to the graph engine's own index from now on."""
        native = NativeVectorArm(self.name, self.vectors.encoder, self._store, columns)
        native.attach()
        self.vectors = native

    @property
    def delegated(self) -> bool:
        """True when the graph engine answers for this arm."""
        return isinstance(self.vectors, NativeVectorArm)

    def close(self) -> None:
        """Let go of the models."""
        for arm in self._both():
            release = getattr(arm.encoder, "close", None)
            if release is not None:
                release()

    def _both(self) -> list[VectorArm]:
        return [self.vectors] if self.coming is None else [self.vectors, self.coming]

    def _languages(self, arm: VectorArm) -> frozenset[str] | None:
        try:
            return arm.encoder.languages
        except EncoderError as error:
            self._note(arm, error)
            return None

    def _note(self, arm: VectorArm, error: EncoderError) -> None:
        if arm is self.vectors:
            self.problem = error.message
        else:
            self.coming_problem = error.message

    def _write(self, vectors: Mapping[str, FLOATS]) -> None:
        set_vectors(self._store, Label.LESSON, vector_property(self.name), {k: v.tolist() for k, v in vectors.items()})

    def calm(self) -> bool:
        """True when nobody has asked for a while."""
        return time.monotonic() - self._last_question > CALM_SECONDS

    def _small(self, waiting: list[tuple[str, str]]) -> list[tuple[str, str]]:
        letters = CALM_LETTERS if self.calm() else BUSY_LETTERS
        batch: list[tuple[str, str]] = []
        for item in waiting:
            letters -= len(item[1])
            if batch and letters < 0:
                break
            batch.append(item)
        return batch


def _key(arm: VectorArm) -> str:
    return f"{arm.encoder.key} document"
