"""Making records and relationships from a row, as a mapping says."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from kg.domain import RECORDS, Relationship, derive_id
from kg.schema import Label, Rel

from .mapping import ID_PREFIX, KINDS, EdgeRule, End, FieldRule, Mapping, RecordRule, braces
from .rows import Row
from .values import (
    BadValue,
    Shape,
    as_date,
    as_instant,
    as_list,
    as_number,
    as_text,
    as_yes_no,
    fiscal_year,
    shape_of,
)


class BadRow(ValueError):
    """A row that cannot be used: the field (and column) at fault, and why."""

    def __init__(self, field: str, reason: str, column: str | None = None) -> None:
        super().__init__(reason)
        self.field, self.reason, self.column = field, reason, column


@dataclass
class Made:
    """What a row, or a report, became.

    Attributes:
        records: Label and values of each record, in the order they must exist.
        edges: Relationships between them and known records.
    """

    records: list[tuple[Label, dict[str, Any]]] = field(default_factory=list)
    edges: list[Relationship] = field(default_factory=list)


class RowMaker:
    """Makes the records of rows.

    Args:
        mapping: A checked mapping of a table.
        columns: The file's columns: those nobody mapped are kept as the mapping says.
    """

    def __init__(self, mapping: Mapping, columns: list[str]) -> None:
        self.mapping = mapping
        self._known = mapping.columns_known()
        self._missing = {"", *(word.casefold() for word in mapping.missing)}
        self._order = _outer_first(mapping.records)

    def make(self, row: Row) -> Made:
        """The records and relationships of a row.

        Raises:
            BadRow: A cell cannot become what its field wants.
        """
        if row.problem:
            raise BadRow("row", row.problem)
        made = Made()
        by_name: dict[str, dict[str, Any]] = {}
        for name in self._order:
            rule = self.mapping.records[name]
            if all(self._cell(row, column) is not None for column in rule.when):
                values = self._record(rule, row, by_name)
                by_name[name] = values
                made.records.append((rule.label, values))
        self._keep_unmapped(row, by_name, made)
        for edge in self.mapping.relationships:
            found = self._edge(edge, row, by_name)
            if found:
                made.edges.append(found)
        return made

    def ids(self, row: Row) -> list[str]:
        """The ids a row would make, for telling which rows speak of the same record; none for a bad row."""
        try:
            named = [(rule, *self._identity(rule, row)) for rule in self.mapping.records.values()]
        except BadRow:
            return []
        return [key for _, key, _ in named] + [_rest_id(self.mapping, external) for _, _, external in named]

    def _identity(self, rule: RecordRule, row: Row) -> tuple[str, str]:
        if rule.key == "row":
            text = json.dumps({k: as_text(v) for k, v in row.values.items()}, sort_keys=True, ensure_ascii=False)
            parts = [hashlib.sha256(text.encode()).hexdigest()[:16]]
        else:
            parts = []
            for part in rule.key:
                if isinstance(part, dict):
                    parts.append(part["value"])
                elif (cell := self._cell(row, part)) is not None:
                    parts.append(as_text(cell))
                else:
                    raise BadRow("key", f"the column {part!r} names the record at its source and is empty", part)
        external = "/".join(parts)
        return derive_id(ID_PREFIX[rule.label], self.mapping.source, external), external

    def _record(self, rule: RecordRule, row: Row, by_name: dict[str, dict[str, Any]]) -> dict[str, Any]:
        key, external = self._identity(rule, row)
        values: dict[str, Any] = {"id": key, "source_system": self.mapping.source, "external_id": external}
        outer = by_name.get(rule.within or "")
        if outer:
            values |= {name: outer[name] for name in ("project", "unit", "confidential") if outer.get(name) is not None}
            if rule.within and self.mapping.records[rule.within].label is Label.PROJECT:
                values["project"] = outer["id"]
        for name, source in rule.fields.items():
            value = self._value(rule.label, name, source, row, by_name)
            if value is not None:
                values[name] = value
        for name, info in RECORDS[rule.label].model_fields.items():
            if info.is_required() and name not in values and name in rule.fields:
                column = rule.fields[name].column
                raise BadRow(f"{rule.label.value}.{name}", "it must have a value, and the row has none", column)
        if rule.label is Label.LESSON and self.mapping.language:
            values.setdefault("language", self.mapping.language)
        return values

    def _value(self, label: Label, name: str, rule: FieldRule, row: Row, by_name: dict[str, dict[str, Any]]) -> Any:
        where = f"{label.value}.{name}"
        if "value" in rule.model_fields_set:
            return rule.value
        if rule.record is not None:
            other = by_name.get(rule.record)
            return other["id"] if other else None
        if rule.columns is not None:
            return self._gathered(rule, row)
        if rule.text is not None:
            filled = self._filled(rule.text, row)
            return filled if filled is not None else rule.otherwise
        cell = self._cell(row, rule.column or "")
        if cell is None:
            return rule.otherwise
        if rule.link:
            return derive_id(ID_PREFIX[rule.link], rule.source or self.mapping.source, as_text(cell))
        if rule.map:
            return self._mapped(where, rule, cell)
        if (label, name) == (Label.MEASUREMENT, "value") and rule.decimal == "." and rule.unit is None:
            return cell if isinstance(cell, bool | int | float) else as_text(cell)  # what it is says what it is of
        try:
            return self._converted(shape_of(RECORDS[label], name), rule, cell)
        except BadValue as error:
            raise BadRow(where, str(error), rule.column) from error

    def _mapped(self, where: str, rule: FieldRule, cell: Any) -> Any:
        known = {str(key).casefold(): value for key, value in self.mapping.maps[rule.map or ""].items()}
        text = as_text(cell)
        if text.casefold() in known:
            return known[text.casefold()]
        if rule.otherwise is not None:
            return rule.otherwise
        raise BadRow(where, f"{text!r} is not in the value map {rule.map!r}", rule.column)

    def _converted(self, shape: Shape, rule: FieldRule, cell: Any) -> Any:
        if rule.fiscal_year:
            return fiscal_year(cell, self.mapping.fiscal_year_begins, rule.fiscal_year)
        dates = rule.dates or self.mapping.dates
        match shape:
            case Shape.DATE:
                return as_date(cell, dates)
            case Shape.INSTANT:
                return as_instant(cell, dates)
            case Shape.NUMBER:
                return float(as_number(cell, decimal=rule.decimal, unit=rule.unit))
            case Shape.DECIMAL:
                return str(as_number(cell, decimal=rule.decimal, unit=rule.unit))
            case Shape.INTEGER:
                number = as_number(cell, decimal=rule.decimal, unit=rule.unit)
                if number != int(number):
                    raise BadValue(f"{as_text(cell)!r} is not a whole number")
                return int(number)
            case Shape.YES_NO:
                return as_yes_no(cell)
            case Shape.LIST:
                return as_list(cell, rule.separator)
            case _:
                return as_text(cell)

    def _gathered(self, rule: FieldRule, row: Row) -> dict[str, Any] | None:
        columns = rule.columns if isinstance(rule.columns, dict) else {name: name for name in rule.columns or []}
        prefix = self._filled(rule.prefix, row) or ""
        found = {prefix + name: self._cell(row, column) for name, column in columns.items()}
        kept = {name: as_text(cell) for name, cell in found.items() if cell is not None}
        return kept or None

    def _filled(self, text: str, row: Row) -> str | None:
        for column in braces(text):
            cell = self._cell(row, column)
            if cell is None:
                return None
            text = text.replace("{" + column + "}", as_text(cell))
        return text

    def _cell(self, row: Row, column: str) -> Any:
        cell = row.values.get(column)
        return None if cell is None or cell == [] or as_text(cell).casefold() in self._missing else cell

    def _keep_unmapped(self, row: Row, by_name: dict[str, dict[str, Any]], made: Made) -> None:
        rest = {name: cell for name, cell in row.values.items() if name not in self._known}
        rest = {name: cell for name, cell in rest.items() if self._cell(row, name) is not None}
        if not rest or not made.records:
            return
        if self.mapping.unmapped:
            name, _, target = self.mapping.unmapped.partition(".")
            if name in by_name:
                kept = by_name[name].setdefault(target, {})
                kept.update({column: as_text(cell) for column, cell in rest.items()})
                return
        wanted = KINDS[self.mapping.kind]
        label, main = next((pair for pair in made.records if pair[0] is wanted), made.records[0])
        extra = {
            "id": _rest_id(self.mapping, main["external_id"]),
            "source_system": self.mapping.source,
            "external_id": f"{main['external_id']}#rest",
            "kind": f"{self.mapping.name}: other columns",
            "properties": rest,
            **{name: main[name] for name in ("project", "unit", "confidential") if main.get(name) is not None},
        }
        if label is Label.PROJECT:
            extra["project"] = main["id"]
        made.records.append((Label.SOURCE_OBJECT, extra))
        made.edges.append(
            Relationship(
                type=Rel.RELATED_TO,
                start_label=Label.SOURCE_OBJECT,
                start=extra["id"],
                end_label=label,
                end=main["id"],
                properties={"name": "other columns of"},
                source_system=self.mapping.source,
            )
        )

    def _edge(self, edge: EdgeRule, row: Row, by_name: dict[str, dict[str, Any]]) -> Relationship | None:
        start, end = (self._end(part, row, by_name) for part in (edge.start, edge.end))
        if start is None or end is None:
            return None
        return Relationship(
            type=edge.type, start_label=start[0], start=start[1], end_label=end[0], end=end[1],
            source_system=self.mapping.source,
        )  # fmt: skip

    def _end(self, end: str | End, row: Row, by_name: dict[str, dict[str, Any]]) -> tuple[Label, str] | None:
        if isinstance(end, str):
            made = by_name.get(end)
            return (self.mapping.records[end].label, made["id"]) if made else None
        if end.id is not None:
            return end.label, end.id
        cell = self._cell(row, end.column or "")
        if cell is None:
            return None
        return end.label, derive_id(ID_PREFIX[end.label], end.source or self.mapping.source, as_text(cell))


def _rest_id(mapping: Mapping, external: str) -> str:
    return derive_id(ID_PREFIX[Label.SOURCE_OBJECT], mapping.source, f"{external}#rest")


def _outer_first(records: dict[str, RecordRule]) -> list[str]:
    """Record names so that each comes after the one it is within or names."""
    order: list[str] = []

    def visit(name: str, seen: tuple[str, ...]) -> None:
        if name in order or name in seen or name not in records:
            return
        rule = records[name]
        for other in [rule.within, *(source.record for source in rule.fields.values())]:
            if other:
                visit(other, (*seen, name))
        order.append(name)

    for name in records:
        visit(name, ())
    return order
