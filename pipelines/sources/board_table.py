"""Boards exported as tables: one row a card, or one column of cells a column of the board."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from ..errors import SourceUnreadable
from ..spreadsheets import unguarded
from .board import Board, BoardAction, BoardNote, count_of, day_of
from .board_words import BoardWords, plain
from .rows import Row
from .tables import CsvTable
from .values import BadValue


class BoardTable(CsvTable):
    """A table in which a heading may stand twice, as boards with several `Votes` columns have it."""

    def _check_header(self, cells: list[str]) -> list[str]:
        seen: dict[str, int] = {}
        names = []
        for cell in cells:
            name = " ".join(cell.split())
            seen[name] = seen.get(name, 0) + 1
            names.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
        return super()._check_header(names)


def read_table(path: Path, words: BoardWords, encoding: str | None = None) -> Board:
    """The board in a CSV file.

    Raises:
        SourceUnreadable: It is no table, or holds neither notes nor actions.
    """
    table = BoardTable(path, encoding=encoding)
    reading = _Reading(table, words)
    for row in table.rows():
        reading.board.rows += 1
        if row.problem:
            reading.reject(row, "row", row.problem)
            continue
        try:
            reading.take(row)
        except BadValue as bad:
            reading.reject(row, "row", str(bad))
    if not reading.board.rows:
        raise SourceUnreadable(f"{path} has a header and no rows.", file=str(path))
    return reading.board


class _Reading:
    def __init__(self, table: CsvTable, words: BoardWords) -> None:
        self.board, self.words, self._file = Board(), words, table.path.name
        self._columns: dict[str, str] = {}
        for heading in table.columns:
            field = words.field(heading)
            if field:
                self._columns.setdefault(field, heading)
        if "column" not in self._columns and "topic" in self._columns and "type" not in self._columns:
            self._columns["column"] = self._columns.pop("topic")
        self.take: Callable[[Row], None] = self._card
        if "text" not in self._columns:
            self.take = self._action if self._is_about_actions() else self._cells
        if self.take == self._cells:
            self._wide = self._board_columns(table.columns)
            self.board.remarks.append(
                f"{self._file} has no heading such as Note or 内容: "
                "each of its columns was taken for a column of the board"
            )
            self.board.columns = [title for title, _ in self._wide.values()]
        known = set(self._columns.values())
        unread = [name for name in table.columns if name not in known and words.field(name) != "passed_over"]
        if self.take != self._cells and unread:
            self.board.remarks.append(f"columns that were not read: {', '.join(unread)}")

    def reject(self, row: Row, field: str, reason: str) -> None:
        self.board.reject(self._file, row.number, row.line, field, reason, row.values)

    def _is_about_actions(self) -> bool:
        return "action" in self._columns and bool({"owner", "due", "status"} & set(self._columns))

    def _board_columns(self, headings: list[str]) -> dict[str, tuple[str, str | None]]:
        """Board columns by heading, each with the column of votes beside it."""
        found: dict[str, tuple[str, str | None]] = {}
        last: str | None = None
        for heading in headings:
            bare = re.sub(r" \(\d+\)$", "", heading)
            if self.words.field(bare) in {"votes", "topic_votes"} and last is not None:
                found[last] = (found[last][0], heading)
            elif self.words.field(bare) != "passed_over":
                found[heading], last = (heading, None), heading
        return found

    def _cell(self, row: Row, field: str) -> str:
        heading = self._columns.get(field)
        return unguarded(str(row.values.get(heading) or "")).strip() if heading else ""

    def _card(self, row: Row) -> None:
        said = self._cell(row, "type")
        kind = self.words.kind(said) if said else None
        text, topic = self._cell(row, "text"), self._cell(row, "topic") or None
        column = self._cell(row, "column") or ("" if kind else said)
        if kind is None and not said and self.words.kind(column) == "action":
            kind = "action"
        action = self._cell(row, "action")
        if not text and not action:
            self.reject(row, "text", "the card has no text")
        elif kind == "comment":
            self._comment(row, topic, text)
        elif kind == "action":
            self._decided(row, text, topic)
        else:
            if text:
                self._note(row, column or "Notes", text, topic)
            if action:
                self._decided(row, action, topic)

    def _note(self, row: Row, column: str, text: str, topic: str | None) -> None:
        votes = count_of(self._cell(row, "votes"))
        of_topic = self._cell(row, "topic_votes")
        on_topic = count_of(of_topic) if of_topic else None
        note = BoardNote(column, text, votes, topic, self._cell(row, "author") or None, self._cell(row, "fact") or None)
        self.board.add_note(note)
        if topic:
            found = self.board.topic(topic)
            found.votes = on_topic if on_topic is not None else found.votes
            found.discussed = found.discussed or plain(self._cell(row, "discussed")) in self.words.yes
            said = self._cell(row, "discussion")
            if said and said not in found.discussion:
                found.discussion = "\n\n".join(part for part in (found.discussion, said) if part)
                found.discussed = True

    def _comment(self, row: Row, topic: str | None, text: str) -> None:
        if topic is None:
            self.reject(row, "topic", "the comment names no topic")
            return
        found = self.board.topic(topic)
        found.discussion = "\n\n".join(part for part in (found.discussion, text) if part)
        found.discussed = True

    def _decided(self, row: Row, title: str, topic: str | None) -> None:
        said = self._cell(row, "status")
        status = self.words.status(said) if said else None
        if said and status is None:
            raise BadValue(f"the status {said!r} is not known (open, in progress, done, cancelled)")
        self.board.actions.append(
            BoardAction(
                title, self._cell(row, "owner") or None, day_of(self._cell(row, "due")),
                self._cell(row, "metric") or None, status, day_of(self._cell(row, "opened")),
                day_of(self._cell(row, "done")), topic,
            )
        )  # fmt: skip

    def _action(self, row: Row) -> None:
        origin = self._cell(row, "from")
        if origin and plain(origin) not in self.words.here:
            self.reject(row, "from", "an action of an earlier retrospective: it comes with that one")
            return
        title = self._cell(row, "action")
        if not title:
            self.reject(row, "action", "the action has no text")
            return
        self._decided(row, title, self._cell(row, "topic") or None)

    def _cells(self, row: Row) -> None:
        for heading, (title, votes) in self._wide.items():
            text = unguarded(str(row.values.get(heading) or "")).strip()
            if not text:
                continue
            if self.words.kind(title) == "action":
                self.board.actions.append(BoardAction(text))
                continue
            count = count_of(str(row.values.get(votes) or "")) if votes else 0
            self.board.add_note(BoardNote(title, text, count))
