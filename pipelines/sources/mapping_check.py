"""Checking a mapping against the records it makes."""

from __future__ import annotations

import re
from typing import Any

from kg.domain import RECORDS
from kg.errors import nearest
from kg.schema import Label

from ..errors import MappingError
from .mapping import KINDS, EdgeRule, Mapping, RecordRule
from .values import Shape, shape_of

Place = tuple[str | int, ...]


def line_of(lines: dict[Place, int], place: Place) -> int:
    """The line of a part, or of the nearest part around it."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


class Checker:
    """Checks what the shape of a mapping cannot say: names of fields, maps and records, and what fits what.

    Args:
        mapping: A mapping of the right shape.
        where: The file, for messages.
        lines: The line of each of its parts.
    """

    def __init__(self, mapping: Mapping, where: str, lines: dict[Place, int]) -> None:
        self.mapping, self.where, self.lines = mapping, where, lines

    def _wrong(self, place: Place, reason: str, name: str = "", known: Any = ()) -> MappingError:
        near = nearest(name, [str(item) for item in known]) if name else None
        hint = f" Did you mean {near!r}?" if near else ""
        line = line_of(self.lines, place)
        return MappingError(
            f"{self.where} line {line}: {reason}.{hint}", mapping=self.where, line=line, reason=reason, nearest=near
        )

    def whole(self) -> None:
        """Check everything.

        Raises:
            MappingError: Names line, reason and the nearest right name.
        """
        mapping = self.mapping
        if mapping.kind not in KINDS:
            raise self._wrong(("kind",), f"there is no kind {mapping.kind!r} ({', '.join(KINDS)})", mapping.kind, KINDS)
        if mapping.format == "notes":
            if mapping.notes is None:
                raise self._wrong(("format",), "reports need the part `notes` with their project")
            for place, pattern in enumerate(mapping.notes.done):
                self._pattern(("notes", "done", place), pattern)
        elif not mapping.records:
            raise self._wrong(("records",), "a table needs at least one record under `records`")
        for number, fixed in enumerate(mapping.fixed):
            if fixed.label not in RECORDS:
                raise self._wrong(("fixed", number, "label"), f"{fixed.label.value} cannot be imported")
        for name, rule in mapping.records.items():
            self._record(name, rule)
        for number, edge in enumerate(mapping.relationships):
            self._edge(number, edge)
        if mapping.unmapped:
            self._unmapped(mapping.unmapped)

    def _pattern(self, place: Place, pattern: str) -> None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise self._wrong(place, f"{pattern!r} is no regular expression ({error})") from error

    def _record(self, name: str, rule: RecordRule) -> None:
        at: Place = ("records", name)
        kind = RECORDS.get(rule.label)
        if kind is None or rule.label in {Label.PERSON, Label.RUN, Label.AUDIT}:
            raise self._wrong((*at, "label"), f"{rule.label.value} cannot be imported")
        if rule.within and rule.within not in self.mapping.records:
            raise self._wrong((*at, "within"), f"there is no record {rule.within!r}", rule.within, self.mapping.records)
        for field, source in rule.fields.items():
            here = (*at, "fields", field)
            if field in {"id", "source_system", "external_id", "recorded_at", "recorded_by", "revision", "retired_at"}:
                raise self._wrong(here, f"{field} is made by the import: name the columns of the `key` instead")
            if field not in kind.model_fields:
                raise self._wrong(here, f"{rule.label.value} has no field {field!r}", field, kind.model_fields)
            if source.map and source.map not in self.mapping.maps:
                raise self._wrong(
                    (*here, "map"), f"there is no value map {source.map!r}", source.map, self.mapping.maps
                )
            if source.record and source.record not in self.mapping.records:
                raise self._wrong(
                    (*here, "record"), f"there is no record {source.record!r}", source.record, self.mapping.records
                )
            gathers = source.columns is not None
            if gathers != (shape_of(kind, field) is Shape.MAPPING) and "value" not in source.model_fields_set:
                word = "takes several columns: `columns: [...]`" if not gathers else "takes one column"
                raise self._wrong(here, f"{rule.label.value}.{field} {word}")

    def _edge(self, number: int, edge: EdgeRule) -> None:
        for word, end in (("from", edge.start), ("to", edge.end)):
            at = ("relationships", number, word)
            if isinstance(end, str) and end not in self.mapping.records:
                raise self._wrong(at, f"there is no record {end!r}", end, self.mapping.records)
            if not isinstance(end, str) and (end.id is None) == (end.column is None):
                raise self._wrong(at, "an end outside the row is named by either `id` or `column`")

    def _unmapped(self, target: str) -> None:
        name, _, field = target.partition(".")
        rule = self.mapping.records.get(name)
        fits = (
            rule and field in RECORDS[rule.label].model_fields and shape_of(RECORDS[rule.label], field) is Shape.MAPPING
        )
        if not fits:
            raise self._wrong(
                ("unmapped",), f"{target!r} is no place for columns: say a record and one of its mappings, "
                "such as project.known_later", name, self.mapping.records,
            )  # fmt: skip
