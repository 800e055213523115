"""Values that an import is about to write, checked as those that people add: unit, currency, day, what they are of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as CivilDate
from typing import Any

from pydantic import BaseModel, Field

from ..domain import KPI, KeyResult, Outcome, Role, record_class
from ..errors import InvalidRecord, InvalidRequest, KgError
from ..queries import statement
from .measured_subjects import KINDS, Subject, find_subjects
from .measurement_import import MOST_ROWS
from .measurement_keeping import Given, Stated, checked
from .measurement_views import Remark
from .table import Context, Request, Response, operation


class ValueToCheck(Stated):
    """A value, its day and what it is of: the id, source's id or title of an outcome, KPI or key result."""

    row: int = Field(ge=0)
    subject: str = Field(max_length=1000)
    date: CivilDate
    value: Given


class SubjectBeside(BaseModel):
    """An outcome, KPI or key result that the same import writes: its kind and the values it states."""

    label: str
    values: dict[str, Any]


class CheckValues(Request):
    """Values to check, and what they may be of that the graph does not hold yet, or not as it will be."""

    rows: list[ValueToCheck] = Field(max_length=MOST_ROWS)
    beside: list[SubjectBeside] = Field(default=[], max_length=100_000)


class CheckedValue(BaseModel):
    """A row's value as it is to be kept, or (with `reason`) why it cannot be; `field` is the one at fault.

    `project`, `unit` and `confidential` are those of what was measured; `new` says that the graph does not
    hold that yet.
    """

    row: int
    field: str | None = None
    reason: str | None = None
    subject: str | None = None
    label: str | None = None
    value: float | None = None
    currency: str | None = None
    unit_of_measure: str | None = None
    project: str | None = None
    unit: str | None = None
    confidential: bool = False
    new: bool = False
    remarks: list[Remark] = []


class ValuesChecked(Response):
    """What each row's value is, in the order of the rows."""

    values: list[CheckedValue]


@operation(Role.ADMIN)
def check_measurement_values(context: Context, request: CheckValues) -> ValuesChecked:
    """Check values before they are imported, by the rules of `add_measurement`; nothing is written."""
    beside, new = _beside(context, request.beside)
    subjects = find_subjects(context, {row.subject for row in request.rows}, beside=beside)
    return ValuesChecked(values=[_checked(context, subjects[row.subject], row, new) for row in request.rows])


def _checked(context: Context, subject: Subject | KgError, row: ValueToCheck, new: set[str]) -> CheckedValue:
    if not isinstance(subject, Subject):
        return CheckedValue(row=row.row, field="subject", reason=subject.message)
    try:
        value, remarks = checked(context, subject, row.date, row, row.value)
    except KgError as error:
        field = str(error.fields.get("field") or "value")
        return CheckedValue(row=row.row, field=field, reason=error.message.removeprefix(f"{field}: "))
    record = subject.record
    return CheckedValue(
        row=row.row, subject=record.id, label=record.label.value, value=float(value.amount), currency=value.currency,
        unit_of_measure=subject.unit.name, project=record.project, unit=record.unit,
        confidential=record.confidential, new=record.id in new, remarks=remarks,
    )  # fmt: skip


def _beside(context: Context, items: Iterable[SubjectBeside]) -> tuple[list[Outcome | KPI | KeyResult], set[str]]:
    """Records as the graph will hold them (what the import states over what is held), and the ids of new ones."""
    found: list[Outcome | KPI | KeyResult] = []
    new: set[str] = set()
    by_label = {kind.label: kind for kind in KINDS}
    for item in items:
        kind = by_label.get(record_class(item.label).label)
        if kind is None:
            raise InvalidRequest(f"beside: {item.label} is nothing that is measured.", field="beside")
        rows = context.store.read(statement("records.get", kind.label), id=str(item.values.get("id")))
        held = kind.from_properties(rows[0]["record"]).model_dump() if rows else {}
        try:
            found.append(kind.parse({**held, **item.values}))
        except InvalidRecord:  # its own row says so; what is measured by it is of nothing
            continue
        if not rows:
            new.add(found[-1].id)
    return found, new
