"""What a board of another tool holds, whatever file it came in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .clock import find_date
from .rejections import Rejection
from .values import BadValue

_COUNT = re.compile(r"\+?\s*(\d{1,6})(?:\.0+)?")
_AROUND_COUNT = re.compile(r"votes?|票|👍|❤️?|⭐|points?|likes?|赞|×|x", re.IGNORECASE)


@dataclass
class BoardNote:
    """A card of the board."""

    column: str
    text: str
    votes: int = 0
    topic: str | None = None
    author: str | None = None
    fact: str | None = None


@dataclass
class BoardTopic:
    """A group of cards; `votes` is None where only its cards have votes."""

    title: str
    votes: int | None = None
    discussed: bool = False
    discussion: str = ""


@dataclass
class BoardAction:
    """Something that was decided."""

    title: str
    owner: str | None = None
    due: date | None = None
    metric: str | None = None
    status: str | None = None
    opened: date | None = None
    done: date | None = None
    topic: str | None = None


@dataclass
class Board:
    """A whole board.

    Attributes:
        columns: Titles of its columns in order, empty ones too.
        rejections: Rows that could not be used, whole.
        remarks: What a person may want to know.
    """

    title: str = ""
    day: date | None = None
    attended: int | None = None
    anonymous: bool = False
    summary: str = ""
    columns: list[str] = field(default_factory=list)
    notes: list[BoardNote] = field(default_factory=list)
    topics: dict[str, BoardTopic] = field(default_factory=dict)
    actions: list[BoardAction] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    rows: int = 0

    def add_note(self, note: BoardNote) -> None:
        """Keep a note, its column and its topic."""
        if note.column not in self.columns:
            self.columns.append(note.column)
        self.notes.append(note)
        if note.topic:
            self.topic(note.topic)

    def topic(self, title: str) -> BoardTopic:
        """The topic with this title, made when it is new."""
        return self.topics.setdefault(title, BoardTopic(title))

    def reject(self, file: str, row: int, line: int, field: str, reason: str, values: dict[str, Any]) -> None:
        """Keep aside what cannot be used."""
        self.rejections.append(Rejection(file, row, line, field, reason, values))


def count_of(text: str) -> int:
    """A number of votes: `3`, `+3`, `3 votes`, `3 票`, `👍 3`; nothing is none.

    Raises:
        BadValue: It is no such number.
    """
    bare = _AROUND_COUNT.sub("", text).strip(" ()[]:：")
    if not bare and not _AROUND_COUNT.search(text):
        return 0
    found = _COUNT.fullmatch(bare)
    if found is None:
        raise BadValue(f"{text.strip()!r} is not a number of votes")
    return int(found[1])


def day_of(text: str) -> date | None:
    """A date, or None for nothing.

    Raises:
        BadValue: It is something else.
    """
    if not text.strip() or text.strip() in {"–", "-"}:
        return None
    found = find_date(text)
    if found is None:
        raise BadValue(f"{text.strip()!r} is not a date: expected YYYY-MM-DD")
    return found[0]
