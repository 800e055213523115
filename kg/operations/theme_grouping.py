"""Themes out of topics and notes: which belong together, what they are called, and whether they grow."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from ..domain import Retrospective
from ..domain.language import detect_language
from .theme_material import Item
from .theme_views import ThemePeriod

WORDS = 6
AT_ONCE = 150
"""So many new texts are read by each model before an answer; the rest when somebody asks again."""
FEWEST_TO_COMPARE = 6
"""With fewer retrospectives nothing is said of more or less."""
FEWEST_TOUCHED = 3
CLEAR = 0.2
"""Shares of the halves that differ by this much are a change."""
_MONTHS = ((12, 1), (36, 3), (96, 6))


def group_items(search: Any, items: Sequence[Item]) -> tuple[list[list[int]], str, int]:
    """Rows of each theme, the most typical first, how texts were compared, and how many models still have to read.

    Args:
        search: The warm index, whose models read the texts; None compares words.
        items: Topics and notes.
    """
    if not items:
        return [], "none", 0
    import numpy as np  # clients import the table of operations: nothing heavy may come with it

    from ..search.meanings import Meanings, words_of
    from ..search.themes import group_texts

    texts = [item.text for item in items]
    meanings = search.meanings(texts, AT_ONCE) if search is not None else []
    method = "meaning"
    uncovered = np.ones(len(items), np.bool_)
    for meaning in meanings:
        uncovered &= ~meaning.covered
    unread = sum(
        1 for row in np.flatnonzero(uncovered) if search is not None and search.reads(detect_language(texts[row]))
    )
    if uncovered.any():  # no model has read these: their words have to do, among themselves
        words = words_of(texts)
        method = "words" if not meanings else "both"
        meanings = [*meanings, Meanings("words", words.vectors, words.covered & uncovered)]
    groups = group_texts(
        meanings, [item.held.id for item in items], _recurring(items), by_words=method == "words"
    )  # fmt: skip
    return [group.rows for group in groups], method, unread


def title_of(items: Sequence[Item], letters: int) -> str | None:
    """The most typical item that may be told, shortened; a topic's own title before a lone note near it."""
    named = [item for item in items[:3] if item.topic is not None] or list(items[:1])
    if not named:
        return None
    text = " ".join(named[0].title.split())
    if len(text) <= letters:
        return text
    cut = text[:letters]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut[letters // 2 :] else cut}…"


def words_apart(inside: Sequence[str], outside: Sequence[str], count: int = WORDS) -> list[str]:
    """Words that stand in many of some texts and in few of the others, spelt as most often."""
    from ..search.segment import tokens

    spelt: dict[str, Counter[str]] = defaultdict(Counter)
    own: Counter[str] = Counter()
    for text in inside:
        found = [(token.term, text[token.start : token.end]) for token in tokens(text) if token.weight == 1]
        own.update({term for term, form in found if len(form) > 1 and not form.isdecimal()})
        for term, form in found:
            spelt[term][form.lower()] += 1
    other = Counter(term for text in outside for term in {token.term for token in tokens(text)})
    size, rest = max(1, len(inside)), max(1, len(outside))
    marked = {
        term: (held / size) * max(0.0, 1 - other[term] / rest / (held / size))
        for term, held in own.items()
        if held > 1 or size == 1
    }
    best = sorted((term for term in marked if marked[term] > 0), key=lambda term: (-marked[term], term))[:count]
    return [min(spelt[term], key=lambda form: (-spelt[term][form], len(form), form)) for term in best]


def periods_of(retrospectives: Sequence[Retrospective], touching: set[str]) -> list[ThemePeriod]:
    """How many retrospectives were held and spoke of a theme, by month, quarter, half-year or year."""
    dated = [(held.held_on, held.id) for held in retrospectives if held.held_on is not None]
    if not dated:
        return []
    first, last = min(dated)[0], max(dated)[0]
    span = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((months for most, months in _MONTHS if span <= most), 12)
    found: list[ThemePeriod] = []
    month = (first.year * 12 + first.month - 1) // step * step
    while month <= last.year * 12 + last.month - 1:
        start, end = _first_day(month), _first_day(month + step)
        inside = [key for day, key in dated if start <= day < end]
        found.append(
            ThemePeriod(start=start, end=end, held=len(inside), touched=sum(1 for key in inside if key in touching))
        )
        month += step
    return found


def direction_of(retrospectives: Sequence[Retrospective], touching: set[str]) -> str:
    """Whether the later half of the retrospectives speaks of it more, less, or about as much."""
    dated = sorted(
        (held for held in retrospectives if held.held_on), key=lambda held: (held.held_on or date.min, held.id)
    )
    if len(dated) < FEWEST_TO_COMPARE:
        return "unknown"
    half = len(dated) // 2
    halves = (dated[:half], dated[-half:])
    if sum(1 for held in dated if held.id in touching) < FEWEST_TOUCHED:
        return "unknown"
    early, late = (sum(1 for held in part if held.id in touching) / half for part in halves)
    return "more" if late - early >= CLEAR else "less" if early - late >= CLEAR else "steady"


def _recurring(items: Sequence[Item]) -> list[list[int]]:
    """Rows of topics in which people recorded that one lesson came back, or that it came out of."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, item in enumerate(items):
        if item.topic is not None:
            for key in {*item.topic.recurrences, *item.topic.lessons}:
                rows[key].append(row)
    return [sorted(found) for _, found in sorted(rows.items()) if len(found) > 1]


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
