"""Filters of a search as Cypher, the same for both engines."""

from __future__ import annotations

from typing import Any

from ..errors import QueryFailed
from .protocol import Where


def where_clause(where: Where) -> tuple[str, dict[str, Any]]:
    """Conditions on `n` with parameters, from property names that are plain identifiers."""
    conditions: list[str] = []
    params: dict[str, Any] = {}
    for number, (prop, value) in enumerate(where.items()):
        if not prop.isidentifier():
            raise QueryFailed(f"{prop!r} is no property name.", property=prop)
        params[f"where_{number}"] = [value] if isinstance(value, str) else list(value)
        conditions.append(f"n.{prop} IN $where_{number}")
    return " AND ".join(conditions) or "true", params
