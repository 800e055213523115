"""What people do with an alert: take note of it, put it off, close it with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from ..domain import Alert, AlertState, Role
from ..domain.alarms import AlertStep, require_state
from ..errors import Forbidden, InvalidRequest
from ..store.records import put_records
from .action_reading import local_day
from .alerts import AlertDetail, detail_of, may_act, visible_alert
from .revisions import require_current
from .table import Context, Request, operation

LONGEST_SNOOZE = 180


class AlertChange(Request):
    """Which alert, and the revision of it that was read: when it was changed since, nothing is written."""

    id: str
    revision: int | None = None


class SnoozeAlert(AlertChange):
    """Until when an alert keeps quiet; that day it comes back, unless what it tells of has recovered."""

    until: date
    reason: str | None = Field(default=None, max_length=10_000)


class CloseAlert(AlertChange):
    """Why an alert is closed though nothing has recovered."""

    reason: str = Field(min_length=1, max_length=10_000)


@operation(Role.MEMBER, audited=True)
def acknowledge_alert(context: Context, request: AlertChange) -> AlertDetail:
    """Say that one has seen an alert and looks after it: it is not handed on then."""
    alert = _taken(context, request, AlertStep.ACKNOWLEDGE, "acknowledge_alert")
    return _keep(
        context, alert, state=AlertState.ACKNOWLEDGED, acknowledged_at=context.now,
        acknowledged_by=context.visitor.name, snoozed_until=None,
    )  # fmt: skip


@operation(Role.MEMBER, audited=True)
def snooze_alert(context: Context, request: SnoozeAlert) -> AlertDetail:
    """Put an alert off until a day."""
    alert = _taken(context, request, AlertStep.SNOOZE, "snooze_alert")
    ahead = (request.until - local_day(context.store, alert.project or "", context.now)).days
    if not 1 <= ahead <= LONGEST_SNOOZE:
        raise InvalidRequest(
            f"until: {request.until} is not within the next {LONGEST_SNOOZE} days. Choose a day from tomorrow on.",
            field="until", operation="snooze_alert",
        )  # fmt: skip
    return _keep(
        context, alert, state=AlertState.SNOOZED, snoozed_until=request.until, reason=request.reason or alert.reason
    )


@operation(Role.MEMBER, audited=True)
def close_alert(context: Context, request: CloseAlert) -> AlertDetail:
    """Close an alert with the reason; the same occasion does not raise another."""
    alert = _taken(context, request, AlertStep.CLOSE, "close_alert")
    return _keep(
        context, alert, state=AlertState.CLOSED, closed_at=context.now, closed_by=context.visitor.name,
        snoozed_until=None, reason=request.reason,
    )  # fmt: skip


def _taken(context: Context, request: AlertChange, step: AlertStep, operation: str) -> Alert:
    """The alert, if this visitor may take this step with it as they know it.

    Raises:
        NotFound: No such alert, or a hidden one.
        Forbidden: It is somebody else's.
        Conflict: Somebody changed it since it was read.
        WrongAlertState: The step cannot follow its state.
    """
    alert = visible_alert(context, request.id)
    if not may_act(context.visitor, alert):
        whose = f"It goes to {alert.owner}." if alert.owner else "Its outcome has no owner yet."
        raise Forbidden(
            f"{context.visitor.display_name} may not {step.value} this alert. {whose} Its owner may, and whoever has "
            "the role facilitator, manager or pmo, or more.",
            operation=operation,
            needed=Role.FACILITATOR.value,
        )
    require_current(alert, request.revision, "alert")
    require_state(alert, step)
    return alert


def _keep(context: Context, alert: Alert, **values: Any) -> AlertDetail:
    changed = Alert.parse(alert.model_dump() | values)
    with context.store.transaction() as tx:
        put_records(tx, [changed], at=context.now, by=context.visitor.name)
    context.audit.update(subject=alert.id, before_hash=alert.content_hash(), after_hash=changed.content_hash())
    return detail_of(context, visible_alert(context, alert.id))
