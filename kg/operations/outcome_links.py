"""What an outcome hangs on: KPIs, milestones and work items."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ..domain import Outcome, Relationship, Role
from ..errors import NotFound
from ..schema import Label, Rel
from ..store.records import put_records, put_relationships, remove_relationships
from .outcome_fields import LINKS, linkable
from .outcome_lookup import visible_outcome
from .outcome_permits import require_change
from .outcome_views import OutcomeDetail
from .outcomes import outcome_detail
from .projects import find_project
from .table import Context, Request, operation

Kind = Literal["kpi", "milestone", "work_item"]


class LinkOutcome(Request):
    """Which outcome, and what it hangs on: KPIs, and milestones and work items of its project, by id or name."""

    id: str
    kind: Kind
    targets: list[str] = Field(min_length=1, max_length=1000)
    revision: int | None = None


@operation(Role.MEMBER, audited=True)
def link_outcome(context: Context, request: LinkOutcome) -> OutcomeDetail:
    """Tie an outcome to KPIs, milestones or work items; what is tied already stays so."""
    outcome = visible_outcome(context, request.id)
    require_change(context, outcome, "link", request.revision, "link_outcome")
    project = find_project(context.store, outcome.project, context.scope)
    name = f"{request.kind}s"
    kind, what = LINKS[name]
    wanted = [linkable(context, kind, what, key, project) for key in request.targets]
    return _keep(context, outcome, name, list(dict.fromkeys([*getattr(outcome, name), *wanted])))


@operation(Role.MEMBER, audited=True)
def unlink_outcome(context: Context, request: LinkOutcome) -> OutcomeDetail:
    """Untie an outcome from KPIs, milestones or work items."""
    outcome = visible_outcome(context, request.id)
    require_change(context, outcome, "link", request.revision, "unlink_outcome")
    name = f"{request.kind}s"
    held: list[str] = getattr(outcome, name)
    kind, what = LINKS[name]
    project = find_project(context.store, outcome.project, context.scope)
    gone = set()
    for key in request.targets:
        found = key if key in held else linkable(context, kind, what, key, project)
        if found not in held:
            raise NotFound.among(f"linked {what}", key, held)
        gone.add(found)
    return _keep(context, outcome, name, [key for key in held if key not in gone])


def _keep(context: Context, outcome: Outcome, name: str, ids: list[str]) -> OutcomeDetail:
    changed = Outcome.parse(outcome.model_dump() | {name: ids})
    before: list[str] = getattr(outcome, name)
    at: dict[str, Any] = {"at": context.now, "by": context.visitor.name}
    with context.store.transaction() as tx:
        put_records(tx, [changed], **at)
        if name == "kpis":
            gone = [(outcome.id, key) for key in before if key not in ids]
            remove_relationships(tx, Rel.MEASURED_BY, Label.OUTCOME, Label.KPI, gone, **at)
            put_relationships(tx, [_edge(outcome.id, key) for key in ids if key not in before], **at)
    context.audit.update(subject=outcome.id, before_hash=outcome.content_hash(), after_hash=changed.content_hash())
    return outcome_detail(context, visible_outcome(context, outcome.id))


def _edge(outcome: str, kpi: str) -> Relationship:
    return Relationship(type=Rel.MEASURED_BY, start_label=Label.OUTCOME, start=outcome, end_label=Label.KPI, end=kpi)
