"""Whether chances came true: measured on precedents that the model had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

BINS = 10
DRAWS = 2000


@dataclass(frozen=True)
class Bin:
    """Chances of about the same size: what was said, and what share came true."""

    low: float
    high: float
    said: float
    came_true: float
    n: int


@dataclass(frozen=True)
class Calibration:
    """How chances fared out of sample.

    Attributes:
        n: How many chances were checked.
        brier: Mean squared difference of chance and verdict.
        brier_base: The same for the rate known before, said of everything.
        error: Expected calibration error over ten bins of equal width.
        noise: What a perfectly calibrated model of that size stays below in 95 of 100 cases.
        bins: Bins that hold anything.
    """

    n: int
    brier: float
    brier_base: float
    error: float
    noise: float
    bins: tuple[Bin, ...]


def calibration_of(chances: Sequence[float], verdicts: Sequence[float], base: Sequence[float]) -> Calibration | None:
    """How chances fared, or None when there are none."""
    said, came, flat = (np.asarray(values, dtype=float) for values in (chances, verdicts, base))
    if not len(said):
        return None
    return Calibration(
        n=len(said),
        brier=float(np.mean((said - came) ** 2)),
        brier_base=float(np.mean((flat - came) ** 2)),
        error=calibration_error(said, came),
        noise=calibration_noise(said),
        bins=tuple(_bins(said, came)),
    )


def calibration_error(said: Any, came: Any) -> float:
    """The expected calibration error over ten bins of equal width."""
    place = _places(said)
    gaps = np.bincount(place, weights=came - said, minlength=BINS)
    return float(np.abs(gaps).sum() / len(said))


def calibration_noise(said: Any, draws: int = DRAWS, seed: int = 0) -> float:
    """The 95 % quantile of the error that chances would have if each were exactly right."""
    random = np.random.default_rng(seed)
    place = _places(said)
    belongs = np.zeros((len(said), BINS))
    belongs[np.arange(len(said)), place] = 1.0
    found: list[float] = []
    portion = max(1, 4_000_000 // max(1, len(said)))
    while len(found) < draws:
        drawn = (random.random((min(portion, draws - len(found)), len(said))) < said) - said
        found += (np.abs(drawn @ belongs).sum(axis=1) / len(said)).tolist()
    return float(np.quantile(found, 0.95))


def _bins(said: Any, came: Any) -> list[Bin]:
    place = _places(said)
    return [
        Bin(b / BINS, (b + 1) / BINS, float(said[place == b].mean()), float(came[place == b].mean()), int(n))
        for b, n in enumerate(np.bincount(place, minlength=BINS))
        if n
    ]


def _places(said: Any) -> Any:
    return np.clip((np.asarray(said) * BINS).astype(int), 0, BINS - 1)
