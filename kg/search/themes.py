"""Grouping texts of many holders into themes: what several of them speak of, not what one speaks of often.

A theme begins with the text whose near ones come from the most holders, and is gathered
again around its middle a few times; then it is set aside and the next one begins. The same
texts give the same themes, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .columns import MASK
from .meanings import Meanings, unit
from .vectors import FLOATS

NEAR, GATHERED = 0.15, 0.34
"""How near a text lies to the first one of a theme, and to its middle; tuned on incident reports."""
NEAR_WORDS, GATHERED_WORDS = 0.14, 0.30
OWN_SHARE = 0.5
"""How much of what the texts of one holder have in common is taken away: their occasion, not their theme."""
ROUNDS = 4
DIGITS = 5


@dataclass(frozen=True)
class Group:
    """Rows of a theme, the most typical first; `closeness` to its middle is of the same order."""

    rows: list[int]
    closeness: list[float]


def group_texts(
    meanings: Sequence[Meanings],
    holders: Sequence[str],
    bound: Sequence[Sequence[int]] = (),
    *,
    by_words: bool = False,
    least: int = 2,
    most: int = 40,
) -> list[Group]:
    """Themes, those of the most holders first; texts that fit none are in none.

    Args:
        meanings: The texts in one or more models.
        holders: Whose each text is, such as its retrospective.
        bound: Rows that are known to belong together.
        by_words: The meanings are words alone.
        least: A theme has texts of so many holders.
        most: At most so many themes.
    """
    near, gathered = (NEAR_WORDS, GATHERED_WORDS) if by_words else (NEAR, GATHERED)
    ids = {holder: place for place, holder in enumerate(sorted(set(holders)))}
    held = np.array([ids[holder] for holder in holders], np.int64)
    arms = [_Arm(unit(m.vectors if by_words else _without_occasion(m, held)), m.covered) for m in meanings]
    gatherer = _Gatherer(arms, held, near, gathered, least)
    found = [group for rows in bound if (group := gatherer.around(list(rows))) is not None]
    while len(found) < most and (group := gatherer.next()) is not None:
        found.append(group)
    return sorted(found, key=lambda g: (-len(set(held[g.rows].tolist())), -len(g.rows), g.rows[0]))


@dataclass(frozen=True)
class _Arm:
    vectors: FLOATS
    covered: MASK


def _without_occasion(meanings: Meanings, held: NDArray[np.int64]) -> FLOATS:
    vectors = meanings.vectors.copy()
    for holder in np.unique(held):
        rows = np.flatnonzero((held == holder) & meanings.covered)
        if len(rows) > 1:
            vectors[rows] -= OWN_SHARE * vectors[rows].mean(axis=0)
    return vectors


class _Gatherer:
    def __init__(self, arms: Sequence[_Arm], held: NDArray[np.int64], near: float, gathered: float, least: int) -> None:
        self._arms, self._held, self._gathered, self._least = arms, held, gathered, least
        size = len(held)
        self._free = np.ones(size, np.bool_)
        total, seen = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
        for arm in arms:
            both = np.outer(arm.covered, arm.covered)
            total += np.where(both, arm.vectors @ arm.vectors.T, 0)
            seen += both
        self._likeness = np.round(total / np.maximum(seen, 1), DIGITS)
        self._near = (self._likeness >= near) & (seen > 0)
        np.fill_diagonal(self._near, True)
        self._belongs = np.zeros((size, int(held.max(initial=-1)) + 1), np.float32)
        self._belongs[np.arange(size), held] = 1

    def next(self) -> Group | None:
        """The theme of the most holders among what is free."""
        near = self._near & self._free[None, :]
        reach = ((near.astype(np.float32) @ self._belongs) > 0).sum(axis=1)
        reach[~self._free] = 0
        if not len(reach) or reach.max() < self._least:
            return None
        weight = np.round(np.where(near, self._likeness, 0).sum(axis=1, dtype=np.float64), 3)
        best = max(np.flatnonzero(reach == reach.max()).tolist(), key=lambda row: (weight[row], -row))
        rows = np.flatnonzero(near[best]).tolist()
        return self._settle(rows, ())

    def around(self, rows: list[int]) -> Group | None:
        """The theme of rows that belong together, with what lies near their middle."""
        rows = [row for row in rows if self._free[row]]
        return self._settle(rows, rows) if self._holders(rows) >= self._least else None

    def _settle(self, rows: list[int], kept: Sequence[int]) -> Group:
        for _ in range(ROUNDS):
            closeness = self._to_middle(rows)
            gathered = set(np.flatnonzero(self._free & (closeness >= self._gathered)).tolist()) | set(kept)
            again = sorted(gathered)
            if again == rows or self._holders(again) < self._least:
                break
            rows = again
        closeness = self._to_middle(rows)
        self._free[rows] = False
        rows = sorted(rows, key=lambda row: (-float(closeness[row]), row))
        return Group(rows, [float(closeness[row]) for row in rows])

    def _to_middle(self, rows: list[int]) -> FLOATS:
        total, seen = np.zeros(len(self._held), np.float32), np.zeros(len(self._held), np.float32)
        for arm in self._arms:
            inside = [row for row in rows if arm.covered[row]]
            if inside:
                middle = unit(arm.vectors[inside].mean(axis=0))
                total += np.where(arm.covered, arm.vectors @ middle, 0)
                seen += arm.covered
        return np.asarray(np.round(total / np.maximum(seen, 1), DIGITS), np.float32)

    def _holders(self, rows: Sequence[int]) -> int:
        return len(set(self._held[list(rows)].tolist()))
