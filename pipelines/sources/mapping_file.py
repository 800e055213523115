"""Reading and checking mapping files; a mistake is named with its line and the nearest right word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from kg.domain import RECORDS
from kg.errors import nearest
from kg.schema import Label, Rel

from ..errors import MappingError
from ..resources import TEMPLATES, template_path
from . import plain_yaml
from .mapping import KINDS, EdgeRule, FieldRule, Mapping, RecordRule
from .values import Shape, shape_of

FOLDER = "mappings"
Place = tuple[str | int, ...]


def load_mapping(name: str, home: Path | None = None) -> Mapping:
    """A packaged mapping by its name, or a mapping file by its path.

    Args:
        name: `worldbank_ratings`, or `my/mapping.yaml`.
        home: An installation whose own mappings win.

    Raises:
        MappingError: There is none, or it is wrong; names line and nearest name.
    """
    return read_mapping(find_mapping(name, home), home)


def find_mapping(name: str, home: Path | None = None) -> Path:
    """Where a mapping is.

    Raises:
        MappingError: Neither a packaged name nor a file.
    """
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} or "/" in name:
        if path.is_file():
            return path
        raise MappingError(f"There is no mapping file {name}.", mapping=name)
    known = mapping_names(home)
    if name in known:
        return template_path(f"{FOLDER}/{name}.yaml", home)
    near = nearest(name, known)
    hint = f" Did you mean {near!r}?" if near else f" Known are {', '.join(known)}."
    raise MappingError(
        f"There is no mapping {name!r}.{hint} `retrobook mapping guess FILE` proposes one.", mapping=name, nearest=near
    )


def mapping_names(home: Path | None = None) -> list[str]:
    """Names of the packaged mappings and the installation's own."""
    roots = [TEMPLATES / FOLDER] + ([home / "templates" / FOLDER] if home else [])
    return sorted({path.stem for root in roots if root.is_dir() for path in root.glob("*.yaml")})


def read_mapping(path: Path, home: Path | None = None) -> Mapping:
    """A checked mapping file.

    Raises:
        MappingError: It is wrong; names line and nearest name.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise MappingError(f"{path} cannot be read: {error}.", mapping=str(path)) from error
    return parse_mapping(text, str(path), home)


def parse_mapping(text: str, where: str, home: Path | None = None) -> Mapping:
    """A checked mapping from its text.

    Raises:
        MappingError: It is wrong; names line and nearest name.
    """
    lines: dict[Place, int] = {}
    try:
        node = plain_yaml.compose(text)
        values: Any = plain_yaml.load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or str(error)
        raise MappingError(f"{where} line {line}: not YAML ({reason}).", mapping=where, line=line) from error
    if not isinstance(values, dict):
        raise MappingError(f"{where}: a mapping file is a list of names and values, `kind: projects` ...", mapping=where)
    _note_lines(node, (), lines)
    if isinstance(values.get("like"), str):
        base = plain_yaml.load(find_mapping(values["like"], home).read_text(encoding="utf-8"))
        values = _overlay(base, values)
    values.setdefault("name", Path(where).stem)
    try:
        mapping = Mapping.model_validate(values)
    except ValidationError as error:
        raise _for_validation(error, values, where, lines) from error
    _check(mapping, where, lines)
    return mapping


def _note_lines(node: Any, place: Place, into: dict[Place, int]) -> None:
    if node is None:
        return
    into.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            into[(*place, key.value)] = key.start_mark.line + 1
            _note_lines(value, (*place, key.value), into)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _note_lines(value, (*place, number), into)


def _overlay(base: Any, own: Any) -> Any:
    if isinstance(base, dict) and isinstance(own, dict):
        return {**base, **{key: _overlay(base.get(key), value) for key, value in own.items()}}
    return own


def _line(lines: dict[Place, int], place: Place) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _for_validation(error: ValidationError, values: Any, where: str, lines: dict[Place, int]) -> MappingError:
    found = error.errors(include_url=False, include_input=False)
    first = min(found, key=lambda item: item["type"] != "extra_forbidden")
    place = tuple(part for part in first["loc"] if not str(part).startswith(("function-", "list[", "dict[", "literal[")))
    place = tuple(part for part in place if part not in {"str", "End"} or _reaches(values, part))
    line = _line(lines, place)
    reason = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        near = nearest(str(place[-1]), _known_words(place))
        reason = f"there is no {place[-1]!r} here.{f' Did you mean {near!r}?' if near else ''}"
    elif first["type"] == "missing":
        reason = f"{place[-1]!r} is missing"
    elif first["type"] == "enum":
        given = values
        for part in place:
            given = given[part]
        near = nearest(str(given), [member.value for member in (Rel if place[-1] == "type" else Label)])
        reason = f"{given!r} is not known.{f' Did you mean {near!r}?' if near else ''}"
    shown = ".".join(str(part) for part in place) or "mapping"
    return MappingError(f"{where} line {line}: {shown}: {_ended(reason)}", mapping=where, line=line, reason=reason)


def _ended(reason: str) -> str:
    return reason if reason.endswith((".", "?")) else f"{reason}."


def _reaches(values: Any, part: str | int) -> bool:
    return isinstance(values, dict) and part in values


def _known_words(place: Place) -> list[str]:
    from . import mapping as parts

    inside: type[BaseModel] = Mapping
    if place[0] == "records":
        inside = FieldRule if len(place) > 3 and place[2] == "fields" else RecordRule
    elif place[0] == "relationships":
        inside = EdgeRule if len(place) == 3 else parts.End
    elif place[0] == "fixed":
        inside = parts.FixedRecord
    elif place[0] == "notes":
        inside = parts.Headings if len(place) > 2 and place[1] == "headings" else parts.NotesRule
    return [field.alias or name for name, field in inside.model_fields.items()]


class _Checker:
    def __init__(self, mapping: Mapping, where: str, lines: dict[Place, int]) -> None:
        self.mapping, self.where, self.lines = mapping, where, lines

    def wrong(self, place: Place, reason: str, name: str = "", known: Any = ()) -> MappingError:
        near = nearest(name, [str(item) for item in known]) if name else None
        hint = f" Did you mean {near!r}?" if near else ""
        line = _line(self.lines, place)
        return MappingError(
            f"{self.where} line {line}: {reason}.{hint}", mapping=self.where, line=line, reason=reason, nearest=near
        )

    def whole(self) -> None:
        mapping = self.mapping
        if mapping.kind not in KINDS:
            raise self.wrong(("kind",), f"there is no kind {mapping.kind!r} ({', '.join(KINDS)})", mapping.kind, KINDS)
        if mapping.format == "notes":
            if mapping.notes is None:
                raise self.wrong(("format",), "reports need the part `notes` with their project")
            for place, pattern in enumerate(mapping.notes.done):
                self.pattern(("notes", "done", place), pattern)
        elif not mapping.records:
            raise self.wrong(("records",), "a table needs at least one record under `records`")
        for number, fixed in enumerate(mapping.fixed):
            if fixed.label not in RECORDS:
                raise self.wrong(("fixed", number, "label"), f"{fixed.label.value} cannot be imported")
        for name, rule in mapping.records.items():
            self.record(name, rule)
        for number, edge in enumerate(mapping.relationships):
            self.edge(number, edge)
        if mapping.unmapped:
            self.unmapped(mapping.unmapped)

    def pattern(self, place: Place, pattern: str) -> None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise self.wrong(place, f"{pattern!r} is no regular expression ({error})") from error

    def record(self, name: str, rule: RecordRule) -> None:
        at: Place = ("records", name)
        kind = RECORDS.get(rule.label)
        if kind is None or rule.label in {Label.PERSON, Label.RUN, Label.AUDIT}:
            raise self.wrong((*at, "label"), f"{rule.label.value} cannot be imported")
        if rule.within and rule.within not in self.mapping.records:
            raise self.wrong((*at, "within"), f"there is no record {rule.within!r}", rule.within, self.mapping.records)
        for field, source in rule.fields.items():
            here = (*at, "fields", field)
            if field in {"id", "source_system", "external_id", "recorded_at", "recorded_by", "revision", "retired_at"}:
                raise self.wrong(here, f"{field} is made by the import: name the columns of the `key` instead")
            if field not in kind.model_fields:
                raise self.wrong(here, f"{rule.label.value} has no field {field!r}", field, kind.model_fields)
            if source.map and source.map not in self.mapping.maps:
                raise self.wrong((*here, "map"), f"there is no value map {source.map!r}", source.map, self.mapping.maps)
            if source.record and source.record not in self.mapping.records:
                raise self.wrong(
                    (*here, "record"), f"there is no record {source.record!r}", source.record, self.mapping.records
                )
            gathers = source.columns is not None
            if gathers != (shape_of(kind, field) is Shape.MAPPING) and "value" not in source.model_fields_set:
                word = "takes several columns: `columns: [...]`" if not gathers else "takes one column"
                raise self.wrong(here, f"{rule.label.value}.{field} {word}")

    def edge(self, number: int, edge: EdgeRule) -> None:
        for word, end in (("from", edge.start), ("to", edge.end)):
            at = ("relationships", number, word)
            if isinstance(end, str) and end not in self.mapping.records:
                raise self.wrong(at, f"there is no record {end!r}", end, self.mapping.records)
            if not isinstance(end, str) and (end.id is None) == (end.column is None):
                raise self.wrong(at, "an end outside the row is named by either `id` or `column`")

    def unmapped(self, target: str) -> None:
        name, _, field = target.partition(".")
        rule = self.mapping.records.get(name)
        fits = rule and field in RECORDS[rule.label].model_fields and shape_of(RECORDS[rule.label], field) is Shape.MAPPING
        if not fits:
            raise self.wrong(
                ("unmapped",), f"{target!r} is no place for columns: say a record and one of its mappings, "
                "such as project.known_later", name, self.mapping.records,
            )  # fmt: skip


def _check(mapping: Mapping, where: str, lines: dict[Place, int]) -> None:
    _Checker(mapping, where, lines).whole()
