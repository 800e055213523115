"""An answer as it is shown: what each arm said, the order, and the hits with their reasons."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from ..domain.standing import ACCEPTED, Standing
from ..operations.lessons import LessonFilters, LessonHit, LessonLink, Notice, ScorePart
from ..policy import ScopeFilter
from ..queries import statement
from ..store.protocol import GraphStore
from .closeness import Closeness
from .explain import passages, shown_terms
from .fusion import WORDS, Fused, Meaning
from .lexical import QueryTerm, WordScores
from .ranking import Ranking
from .vectors import FLOATS

PLACES = 4
"""Digits after the point in scores that people see."""
DETAILS_KEPT = 2_000
GRAPH = "graph"
REPLACES = "replaces"
_SHOWN = (
    "id", "external_id", "source_system", "title", "project", "unit", "sector", "language", "polarity", "state",
    "learnt_on",
)  # fmt: skip
_LAST = np.float32(-np.inf)


@dataclass(frozen=True)
class Question:
    """What is asked, by whom, about which day."""

    text: str
    terms: Sequence[QueryTerm]
    language: str
    scope: ScopeFilter
    filters: LessonFilters
    limit: int
    offset: int = 0
    fold: bool = True
    at: float | None = None
    today: date | None = None
    near: Closeness = field(default_factory=Closeness)
    without: str | None = None


@dataclass
class Draft:
    """A hit before its record is read."""

    row: int
    key: str
    revision: int
    parts: list[ScorePart]
    matched: list[QueryTerm]
    notices: list[Notice]
    folded: list[str]
    replaces: list[str]
    conflicts: list[str] = field(default_factory=list)
    standing: Standing | None = None

    @property
    def score(self) -> float:
        """The sum of the parts."""
        return sum(part.score for part in self.parts)


def score_parts(
    rows: Sequence[int], fused: Fused, words: WordScores, meanings: Sequence[Meaning], wanted: Any,
    extra: Mapping[str, FLOATS], raw: Mapping[str, FLOATS], ranking: Ranking,
) -> list[list[ScorePart]]:  # fmt: skip
    """What each arm contributed to each row; the parts of a row add up to its score.

    Args:
        rows: What is shown.
        fused: Contributions of words and meanings.
        words: Figures of the arm of words.
        meanings: Figures of the vector arms.
        wanted: Rows among which ranks are told.
        extra: Further contributions, by name; of 0 they are left out.
        raw: Figures behind further contributions.
        ranking: Tells what a row gained by standing in for another.
    """
    arms = [(WORDS, words.scores, words.scores > 0)]
    arms += [(m.name, m.cosines, wanted & m.known) for m in meanings]
    compared = [words.scores, *(np.where(spoke, figures, _LAST) for _, figures, spoke in arms[1:])]
    told = []
    for row in rows:
        parts = []
        for (name, figures, spoke), others in zip(arms, compared, strict=True):
            if spoke[row]:
                rank = int(np.count_nonzero(others > figures[row])) + 1
                score = round(float(fused.parts[name][row]), PLACES)
                parts.append(ScorePart(arm=name, rank=rank, raw=round(float(figures[row]), PLACES), score=score))
            else:
                parts.append(ScorePart(arm=name, score=0.0))
        for name, values in extra.items():
            if values[row]:
                figures = raw.get(name, values)
                place = int(np.count_nonzero(figures[wanted] > figures[row])) + 1 if name in raw else None
                shown = round(float(figures[row]), PLACES) if name in raw else None
                parts.append(ScorePart(arm=name, rank=place, raw=shown, score=round(float(values[row]), PLACES)))
        if row in ranking.gains:
            parts.append(ScorePart(arm=REPLACES, score=round(ranking.gains[row], PLACES)))
        told.append(parts)
    return told


class Details:
    """The records of hits, kept until the graph changes: a hit is never older than the index.

    Args:
        store: Where they are read.
    """

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._kept: tuple[int, dict[str, dict[str, Any]]] = (-1, {})

    def of(self, drafts: Sequence[Draft], revision: int, *, past: bool) -> dict[str, dict[str, Any]]:
        """Records by id, of hits and of the lessons named beside them.

        Args:
            drafts: The hits.
            revision: Of the index.
            past: As they were when the hit's version was in use, not as they are.
        """
        keys = dict.fromkeys(key for d in drafts for key in (d.key, *d.folded, *d.replaces, *d.conflicts))
        details = self._now(list(keys), revision)
        if not past:
            return {key: row for key, row in details.items() if row["retired_at"] is None}
        older = {
            f"{d.key}@{d.revision}": d.key
            for d in drafts
            if d.key in details and (details[d.key]["revision"] or 1) != d.revision
        }
        if older:
            for row in self._store.read(statement("search.version_bodies"), ids=list(older)):
                now = details[older[row["id"]]]
                then = json.loads(row["body"])
                details[then["id"]] = {**{name: then.get(name) for name in now}, **_of_project(now)}
        return details

    def _now(self, keys: Sequence[str], revision: int) -> dict[str, dict[str, Any]]:
        if self._kept[0] != revision or len(self._kept[1]) > DETAILS_KEPT:
            self._kept = (revision, {})
        kept = self._kept[1]
        missing = [key for key in keys if key not in kept]
        if missing:
            rows = self._store.read(statement("search.lesson_details"), ids=missing)
            kept.update({row["id"]: row for row in rows})
        return {key: kept[key] for key in keys if key in kept}


def build_hits(
    drafts: Sequence[Draft], details: Mapping[str, dict[str, Any]], question: Question, first: int
) -> list[LessonHit]:
    """Hits from drafts; what is gone or out of sight since the index looked is left out."""
    hits: list[LessonHit] = []
    for draft in drafts:
        detail = details.get(draft.key)
        if detail is None or not _covered(question.scope, detail):
            continue
        hits.append(_hit(draft, detail, details, question, first + len(hits)))
    return hits


def _hit(
    draft: Draft, detail: Mapping[str, Any], details: Mapping[str, dict[str, Any]], question: Question, rank: int
) -> LessonHit:
    scope = question.scope
    named = detail["project"] and scope.covers(
        detail["project"], detail["project_unit"], bool(detail["project_confidential"])
    )

    def links(keys: Sequence[str]) -> list[LessonLink]:
        rows = [details[key] for key in keys if key in details]
        return [LessonLink(id=row["id"], title=row["title"] or "") for row in rows if _covered(scope, row)]

    accepted = draft.conflicts if detail["state"] in ACCEPTED else []
    conflicts = links([key for key in accepted if key in details and details[key]["state"] in ACCEPTED])
    standing = draft.standing or Standing()
    return LessonHit(
        **{name: detail[name] for name in _SHOWN},
        rank=rank,
        title_derived=bool(detail["title_derived"]),
        project_name=detail["project_name"] if named else None,
        score=draft.score,
        parts=draft.parts,
        matched_terms=shown_terms(draft.matched),
        passages=passages(detail, [item.term for item in draft.matched]),
        path=question.near.paths.get(draft.key, []),
        folded=links(draft.folded),
        replaces=links(draft.replaces),
        notices=[*draft.notices, *([Notice.CONFLICT] if conflicts else [])],
        helped=standing.helped,
        applied=standing.applied,
        recurred=standing.recurred,
        conflicts=conflicts,
    )


def _of_project(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("project_name", "project_unit", "project_confidential")}


def _covered(scope: ScopeFilter, row: Mapping[str, Any]) -> bool:
    return scope.covers(row["project"], row["unit"], bool(row["confidential"]))
