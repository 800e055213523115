"""Whether a record that was found for a text is really about the same: hits may be shown to somebody who did not ask.

A search always finds the nearest there is. What is offered unasked must stand out: against
all other records of its language as models see them, or by holding much of the text's
information and standing out at least somewhat. Thresholds are standard scores and shares,
never cosines: those differ by model. A record of a few words ("See attachment.") lies near
everything and counts as much as it says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..operations.lessons import LessonHit
from .columns import ROWS, Coded
from .fusion import Meaning
from .lexical import WordScores
from .vectors import FLOATS

CLEARLY = 3.5
"""So many standard deviations nearer than records of that language are: meaning alone tells."""
SOMEWHAT, A_NAT, LEAST = 4.0, 0.08, 1.8
"""With shared words less is enough, by `A_NAT` for each nat of information in them, but never less than `LEAST`."""
COVERED, INFORMATION, MOST_INFORMATION = 0.3, 5.0, 25.0
"""Shared words count from this share of the text's information, and from so many nats on (a rare and a common word)."""
NEXT_BEST = 0.7
"""What scores less than this share of the best hit is not shown beside it."""
WORDS_ALONE, INFORMATION_ALONE = 0.5, 10.0
"""The same where no model can speak."""
FEW_TERMS = 5.0
"""A record of so many terms is heard half."""
ENOUGH = 12
"""A language with fewer records is compared with all of them; where all are fewer, meaning says nothing."""


@dataclass(frozen=True)
class Resemblance:
    """How a record resembles a text.

    Attributes:
        covered: Share of the text's information in words that the record holds, 0 to 1.
        information: The same in nats.
        nearness: In standard deviations over the other records of its language, the mean of the
            models that can tell; None where none can.
        said: How much the record says, 0 to 1: few words lie near everything.
    """

    covered: float
    information: float
    nearness: float | None
    said: float = 1.0

    @property
    def holds(self) -> bool:
        """True when the record is about the same, as far as can be told."""
        if self.nearness is None:
            return self.covered >= WORDS_ALONE and self.information >= INFORMATION_ALONE
        wanted = max(LEAST, SOMEWHAT - A_NAT * min(self.information, MOST_INFORMATION))
        return self.by_meaning or (self.by_words and self.nearness >= wanted)

    @property
    def by_words(self) -> bool:
        """True when the words that both hold say something."""
        return self.covered >= COVERED and self.information >= INFORMATION

    @property
    def by_meaning(self) -> bool:
        """True when meaning alone tells."""
        return self.nearness is not None and self.nearness * self.said >= CLEARLY

    @property
    def strength(self) -> float:
        """0 to 1, for people: from nothing in common to what nobody would doubt."""
        return round(1 - math.exp(-max(0.0, self.nearness or 0.0) / 4 - self.covered), 2)


@dataclass(frozen=True)
class Resembling:
    """A lesson that resembles a text, and how."""

    hit: LessonHit
    how: Resemblance


def resemblance(
    rows: Sequence[int],
    words: WordScores,
    meanings: Sequence[Meaning],
    languages: Coded,
    visible: ROWS,
    lengths: FLOATS,
) -> Resemblance:
    """How a lesson resembles the text, told by the version of it that does most.

    Args:
        rows: The lesson and its translations.
        words: From the arm of words.
        meanings: From the vector arms.
        languages: The records' languages, by row.
        visible: Rows the asker may see.
        lengths: How many terms each row has.
    """
    codes = languages.codes.view
    seen_by: list[float] = []
    for meaning in meanings:
        known = visible[meaning.known[visible] & ~np.isin(visible, rows)]
        found = []
        for row in rows:
            spoken = known[codes[known] == codes[row]]
            seen = meaning.cosines[spoken if len(spoken) >= ENOUGH else known]
            spread = float(seen.std()) if len(seen) >= ENOUGH else 0.0
            if meaning.known[row] and spread > 0:
                found.append((float(meaning.cosines[row]) - float(seen.mean())) / spread)
        if found:
            seen_by.append(max(found))
    nearness = round(sum(seen_by) / len(seen_by), 2) if seen_by else None
    longest = max(float(lengths[row]) for row in rows)
    covered = max(float(words.coverage[row]) for row in rows)
    return Resemblance(
        round(covered, 3), round(covered * words.information, 2), nearness, longest / (longest + FEW_TERMS)
    )
