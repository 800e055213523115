"""How likely an outcome is attained, by empirical Bayes over past outcomes.

The chance is a logistic model whose effects (country, sector, instrument, era, words) are
shrunk towards none: a group with few precedents stays near the whole, one with many
speaks for itself. That is a random-effects model with a common normal prior (Efron and
Morris, 1975; Morris, 1983, "Parametric empirical Bayes inference"); the prior's width is
the one that predicts later precedents best from earlier ones, so that drift counts.

The interval is that of a Beta distribution around the chance whose strength is the
prior's (beta-binomial spread of the groups, by moments) plus the weight of the similar precedents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import beta
from sklearn.linear_model import LogisticRegression

from .features import PlanFeatures
from .precedents import Plan, Precedent, judged

WIDTHS = (0.01, 0.03, 0.1)
"""Variances of the prior to choose from."""

ENOUGH = 5
"""Fewer judged precedents than this, and too little is known."""

WEAK = 2.0
"""Strength of the prior where groups cannot be compared: a plain guess with little weight."""


@dataclass(frozen=True)
class Estimate:
    """A chance of attainment with its 90 % interval.

    Attributes:
        probability: Between 0 and 1.
        low: 5 % quantile.
        high: 95 % quantile.
        n: Judged precedents behind the model.
        weight: How many of them the similar and recent ones amount to.
        enough: False when too little is known to lean on it.
    """

    probability: float
    low: float
    high: float
    n: int
    weight: float
    enough: bool


class AttainmentModel:
    """The chance of attainment of a plan's outcomes, learnt from precedents.

    Args:
        precedents: Past outcomes; those without a verdict are passed over.
        width: Variance of the prior; chosen by forward validation when None.
    """

    def __init__(self, precedents: Sequence[Precedent], width: float | None = None) -> None:
        self._past = judged(precedents)
        self._verdicts = np.array([bool(p.attained) for p in self._past], dtype=float)
        self.rate = float(self._verdicts.mean()) if self._past else 0.5
        self._model: LogisticRegression | None = None
        if len(self._past) >= 4 * ENOUGH and 0 < self.rate < 1:
            plans = [p.plan for p in self._past]
            self.width = width or _choose_width(plans, self._verdicts)
            self._features, self._model = _fit(plans, self._verdicts, self.width)
        self.strength = _strength([p.plan for p in self._past], self._verdicts)

    def __len__(self) -> int:
        return len(self._past)

    def chances(self, plans: Sequence[Plan]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The chance of each plan."""
        if self._model is None:
            shrunk = (self._verdicts.sum() + WEAK / 2) / (len(self._verdicts) + WEAK)
            return np.full(len(plans), shrunk)
        chances: np.ndarray[Any, np.dtype[np.float64]] = self._model.predict_proba(self._features.rows(plans))[:, 1]
        return chances

    def estimate(self, plan: Plan, weight: float) -> Estimate:
        """The chance of one plan with its interval.

        Args:
            plan: What is known of the project.
            weight: What the similar precedents amount to (sum of their weights).
        """
        chance = float(np.clip(self.chances([plan])[0], 0.01, 0.99))
        strength = self.strength + weight
        low, high = beta.ppf((0.05, 0.95), chance * strength, (1 - chance) * strength)
        return Estimate(chance, float(low), float(high), len(self), weight, len(self) >= ENOUGH)


def _fit(plans: Sequence[Plan], verdicts: Any, width: float) -> tuple[PlanFeatures, LogisticRegression]:
    features = PlanFeatures(plans)
    return features, LogisticRegression(C=width, max_iter=500).fit(features.rows(plans), verdicts)


def _choose_width(plans: Sequence[Plan], verdicts: Any) -> float:
    """The prior that predicts the later fifth (twice) best from what came before it."""
    order = np.argsort([plan.began.toordinal() if plan.began else 0 for plan in plans], kind="stable")
    losses = dict.fromkeys(WIDTHS, 0.0)
    for cut in (0.6, 0.8):
        split = int(len(order) * cut)
        past, later = order[:split], order[split : int(len(order) * (cut + 0.2))]
        if len(set(verdicts[past])) < 2 or not len(later):
            continue
        known = [plans[i] for i in past]
        for width in WIDTHS:
            features, model = _fit(known, verdicts[past], width)
            chance = model.predict_proba(features.rows([plans[i] for i in later]))[:, 1]
            losses[width] += float(np.mean((chance - verdicts[later]) ** 2))
    return min(WIDTHS, key=lambda width: (losses[width], width))


def _strength(plans: Sequence[Plan], verdicts: Any) -> float:
    """How many precedents a group's prior is worth, from how much groups differ.

    Moments of the beta-binomial over the values of every attribute: with mean m and
    between-group variance v, the strength is m(1 - m)/v - 1.
    """
    groups: dict[tuple[str, str], list[float]] = {}
    for plan, verdict in zip(plans, verdicts, strict=True):
        for key, value in plan.attributes.items():
            groups.setdefault((key, value), []).append(float(verdict))
    sized = [(len(v), float(np.mean(v))) for v in groups.values() if len(v) >= ENOUGH]
    if len(sized) < 3:
        return WEAK
    sizes, means = np.array([n for n, _ in sized], dtype=float), np.array([m for _, m in sized])
    mean = float(np.average(means, weights=sizes))
    spread = float(np.average((means - mean) ** 2, weights=sizes))
    noise = float(np.average(mean * (1 - mean) / sizes, weights=sizes))
    between = max(spread - noise, 1e-4)
    return float(np.clip(mean * (1 - mean) / between - 1, WEAK, 200.0))
