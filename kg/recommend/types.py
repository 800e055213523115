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
from .similarity import ProjectSimilarity

VOTES = 0.2
"""Share of the neighbours' votes."""

NEIGHBOURS = 30
FACTS = 0.5
"""How loudly attributes speak beside words in the classifier."""


class TypeModel:
    """The chance that a plan is about each type of outcome."""

    def __init__(self, precedents: Sequence[Precedent], similarity: ProjectSimilarity | None = None) -> None:
        self._past = [p for p in precedents if p.outcome_type != UNTYPED]
        counts = Counter(p.outcome_type for p in self._past)
        self.types: list[str] = sorted(counts)
        self._share = np.array([counts[kind] / max(1, len(self._past)) for kind in self.types])
        self._near = similarity if similarity is not None else ProjectSimilarity(self._past)
        self._model: LogisticRegression | None = None
        if len(self.types) >= 2:
            self._arms: list[Any] = [
                TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)),
                TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(3, 5), min_df=2),
            ]
            for arm in list(self._arms):
                try:
                    arm.fit([p.plan.text for p in self._past])
                except ValueError:  # no text in common
                    self._arms.remove(arm)
            self._facts = DictVectorizer().fit([p.plan.attributes for p in self._past])
            rows = self._rows([p.plan for p in self._past])
            self._model = LogisticRegression(C=5.0, max_iter=300).fit(rows, [p.outcome_type for p in self._past])

    def ranked(self, plan: Plan) -> list[tuple[str, float]]:
        """Types with their chance, best first; the chances add up to 1."""
        if not self.types:
            return []
        chances = self._share.copy()
        if self._model is not None:
            chances = self._model.predict_proba(self._rows([plan]))[0]
            votes = np.zeros(len(self.types))
            place = {kind: position for position, kind in enumerate(self.types)}
            for like in self._near.nearest(Plan(plan.text, plan.attributes), NEIGHBOURS):
                if like.precedent.outcome_type in place:
                    votes[place[like.precedent.outcome_type]] += like.similarity
            if votes.sum() > 0:
                chances = (1 - VOTES) * chances + VOTES * votes / votes.sum()
        order = np.argsort(-chances, kind="stable")
        return [(self.types[i], float(chances[i])) for i in order]

    def _rows(self, plans: Sequence[Plan]) -> Any:
        facts = FACTS * csr_matrix(self._facts.transform([plan.attributes for plan in plans]))
        return hstack([*(arm.transform([plan.text for plan in plans]) for arm in self._arms), facts]).tocsr()
