"""What a mapping file says: which column becomes which field of which record."""

from __future__ import annotations

import re
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kg.schema import Label, Rel

KINDS: dict[str, Label] = {
    "projects": Label.PROJECT,
    "outcomes": Label.OUTCOME,
    "assessments": Label.ASSESSMENT,
    "measurements": Label.MEASUREMENT,
    "costs": Label.COST_ENTRY,
    "benefits": Label.BENEFIT_ENTRY,
    "milestones": Label.MILESTONE,
    "work": Label.WORK_ITEM,
    "actions": Label.ACTION_ITEM,
    "lessons": Label.LESSON,
    "benchmarks": Label.BENCHMARK,
    "notes": Label.RETROSPECTIVE,
    "objects": Label.SOURCE_OBJECT,
}
"""What can be imported: the word of the command, and the record that a row mainly makes."""

ALSO_CALLED = {"retrospectives": "notes", "incidents": "notes", "issues": "work"}
"""Other words for kinds."""

ID_PREFIX = {
    label: label.value.lower() if label.isupper() else re.sub(r"(?<!^)([A-Z])", r"_\1", label).lower()
    for label in Label
}
"""The first part of an id, by label: `action_item`."""


class Part(BaseModel):
    """Base of all parts of a mapping: unknown words are refused."""

    model_config = ConfigDict(extra="forbid")


class FieldRule(Part):
    """Where a field's value comes from; written short, a text names a column."""

    column: str | None = None
    text: str | None = None
    """Text with columns in braces: `World Bank/{Global Practice}`."""
    value: Any = None
    """A constant."""
    columns: list[str] | dict[str, str] | None = None
    """Several columns gathered into a mapping, as they are called or under names of our own."""
    prefix: str = ""
    """Text with columns in braces put before each gathered name."""
    record: str | None = None
    """The id of another record of the same row."""
    link: Label | None = None
    """The id that the record of this kind has, whose own key is in `column`."""
    source: str | None = None
    """The source system of a linked record; the mapping's own when not given."""
    map: str | None = None
    """Name of a value map (`maps`)."""
    fiscal_year: Literal["start", "end"] | None = None
    dates: list[str] | None = None
    decimal: Literal[".", ","] = "."
    unit: str | None = None
    separator: str | None = None
    otherwise: Any = None
    """What the field holds when the column is empty."""
    optional: bool = False
    """The file may lack the column."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        return {"column": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [name for name in ("column", "text", "columns", "record") if getattr(self, name) is not None]
        if "value" in self.model_fields_set:
            given.append("value")
        if len(given) != 1:
            said = " and ".join(given) if given else "none of them"
            raise ValueError(f"say one of column, text, value, columns, record (found {said})")
        if self.link and self.column is None:
            raise ValueError("link needs the column that holds the other record's key")
        return self

    def columns_read(self) -> list[str]:
        """Every column the rule reads."""
        found = [self.column] if self.column else []
        found += braces(self.text or "") + braces(self.prefix)
        found += list(self.columns.values() if isinstance(self.columns, dict) else self.columns or [])
        return found


class RecordRule(Part):
    """A record made from each row."""

    label: Label
    key: list[str | dict[Literal["value"], str]] | Literal["row"] = Field(min_length=1)
    """Columns and constants whose values name the record at its source; `row`: all its cells."""
    within: str | None = None
    """The record of the same row that this one belongs to: same project, same unit."""
    when: list[str] = []
    """Columns that must hold a value, else the row makes no such record."""
    fields: dict[str, FieldRule]

    @field_validator("key", "when", mode="before")
    @classmethod
    def _one_is_a_list(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) and given != "row" else given

    def columns_read(self) -> list[str]:
        """Every column the record needs, optional ones left out."""
        keys = [part for part in self.key if isinstance(part, str)] if isinstance(self.key, list) else []
        return keys + self.when + [c for rule in self.fields.values() if not rule.optional for c in rule.columns_read()]


class FixedRecord(Part):
    """A record that the import states once, such as the project all lessons belong to."""

    label: Label
    values: dict[str, Any]


class End(Part):
    """An end of a relationship outside the row: a known record, or one named by a column."""

    label: Label
    id: str | None = None
    column: str | None = None
    source: str | None = None


class EdgeRule(Part):
    """A relationship made from each row, where both ends were made."""

    start: str | End = Field(alias="from")
    type: Rel
    end: str | End = Field(alias="to")


class Headings(Part):
    """Which headings of a Markdown report mean what; compared without case and punctuation."""

    summary: list[str] = []
    timeline: list[str] = []
    lessons: list[str] = []
    went_well: list[str] = []
    went_wrong: list[str] = []
    got_lucky: list[str] = []
    conclusion: list[str] = []
    actions: list[str] = []


class NotesRule(Part):
    """How Markdown reports are read."""

    project: str
    unit: str | None = None
    headings: Headings = Headings()
    ignore: list[str] = []
    """Lines that a report's template left behind; they are no notes of anyone."""
    done: list[str] = []
    """Regular expressions that say an action item is done."""
    link_words: list[str] = []
    """What links to an issue are called (`issue`, `PR`): such words are taken off an action's title."""
    area_endings: list[str] = []
    """Words taken off an action area to make a topic: `Process improvements` is about `Process`."""
    zones: dict[str, str] = {}
    """Time zones by what reports call them."""


class Mapping(Part):
    """A mapping file."""

    name: str = ""
    title: str = ""
    kind: str
    format: Literal["table", "jsonlines", "notes"]
    source: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    like: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    language: str | None = None
    missing: list[str] = []
    dates: list[str] = []
    fiscal_year_begins: Literal[
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ] = "january"  # fmt: skip
    maps: dict[str, dict[str, Any]] = {}
    fixed: list[FixedRecord] = []
    records: dict[str, RecordRule] = {}
    relationships: list[EdgeRule] = []
    unmapped: str | None = None
    """`record.field` that keeps columns nobody mapped; a SourceObject of their own when not given."""
    notes: NotesRule | None = None

    def columns_read(self) -> list[str]:
        """Every column that the mapping needs, in order, once."""
        found: dict[str, None] = {}
        for rule in self.records.values():
            found.update(dict.fromkeys(rule.columns_read()))
        for edge in self.relationships:
            for end in (edge.start, edge.end):
                if isinstance(end, End) and end.column:
                    found[end.column] = None
        return list(found)

    def columns_known(self) -> set[str]:
        """Every column the mapping speaks of, optional ones too."""
        optional = {c for rule in self.records.values() for field in rule.fields.values() for c in field.columns_read()}
        return optional | set(self.columns_read())


def braces(text: str) -> list[str]:
    """The columns that a text names in braces."""
    found = []
    rest = text
    while "{" in rest and "}" in rest.split("{", 1)[1]:
        name, rest = rest.split("{", 1)[1].split("}", 1)
        found.append(name)
    return found
