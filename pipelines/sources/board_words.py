"""What boards of other tools call things: `templates/board_words.yaml`, and the words of our own exports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ..messages import LANGUAGES, Messages
from ..resources import template_path
from . import plain_yaml

OWN = {
    "topics.title": "topics", "all_notes.title": "notes", "decided.title": "actions", "learnt.title": "lessons",
    "health.title": "health", "voices.title": "voices", "period.title": "period",
    "report.provenance.title": "provenance",
}  # fmt: skip
"""Sections of our own Markdown by what they hold."""

_FIELDS = {
    "note": "text", "column": "column", "topic": "topic", "votes": "votes", "topic_votes": "topic_votes",
    "discussed": "discussed", "discussion": "discussion", "fact": "fact", "author": "author", "action": "action",
    "owner": "owner", "due": "due", "status": "status", "metric": "metric", "opened": "opened", "done": "done",
    "from": "from",
}  # fmt: skip


class BoardWords:
    """The vocabulary, looked up without case, spaces and punctuation.

    Args:
        home: The installation, whose own vocabulary wins.
    """

    def __init__(self, home: Path | None = None) -> None:
        said = _vocabulary(template_path("board_words.yaml", home).read_text(encoding="utf-8"))
        self._headings = _inverted(said["headings"])
        self._columns = _inverted(said["columns"])
        self._kinds = _inverted(said["kinds"])
        self._statuses = _inverted(said["statuses"])
        self.tones: dict[str, str] = dict(said["tones"])
        self.sections: dict[str, str] = {}
        self.details: dict[str, str] = {}
        self.yes: set[str] = set()
        self.here: set[str] = set()
        for language in LANGUAGES:
            words = Messages(language)
            for key, part in OWN.items():
                self.sections[plain(words(key if key.startswith("report.") else f"retro_report.{key}"))] = part
            for key, field in _FIELDS.items():
                self.details[plain(words(f"retro_report.export.{key}"))] = field
            self.yes.add(plain(words("retro_report.export.yes")))
            self.here.add(plain(words("retro_report.export.here")))
            self.details[plain(words("retro_report.header.held"))] = "held_on"
            self.details[plain(words("retro_report.tile.attended"))] = "attended"
            self.details[plain(words("retro_report.anonymity.anonymous"))] = "anonymous"

    def field(self, heading: str) -> str | None:
        """The field that a table's heading means: our own word, or another tool's."""
        return self.details.get(plain(heading)) or self._headings.get(plain(heading))

    def column(self, title: str) -> str | None:
        """The key of a column by what it is about; None for one of its own kind."""
        return self._columns.get(plain(title))

    def kind(self, words: str) -> str | None:
        """`action`, `comment` or `summary`; None for notes."""
        return self._kinds.get(plain(words))

    def status(self, words: str) -> str | None:
        """An action's status by what a tool calls it."""
        return self._statuses.get(plain(words))


def plain(text: str) -> str:
    """Words to compare: without case, spaces and punctuation."""
    return "".join(re.findall(r"\w+", text.casefold().replace("_", " ")))


@cache
def _vocabulary(text: str) -> Any:
    return plain_yaml.load(text)


def _inverted(groups: Mapping[str, list[Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, words in groups.items():
        for word in words:
            found.setdefault(plain(str(word)), name)
    return found
