"""Which kinds of outcome a plan is likely about.

A linear classifier over words, character n-grams and attributes, mixed with the votes of
the nearest precedents: the classifier knows what words mean for a type, the neighbours
know the odd ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from .precedents import UNTYPED, Plan, Precedent
from .similarity import READ, Floats, ProjectSimilarity

VOTES = 0.2
"""Share of the neighbours' votes."""

NEIGHBOURS = 30
KEPT = 8
"""Classifiers kept, one for each set of attributes that plans give."""

FACTS = 0.5
"""How loudly attributes speak beside words in the classifier."""


class TypeModel:
    """The chance that a plan is about each type of outcome.

    The classifier is fitted for the attributes that a plan gives, so that a fact the past
    always knew and the plan leaves open does not mislead it; what was fitted is kept.

    Args:
        precedents: Past outcomes; those without a type are passed over.
        similarity: Likeness over the same precedents, where it exists already.
    """

    def __init__(self, precedents: Sequence[Precedent], similarity: ProjectSimilarity | None = None) -> None:
        self._near = similarity if similarity is not None else ProjectSimilarity(precedents)
        self._past = [p for p in precedents if p.outcome_type != UNTYPED]
        counts = Counter(p.outcome_type for p in self._past)
        self.types: list[str] = sorted(counts)
        self._share = np.array([counts[kind] / max(1, len(self._past)) for kind in self.types])
        place = {kind: position for position, kind in enumerate(self.types)}
        self._place = np.array([place.get(p.outcome_type, -1) for p in self._near.past], dtype=int)
        self._known = frozenset(key for p in self._past for key in p.plan.attributes)
        self._fitted: dict[frozenset[str], tuple[DictVectorizer, LogisticRegression]] = {}
        self._arms: list[Any] = []
        if len(self.types) >= 2:
            texts = [p.plan.text[:READ] for p in self._past]
            for arm in (
                TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)),
                TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(3, 5), min_df=2),
            ):
                try:
                    arm.fit(texts)
                except ValueError:  # no text in common
                    continue
                self._arms.append(arm)
            self._words = [arm.transform(texts) for arm in self._arms]

    def ranked(self, plan: Plan) -> list[tuple[str, float]]:
        """Types with their chance, best first; the chances add up to 1."""
        return self.ordered(self.shares([plan], self._near.likeness([plan]))[0])

    def ordered(self, chances: Floats) -> list[tuple[str, float]]:
        """A row of `shares` as types, best first."""
        return [(self.types[i], float(chances[i])) for i in np.argsort(-chances, kind="stable")]

    def shares(self, plans: Sequence[Plan], likeness: Floats) -> Floats:
        """The chance of each type (column, as in `types`) for each plan (row).

        Args:
            plans: The plans.
            likeness: Their similarity to each precedent.
        """
        chances = np.tile(self._share, (len(plans), 1))
        if len(self.types) < 2:
            return chances
        groups: dict[frozenset[str], list[int]] = {}
        for row, plan in enumerate(plans):
            groups.setdefault(frozenset(self._known & plan.attributes.keys()), []).append(row)
        for keys, rows in groups.items():
            facts, model = self._classifier(keys)
            chances[rows] = model.predict_proba(self._rows([plans[row] for row in rows], keys, facts))
        votes = self._votes(likeness)
        sums = votes.sum(axis=1, keepdims=True)
        return np.where(sums > 0, (1 - VOTES) * chances + VOTES * votes / np.where(sums > 0, sums, 1.0), chances)

    def _votes(self, likeness: Floats) -> Floats:
        typed = np.where(self._place >= 0, likeness, -1.0)
        votes = np.zeros((len(likeness), len(self.types)))
        k = min(NEIGHBOURS, typed.shape[1])
        for row, near in enumerate(np.argpartition(-typed, k - 1, axis=1)[:, :k]):
            voting = near[self._place[near] >= 0]
            np.add.at(votes[row], self._place[voting], likeness[row, voting])
        return votes

    def _classifier(self, keys: frozenset[str]) -> tuple[DictVectorizer, LogisticRegression]:
        if keys not in self._fitted:
            while len(self._fitted) >= KEPT:
                self._fitted.pop(next(iter(self._fitted)))
            plans = [p.plan for p in self._past]
            facts = DictVectorizer().fit([_only(plan, keys) for plan in plans])
            columns = hstack([*self._words, FACTS * csr_matrix(facts.transform([_only(p, keys) for p in plans]))])
            model = LogisticRegression(C=5.0, max_iter=300).fit(columns.tocsr(), [p.outcome_type for p in self._past])
            self._fitted[keys] = facts, model
        return self._fitted[keys]

    def _rows(self, plans: Sequence[Plan], keys: frozenset[str], facts: DictVectorizer) -> Any:
        texts = [plan.text[:READ] for plan in plans]
        said = FACTS * csr_matrix(facts.transform([_only(plan, keys) for plan in plans]))
        return hstack([*(arm.transform(texts) for arm in self._arms), said]).tocsr()


def _only(plan: Plan, keys: frozenset[str]) -> dict[str, str]:
    return {key: plan.attributes[key] for key in keys if key in plan.attributes}
