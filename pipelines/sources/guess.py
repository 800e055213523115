"""Proposing a mapping for a file nobody has described: by column names and the shapes of values.

The proposal is a mapping file with comments: what it is unsure of says so. It is accepted
by `import` as it stands, so that a first try shows what to change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.domain import RECORDS
from kg.schema import Label

from ..resources import template_path
from . import plain_yaml
from .jsonlines import JsonLines
from .profile import Column, called, column_of, plain
from .proposal import Findings, notes_proposal, table_proposal
from .rows import RowSource
from .tables import CsvTable
from .values import as_text, shape_of

SAMPLE_ROWS = 2_000
NOT_NEGATIVE = {"budget", "cost", "estimate", "actual"}


@dataclass
class Guess:
    """A proposed mapping.

    Attributes:
        text: The mapping file.
        kind: What its rows were taken for.
        unsure: What a person should look at.
    """

    text: str
    kind: str
    unsure: list[str] = field(default_factory=list)


def guess_mapping(path: Path, home: Path | None = None) -> Guess:
    """A mapping file proposed for a CSV, JSON Lines or Markdown file (or a folder of reports).

    Raises:
        SourceUnreadable: The file is broken; names the line.
    """
    if path.is_dir() or path.suffix.lower() in {".md", ".markdown"}:
        text, unsure = notes_proposal(path)
        return Guess(text, "notes", unsure)
    jsonlines = path.suffix.lower() in {".jsonl", ".ndjson", ".json"}
    source: RowSource = JsonLines(path) if jsonlines else CsvTable(path)
    words = plain_yaml.load(template_path("guessing.yaml", home).read_text(encoding="utf-8"))
    found = _Guesser(path, source, "jsonlines" if jsonlines else "table", words).guess()
    text = table_proposal(found)
    return Guess(text, found.kind, found.unsure)


class _Guesser:
    def __init__(self, path: Path, source: RowSource, form: str, words: dict[str, Any]) -> None:
        self.path, self.form, self.words = path, form, words
        self.unsure: list[str] = []
        self.missing = {plain(word) or word for word in words["missing"]}
        self.found_missing: set[str] = set()
        self.columns = self._look(source)

    def guess(self) -> Findings:
        kind, fields = self._kind()
        found = Findings(
            stem=self.path.stem, file=self.path.name, form=self.form, words=self.words, kind=kind, fields=fields,
            columns=self.columns, missing=self.found_missing, unsure=self.unsure,
        )  # fmt: skip
        found.key = self._key(fields, found.title)
        if found.key is None:
            self.unsure.append(
                "no column names the rows: a row is known by all its cells, so a changed row is a new one"
            )
        if kind not in {"projects", "objects"}:
            found.project = self._project_column({column.name for column in fields.values()})
        return found

    def _look(self, source: RowSource) -> list[Column]:
        cells: dict[str, list[str]] = {name: [] for name in source.columns}
        rows = 0
        for row in source.rows():
            if rows == SAMPLE_ROWS:
                break
            rows += 1
            for name, cell in row.values.items():
                text = as_text(cell)
                if not text:
                    continue
                if text.casefold() in self.missing or plain(text) in self.missing:
                    self.found_missing.add(text)
                elif name in cells:
                    cells[name].append(text)
        return [column_of(name, found, rows) for name, found in cells.items()]

    def _kind(self) -> tuple[str, dict[str, Column]]:
        scored = []
        for kind, spec in self.words["kinds"].items():
            fields = self._fields(spec)
            needed = _needed(spec["label"])
            score = sum(2 if name in spec["signs"] else 1 for name in fields)
            named = [c for c in self.columns if any(called(c.name, word, exact=True) for word in spec["named_by"])]
            score += 3 * any(column.unique for column in named)
            spoken = all(fields[name].share >= 0.5 for name in needed if name in fields)
            if score > 1 and needed <= set(fields) and spoken and (kind != "measurements" or len(self.columns) <= 6):
                scored.append((score, kind, fields))
        if not scored:
            self.unsure.append("no kind of record fits these columns: every row is kept as an object of its own")
            return "objects", {}
        score, kind, fields = max(scored, key=lambda entry: entry[0])
        rivals = [other for points, other, _ in scored if other != kind and points >= score - 1]
        if rivals:
            self.unsure.append(f"the rows may also be {' or '.join(rivals)}")
        return kind, fields

    def _fields(self, spec: dict[str, Any]) -> dict[str, Column]:
        """Columns by field: exact names first, then names that contain one."""
        record = RECORDS[Label(spec["label"])]
        taken: dict[str, Column] = {}
        used: set[str] = set()
        if record.label is not Label.PROJECT:
            project = self._project_column(used)
            used = {project.name} if project else set()
        for exact in (True, False):
            for name, words in spec["fields"].items():
                if name in taken:
                    continue
                for word in words:
                    fitting = [c for c in self.columns if c.name not in used and called(c.name, word, exact=exact)]
                    column = max(fitting, key=lambda c: (c.share, -len(c.name)), default=None)
                    if column and column.has(shape_of(record, name)) and not (name in NOT_NEGATIVE and column.negative):
                        taken[name] = column
                        used.add(column.name)
                        break
        return taken

    def _key(self, fields: dict[str, Column], title: str) -> Column | None:
        """The column that names a row: called like a key and unique, else unique and short."""
        used = {column.name for name, column in fields.items() if name != title}
        named = [c for word in self.words["keys"] for c in self.columns if called(c.name, word, exact=True)]
        ending = [c for c in self.columns if re.search(r"(^|[_\s.])(id|key|code|no)$", c.name, re.IGNORECASE)]
        for column in [*named, *ending]:
            if column.unique and column.name not in used:
                return column
        for column in self.columns:
            if column.unique and column.words <= 2 and column.name not in used and column.date_forms is None:
                self.unsure.append(f"{column.name!r} is taken as the rows' key: it is unique in the sample")
                return column
        return None

    def _project_column(self, used: set[str]) -> Column | None:
        """A column that says which project a row belongs to."""
        for column in self.columns:
            words = self.words["project_columns"]
            if column.name not in used and any(called(column.name, word, exact=True) for word in words):
                return column
        return None


def _needed(label: str) -> set[str]:
    record = RECORDS[Label(label)]
    if record.label is Label.LESSON:
        return {"lesson"}
    given = {"id", "project", "subject"}
    return {name for name, info in record.model_fields.items() if info.is_required()} - given
