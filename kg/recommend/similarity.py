"""Which past projects are like a plan, and how much each should count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.feature_extraction.text import TfidfVectorizer

from .precedents import Plan, Precedent

HALF_LIFE = 10.0
"""Years after which a precedent counts half."""

WORDS = 0.6
"""Share of the words in the likeness; the rest is what attributes agree on."""

READ = 3_000
"""Characters of a description that are compared: what a project is about stands at its beginning."""

Floats = np.ndarray[Any, np.dtype[np.float64]]


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
        self.past = list(precedents)
        texts = [p.plan.text[:READ] for p in self.past]
        self._words = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2 if len(texts) > 2000 else 1
        )
        self._matrix: Any = self._words.fit_transform(texts).astype(np.float32) if any(map(str.strip, texts)) else None
        counts = Counter(item for p in self.past for item in p.plan.attributes.items())
        self._place = {item: column for column, item in enumerate(counts)}
        self._rarity = np.array([log(1 + len(self.past) / count) for count in counts.values()])
        self._facts = self._indicators([p.plan for p in self.past])
        self._days = _days([p.plan for p in self.past])

    def likeness(self, plans: Sequence[Plan]) -> Floats:
        """The similarity of each plan (row) to each precedent (column), between 0 and 1."""
        if not self.past:
            return np.zeros((len(plans), 0))
        given = self._indicators(plans)
        weighed = given @ diags(self._rarity)
        possible = np.asarray(weighed.sum(axis=1)).ravel()
        agree = (weighed @ self._facts.T).toarray() / np.where(possible, possible, 1.0)[:, None]
        if self._matrix is None:
            return np.asarray(agree, dtype=float)
        told = np.array([bool(plan.text.strip()) for plan in plans])
        words = (self._words.transform([p.text[:READ] for p in plans]).astype(np.float32) @ self._matrix.T).toarray()
        share = np.where(possible > 0, np.where(told, WORDS, 0.0), 1.0)[:, None]
        return np.asarray(share * words + (1 - share) * agree, dtype=float)

    def recency(self, plans: Sequence[Plan]) -> Floats:
        """What each precedent's age leaves of its weight, for each plan."""
        years = np.abs(_days(plans)[:, None] - self._days[None, :]) / 365.25
        return np.asarray(np.where(np.isnan(years), 1.0, 0.5 ** (np.nan_to_num(years) / HALF_LIFE)))

    def strongest(self, plan: Plan, row: Floats, weights: Floats, places: Any, k: int) -> list[Likeness]:
        """The k precedents among `places` that count most for a plan, best first."""
        if len(places) > k:
            places = places[np.argpartition(-weights[places], k - 1)[:k]]
        order = sorted(places, key=lambda at: (-weights[at], self.past[at].outcome))
        found = []
        for at in order:
            known = self.past[at].plan.attributes
            shared = tuple(key for key, value in plan.attributes.items() if known.get(key) == value)
            found.append(Likeness(self.past[at], float(row[at]), float(weights[at]), shared))
        return found

    def nearest(self, plan: Plan, k: int, outcome_type: str | None = None) -> list[Likeness]:
        """The k precedents (of a type) that count most, best first."""
        if not self.past:
            return []
        row = self.likeness([plan])[0]
        kinds = [n for n, p in enumerate(self.past) if outcome_type is None or p.outcome_type == outcome_type]
        return self.strongest(plan, row, row * self.recency([plan])[0], np.array(kinds, dtype=int), k)

    def _indicators(self, plans: Sequence[Plan]) -> Any:
        rows, columns = [], []
        for row, plan in enumerate(plans):
            for item in plan.attributes.items():
                if item in self._place:
                    rows.append(row)
                    columns.append(self._place[item])
        return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(plans), len(self._place)))


def recency(plan: Plan, past: Plan) -> float:
    """1 for a precedent of the same time, half for each `HALF_LIFE` between."""
    if plan.began is None or past.began is None:
        return 1.0
    years = abs((plan.began - past.began).days) / 365.25
    return float(0.5 ** (years / HALF_LIFE))


def _days(plans: Sequence[Plan]) -> Floats:
    return np.array([float(p.began.toordinal()) if p.began else np.nan for p in plans])
