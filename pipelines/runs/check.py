"""Values for a notebook's parameters: from text to typed ones, or a message that helps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kg.errors import nearest

from ..errors import BadParameter, UnknownParameter
from .inspection import Parameter

EXPECTED = {
    "str": "text",
    "int": "a whole number, such as 12",
    "float": "a number, such as 1.5",
    "bool": "true or false",
    "date": "a date as year-month-day, such as 2018-01-31",
    "list": "values with commas between them",
}
_TRUE, _FALSE = {"true", "yes", "1", "on"}, {"false", "no", "0", "off"}


def split_assignments(texts: Iterable[str]) -> dict[str, str]:
    """`name=value` texts as a mapping.

    Raises:
        BadParameter: A text has no `=`, or a name is given twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            raise BadParameter(
                f"-p {text!r} is not name=value. Write for example -p project=P168724.", value=text, parameter=name
            )
        if name in found:
            raise BadParameter(f"The parameter {name} is given twice.", parameter=name)
        found[name] = value
    return found


def check_parameters(known: Sequence[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values a run is made with: what was given, checked, and defaults for the rest.

    Dates become ISO 8601 text: that is what a parameters cell can hold.

    Raises:
        UnknownParameter: A name is not among the parameters; names the nearest.
        BadParameter: A value is missing or cannot be what the parameter wants.
    """
    names = [parameter.name for parameter in known]
    for name in given:
        if name not in names:
            near = nearest(name, names)
            hint = f" Did you mean {near}?" if near else (f" It has: {', '.join(names)}." if names else " It has none.")
            raise UnknownParameter(
                f"The notebook has no parameter {name}.{hint}", parameter=name, nearest=near, known=names
            )
    return {parameter.name: _value(parameter, given) for parameter in known}


def _value(parameter: Parameter, given: Mapping[str, Any]) -> Any:
    value = given.get(parameter.name)
    if value is None or (isinstance(value, str) and not value.strip()):
        if parameter.required:
            raise BadParameter(
                f"The parameter {parameter.name} must be given{': ' + parameter.help if parameter.help else ''}.",
                parameter=parameter.name,
                expected=EXPECTED[parameter.kind],
            )
        if parameter.name not in given or parameter.optional or parameter.kind != "str":
            return parameter.default
    try:
        typed = _typed(parameter.kind, value)
    except (ValueError, TypeError):
        raise _wrong(parameter, value, EXPECTED[parameter.kind]) from None
    if parameter.choices and str(typed) not in parameter.choices:
        near = nearest(str(typed), parameter.choices)
        raise _wrong(parameter, value, f"one of {', '.join(parameter.choices)}", near)
    return typed


def _typed(kind: str, value: Any) -> Any:
    text = value.strip() if isinstance(value, str) else value
    match kind:
        case "int":
            if isinstance(text, bool) or (isinstance(text, float) and not text.is_integer()):
                raise ValueError(text)
            return int(text)
        case "float":
            return float(text)
        case "bool":
            return _truth(text)
        case "date":
            return _iso_date(text)
        case "list":
            parts = text.split(",") if isinstance(text, str) else list(text)
            return [str(part).strip() for part in parts if str(part).strip()]
        case _:
            return str(text)


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).casefold()
    if word not in _TRUE | _FALSE:
        raise ValueError(value)
    return word in _TRUE


def _iso_date(value: Any) -> str:
    if isinstance(value, datetime):
        raise ValueError(value)
    if isinstance(value, date):
        return value.isoformat()
    return date.fromisoformat(str(value)).isoformat() if len(str(value)) == 10 else _refuse(value)


def _refuse(value: Any) -> str:
    raise ValueError(value)


def _wrong(parameter: Parameter, value: Any, expected: str, near: str | None = None) -> BadParameter:
    hint = f" Did you mean {near}?" if near else ""
    return BadParameter(
        f"The parameter {parameter.name} wants {expected}; {str(value)[:80]!r} is not.{hint}",
        parameter=parameter.name,
        value=str(value)[:80],
        expected=expected,
        nearest=near,
    )
