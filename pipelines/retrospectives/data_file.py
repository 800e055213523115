"""Reading a data file into a model; a mistake is named with file, line, field and what to do."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from kg.domain.formats import Bilingual
from kg.errors import nearest

from ..errors import FormatError
from ..sources import plain_yaml

M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]

LARGEST = 256 * 1024
KEY = r"[a-z][a-z0-9_]{0,39}"

_HINTS = {
    "string_too_short": "write at least {min_length} character(s)",
    "string_too_long": "shorten it to {max_length} characters",
    "string_pattern_mismatch": "use lower-case letters, digits and underscores, and begin with a letter",
    "string_type": "write words; put figures in quotes",
    "too_short": "list at least {min_length}",
    "too_long": "list at most {max_length}",
    "list_type": "write a list, a line with `- ` for each",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "greater_than_equal": "write {ge} or more",
    "less_than_equal": "write {le} or less",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
}


def read_data_file(model: type[M], path: Path) -> tuple[M, dict[Place, int]]:
    """What a data file says, with the line of each of its parts.

    The file's name is its key.

    Args:
        model: What it must be.
        path: The file.

    Raises:
        FormatError: It is wrong; names file, line and field.
    """
    text = _text(path)
    try:
        node = plain_yaml.compose(text)
        values: Any = plain_yaml.load(text)
        lines: dict[Place, int] = {}
        if node is not None:
            _note_lines(node, (), lines, path)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = f"not YAML ({getattr(error, 'problem', None) or error}). Look at colons, quotes and the indentation"
        raise mistake(path, mark.line + 1 if mark else 1, "", reason) from error
    if not isinstance(values, dict):
        raise mistake(path, 1, "", "the file should hold names and values, such as `votes: 5`")
    if not re.fullmatch(KEY, path.stem):
        reason = f"the file's name is its key. Rename it: {_HINTS['string_pattern_mismatch']}, as in `our_format.yaml`"
        raise mistake(path, 1, "key", reason)
    if values.setdefault("key", path.stem) != path.stem:
        reason = f"the file is called {path.stem!r}. Rename the file, or leave the key out"
        raise mistake(path, lines[("key",)], "key", reason)
    try:
        return model.model_validate(values), lines
    except ValidationError as error:
        raise _explained(error, model, values, path, lines) from error


def holds_questions(path: Path) -> bool:
    """True when a file looks like a question set, however wrong it is."""
    try:
        names = {line.partition(":")[0] for line in path.read_text(encoding="utf-8-sig").splitlines()}
    except (OSError, UnicodeError):
        return False
    return "questions" in names and "columns" not in names


def mistake(path: Path, line: int, field: str, reason: str, near: str | None = None) -> FormatError:
    """The error for a place in a file."""
    hint = f" Did you mean {near!r}?" if near else ""
    shown = f"{field}: " if field else ""
    reason = reason if reason.endswith((".", "?")) else f"{reason}."
    return FormatError(
        f"{path} line {line}: {shown}{reason}{hint}",
        file=str(path), line=line, field=field, reason=reason, nearest=near,
    )  # fmt: skip


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise mistake(path, 1, "", f"the file is larger than {LARGEST // 1024} kB. Is it the right one?")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FormatError(
            f"{path} cannot be read: {error.strerror or error}.", file=str(path), line=1, field="", reason=str(error)
        ) from error
    except UnicodeError as error:
        raise mistake(path, 1, "", "the file is not text in UTF-8. Save it as UTF-8") from error


def _note_lines(node: Any, place: Place, into: dict[Place, int], path: Path) -> None:
    into.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*place, str(key.value))
            line = key.start_mark.line + 1
            if here in into:
                raise mistake(path, line, _shown(here), f"stands in line {into[here]} already. Keep one of the two")
            into[here] = line
            _note_lines(value, here, into, path)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _note_lines(value, (*place, number), into, path)


def _line_of(lines: Mapping[Place, int], place: Place) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _explained(
    error: ValidationError, model: type[BaseModel], values: Any, path: Path, lines: dict[Place, int]
) -> FormatError:
    found = error.errors(include_url=False)
    unknown = [item for item in found if item["type"] == "extra_forbidden"]  # a slip of the pen also misses the name
    first = min(unknown or found, key=lambda item: _line_of(lines, item["loc"]))
    place: Place = (*first["loc"], *first.get("ctx", {}).get("place", ()))
    kind = first["type"]
    line = _line_of(lines, place)
    if kind == "extra_forbidden":
        known = list(_model_at(model, place[:-1]).model_fields)
        near = nearest(str(place[-1]), known)
        reason = f"there is no {place[-1]!r} here" + ("" if near else f". Known are {', '.join(known)}")
        return mistake(path, line, _shown(place), reason, near)
    if kind == "missing":
        name = str(place[-1])
        words = f"`{name}: ...`" + (" with `en` and `zh`" if _is_bilingual(model, place) else "")
        return mistake(path, line, _shown(place), f"is missing. Add {words}")
    given = _value_at(values, place)
    if kind == "enum":
        members = _members(first)
        near = nearest(str(given), members)
        reason = f"{given!r} is not known" + ("" if near else f". Known are {', '.join(members)}")
        return mistake(path, line, _shown(place), reason, near)
    if given is None and kind not in {"value_error", "misfit"}:
        return mistake(path, line, _shown(place), "is empty. Write its value, or leave the line out")
    if kind in {"model_type", "model_attributes_type"}:
        fields = ", ".join(f"`{name}:`" for name in _model_at(model, place).model_fields)
        return mistake(path, line, _shown(place), f"found {_short(given)}. Write {fields} below it")
    reason = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if kind in _HINTS:
        reason = f"{reason}, found {_short(given)}: {_HINTS[kind].format(**first.get('ctx', {}))}"
    return mistake(path, line, _shown(place), reason)


def _shown(place: Place) -> str:
    """A place as people count: `columns 2, prompt, zh`."""
    said = ""
    for part in place:
        said += f" {part + 1}" if isinstance(part, int) else f"{', ' if said else ''}{part}"
    return said


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _value_at(values: Any, place: Place) -> Any:
    for part in place:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return None
    return values


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel]:
    """The model that stands at a place."""
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            inner = _models_in(model.model_fields[part].annotation)
            model = inner[0] if inner else model
    return model


def _is_bilingual(model: type[BaseModel], place: Place) -> bool:
    field = _model_at(model, place[:-1]).model_fields.get(str(place[-1]))
    return field is not None and Bilingual in _models_in(field.annotation)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (list, Annotated, Union, types.UnionType):
        return [found for argument in get_args(annotation) for found in _models_in(argument)]
    return []


def _members(found: Any) -> list[str]:
    expected = str(found.get("ctx", {}).get("expected", ""))
    return [word.strip(" '") for word in expected.replace(" or ", ", ").split(",") if word.strip(" '")]
