"""Process metrics of a project: dated figures about how work went, beside its outcomes."""

from __future__ import annotations

from datetime import date as CivilDate

from pydantic import BaseModel, Field

from ..domain import ProcessMetric, Role, derive_id
from ..domain.bounds import check_day, check_figure
from ..domain.units import Unit, mismatch, read_value
from ..errors import InvalidRequest
from ..queries import statement
from ..store.records import get_record, put_records
from .action_reading import local_day
from .measurement_keeping import Given
from .projects import find_project
from .table import Context, Request, Response, operation


class AddProcessMetric(Request):
    """A figure of a project's work on a day, or today; the same name and day again changes the value."""

    project: str
    name: str = Field(min_length=1, max_length=200)
    date: CivilDate | None = None
    value: Given
    unit: str | None = Field(default=None, max_length=100)


class ProcessMetricKept(Response):
    """A figure that was kept."""

    metric: ProcessMetric
    created: bool


class ListProcessMetrics(Request):
    """Of which project, and which figure; all when not given."""

    project: str
    name: str | None = None


class ProcessSeries(BaseModel):
    """A figure by day, the oldest first."""

    name: str
    unit_of_measure: str | None = None
    values: list[ProcessMetric]


class ProcessMetricList(Response):
    """The process metrics of a project by name."""

    project: str
    series: list[ProcessSeries]


@operation(Role.MEMBER, audited=True)
def add_process_metric(context: Context, request: AddProcessMetric) -> ProcessMetricKept:
    """Add a dated figure about how work in a project went."""
    project = find_project(context.store, request.project, context.scope)
    today = local_day(context.store, project.id, context.now)
    day = request.date or today
    if day > today:
        raise InvalidRequest(
            f"date: {day} is still to come (today is {today}).", field="date", why="to_come", value=str(day)
        )
    earlier = _metrics(context, project.id, request.name, project.confidential)
    unit = request.unit or next((m.unit_of_measure for m in reversed(earlier) if m.unit_of_measure), None)
    check_day("date", day)
    own = Unit.named(unit)
    value = read_value(request.value, own)
    check_figure("value", float(value.amount))
    if value.currency != own.currency:  # it carries no currency of its own that it could be converted by
        why = f"this is an amount of money ({value.currency}), and the figure is kept in {own.currency or 'none'}"
        raise mismatch(str(request.value), own, why)
    key = derive_id("process", project.id, request.name, day.isoformat())
    held = get_record(context.store, ProcessMetric, key)
    made = ProcessMetric.parse(
        {
            "id": key, "project": project.id, "unit": project.unit, "confidential": project.confidential,
            "name": request.name, "date": day, "value": float(value.amount), "unit_of_measure": unit,
        }
    )  # fmt: skip
    with context.store.transaction() as tx:
        put_records(tx, [made], at=context.now, by=context.visitor.name)
    before = held.content_hash() if held else None
    context.audit.update(subject=key, before_hash=before, after_hash=made.content_hash())
    return ProcessMetricKept(metric=made, created=held is None)


@operation(Role.MEMBER)
def list_process_metrics(context: Context, request: ListProcessMetrics) -> ProcessMetricList:
    """Process metrics of a project by name, each the oldest value first."""
    project = find_project(context.store, request.project, context.scope)
    confidential = context.scope.covers(project.id, project.unit, True)
    series: dict[str, list[ProcessMetric]] = {}
    for metric in _metrics(context, project.id, request.name, confidential):
        series.setdefault(metric.name, []).append(metric)
    return ProcessMetricList(
        project=project.id,
        series=[
            ProcessSeries(
                name=name, values=values,
                unit_of_measure=next((m.unit_of_measure for m in reversed(values) if m.unit_of_measure), None),
            )
            for name, values in series.items()
        ],
    )  # fmt: skip


def _metrics(context: Context, project: str, name: str | None, confidential: bool) -> list[ProcessMetric]:
    rows = context.store.read(
        statement("measurements.process"), project=project, name=name, confidential=confidential
    )  # fmt: skip
    return [ProcessMetric.from_properties(row["record"]) for row in rows]
