"""Questions to the graph that an administrator writes by hand."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import Field

from ..domain import Role
from ..schema import UNASKED_PROPERTIES
from ..store.cypher_check import check_reading
from .table import Context, Request, Response, operation

MOST_ROWS, MOST_SECONDS = 10_000, 60.0
HIDDEN = "(hidden)"
_HASH = "$argon2"
_SHOWN = 500


class QueryGraph(Request):
    """A reading statement with its parameters, and how much it may take."""

    cypher: str = Field(min_length=1, max_length=20_000)
    params: dict[str, Any] = {}
    limit: int = Field(default=1000, ge=1, le=MOST_ROWS)
    timeout: float = Field(default=10.0, gt=0, le=MOST_SECONDS)


class QueryRows(Response):
    """Rows in the order of the statement; `truncated` when there are more than were asked for."""

    columns: list[str]
    rows: list[dict[str, Any]]
    truncated: bool


@operation(Role.ADMIN, audited=True, reading=True)
def query_graph(context: Context, request: QueryGraph) -> QueryRows:
    """Rows of a reading Cypher statement, within a time and a number of rows, without secrets."""
    asked = json.dumps([request.cypher, request.params], ensure_ascii=False, sort_keys=True, default=str)
    digest = hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
    context.audit.update(subject=" ".join(request.cypher.split())[:_SHOWN], after_hash=digest)
    statement = check_reading(request.cypher, request.params)
    found = context.store.read_within(statement, request.params, rows=request.limit + 1, seconds=request.timeout)
    rows = [{name: _open(value) for name, value in row.items()} for row in found[: request.limit]]
    return QueryRows(columns=list(rows[0]) if rows else [], rows=rows, truncated=len(found) > request.limit)


def _open(value: Any) -> Any:
    """A value without secrets, and without the vectors of nodes: they are long and say nothing."""
    if isinstance(value, dict):
        return {
            name: _open(item)
            for name, item in value.items()
            if name not in UNASKED_PROPERTIES and not name.startswith("vector_")
        }
    if isinstance(value, list):
        return [_open(item) for item in value]
    return HIDDEN if isinstance(value, str) and _HASH in value else value
