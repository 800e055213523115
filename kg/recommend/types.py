"""Which kinds of outcome a plan is likely about.

A linear classifier for each type over words, character n-grams and attributes. Mixing in
the votes of the nearest precedents was tried and did not help.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from .features import EVER
from .precedents import UNTYPED, Plan, Precedent
from .similarity import READ, Floats

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
    """

    def __init__(self, precedents: Sequence[Precedent]) -> None:
        self._past = [p for p in precedents if p.outcome_type != UNTYPED]
        counts = Counter(p.outcome_type for p in self._past)
        self.types: list[str] = sorted(counts)
        self._share = np.array([counts[kind] / max(1, len(self._past)) for kind in self.types])
        self._known = frozenset(key for p in self._past for key in p.plan.attributes)
        self._fitted: dict[frozenset[str], tuple[DictVectorizer, OneVsRestClassifier]] = {}
        self._lock = threading.Lock()
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
        return self.ordered(self.shares([plan])[0])

    def ordered(self, chances: Floats) -> list[tuple[str, float]]:
        """A row of `shares` as types, best first."""
        return [(self.types[i], float(chances[i])) for i in np.argsort(-chances, kind="stable")]

    def shares(self, plans: Sequence[Plan]) -> Floats:
        """The chance of each type (column, as in `types`) for each plan (row)."""
        chances = np.tile(self._share, (len(plans), 1))
        if len(self.types) < 2:
            return chances
        groups: dict[frozenset[str], list[int]] = {}
        for row, plan in enumerate(plans):
            groups.setdefault(frozenset(self._known & plan.attributes.keys()), []).append(row)
        for keys, rows in groups.items():
            facts, model = self._classifier(keys)
            chances[rows] = model.predict_proba(self._rows([plans[row] for row in rows], keys, facts))
        return chances

    def _classifier(self, keys: frozenset[str]) -> tuple[DictVectorizer, OneVsRestClassifier]:
        with self._lock:
            if keys in self._fitted:
                return self._fitted[keys]
            while len(self._fitted) >= KEPT:
                self._fitted.pop(next(iter(self._fitted)))
            plans = [p.plan for p in self._past]
            facts = DictVectorizer().fit([_only(plan, keys) for plan in plans])
            columns = hstack([*self._words, FACTS * csr_matrix(facts.transform([_only(p, keys) for p in plans]))])
            model = OneVsRestClassifier(LogisticRegression(C=5.0, solver="liblinear", max_iter=200)).fit(
                columns.tocsr(), [p.outcome_type for p in self._past]
            )
            self._fitted[keys] = facts, model
            return self._fitted[keys]

    def _rows(self, plans: Sequence[Plan], keys: frozenset[str], facts: DictVectorizer) -> Any:
        texts = [plan.text[:READ] for plan in plans]
        said = FACTS * csr_matrix(facts.transform([_only(plan, keys) for plan in plans]))
        return hstack([*(arm.transform(texts) for arm in self._arms), said]).tocsr()


def _only(plan: Plan, keys: frozenset[str]) -> dict[str, str]:
    return {EVER: "yes"} | {key: plan.attributes[key] for key in keys if key in plan.attributes}
