"""What short texts mean, in each model that understands them: for grouping, not for finding."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..domain.language import detect_language
from ..errors import EncoderError
from .columns import MASK
from .encoding import ArmEncoding
from .segment import terms
from .vectors import FLOATS

BACKGROUND = 400
"""So many lessons tell where the middle of a model's space lies."""
SPREAD = 10
"""The background counts as much as so many texts."""


@dataclass(frozen=True)
class Meanings:
    """Texts as directions in one model; `covered` are those that it understands.

    Vectors are measured from the middle of their language, so that texts of one subject lie
    near each other (also in two languages), and others at right angles or further.
    """

    name: str
    vectors: FLOATS
    covered: MASK


def meanings_of(arms: Sequence[ArmEncoding], texts: Sequence[str], at_most: int | None = None) -> list[Meanings]:
    """The texts in each arm that can read some of them; none where no model can be used.

    Args:
        arms: The index's arms.
        texts: The texts, the least wanted first.
        at_most: Each arm reads so many new texts and does not cover the rest; None reads all.
    """
    spoken = [detect_language(text) for text in texts]
    found = []
    for arm in arms:
        languages = arm.languages
        rows = [row for row, language in enumerate(spoken) if languages is None or language in languages]
        if not rows or arm.problem is not None:
            continue
        try:
            made = arm.read_texts([texts[row] for row in rows], at_most)
        except EncoderError as error:
            arm.problem = error.message
            continue
        if not made:
            continue
        vectors = np.zeros((len(texts), len(next(iter(made.values())))), np.float32)
        covered = np.zeros(len(texts), np.bool_)
        for place, vector in made.items():
            vectors[rows[place]], covered[rows[place]] = vector, True
        _centre(vectors, np.array(spoken), covered, _first_of(texts), _background(arm))
        found.append(Meanings(arm.name, unit(vectors), covered))
    return found


def words_of(texts: Sequence[str]) -> Meanings:
    """The texts by their words alone: rare words weigh more, length does not."""
    counted = [Counter(terms(text)) for text in texts]
    held = Counter(term for counts in counted for term in counts)
    column = {term: place for place, term in enumerate(sorted(term for term, count in held.items() if count > 1))}
    vectors = np.zeros((len(texts), max(1, len(column))), np.float32)
    for row, counts in enumerate(counted):
        for term, count in counts.items():
            if term in column:
                vectors[row, column[term]] = (1 + math.log(count)) * math.log(1 + len(texts) / held[term])
    return Meanings("words", unit(vectors), np.asarray(vectors.any(axis=1)))


def unit(vectors: FLOATS) -> FLOATS:
    """Rows of length 1; empty ones stay so."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)


def _centre(vectors: FLOATS, spoken: NDArray[np.str_], covered: MASK, first: MASK, background: FLOATS | None) -> None:
    """Measure from the middle of each language; what is said many times in the same words counts once."""
    middle = vectors[covered & first].mean(axis=0) if background is None else background
    for language in sorted(set(spoken[covered].tolist())):
        rows = covered & (spoken == language)
        once = vectors[rows & first]
        vectors[rows] -= (once.sum(axis=0) + SPREAD * middle) / (len(once) + SPREAD)


def _first_of(texts: Sequence[str]) -> MASK:
    places = {text: place for place, text in reversed(list(enumerate(texts)))}
    return np.array([places[text] == place for place, text in enumerate(texts)], np.bool_)


def _background(arm: ArmEncoding) -> FLOATS | None:
    known = np.flatnonzero(arm.vectors.all_known())
    step = max(1, len(known) // BACKGROUND)
    found = [vector for row in known[::step] if (vector := arm.vectors.vector(int(row))) is not None]
    return np.mean(found, axis=0, dtype=np.float32) if len(found) >= SPREAD else None
