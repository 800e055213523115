"""Actions as the graph holds them: one, those of some status, those that a next retrospective starts with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel

from ..domain import OPEN_STATUSES, ActionItem, ActionStatus, Project
from ..domain.action_steps import most_pressing
from ..errors import NotFound
from ..policy import ScopeFilter
from ..queries import statement
from ..store.protocol import GraphStore, Transaction
from ..store.records import get_record
from .table import Context

WHOLE = ScopeFilter(everything=True, confidential=True)


class RetrospectiveName(BaseModel):
    """A retrospective as a link names it."""

    id: str
    title: str
    held_on: date | None = None
    team: str | None = None


def visible_action(context: Context, key: str) -> ActionItem:
    """The action with this id, if the visitor may see it.

    Raises:
        NotFound: No such action, or a hidden one; names the nearest visible id.
    """
    found = get_record(context.store, ActionItem, key)
    if found is None or not context.scope.covers(found.project, found.unit, found.confidential):
        known = actions_in(context.store, context.scope, frozenset(ActionStatus))
        raise NotFound.among("action", key, [action.id for action in known])
    return found


def open_actions(
    source: GraphStore | Transaction, project: str, team: str | None = None, scope: ScopeFilter | None = None
) -> list[ActionItem]:
    """The open actions of a project, the most pressing first: what its next retrospective starts with.

    Args:
        source: A store, or the transaction in which a retrospective is opened or closed.
        project: The project's id.
        team: Only those of this team's retrospectives, and those of no team.
        scope: What may be seen; everything when not given (the asker was let into the project).
    """
    found = actions_in(source, scope or WHOLE, OPEN_STATUSES, project)
    if team is not None:
        held = retrospectives_named(source, WHOLE, (a.retrospective for a in found))
        teams = {key: name.team for key, name in held.items()}
        found = [a for a in found if teams.get(a.retrospective or "") in (None, team)]
    return most_pressing(found)


def actions_in(
    source: GraphStore | Transaction, scope: ScopeFilter, statuses: frozenset[ActionStatus], project: str | None = None
) -> list[ActionItem]:
    """Actions in use within a scope that stand in one of some statuses, by id."""
    rows = source.read(
        statement("actions.in_statuses"),
        statuses=sorted(status.value for status in statuses), project=project, **scope.parameters(),
    )  # fmt: skip
    return [ActionItem.from_properties(row["record"]) for row in rows]


def local_day(store: GraphStore, project: str, now: datetime) -> date:
    """The civil day at an instant where a project is at home."""
    found = get_record(store, Project, project)
    try:
        zone = ZoneInfo(found.timezone) if found else UTC
    except (ZoneInfoNotFoundError, ValueError):
        zone = UTC
    return now.astimezone(zone).date()


def retrospectives_named(
    source: GraphStore | Transaction, scope: ScopeFilter, ids: Iterable[str | None]
) -> dict[str, RetrospectiveName]:
    """Retrospectives within a scope by id."""
    wanted = sorted({key for key in ids if key})
    rows = source.read(statement("actions.retrospectives"), ids=wanted, **scope.parameters()) if wanted else []
    return {row["id"]: RetrospectiveName.model_validate(row) for row in rows}
