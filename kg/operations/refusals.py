"""Why values of a request cannot be used: a reason that both catalogues have words for, and the field."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from ..errors import InvalidRequest

_WHY = {
    "missing": "missing", "string_type": "not_text", "string_pattern_mismatch": "pattern",
    "extra_forbidden": "unknown_field", "enum": "one_of", "literal_error": "one_of",
    "greater_than": "greater_than", "greater_than_equal": "at_least",
    "less_than": "less_than", "less_than_equal": "at_most",
    "int_type": "not_whole", "int_parsing": "not_whole", "int_from_float": "not_whole", "int_parsing_size": "not_whole",
    "float_type": "not_a_number", "float_parsing": "not_a_number", "finite_number": "not_a_number",
    "decimal_type": "not_a_number", "decimal_parsing": "not_a_number",
    "decimal_max_digits": "too_fine", "decimal_max_places": "too_fine", "decimal_whole_digits": "too_fine",
    "date_type": "not_a_date", "date_parsing": "not_a_date", "date_from_datetime_parsing": "not_a_date",
    "date_from_datetime_inexact": "not_a_date",
    "datetime_type": "not_a_moment", "datetime_parsing": "not_a_moment", "datetime_from_date_parsing": "not_a_moment",
    "value_error": "misfit", "misfit": "misfit", "bool_type": "not_yes_no", "bool_parsing": "not_yes_no",
}  # fmt: skip
"""The reason that a refusal of pydantic's is; any other is `wrong_kind`."""
_LIMITS = {
    "greater_than": ("gt", "limit"), "greater_than_equal": ("ge", "limit"),
    "less_than": ("lt", "limit"), "less_than_equal": ("le", "limit"), "enum": ("expected", "choices"),
    "literal_error": ("expected", "choices"),
}  # fmt: skip
_QUOTING = frozenset({"one_of", "not_whole", "not_a_number", "not_a_date", "not_a_moment", "not_yes_no", "too_fine"})
"""Reasons whose words say what was given; other values may be what nobody should see again."""
_LONGEST_SHOWN = 60


def unfit(why: str, field: str, message: str, **values: Any) -> PydanticCustomError:
    """What a request's own rule raises: the key of its words (`errors.why.<why>`), its field, and English words.

    Args:
        why: The key of its words.
        field: The field that is wrong: a rule of the whole request knows which it is.
        message: Plain English, without the field's name.
        **values: What the words need.
    """
    said = {name: value if isinstance(value, int | float) else str(value) for name, value in values.items()}
    return PydanticCustomError("unfit", "{said}", {"said": message, "why": why, "place": field, **said})


def period_backwards(start: date, end: date) -> PydanticCustomError:
    """What a request raises whose period does not run forward."""
    said = f"the period ends {end}, not after its start {start}"
    return unfit("period_backwards", "period_end", said, start=start, end=end)


def refusal(operation: str, error: ValidationError) -> InvalidRequest:
    """The first thing that is wrong with a request: names operation, field and reason.

    `why` is the key of the reason's words (`errors.why.<why>`), so that it reads as a sentence in every language.
    """
    first = error.errors(include_url=False)[0]
    context = first.get("ctx") or {}
    place = ".".join(str(part) for part in first["loc"])
    field = ".".join(part for part in (place, str(context.get("place") or "")) if part) or "request"
    reason = first["msg"].removeprefix("Value error, ")
    return InvalidRequest(
        f"{operation}: {field}: {reason}.", operation=operation, field=field, reason=reason, **_told(first, context)
    )


def _told(first: ErrorDetails, context: dict[str, Any]) -> dict[str, Any]:
    """The key of a refusal's words and what they need."""
    kind, given = first["type"], first.get("input")
    if kind == "unfit":
        return {name: value for name, value in context.items() if name not in ("said", "place")}
    match kind:
        case "string_too_short":
            least = context["min_length"]
            return {"why": "missing"} if not given else {"why": "too_short", "least": least}
        case "string_too_long":
            return {"why": "too_long", "longest": context["max_length"]}
        case "too_short":
            return {"why": "too_few", "least": context["min_length"]} if given else {"why": "missing"}
        case "too_long":
            return {"why": "too_many", "most": context["max_length"]}
    if given == "" or given is None:
        return {"why": "missing"}
    why = _WHY.get(kind, "wrong_kind")
    shown: dict[str, Any] = {"value": str(given)[:_LONGEST_SHOWN]} if why in _QUOTING else {}
    if kind in _LIMITS:
        of, name = _LIMITS[kind]
        limit = context.get(of, "")
        shown[name] = f"{limit:g}" if isinstance(limit, int | float) else _listed(str(limit))
    return {"why": why, **shown}


def _listed(choices: str) -> str:
    """Pydantic's `'a', 'b' or 'c'` as `a, b, c`."""
    return choices.replace("'", "").replace(" or ", ", ")
