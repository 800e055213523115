"""A project beside the rest of the portfolio that the visitor may see."""

from __future__ import annotations

from collections import defaultdict

from pydantic import BaseModel

from ..domain import Assessment, Outcome, Role
from ..policy import ScopeFilter
from ..queries import statement
from ..store.records import list_records
from .projects import find_project
from .table import Context, Request, Response, operation
from .visible_about import visible_about


class ProjectKey(Request):
    """A project by its id or its source's."""

    project: str


class ValueCount(BaseModel):
    """How many projects were given a value, in the project's sector and in all."""

    value: str
    score: float | None = None
    sector: int = 0
    portfolio: int = 0


class SchemeContext(BaseModel):
    """One scheme's values, lowest first, and the one the project got."""

    scheme: str
    own: list[str]
    values: list[ValueCount]


class RatingContext(Response):
    """The project's sector, and each scheme it was rated by."""

    sector: str | None
    schemes: list[SchemeContext]


@operation(Role.MEMBER)
def rating_context(context: Context, request: ProjectKey) -> RatingContext:
    """How the project's ratings compare with those of its sector and of the visible portfolio."""
    project = find_project(context.store, request.project, context.scope)
    inside = ScopeFilter(everything=True, confidential=context.scope.covers(project.id, project.unit, True))
    outcomes = list_records(context.store, Outcome, inside, project.id)
    own: dict[str, list[str]] = defaultdict(list)
    for rating in visible_about(context.store, context.scope, Assessment, [project, *outcomes]):
        own[rating.scheme].append(rating.value)
    if not own:
        return RatingContext(sector=project.sector, schemes=[])
    counts: dict[str, dict[str, ValueCount]] = defaultdict(dict)
    rows = context.store.read(statement("portfolio.ratings"), schemes=sorted(own), **context.scope.parameters())
    for row in rows:
        value = counts[row["scheme"]].setdefault(row["value"], ValueCount(value=row["value"], score=row["score"]))
        value.portfolio += row["projects"]
        if project.sector and row["sector"] == project.sector:
            value.sector += row["projects"]
    return RatingContext(
        sector=project.sector,
        schemes=[
            SchemeContext(
                scheme=scheme,
                own=own[scheme],
                values=sorted(counts[scheme].values(), key=lambda v: (v.score is None, v.score or 0.0, v.value)),
            )
            for scheme in sorted(own)
        ],
    )
