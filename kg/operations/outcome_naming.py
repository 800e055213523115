"""Outcomes by what people call them: an id, a title, or both as a field proposes them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ..domain import Outcome, Role
from ..domain.metric_names import plain_name
from ..errors import NotFound, SeveralNamed
from ..queries import statement
from ..store.records import get_record
from .outcome_offers import NAMED
from .table import Context, Request, Response, operation

SEPARATOR = " · "
"""Between a title and an id in a field that proposes outcomes."""
MOST = 2_000
"""Among how many names an error looks for the nearest."""


class OutcomeNames(Request):
    """How many at most, and whether only the visitor's own."""

    mine: bool = False
    limit: int = Field(default=1000, ge=1, le=1000)


class OutcomeName(BaseModel):
    """What an outcome is called."""

    id: str
    title: str


class OutcomeNameList(Response):
    """Names of outcomes, the latest first; `total` counts all."""

    outcomes: list[OutcomeName]
    total: int


@operation(Role.MEMBER)
def outcome_names(context: Context, request: OutcomeNames) -> OutcomeNameList:
    """What outcomes that the visitor may see are called, to choose one by its name."""
    rows = context.store.read(statement("outcomes.listed"), project=None, **context.scope.parameters())
    found = [row for row in rows if not request.mine or row["owner"] == context.visitor.name]
    found.sort(key=lambda row: (row["recorded_at"] or "", row["id"]), reverse=True)
    return OutcomeNameList(
        outcomes=[OutcomeName(id=row["id"], title=row["title"] or row["id"]) for row in found[: request.limit]],
        total=len(found),
    )


def outcome_called(context: Context, key: str) -> Outcome:
    """The one outcome that is called so: by its id, its title whatever its case, or `title · id`.

    Args:
        context: The call.
        key: What was written.

    Raises:
        NotFound: No visible one is; names the nearest.
        SeveralNamed: Several are; names their ids.
    """
    for name in (key, key.rsplit(SEPARATOR, 1)[-1].strip()):
        found = _visible(context, name)
        if found is not None:
            return found
    rows = context.store.read(statement("outcomes.listed"), project=None, **context.scope.parameters())
    wanted = plain_name(key)
    ids = [row["id"] for row in rows if plain_name(row["title"] or "") == wanted] if wanted else []
    if len(ids) > 1:
        shown = ", ".join(ids[:NAMED])
        raise SeveralNamed(
            f"{len(ids)} outcomes are called {key!r}; name one by its id: {shown}.",
            field="outcome", kind="outcome", name=key, count=len(ids), ids=shown,
        )  # fmt: skip
    found = _visible(context, ids[0]) if ids else None
    if found is None:
        known = [name for row in rows for name in (row["title"], row["id"]) if name]
        raise NotFound.among("outcome", key, known if len(rows) <= MOST else [])
    return found


def _visible(context: Context, key: str) -> Outcome | None:
    found = get_record(context.store, Outcome, key) if key else None
    seen = found is not None and context.scope.covers(found.project, found.unit, found.confidential)
    return found if seen else None
