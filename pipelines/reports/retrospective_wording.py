"""Words of the report of one retrospective, and how its notes are shown."""

from __future__ import annotations

import html
from typing import Any

from markupsafe import Markup

from kg.domain import ActionItem, ColumnName, Note, Retrospective, detect_language
from kg.operations.retrospective_facts import RetrospectiveFacts

from . import narrative
from .wording import Wording

IN_MARKDOWN = frozenset({"incident_report"})
"""Formats whose notes were written in Markdown; a note from a board is shown as it was typed."""

TONES = {"good": "went_well", "bad": "went_wrong", "lucky": "got_lucky", "idea": "idea", "action": "action"}
_SUPPOSED = {narrative.WELL: "good", narrative.WRONG: "bad", narrative.LUCKY: "lucky", "action": "action"}


class RetrospectiveWording(Wording):
    """How a retrospective is spoken of: the words of `retro_report`, and those of all reports where it has none."""

    def __call__(self, key: str, /, **values: Any) -> str:
        """The words of `retro_report.<key>`, else of `report.<key>`."""
        own = f"retro_report.{key}"
        known = own in self.messages or f"{own}.other" in self.messages
        return self.messages(own, **values) if known else super().__call__(key, **values)

    def knows(self, key: str) -> bool:
        """True when there are words for the key."""
        return f"retro_report.{key}" in self.messages or super().knows(key)

    def said(self, text: str, held: Retrospective) -> Markup:
        """What somebody wrote, complete: markup shows as typed, line breaks stay."""
        if held.format in IN_MARKDOWN:
            return self.prose(text, inline=True)
        safe = html.escape(text.strip()).replace("\r\n", "\n").replace("\n", "<br>")
        own = detect_language(text)
        return Markup(safe if own == self.language else f'<span lang="{own}">{safe}</span>')  # noqa: S704

    def named(self, key: str, words: str) -> str:
        """`<words>.<key>` where the catalogue has it, else the key made readable."""
        full = f"{words}.{key}"
        return self(full) if self.knows(full) else key.replace("_", " ").strip().capitalize()

    def format(self, facts: RetrospectiveFacts) -> str:
        """What the retrospective's format is called."""
        name = facts.format_name
        return name(self.language) if name else self.named(facts.retrospective.format, "format")

    def column(self, column: ColumnName) -> str:
        """A column's title."""
        return column.zh if self.language == "zh" else column.en

    def status(self, action: ActionItem) -> str:
        """Where an action stands."""
        return self(f"action_status.{action.status.value}")

    def measured(self, value: float) -> str:
        """A measured figure, as exact as it helps."""
        return self.number(float(f"{value:.4g}"))


def columns_of(held: Retrospective) -> list[ColumnName]:
    """The columns of a retrospective in order; a column that only notes name gets a name of its own."""
    found = list(held.columns)
    known = {column.key for column in found}
    for note in held.notes:
        if note.column not in known:
            known.add(note.column)
            found.append(_supposed(note.column))
    return found


def title_of(key: str, columns: list[ColumnName], say: RetrospectiveWording) -> str:
    """The title of the column with this key."""
    return next((say.column(column) for column in columns if column.key == key), key)


def votes_of(note: Note, held: Retrospective) -> int:
    """Votes on a note: its own, or those of the topic it is by itself."""
    alone = next((topic.votes for topic in held.topics if topic.key == note.key), 0)
    return max(note.votes, alone)


def _supposed(key: str) -> ColumnName:
    kind = narrative.COLUMNS.get(key, "other")
    names = [_name(key, language) for language in ("en", "zh")]
    return ColumnName(key=key, en=names[0], zh=names[1], tone=_SUPPOSED.get(kind, "neutral"))


def _name(key: str, language: str) -> str:
    say = RetrospectiveWording.of(language)
    return say(f"notes.{key}") if key in narrative.COLUMNS and say.knows(f"notes.{key}") else say.named(key, "column")
