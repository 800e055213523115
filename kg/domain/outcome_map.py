"""The map of a project's outcomes: what leads to what, how far each has come, and where each stands.

An edge says that one outcome leads to another, with a weight above zero; no outcome leads to
itself, by whatever way. Attainment rolls up along the edges: an outcome's own measurement and
what leads to it count by their weights, and every part says how much it brought.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .outcomes import Horizon

COLUMN, ROW = 280.0, 130.0
"""Distances of suggested places, from one outcome's corner to the next one's."""
FARTHEST = 100_000.0
MOST_WEIGHT = 1_000.0
ORDER = (Horizon.DIRECT, Horizon.INDIRECT, Horizon.LONG_TERM)


@dataclass(frozen=True)
class Link:
    """One outcome leads to another; `weight` is how much it counts there."""

    start: str
    end: str
    weight: float = 1.0


@dataclass(frozen=True)
class Part:
    """What one source brought to a rolled-up attainment.

    `source` is None for the outcome's own measurement. `share` is its weight among the parts that
    are known: all shares of an outcome sum up to 1; `brings` is share times attainment.
    """

    source: str | None
    weight: float
    attainment: float
    share: float
    brings: float


@dataclass(frozen=True)
class RolledUp:
    """An outcome's attainment with all that leads to it, from 0 to 1; None where nothing is known.

    `known` is the share of the weights whose attainment is known.
    """

    value: float | None
    parts: tuple[Part, ...]
    known: float


def cycle_in(links: Iterable[Link]) -> list[str] | None:
    """A way from an outcome back to itself, its first outcome again at the end; None in an acyclic map."""
    after: dict[str, list[str]] = defaultdict(list)
    for link in links:
        after[link.start].append(link.end)
    done: set[str] = set()
    for root in sorted(after):
        if root in done:
            continue
        path, waiting, on_path = [root], [iter(sorted(after[root]))], {root}
        while path:
            following = next(waiting[-1], None)
            if following is None:
                waiting.pop()
                left = path.pop()
                on_path.discard(left)
                done.add(left)
            elif following in on_path:
                return [*path[path.index(following) :], following]
            elif following not in done:
                path.append(following)
                on_path.add(following)
                waiting.append(iter(sorted(after.get(following, ()))))
    return None


def cycle_closed_by(links: Iterable[Link], new: Link) -> list[str] | None:
    """The way back to itself that a new link would close, beginning at its start; None when it closes none."""
    if new.start == new.end:
        return [new.start, new.start]
    after: dict[str, list[str]] = defaultdict(list)
    for link in links:
        after[link.start].append(link.end)
    came: dict[str, str] = {new.end: new.start}
    waiting = [new.end]
    while waiting:
        here = waiting.pop(0)
        for following in sorted(after.get(here, ())):
            if following == new.start:
                way = [new.start]
                while here != new.start:
                    way.append(here)
                    here = came[here]
                return [new.start, *reversed(way[1:]), new.start]
            if following not in came:
                came[following] = here
                waiting.append(following)
    return None


def in_order(ids: Iterable[str], links: Iterable[Link]) -> list[str]:
    """Outcomes so that each stands behind all that lead to it.

    Raises:
        ValueError: The map has a cycle; says which.
    """
    left = dict.fromkeys(sorted(ids), 0)
    after: dict[str, list[str]] = defaultdict(list)
    held = [link for link in links if link.start in left and link.end in left]
    for link in held:
        left[link.end] += 1
        after[link.start].append(link.end)
    ready = [key for key, count in left.items() if count == 0]
    found = []
    while ready:
        here = ready.pop(0)
        found.append(here)
        for following in sorted(after[here]):
            left[following] -= 1
            if left[following] == 0:
                ready.append(following)
    if len(found) < len(left):
        raise ValueError(f"the map goes round in a circle: {' -> '.join(cycle_in(held) or [])}")
    return found


def layers(horizons: Mapping[str, Horizon], links: Sequence[Link]) -> dict[str, int]:
    """The column of each outcome: by its horizon, and behind all that lead to it."""
    column: dict[str, int] = {}
    into: dict[str, list[str]] = defaultdict(list)
    for link in links:
        into[link.end].append(link.start)
    for key in in_order(horizons, links):
        before = [column[source] + 1 for source in into[key] if source in column]
        column[key] = max([ORDER.index(horizons[key]), *before])
    return column


def suggested_places(horizons: Mapping[str, Horizon], links: Sequence[Link]) -> dict[str, tuple[float, float]]:
    """A place for every outcome: columns by `layers`, rows near what leads to them; no two share one."""
    column = layers(horizons, links)
    into: dict[str, list[str]] = defaultdict(list)
    for link in links:
        into[link.end].append(link.start)
    row: dict[str, int] = {}
    for number in sorted(set(column.values())):
        ranked = sorted((_mean_row(into[key], row), key) for key in column if column[key] == number)
        row |= {key: place for place, key in enumerate(key for _, key in ranked)}
    return {key: (column[key] * COLUMN, row[key] * ROW) for key in column}


def _mean_row(sources: Sequence[str], row: Mapping[str, int]) -> float:
    near = [row[source] for source in sources if source in row]
    return sum(near) / len(near) if near else math.inf


def roll_up(
    own: Mapping[str, float | None], weights: Mapping[str, float], links: Sequence[Link]
) -> dict[str, RolledUp]:
    """Attainment of every outcome with what leads to it.

    An outcome's value is the weighted mean of its own attainment (weight: the outcome's) and the
    rolled-up values of what leads to it (weight: the link's). What is not known is left out and
    lowers `known`; it does not count as zero. Own attainment is cut to 0 and 1, so that what
    overshoots its target does not hide what falls short.

    Args:
        own: Share of the way to the target by the last measurement; None where not known.
        weights: The outcome's own weight.
        links: All links among these outcomes.
    """
    into: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        into[link.end].append(link)
    found: dict[str, RolledUp] = {}
    for key in in_order(own, links):
        said: list[tuple[str | None, float, float | None]] = []
        mine = own[key]
        said.append((None, weights.get(key, 1.0), None if mine is None else min(1.0, max(0.0, mine))))
        for link in sorted(into[key], key=lambda link: link.start):
            if link.start in found:
                said.append((link.start, link.weight, found[link.start].value))
        found[key] = _mean(said)
    return found


def _mean(said: list[tuple[str | None, float, float | None]]) -> RolledUp:
    whole = math.fsum(weight for _, weight, _ in said)
    known = [(source, weight, value) for source, weight, value in said if value is not None]
    total = math.fsum(weight for _, weight, _ in known)
    if not known:
        return RolledUp(None, (), 0.0)
    parts = tuple(
        Part(source, weight, value, weight / total, weight / total * value) for source, weight, value in known
    )
    value = math.fsum(part.brings for part in parts)
    low, high = min(part.attainment for part in parts), max(part.attainment for part in parts)
    return RolledUp(min(high, max(low, value)), parts, min(1.0, total / whole))
