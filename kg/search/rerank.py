"""A second look at the first hits: a cross-encoder reads question and text together.

Its figures have a scale of their own; they enter as standard scores over the hits that it
read, so the reranker's part of a hit says how far it moved it, and the parts still add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ..operations.lessons import ScorePart
from ..queries import statement
from ..schema import Label
from ..store.protocol import GraphStore
from .answers import PLACES, Draft
from .vectors import FLOATS

RERANKER = "reranker"
DEPTH = 30
"""So many hits are read again."""
WEIGHT = 1.0
"""One spread of the reranker counts as one of an arm."""
LETTERS = 4000


class Reranker(Protocol):
    """Reads a question with each text."""

    @property
    def name(self) -> str: ...

    def scores(self, question: str, texts: Sequence[str]) -> FLOATS:
        """How well each text answers, on any scale."""
        ...


def rerank(reranker: Reranker, question: str, drafts: list[Draft], store: GraphStore) -> list[Draft]:
    """The first `DEPTH` hits in a new order, each with one part more; the rest follows as it was.

    Raises:
        EncoderError: The model cannot be used.
    """
    read, rest = drafts[:DEPTH], drafts[DEPTH:]
    rows = store.read(statement("search.texts_of", Label.LESSON), ids=[draft.key for draft in read])
    texts = {row["id"]: row["text"][:LETTERS] for row in rows}
    known = [draft for draft in read if draft.key in texts]
    if len(known) < 2:
        return drafts
    figures = np.asarray(reranker.scores(question, [texts[draft.key] for draft in known]), np.float64)
    spread = float(figures.std()) or 1.0
    standard = (figures - figures.mean()) / spread
    ranks = (-figures).argsort().argsort() + 1
    for draft, figure, place, score in zip(known, figures, ranks, standard, strict=True):
        draft.parts.append(
            ScorePart(
                arm=RERANKER, rank=int(place), raw=round(float(figure), PLACES),
                score=round(WEIGHT * float(score), PLACES),
            )
        )  # fmt: skip
    return sorted(read, key=lambda draft: -draft.score) + rest
