"""Many measurements at once, as tables and other programs have them: good rows are kept, bad ones told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from ..domain import Measurement, Role, derive_id
from ..domain.series import following, newest_of
from ..errors import Conflict, InvalidRequest, KgError
from .measured_subjects import Subject, find_subjects, measurements_of
from .measurement_keeping import Given, Stated, checked, require_right, write
from .measurement_views import Remark, UnitView
from .table import Context, Request, Response, operation

MOST_ROWS = 10_000


class MeasurementRow(Stated):
    """A row: what was measured, on which day (2026-03-02), and the value; `row` and `line` say where it stood."""

    row: int = Field(ge=0)
    line: int = Field(default=0, ge=0)
    subject: str = Field(max_length=1000)
    date: str = Field(max_length=40)
    value: Given
    note: str | None = Field(default=None, max_length=10_000)


class ImportMeasurements(Request):
    """Rows to keep; `project` tells apart outcomes of one title, `check` keeps nothing.

    With `expect`, the `digest` that a check gave, nothing is kept unless the same would come of it still.
    """

    rows: list[MeasurementRow] = Field(max_length=MOST_ROWS)
    project: str | None = None
    check: bool = False
    expect: str | None = Field(default=None, max_length=64)


class RejectedRow(BaseModel):
    """A row that was not kept: where it stood, which field, why; `code` and `fields` find the words of a language."""

    row: int
    line: int = 0
    field: str
    reason: str
    code: str = ""
    fields: dict[str, Any] = {}


class KeptRow(BaseModel):
    """A row that says something new: of what, and the value that it corrects, if it does.

    `unit` shows both values in a reader's language.
    """

    row: int
    subject: str
    title: str
    date: date
    unit: UnitView
    value: float
    currency: str | None = None
    value_before: float | None = None
    currency_before: str | None = None


class RemarkedRow(Remark):
    """Something of a kept row that a person may want to look at again."""

    row: int


class MeasurementsImported(Response):
    """What became of the rows: new values, corrections of earlier ones, those that were there already.

    `kept` are the new ones and the corrections, `digest` stands for exactly these.
    """

    created: int = 0
    corrected: int = 0
    unchanged: int = 0
    rejected: list[RejectedRow] = []
    remarks: list[RemarkedRow] = []
    subjects: int = 0
    kept: list[KeptRow] = []
    digest: str = ""


@dataclass
class _Known:
    """The measurements of a subject, with those of this import."""

    by_id: dict[str, Measurement]
    corrections: dict[str, Measurement]
    made: list[Measurement] = field(default_factory=list)
    rows: dict[tuple[date, str], tuple[int, float, str | None]] = field(default_factory=dict)


@operation(Role.MEMBER, audited=True)
def import_measurements(context: Context, request: ImportMeasurements) -> MeasurementsImported:
    """Keep many measurements; rows imported before are not kept twice, changed ones become corrections."""
    subjects = find_subjects(context, {row.subject for row in request.rows}, request.project)
    known: dict[str, _Known] = {}
    result = MeasurementsImported()
    found: dict[str, Subject] = {}
    for row in request.rows:
        subject = subjects[row.subject]
        try:
            if not isinstance(subject, Subject):
                raise subject
            if subject.id not in known:
                held = measurements_of(context, subject)
                known[subject.id] = _Known({m.id: m for m in held}, following(held))
                found[subject.id] = subject
            _take(context, subject, row, known[subject.id], result)
        except KgError as error:
            where = "subject" if error is subject else str(error.fields.get("field") or "value")
            reason = error.message.removeprefix(f"{where}: ")
            told = {name: value for name, value in error.fields.items() if isinstance(value, str | int | float)}
            result.rejected.append(
                RejectedRow(row=row.row, line=row.line, field=where, reason=reason, code=error.code, fields=told)
            )
    result.digest = _digest(known, result)
    if request.expect is not None and request.expect != result.digest:
        raise Conflict(
            "Since these rows were checked, something they depend on has changed. Nothing was kept: check them again.",
            name="rows",
        )  # fmt: skip
    if not request.check:
        for key, series in known.items():
            if series.made:
                write(context, found[key], series.made)
    result.subjects = len(known)
    only = "checked only: " if request.check else ""
    context.audit.update(subject=f"{only}{result.created + result.corrected} measurements of {len(known)} records")
    return result


def _take(
    context: Context, subject: Subject, row: MeasurementRow, series: _Known, result: MeasurementsImported
) -> None:
    try:
        day = date.fromisoformat(row.date)
    except ValueError:
        raise InvalidRequest(
            f"{row.date!r} is not a date: write it as 2026-03-02.", field="date", value=row.date, why="not_a_date"
        ) from None
    value, remarks = checked(context, subject, day, row, row.value)
    said = (float(value.amount), value.currency)
    source = row.source or ""
    earlier = series.rows.setdefault((day, source), (row.row, *said))
    if earlier[0] != row.row:
        if earlier[1:] != said:
            raise InvalidRequest(
                f"row {earlier[0]} gives another value for this day ({earlier[1]:g}). "
                "Where both are true, name the source of each.",
                field="value", why="twice", row=earlier[0], value=f"{earlier[1]:g}",
            )  # fmt: skip
        result.unchanged += 1
        return
    made = _made(subject, day, row, said, series)
    if made is None:
        result.unchanged += 1
        return
    before = series.by_id[made.corrects] if made.corrects else None
    if before is not None:
        require_right(context, subject, before)
    series.by_id[made.id] = made
    if made.corrects:
        series.corrections[made.corrects] = made
    series.made.append(made)
    result.corrected += made.corrects is not None
    result.created += made.corrects is None
    result.kept.append(
        KeptRow(
            row=row.row, subject=subject.id, title=subject.title, date=day,
            unit=UnitView.of(subject.unit), value=float(value.amount), currency=value.currency,
            value_before=before.value if before else None, currency_before=before.currency if before else None,
        )
    )  # fmt: skip
    result.remarks += [RemarkedRow(row=row.row, key=remark.key, values=remark.values) for remark in remarks]


def _made(
    subject: Subject, day: date, row: MeasurementRow, said: tuple[float, str | None], series: _Known
) -> Measurement | None:
    """The new measurement of a row, or None when it says what was imported before.

    A value that somebody corrected by hand since stays so for as long as the rows do not change.
    """
    number = 0
    last: Measurement | None = None
    while (key := _row_id(subject, day, row.source or "", number)) in series.by_id:
        last = series.by_id[key]
        number += 1
    corrects: str | None = None
    if last is not None:
        current = newest_of(last, series.corrections)
        if said in ((last.value, last.currency), (current.value, current.currency)):
            return None
        corrects = current.id
    return Measurement.parse(
        {
            "id": key, **subject.inside, "subject": subject.id, "date": day, "value": said[0], "currency": said[1],
            "unit_of_measure": subject.unit.name, "source": row.source, "note": row.note, "corrects": corrects,
        }
    )  # fmt: skip


def _row_id(subject: Subject, day: date, source: str, number: int) -> str:
    return derive_id("measurement", subject.id, "row", day.isoformat(), source, *([str(number)] if number else []))


def _digest(known: dict[str, _Known], result: MeasurementsImported) -> str:
    """What stands for an import: what it would write, and how many rows it passes over."""
    said = [
        f"{m.id}|{m.corrects}|{m.date}|{m.value!r}|{m.currency}|{m.note}"
        for key in sorted(known)
        for m in known[key].made
    ]
    said.append(f"{result.unchanged}|{[(bad.row, bad.field, bad.code) for bad in result.rejected]}")
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
