"""Answers for new projects: types, chances, precedents; models kept until the graph changes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ..policy import ScopeFilter
from ..schema import Label
from ..store.protocol import GraphStore
from .attainment import AttainmentModel, Estimate
from .precedents import Plan, Precedent, judged, read_precedents
from .similarity import Likeness, ProjectSimilarity
from .types import TypeModel

KEPT = 8
"""Sets of models kept: one for each scope and day that people ask about."""

NEAR = 40
"""Precedents whose weights make up what a plan can lean on."""

TOLD = frozenset({Label.PROJECT.value, Label.OUTCOME.value, Label.ASSESSMENT.value})
"""Kinds of record whose changes make the models old."""


@dataclass(frozen=True)
class TypeAdvice:
    """One type of outcome for a plan: how fitting, how likely, and on what grounds."""

    outcome_type: str
    fit: float
    estimate: Estimate
    base_rate: float | None
    precedents: tuple[Likeness, ...]


class Models:
    """All models of one set of precedents."""

    def __init__(self, precedents: Sequence[Precedent]) -> None:
        self.past = list(precedents)
        self.judged = judged(self.past)
        self.similarity = ProjectSimilarity(self.past)
        self.attainment = AttainmentModel(self.past)
        self.types = TypeModel(self.past, self.similarity)

    def advise(self, plan: Plan, limit: int, also: str | None = None, precedents: int = 5) -> list[TypeAdvice]:
        """The most fitting types, and `also` wherever it ranks."""
        ranked = self.types.ranked(plan)
        chosen = ranked[:limit]
        if also is not None and also not in dict(chosen):
            chosen = [*chosen, (also, dict(ranked).get(also, 0.0))]
        return [self._advice(plan, kind, fit, precedents) for kind, fit in chosen]

    def _advice(self, plan: Plan, kind: str, fit: float, shown: int) -> TypeAdvice:
        near = [like for like in self.similarity.nearest(plan, NEAR, kind) if like.precedent.attained is not None]
        verdicts = [bool(p.attained) for p in self.judged if p.outcome_type == kind]
        estimate = self.attainment.estimate(plan, sum(like.weight for like in near))
        return TypeAdvice(
            outcome_type=kind,
            fit=fit,
            estimate=Estimate(
                estimate.probability,
                estimate.low,
                estimate.high,
                len(verdicts),
                estimate.weight,
                estimate.enough and len(verdicts) > 0,
            ),
            base_rate=sum(verdicts) / len(verdicts) if verdicts else None,
            precedents=tuple(near[:shown]),
        )


class Recommender:
    """Models by scope and day, rebuilt when projects, outcomes or assessments change."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._models: dict[tuple[ScopeFilter, date | None], Models] = {}
        self._seen = 0

    def models(self, scope: ScopeFilter, as_of: date | None = None) -> Models:
        """The models of what a scope covers and of what was known at a day."""
        with self._lock:
            self._forget_what_is_old()
            key = (scope, as_of)
            if key not in self._models:
                while len(self._models) >= KEPT:
                    self._models.pop(next(iter(self._models)))
                self._models[key] = Models(read_precedents(self._store, scope, as_of))
            return self._models[key]

    def _forget_what_is_old(self) -> None:
        if self._store.revision() == self._seen:
            return
        changes = self._store.changes(self._seen)
        if any(change.label in TOLD for change in changes):
            self._models.clear()
        self._seen = changes[-1].seq if changes else self._seen
