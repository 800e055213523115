"""Reading and checking mapping files; a mistake is named with its line and the nearest right word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from kg.errors import nearest
from kg.schema import Label, Rel

from ..errors import MappingError
from ..resources import TEMPLATES, template_path
from . import plain_yaml
from .mapping import EdgeRule, FieldRule, Mapping, RecordRule
from .mapping_check import Checker, Place, line_of

FOLDER = "mappings"


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
        raise MappingError(
            f"{where}: a mapping file is a list of names and values, `kind: projects` ...", mapping=where
        )
    _note_lines(node, (), lines)
    if isinstance(values.get("like"), str):
        base = plain_yaml.load(find_mapping(values["like"], home).read_text(encoding="utf-8"))
        values = _overlay(base, values)
    values.setdefault("name", Path(where).stem)
    try:
        mapping = Mapping.model_validate(values)
    except ValidationError as error:
        raise _for_validation(error, values, where, lines) from error
    Checker(mapping, where, lines).whole()
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


def _for_validation(error: ValidationError, values: Any, where: str, lines: dict[Place, int]) -> MappingError:
    found = error.errors(include_url=False, include_input=False)
    first = min(found, key=lambda item: item["type"] != "extra_forbidden")
    place = tuple(
        part for part in first["loc"] if not str(part).startswith(("function-", "list[", "dict[", "literal["))
    )
    place = tuple(part for part in place if part not in {"str", "End"} or _reaches(values, part))
    line = line_of(lines, place)
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
