"""Boards exported as Markdown or plain text: a heading a column, a list item a card."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import SourceUnreadable
from .board import Board, BoardAction, BoardNote, count_of, day_of
from .board_words import BoardWords, plain
from .clock import find_date
from .encoding import detect_encoding
from .markdown import Block, Item, Listing, Section, Text, render, sections
from .values import BadValue

_DETAIL = re.compile(r"^\s*([^:：]{1,40})[:：]\s*(.*)$", re.DOTALL)
_VOTES = re.compile(
    r"\s*[(\[（]\s*(?:\+\s*(\d+)|(\d+)\s*(?:votes?|票|likes?|points?|赞)|(?:votes?|票数?|👍)\s*[:：]?\s*(\d+))\s*[)\]）]\s*$"
    r"|\s+(?:👍|\+)\s*(\d+)\s*$",
    re.IGNORECASE,
)
_TICK = re.compile(r"^\[([ xX])\]\s*")
_OWNER = re.compile(r"\s*(?:@([\w.-]+(?: [A-Z][\w.-]+)?)|[(（](?:owner|负责人)[:：]\s*([^)）]+)[)）])\s*$")
LEFT_OUT = {"lessons", "health", "voices", "period", "provenance"}
"""Sections of our own exports that hold no notes: the graph has them as records."""


def read_text(path: Path, words: BoardWords, encoding: str | None = None) -> Board:
    """The board in a Markdown file.

    Raises:
        SourceUnreadable: It is not text, or holds neither notes nor actions.
    """
    text = path.read_text(encoding=detect_encoding(path, encoding))
    board = _Reading(path.name, words).read(sections(text))
    if not (board.notes or board.actions or board.rejections):
        raise SourceUnreadable(
            f"{path} holds no notes: a heading for each column and a list item for each note are read.", file=str(path)
        )
    return board


class _Reading:
    def __init__(self, file: str, words: BoardWords) -> None:
        self.board, self.words, self._file = Board(), words, file
        self._own = False

    def read(self, found: list[Section]) -> Board:
        titled = [section for section in found if section.level == 1]
        self._own = any(self.words.sections.get(plain(section.heading)) == "notes" for section in found)
        alone = titled[0] if len(titled) == 1 and len([s for s in found if s.level]) > 1 else None
        part, level, column = "", 0, ""
        for section in found:
            if section is alone:
                self._title(section)
            elif self._own:
                part = self._of_ours(section, part)
            elif section.level == 0:
                self._introduction(section.blocks)
            elif (kind := self.words.kind(section.heading)) or not column or section.level <= level:
                part, level, column = kind or "notes", section.level, section.heading
                self._of_theirs(part, column, None, section.blocks)
            else:
                self._of_theirs(part, column, section.heading, section.blocks)
        return self.board

    def _title(self, section: Section) -> None:
        dated = find_date(section.heading)
        self.board.title = section.heading
        self.board.day = dated[0] if dated else None
        self._introduction(section.blocks)

    def _introduction(self, blocks: list[Block]) -> None:
        rest = []
        for block in blocks:
            details = self._details(block) if isinstance(block, Listing) and self._own else None
            if details is None and isinstance(block, Listing) and self._own:
                details = {}
                for item in block.items:
                    details |= self._detail(item.plain()) or {}
            if details is None:
                rest.append(block)
                continue
            self.board.anonymous = self.board.anonymous or "anonymous" in details
            if details.get("held_on"):
                self.board.day = day_of(details["held_on"])
            if details.get("attended", "").isdecimal():
                self.board.attended = int(details["attended"])
        if not self._own:
            said = render(rest)
            self.board.summary = "\n\n".join(part for part in (self.board.summary, said) if part)

    def _of_ours(self, section: Section, part: str) -> str:
        if section.level == 2:
            part = self.words.sections.get(plain(section.heading), "")
            if part in LEFT_OUT or not part:
                self.board.remarks.append(f"the section {section.heading!r} was left out: it holds no notes")
            elif part == "actions":
                self._actions(section.blocks, None)
            return part
        if part == "notes":
            self.board.columns.append(section.heading)
            self._notes(section.heading, None, section.blocks)
        elif part == "topics":
            self._topic(section)
        elif part == "actions":
            self.board.remarks.append(
                f"{section.heading!r} was left out: these actions come with their own retrospective"
            )
        return part

    def _of_theirs(self, part: str, column: str, topic: str | None, blocks: list[Block]) -> None:
        match part:
            case "action":
                self._actions(blocks, topic)
            case "summary":
                self.board.summary = "\n\n".join(t for t in (self.board.summary, render(blocks)) if t)
            case "comment":
                self._comments(topic, blocks)
            case _:
                if column not in self.board.columns:
                    self.board.columns.append(column)
                title, votes = self._voted(topic) if topic else (None, 0)
                if title and votes:
                    self.board.topic(title).votes = votes
                self._notes(column, title, blocks)

    def _comments(self, topic: str | None, blocks: list[Block]) -> None:
        if topic is None:
            self.board.summary = "\n\n".join(t for t in (self.board.summary, render(blocks)) if t)
            return
        found = self.board.topic(topic)
        found.discussion, found.discussed = render(blocks), True

    def _topic(self, section: Section) -> None:
        topic = self.board.topic(section.heading)
        rest: list[Block] = []
        for number, block in enumerate(section.blocks):
            if number == 0 and isinstance(block, Listing):
                for item in block.items:
                    detail = self._detail(item.plain()) or {}
                    if "votes" in detail:
                        topic.votes = count_of(detail["votes"])
                    if "discussed" in detail:
                        topic.discussed = plain(detail["discussed"]) in self.words.yes
            else:
                rest.append(block)
        topic.discussion = render(rest)

    def _notes(self, column: str, topic: str | None, blocks: list[Block]) -> None:
        for block in blocks:
            items = block.items if isinstance(block, Listing) else [Item([block])]
            for item in items:
                self.board.rows += 1
                try:
                    self._note(column, topic, item)
                except BadValue as bad:
                    self._reject("votes", str(bad), item)

    def _note(self, column: str, topic: str | None, item: Item) -> None:
        said, details = self._parted(item)
        if not said:
            self._reject("text", "the note has no text", item)
            return
        votes = count_of(details.get("votes", ""))
        if not self._own and "votes" not in details:
            said, votes = self._voted(said)
        self.board.add_note(
            BoardNote(
                column, said, votes, details.get("topic") or topic, details.get("author"), details.get("fact")
            )
        )  # fmt: skip

    def _actions(self, blocks: list[Block], topic: str | None) -> None:
        for block in blocks:
            if isinstance(block, Text):
                if not self._own:
                    self._action(Item([block]), topic)
                continue
            for item in block.items:
                self._action(item, topic)

    def _action(self, item: Item, topic: str | None) -> None:
        self.board.rows += 1
        said, details = self._parted(item)
        tick = _TICK.match(said)
        said = _TICK.sub("", said)
        owner = details.get("owner")
        if not self._own and owner is None and (found := _OWNER.search(said)):
            owner, said = found[1] or found[2], said[: found.start()]
        if not said.strip():
            self._reject("action", "the action has no text", item)
            return
        words = details.get("status", "")
        status = self.words.status(words) if words else "done_unverified" if tick and tick[1] != " " else None
        try:
            due, opened, done = (day_of(details.get(name, "")) for name in ("due", "opened", "done"))
            if words and status is None:
                raise BadValue(f"the status {words!r} is not known (open, in progress, done, cancelled)")
        except BadValue as bad:
            self._reject("action", str(bad), item)
            return
        self.board.actions.append(
            BoardAction(
                said.strip(), owner, due, details.get("metric"), status, opened, done, details.get("topic") or topic
            )
        )  # fmt: skip

    def _parted(self, item: Item) -> tuple[str, dict[str, str]]:
        """An item's own text, and the details in the list inside it."""
        last = item.blocks[-1] if item.blocks else None
        details = self._details(last) if isinstance(last, Listing) else None
        if details is None:
            return item.plain(), {}
        return render(item.blocks[:-1]), details

    def _details(self, listing: Block) -> dict[str, str] | None:
        """Details such as `Votes: 3`; None when the list says anything else."""
        if not isinstance(listing, Listing):
            return None
        found: dict[str, str] = {}
        for item in listing.items:
            detail = self._detail(item.plain())
            if detail is None and not self._own:
                return None
            found |= detail or {}
        return found

    def _detail(self, text: str) -> dict[str, str] | None:
        said = _DETAIL.match(text)
        field = self.words.field(said[1] if said else text)
        return {field: said[2].strip() if said else ""} if field else None

    def _voted(self, text: str) -> tuple[str, int]:
        """A text without the votes at its end, and the votes."""
        found = _VOTES.search(text)
        if not found or not text[: found.start()].strip():
            return text, 0
        return text[: found.start()].strip(), int(next(group for group in found.groups() if group))

    def _reject(self, field: str, reason: str, item: Item) -> None:
        self.board.reject(self._file, self.board.rows, 0, field, reason, {"text": item.plain()})
