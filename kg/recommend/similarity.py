"""Which past projects are like a plan, and how much each should count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from .precedents import Plan, Precedent

HALF_LIFE = 10.0
"""Years after which a precedent counts half."""

WORDS = 0.6
"""Share of the words in the likeness; the rest is what attributes agree on."""


@dataclass(frozen=True)
class Likeness:
    """How like a precedent is, and why.

    Attributes:
        precedent: The past outcome.
        similarity: Between 0 and 1.
        weight: Similarity times recency: what it counts.
        shared: Attributes that agree.
    """

    precedent: Precedent
    similarity: float
    weight: float
    shared: tuple[str, ...]


class ProjectSimilarity:
    """Past outcomes by likeness to a plan.

    Words are compared as TF-IDF of character n-grams within words (they need no
    segmentation, so Chinese works too), attributes by the rarity of the shared values.
    """

    def __init__(self, precedents: Sequence[Precedent]) -> None:
        self._past = list(precedents)
        self._words = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=1)
        texts = [p.plan.text for p in self._past]
        self._matrix: Any = self._words.fit_transform(texts) if any(text.strip() for text in texts) else None
        counts = Counter(item for p in self._past for item in p.plan.attributes.items())
        self._rarity = {item: log(1 + len(self._past) / count) for item, count in counts.items()}

    def nearest(self, plan: Plan, k: int, outcome_type: str | None = None) -> list[Likeness]:
        """The k precedents that count most, best first."""
        if not self._past:
            return []
        words = np.zeros(len(self._past))
        if self._matrix is not None:
            words = np.asarray((self._matrix @ self._words.transform([plan.text]).T).todense()).ravel()
        found = []
        possible = sum(self._rarity.get(item, 0.0) for item in plan.attributes.items())
        for position, precedent in enumerate(self._past):
            if outcome_type is not None and precedent.outcome_type != outcome_type:
                continue
            shared = [item for item in plan.attributes.items() if precedent.plan.attributes.get(item[0]) == item[1]]
            agree = sum(self._rarity[item] for item in shared) / possible if possible else 0.0
            share = WORDS if possible else 1.0
            similarity = float(share * words[position] + (1 - share) * agree)
            weight = similarity * recency(plan, precedent.plan)
            found.append(Likeness(precedent, similarity, weight, tuple(key for key, _ in shared)))
        found.sort(key=lambda like: (-like.weight, like.precedent.outcome))
        return found[:k]


def recency(plan: Plan, past: Plan) -> float:
    """1 for a precedent of the same time, half for each `HALF_LIFE` between."""
    if plan.began is None or past.began is None:
        return 1.0
    years = abs((plan.began - past.began).days) / 365.25
    return float(0.5 ** (years / HALF_LIFE))
