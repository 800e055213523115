"""Decisions on projects: continue, change or stop, with the reason and what was known that day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date as CivilDate
from typing import Any, Literal

from pydantic import BaseModel, Field

from ..domain import (
    OPEN_STATUSES,
    ActionItem,
    Alert,
    Decision,
    Measurement,
    Milestone,
    Outcome,
    Project,
    Role,
    attainment_of,
    derive_id,
)
from ..domain.alarms import UNCLOSED, by_day
from ..domain.trajectory import expected_at, shortfall
from ..errors import Conflict, Forbidden, InvalidRequest
from ..policy import ScopeFilter, Visitor
from ..store.records import get_record, list_records, put_records, records_about
from .action_reading import local_day
from .measured_subjects import in_own_units
from .projects import find_project, visible_names
from .table import Context, Request, Response, operation

DECIDERS = (Role.MANAGER, Role.PMO, Role.LEAD)
"""Who decides on projects, besides whoever ranks above them."""


class Decide(Request):
    """What is decided of which project, and why; `known` adds to what the graph knows that day.

    `key` tells decisions of one day on one question apart; repeating one changes nothing.
    """

    project: str
    question: str = Field(min_length=1, max_length=2_000)
    decision: Literal["continue", "change", "stop"]
    reason: str = Field(min_length=1, max_length=20_000)
    subject: str | None = Field(default=None, max_length=300)
    date: CivilDate | None = None
    known: dict[str, str] = Field(default={}, max_length=50)
    key: str | None = Field(default=None, max_length=100)


class ListDecisions(Request):
    """Of which project; of all visible ones when not given."""

    project: str | None = None
    limit: int = Field(default=50, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class DecisionRow(BaseModel):
    """A decision in a list."""

    decision: Decision
    project_name: str | None = None


class DecisionList(Response):
    """Decisions, the latest first."""

    decisions: list[DecisionRow]
    total: int
    may_decide: bool = False


class DecisionView(Response):
    """A decision with what was known."""

    decision: Decision
    project_name: str


@operation(Role.MEMBER, audited=True)
def decide(context: Context, request: Decide) -> DecisionView:
    """Keep a decision on a project with its reason, and what was known of the project that day."""
    if not may_decide(context.visitor):
        raise Forbidden(
            f"{context.visitor.display_name} may not decide on projects: it needs the role manager, pmo or lead.",
            operation="decide", needed=Role.MANAGER.value,
        )  # fmt: skip
    project = find_project(context.store, request.project, context.scope)
    today = local_day(context.store, project.id, context.now)
    day = request.date or today
    if day > today:
        raise InvalidRequest(
            f"date: {day} is after today ({today}).", field="date", operation="decide", why="to_come", value=str(day)
        )
    key = derive_id("decision", project.id, day.isoformat(), request.key or request.question)
    earlier = get_record(context.store, Decision, key)
    said = (request.decision, request.reason)
    if earlier is not None and (earlier.decision, earlier.reason) == said:
        return DecisionView(decision=earlier, project_name=project.name)
    if earlier is not None:
        raise Conflict(
            f"This question was decided that day already ({earlier.decision}). Decisions are not rewritten: ask "
            "another question, or give another key.",
            id=earlier.id, name=earlier.decision,
        )  # fmt: skip
    decision = Decision.parse(
        {
            "id": key,
            "project": project.id,
            "unit": project.unit,
            "confidential": project.confidential,
            "question": request.question,
            "decision": request.decision,
            "reason": request.reason,
            "known": known_of(context, project, today) | ({"said": request.known} if request.known else {}),
            "date": day,
            "subject": request.subject,
            "decided_by": context.visitor.name,
        }
    )
    with context.store.transaction() as tx:
        put_records(tx, [decision], at=context.now, by=context.visitor.name)
    context.audit.update(subject=key, after_hash=decision.content_hash())
    return DecisionView(decision=decision, project_name=project.name)


@operation(Role.MEMBER)
def list_decisions(context: Context, request: ListDecisions) -> DecisionList:
    """Decisions on projects that the visitor may see, the latest first."""
    project = find_project(context.store, request.project, context.scope).id if request.project else None
    found = sorted(
        list_records(context.store, Decision, context.scope, project), key=lambda d: (d.date, d.id), reverse=True
    )
    page = found[request.offset : request.offset + request.limit]
    names = visible_names(context, (d.project for d in page))
    return DecisionList(
        decisions=[DecisionRow(decision=d, project_name=names.get(d.project)) for d in page],
        total=len(found),
        may_decide=may_decide(context.visitor),
    )


def may_decide(visitor: Visitor) -> bool:
    """True for managers, the PMO, leads and administrators."""
    return any(visitor.has(role) for role in DECIDERS)


def known_of(context: Context, project: Project, day: CivilDate) -> dict[str, Any]:
    """What the graph knows of a project on a day, for whoever may see the project: kept with a decision."""
    store = context.store
    inside = ScopeFilter(everything=True, confidential=project.confidential)
    outcomes = list_records(store, Outcome, inside, project.id)
    measured = records_about(store, Measurement, [o.id for o in outcomes]) if outcomes else []
    actions = [a for a in list_records(store, ActionItem, inside, project.id) if a.status in OPEN_STATUSES]
    milestones = list_records(store, Milestone, inside, project.id)
    alerts = [a for a in list_records(store, Alert, inside, project.id) if a.state in UNCLOSED]
    late = [m for m in milestones if m.due and m.due < day and (m.reached is None or m.reached > day)]
    seen: dict[str, list[Measurement]] = defaultdict(list)
    for one in measured:
        if one.date <= day and (inside.confidential or not one.confidential):
            seen[one.subject].append(one)
    own = in_own_units(store, outcomes, seen)
    return {
        "on": day.isoformat(),
        "revision": store.revision(),
        "status": project.status.value,
        "outcomes": [_outcome(outcome, by_day(own[outcome.id])) for outcome in outcomes],
        "alerts": [{"id": a.id, "rule": a.rule, "title": a.title or "", "state": a.state.value} for a in alerts],
        "open_actions": len(actions),
        "late_milestones": [m.title for m in late],
    }


def _outcome(outcome: Outcome, values: list[tuple[CivilDate, float]]) -> dict[str, Any]:
    told: dict[str, Any] = {"id": outcome.id, "title": outcome.title, "state": outcome.state.value}
    if outcome.target is not None:
        told["target"] = outcome.target
    if not values:
        return told
    when, value = values[-1]
    found = attainment_of(outcome, [Measurement(id="last", subject=outcome.id, date=when, value=value)])
    expected = expected_at(outcome, when)
    told |= {"measured": value, "measured_on": when.isoformat()}
    if found is not None and found.progress is not None:
        told["progress"] = round(found.progress, 4)
    if expected is not None:
        told["expected"] = expected
        short = shortfall(outcome, value, expected)
        if short is not None:
            told["shortfall"] = round(short, 4)
    return told
