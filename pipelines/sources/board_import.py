"""Notes of other tools made a closed retrospective: read, checked, written all or none."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from kg.domain import Relationship, derive_id, record_class
from kg.schema import Label, Rel

from ..errors import SourceUnreadable
from .board import Board, BoardAction, BoardNote
from .board_table import read_table
from .board_text import read_text
from .board_words import BoardWords, plain
from .clock import find_date
from .importer import GraphOperations
from .rejections import keep, new_import_id

SOURCE = "board"
TABLES, TEXTS = (".csv", ".tsv"), (".md", ".markdown", ".txt")


class BoardReport(BaseModel):
    """What came of an import of notes: `state` is `new`, `changed`, `unchanged` or `checked`."""

    import_id: str
    file: str
    retrospective: str
    title: str
    held_on: date | None = None
    state: str = "checked"
    rows: int = 0
    notes: int = 0
    topics: int = 0
    actions: int = 0
    rejected: int = 0
    rejected_file: str | None = None
    rejections: list[str] = []
    notices: list[str] = []


SHOWN_REJECTIONS = 20


def read_board(path: Path, home: Path | None = None, encoding: str | None = None) -> Board:
    """The board in a file: a table (`.csv`, `.tsv`) or a text (`.md`, `.txt`).

    Raises:
        SourceUnreadable: It is neither, or holds no notes.
    """
    ending = path.suffix.casefold()
    if ending not in TABLES + TEXTS:
        raise SourceUnreadable(
            f"{path} is not read: export the board as CSV or Markdown ({', '.join(TABLES + TEXTS)}).", file=str(path)
        )
    words = BoardWords(home)
    return read_table(path, words, encoding) if ending in TABLES else read_text(path, words, encoding)


def import_board(
    graph: GraphOperations,
    home: Path,
    path: Path,
    project: str,
    *,
    title: str | None = None,
    held_on: date | None = None,
    team: str | None = None,
    anonymous: bool = False,
    encoding: str | None = None,
    check: bool = False,
) -> BoardReport:
    """Import the notes of a board as one closed retrospective of a project.

    Project, title and day name it: importing them again updates it and makes nothing twice.
    With `anonymous` no author reaches the graph, nor the file of rejected rows.

    Args:
        graph: Where records are written.
        home: The installation's folder.
        path: The exported file.
        project: Id of the project, or the id its source gave it.
        title: What it is called; else the file's own title, else the file's name.
        held_on: When it was held; else the date in the file's title or name.
        team: The team that held it.
        anonymous: Drop authors.
        encoding: The file's encoding; found out when not given.
        check: Read and check, write nothing.

    Raises:
        SourceUnreadable: The file holds no board.
        NotFound: There is no such project.
        InvalidRecord: What it holds breaks a rule.
    """
    board = read_board(path, home, encoding)
    owner = graph.project_facts(project=project).project
    making = _Making(board, path, owner, title, held_on, team, anonymous or board.anonymous)
    records, edges = making.made()
    plain_records = [
        {"label": label.value, "values": _checked(label, values, path.name)}
        for label, values in making.without_settled(graph, records)
    ]
    report = making.report(new_import_id())
    making.say_what_was_there(graph, report)
    if not check:
        counts = graph.put_records_batch(
            records=plain_records,
            relationships=edges,
            keep_unnamed=True,
        )
        report.state = "new" if counts.created == len(records) else "unchanged"
        if counts.updated or 0 < counts.created < len(records):
            report.state = "changed"
        if board.rejections:
            report.rejected_file = str(keep(home, report.import_id, making.kept_rejections()))
    return report


class _Making:
    def __init__(
        self,
        board: Board,
        path: Path,
        project: Any,
        title: str | None,
        held_on: date | None,
        team: str | None,
        anonymous: bool,
    ) -> None:
        self.board, self.path, self.project, self.team, self.anonymous = board, path, project, team, anonymous
        in_name = find_date(path.stem.replace("_", "-"))
        self.day = held_on or board.day or (in_name[0] if in_name else None)
        self.title = title or board.title or re.sub(r"[-_\s]+", " ", in_name[1] if in_name else path.stem).strip()
        self.title = self.title or "Board"
        self.external = "/".join(part for part in (project.id, str(self.day or ""), self.title) if part)
        self.key = derive_id("retrospective", SOURCE, self.external)

    def made(self) -> tuple[list[tuple[Label, dict[str, Any]]], list[Relationship]]:
        """The records and what joins them."""
        topics = self._topic_keys()
        actions = self._actions(topics)
        records = [(Label.RETROSPECTIVE, self._retrospective(topics, actions)), *actions]
        edges = [self._edge(Rel.HELD, Label.PROJECT, self.project.id, Label.RETROSPECTIVE, self.key)]
        edges += [
            self._edge(Rel.PRODUCED, Label.RETROSPECTIVE, self.key, Label.ACTION_ITEM, values["id"])
            for _, values in actions
        ]
        return records, edges

    def report(self, import_id: str) -> BoardReport:
        """What is to be told; filled further by whoever writes."""
        board = self.board
        return BoardReport(
            import_id=import_id, file=str(self.path), retrospective=self.key, title=self.title, held_on=self.day,
            rows=board.rows, notes=len(board.notes), topics=len(board.topics), actions=len(board.actions),
            rejected=len(board.rejections), notices=list(board.remarks),
            rejections=[rejection.message() for rejection in board.rejections[:SHOWN_REJECTIONS]],
        )  # fmt: skip

    def say_what_was_there(self, graph: GraphOperations, report: BoardReport) -> None:
        """Tell what an earlier import left that this file does not have."""
        found = graph.list_records_of(label=Label.RETROSPECTIVE.value, project=self.project.id, limit=100_000).records
        earlier = next((record for record in found if record["id"] == self.key), None)
        if earlier is None:
            return
        if self.board.notes and len(earlier["notes"]) > len(self.board.notes):
            report.notices.append(
                f"the earlier import had {len(earlier['notes'])} notes, this file has {len(self.board.notes)}: "
                "the earlier ones stay in the record's history"
            )
        if self.anonymous and any(note.get("author") for note in earlier["notes"]):
            report.notices.append("names of authors of the earlier import stay in the record's history")

    def without_settled(
        self, graph: GraphOperations, records: list[tuple[Label, dict[str, Any]]]
    ) -> list[tuple[Label, dict[str, Any]]]:
        """The records without the status of actions whose effect people have settled since."""
        label = Label.ACTION_ITEM.value
        held = graph.list_records_of(label=label, project=self.project.id, limit=100_000).records
        settled = {r["id"] for r in held if r["status"] not in ("open", "in_progress", "done_unverified")}
        return [
            (label, {name: value for name, value in values.items() if name != "status" or values["id"] not in settled})
            for label, values in records
        ]

    def kept_rejections(self) -> list[Any]:
        """Rejected rows as they may be kept: without authors in an anonymous one."""
        if not self.anonymous:
            return self.board.rejections
        words = BoardWords()
        return [
            replace(r, values={name: value for name, value in r.values.items() if words.field(name) != "author"})
            for r in self.board.rejections
        ]

    def _retrospective(self, topics: dict[str, str], actions: list[tuple[Label, dict[str, Any]]]) -> dict[str, Any]:
        board, words = self.board, BoardWords()
        keys = self._column_keys(words)
        values: dict[str, Any] = {
            **self._own(self.key, self.external), "title": self.title, "held_on": self.day, "team": self.team,
            "format": "imported", "state": "closed", "anonymity": self.anonymous, "attended": board.attended,
            "summary": board.summary or None,
        }  # fmt: skip
        if board.notes or board.columns:
            values["columns"] = [
                {
                    "key": keys[title],
                    "en": title,
                    "zh": title,
                    "tone": words.tones.get(words.column(title) or "", "neutral"),
                }
                for title in board.columns
            ]
            values["notes"] = self._notes(keys, topics)
        if topics:
            values["topics"] = [
                {
                    "key": topics[topic.title], "title": topic.title, "discussion": topic.discussion,
                    "discussed": topic.discussed or bool(topic.discussion),
                    "votes": sum(n.votes for n in board.notes if n.topic == topic.title)
                    if topic.votes is None
                    else topic.votes,
                    "actions": [action["id"] for _, action in actions if action.get("topic") == topics[topic.title]],
                }
                for topic in board.topics.values()
            ]  # fmt: skip
        return {name: value for name, value in values.items() if value is not None}

    def _notes(self, keys: dict[str, str], topics: dict[str, str]) -> list[dict[str, Any]]:
        found = []
        for note, key in self._note_keys():
            said: dict[str, Any] = {
                "key": key, "column": keys[note.column], "text": note.text, "votes": note.votes,
                "group": topics.get(note.topic or ""), "fact": note.fact,
                "author": None if self.anonymous else note.author,
            }  # fmt: skip
            found.append({name: value for name, value in said.items() if value is not None})
        return found

    def _topic_keys(self) -> dict[str, str]:
        """Keys of topics by title; a card that stood alone is its own topic, and is not counted twice."""
        grouped = {note.topic for note in self.board.notes}
        alone = {_flat(note.text): key for note, key in self._note_keys() if not note.topic}
        keys = {}
        for number, title in enumerate(self.board.topics, start=1):
            own = None if title in grouped else _starting(alone, _flat(title))
            keys[title] = own or f"topic-{number}"
        return keys

    def _note_keys(self) -> list[tuple[BoardNote, str]]:
        columns = self._column_keys(BoardWords())
        counts: dict[str, int] = {}
        found = []
        for note in self.board.notes:
            column = columns[note.column]
            counts[column] = counts.get(column, 0) + 1
            found.append((note, f"{column}-{counts[column]}"))
        return found

    def _column_keys(self, words: BoardWords) -> dict[str, str]:
        keys: dict[str, str] = {}
        for number, title in enumerate(self.board.columns, start=1):
            key = words.column(title) or re.sub(r"[^a-z0-9]+", "_", title.casefold()).strip("_")[:30] or f"c{number}"
            if not key[0].isalpha():
                key = f"c{number}_{key}"
            keys[title] = key if key not in keys.values() else f"{key}_{number}"
        return keys

    def _actions(self, topics: dict[str, str]) -> list[tuple[Label, dict[str, Any]]]:
        found: list[tuple[Label, dict[str, Any]]] = []
        seen: dict[str, int] = {}
        for action in self.board.actions:
            slug = plain(action.title)[:60]
            seen[slug] = seen.get(slug, 0) + 1
            external = f"{self.external}#actions/{slug}" + (f"--{seen[slug]}" if seen[slug] > 1 else "")
            found.append((Label.ACTION_ITEM, self._action(action, external, topics)))
        return found

    def _action(self, action: BoardAction, external: str, topics: dict[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {
            **self._own(derive_id("action_item", SOURCE, external), external), "retrospective": self.key,
            "title": action.title, "owner": action.owner, "due": action.due, "success_metric": action.metric,
            "status": None if action.status == "open" else action.status, "opened_on": action.opened or self.day,
            "done_on": action.done, "topic": topics.get(action.topic or ""),
        }  # fmt: skip
        return {name: value for name, value in values.items() if value is not None}

    def _own(self, key: str, external: str) -> dict[str, Any]:
        return {
            "id": key, "source_system": SOURCE, "external_id": external, "project": self.project.id,
            "unit": self.project.unit, "confidential": self.project.confidential,
        }  # fmt: skip

    def _edge(self, rel: Rel, start_label: Label, start: str, end_label: Label, end: str) -> Relationship:
        return Relationship(
            type=rel, start_label=start_label, start=start, end_label=end_label, end=end, source_system=SOURCE
        )


def _checked(label: Label, values: dict[str, Any], where: str) -> dict[str, Any]:
    """A record's values as plain ones, its rules kept."""
    return record_class(label).parse(values, where=where).model_dump(mode="json", exclude_unset=True)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _starting(keys: dict[str, str], title: str) -> str | None:
    """The key of the text that a title is, or is the beginning of."""
    if title in keys:
        return keys[title]
    start = title.removesuffix("…").rstrip()
    return next((key for text, key in keys.items() if title.endswith("…") and text.startswith(start)), None)


__all__ = ["BoardReport", "import_board", "read_board"]
