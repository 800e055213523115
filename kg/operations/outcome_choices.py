"""What an outcome can still be tied to, to choose from."""

from __future__ import annotations

from pydantic import Field

from ..domain import KPI, Role
from .kpis import kpis_for
from .outcome_fields import LINKS
from .outcome_links import Kind
from .outcome_lookup import visible_outcome
from .outcome_offers import matching, offered
from .outcome_views import Linked
from .projects import find_project
from .table import Context, Request, Response, operation


class OutcomeChoicesOf(Request):
    """For which outcome, of which kind, with which words in title or id."""

    id: str
    kind: Kind
    text: str | None = Field(default=None, max_length=500)
    limit: int = Field(default=100, ge=1, le=1000)


class OutcomeChoices(Response):
    """What can be tied, the latest first (KPIs by name); `total` counts all that fit the words."""

    choices: list[Linked]
    total: int


@operation(Role.MEMBER)
def outcome_choices(context: Context, request: OutcomeChoicesOf) -> OutcomeChoices:
    """KPIs, milestones or work items that an outcome can be tied to and is not yet."""
    outcome = visible_outcome(context, request.id)
    project = find_project(context.store, outcome.project, context.scope)
    name = f"{request.kind}s"
    kind, _ = LINKS[name]
    if kind is KPI:
        things = [Linked(id=kpi.id, title=kpi.name) for kpi in kpis_for(context, project)]
    else:
        things = offered(context, kind, project)
    tied = set(getattr(outcome, name))
    found = matching((thing for thing in things if thing.id not in tied), request.text)
    return OutcomeChoices(choices=found[: request.limit], total=len(found))
