"""The warm index: built from the store, kept fresh by the change log, asked by everybody."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence

import numpy as np

from ..domain import Lesson
from ..domain.language import detect_language
from ..encoders import Encoder, VectorCache
from ..errors import EncoderError, KgError
from ..operations.lessons import ArmState, LessonFilters, LessonHit, LessonHits, ScorePart, SearchLessons
from ..policy import ScopeFilter
from ..queries import statement
from ..schema import Label
from ..store.protocol import GraphStore
from .answers import build_hit
from .columns import ROWS, Columns, Entry
from .encoding import ArmEncoding
from .filters import Selection, Selector
from .fusion import WORDS, Fused, Meaning, fuse
from .lexical import LexicalArm, QueryTerm, WordScores, query_terms, term_counts
from .vectors import FLOATS, VectorArm

log = logging.getLogger(__name__)

NEAREST = 50
"""How many records each model may add to those that words found."""
PLACES = 4
"""Digits after the point in scores that people see."""
SIMILAR_TERMS = 25
AT_ONCE = 48
"""A process that asks once encodes this many missing records before it answers."""


class SearchIndex:
    """Lessons found by words and by meaning. Thread-safe.

    Args:
        store: The graph.
        encoders: One arm of meaning each, by its name.
        cache: Where vectors are kept; None keeps them in memory only.
        pause: Seconds between looks at the change log once started.
    """

    def __init__(
        self,
        store: GraphStore,
        encoders: Mapping[str, Encoder],
        cache: VectorCache | None = None,
        *,
        pause: float = 0.5,
    ) -> None:
        self._store = store
        self._cache = cache
        self._pause = pause
        self._lock = threading.RLock()  # held while rows are read or changed
        self._updating = threading.RLock()  # held by whoever applies the change log
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._warm = False
        self._revision = -1
        self._completed = -1
        self._columns = Columns()
        self._selector = Selector(self._columns)
        self._words = LexicalArm()
        self._arms = [ArmEncoding(VectorArm(name, encoder), store, cache) for name, encoder in encoders.items()]

    def search(self, request: SearchLessons, scope: ScopeFilter) -> LessonHits:
        """Lessons that answer a question, best first, with why; only what the scope covers."""
        started = time.perf_counter()
        self._catch_up()
        question = query_terms(request.text)
        language = detect_language(request.text)
        with self._lock:
            selection = self._selector.select(scope, request.filters)
        vectors = self._question_vectors(request.text, language, selection)
        return self._answer(question, language, vectors, scope, request.filters, request.limit, request.offset, started)

    def similar(self, lesson: Lesson, scope: ScopeFilter, limit: int) -> LessonHits:
        """Lessons most like one, without itself."""
        started = time.perf_counter()
        self._catch_up()
        text = lesson.search_text()
        vectors: dict[str, FLOATS] = {}
        with self._lock:
            row = self._columns.row_of.get(lesson.id)
            selection = self._selector.select(scope, LessonFilters())
            for arm in self._arms:
                own = None if row is None else arm.vectors.vector(row)
                if own is not None:
                    vectors[arm.name] = own.copy()
        spoken = lesson.language or "en"
        if not vectors:
            vectors = self._question_vectors(text, spoken, selection)
        question = self._words.distinctive(query_terms(text), selection.visible, SIMILAR_TERMS)
        return self._answer(question, spoken, vectors, scope, LessonFilters(), limit, 0, started, without=lesson.id)

    def refresh(self) -> int:
        """Apply what the change log holds; how many records were taken in or out."""
        with self._updating:
            if self._revision < 0 or self._store.revision() < self._revision:
                return self._build()
            touched: dict[str, None] = {}
            seen = self._revision
            while changes := self._store.changes(seen):
                seen = changes[-1].seq
                for change in changes:
                    if change.label == Label.LESSON and change.op != "link":
                        touched.update(dict.fromkeys(change.ids))
            self._take(list(touched))
            self._revision = seen
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
                done = arm.encode_batch(lambda: self._columns, self._lock, left)
                if not done:
                    break
                made += done
                left = None if left is None else left - done
                if self._thread is threading.current_thread():
                    self.refresh()
        return made

    def pending(self) -> int:
        """How many vectors are still to be made, over all arms."""
        with self._lock:
            return sum(len(arm.missing(self._columns)) for arm in self._arms)

    def start(self) -> None:
        """Tail the change log and encode in a thread of its own."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="search-index", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop the thread and close the cache; repeated calls do nothing."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
            self._thread = None
        for arm in self._arms:
            arm.close()
        if self._cache is not None:
            self._cache.close()

    def nbytes(self) -> dict[str, int]:
        """Bytes of vectors and postings, by arm."""
        with self._lock:
            return {WORDS: self._words.nbytes(), **{arm.name: arm.vectors.nbytes() for arm in self._arms}}

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.refresh()
                self._warm_up()
                self.encode_pending()
                self._complete_nodes()
            except KgError as error:
                log.warning("The search index waits: %s", error)
            except Exception:
                log.exception("The search index failed to follow the store; it tries again.")
            self._stop.wait(self._pause)

    def _warm_up(self) -> None:
        """Have the models ready before the first question, when there is something to find."""
        if self._warm or not self._columns.ids:
            return
        self._warm = True
        for arm in self._arms:
            arm.question("?")

    def _complete_nodes(self) -> None:
        if self._completed == self._revision:
            return
        for arm in self._arms:
            while not self._stop.is_set() and arm.complete_nodes(lambda: self._columns, self._lock):
                pass
        self._completed = self._revision

    def _catch_up(self) -> None:
        if self._revision != self._store.revision():
            self.refresh()
        if self._thread is None and 0 < self.pending() <= AT_ONCE * len(self._arms):
            self.encode_pending()

    def _build(self) -> int:
        revision = self._store.revision()
        rows = self._store.read(statement("search.lesson_entries"))
        with self._lock:
            self._columns = Columns()
            self._selector = Selector(self._columns)
            self._words = LexicalArm()
            for arm in self._arms:
                arm.reset()
            self._add([Entry.of(row) for row in rows])
            self._revision = revision
        return len(rows)

    def _take(self, keys: Sequence[str]) -> None:
        if not keys:
            return
        rows = self._store.read(statement("search.lesson_entries_of"), ids=list(keys))
        with self._lock:
            for key in keys:
                self._columns.remove(key)
            self._add([Entry.of(row) for row in rows])
            if self._columns.dead > max(1000, len(self._columns) // 4):
                new_rows = self._columns.compact()
                self._words.compact(new_rows)
                for arm in self._arms:
                    arm.vectors.compact(new_rows)

    def _add(self, entries: Sequence[Entry]) -> None:
        first = len(self._columns)
        for entry in entries:
            self._words.add(self._columns.add(entry), term_counts(entry.text))
        for arm in self._arms:
            arm.take_kept(first, entries)

    def _question_vectors(self, text: str, language: str, selection: Selection) -> dict[str, FLOATS]:
        found: dict[str, FLOATS] = {}
        for arm in self._arms if selection.count else ():
            understands = arm.languages is None or language in arm.languages
            if understands and arm.has_any(selection.wanted):
                vector = arm.question(text)
                if vector is not None:
                    found[arm.name] = vector
        return found

    def _answer(
        self, question: Sequence[QueryTerm], language: str, vectors: Mapping[str, FLOATS], scope: ScopeFilter,
        filters: LessonFilters, limit: int, offset: int, started: float, without: str | None = None,
    ) -> LessonHits:  # fmt: skip
        with self._lock:
            selection = self._selector.select(scope, filters)
            if without is not None:
                selection = selection.without(self._columns.row_of.get(without))
            words = self._words.score(question, selection.visible, selection.wanted)
            meanings = self._meanings(vectors, selection)
            lengths = self._words.lengths(len(self._columns))
            fused = fuse(language, words, meanings, self._columns.coded["language"], selection.visible, lengths)
            rows, order = _best(fused, words, meanings, selection, offset + limit)
            drafts = self._drafts(order[offset:], fused, words, meanings, selection)
            answer = LessonHits(
                hits=[],
                total=len(rows),
                facets=self._columns.facets(rows),
                arms=self._states(selection),
                revision=self._revision,
            )
        answer.hits = self._hits(drafts, scope)
        answer.seconds = round(time.perf_counter() - started, 6)
        return answer

    def _meanings(self, vectors: Mapping[str, FLOATS], selection: Selection) -> list[Meaning]:
        found = []
        for arm in self._arms:
            if arm.name in vectors:
                try:
                    cosines = arm.vectors.scores(vectors[arm.name], selection.visible)
                except EncoderError as error:
                    arm.problem = error.message
                    continue
                found.append(Meaning(arm.name, cosines, arm.vectors.known(len(self._columns)), arm.languages))
        return found

    def _drafts(
        self, shown: ROWS, fused: Fused, words: WordScores, meanings: Sequence[Meaning], selection: Selection
    ) -> list[tuple[str, list[ScorePart], list[QueryTerm]]]:
        arms = [(WORDS, words.scores, words.scores > 0)]
        arms += [(m.name, m.cosines, selection.wanted & m.known) for m in meanings]
        compared = [np.where(spoke, raw, _LAST) for _, raw, spoke in arms]
        drafts = []
        for row in shown:
            parts = []
            for (name, raw, spoke), others in zip(arms, compared, strict=True):
                if spoke[row]:
                    rank = int(np.count_nonzero(others > raw[row])) + 1
                    score = round(float(fused.parts[name][row]), PLACES)
                    parts.append(ScorePart(arm=name, rank=rank, raw=round(float(raw[row]), PLACES), score=score))
                else:
                    parts.append(ScorePart(arm=name, score=0.0))
            drafts.append((self._columns.ids[row], parts, self._words.matched(int(row), words.terms)))
        return drafts

    def _hits(
        self, drafts: Sequence[tuple[str, list[ScorePart], list[QueryTerm]]], scope: ScopeFilter
    ) -> list[LessonHit]:
        keys = [key for key, _, _ in drafts]
        rows = self._store.read(statement("search.lesson_details"), ids=keys) if keys else []
        details = {row["id"]: row for row in rows}
        hits = []
        for key, parts, matched in drafts:
            detail = details.get(key)
            if detail is None or not scope.covers(detail["project"], detail["unit"], bool(detail["confidential"])):
                continue  # gone or out of sight since the index last looked
            hits.append(build_hit(detail, parts, matched, scope))
        return hits

    def _states(self, selection: Selection) -> list[ArmState]:
        states = [ArmState(name=WORDS, records=int(np.count_nonzero(selection.visible)))]
        for arm in self._arms:
            known = arm.vectors.known(len(self._columns)) & selection.visible
            missing = arm.suits(self._columns) & selection.visible & ~known
            states.append(
                ArmState(
                    name=arm.name, model=arm.vectors.encoder.name, records=int(np.count_nonzero(known)),
                    pending=int(np.count_nonzero(missing)), problem=arm.problem,
                )
            )  # fmt: skip
        return states


_LAST = np.float32(-np.inf)


def _best(
    fused: Fused, words: WordScores, meanings: Sequence[Meaning], selection: Selection, count: int
) -> tuple[ROWS, ROWS]:
    """All rows that were found, and the best of them in order."""
    found = words.scores > 0
    for meaning in meanings:
        candidates = np.flatnonzero(selection.wanted & meaning.known)
        if len(candidates) > NEAREST:
            near = np.argpartition(-fused.parts[meaning.name][candidates], NEAREST - 1)[:NEAREST]
            candidates = candidates[near]
        found[candidates] = True
    rows = np.flatnonzero(found).astype(np.int32)
    scores = fused.scores[rows]
    if len(rows) > count:
        limit = np.partition(scores, len(scores) - count)[len(scores) - count]
        kept = scores >= limit
        top, scores = rows[kept], scores[kept]
    else:
        top = rows
    order = np.lexsort((top, -scores))[:count]
    return rows, top[order]
