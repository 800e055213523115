"""How far two reviewers agree beyond chance: Cohen's kappa with quadratic weights (Cohen, 1968)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def weighted_kappa(pairs: Sequence[tuple[int, int]], levels: int = 5) -> float | None:
    """1 for full agreement, 0 for what chance alone gives; None when chance alone explains everything.

    A disagreement counts by the square of its distance, so that 1 against 5 weighs sixteen times
    1 against 2.

    Args:
        pairs: Scores from 1 to `levels` that two reviewers gave to the same things.
        levels: How many scores there are.

    Raises:
        ValueError: A score is outside the scale.
    """
    if any(not 1 <= score <= levels for pair in pairs for score in pair):
        raise ValueError(f"scores go from 1 to {levels}")
    total = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum((a - b) ** 2 for a, b in pairs) * total
    expected = sum(first[a] * second[b] * (a - b) ** 2 for a in first for b in second)
    return 1 - observed / expected if expected else None
