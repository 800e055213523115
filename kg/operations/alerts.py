"""Alerts: raised by a scan, read in lists and one by one."""

from __future__ import annotations

from collections import Counter
from datetime import date

from pydantic import BaseModel, Field

from ..analysis.deviations import measures
from ..domain import Alert, AlertState, Measurement, Milestone, OutboxMessage, Outcome, Project, Role
from ..domain.alarms import FROM, UNCLOSED, AlarmRule, AlertStep, RuleKind, by_day
from ..domain.trajectory import expected_at
from ..errors import NotFound
from ..policy import Visitor
from ..store.records import get_record, list_records, put_records, put_relationships, records_about
from .action_history import ActionStepTaken, history_of
from .action_metrics import Point
from .action_reading import local_day
from .alert_material import rules_in_use
from .alert_remedies import visible_remedies
from .alert_scan import Scan, Scanner
from .measured_subjects import in_own_unit
from .projects import find_project, visible_names
from .table import Context, Request, Response, operation
from .visible_about import of_visible_subjects

TOLD = ("state", "snoozed_until", "acknowledged_by", "escalated_to", "closed_by", "reason")
"""Fields whose changes are told."""


class ScanAlerts(Request):
    """`today` stands in for the day at each project."""

    today: date | None = None


class ScanResult(Response):
    """What a scan found.

    `standing` alerts were there already. `without_owner` and `unreached` count new ones whose outcome
    has no owner, or one who does not sign in or may not see it: a lead is told instead.
    """

    opened: list[Alert] = []
    recovered: list[Alert] = []
    woken: list[Alert] = []
    escalated: list[Alert] = []
    messages: int = 0
    standing: int = 0
    watched: int = 0
    without_owner: int = 0
    unreached: int = 0


class ListAlerts(Request):
    """Which alerts; `mine` are those one owns, or that were handed to one. Unclosed ones without states."""

    project: str | None = None
    subject: str | None = None
    rule: str | None = None
    mine: bool = False
    states: list[AlertState] = []
    limit: int = Field(default=50, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class AlertRow(BaseModel):
    """An alert in a list."""

    alert: Alert
    project_name: str | None = None
    rule: AlarmRule | None = None
    mine: bool = False
    permitted: list[str] = []


class AlertList(Response):
    """A page of alerts, those that wait for somebody first, with counts to narrow them."""

    alerts: list[AlertRow]
    total: int
    unclosed: int
    states: dict[str, int]
    rules: list[AlarmRule]


class AlertKey(Request):
    """Which alert."""

    id: str


class CoursePoint(BaseModel):
    """What was expected on a day."""

    date: date
    value: float


class AlertDetail(Response):
    """An alert with the series it tells of, remedies that the visitor may see, and its history.

    `hidden` counts remedies whose precedent the visitor may not see; `now` is the rule's measure at the
    last value.
    """

    alert: Alert
    rule: AlarmRule | None = None
    project_name: str | None = None
    outcome: Outcome | None = None
    milestone: Milestone | None = None
    points: list[Point] = []
    course: list[CoursePoint] = []
    expected_then: list[CoursePoint] = []
    now: float | None = None
    hidden: int = 0
    mine: bool = False
    history: list[ActionStepTaken] = []
    permitted: list[str] = []


@operation(Role.ADMIN)
def due_alerts(context: Context, request: ScanAlerts) -> ScanResult:
    """What a scan would do now; nothing is written."""
    return _told(Scanner(context, request.today).look())


@operation(Role.ADMIN, audited=True)
def scan_alerts(context: Context, request: ScanAlerts) -> ScanResult:
    """Look at everything that rules watch; each occasion raises one alert, however often this runs."""
    found = Scanner(context, request.today).look()
    with context.store.transaction() as tx:
        found.opened = [alert for alert in found.opened if get_record(tx, Alert, alert.id) is None]
        put_records(tx, found.changed, at=context.now, by=context.visitor.name)
        held = {m.id for m in found.messages if get_record(tx, OutboxMessage, m.id) is not None}
        found.messages = [message for message in found.messages if message.id not in held]
        put_records(tx, found.messages, at=context.now, by=context.visitor.name)
        put_relationships(tx, found.edges, at=context.now, by=context.visitor.name)
    context.audit["subject"] = f"{len(found.changed)} alerts"
    return _told(found)


@operation(Role.MEMBER)
def list_alerts(context: Context, request: ListAlerts) -> AlertList:
    """Alerts that the visitor may see, those that wait for somebody first, the latest first."""
    project = find_project(context.store, request.project, context.scope).id if request.project else None
    everything = visible_alerts(context, project)
    own = [
        alert
        for alert in everything
        if (not request.mine or context.visitor.name in (alert.owner, alert.escalated_to))
        and (request.rule is None or alert.rule == request.rule)
        and (request.subject is None or alert.subject == request.subject)
    ]
    wanted = frozenset(request.states) or UNCLOSED
    order = list(AlertState)
    found = sorted(
        (alert for alert in own if alert.state in wanted),
        key=lambda a: (order.index(a.state), -a.opened_at.timestamp(), a.id),
    )
    page = found[request.offset : request.offset + request.limit]
    names = visible_names(context, (alert.project for alert in page if alert.project))
    rules = rules_in_use(context)
    by_key = {rule.key: rule for rule in rules}
    return AlertList(
        alerts=[
            AlertRow(
                alert=alert.model_copy(update={"remedies": []}),
                project_name=names.get(alert.project or ""),
                rule=by_key.get(alert.rule),
                mine=context.visitor.name in (alert.owner, alert.escalated_to),
                permitted=permitted(context.visitor, alert),
            )
            for alert in page
        ],
        total=len(found),
        unclosed=sum(alert.state in UNCLOSED for alert in own),
        states=dict(Counter(alert.state.value for alert in own)),
        rules=rules,
    )


@operation(Role.MEMBER)
def get_alert(context: Context, request: AlertKey) -> AlertDetail:
    """An alert, expected against measured, remedies with their precedents, and its history."""
    return detail_of(context, visible_alert(context, request.id))


def visible_alert(context: Context, key: str) -> Alert:
    """The alert with this id, if the visitor may see it.

    Raises:
        NotFound: No such alert, or a hidden one; names the nearest visible id.
    """
    found = get_record(context.store, Alert, key)
    seen = found is not None and context.scope.covers(found.project, found.unit, found.confidential)
    if found is None or not seen or not of_visible_subjects(context.store, context.scope, [found]):
        raise NotFound.among("alert", key, [a.id for a in visible_alerts(context)])
    return found


def visible_alerts(context: Context, project: str | None = None) -> list[Alert]:
    """Alerts that the visitor may see, of one project or of all, by id."""
    return of_visible_subjects(context.store, context.scope, list_records(context.store, Alert, context.scope, project))


def may_act(visitor: Visitor, alert: Alert) -> bool:
    """True for the alert's owner, whom it was handed to, and those who answer for projects."""
    roles = (Role.FACILITATOR, Role.MANAGER, Role.PMO)
    return visitor.name in (alert.owner, alert.escalated_to) or any(visitor.has(role) for role in roles)


def permitted(visitor: Visitor, alert: Alert) -> list[str]:
    """The steps a visitor may take with an alert as it stands."""
    return [step.value for step in AlertStep if alert.state in FROM[step] and may_act(visitor, alert)]


def detail_of(context: Context, alert: Alert) -> AlertDetail:
    """Everything that is known of a visible alert."""
    store, scope = context.store, context.scope
    rule = next((rule for rule in rules_in_use(context) if rule.key == alert.rule), None)
    outcome = get_record(store, Outcome, alert.subject)
    milestone = None if outcome else get_record(store, Milestone, alert.subject)
    project = get_record(store, Project, alert.project or "")
    named = project is not None and scope.covers(project.id, project.unit, project.confidential)
    remedies = visible_remedies(alert.remedies, scope, store)
    values: list[tuple[date, float]] = []
    if outcome is not None:
        measured = [
            m for m in records_about(store, Measurement, [outcome.id]) if outcome.confidential or not m.confidential
        ]
        values = by_day(in_own_unit(store, outcome, measured))
    charted = rule is not None and rule.kind in (RuleKind.DEVIATION, RuleKind.ANOMALY)
    today = local_day(store, alert.project or "", context.now)
    return AlertDetail(
        alert=alert.model_copy(update={"remedies": remedies}),
        rule=rule,
        project_name=project.name if project is not None and named else None,
        outcome=outcome,
        milestone=milestone,
        points=[Point(date=day, value=value) for day, value in values],
        course=_course(outcome, values, today) if outcome else [],
        expected_then=_expected(outcome, [day for day, _ in values]) if outcome else [],
        now=measures(rule, outcome, values)[-1] if rule and outcome and charted and values else None,
        hidden=len(alert.remedies) - len(remedies),
        mine=context.visitor.name in (alert.owner, alert.escalated_to),
        history=history_of(store, alert, TOLD),
        permitted=permitted(context.visitor, alert),
    )


def _course(outcome: Outcome, values: list[tuple[date, float]], today: date) -> list[CoursePoint]:
    """The expected course from the outcome's start to its due day, in steps that show its shape."""
    first = outcome.start or (values[0][0] if values else outcome.due)
    last = outcome.due or today
    if first is None or last < first:
        return []
    span = (last - first).days
    days = {first.fromordinal(first.toordinal() + round(span * step / 48)) for step in range(49)}
    days |= {point.date for point in outcome.expected if first <= point.date <= last}
    if span:
        days.add(last.fromordinal(last.toordinal() - 1))  # a step on the due day is upright
    return _expected(outcome, sorted(days))


def _expected(outcome: Outcome, days: list[date]) -> list[CoursePoint]:
    found = [(day, expected_at(outcome, day)) for day in days]
    return [CoursePoint(date=day, value=value) for day, value in found if value is not None]


def _told(scan: Scan) -> ScanResult:
    return ScanResult(
        opened=scan.opened, recovered=scan.recovered, woken=scan.woken, escalated=scan.escalated,
        messages=len(scan.messages), standing=scan.standing, watched=scan.watched,
        without_owner=scan.without_owner, unreached=scan.unreached,
    )  # fmt: skip
