"""Proposing a mapping for a file nobody has described: by column names and the shapes of values.

The proposal is a mapping file with comments: what it is unsure of says so. It is accepted
by `import` as it stands, so that a first try shows what to change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


from kg.domain import RECORDS
from kg.schema import Label

from ..resources import template_path
from . import plain_yaml
from .jsonlines import JsonLines
from .rows import RowSource
from .tables import CsvTable
from .values import BadValue, Shape, as_date, as_number, as_text, shape_of

SAMPLE_ROWS = 2_000
NOT_NEGATIVE = {"budget", "cost", "estimate", "actual"}
DATE_FORMS = ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%d %B %Y", "%Y-%m", "%m/%d/%y")


@dataclass
class Column:
    """What a sample of a column's cells shows."""

    name: str
    cells: list[str]
    share: float
    """Which part of the cells holds a value."""
    unique: bool
    numeric: bool
    date_forms: list[str] | None
    """Forms that read every cell as a date; empty for year-first dates, None for no dates."""
    words: float
    negative: bool = False

    def has(self, shape: Shape) -> bool:
        """True when a field of this shape could hold the cells."""
        match shape:
            case Shape.NUMBER | Shape.DECIMAL:
                return self.numeric
            case Shape.INTEGER:
                return self.numeric and all("." not in cell for cell in self.cells)
            case Shape.DATE | Shape.INSTANT:
                return self.date_forms is not None
            case Shape.YES_NO | Shape.MAPPING:
                return False
            case _:
                return True


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
        return _guess_notes(path)
    jsonlines = path.suffix.lower() in {".jsonl", ".ndjson", ".json"}
    source: RowSource = JsonLines(path) if jsonlines else CsvTable(path)
    words = plain_yaml.load(template_path("guessing.yaml", home).read_text(encoding="utf-8"))
    return _Guesser(path, source, "jsonlines" if jsonlines else "table", words).guess()


class _Guesser:
    def __init__(self, path: Path, source: RowSource, form: str, words: dict[str, Any]) -> None:
        self.path, self.form, self.words = path, form, words
        self.unsure: list[str] = []
        self.missing = {_plain(word) or word for word in words["missing"]}
        self.found_missing: set[str] = set()
        self.columns = self._look(source)

    def guess(self) -> Guess:
        kind, fields = self._kind()
        return Guess(_Writer(self, kind, fields).text(), kind, self.unsure)

    def _look(self, source: RowSource) -> list[Column]:
        cells: dict[str, list[str]] = {name: [] for name in source.columns}
        rows = 0
        for row in source.rows():
            rows += 1
            if rows > SAMPLE_ROWS:
                break
            for name, cell in row.values.items():
                text = as_text(cell)
                if not text:
                    continue
                if text.casefold() in self.missing or _plain(text) in self.missing:
                    self.found_missing.add(text)
                elif name in cells:
                    cells[name].append(text)
        return [self._column(name, found, min(rows, SAMPLE_ROWS)) for name, found in cells.items()]

    def _column(self, name: str, cells: list[str], rows: int) -> Column:
        return Column(
            name=name,
            cells=cells,
            share=len(cells) / rows if rows else 0.0,
            unique=len(cells) == rows > 0 and len(set(cells)) == rows,
            numeric=bool(cells) and all(_is_number(cell) for cell in cells),
            date_forms=_date_forms(cells),
            negative=any(cell.startswith(("-", "(", "−")) for cell in cells),
            words=sum(len(cell.split()) for cell in cells) / len(cells) if cells else 0.0,
        )

    def _kind(self) -> tuple[str, dict[str, Column]]:
        scored = []
        for kind, spec in self.words["kinds"].items():
            fields = self._fields(spec)
            needed = _needed(spec["label"])
            score = sum(2 if name in spec["signs"] else 1 for name in fields)
            named = [c for c in self.columns if any(_called(c.name, word, True) for word in spec["named_by"])]
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
        for exact in (True, False):
            for name, words in spec["fields"].items():
                if name in taken:
                    continue
                for word in words:
                    fitting = [c for c in self.columns if c.name not in used and _called(c.name, word, exact)]
                    column = max(fitting, key=lambda c: (c.share, -len(c.name)), default=None)
                    if column and column.has(shape_of(record, name)) and not (name in NOT_NEGATIVE and column.negative):
                        taken[name] = column
                        used.add(column.name)
                        break
        return taken

    def key(self, fields: dict[str, Column], title: str) -> Column | None:
        """The column that names a row: called like a key and unique, else unique and short."""
        used = {column.name for name, column in fields.items() if name != title}
        named = [c for c in self.columns if any(_called(c.name, w, True) for w in self.words["keys"])]
        ending = [c for c in self.columns if re.search(r"(^|[_\s.])(id|key|code|no)$", c.name, re.IGNORECASE)]
        for column in [*named, *ending]:
            if column.unique and column.name not in used:
                return column
        for column in self.columns:
            if column.unique and column.words <= 2 and column.name not in used and column.date_forms is None:
                self.unsure.append(f"{column.name!r} is taken as the rows' key: it is unique in the sample")
                return column
        return None

    def project_column(self, used: set[str]) -> Column | None:
        """A column that says which project a row belongs to."""
        for column in self.columns:
            if column.name not in used and any(_called(column.name, w, True) for w in self.words["project_columns"]):
                return column
        return None


class _Writer:
    """Writes the proposal; by hand, for the comments."""

    def __init__(self, guesser: _Guesser, kind: str, fields: dict[str, Column]) -> None:
        self.guesser, self.kind, self.fields = guesser, kind, fields
        spec = guesser.words["kinds"].get(kind)
        self.label = spec["label"] if spec else Label.SOURCE_OBJECT.value
        self.source = _slug(guesser.path.stem)
        self.title = next((n for n in ("title", "name", "lesson") if n in fields), "")
        self.maps: list[str] = []
        self.dates: dict[str, None] = {}

    def text(self) -> str:
        guesser = self.guesser
        key = guesser.key(self.fields, self.title)
        if key is None:
            guesser.unsure.append("no column names the rows: each row is known by all its cells, a changed row is a new one")
        body = [*self._project(), *self._main(key), *self._edges()]
        lines = [
            f"# Proposed for {guesser.path.name} by its column names and the shapes of its values. Read it before use.",
            *[f"# UNSURE: {item}." for item in guesser.unsure],
            f"name: {_quoted(self.source)}",
            f"kind: {self.kind}",
            f"format: {guesser.form}",
            f"source: {_quoted(self.source)}          # the system the rows come from: importing again finds records by it",
        ]
        if guesser.found_missing:
            words = ", ".join(_quoted(word) for word in sorted(guesser.found_missing))
            lines.append(f"missing: [{words}]   # cells that mean: no value")
        if self.dates:
            lines.append(f"dates: [{', '.join(_quoted(form) for form in self.dates)}]")
        if self.maps:
            lines += ["", "maps:", *self.maps]
        return "\n".join([*lines, "", "records:", *body]) + "\n"

    def _project(self) -> list[str]:
        """A project for rows that belong to one; without a column that says which, one for the whole file."""
        if self.kind in {"projects", "objects"}:
            return []
        column = self.guesser.project_column({c.name for c in self.fields.values()})
        self.project = column
        if column is None:
            self.guesser.unsure.append("no column says which project a row belongs to: all belong to one, named after the file")
            return [
                "  project:",
                "    label: Project",
                f"    key: [{{value: {_quoted(self.source)}}}]",
                "    fields:",
                f"      name: {{value: {_quoted(self.guesser.path.stem)}}}   # UNSURE: give the project its name",
                f"      unit: {{value: {_quoted(self.source)}}}   # UNSURE: who may see it is decided by its unit",
            ]
        return [
            "  project:",
            "    label: Project",
            f"    key: {_quoted(column.name)}",
            "    fields:",
            f"      name: {_quoted(column.name)}",
            f"      unit: {{value: {_quoted(self.source)}}}   # UNSURE: who may see it is decided by its unit",
        ]

    def _main(self, key: Column | None) -> list[str]:
        name = _record_name(self.label)
        lines = [f"  {name}:", f"    label: {self.label}", f"    key: {_quoted(key.name) if key else 'row'}"]
        if self.kind not in {"projects", "objects"}:
            lines.append("    within: project")
        lines.append("    fields:")
        record = RECORDS[Label(self.label)]
        for field_name, column in self.fields.items():
            lines.append(f"      {field_name}: {self._rule(field_name, column, shape_of(record, field_name))}")
        rest = [c for c in self.guesser.columns if c.name not in {f.name for f in self.fields.values()} and c is not key]
        lines += self._extras(rest, key)
        return lines

    def _rule(self, field_name: str, column: Column, shape: Shape) -> str:
        if shape in {Shape.DATE, Shape.INSTANT} and column.date_forms:
            if len(column.date_forms) > 1:
                forms = " or ".join(column.date_forms)
                self.guesser.unsure.append(f"dates of {column.name!r} fit {forms}: took the first")
            self.dates[column.date_forms[0]] = None
        if field_name == "status":
            return self._status(column)
        if field_name == self.title and column.share < 1:
            self.guesser.unsure.append(f"{column.name!r} is empty in some rows, which get '(no {field_name})' instead")
            return f"{{column: {_quoted(column.name)}, otherwise: (no {field_name})}}"
        return _quoted(column.name)

    def _status(self, column: Column) -> str:
        known = {_plain(word): status for status, words in self.guesser.words["statuses"]["projects"].items() for word in words}
        self.maps.append("  status:")
        for text in sorted(set(column.cells))[:60]:
            status = known.get(_plain(text))
            unsure = "" if status else "   # UNSURE: planned, active, closed or cancelled?"
            self.maps.append(f"    {_quoted(text)}: {status or 'active'}{unsure}")
        return f"{{column: {_quoted(column.name)}, map: status, otherwise: active}}"

    def _extras(self, rest: list[Column], key: Column | None) -> list[str]:
        if self.kind == "projects":
            lines = []
            if ("budget" in self.fields or "cost" in self.fields) and "currency" not in self.fields:
                lines.append("      currency: {value: USD}   # UNSURE: no column says the currency of the amounts")
            if "status" not in self.fields:
                lines.append("      status: {value: active}   # UNSURE: no column says the status")
            if "unit" not in self.fields:
                lines.append(f"      unit: {{value: {_quoted(self.source)}}}   # UNSURE: who may see it is decided by its unit")
            later = [c for c in rest if any(_called(c.name, w, False) for w in self.guesser.words["later_words"])]
            early = [c for c in rest if c not in later]
            for target, columns, why in (
                ("attributes", early, "known at approval: these may feed predictions. UNSURE: move what was learnt later"),
                ("known_later", later, "learnt afterwards: never feeds a prediction"),
            ):
                if columns:
                    lines += [f"      {target}:   # {why}", f"        columns: [{', '.join(_quoted(c.name) for c in columns)}]"]
            return lines
        if self.kind == "objects":
            title = next((c for c in rest if any(_called(c.name, w, True) for w in ("name", "title", "名称", "标题"))), None)
            lines = [f"      kind: {{value: {_quoted(self.guesser.path.stem)}}}"]
            if title:
                lines.append(f"      name: {_quoted(title.name)}")
            columns = [c for c in rest if c is not title] or ([key] if key else [])
            lines.append(f"      properties: {{columns: [{', '.join(_quoted(c.name) for c in columns)}]}}")
            return lines
        return self._constants()

    def _constants(self) -> list[str]:
        match self.kind:
            case "lessons":
                return ["      state: {value: published}   # UNSURE: `draft` if they were not reviewed at their source"]
            case "outcomes":
                return ["      origin: {value: imported}"]
            case "measurements":
                return ["      subject: {record: project}   # UNSURE: the outcome or KPI that was measured"]
            case _:
                return []

    def _edges(self) -> list[str]:
        edge = {"lessons": "{from: lesson, type: LEARNED_IN, to: project}", "outcomes": "{from: project, type: HAS_OUTCOME, to: outcome}"}
        return ["", "relationships:", f"  - {edge[self.kind]}"] if self.kind in edge else []


def _guess_notes(path: Path) -> Guess:
    source = _slug(path.stem if path.is_file() else path.name)
    unsure = ["the project is named after the folder or file: give it its name and its unit"]
    text = "\n".join(
        [
            f"# Proposed for {path.name}: Markdown reports. Headings are those of incident_notes; name others under `headings`.",
            *[f"# UNSURE: {item}." for item in unsure],
            f"name: {_quoted(source)}",
            "like: incident_notes",
            "kind: notes",
            "format: notes",
            f"source: {_quoted(source)}",
            "fixed:",
            "  - label: Project",
            f"    values: {{id: {_quoted(f'project:{source}')}, name: {_quoted(path.stem)}, unit: {_quoted(source)}}}",
            "notes:",
            f"  project: {_quoted(f'project:{source}')}",
            f"  unit: {_quoted(source)}",
        ]
    )
    return Guess(text + "\n", "notes", unsure)


def _needed(label: str) -> set[str]:
    record = RECORDS[Label(label)]
    if record.label is Label.LESSON:
        return {"lesson"}
    given = {"id", "project", "subject"}
    return {name for name, info in record.model_fields.items() if info.is_required()} - given


def _is_number(text: str) -> bool:
    try:
        as_number(text)
    except BadValue:
        return False
    return True


def _date_forms(cells: Sequence[str]) -> list[str] | None:
    if not cells:
        return None

    def reads(forms: list[str]) -> bool:
        try:
            for cell in cells:
                as_date(cell, forms)
        except BadValue:
            return False
        return True

    if reads([]):
        return []
    return [form for form in DATE_FORMS if reads([form])] or None


def _plain(text: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.findall(r"[^\W_]+", spaced.casefold()))


def _called(column: str, word: str, exact: bool) -> bool:
    name, wanted = _plain(column), _plain(word)
    if exact:
        return name == wanted or name.replace(" ", "") == wanted.replace(" ", "")
    if re.search(r"[\u3400-\u9fff]", wanted):
        return len(wanted) > 1 and wanted in name
    return len(wanted) > 3 and re.search(rf"\b{re.escape(wanted)}\b", name) is not None


def _record_name(label: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", label).lower()


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "file"


def _quoted(text: str) -> str:
    """A YAML scalar on one line."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9 _/.-]*", text) and text.casefold() not in {
        "yes", "no", "true", "false", "null", "on", "off", "y", "n",
    }  # fmt: skip
    if plain and not text.endswith(" "):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
