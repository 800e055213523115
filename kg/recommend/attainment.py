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

from .calibration import Calibration, calibration_of
from .features import PlanFeatures
from .precedents import Plan, Precedent, judged

WIDTHS = (0.01, 0.03, 0.1, 0.3)
"""Variances of the prior to choose from."""

ENOUGH = 5
"""Fewer judged precedents than this, and too little is known."""

CHECKED = 10_000
"""The newest precedents, on which the prior's width is chosen and chances are checked: more tell no more."""

LEAN = 0.5
"""When similar and recent precedents do not amount to this much of one, nothing near is known."""

KIND = "\x1ftype"
"""The attribute under which the type of an outcome enters; no source can spell it."""

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

    Where there is more than one type of outcome, the type is an effect like any other:
    a type with few precedents stays near the whole.

    Args:
        precedents: Past outcomes; those without a verdict are passed over.
        width: Variance of the prior; chosen by forward validation when None.
    """

    def __init__(self, precedents: Sequence[Precedent], width: float | None = None) -> None:
        self._past = judged(precedents)
        self._verdicts = np.array([bool(p.attained) for p in self._past], dtype=float)
        self.rate = float(self._verdicts.mean()) if self._past else 0.5
        self.kinds = frozenset(p.outcome_type for p in self._past)
        self._model: LogisticRegression | None = None
        self.width = width
        self.calibration: Calibration | None = None
        plans = [self.typed(p.plan, p.outcome_type) for p in self._past]
        if len(self._past) >= 4 * ENOUGH and 0 < self.rate < 1:
            if width is None:
                self.width, self.calibration = _choose_width(plans, self._verdicts)
            self._used = self.width or WIDTHS[0]
            self._features, self._model = _fit(plans, self._verdicts, self._used)
        self.strength = _strength(plans, self._verdicts)
        self.between = _strength([Plan("", {KIND: p.outcome_type}) for p in self._past], self._verdicts)

    def __len__(self) -> int:
        return len(self._past)

    def typed(self, plan: Plan, kind: str) -> Plan:
        """The plan with a type of outcome among its facts, where there are several."""
        return Plan(plan.text, plan.attributes | {KIND: kind}, plan.began) if len(self.kinds) > 1 else plan

    def chances(self, plans: Sequence[Plan]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The chance of each plan (see `typed`)."""
        if self._model is None:
            shrunk = (self._verdicts.sum() + WEAK / 2) / (len(self._verdicts) + WEAK)
            return np.full(len(plans), shrunk)
        chances: np.ndarray[Any, np.dtype[np.float64]] = self._model.predict_proba(
            self._features.rows(plans, self._used)
        )[:, 1]
        return chances

    def estimate(self, plan: Plan, weight: float, n: int | None = None) -> Estimate:
        """The chance of one plan with its interval.

        Args:
            plan: What is known of the project.
            weight: What the similar precedents amount to (sum of their weights).
            n: Judged precedents to lean on; all when not given.
        """
        return self.estimates(self.chances([plan]), [weight], [len(self) if n is None else n])[0]

    def estimates(self, chances: Any, weights: Sequence[float], counts: Sequence[int]) -> list[Estimate]:
        """Chances with their intervals; `weights` and `counts` as in `estimate`.

        A type with few precedents of its own is known no better than types resemble each
        other and its own precedents allow.
        """
        said = np.clip(np.asarray(chances, dtype=float), 0.01, 0.99)
        of_type = self.between + np.asarray(counts, dtype=float)
        strength = np.minimum(self.strength, of_type) + np.asarray(weights, dtype=float)
        low, high = (beta.ppf(tail, said * strength, (1 - said) * strength) for tail in (0.05, 0.95))
        return [
            Estimate(float(c), float(a), float(b), n, float(w), n >= ENOUGH and w >= LEAN)
            for c, a, b, n, w in zip(said, low, high, counts, weights, strict=True)
        ]


def _fit(plans: Sequence[Plan], verdicts: Any, width: float) -> tuple[PlanFeatures, LogisticRegression]:
    features = PlanFeatures(plans)
    return features, _solved(features.rows(plans, width), verdicts, width)


def _solved(rows: Any, verdicts: Any, width: float) -> LogisticRegression:
    return LogisticRegression(C=width, max_iter=500).fit(rows, verdicts)


def _choose_width(plans: Sequence[Plan], verdicts: Any) -> tuple[float, Calibration | None]:
    """The prior that predicts the later fifth (twice) best from what came before it, and how its chances fared."""
    order = np.argsort([plan.began.toordinal() if plan.began else 0 for plan in plans], kind="stable")[-CHECKED:]
    said: dict[float, list[float]] = {width: [] for width in WIDTHS}
    came: list[float] = []
    base: list[float] = []
    for cut in (0.6, 0.8):
        split = int(len(order) * cut)
        past, later = order[:split], order[split : int(len(order) * (cut + 0.2))]
        if len(set(verdicts[past])) < 2 or not len(later):
            continue
        features = PlanFeatures([plans[i] for i in past])
        known, asked = features.read([plans[i] for i in past]), features.read([plans[i] for i in later])
        for width in WIDTHS:
            model = _solved(features.widened(known, width), verdicts[past], width)
            said[width] += model.predict_proba(features.widened(asked, width))[:, 1].tolist()
        came += verdicts[later].tolist()
        base += [float(verdicts[past].mean())] * len(later)
    if not came:
        return WIDTHS[0], None
    best = min(WIDTHS, key=lambda width: (float(np.mean((np.array(said[width]) - came) ** 2)), width))
    return best, calibration_of(said[best], came, base)


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
