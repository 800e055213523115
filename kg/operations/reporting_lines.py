"""Who reports to whom: one manager a person, and no circles."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ..domain import Person, Relationship, Role
from ..errors import Conflict, InvalidRequest, NotFound
from ..policy import ScopeFilter
from ..queries import statement
from ..schema import Label, Rel
from ..store.records import list_records, put_relationships, remove_relationships
from .outcome_messages import tell_new_managers
from .people import Nothing, person_id
from .table import Context, Request, Response, operation


class SetManager(Request):
    """Whose manager, and who: both by sign-in name; no manager takes the one there is away."""

    person: str
    manager: str | None = None


class SetManagers(Request):
    """Many at once, in the order of a file; all are set or none."""

    lines: list[SetManager] = Field(max_length=20_000)


class ReportingLine(BaseModel):
    """Somebody, and whom they report to."""

    person: str
    manager: str | None = None


class ReportingLines(Response):
    """Everybody who may sign in with their manager; `changed` counts what a call set."""

    lines: list[ReportingLine]
    changed: int = 0


@operation(Role.ADMIN)
def reporting_lines(context: Context, request: Nothing) -> ReportingLines:
    """Everybody with the manager they report to."""
    return _lines(context)


@operation(Role.ADMIN, audited=True)
def set_manager(context: Context, request: SetManager) -> ReportingLines:
    """Say whom somebody reports to: their direct manager, who reviews their outcomes first."""
    return _set(context, [request], numbered=False)


@operation(Role.ADMIN, audited=True)
def set_managers(context: Context, request: SetManagers) -> ReportingLines:
    """Set the managers of many people, all or none: an organisation chart from a file."""
    return _set(context, request.lines, numbered=True)


def _set(context: Context, wanted: list[SetManager], *, numbered: bool) -> ReportingLines:
    people = {person.id: person for person in list_records(context.store, Person, ScopeFilter(everything=True))}
    names = [person.name for person in people.values()]
    held = _held(context)
    after = dict(held)
    for number, line in enumerate(wanted, start=1):
        place = f"line {number}: " if numbered else ""
        ends = []
        for name in (line.person, line.manager):
            if name is not None and person_id(name) not in people:
                near = NotFound.among("person", name, names)
                raise NotFound(f"{place}{near.message}", **near.fields)
            ends.append(person_id(name) if name is not None else None)
        own, manager = ends
        assert own is not None
        if own == manager:
            raise InvalidRequest(
                f"{place}{line.person} cannot report to themselves.",
                field="manager",
                why="own_manager",
                value=line.person,
            )
        if manager is None:
            after.pop(own, None)
        else:
            after[own] = manager
    _require_no_circle(after, {key: person.name for key, person in people.items()})
    gone = [(own, manager) for own, manager in held.items() if after.get(own) != manager]
    new = [(own, manager) for own, manager in after.items() if held.get(own) != manager]
    label = Label.PERSON
    edges = [
        Relationship(type=Rel.REPORTS_TO, start_label=label, start=own, end_label=label, end=manager)
        for own, manager in new
    ]
    with context.store.transaction() as tx:
        if gone:
            remove_relationships(tx, Rel.REPORTS_TO, label, label, gone, at=context.now, by=context.visitor.name)
        if edges:
            put_relationships(tx, edges, at=context.now, by=context.visitor.name)
    changed = {own for own, _ in [*gone, *new]}
    if changed:
        tell_new_managers(context, [people[own].name for own in changed if own in people])
    one = wanted[0] if len(wanted) == 1 else None
    context.audit.update(
        subject=person_id(one.person) if one else f"{len(wanted)} reporting lines",
        before_hash=held.get(person_id(one.person)) if one else None,
        after_hash=after.get(person_id(one.person)) if one else None,
    )
    return _lines(context, changed=len(changed))


def _require_no_circle(managers: dict[str, str], names: dict[str, str]) -> None:
    for start in managers:
        seen, at = [start], start
        while (at := managers.get(at, "")) and at not in seen:
            seen.append(at)
        if at == start:
            told = " → ".join(names.get(key, key) for key in [*seen, start])
            raise Conflict(f"These people would report to each other in a circle: {told}.", name=told)


def _held(context: Context) -> dict[str, str]:
    return {row["person"]: row["manager"] for row in context.store.read(statement("outcome_reviews.reporting_lines"))}


def _lines(context: Context, changed: int = 0) -> ReportingLines:
    people = {person.id: person for person in list_records(context.store, Person, ScopeFilter(everything=True))}
    held = _held(context)
    return ReportingLines(
        lines=[
            ReportingLine(person=person.name, manager=people[held[key]].name if held.get(key) in people else None)
            for key, person in sorted(people.items(), key=lambda item: item[1].name.casefold())
        ],
        changed=changed,
    )
