"""Who can own an outcome: people of this installation, for an owner's name is what lets one change and be told."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from ..domain import Outcome, Person, Project, Role
from ..domain.outcome_check import Finding, Severity
from ..errors import InvalidRequest, nearest
from ..policy import ScopeFilter, Visitor
from ..store.protocol import GraphStore
from ..store.records import get_record, list_records
from .people import person_id
from .projects import find_project
from .table import Context, Request, Response, operation

_WHOLE = ScopeFilter(everything=True, confidential=True)


class OutcomeOwners(Request):
    """Whose outcomes: a project's, by id or external id."""

    project: str


class OutcomeOwner(BaseModel):
    """Somebody who can own an outcome, as they sign in and as people know them."""

    name: str
    display_name: str


class OwnersOffered(Response):
    """Who can own an outcome of a project: those who sign in and may see it, by name."""

    owners: list[OutcomeOwner]


@operation(Role.MEMBER)
def outcome_owners(context: Context, request: OutcomeOwners) -> OwnersOffered:
    """Who can own an outcome of a project: those who sign in and may see it."""
    project = find_project(context.store, request.project, context.scope)
    seeing = _seeing(_people(context.store), project)
    return OwnersOffered(
        owners=sorted(
            (OutcomeOwner(name=one.name, display_name=one.display_name) for one in seeing),
            key=lambda one: one.name.casefold(),
        )
    )


def owner_named(context: Context, given: str, held: str | None, project: Project) -> str:
    """The sign-in name that somebody means who is to own an outcome.

    Where nobody signs in at all, owners are names and nothing more. An owner that is there already stays, known
    or not: an import may carry people who never sign in.

    Args:
        context: The call.
        given: A sign-in name in any case, or a display name that only one person has.
        held: Whose the outcome is so far.
        project: The outcome's: names of others than those who may see it are not proposed.

    Raises:
        InvalidRequest: Nobody is called so; names the nearest.
    """
    if given == held or given.casefold() == context.visitor.name.casefold():
        return held if given == held else context.visitor.name
    person = get_record(context.store, Person, person_id(given))
    if person is not None:
        return person.name
    people = _people(context.store)
    called = [one.name for one in people if one.display_name.casefold() == given.casefold()]
    if len(called) == 1:
        return called[0]
    if not people:
        return given
    near = _nearest(given, _seeing(people, project))
    hint = f" Did you mean {near!r}?" if near else ""
    raise InvalidRequest(
        f"owner: nobody here is called {given!r}.{hint} An owner is a person who signs in.",
        field="owner", value=given, nearest=near, why="not_a_person",
    )  # fmt: skip


def owner_findings(context: Context, outcome: Outcome, project: Project) -> list[Finding]:
    """What is weak about an outcome's owner: one who never signs in, or who may not see it."""
    if not outcome.owner or outcome.owner.casefold() == context.visitor.name.casefold():
        return []
    person = get_record(context.store, Person, person_id(outcome.owner))
    if person is not None:
        able = not person.disabled and Visitor.of(person).scope().covers(
            outcome.project, outcome.unit, outcome.confidential
        )
        return [] if able else [_weak("owner_cannot_see", outcome.owner)]
    people = _people(context.store)
    if not people:
        return []
    return [_weak("unknown_owner", outcome.owner, _nearest(outcome.owner, _seeing(people, project)))]


def _weak(code: str, owner: str, suggestion: str | None = None) -> Finding:
    return Finding(
        letter="", code=code, field="owner", severity=Severity.WEAK, values={"owner": owner}, suggestion=suggestion
    )


def _people(store: GraphStore) -> list[Person]:
    return list_records(store, Person, _WHOLE)


def _seeing(people: Iterable[Person], project: Project) -> list[Person]:
    """Those of them who sign in and may see a project."""
    return [
        person
        for person in people
        if not person.disabled and Visitor.of(person).scope().covers(project.id, project.unit, project.confidential)
    ]


def _nearest(name: str, people: Iterable[Person]) -> str | None:
    """The sign-in name of whoever is called most like that, by either name."""
    names = {known.casefold(): person.name for person in people for known in (person.display_name, person.name)}
    near = nearest(name.casefold(), names)
    return names[near] if near else None
