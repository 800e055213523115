"""The warm index: built from the store, kept fresh by the change log, asked by everybody."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from ..domain import Lesson
from ..domain.language import detect_language
from ..encoders import Encoder, VectorCache
from ..errors import KgError
from ..operations.lessons import LessonFilters, LessonHits, SearchLessons
from ..policy import ScopeFilter
from ..schema import Label
from ..store.protocol import GraphStore
from .answering import Answerer, question_vectors
from .answers import Question
from .closeness import Closeness, Neighbourhood
from .columns import Columns, Entry
from .encoding import ArmEncoding
from .fusion import WORDS
from .holdings import Holdings, all_versions, versions_of
from .lexical import query_terms
from .meanings import Meanings, meanings_of
from .rerank import Reranker
from .resemblance import Resembling
from .serving import ServedModels
from .snapshot import Snapshot
from .vectors import FLOATS, VectorArm

log = logging.getLogger(__name__)

SIMILAR_TERMS = 25
AT_ONCE = 48
"""A process that asks once encodes this many missing records before it answers."""
A_FEW = 16
"""So many texts that nobody waits for are read at a time."""
MANY_CHANGES = 500
"""After so many records the snapshot is written again."""


class SearchIndex:
    """Lessons found by words and by meaning. Thread-safe.

    Args:
        store: The graph.
        encoders: One arm of meaning each, by its name.
        cache: Where vectors are kept; None keeps them in memory only.
        pause: Seconds between looks at the change log once started.
        reranker: Reads the first hits again; None leaves the fused order.
        served: Which models served before: they go on until new ones are ready.
        snapshot: Folder in which the index is kept between runs; None builds it each time.
        native_above: With more lessons than this the vectors stay in an engine that has
            an index of its own for them; None never leaves them there.
    """

    def __init__(
        self,
        store: GraphStore,
        encoders: Mapping[str, Encoder],
        cache: VectorCache | None = None,
        *,
        pause: float = 0.5,
        reranker: Reranker | None = None,
        served: ServedModels | None = None,
        snapshot: Path | None = None,
        native_above: int | None = None,
    ) -> None:
        self._store = store
        self._cache = cache
        self._pause = pause
        self._served = served
        self._snapshot = Snapshot(snapshot) if snapshot is not None else None
        self._native_above = native_above if store.indexes_vectors else None
        self._lock = threading.RLock()  # held while rows are read or changed
        self._updating = threading.RLock()  # held by whoever applies the change log
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._warm = False
        self._revision = -1
        self._writes = -1
        self._completed = -1
        self._unsaved = 0
        self._held = Holdings()
        self._near = Neighbourhood(store)
        self._answerer = Answerer(store, reranker)
        self._settled = False
        self._arms = [ArmEncoding(VectorArm(name, encoder), store, cache) for name, encoder in encoders.items()]

    def search(self, request: SearchLessons, scope: ScopeFilter, today: date | None = None) -> LessonHits:
        """Lessons that answer a question, best first, with why; only what the scope covers.

        Args:
            request: What is asked.
            scope: What the asker may see.
            today: The day of asking: reviews that were due before it are told.
        """
        started = time.perf_counter()
        self._catch_up()
        language = detect_language(request.text)
        until = None if request.as_of is None else datetime.combine(
            request.as_of + timedelta(days=1), datetime.min.time(), UTC
        )  # fmt: skip
        near = Closeness()
        if request.project:
            edge = None if until is None else until.isoformat().replace("+00:00", "Z")
            near = self._near.of(request.project, scope, language, self._revision, edge)
        question = Question(
            text=request.text, terms=query_terms(request.text), language=language, scope=scope,
            filters=request.filters, limit=request.limit, offset=request.offset, fold=request.fold,
            at=None if until is None else until.timestamp(), today=request.as_of or today,
            near=near,
        )  # fmt: skip
        with self._lock:
            selection = self._held.selector.select(scope, request.filters, question.at)
        vectors = question_vectors(self._arms, request.text, language, selection)
        return self._answer(question, vectors, started)

    def resembling(self, text: str, scope: ScopeFilter, limit: int, today: date | None = None) -> list[Resembling]:
        """Lessons that are about the same as a text nobody asked with, best first: few or none.

        Args:
            text: Notes of a topic, say.
            scope: What the asker may see.
            limit: At most so many.
            today: Reviews that were due before it are told.
        """
        hits = self.search(SearchLessons(text=text, limit=min(100, 3 * limit)), scope, today).hits
        language = detect_language(text)
        with self._lock:
            selection = self._held.selector.select(scope, LessonFilters())
        vectors = question_vectors(self._arms, text, language, selection)
        with self._lock:
            return self._answerer.resembling(text, hits, vectors, scope, self._held, self._arms)[:limit]

    def prepare(self, texts: Sequence[str]) -> None:
        """Read many questions at once, so that asking them soon after is quick."""
        self._catch_up()
        spoken = {text: detect_language(text) for text in texts}
        for arm in self._arms:
            if arm.has_any(self._held.columns.in_use()):
                arm.read_questions([t for t, lang in spoken.items() if arm.languages is None or lang in arm.languages])

    def vectors_of(self, texts: Sequence[str]) -> FLOATS | None:
        """One row a text, all of one model that reads every language used; None when no model can.

        Texts are read a few at a time: questions of others come between.
        """
        spoken = {detect_language(text) for text in texts}
        for arm in sorted(self._arms, key=lambda arm: arm.languages is not None):
            if arm.languages is not None and not spoken <= arm.languages:
                continue
            for start in range(0, len(texts), A_FEW):
                arm.read_questions(texts[start : start + A_FEW])
                if arm.question(texts[start]) is None:
                    break  # the model cannot be used: `problem` of its arm says why
            else:
                rows = [arm.question(text) for text in texts]
                read = [row for row in rows if row is not None]
                if read and len(read) == len(rows):
                    return np.stack(read)
        return None

    def similar(self, lesson: Lesson, scope: ScopeFilter, limit: int) -> LessonHits:
        """Lessons most like one, without itself."""
        started = time.perf_counter()
        self._catch_up()
        text = lesson.search_text()
        vectors: dict[str, FLOATS] = {}
        with self._lock:
            row = self._held.columns.row_of.get(lesson.id)
            selection = self._held.selector.select(scope, LessonFilters())
            for arm in self._arms:
                own = None if row is None else arm.vectors.vector(row)
                if own is not None:
                    vectors[arm.name] = own.copy()
            terms = self._held.words.distinctive(query_terms(text), selection.visible, SIMILAR_TERMS)
        spoken = lesson.language or "en"
        if not vectors:
            vectors = question_vectors(self._arms, text, spoken, selection)
        question = Question(
            text=text, terms=terms, language=spoken, scope=scope, filters=LessonFilters(), limit=limit,
            without=lesson.id,
        )  # fmt: skip
        return self._answer(question, vectors, started)

    def meanings(self, texts: Sequence[str], at_most: int | None = None) -> list[Meanings]:
        """What some texts mean, in each model that understands them; for grouping notes and topics.

        Args:
            texts: The texts, the least wanted first.
            at_most: Read so many new texts now; asking again goes on with the rest. None reads all.
        """
        self._catch_up()
        return meanings_of(self._arms, texts, at_most)

    def reads(self, language: str) -> bool:
        """True when a model of the index understands a language, as far as is known."""
        return any(arm.problem is None and (arm.languages is None or language in arm.languages) for arm in self._arms)

    def refresh(self) -> int:
        """Apply what the change log holds; how many records were taken in or out."""
        with self._updating:
            writes = self._store.writes
            if self._revision < 0 or self._store.revision() < self._revision:
                self._build()
            touched: dict[str, None] = {}
            labels: set[str] = set()
            seen = self._revision
            while changes := self._store.changes(seen):
                seen = changes[-1].seq
                for change in changes:
                    labels.add(f"{change.label} links" if change.op.endswith("link") else change.label)
                    if change.label == Label.LESSON and not change.op.endswith("link"):
                        touched.update(dict.fromkeys(change.ids))
            self._take(list(touched))
            with self._lock:
                if f"{Label.LESSON} links" in labels:
                    self._held.read_links(self._store)
                if Label.LESSON_EVENT in labels:
                    self._held.read_events(self._store)
            self._revision = seen
            self._writes = writes
            self._unsaved += len(touched)
            return len(touched)

    def encode_pending(self, limit: int | None = None) -> int:
        """Make vectors that are missing; how many were made.

        Args:
            limit: Stop after this many records an arm.
        """
        made = 0
        for arm in self._arms:
            left = limit
            while not self._stop.is_set() and (left is None or left > 0):
                done = arm.encode_batch(self._rows, self._lock, left)
                if not done:
                    break
                made += done
                left = None if left is None else left - done
                if self._thread is threading.current_thread():
                    self.refresh()
        self._unsaved += made
        return made

    def pending(self) -> int:
        """How many vectors are still to be made, over all arms."""
        with self._lock:
            return sum(arm.waiting(self._held.columns) for arm in self._arms)

    def start(self) -> None:
        """Tail the change log and encode in a thread of its own."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="search-index", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop the thread, keep the index for the next start and close the cache; repeated calls do nothing."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
            self._thread = None
        self.save(least=1)
        for arm in self._arms:
            arm.close()
        if self._cache is not None:
            self._cache.close()

    def save(self, least: int = MANY_CHANGES) -> bool:
        """Keep the index in its folder when so many records changed; True when it was written."""
        if self._snapshot is None or self._revision < 0 or self._unsaved < least:
            return False
        with self._updating, self._lock:
            written = self._snapshot.write(self._held, self._arms, self._store, self._revision)
            self._unsaved = 0
        return written

    def nbytes(self) -> dict[str, int]:
        """Bytes of vectors and postings, by arm; `signatures` tell lessons that say the same."""
        with self._lock:
            return {
                WORDS: self._held.words.nbytes(),
                "signatures": self._held.signatures.nbytes(),
                **{arm.name: arm.vectors.nbytes() for arm in self._arms},
            }

    def _rows(self) -> tuple[Columns, FLOATS]:
        return self._held.columns, self._held.words.lengths(len(self._held.columns))

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.refresh()
                self._warm_up()
                self.encode_pending()
                self._complete_nodes()
                if self._completed == self._revision:
                    with self._updating, self._lock:
                        self._delegate()
                self.save()
            except KgError as error:
                log.warning("The search index waits: %s", error)
            except Exception:
                log.exception("The search index failed to follow the store; it tries again.")
            self._stop.wait(self._pause)

    def _warm_up(self) -> None:
        """Have the models ready before the first question, when there is something to find."""
        if self._warm or not self._held.columns.ids:
            return
        self._warm = True
        for arm in self._arms:
            arm.question("?")

    def _complete_nodes(self) -> None:
        if self._completed != self._revision:
            for arm in self._arms:
                with self._lock:
                    arm.list_bare_nodes(self._held.columns)
            self._completed = self._revision
        for arm in self._arms:
            wrote = False
            while arm.complete_nodes(lambda: self._held.columns, self._lock):
                wrote = True
                self.refresh()
                if self._stop.is_set() or not arm.calm():
                    break  # nodes serve analysts, who come later than questions
            if wrote and not arm.rewrite and self._served is not None:
                self._served.remember(arm.name, arm.vectors.encoder, on_nodes=True)

    def _catch_up(self) -> None:
        """Take in what was written since; other servers' writes within the pause of the thread."""
        if self._thread is not None and self._revision >= 0:
            if self._writes != self._store.writes:
                self.refresh()
        elif self._revision != self._store.revision():
            self.refresh()
        if self._thread is None and 0 < self.pending() <= AT_ONCE * len(self._arms):
            self.encode_pending()

    def _settle(self) -> None:
        """Let models that served before go on until their successors are ready."""
        if self._settled or self._served is None:
            return
        self._settled = True
        for place, arm in enumerate(self._arms):
            new = arm.vectors.encoder
            old, on_nodes = self._served.earlier(arm.name, new)
            if old is not None:
                self._arms[place] = ArmEncoding(
                    VectorArm(arm.name, old), self._store, self._cache, VectorArm(arm.name, new), self._took_over
                )
            else:
                arm.rewrite_all = not on_nodes
                self._served.remember(arm.name, new, on_nodes=on_nodes)

    def _took_over(self, arm: ArmEncoding) -> None:
        log.info("The arm %s is now served by %s.", arm.name, arm.vectors.encoder.name)
        if self._served is not None:
            self._served.remember(arm.name, arm.vectors.encoder, on_nodes=False)

    def _build(self) -> None:
        self._settle()
        with self._lock:
            self._held = Holdings()
            for arm in self._arms:
                arm.reset()
            kept = self._snapshot.read(self._held, self._arms, self._store) if self._snapshot is not None else None
        if kept is None:
            kept = self._store.revision()
            entries = all_versions(self._store)
            with self._lock:
                self._held = Holdings()
                for arm in self._arms:
                    arm.reset()
                self._add(entries)
            self._unsaved = len(entries)
        with self._lock:
            self._held.read_links(self._store)
            self._held.read_events(self._store)
            for arm in self._arms:
                if arm.rewrite_all:
                    arm.rewrite, arm.rewrite_all = list(self._held.columns.row_of), False
            self._revision = kept
            self._delegate()

    def _delegate(self) -> None:
        """Leave large arms to the engine, once its nodes carry their vectors."""
        if self._native_above is None or len(self._held.columns.row_of) <= self._native_above:
            return
        for arm in self._arms:
            if arm.delegated or arm.coming is not None or arm.rewrite:
                continue
            arm.list_bare_nodes(self._held.columns)
            if not arm.rewrite:
                arm.delegate(lambda: self._held.columns)
                log.info("The arm %s is now answered by the graph engine's own index.", arm.name)

    def _take(self, keys: Sequence[str]) -> None:
        if not keys:
            return
        versions = versions_of(self._store, keys)
        with self._lock:
            for key in set(keys) - {entry.id for entry in versions}:
                self._held.columns.drop(key)
            self._add(self._held.columns.take(versions))
            new_rows = self._held.compact()
            if new_rows is not None:
                for arm in self._arms:
                    arm.compact(new_rows)

    def _add(self, entries: Sequence[Entry]) -> None:
        first = len(self._held.columns)
        self._held.add(entries)
        for arm in self._arms:
            arm.take_kept(first, entries)

    def _answer(self, question: Question, vectors: Mapping[str, FLOATS], started: float) -> LessonHits:
        with self._lock:
            drafts, answer = self._answerer.order(question, vectors, self._held, self._arms)
            answer.revision = self._revision
        self._answerer.complete(question, drafts, answer)
        answer.seconds = round(time.perf_counter() - started, 6)
        return answer
