"""The occasions on which the owner of an action is reminded of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ..domain import OPEN_STATUSES, ActionItem, ActionStatus, OutboxMessage, Person, Project, derive_id
from ..domain.action_effect import FEWEST_VALUES
from ..domain.action_steps import OFTEN
from ..policy import ScopeFilter, Visitor
from ..store.protocol import GraphStore
from ..store.records import get_record, list_records
from .action_metrics import measure, points_of, scope_of
from .action_reading import WHOLE, actions_in, local_day

SOON_DAYS = 3
"""So many days ahead an action counts as due soon."""

DUE, OVERDUE, CARRIED, MEASURABLE = "action_due", "action_overdue", "action_carried", "action_measurable"
KINDS = frozenset({DUE, OVERDUE, CARRIED, MEASURABLE})
"""Due soon; overdue, once a week; carried on often, once a retrospective; done, and by now there are values
enough to say whether it helped."""


@dataclass
class Occasions:
    """Messages of all occasions that are there now, whether written before or not."""

    messages: list[OutboxMessage] = field(default_factory=list)
    without_owner: int = 0
    unreached: int = 0

    @staticmethod
    def people(store: GraphStore) -> list[Person]:
        """Everybody who may sign in."""
        return [person for person in list_records(store, Person, WHOLE) if not person.disabled]


def occasions_of(store: GraphStore, now: datetime, days: int, today: date | None = None) -> Occasions:
    """Every occasion to remind somebody of an action.

    Args:
        store: The graph.
        now: The instant; each project counts its own day by it.
        days: How many days ahead an action counts as due soon.
        today: A day that stands in for that of every project.
    """
    found = Occasions()
    owners = {person.name: Visitor.of(person).scope() for person in Occasions.people(store)}
    local: dict[str, date] = {}
    statuses = OPEN_STATUSES | {ActionStatus.DONE_UNVERIFIED, ActionStatus.UNKNOWN}
    for action in actions_in(store, WHOLE, statuses):
        day = (
            today
            or local.get(action.project)
            or local.setdefault(action.project, local_day(store, action.project, now))
        )
        occasions = list(_occasions(store, action, day, days))
        if not occasions:
            continue
        scope = owners.get(action.owner or "")
        if not action.owner:
            found.without_owner += 1
        elif scope is None or not scope.covers(action.project, action.unit, action.confidential):
            found.unreached += 1
        else:
            name = _project_name(store, action, scope)
            found.messages += [_message(action, name, kind, occasion, values) for kind, occasion, values in occasions]
    return found


def _occasions(
    store: GraphStore, action: ActionItem, today: date, days: int
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Kind, what makes the occasion one of its own, and what its words need."""
    if action.status not in OPEN_STATUSES:
        yield from _measurable(store, action)
        return
    if action.due is not None:
        due = action.due.isoformat()
        if action.due < today:
            late = (today - action.due).days
            yield OVERDUE, f"{due}+{(late - 1) // 7}", {"due": due}
        elif action.due <= today + timedelta(days=days):
            yield DUE, due, {"due": due}
    if action.carry_count >= OFTEN:
        yield CARRIED, str(action.carry_count), {"times": str(action.carry_count)}


def _measurable(store: GraphStore, action: ActionItem) -> Iterator[tuple[str, str, dict[str, str]]]:
    """An occasion when an action was closed before there were enough values, and now there are."""
    if action.metric is None or action.done_on is None or min(action.samples or [0]) >= FEWEST_VALUES:
        return
    project = get_record(store, Project, action.project)
    if project is None:
        return
    effect = measure(action, action.done_on, points_of(store, project, scope_of(action), action.metric))
    if min(effect.n_before, effect.n_after) >= FEWEST_VALUES:
        values = {"before": str(effect.n_before), "after": str(effect.n_after), "metric": action.success_metric or ""}
        yield MEASURABLE, action.done_on.isoformat(), values


def _message(action: ActionItem, project_name: str, kind: str, occasion: str, values: dict[str, str]) -> OutboxMessage:
    """The message of an occasion; its id is made of the occasion and of whom it goes to."""
    to = action.owner or ""
    person = hashlib.sha256(to.encode()).hexdigest()[:12]
    if kind == MEASURABLE:  # counts grow while the occasion stays the same
        values = {"metric": values["metric"]}
    return OutboxMessage.parse(
        {
            "id": derive_id("message", kind, hashlib.sha256(action.id.encode()).hexdigest()[:16], person, occasion),
            "project": action.project,
            "unit": action.unit,
            "confidential": action.confidential,
            "to": to,
            "kind": kind,
            "subject": action.id,
            "values": {"title": action.title, "project": project_name, **values},
            "due_on": action.due,
        }
    )


def _project_name(store: GraphStore, action: ActionItem, scope: ScopeFilter) -> str:
    project = get_record(store, Project, action.project)
    seen = project is not None and scope.covers(project.id, project.unit, project.confidential)
    return project.name if project is not None and seen else ""
