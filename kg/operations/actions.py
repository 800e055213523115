"""Actions that retrospectives led to: lists of them, one of them, and those that are carried on."""

from __future__ import annotations

from collections import Counter
from datetime import date

from pydantic import BaseModel, Field

from ..domain import OPEN_STATUSES, ActionItem, ActionStatus, Project, Role
from ..domain.action_effect import DONE_STATUSES, Effect, kept_effect
from ..domain.action_steps import is_overdue, most_pressing
from ..errors import NotFound
from ..store.records import get_record
from .action_history import ActionStepTaken, history_of, permitted
from .action_metrics import Point, Series, find_series, measure, points_of, scope_of
from .action_reading import RetrospectiveName, actions_in, local_day, open_actions, retrospectives_named, visible_action
from .projects import find_project, visible_names
from .table import Context, Request, Response, operation


class ActionKey(Request):
    """Which action."""

    id: str


class ListActions(Request):
    """Whose actions, of which project; `mine` means those that the visitor owns."""

    project: str | None = None
    retrospective: str | None = None
    owner: str | None = Field(default=None, max_length=300)
    statuses: list[ActionStatus] = []
    open_only: bool = True
    mine: bool = False
    overdue: bool = False
    limit: int = Field(default=50, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class CarryActions(Request):
    """Into a retrospective of which project, and of which team if it has several."""

    project: str
    team: str | None = None


class ActionRow(BaseModel):
    """An action in a list."""

    action: ActionItem
    project_name: str | None = None
    overdue: bool = False
    mine: bool = False


class ActionList(Response):
    """A page of actions, the most pressing first, with counts to narrow them."""

    actions: list[ActionRow]
    total: int
    open: int
    overdue: int
    statuses: dict[str, int]
    owners: dict[str, int]


class CarriedActions(Response):
    """Open actions of earlier retrospectives, the most often carried first."""

    project: str
    actions: list[ActionRow]


class ActionDetail(Response):
    """An action with where it comes from, what it is measured by and what happened to it.

    `effect` is what was computed when it was closed; `now` what today's values say, where that is
    something else (`newer` then).
    """

    action: ActionItem
    project_name: str | None = None
    retrospective: RetrospectiveName | None = None
    carried_into: list[RetrospectiveName] = []
    overdue: bool = False
    mine: bool = False
    series: Series | None = None
    points: list[Point] = []
    effect: Effect | None = None
    now: Effect | None = None
    newer: bool = False
    history: list[ActionStepTaken] = []
    permitted: list[str] = []


@operation(Role.MEMBER)
def list_actions(context: Context, request: ListActions) -> ActionList:
    """Actions that the visitor may see, the most pressing first."""
    project = find_project(context.store, request.project, context.scope).id if request.project else None
    everything = actions_in(context.store, context.scope, frozenset(ActionStatus), project)
    owner = (request.owner or "").casefold()
    own = [
        action
        for action in everything
        if (not request.mine or action.owner == context.visitor.name)
        and (request.retrospective is None or action.retrospective == request.retrospective)
        and (not owner or (action.owner or "").casefold() == owner)
    ]
    days = _Days(context)
    late = {action.id for action in own if is_overdue(action, days.of(action.project))}
    wanted = frozenset(request.statuses) or (OPEN_STATUSES if request.open_only else frozenset(ActionStatus))
    found = [a for a in own if a.status in wanted and (not request.overdue or a.id in late)]
    page = most_pressing(found)[request.offset : request.offset + request.limit]
    return ActionList(
        actions=_rows(context, page, days),
        total=len(found),
        open=sum(action.status in OPEN_STATUSES for action in own),
        overdue=len(late),
        statuses=dict(Counter(action.status.value for action in own)),
        owners=dict(sorted(Counter(a.owner for a in everything if a.owner and a.status in wanted).items())),
    )


@operation(Role.MEMBER)
def carry_actions(context: Context, request: CarryActions) -> CarriedActions:
    """What a project's next retrospective starts with: its open actions, and how often each was carried."""
    project = find_project(context.store, request.project, context.scope)
    found = open_actions(context.store, project.id, request.team, context.scope)
    return CarriedActions(project=project.id, actions=_rows(context, found, _Days(context)))


@operation(Role.MEMBER)
def get_action(context: Context, request: ActionKey) -> ActionDetail:
    """An action, what it is measured by, and its history."""
    return detail_of(context, visible_action(context, request.id))


def detail_of(context: Context, action: ActionItem) -> ActionDetail:
    """Everything that is known of a visible action."""
    store, scope = context.store, context.scope
    today = local_day(store, action.project, context.now)
    project = get_record(store, Project, action.project)
    shown = project is not None and scope.covers(project.id, project.unit, project.confidential)
    series: Series | None = None
    points: list[Point] = []
    if action.metric and project is not None and shown:
        points = points_of(store, project, scope_of(action), action.metric)
        try:
            series = find_series(store, project, scope_of(action), action.metric)
        except NotFound:
            series = None
    effect = kept_effect(action)
    now = measure(action, action.done_on, points) if action.status in DONE_STATUSES and action.done_on else None
    held = retrospectives_named(store, scope, [*action.carried_into, action.retrospective])
    return ActionDetail(
        action=action,
        project_name=project.name if project is not None and shown else None,
        retrospective=held.get(action.retrospective or ""),
        carried_into=[held[key] for key in action.carried_into if key in held],
        overdue=is_overdue(action, today),
        mine=action.owner == context.visitor.name,
        series=series,
        points=points,
        effect=effect,
        now=now,
        newer=bool(series and now and effect and (now.n_before, now.n_after) != (effect.n_before, effect.n_after)),
        history=history_of(store, action),
        permitted=permitted(context.visitor, action),
    )


class _Days:
    """Today, project by project."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[str, date] = {}

    def of(self, project: str) -> date:
        if project not in self._known:
            self._known[project] = local_day(self._context.store, project, self._context.now)
        return self._known[project]


def _rows(context: Context, actions: list[ActionItem], days: _Days) -> list[ActionRow]:
    names = visible_names(context, (action.project for action in actions))
    return [
        ActionRow(
            action=action,
            project_name=names.get(action.project),
            overdue=is_overdue(action, days.of(action.project)),
            mine=action.owner == context.visitor.name,
        )
        for action in actions
    ]
