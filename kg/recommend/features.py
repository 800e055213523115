"""Plans as features: what an attribute says, what it said in its decade, and words."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer

from .precedents import Plan

YEAR = "\x1fsince "
"""How the names of yearly steps begin; no attribute can be spelt so."""

EVER = "\x1fever"
"""A fact of every plan, so that plans that say nothing can be learnt from too."""

DRIFT = 0.2
"""How far the level may move from one year to the next, in logits (one standard deviation).

The level is a random walk over years, shrunk to no change. Of 0.1 and 0.2 a year and of steps
of one and of five years, this foretold the next three years best from what was known before,
over twelve starting years of the World Bank's ratings; all were close.
"""


class PlanFeatures:
    """A sparse row for each plan.

    Every attribute gives an indicator, and one for its decade: what it said long ago fades
    when a new decade begins. The year enters as cumulative steps, so that a plan of a later
    year takes the last known level. Values seen fewer than `rare` times say nothing of their
    own and are left out.

    Args:
        plans: The plans to learn the vocabulary from.
        rare: Fewest occurrences of a value or word.
    """

    def __init__(self, plans: Sequence[Plan], rare: int = 5) -> None:
        self._first = min((plan.began.year for plan in plans if plan.began), default=2000)
        self._facts = DictVectorizer()
        counted = self._facts.fit_transform([self._of(plan) for plan in plans])
        self._kept = np.asarray((counted > 0).sum(axis=0)).ravel() >= min(rare, max(1, len(plans) // 20))
        names = self._facts.get_feature_names_out()[self._kept]
        self._steps = np.array([str(name).startswith(YEAR) for name in names], dtype=bool)
        self._words: TfidfVectorizer | None = TfidfVectorizer(min_df=rare, sublinear_tf=True, ngram_range=(1, 2))
        try:
            self._words.fit([plan.text for plan in plans])
        except ValueError:  # too few words in common to learn anything
            self._words = None

    def read(self, plans: Sequence[Plan]) -> Any:
        """The plans as a sparse matrix, each fact as loud as any other."""
        facts = self._facts.transform([self._of(plan) for plan in plans])[:, self._kept]
        if self._words is None:
            return csr_matrix(facts)
        return hstack([facts, self._words.transform([plan.text for plan in plans])]).tocsr()

    def widened(self, read: Any, width: float) -> Any:
        """What `read` gave, made ready for a prior of this width (variance): years keep a width of their own."""
        loud = np.ones(read.shape[1])
        loud[: len(self._steps)][self._steps] = DRIFT / sqrt(width)
        return read @ diags(loud)

    def rows(self, plans: Sequence[Plan], width: float) -> Any:
        """The plans as a sparse matrix for a prior of this width."""
        return self.widened(self.read(plans), width)

    def _of(self, plan: Plan) -> dict[str, float]:
        found = {EVER: 1.0} | {f"{key}={value}": 1.0 for key, value in plan.attributes.items()}
        if plan.began is None:
            return found
        decade = plan.began.year // 10 * 10
        found |= {f"{key}={value}|{decade}": 1.0 for key, value in plan.attributes.items()}
        found |= {f"{YEAR}{year}": 1.0 for year in range(self._first, plan.began.year + 1)}
        return found
