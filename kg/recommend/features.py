"""Plans as features: what an attribute says, what it said in its decade, and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer

from .precedents import Plan

STEP = 5
"""Years between the steps of the era: the level may change at each, and is shrunk to no change."""


class PlanFeatures:
    """A sparse row for each plan.

    Every attribute gives an indicator, and one for its decade; the era enters as
    cumulative steps, so that a plan of a later year takes the last known level. Values
    seen fewer than `rare` times say nothing of their own and are left out.

    Args:
        plans: The plans to learn the vocabulary from.
        rare: Fewest occurrences of a value or word.
    """

    def __init__(self, plans: Sequence[Plan], rare: int = 5) -> None:
        self._first = min((plan.began.year for plan in plans if plan.began), default=2000)
        self._facts = DictVectorizer()
        counted = self._facts.fit_transform([self._of(plan) for plan in plans])
        self._kept = np.asarray((counted > 0).sum(axis=0)).ravel() >= min(rare, max(1, len(plans) // 20))
        self._words: TfidfVectorizer | None = TfidfVectorizer(min_df=rare, sublinear_tf=True, ngram_range=(1, 2))
        try:
            self._words.fit([plan.text for plan in plans])
        except ValueError:  # too few words in common to learn anything
            self._words = None

    def rows(self, plans: Sequence[Plan]) -> Any:
        """The plans as a sparse matrix."""
        facts = self._facts.transform([self._of(plan) for plan in plans])[:, self._kept]
        if self._words is None:
            return csr_matrix(facts)
        return hstack([facts, self._words.transform([plan.text for plan in plans])]).tocsr()

    def _of(self, plan: Plan) -> dict[str, float]:
        found = {f"{key}={value}": 1.0 for key, value in plan.attributes.items()}
        if plan.began is None:
            return found
        decade = plan.began.year // 10 * 10
        found |= {f"{key}={value}|{decade}": 1.0 for key, value in plan.attributes.items()}
        found |= {f">={year}": 1.0 for year in range(self._first // STEP * STEP, plan.began.year + 1, STEP)}
        return found
