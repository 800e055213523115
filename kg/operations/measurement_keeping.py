"""Checking a value before it is kept, and keeping it: once, joined to what it measures."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Annotated

from pydantic import Field

from ..domain import Measurement, Relationship, derive_id
from ..domain.bounds import check_day, check_figure
from ..domain.outcomes import UnitKind
from ..domain.units import Value, read_value
from ..errors import Conflict, InvalidRequest, NotYours
from ..schema import Rel
from ..store.records import get_record, put_records, put_relationships
from .measured_subjects import Subject, measurements_of, rates_between
from .measurement_views import MeasurementKept, Remark, UnitView, may_correct, view_of
from .table import Context, Request

Given = Annotated[str, Field(max_length=100)] | float | bool
"""A value as a person wrote it, or as a program knows it."""


class Stated(Request):
    """A value with what stands beside it."""

    unit: str | None = Field(default=None, max_length=100)
    currency: str | None = Field(default=None, max_length=20)
    source: str | None = Field(default=None, max_length=500)


def checked(context: Context, subject: Subject, day: date, stated: Stated, given: Given) -> tuple[Value, list[Remark]]:
    """A value that fits its metric and its day, and what a person may want to look at again.

    Raises:
        InvalidRequest: The day is still to come.
        OutOfBounds: The day is before anything was measured, or the value is larger than anything is.
        UnitMismatch: It is a value of something else.
        NoRate: It is in another currency, and no rate of its day is known.
    """
    if day > subject.today:
        raise InvalidRequest(
            f"date: {day} is still to come (today is {subject.today}): only what was measured can be added.",
            field="date", value=day.isoformat(), why="to_come",
        )  # fmt: skip
    check_day("date", day)
    value = read_value(given, subject.unit, stated.unit, stated.currency)
    check_figure("value", float(value.amount))
    shown = subject.unit.show(value.amount, currency=value.currency)
    remarks = [Remark(key=doubt, values={"shown": shown}) for doubt in value.doubts]
    if subject.start and day < subject.start:
        remarks.append(Remark(key="before_start", values={"day": f"{day}", "start": f"{subject.start}"}))
    own = subject.unit.currency
    if subject.unit.kind is UnitKind.CURRENCY and own and value.currency and value.currency != own:
        made = rates_between(context.store, [value.currency, own], day).convert(
            value.amount, value.currency, own, day
        )  # fmt: skip
        into = subject.unit.show(made.rounded)
        remarks.append(Remark(key="converted", values={"shown": shown, "into": into, "how": made.how}))
    return value, remarks


def require_right(context: Context, subject: Subject, wrong: Measurement) -> None:
    """Let a correction pass.

    Raises:
        NotYours: Somebody else measured it, and the visitor neither owns what is measured nor judges it.
    """
    if not may_correct(context.visitor, subject.record, wrong):
        raise NotYours(
            f"{context.visitor.display_name} may not correct this measurement: it was recorded by {wrong.recorded_by}. "
            "They may, the outcome's owner, and facilitators, managers and the PMO.",
            operation="correct_measurement",
        )  # fmt: skip


def keep(context: Context, subject: Subject, made: Measurement, remarks: list[Remark]) -> MeasurementKept:
    """Keep a measurement, or find it there already.

    Raises:
        Conflict: Its key was used for another one.
    """
    held = get_record(context.store, Measurement, made.id)
    if held is not None and held.content_hash() != made.content_hash():
        raise Conflict(
            f"The key of this measurement was used for another one: {held.value:g} on {held.date}. "
            "Use a key of its own, or correct that one.",
            id=held.id, name=held.id,
        )  # fmt: skip
    if held is None:
        write(context, subject, [made])
    context.audit.update(subject=made.id, after_hash=made.content_hash())
    known = measurements_of(context, subject)
    return MeasurementKept(
        subject=subject.id, title=subject.title, unit=UnitView.of(subject.unit),
        kept=view_of(context, subject, known, made.id), created=held is None, remarks=remarks,
    )  # fmt: skip


def write(context: Context, subject: Subject, made: list[Measurement]) -> None:
    """Put measurements into the graph, joined to what they measure."""
    label = subject.record.label
    edges = [
        Relationship(type=Rel.MEASURED_BY, start_label=label, start=subject.id, end_label=Measurement.label, end=m.id)
        for m in made
    ]
    with context.store.transaction() as tx:
        put_records(tx, made, at=context.now, by=context.visitor.name)
        put_relationships(tx, edges, at=context.now, by=context.visitor.name)


def measurement_id(subject: Subject, key: str | None) -> str:
    """The id of a measurement: by its key, or one of its own."""
    return derive_id("measurement", subject.id, key) if key else f"measurement:{secrets.token_hex(10)}"
