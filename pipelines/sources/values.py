"""Turning the text of a cell into what a field of a record holds."""

from __future__ import annotations

import re
import types
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

MONTHS = {
    name: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
         "november", "december"), start=1,
    )
}  # fmt: skip
_DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})\.(?P<m>\d{1,2})\.(?P<d>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
)
_TIME_PART = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$")
_SCALES = {"万": 10_000, "亿": 100_000_000, "k": 1_000, "m": 1_000_000, "bn": 1_000_000_000}
_YES = {"yes", "y", "true", "1", "x", "是", "有", "达成", "已达成"}
_NO = {"no", "n", "false", "0", "否", "无", "未达成"}


class Shape(StrEnum):
    """What a field wants."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    DECIMAL = "decimal"
    YES_NO = "yes_no"
    DATE = "date"
    INSTANT = "instant"
    LIST = "list"
    MAPPING = "mapping"


class BadValue(ValueError):
    """A cell that cannot become what its field wants; says why."""


def shape_of(kind: type[BaseModel], field: str) -> Shape:
    """What a record's field wants, from its annotation."""
    return _shape(kind.model_fields[field].annotation)


def _shape(annotation: Any) -> Shape:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _shape(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return _shape(next(part for part in get_args(annotation) if part is not type(None)))
    if origin in (list, set, tuple, frozenset):
        return Shape.LIST
    if origin is dict:
        return Shape.MAPPING
    simple = {
        bool: Shape.YES_NO, int: Shape.INTEGER, float: Shape.NUMBER, Decimal: Shape.DECIMAL, date: Shape.DATE,
        datetime: Shape.INSTANT,
    }  # fmt: skip
    return simple.get(annotation, Shape.TEXT)


def as_text(value: Any) -> str:
    """A cell as text: whole numbers without a point, lists joined."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case list():
            return "; ".join(as_text(item) for item in value)
        case None:
            return ""
        case _:
            return str(value).strip()


def as_number(value: Any, *, decimal: str = ".", unit: str | None = None) -> Decimal:
    """A number with its thousands separators, currency sign, per cent sign or unit taken off.

    Raises:
        BadValue: It is none.
    """
    text = as_text(value)
    bare = text.casefold()
    if unit and bare.endswith(unit.casefold()):
        bare = bare[: -len(unit)].strip()
    bare = bare.strip("%％ ").lstrip("$€£¥￥ ").replace("−", "-")
    negative = bare.startswith("(") and bare.endswith(")")
    bare = bare.strip("()").replace("'", "").replace("\u00a0", "").replace(" ", "")
    scale = 1
    for word, factor in _SCALES.items():
        if bare.endswith(word) and word not in {"k", "m", "bn"}:
            bare, scale = bare.removesuffix(word), factor
    bare = bare.replace(".", "").replace(",", ".") if decimal == "," else bare.replace(",", "").replace("，", "")
    try:
        number = Decimal(bare)
    except InvalidOperation:
        raise BadValue(f"{text!r} is not a number") from None
    if not number.is_finite():
        raise BadValue(f"{text!r} is not a number")
    return -number * scale if negative else number * scale


def as_date(value: Any, formats: list[str] | None = None) -> date:
    """A civil date, by the mapping's own formats first, then year-first forms.

    Raises:
        BadValue: It is none of them, or no day of the calendar.
    """
    text = as_text(value)
    for form in formats or []:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    bare = _TIME_PART.sub("", text).strip()
    for pattern in _DATES:
        if found := pattern.fullmatch(bare):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError as error:
                raise BadValue(f"{text!r} is no day of the calendar ({error})") from None
    tried = f" or {', '.join(formats)}" if formats else "; name other forms in the mapping (dates: ['%m/%d/%Y'])"
    raise BadValue(f"{text!r} is not a date: expected YYYY-MM-DD{tried}")


def as_instant(value: Any, formats: list[str] | None = None) -> datetime:
    """An instant; one without an offset is taken as UTC, a bare date as its first moment.

    Raises:
        BadValue: It is none.
    """
    text = as_text(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.combine(as_date(text, formats), time())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def fiscal_year(value: Any, begins: str, edge: str) -> date:
    """The first or last day of a fiscal year, named by the calendar year it ends in.

    Args:
        value: The year, such as `2020` or `FY20`.
        begins: Name of the month it begins with.
        edge: `start` or `end`.

    Raises:
        BadValue: It is no year.
    """
    text = as_text(value)
    found = re.fullmatch(r"(?:FY\s*)?(\d{4}|\d{2})(?:年|财年)?", text, re.IGNORECASE)
    if not found:
        raise BadValue(f"{text!r} is not a fiscal year such as 2020 or FY2020")
    year = int(found[1]) + (0 if len(found[1]) == 4 else 2000 if int(found[1]) < 70 else 1900)
    if not 1900 <= year <= 2200:
        raise BadValue(f"{text!r} is not a year between 1900 and 2200")
    month = MONTHS[begins]
    start = date(year if month == 1 else year - 1, month, 1)
    return start if edge == "start" else date(start.year + 1, month, 1) - timedelta(days=1)


def as_yes_no(value: Any) -> bool:
    """Yes or no.

    Raises:
        BadValue: It is neither.
    """
    text = as_text(value)
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise BadValue(f"{text!r} is neither yes nor no")


def as_list(value: Any, separator: str | None = None) -> list[str]:
    """The parts of a cell; a list stays one."""
    if isinstance(value, list):
        parts = [as_text(item) for item in value]
    else:
        text = as_text(value)
        parts = text.split(separator) if separator else re.split(r"[;；\n]", text)
    return [part.strip() for part in parts if part.strip()]
