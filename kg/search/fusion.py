"""One order from what every arm says, each heard by what it can know of this question.

Measured choices (`bench/quality_lessons.py` repeats the measurement):

- Arms are put on one scale by their own spread over the records the asker may see: BM25
  by its standard deviation, with 'nothing matched' at 0; cosines as standard scores. Ranks
  are not mixed: that loses how far the best stands out.
- Words count as much as they matched. A question of which the best record holds
  a tenth of the information has hardly been understood by words, so their loudness falls
  to that; a long text matched in many words is heard in full.
- Words speak about records in the question's language. Elsewhere a match (a product's
  name, say) is a bonus, and silence is no evidence.
- A text of a few words ("See attachment.") lies near everything: meaning counts as much as
  a record says.
- A model of one language is silent where question or record is in another; where it
  speaks, general models count less beside it.
- A multilingual model finds all texts of the question's own language nearer than any other,
  whatever they say: cosines are taken from the middle of each language's records.
- The weights of the arms that can speak about a record add up to one, so records of two
  languages compete on equal terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .columns import MASK, Coded
from .lexical import WordScores
from .vectors import FLOATS

WORDS = "words"
WORDS_WEIGHT = 1.0
BESIDE_SPECIALIST = 0.5
FULL_INFORMATION = 16.0
FEW_TERMS = 2.0
"""A text with so many terms is heard half."""
ENOUGH = 30
"""A basis of fewer rows stands for nothing."""
PRIOR = 2.0
"""How many records a language needs before its own middle counts half."""


@dataclass(frozen=True)
class Meaning:
    """What a vector arm says: cosines, and for which rows there is one.

    `basis` are rows that stand for all where not every cosine is exact.
    """

    name: str
    cosines: FLOATS
    known: MASK
    languages: frozenset[str] | None = None
    basis: MASK | None = None

    def understands(self, language: str | None) -> bool:
        """True where the model can read a language; one that is not known passes."""
        return self.languages is None or language is None or language in self.languages


@dataclass(frozen=True)
class Fused:
    """Scores of all rows, and the contributions by arm that add up to them."""

    scores: FLOATS
    parts: dict[str, FLOATS]


def fuse(
    language: str,
    words: WordScores,
    meanings: Sequence[Meaning],
    languages: Coded,
    visible: MASK,
    lengths: FLOATS,
) -> Fused:
    """Scores of all rows.

    Args:
        language: The question's language.
        words: From the arm of words.
        meanings: From the vector arms that were asked.
        languages: The records' languages, by row.
        visible: Rows the asker may see: each arm's scale comes from these.
        lengths: How many terms each row has.
    """
    said = lengths / (lengths + np.float32(FEW_TERMS))
    codes = languages.codes.view[: len(visible)]
    heard = trust(words, visible)
    word_weights: list[float] = []
    arm_weights: list[list[float]] = []
    for spoken in languages.values or [None]:
        same = spoken is None or spoken == language
        own = meaning_weights(language, spoken, meanings)
        loud = WORDS_WEIGHT * heard
        total = (loud if same else 0.0) + sum(own)
        scale = 1.0 / total if total > 0 else 1.0
        word_weights.append(loud * scale)
        arm_weights.append([weight * scale for weight in own])
    parts: dict[str, FLOATS] = {WORDS: _standard_words(words, visible) * _by_row(word_weights, codes)}
    for place, meaning in enumerate(meanings):
        by_language = [weights[place] for weights in arm_weights]
        standard = _standard_meaning(meaning, visible, codes, len(languages.values))
        parts[meaning.name] = standard * _by_row(by_language, codes) * said
    scores = np.zeros(len(visible), np.float32)
    for part in parts.values():
        scores += part
    return Fused(scores, parts)


def trust(words: WordScores, visible: MASK) -> float:
    """How much of the question the arm of words really matched, 0 to 1."""
    best = float(words.coverage.max(initial=0.0))
    matched = best * words.information
    return max(best, matched / (matched + FULL_INFORMATION)) if matched else 0.0


def meaning_weights(question: str | None, record: str | None, meanings: Sequence[Meaning]) -> list[float]:
    """How much each model counts for a pair of languages; they add up to one, or are all 0."""
    speaks = [m.understands(question) and m.understands(record) for m in meanings]
    special = any(can and m.languages is not None for can, m in zip(speaks, meanings, strict=True))
    raw = [
        0.0 if not can else BESIDE_SPECIALIST if special and m.languages is None else 1.0
        for can, m in zip(speaks, meanings, strict=True)
    ]
    total = sum(raw)
    return [weight / total for weight in raw] if total else raw


def _standard_words(words: WordScores, visible: MASK) -> FLOATS:
    spread = float(words.scores[visible].std()) if visible.any() else 0.0
    if spread <= 0:  # all alike, as with a single record: a match still counts
        spread = float(words.scores.max(initial=0.0)) or 1.0
    scaled: FLOATS = words.scores / np.float32(spread)
    return scaled


def _standard_meaning(meaning: Meaning, visible: MASK, codes: NDArray[np.int32], languages: int) -> FLOATS:
    known = visible & meaning.known
    rows = known if meaning.basis is None else known & meaning.basis
    if np.count_nonzero(rows) < ENOUGH:
        rows = known
    seen = meaning.cosines[rows]
    if not len(seen):
        return np.zeros(len(visible), np.float32)
    spread = float(seen.std()) or 1.0
    middle = float(seen.mean())
    middles = [middle] * languages
    if languages > 1:
        spoken = codes[rows]
        for code in range(languages):
            group = seen[spoken == code]
            if len(group):
                share = len(group) / (len(group) + PRIOR)
                middles[code] = share * float(group.mean()) + (1 - share) * middle
    scaled: FLOATS = (meaning.cosines - _by_row(middles, codes)) / np.float32(spread)
    scaled *= known
    return scaled


def _by_row(weights: Sequence[float], codes: NDArray[np.int32]) -> FLOATS:
    table = np.asarray(weights, np.float32)
    if len(table) == 1:
        return np.full(len(codes), table[0], np.float32)
    rows: FLOATS = table[codes]
    return rows
