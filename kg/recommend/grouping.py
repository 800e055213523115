"""Which notes of a wall belong together: groups to suggest, never more than that.

Notes are grouped bottom up by average linkage over how near their vectors lie. Cosines of
one model sit in a narrow band and say nothing by themselves, so nearness is told against the
wall itself (`python -m bench quality_groups` repeats the measurement):

- Each language's notes are taken from their own middle: a multilingual model finds all texts
  of a language near each other, whatever they say.
- A note that lies near everything is near nothing: what a note has in common with its nearest
  neighbours is taken off (CSLS: Conneau et al., 2018, "Word translation without parallel
  data", ICLR).
- What is left is a standard score over all pairs of the wall. Groups hold together at
  `TOGETHER` on a wall of 40 notes and at `DOUBLED` more each time it doubles, since the share of
  pairs that belong together shrinks; two notes alone need `PAIR`: among many pairs some lie near
  by chance.
- Where notes have nothing in common, nearness is spread evenly to both sides; topics give it a
  tail to the right. Without that tail a group must stand out by up to `DOUBT` more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..domain.language import detect_language

FLOATS = NDArray[np.float64]

TOGETHER, DOUBLED, LOOSEST = 1.0, 0.25, 0.7
PAIR = 2.5
DOUBT, SURE = 1.5, 0.15
"""`SURE` is the skewness of nearness at which topics are no longer doubted."""
FEWEST = 5
"""Of fewer different notes nothing can be told but that two say the same."""
NEIGHBOURS = 5
LARGEST_SHARE, SMALL = 1 / 3, 5
"""A group of more than this share of the wall, and of more than so many notes, sorts nothing: its parts may."""
PRIOR = 2.0
"""How many notes a language needs before its own middle counts half."""
TITLE_LETTERS = 48


@dataclass(frozen=True)
class Suggestion:
    """Notes that seem to be about one thing.

    Attributes:
        notes: Their ids, the most central first.
        title: How the most central note begins.
        strength: 0 to 1: how much nearer they lie to each other than notes of this wall do.
    """

    notes: list[str]
    title: str
    strength: float


def suggest_groups(
    texts: Mapping[str, str], vectors: Sequence[Sequence[float]] | NDArray[np.floating]
) -> list[Suggestion]:
    """Groups to suggest, the surest first; the order in which notes come changes nothing.

    Args:
        texts: Notes by id.
        vectors: One row a note, in the order of `texts`, all of one model that reads every language used.
    """
    if not texts:
        return []
    held = np.asarray(vectors, np.float64).reshape(len(texts), -1)
    units = _say_the_same(texts)
    order = sorted(units)
    keys = list(texts)
    rows = {key: row for row, key in enumerate(keys)}
    found = [members for members in units.values() if len(members) > 1] if len(order) < FEWEST else []
    near = np.eye(len(order))
    if len(order) >= FEWEST:
        languages = [detect_language(text) for text in order]
        near = nearness(held[[rows[units[text][0]] for text in order]], languages)
        sizes = [len(units[text]) for text in order]
        most = max(SMALL, int(sum(sizes) * LARGEST_SHARE))
        found = [[note for place in places for note in units[order[place]]] for places in _groups(near, sizes, most)]
    places = {note: place for place, text in enumerate(order) for note in units[text]}
    made = [_suggestion(notes, texts, near, places) for notes in found]
    return sorted(made, key=lambda suggestion: (-suggestion.strength, suggestion.title, suggestion.notes))


def nearness(vectors: FLOATS, languages: Sequence[str]) -> FLOATS:
    """How near each two notes lie, in standard deviations over all pairs; the diagonal says nothing."""
    count = len(vectors)
    centred = vectors - vectors.mean(axis=0)
    spoken = np.array(languages)
    for language in sorted(set(languages)):
        own = spoken == language
        centred[own] -= own.sum() / (own.sum() + PRIOR) * centred[own].mean(axis=0)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    centred /= np.where(lengths > 0, lengths, 1.0)
    cosines = centred @ centred.T
    others = cosines - 2 * np.eye(count)  # a note is no neighbour of its own
    closest = np.sort(others, axis=1)[:, -min(NEIGHBOURS, count - 1) :].mean(axis=1)
    apart: FLOATS = 2 * cosines - closest[:, None] - closest[None, :]
    pairs = apart[np.triu_indices(count, 1)]
    spread = float(pairs.std())
    return (apart - pairs.mean()) / spread if spread > 1e-9 else np.zeros_like(apart)


def _groups(near: FLOATS, sizes: Sequence[int], most: int) -> Iterator[list[int]]:
    """Groups of places that hold together and are not too large, from the tree of average linkage."""
    from scipy.cluster.hierarchy import linkage, to_tree
    from scipy.spatial.distance import squareform

    together = max(LOOSEST, TOGETHER + DOUBLED * math.log2(len(near) / 40)) + DOUBT * _doubt(near)
    top = float(near.max())
    far = top - (near + near.T) / 2
    np.fill_diagonal(far, 0.0)
    waiting = [to_tree(linkage(squareform(far, checks=False), "average"))]
    while waiting:
        node = waiting.pop()
        places = sorted(node.pre_order())
        size = sum(sizes[place] for place in places)
        least = PAIR if len(places) == 2 else together
        if len(places) == 1:
            if size > 1:  # notes that say the same belong together whatever the others say
                yield places
        elif top - node.dist >= least and size <= most:
            yield places
        else:
            waiting += [node.get_left(), node.get_right()]


def _doubt(near: FLOATS) -> float:
    """From 0, where some notes clearly lie together, to 1, where all lie as by chance."""
    pairs = near[np.triu_indices(len(near), 1)]
    skewness = float((pairs**3).mean())  # pairs are standard scores
    return min(1.0, max(0.0, 1 - skewness / SURE))


def _say_the_same(texts: Mapping[str, str]) -> dict[str, list[str]]:
    units: dict[str, list[str]] = {}
    for key in sorted(texts):
        units.setdefault(" ".join(texts[key].split()).casefold(), []).append(key)
    return units


def _suggestion(notes: Sequence[str], texts: Mapping[str, str], near: FLOATS, places: Mapping[str, int]) -> Suggestion:
    own = sorted({places[note] for note in notes})
    within = near[np.ix_(own, own)] * (1 - np.eye(len(own)))
    central = {place: float(row.sum()) for place, row in zip(own, within, strict=True)}
    ordered = sorted(notes, key=lambda note: (-central[places[note]], note))
    mean = float(within.sum()) / (len(own) * (len(own) - 1)) if len(own) > 1 else math.inf
    return Suggestion(list(ordered), title_of(texts[ordered[0]]), round(1 - math.exp(-mean / 2), 3))


def title_of(text: str, letters: int = TITLE_LETTERS) -> str:
    """The first words of a note, cut at a word; a Chinese letter counts as two."""
    flat = " ".join(text.split())
    room = letters
    for place, letter in enumerate(flat):
        room -= 2 if ord(letter) >= 0x2E80 else 1
        if room < 0:
            cut = flat[:place]
            whole = cut.rsplit(" ", 1)[0] if " " in cut[place // 2 :] and flat[place] != " " else cut
            return whole.rstrip(" ,;:，；：") + "…"
    return flat.rstrip(" .。")
