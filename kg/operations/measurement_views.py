"""A measurement as it is shown: in its metric's unit, how it came about, and what stands for it by now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pydantic import BaseModel

from ..domain import Measurement, Record, Role
from ..domain.money_entries import MoneyEntry
from ..domain.outcomes import UnitKind
from ..domain.rates import Step
from ..domain.series import Measured, converted, corrections_of, in_force, order
from ..domain.units import Unit
from ..policy import Visitor
from .measured_subjects import Subject, rates_for
from .table import Context, Response

JUDGES = (Role.FACILITATOR, Role.MANAGER, Role.PMO)
"""Roles that may correct what somebody else measured."""


class UnitView(BaseModel):
    """The unit of a metric's values."""

    kind: UnitKind
    currency: str | None = None
    name: str | None = None

    @classmethod
    def of(cls, unit: Unit) -> UnitView:
        """A unit as answers carry it."""
        return cls(kind=unit.kind, currency=unit.currency, name=unit.name)

    def unit(self) -> Unit:
        """The unit itself, which shows values."""
        return Unit(self.kind, self.currency, self.name)


class RateUsed(BaseModel):
    """A rate by which a value was converted; it was divided by where `inverse`."""

    base: str
    quote: str
    date: date
    rate: Decimal
    inverse: bool = False

    @classmethod
    def of(cls, step: Step) -> RateUsed:
        """A step of a conversion."""
        return cls(base=step.base, quote=step.quote, date=step.date, rate=step.rate, inverse=step.inverse)


class Remark(BaseModel):
    """Something a person may want to look at again: words `measuring.remarks.<key>`, filled with the values."""

    key: str
    values: dict[str, str] = {}


class MeasurementView(BaseModel):
    """A measurement, and whether it counts.

    `value` is in the metric's own unit; None where no exchange rate is known (`missing_rate`).
    `shown` is what was measured, as people write it. `corrected_by` is what stands for it.
    `may_correct` says that the visitor may do so.
    """

    measurement: Measurement
    value: float | None
    shown: str
    rates: list[RateUsed] = []
    missing_rate: str | None = None
    counts: bool = True
    corrected_by: str | None = None
    before: list[str] = []
    may_correct: bool = False


class MeasurementList(Response):
    """All measurements of an outcome, KPI or key result, the oldest first; corrected ones stay in it."""

    subject: str
    title: str
    project: str | None = None
    unit: UnitView
    measurements: list[MeasurementView]
    counting: int = 0


class MeasurementKept(Response):
    """A measurement that was kept, or was there already (`created` is False then)."""

    subject: str
    title: str
    unit: UnitView
    kept: MeasurementView
    created: bool = True
    remarks: list[Remark] = []


def views_of(context: Context, subject: Subject, known: Sequence[Measurement]) -> list[MeasurementView]:
    """All measurements of a subject as they are shown, the oldest first."""
    counting = {m.id for m in in_force(known)}
    corrected = {m.corrects: m.id for m in known if m.corrects}
    fitting, missing = converted(sorted(known, key=order), subject.unit, rates_for(context.store, subject.unit, known))
    values: dict[str, Measured] = {one.measurement.id: one for one in fitting}
    reasons = {m.id: error.message for m, error in missing}
    by_id = {m.id: m for m in known}
    before = {m.id: [one.id for one in corrections_of(m, by_id)] for m in known}
    return [
        MeasurementView(
            measurement=m,
            value=values[m.id].value if m.id in values else None,
            shown=subject.unit.show(m.value, currency=m.currency),
            rates=[RateUsed.of(step) for step in values[m.id].steps] if m.id in values else [],
            missing_rate=reasons.get(m.id),
            counts=m.id in counting and m.id in values,
            corrected_by=corrected.get(m.id),
            before=before[m.id],
            may_correct=may_correct(context.visitor, subject.record, m),
        )
        for m in sorted(known, key=lambda m: (*order(m)[:2], len(before[m.id]), m.id))
    ]


def may_correct(visitor: Visitor, subject: Record | None, wrong: Measurement | MoneyEntry) -> bool:
    """True for who recorded a value or an amount, who owns what it is of, and those who may correct everybody's."""
    named = {name.casefold() for name in (wrong.recorded_by, getattr(subject, "owner", None)) if name}
    return visitor.name.casefold() in named or any(visitor.has(role) for role in JUDGES)


def view_of(context: Context, subject: Subject, known: Sequence[Measurement], key: str) -> MeasurementView:
    """One measurement as it is shown."""
    return next(view for view in views_of(context, subject, known) if view.measurement.id == key)
