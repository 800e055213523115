"""What is done to actions: taken up, changed, closed with what the figures say, given up, taken up again."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from ..domain import ActionItem, ActionStatus, Project, Role
from ..domain.action_steps import ActionStep, reopened, require_status
from ..errors import Forbidden, InvalidRequest
from ..store.records import get_record, put_records
from .action_history import may_change
from .action_metrics import Point, find_series, measure, points_of, scope_of
from .action_reading import local_day, visible_action
from .actions import ActionDetail, detail_of
from .revisions import require_current
from .table import Context, Request, operation

Way = Literal["increase", "decrease", ""]


class ActionChange(Request):
    """Which action, and the revision of it that was read: when it was changed since, nothing is written."""

    id: str
    revision: int | None = None


class UpdateAction(ActionChange):
    """New values for an open action; what is not given stays, an empty text takes the old one away.

    `metric` is the key of a series (`action_metrics` names them).
    """

    status: Literal["open", "in_progress"] | None = None
    owner: str | None = Field(default=None, max_length=300)
    due: date | Literal[""] | None = None
    success_metric: str | None = Field(default=None, max_length=500)
    metric: str | None = Field(default=None, max_length=300)
    direction: Way | None = None


class CloseAction(ActionChange):
    """The day an action was done (today when not given), and the figure to measure it by if it has none yet."""

    done_on: date | None = None
    reason: str | None = Field(default=None, max_length=10_000)
    metric: str | None = Field(default=None, max_length=300)
    direction: Way | None = None


class MeasureAction(ActionChange):
    """Which done action to measure again, by the same figure or another one."""

    metric: str | None = Field(default=None, max_length=300)
    direction: Way | None = None


class CancelAction(ActionChange):
    """Which action is given up, and why."""

    reason: str = Field(min_length=1, max_length=10_000)


class ReopenAction(ActionChange):
    """Which action is taken up again."""


@operation(Role.MEMBER, audited=True)
def update_action(context: Context, request: UpdateAction) -> ActionDetail:
    """Change who owns an open action, when it is due, what it is measured by, or that it is in progress."""
    action = _taken(context, request, ActionStep.EDIT, "update_action")
    values: dict[str, Any] = {}
    if request.status is not None:
        values["status"] = ActionStatus(request.status)
    for name in ("owner", "due", "success_metric"):
        given = getattr(request, name)
        if given is not None:
            values[name] = given or None
    values |= _measured_by(context, action, request.metric, request.direction)
    return _keep(context, action, action.model_dump() | values)


@operation(Role.MEMBER, audited=True)
def close_action(context: Context, request: CloseAction) -> ActionDetail:
    """Say that an action is done; its figure, if it has one, says whether it helped."""
    action = _taken(context, request, ActionStep.CLOSE, "close_action")
    today = local_day(context.store, action.project, context.now)
    done_on = request.done_on or today
    if done_on > today:
        raise InvalidRequest(
            f"done_on: {done_on} is after today ({today}).",
            field="done_on",
            operation="close_action",
            why="to_come",
            value=str(done_on),
        )
    if action.opened_on and done_on < action.opened_on:
        raise InvalidRequest(
            f"done_on: {done_on} is before the action was opened ({action.opened_on}).",
            field="done_on", operation="close_action", why="before_opened", value=str(done_on),
            opened=str(action.opened_on),
        )  # fmt: skip
    values = _measured_by(context, action, request.metric, request.direction)
    values |= {"done_on": done_on, "reason": request.reason or None}
    return _judge(context, action, values, done_on)


@operation(Role.MEMBER, audited=True)
def measure_action(context: Context, request: MeasureAction) -> ActionDetail:
    """Compute again whether a done action helped: with the values known by now, or by another figure."""
    action = _taken(context, request, ActionStep.MEASURE, "measure_action")
    values = _measured_by(context, action, request.metric, request.direction)
    done_on = action.done_on or local_day(context.store, action.project, context.now)
    return _judge(context, action, values | {"done_on": done_on}, done_on)


@operation(Role.MEMBER, audited=True)
def cancel_action(context: Context, request: CancelAction) -> ActionDetail:
    """Give an action up, with the reason."""
    action = _taken(context, request, ActionStep.CANCEL, "cancel_action")
    return _keep(context, action, action.model_dump() | {"status": ActionStatus.CANCELLED, "reason": request.reason})


@operation(Role.MEMBER, audited=True)
def reopen_action(context: Context, request: ReopenAction) -> ActionDetail:
    """Take a closed or cancelled action up again; how it ended stays in its history."""
    action = _taken(context, request, ActionStep.REOPEN, "reopen_action")
    return _keep(context, action, reopened(action).model_dump())


def _taken(context: Context, request: ActionChange, step: ActionStep, operation: str) -> ActionItem:
    """The action, if this visitor may take this step with it as they know it.

    Raises:
        NotFound: No such action, or a hidden one.
        Forbidden: It is somebody else's.
        Conflict: Somebody changed it since it was read.
        WrongActionState: The step cannot follow its status.
    """
    action = visible_action(context, request.id)
    if not may_change(context.visitor, action):
        whose = f"It belongs to {action.owner}." if action.owner else "It has no owner yet."
        raise Forbidden(
            f"{context.visitor.display_name} may not {step.value} this action. {whose} "
            "Its owner may, and whoever has the role facilitator or more.",
            operation=operation,
            needed=Role.FACILITATOR.value,
        )
    require_current(action, request.revision, "action")
    require_status(action, step)
    return action


def _measured_by(context: Context, action: ActionItem, metric: str | None, direction: Way | None) -> dict[str, Any]:
    """The changed fields that say what an action is measured by; a figure brings its name and direction along."""
    values: dict[str, Any] = {}
    if metric is not None:
        values["metric"] = metric or None
        project = get_record(context.store, Project, action.project)
        if metric and project is not None:
            series = find_series(context.store, project, scope_of(action), metric)
            values["success_metric"] = action.success_metric or series.name
            if direction is None and (metric != action.metric or action.direction is None):
                values["direction"] = series.direction.value if series.direction else action.direction
    if direction is not None:
        values["direction"] = direction or None
    return values


def _judge(context: Context, action: ActionItem, values: dict[str, Any], done_on: date) -> ActionDetail:
    """Keep an action as done, with what its figure says."""
    done = ActionItem.parse(action.model_dump() | values)
    project = get_record(context.store, Project, done.project)
    points: list[Point] = []
    if done.metric and project is not None:
        points = points_of(context.store, project, scope_of(done), done.metric)
    effect = measure(done, done_on, points)
    return _keep(context, action, done.model_dump() | effect.kept())


def _keep(context: Context, action: ActionItem, values: dict[str, Any]) -> ActionDetail:
    changed = ActionItem.parse(values)
    with context.store.transaction() as tx:
        put_records(tx, [changed], at=context.now, by=context.visitor.name)
    context.audit.update(subject=action.id, before_hash=action.content_hash(), after_hash=changed.content_hash())
    return detail_of(context, visible_action(context, action.id))
