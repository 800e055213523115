"""Measuring outcomes, KPIs and key results: values are added and corrected, never changed."""

from __future__ import annotations

from datetime import date as CivilDate

from pydantic import Field, model_validator

from ..domain import Measurement, Role, derive_id
from ..domain.outcomes import UnitKind
from ..domain.units import Unit, Value, read_value
from ..errors import Conflict, InvalidRequest, NotFound
from ..store.records import get_record
from .measured_subjects import Subject, find_subject, may_see, measurements_of
from .measurement_keeping import Given, Stated, checked, keep, measurement_id, require_right
from .measurement_views import MeasurementKept, MeasurementList, Remark, UnitView, views_of
from .refusals import unfit
from .table import Context, Request, operation


class AddMeasurement(Stated):
    """What was measured, when (today when not given), and where the value comes from.

    `subject` is the id, source's id or title of an outcome, KPI or key result; `project` tells
    apart outcomes of one title. The same `key` again keeps nothing new.
    """

    subject: str = Field(min_length=1, max_length=1000)
    date: CivilDate | None = None
    value: Given
    project: str | None = None
    note: str | None = Field(default=None, max_length=10_000)
    key: str | None = Field(default=None, min_length=1, max_length=200)


class CorrectMeasurement(Stated):
    """Which measurement was wrong, what is true instead, and why; `withdraw` says that nothing is.

    What is not given stays as it was, the currency too. The same correction again keeps nothing new.
    """

    id: str
    value: Given | None = None
    date: CivilDate | None = None
    withdraw: bool = False
    note: str = Field(min_length=1, max_length=10_000)

    @model_validator(mode="after")
    def _says_something_else(self) -> CorrectMeasurement:
        if self.withdraw and (self.value is not None or self.date is not None):
            raise unfit("withdrawn_says_nothing", "withdraw", "a withdrawn measurement has no new value or date")
        if not self.withdraw and self.value is None and self.date is None and self.source is None:
            raise unfit("nothing_new", "value", "give a new value, date or source, or withdraw it")
        return self


class MeasurementsOf(Request):
    """Of which outcome, KPI or key result; `counting` leaves out what was corrected or withdrawn."""

    subject: str
    project: str | None = None
    counting: bool = False


@operation(Role.MEMBER, audited=True)
def add_measurement(context: Context, request: AddMeasurement) -> MeasurementKept:
    """Add a dated value to an outcome, KPI or key result; one in another currency needs the rate of its day."""
    subject = find_subject(context, request.subject, request.project)
    key = measurement_id(subject, request.key)
    held = get_record(context.store, Measurement, key) if request.key else None
    day = request.date or (held.date if held else subject.today)  # sent again after midnight it is the same one still
    value, remarks = checked(context, subject, day, request, request.value)
    made = Measurement.parse(
        {
            "id": key, **subject.inside, "subject": subject.id, "date": day,
            "value": float(value.amount), "currency": value.currency, "unit_of_measure": subject.unit.name,
            "source": request.source, "note": request.note,
        }
    )  # fmt: skip
    return keep(context, subject, made, remarks)


@operation(Role.MEMBER, audited=True)
def correct_measurement(context: Context, request: CorrectMeasurement) -> MeasurementKept:
    """Correct or withdraw a measurement: a new one stands for it, the old one stays in the history."""
    wrong = get_record(context.store, Measurement, request.id)
    if wrong is None or not may_see(context.scope, wrong):
        raise NotFound.among("measurement", request.id, [])
    subject = find_subject(context, wrong.subject)
    require_right(context, subject, wrong)
    if request.withdraw and wrong.withdrawn:
        raise Conflict(f"{wrong.id} says already that nothing stands there.", id=wrong.id, name=wrong.id)
    day = request.date or wrong.date
    amount, currency, remarks = wrong.value, wrong.currency, list[Remark]()
    if request.value is not None or request.date is not None:
        value, remarks = _corrected(context, subject, wrong, request, day)
        amount, currency = float(value.amount), value.currency
    made = Measurement.parse(
        wrong.model_dump(exclude={"revision", "recorded_at", "recorded_by", "source_system", "external_id"})
        | {
            "id": derive_id("measurement", wrong.id, "corrected"), "date": day, "value": amount, "currency": currency,
            "source": request.source or wrong.source, "note": request.note, "corrects": wrong.id,
            "withdrawn": request.withdraw,
        }
    )  # fmt: skip
    already = next((m for m in measurements_of(context, subject) if m.corrects == wrong.id), None)
    if already is not None and already.content_hash() != made.content_hash():
        raise Conflict(
            f"{wrong.id} is corrected already, by {already.id} ({already.value:g} on {already.date}). "
            "Correct that one instead.",
            id=wrong.id, name=already.id,
        )  # fmt: skip
    if not (request.withdraw or wrong.withdrawn) and (amount, currency, day, made.source) == (
        wrong.value, wrong.currency, wrong.date, wrong.source,
    ):  # fmt: skip
        raise InvalidRequest("The correction says the same as the measurement.", field="value", why="says_the_same")
    return keep(context, subject, made, remarks)


@operation(Role.MEMBER)
def list_measurements(context: Context, request: MeasurementsOf) -> MeasurementList:
    """All measurements of an outcome, KPI or key result with their corrections, the oldest first."""
    subject = find_subject(context, request.subject, request.project)
    views = views_of(context, subject, measurements_of(context, subject))
    counting = sum(view.counts for view in views)
    return MeasurementList(
        subject=subject.id, title=subject.title, project=subject.record.project, unit=UnitView.of(subject.unit),
        measurements=[view for view in views if view.counts or not request.counting], counting=counting,
    )  # fmt: skip


def _corrected(
    context: Context, subject: Subject, wrong: Measurement, request: CorrectMeasurement, day: CivilDate
) -> tuple[Value, list[Remark]]:
    """The value that a correction gives; an amount that names no currency is in that of the wrong one."""
    if request.value is None:
        return checked(context, subject, day, Stated(currency=wrong.currency), wrong.value)
    if subject.unit.kind is UnitKind.CURRENCY and wrong.currency:
        own = Unit(UnitKind.CURRENCY, wrong.currency)
        value = read_value(request.value, own, request.unit, request.currency)
        return checked(context, subject, day, Stated(currency=value.currency), float(value.amount))
    return checked(context, subject, day, request, request.value)
