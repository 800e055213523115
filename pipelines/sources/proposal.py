"""Writing a proposed mapping: by hand, for the comments that tell what to look at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.domain import RECORDS
from kg.schema import Label

from .profile import Column, called, plain
from .values import Shape, shape_of

_SCOPE = "UNSURE: who may see it is decided by its unit"
_EDGES = {
    "lessons": "{from: lesson, type: LEARNED_IN, to: project}",
    "outcomes": "{from: project, type: HAS_OUTCOME, to: outcome}",
}
_CONSTANTS = {
    "lessons": "state: {value: published}   # UNSURE: `draft` if they were not reviewed at their source",
    "outcomes": "origin: {value: imported}",
    "measurements": "subject: {value: CHANGE ME}   # UNSURE: name the column with the outcome or KPI (id or title)",
}


@dataclass
class Findings:
    """What was found out about a file.

    Attributes:
        stem: Its name without the ending.
        file: Its name.
        form: `table` or `jsonlines`.
        words: What columns tend to be called (`templates/guessing.yaml`).
        kind: What its rows are taken for.
        fields: Columns by the field they become.
        columns: All columns.
        key: The column that names a row.
        project: The column that says which project a row belongs to.
        missing: Cells that mean no value.
        unsure: What a person should look at.
    """

    stem: str
    file: str
    form: str
    words: dict[str, Any]
    kind: str
    fields: dict[str, Column]
    columns: list[Column]
    key: Column | None = None
    project: Column | None = None
    missing: set[str] = field(default_factory=set)
    unsure: list[str] = field(default_factory=list)

    @property
    def label(self) -> Label:
        """The record that a row mainly makes."""
        spec = self.words["kinds"].get(self.kind)
        return Label(spec["label"]) if spec else Label.SOURCE_OBJECT

    @property
    def title(self) -> str:
        """The field that a person would call the record by."""
        return next((name for name in ("title", "name", "lesson") if name in self.fields), "")


def table_proposal(found: Findings) -> str:
    """A mapping file for a table; what it is unsure of is added to the findings too."""
    return _Writer(found).text()


def notes_proposal(path: Path) -> tuple[str, list[str]]:
    """A mapping file for Markdown reports, and what it is unsure of."""
    source = slug(path.stem)
    unsure = ["the project is named after the folder or file: give it its name and its unit"]
    project = quoted(f"project:{source}")
    lines = [
        f"# Proposed for {path.name}: Markdown reports. Headings are those of incident_notes;",
        "# name others under `notes: headings:`.",
        *[f"# UNSURE: {item}." for item in unsure],
        f"name: {quoted(source)}",
        "like: incident_notes",
        "kind: notes",
        "format: notes",
        f"source: {quoted(source)}",
        "fixed:",
        "  - label: Project",
        f"    values: {{id: {project}, name: {quoted(path.stem)}, unit: {quoted(source)}}}",
        "notes:",
        f"  project: {project}",
        f"  unit: {quoted(source)}",
    ]
    return "\n".join(lines) + "\n", unsure


class _Writer:
    def __init__(self, found: Findings) -> None:
        self.found = found
        self.source = slug(found.stem)
        self.maps: list[str] = []
        self.dates: dict[str, None] = {}

    def text(self) -> str:
        found = self.found
        body = [*self._project(), *self._main(), *self._edges()]
        lines = [
            f"# Proposed for {found.file} by its column names and the shapes of its values. Read it before use.",
            *[f"# UNSURE: {item}." for item in found.unsure],
            f"name: {quoted(self.source)}",
            f"kind: {found.kind}",
            f"format: {found.form}",
            f"source: {quoted(self.source)}   # the system the rows come from: importing again finds records by it",
        ]
        if found.missing:
            words = ", ".join(quoted(word) for word in sorted(found.missing))
            lines.append(f"missing: [{words}]   # cells that mean: no value")
        if self.dates:
            lines.append(f"dates: [{', '.join(quoted(form) for form in self.dates)}]")
        if self.maps:
            lines += ["", "maps:", *self.maps]
        self._tell(body)
        return "\n".join([*lines, "", "records:", *body]) + "\n"

    def _tell(self, body: list[str]) -> None:
        """Tell the doubts that stand beside their lines, too."""
        for line in body + self.maps:
            place, mark, reason = line.partition("UNSURE: ")
            if mark:
                self.found.unsure.append(f"{place.split(':')[0].strip()}: {reason}")

    def _project(self) -> list[str]:
        """A project for rows that belong to one; without a column that says which, one for the whole file."""
        if self.found.kind in {"projects", "objects"}:
            return []
        column = self.found.project
        if column is None:
            self.found.unsure.append(
                "no column says which project a row belongs to: all belong to one, named after the file"
            )
            key = f"[{{value: {quoted(self.source)}}}]"
            name = f"{{value: {quoted(self.found.stem)}}}   # UNSURE: give the project its name"
        else:
            key = name = quoted(column.name)
        return [
            "  project:",
            "    label: Project",
            f"    key: {key}",
            "    fields:",
            f"      name: {name}",
            f"      unit: {{value: {quoted(self.source)}}}   # {_SCOPE}",
        ]

    def _main(self) -> list[str]:
        found = self.found
        record = RECORDS[found.label]
        name = re.sub(r"(?<!^)([A-Z])", r"_\1", found.label.value).lower()
        lines = [
            f"  {name}:",
            f"    label: {found.label.value}",
            f"    key: {quoted(found.key.name) if found.key else 'row'}",
        ]
        if found.kind not in {"projects", "objects"}:
            lines.append("    within: project")
        lines.append("    fields:")
        for field_name, column in found.fields.items():
            lines.append(f"      {field_name}: {self._rule(field_name, column, shape_of(record, field_name))}")
        used = {column.name for column in found.fields.values()}
        rest = [column for column in found.columns if column.name not in used and column is not found.key]
        return lines + self._extras(rest)

    def _rule(self, field_name: str, column: Column, shape: Shape) -> str:
        unsure = self.found.unsure
        if shape in {Shape.DATE, Shape.INSTANT} and column.date_forms:
            if len(column.date_forms) > 1:
                forms = " or ".join(column.date_forms)
                unsure.append(f"dates of {column.name!r} fit {forms}: took the first")
            self.dates[column.date_forms[0]] = None
        if field_name == "status":
            return self._status(column)
        if field_name == self.found.title and column.share < 1:
            unsure.append(f"{column.name!r} is empty in some rows, which get '(no {field_name})' instead")
            return f"{{column: {quoted(column.name)}, otherwise: (no {field_name})}}"
        return quoted(column.name)

    def _status(self, column: Column) -> str:
        known = {
            plain(word): status for status, words in self.found.words["statuses"]["projects"].items() for word in words
        }
        self.maps.append("  status:")
        for text in sorted(set(column.cells))[:60]:
            status = known.get(plain(text))
            unsure = "" if status else "   # UNSURE: planned, active, closed or cancelled?"
            self.maps.append(f"    {quoted(text)}: {status or 'active'}{unsure}")
        return f"{{column: {quoted(column.name)}, map: status, otherwise: active}}"

    def _extras(self, rest: list[Column]) -> list[str]:
        match self.found.kind:
            case "projects":
                return self._project_extras(rest)
            case "objects":
                return self._object_extras(rest)
            case kind:
                return [f"      {_CONSTANTS[kind]}"] if kind in _CONSTANTS else []

    def _project_extras(self, rest: list[Column]) -> list[str]:
        fields = self.found.fields
        lines = []
        if ("budget" in fields or "cost" in fields) and "currency" not in fields:
            lines.append("      currency: {value: USD}   # UNSURE: no column says the currency of the amounts")
        if "status" not in fields:
            lines.append("      status: {value: active}   # UNSURE: no column says the status")
        if "unit" not in fields:
            lines.append(f"      unit: {{value: {quoted(self.source)}}}   # {_SCOPE}")
        words = self.found.words["later_words"]
        later = [column for column in rest if any(called(column.name, word, exact=False) for word in words)]
        early = [column for column in rest if column not in later]
        for target, columns, why in (
            ("attributes", early, "known at approval, may feed predictions. UNSURE: move what was learnt later"),
            ("known_later", later, "learnt afterwards: never feeds a prediction"),
        ):
            if columns:
                lines += [f"      {target}:   # {why}", f"        columns: {_names(columns)}"]
        return lines

    def _object_extras(self, rest: list[Column]) -> list[str]:
        words = ("name", "title", "名称", "标题")
        title = next((c for c in rest if any(called(c.name, word, exact=True) for word in words)), None)
        lines = [f"      kind: {{value: {quoted(self.found.stem)}}}"]
        if title:
            lines.append(f"      name: {quoted(title.name)}")
        columns = [c for c in rest if c is not title] or [c for c in [self.found.key] if c]
        return [*lines, f"      properties: {{columns: {_names(columns)}}}"]

    def _edges(self) -> list[str]:
        kind = self.found.kind
        return ["", "relationships:", f"  - {_EDGES[kind]}"] if kind in _EDGES else []


def _names(columns: list[Column]) -> str:
    return f"[{', '.join(quoted(column.name) for column in columns)}]"


def slug(text: str) -> str:
    """A short name from a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "file"


def quoted(text: str) -> str:
    """A YAML scalar on one line; in doubt in quotes."""
    special = {"true", "false", "null", "yes", "no", "on", "off"}
    if re.fullmatch(r"[A-Za-z]([A-Za-z0-9 _/.-]*[A-Za-z0-9_])?", text) and text.casefold() not in special:
        return text
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{escaped}"'
