"""Which rows answer a question, in which order, and what else the answer must say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..domain import LessonState
from ..operations.lessons import Notice
from .columns import FACETS, MASK, Columns
from .duplicates import Signatures
from .filters import Selection
from .fusion import Fused, Meaning
from .lexical import WordScores
from .nearest import largest
from .standing import LOSS
from .vectors import FLOATS

NEAREST = 50
"""How many records each model may add to those that words found."""
_LAST = np.float32(-np.inf)
FEW = 10
"""So many are listed, if there are so many, however far they are: a filter never empties a page for nothing."""


@dataclass(frozen=True)
class Found:
    """Rows that answer, and rows that could.

    Attributes:
        rows: What is listed.
        plain: What is listed whatever the filters are, as far as they let it pass.
        candidates: Every row of the selection that some arm can speak about.
        least: So many are listed where there are candidates.
    """

    rows: MASK
    plain: MASK
    candidates: MASK
    least: int


@dataclass
class Ranking:
    """An answer's rows in order.

    Attributes:
        kept: Shown rows, best first.
        under: Rows that say the same, by the shown one.
        replaces: Superseded rows that matched, by the row that stands in for them.
        gains: What a row gained by standing in for another.
        total: How many lessons were found; those that say the same count once as far as they were read.
    """

    kept: list[int]
    under: dict[int, list[int]]
    replaces: dict[int, list[int]] = field(default_factory=dict)
    gains: dict[int, float] = field(default_factory=dict)
    total: int = 0


def find(fused: Fused, words: WordScores, meanings: Sequence[Meaning], selection: Selection, least: int) -> Found:
    """The rows that answer: those with a word of the question, and the nearest of each model.

    What is near is decided among all that the asker may see, so that a filter takes rows away
    and brings none; only where fewer than `least` are left, the next best are added.
    """
    plain = words.scores > 0
    candidates = plain.copy()
    for meaning in meanings:
        near = selection.visible & meaning.known
        candidates |= near
        if np.count_nonzero(near) > NEAREST:
            plain[largest(np.where(near, fused.parts[meaning.name], _LAST), NEAREST)] = True
        else:
            plain |= near
    plain &= selection.wanted
    candidates &= selection.wanted
    rows = plain.copy()
    missing = least - int(np.count_nonzero(plain))
    if missing > 0:
        others = np.flatnonzero(candidates & ~plain)
        rows[others[largest(fused.scores[others], missing)]] = True
    return Found(rows, plain, candidates, least)


def facets(columns: Columns, found: Found) -> dict[str, dict[str, int]]:
    """How many would be listed with each value as one more filter, by facet; the commonest first."""
    listed, possible = columns.counts(found.plain), columns.counts(found.candidates)
    shown = columns.counts(found.rows)
    told: dict[str, dict[str, int]] = {}
    for name in FACETS:
        counts = {
            value: max(listed[name].get(value, 0), min(found.least, possible[name][value])) for value in shown[name]
        }
        if counts:
            told[name] = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    return told


def rank(
    scores: FLOATS, found: Found, selection: Selection, columns: Columns, signatures: Signatures,
    successors: Mapping[str, str], in_use: MASK, count: int, *, fold: bool, keep_superseded: bool,
) -> Ranking:  # fmt: skip
    """The best rows in order.

    Args:
        scores: Of all rows, every part included.
        found: The rows that answer.
        selection: What the question may find.
        columns: Of the index.
        signatures: Tell which rows say the same.
        successors: The newer lesson of a superseded one, by id.
        in_use: Rows of the day that is asked about.
        count: How many are wanted.
        fold: Show rows that say the same once.
        keep_superseded: The question is about superseded lessons: show them as they are.
    """
    rows, scores = found.rows.copy(), scores.copy()
    ranking = Ranking([], {})
    if successors and not keep_superseded:
        _replace(ranking, rows, scores, selection, columns, successors, in_use)
    places = np.flatnonzero(rows)
    ranking.total = len(places)
    reach = count * 2 + 20 if fold else count
    while True:
        order = _best(places, scores, reach)
        if not fold:
            ranking.kept = order
            break
        folding = signatures.fold(order, columns, count)
        ranking.kept, ranking.under = folding.kept, folding.under
        if len(folding.kept) >= count or reach >= len(places):
            break
        reach *= 4
    ranking.total -= sum(len(under) for under in ranking.under.values())
    return ranking


def _best(places: np.ndarray, scores: FLOATS, count: int) -> list[int]:
    values = scores[places]
    if len(places) > count:
        limit = values[largest(values, count)].min()
        kept = values >= limit
        places, values = places[kept], values[kept]
    order: list[int] = places[np.lexsort((places, -values))[:count]].tolist()
    return order


def _replace(
    ranking: Ranking, rows: MASK, scores: FLOATS, selection: Selection, columns: Columns,
    successors: Mapping[str, str], in_use: MASK,
) -> None:  # fmt: skip
    """Let newer lessons take the places of those they supersede."""
    old_ones = rows & columns.coded["state"].where(lambda value: value == LessonState.SUPERSEDED)
    for row in np.flatnonzero(old_ones).tolist():
        new = _successor(columns.ids[row], successors, columns, in_use)
        if new is None or new == row or not selection.wanted[new]:
            continue
        rows[row] = False
        rows[new] = True
        ranking.replaces.setdefault(new, []).append(row)
        gain = float(scores[row]) + LOSS[Notice.SUPERSEDED] - float(scores[new])
        if gain > 0:
            scores[new] += np.float32(gain)
            ranking.gains[new] = ranking.gains.get(new, 0.0) + gain


def _successor(key: str, successors: Mapping[str, str], columns: Columns, in_use: MASK) -> int | None:
    seen = {key}
    while (newer := successors.get(key)) is not None and newer not in seen:
        seen.add(newer)
        key = newer
    return columns.row_at(key, in_use) if len(seen) > 1 else None
