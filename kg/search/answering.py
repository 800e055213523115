"""Answering a question from what the index holds: order, parts, counts, hits."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np

from ..domain import LessonState
from ..errors import EncoderError
from ..operations.lessons import ArmState, LessonFilters, LessonHit, LessonHits
from ..policy import ScopeFilter
from ..store.protocol import GraphStore
from .answers import GRAPH, Details, Draft, Question, build_hits, score_parts
from .columns import MASK, ROWS, Columns
from .encoding import ArmEncoding
from .filters import Selection
from .fusion import WORDS, Meaning, fuse
from .holdings import Holdings
from .lexical import query_terms
from .nearest import largest
from .ranking import FEW, facets, find, rank
from .rerank import DEPTH, RERANKER, Reranker, rerank
from .resemblance import NEXT_BEST, Resembling, resemblance
from .standing import STANDING, losses, notices
from .vectors import FLOATS

log = logging.getLogger(__name__)

GRAPH_WEIGHT = 0.75
"""What the nearest lesson gains, in spreads of an arm: enough to decide between lessons that fit about equally."""
CLOSELY = 300
"""So many of the records that words find best get exact cosines."""


class Answerer:
    """Answers from holdings and arms.

    Args:
        store: Where the records of hits are read.
        reranker: Reads the first hits again; None leaves the fused order.
    """

    def __init__(self, store: GraphStore, reranker: Reranker | None) -> None:
        self._store = store
        self._reranker = reranker
        self._rerank_problem: str | None = None
        self._details = Details(store)
        self._told: tuple[object, list[ArmState]] | None = None

    def order(
        self, question: Question, vectors: Mapping[str, FLOATS], held: Holdings, arms: Sequence[ArmEncoding]
    ) -> tuple[list[Draft], LessonHits]:
        """Hits in order before their records are read, and the answer around them.

        The caller holds the index's lock.
        """
        columns = held.columns
        reach = question.offset + question.limit
        if self._reranker is not None:
            reach = max(reach, DEPTH)
        selection = held.selector.select(question.scope, question.filters, question.at)
        if question.without is not None:
            selection = selection.without(columns.row_of.get(question.without))
        words = held.words.score(question.terms, selection.visible, selection.wanted)
        closely = largest(words.scores, CLOSELY) if len(columns) > CLOSELY else None
        meanings = _meanings(arms, vectors, selection, closely)
        lengths = held.words.lengths(len(columns))
        fused = fuse(question.language, words, meanings, columns.coded["language"], selection.visible, lengths)
        failed = held.failed(question.scope) if question.at is None else []
        extra, raw = _extra(question, columns, selection.visible, failed)
        scores = fused.scores
        for values in extra.values():
            scores = scores + values
        found = find(fused, words, meanings, selection, max(FEW, question.limit))
        ranking = rank(
            scores, found, selection, columns, held.signatures, held.successors, columns.in_use(question.at), reach,
            fold=question.fold, keep_superseded=LessonState.SUPERSEDED in question.filters.state,
            language=question.language,
        )  # fmt: skip
        rows = ranking.kept
        parts = score_parts(rows, fused, words, meanings, selection.wanted, extra, raw, ranking)
        drafts = [
            Draft(
                row=row, key=columns.ids[row], revision=int(columns.revision.view[row]), parts=told,
                matched=held.words.matched(row, words.terms),
                notices=notices(columns, row, question.today, failed),
                folded=[columns.ids[other] for other in ranking.under.get(row, ())],
                replaces=[columns.ids[other] for other in ranking.replaces.get(row, ())],
                conflicts=sorted(held.conflicts.get(columns.ids[row], ())),
                standing=held.standing(int(columns.kin.view[row]), question.scope),
            )
            for row, told in zip(rows, parts, strict=True)
        ]  # fmt: skip
        answer = LessonHits(
            hits=[], total=ranking.total, facets=facets(columns, found), arms=self._states(arms, selection, columns),
        )  # fmt: skip
        return drafts, answer

    def resembling(
        self, text: str, hits: Sequence[LessonHit], vectors: Mapping[str, FLOATS], scope: ScopeFilter, held: Holdings,
        arms: Sequence[ArmEncoding],
    ) -> list[Resembling]:  # fmt: skip
        """Those hits that are really about the same as a text.

        The caller holds the index's lock.
        """
        columns, selection = held.columns, held.selector.select(scope, LessonFilters())
        words = held.words.score(query_terms(text), selection.visible, selection.wanted)
        meanings = _meanings(arms, vectors, selection, largest(words.scores, CLOSELY))
        visible = np.flatnonzero(selection.visible).astype(np.int32)
        lengths = held.words.lengths(len(columns))
        found = []
        for hit in hits:
            if hit.score < NEXT_BEST * hits[0].score:
                break
            keys = (hit.id, *(link.id for link in hit.folded), *(link.id for link in hit.replaces))
            rows = [row for key in keys if (row := columns.row_of.get(key)) is not None]
            if rows:
                like = resemblance(rows, words, meanings, columns.coded["language"], visible, lengths)
                if like.holds:
                    found.append(Resembling(hit, like))
        return found

    def complete(self, question: Question, drafts: list[Draft], answer: LessonHits) -> None:
        """Read the page's records and put its hits into the answer."""
        if self._reranker is not None and question.offset < DEPTH:
            drafts = self._reread(self._reranker, question, drafts)
            answer.arms.append(
                ArmState(name=RERANKER, model=self._reranker.name, records=DEPTH, problem=self._rerank_problem)
            )
        page = drafts[question.offset : question.offset + question.limit]
        details = self._details.of(page, answer.revision, past=question.at is not None)
        answer.hits = build_hits(page, details, question, question.offset + 1)

    def _states(self, arms: Sequence[ArmEncoding], selection: Selection, columns: Columns) -> list[ArmState]:
        key = (
            id(selection), columns.version,
            tuple((arm.vectors.version, arm.coming and arm.coming.version, arm.problem, arm.coming_problem)
                  for arm in arms),
        )  # fmt: skip
        if self._told is None or self._told[0] != key:
            self._told = (key, arm_states(arms, selection, columns))
        return [state.model_copy() for state in self._told[1]]

    def _reread(self, reranker: Reranker, question: Question, drafts: list[Draft]) -> list[Draft]:
        try:
            ordered = rerank(reranker, question.text, drafts, self._store)
            self._rerank_problem = None
            return ordered
        except EncoderError as error:
            if self._rerank_problem != error.message:
                log.warning("%s", error.message)
            self._rerank_problem = error.message
            return drafts


def question_vectors(arms: Sequence[ArmEncoding], text: str, language: str, selection: Selection) -> dict[str, FLOATS]:
    """The question's vector in each arm that can read it and has something to find."""
    found: dict[str, FLOATS] = {}
    for arm in arms if selection.count else ():
        understands = arm.languages is None or language in arm.languages
        if understands and arm.has_any(selection.wanted):
            vector = arm.question(text)
            if vector is not None:
                found[arm.name] = vector
                arm.vectors.prefetch(vector, selection.visible)
    return found


def _extra(
    question: Question, columns: Columns, visible: MASK, failed: Sequence[int]
) -> tuple[dict[str, FLOATS], dict[str, FLOATS]]:
    extra: dict[str, FLOATS] = {}
    raw: dict[str, FLOATS] = {}
    if question.near.strength:
        near = np.zeros(len(columns), np.float32)
        for key, strength in question.near.strength.items():
            row = columns.row_of.get(key) if question.at is None else columns.row_at(key, visible)
            if row is not None:
                near[row] = strength
        raw[GRAPH], extra[GRAPH] = near, near * np.float32(GRAPH_WEIGHT)
    lost = losses(columns, question.today, failed)
    if lost.any():
        extra[STANDING] = lost
    return extra, raw


def _meanings(
    arms: Sequence[ArmEncoding], vectors: Mapping[str, FLOATS], selection: Selection, closely: ROWS | None
) -> list[Meaning]:
    found = []
    size = len(selection.visible)
    for arm in arms:
        if arm.name in vectors:
            try:
                cosines = arm.vectors.scores(vectors[arm.name], selection.visible, closely)
            except EncoderError as error:
                arm.problem = error.message
                continue
            found.append(Meaning(arm.name, cosines, arm.vectors.known(size), arm.languages, arm.vectors.basis(size)))
    return found


def arm_states(arms: Sequence[ArmEncoding], selection: Selection, columns: Columns) -> list[ArmState]:
    """How far each arm is, as far as the asker may see."""
    states = [ArmState(name=WORDS, records=int(np.count_nonzero(selection.visible)))]
    for arm in arms:
        known = arm.vectors.known(len(columns)) & selection.visible
        missing = arm.suits(columns) & selection.visible & ~known
        states.append(
            ArmState(
                name=arm.name, model=arm.vectors.encoder.name, records=int(np.count_nonzero(known)),
                pending=int(np.count_nonzero(missing)), problem=arm.problem or arm.coming_problem,
                next_model=None if arm.coming is None else arm.coming.encoder.name,
                next_pending=0 if arm.coming is None else int(
                    np.count_nonzero(selection.visible[arm.missing(columns, arm.coming)])
                ),
            )
        )  # fmt: skip
    return states
