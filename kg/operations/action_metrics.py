"""The figures of a project that can tell whether an action helped."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel

from ..domain import ActionItem, ActionStatus, Measurement, Outcome, ProcessMetric, Project, Role
from ..domain.action_effect import Effect, Finding, effect_of
from ..domain.outcomes import Direction
from ..domain.series import in_force
from ..errors import NotFound
from ..policy import ScopeFilter
from ..store.protocol import GraphStore
from ..store.records import get_record, list_records, records_about
from .measured_subjects import in_own_unit
from .portfolio import ProjectKey
from .projects import find_project
from .table import Context, Response, operation

PROCESS = "process:"
"""Begins the key of a process metric; any other key is an outcome's id."""


class Series(BaseModel):
    """A figure of a project: its key, what it is called, which way it should move, how much is known."""

    key: str
    name: str
    kind: str
    unit_of_measure: str | None = None
    direction: Direction | None = None
    count: int = 0
    first: date | None = None
    last: date | None = None


class Point(BaseModel):
    """A dated value of a series."""

    date: date
    value: float


class ActionMetrics(Response):
    """The series of a project that an action can be measured by."""

    project: str
    series: list[Series]


@operation(Role.MEMBER)
def action_metrics(context: Context, request: ProjectKey) -> ActionMetrics:
    """The figures of a project that can be chosen as success metric, those with most values first."""
    project = find_project(context.store, request.project, context.scope)
    found = series_of(context.store, project, context.scope)
    return ActionMetrics(project=project.id, series=sorted(found, key=lambda s: (-s.count, s.name.casefold(), s.key)))


def series_of(store: GraphStore, project: Project, scope: ScopeFilter) -> list[Series]:
    """All series of a visible project; outcomes without a measurement count none."""
    inside = _inside(project, scope)
    outcomes = list_records(store, Outcome, inside, project.id)
    days: dict[str, list[date]] = {outcome.id: [] for outcome in outcomes}
    for value in in_force(records_about(store, Measurement, list(days))) if days else []:
        if inside.confidential or not value.confidential:
            days[value.subject].append(value.date)
    found = [
        _series(
            outcome.id, outcome.title, "outcome", outcome.unit_of_measure, days[outcome.id],
            None if outcome.direction is Direction.MAINTAIN else outcome.direction,
        )
        for outcome in outcomes
    ]  # fmt: skip
    named: dict[str, list[ProcessMetric]] = {}
    for metric in list_records(store, ProcessMetric, inside, project.id):
        named.setdefault(metric.name, []).append(metric)
    for name, values in sorted(named.items()):
        unit = next((value.unit_of_measure for value in values if value.unit_of_measure), None)
        found.append(_series(PROCESS + name, name, "process", unit, [value.date for value in values]))
    return found


def find_series(store: GraphStore, project: Project, scope: ScopeFilter, key: str) -> Series:
    """The series of a visible project with this key.

    Raises:
        NotFound: The project has no such series; names the nearest.
    """
    known = {series.key: series for series in series_of(store, project, scope)}
    if key not in known:
        raise NotFound.among("metric", key, known)
    return known[key]


def points_of(store: GraphStore, project: Project, scope: ScopeFilter, key: str) -> list[Point]:
    """The values of a series of a visible project, the oldest first; none when it has no such series."""
    inside = _inside(project, scope)
    if key.startswith(PROCESS):
        name = key.removeprefix(PROCESS)
        metrics = list_records(store, ProcessMetric, inside, project.id)
        values = [(metric.date, metric.value) for metric in metrics if metric.name == name]
    else:
        outcome = get_record(store, Outcome, key)
        if outcome is None or outcome.project != project.id or (outcome.confidential and not inside.confidential):
            return []
        known = in_own_unit(store, outcome, records_about(store, Measurement, [key]))
        values = [(m.date, m.value) for m in known if inside.confidential or not m.confidential]
    return [Point(date=day, value=value) for day, value in sorted(values)]


def _inside(project: Project, scope: ScopeFilter) -> ScopeFilter:
    """What may be seen inside a project that may be seen: figures need not repeat its unit."""
    return ScopeFilter(everything=True, confidential=scope.covers(project.id, project.unit, True))


def scope_of(action: ActionItem) -> ScopeFilter:
    """The figures that may tell of an action: confidential ones never of one that is not, whoever asks.

    What is computed is shown to everybody who may see the action.
    """
    return ScopeFilter(everything=True, confidential=action.confidential)


def measure(action: ActionItem, done_on: date, points: list[Point]) -> Effect:
    """What the figure an action is measured by says of it, were it done on a day."""
    if action.metric is None:
        return Effect(verdict=ActionStatus.DONE_UNVERIFIED, finding=Finding.NO_METRIC)
    return effect_of(((p.date, p.value) for p in points), action.opened_on, done_on, action.direction)


def _series(
    key: str, name: str, kind: str, unit: str | None, days: list[date], direction: Direction | None = None
) -> Series:
    return Series(
        key=key, name=name, kind=kind, unit_of_measure=unit, direction=direction, count=len(days),
        first=min(days, default=None), last=max(days, default=None),
    )  # fmt: skip
