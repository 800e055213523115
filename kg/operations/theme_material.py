"""What retrospectives give to themes, and how far each thing may be told.

Three degrees of what may be told, so that a theme never says more than a group agreed to:

- *open*: topics and notes of named retrospectives, and topics into which a group put at
  least two notes. They may name a theme and stand under their retrospective.
- *pooled*: notes of an anonymous retrospective of at least five people. They count and are
  shown only beside those of another anonymous team, without their retrospective.
- nothing: notes of an anonymous retrospective of fewer people, or of who knows how many.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from ..domain import Retrospective
from ..domain.retrospectives import FEWEST_ANSWERS, Topic
from ..errors import KgError
from .table import Context
from .theme_views import ThemeNote

LETTERS = 600
"""What a text is about stands in its first letters."""
_IMPORTED = {"went_well": "good", "went_wrong": "bad", "got_lucky": "lucky"}
_ASIDE = frozenset({"action", "other"})
"""Columns of imported reports that hold no observations."""
_NAMES = {
    "went_well": ("What went well", "做得好的"),
    "went_wrong": ("What went wrong", "做得不好的"),
    "got_lucky": ("Where we got lucky", "侥幸之处"),
    "lessons": ("Lessons", "教训"),
    "conclusion": ("Conclusion", "结论"),
}


@dataclass(frozen=True)
class Item:
    """A topic with its notes, or a note by itself; `open` ones may be told with their retrospective."""

    held: Retrospective
    key: str
    title: str
    text: str
    open: bool
    topic: Topic | None = None
    notes: list[ThemeNote] = field(default_factory=list)


def key_of(items: Iterable[Item]) -> str:
    """A key for a theme of these items, from which nobody can tell one of them."""
    names = sorted(f"{item.held.id}\n{item.key}" for item in items)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]


def team_of(held: Retrospective) -> str:
    """Whose retrospective it is: its team, or the people of its project."""
    return held.team or held.project


def many_took_part(held: Retrospective) -> bool:
    """True when at least five are known to have been there."""
    return held.attended is not None and held.attended >= FEWEST_ANSWERS


def shows_votes(held: Retrospective) -> bool:
    """True when sums of votes single nobody out; what another tool gave out with names is out already."""
    return many_took_part(held) or (held.attended is None and not held.anonymity)


def is_guarded(held: Retrospective) -> bool:
    """True when its notes are not used at all."""
    return held.anonymity and not many_took_part(held)


def material(context: Context, retrospectives: Iterable[Retrospective]) -> list[Item]:
    """Topics and notes, the oldest retrospective first."""
    columns = _Columns(context)
    found: list[Item] = []
    for held in sorted(retrospectives, key=lambda r: (r.held_on or date.min, r.id)):
        found += _items(held, columns)
    return found


def _items(held: Retrospective, columns: _Columns) -> list[Item]:
    grouped = Counter(note.group for note in held.notes if note.group)
    used: set[str] = set()
    found = []
    usable = [note for note in held.notes if columns.holds_observations(held, note.column) and note.text.strip()]
    for topic in held.topics:
        own = [note for note in usable if note.group == topic.key or note.key == topic.key]
        agreed = grouped[topic.key] > 1
        used |= {note.key for note in own}
        if not topic.title.strip() and not own:
            continue
        if held.anonymity and not agreed and is_guarded(held):
            continue  # its title is somebody's note
        notes = [] if is_guarded(held) else [columns.told(held, note.column, note.text) for note in own]
        title = topic.title.strip() or (own[0].text if not held.anonymity else "")
        if not title:
            continue
        text = "\n".join([title, *(note.text for note in notes if note.text.strip() != title)])
        found.append(Item(held, topic.key, title, text[:LETTERS], agreed or not held.anonymity, topic, notes))
    if not is_guarded(held):
        for note in usable:
            if note.key not in used:
                told = columns.told(held, note.column, note.text)
                text = note.text.strip()
                found.append(Item(held, note.key, text, text[:LETTERS], not held.anonymity, None, [told]))
    return found


class _Columns:
    """Names and tones of columns: as the retrospective kept them, else of its format, else of imported reports."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._formats: dict[str, dict[str, tuple[str, str, str]]] = {}

    def holds_observations(self, held: Retrospective, column: str) -> bool:
        return bool(held.columns) or column not in _ASIDE or column in self._of_format(held.format)

    def told(self, held: Retrospective, column: str, text: str) -> ThemeNote:
        en, zh, tone = self._find(held, column)
        return ThemeNote(text=text.strip(), tone=tone, en=en, zh=zh)

    def _find(self, held: Retrospective, column: str) -> tuple[str, str, str]:
        for own in held.columns:
            if own.key == column:
                return own.en, own.zh, own.tone
        known = self._of_format(held.format)
        if column in known:
            return known[column]
        en, zh = _NAMES.get(column, (column.replace("_", " "), column.replace("_", " ")))
        return en, zh, _IMPORTED.get(column, "neutral")

    def _of_format(self, key: str) -> dict[str, tuple[str, str, str]]:
        if key not in self._formats:
            try:
                found = self._context.service("formats").get(key).columns
            except KgError:  # imported, or a format that is gone
                found = []
            self._formats[key] = {c.key: (c.title.en, c.title.zh, str(c.tone)) for c in found}
        return self._formats[key]
