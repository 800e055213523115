"""Answers for new projects: types, chances, precedents; models kept until the graph changes."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from ..errors import KgError
from ..policy import ScopeFilter
from ..schema import Label
from ..store.protocol import GraphStore
from .attainment import AttainmentModel, Estimate
from .metrics import MetricUse, metrics_used
from .precedents import UNTYPED, Plan, Precedent, judged, read_precedents
from .similarity import Likeness, ProjectSimilarity
from .types import TypeModel

log = logging.getLogger(__name__)
KEPT = 8
"""Sets of models kept: one for each scope and day that people ask about."""

NEAR = 40
"""Precedents whose weights make up what a plan can lean on."""

ALIKE = 0.25
"""Less alike than this is not alike: unrelated texts share that many pieces of words."""

CLOUD = 120
"""Nearest judged precedents that a picture of likeness against attainment shows."""

PORTION = 64
"""Plans that are compared with all precedents at once."""

TOLD = frozenset({Label.PROJECT, Label.OUTCOME, Label.ASSESSMENT, Label.MEASUREMENT})
"""Kinds of record whose changes make the models old."""


@dataclass(frozen=True)
class TypeAdvice:
    """One type of outcome for a plan: how fitting, how likely, and on what grounds."""

    outcome_type: str
    fit: float
    estimate: Estimate
    base_rate: float | None
    precedents: tuple[Likeness, ...]
    metrics: tuple[MetricUse, ...]


@dataclass(frozen=True)
class Advice:
    """What a plan may expect.

    Attributes:
        types: The most fitting types, best first, then those asked about that are not among them.
        near: Judged precedents of any type that count most.
    """

    types: tuple[TypeAdvice, ...]
    near: tuple[Likeness, ...]


class Models:
    """All models of one set of precedents.

    Args:
        precedents: What is known.
        width: Variance of the attainment model's prior, where it was chosen already.
    """

    def __init__(self, precedents: Sequence[Precedent], width: float | None = None) -> None:
        self.past = precedents if isinstance(precedents, list) else list(precedents)
        self.judged = judged(self.past)
        self.similarity = ProjectSimilarity(self.past)
        self.attainment = AttainmentModel(self.past, width)
        self.types = TypeModel(self.past)
        self._judged_of: dict[str, Any] = defaultdict(list)
        for place, precedent in enumerate(self.past):
            if precedent.attained is not None:
                self._judged_of[precedent.outcome_type].append(place)
        self._judged_of = {kind: np.array(places, dtype=int) for kind, places in self._judged_of.items()}
        self._all_judged = np.array([n for n, p in enumerate(self.past) if p.attained is not None], dtype=int)
        verdicts = {kind: [bool(self.past[n].attained) for n in places] for kind, places in self._judged_of.items()}
        self.rates = {kind: sum(found) / len(found) for kind, found in verdicts.items()}
        uses: dict[str, list[Precedent]] = defaultdict(list)
        for precedent in self.past:
            uses[precedent.outcome_type].append(precedent)
        self._metrics = {kind: tuple(metrics_used(found)) for kind, found in uses.items()}
        self.attributes = frozenset(key for precedent in self.past for key in precedent.plan.attributes)

    def advise(self, plan: Plan, limit: int, also: Sequence[str] = (), precedents: int = 5) -> Advice:
        """The most fitting types for a plan, and those of `also` wherever they rank."""
        return self.advise_all([plan], limit, [also], precedents)[0]

    def advise_all(
        self, plans: Sequence[Plan], limit: int, also: Sequence[Sequence[str]], precedents: int = 5
    ) -> list[Advice]:
        """Advice for many plans; `also` names types to be told of beyond the most fitting, for each."""
        found: list[Advice] = []
        for start in range(0, len(plans), PORTION):
            found += self._portion(plans[start : start + PORTION], limit, also[start : start + PORTION], precedents)
        return found

    def _portion(self, plans: Sequence[Plan], limit: int, also: Sequence[Sequence[str]], shown: int) -> list[Advice]:
        likeness = self.similarity.likeness(plans)
        weights = likeness * self.similarity.recency(plans)
        shares = self.types.shares(plans)
        chosen: list[list[tuple[str, float]]] = []
        for row, wanted in enumerate(also):
            ranked = self.types.ordered(shares[row])
            kinds = ranked[:limit] or ([(UNTYPED, 1.0)] if self.past else [])
            fits = dict(ranked)
            kinds = [*kinds, *((kind, fits.get(kind, 0.0)) for kind in wanted if kind not in dict(kinds))]
            chosen.append(kinds)
        pairs = [(row, kind, fit) for row, kinds in enumerate(chosen) for kind, fit in kinds]
        near = [self._near(plans[row], likeness[row], weights[row], kind) for row, kind, _ in pairs]
        chances: Any = (
            self.attainment.chances([self.attainment.typed(plans[row], kind) for row, kind, _ in pairs])
            if pairs
            else []
        )
        estimates = self.attainment.estimates(
            chances,
            [sum(like.weight for like in likes if like.similarity >= ALIKE) for likes in near],
            [len(self._judged_of.get(kind, ())) for _, kind, _ in pairs],
        )
        types: list[list[TypeAdvice]] = [[] for _ in plans]
        for (row, kind, fit), likes, estimate in zip(pairs, near, estimates, strict=True):
            types[row].append(
                TypeAdvice(
                    outcome_type=kind,
                    fit=fit,
                    estimate=estimate,
                    base_rate=self.rates.get(kind),
                    precedents=tuple(likes[:shown]),
                    metrics=self._metrics.get(kind, ()),
                )
            )
        cloud = (
            [
                self.similarity.strongest(plan, likeness[row], weights[row], self._all_judged, CLOUD)
                for row, plan in enumerate(plans)
            ]
            if len(plans) == 1
            else [[] for _ in plans]
        )
        return [Advice(tuple(types[row]), tuple(cloud[row])) for row in range(len(plans))]

    def _near(self, plan: Plan, likeness: Any, weights: Any, kind: str) -> list[Likeness]:
        places = self._judged_of.get(kind)
        return [] if places is None else self.similarity.strongest(plan, likeness, weights, places, NEAR)


class Recommender:
    """Models by scope and day, made again when what precedents say has changed."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._models: dict[tuple[ScopeFilter, date | None, str | None], Models] = {}
        self._past: dict[tuple[ScopeFilter, date | None], list[Precedent]] = {}
        self._seen = 0
        self._day: date | None = None

    def start(self) -> None:
        """Learn from everything in a thread of its own, so that the first plan need not wait."""
        threading.Thread(target=self._warm_up, name="recommender", daemon=True).start()

    def models(
        self, scope: ScopeFilter, as_of: date | None = None, *, without: str | None = None, today: date | None = None
    ) -> Models:
        """The models of what a scope covers and of what was known at a day.

        Args:
            scope: What the asker may see.
            as_of: Only what was known that day.
            without: A project that must not vouch for itself.
            today: The day of the question, for outcomes that have come due.
        """
        with self._lock:
            self._look_for_changes(today)
            whole = self._whole(scope, as_of, today)
            if without is None or all(p.project != without for p in whole.past):
                return whole
            key = (scope, as_of, without)
            if key not in self._models:
                rest = [p for p in whole.past if p.project != without]
                self._keep(key, Models(rest, whole.attainment.width))
            return self._models[key]

    def known(self, scope: ScopeFilter, today: date | None = None) -> list[Precedent]:
        """The precedents a scope covers, read but not learnt from: quick."""
        with self._lock:
            self._look_for_changes(today)
            return self._read(scope, None, today)

    def _warm_up(self) -> None:
        try:
            self.models(ScopeFilter(everything=True, confidential=True))
        except KgError as error:  # the store closed meanwhile, say: the first plan learns it
            log.info("Nothing was learnt from precedents ahead of the first plan: %s", error)

    def _read(self, scope: ScopeFilter, as_of: date | None, today: date | None) -> list[Precedent]:
        key = (scope, as_of)
        if key not in self._past:
            while len(self._past) >= KEPT:
                self._past.pop(next(iter(self._past)))
            self._past[key] = read_precedents(self._store, scope, as_of, today)
        return self._past[key]

    def _whole(self, scope: ScopeFilter, as_of: date | None, today: date | None) -> Models:
        key = (scope, as_of, None)
        kept = self._models.get(key)
        past = self._read(scope, as_of, today)
        if kept is not None and (kept.past is past or kept.past == past):
            kept.past = past
            return kept
        for other in [other for other in self._models if other[:2] == key[:2]]:
            self._models.pop(other)
        self._keep(key, Models(past))
        return self._models[key]

    def _keep(self, key: tuple[ScopeFilter, date | None, str | None], made: Models) -> None:
        while len(self._models) >= KEPT:
            self._models.pop(next(iter(self._models)))
        self._models[key] = made

    def _look_for_changes(self, today: date | None) -> None:
        if today != self._day:
            self._past.clear()
            self._day = today
        while self._store.revision() != self._seen:
            changes = self._store.changes(self._seen)
            if not changes:
                self._past.clear()
                self._seen = self._store.revision()
                return
            if any(change.label in TOLD for change in changes):
                self._past.clear()
            self._seen = changes[-1].seq
