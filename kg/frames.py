"""Answers of operations as pandas DataFrames; pandas is imported when asked for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from .errors import InvalidRequest, nearest

if TYPE_CHECKING:
    import pandas


def to_frame(answer: BaseModel, part: str | None = None) -> pandas.DataFrame:
    """The rows of an answer, a column a field.

    Args:
        answer: What an operation answered, such as `graph.list_projects()`.
        part: Which of its lists, when it has several (`hits`, `arms`).

    Raises:
        InvalidRequest: The answer holds no such list; names those it holds.
    """
    import pandas

    name = part or _only_list(answer)
    lists = _lists(answer)
    if name not in lists:
        near = nearest(str(name), lists)
        hint = f"Did you mean {near!r}?" if near else f"It holds {', '.join(lists) or 'none'}."
        raise InvalidRequest(f"The answer holds no list {name!r}. {hint}", field="part")
    rows = getattr(answer, name)
    columns = getattr(answer, "columns", None) if name == "rows" else _columns(answer, name)
    return pandas.DataFrame([_row(row) for row in rows], columns=columns or None)


def _only_list(answer: BaseModel) -> str | None:
    """The first list of records: what the operation is about."""
    lists = _lists(answer)
    return next((name for name in lists if name != "columns"), None)


def _lists(answer: BaseModel) -> list[str]:
    return [name for name in type(answer).model_fields if isinstance(getattr(answer, name), list)]


def _columns(answer: BaseModel, name: str) -> list[str] | None:
    """Columns even of an empty list, where its items are of one kind."""
    inside = getattr(type(answer).model_fields[name].annotation, "__args__", ())
    kind = inside[0] if inside else None
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _row(item: Any) -> Any:
    return item.model_dump() if isinstance(item, BaseModel) else item
