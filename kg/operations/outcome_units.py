"""The unit that follows from a kind of value, values that cannot be, and units that cannot change any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..domain import KPI, Expected, KeyResult, Measurement, Outcome, Project, UnitKind
from ..domain.bounds import check_day, check_figure
from ..domain.series import in_force
from ..domain.units import Unit
from ..domain.written import same_unit
from ..errors import InvalidRequest, MeasuredOtherwise


def take_unit(values: dict[str, Any], project: Project) -> None:
    """Fill in the unit that follows from the kind of value."""
    kind = UnitKind(values.get("unit_kind") or UnitKind.NUMBER)
    unit = str(values.get("unit_of_measure") or "")
    values["unit_kind"] = kind
    if kind is UnitKind.CURRENCY:
        said = unit if len(unit) == 3 and unit.isascii() and unit.isupper() else None
        values["currency"] = values.get("currency") or said or project.currency
        values["unit_of_measure"] = unit or values["currency"]
    elif kind is UnitKind.PERCENT:
        values["unit_of_measure"] = unit or "%"
    elif kind is UnitKind.YES_NO:
        values["unit_of_measure"] = unit or "0/1"


def refuse_out_of_bounds(given: Mapping[str, Any]) -> None:
    """Let days and figures pass that are given for an outcome or a key result.

    Raises:
        OutOfBounds: One is out of all bounds; names the field and the bounds.
    """
    for name in ("start", "due"):
        if given.get(name) is not None:
            check_day(name, given[name])
    for name in ("baseline", "target"):
        if given.get(name) is not None:
            check_figure(name, given[name])
    for point in given.get("expected") or []:
        told = Expected.model_validate(point)
        check_day("expected", told.date)
        check_figure("expected", told.value)


def refuse_another_unit(
    before: Outcome | KeyResult | KPI, after: Outcome | KeyResult | KPI, measured: Iterable[Measurement]
) -> None:
    """Let a change of unit pass that leaves measured values what they are.

    Another spelling is no other unit, a unit may be named where there was none, and money is
    converted between currencies. Everything else would give recorded values another meaning.

    Raises:
        MeasuredOtherwise: Values that count would read as something else.
    """
    old, new = Unit.of(before), Unit.of(after)
    if old == new:
        return
    counting = in_force(measured)
    if old.kind is not new.kind:
        wrong = counting
    elif new.kind is UnitKind.CURRENCY:
        wrong = [m for m in counting if m.currency is None] if old.currency else []
    elif old.name:
        wrong = [] if new.name and same_unit(old.name, new.name) else counting
    else:
        wrong = [m for m in counting if m.unit_of_measure and not same_unit(m.unit_of_measure, new.name or "")]
    if wrong:
        was, now = (unit.name or unit.currency or unit.kind.value for unit in (old, new))
        field = "unit_of_measure" if old.kind is new.kind else "unit_kind"
        raise MeasuredOtherwise(
            f"{field}: values measured in {was} count already ({len(wrong)}); in {now} they would mean something else. "
            "Withdraw them first (correct_measurement, withdraw), or define a new outcome in the other unit.",
            field=field, count=len(wrong), before=was, after=now,
        )  # fmt: skip


def refuse_impossible(values: dict[str, Any]) -> None:
    """Name the first value that cannot be.

    Raises:
        InvalidRequest: An amount without currency, another figure with one, a yes/no metric with other figures
            than 0 and 1, dates out of order, a day with two values, no title.
    """
    kind = values["unit_kind"]
    figures = [(name, values.get(name)) for name in ("baseline", "target") if values.get(name) is not None]
    points = [Expected.model_validate(point) for point in values.get("expected") or []]
    if kind is UnitKind.CURRENCY and not values.get("currency") and figures:
        raise InvalidRequest(
            "currency: an amount needs its currency as three letters, for example EUR or CNY.",
            field="currency",
            why="no_currency",
        )
    if kind is not UnitKind.CURRENCY and values.get("currency"):
        raise InvalidRequest(
            f"currency: a metric of kind {kind.value} has no currency. Leave it out, or choose the kind currency.",
            field="currency", unit_kind=kind.value, why="needs_no_currency",
        )  # fmt: skip
    if kind is UnitKind.YES_NO:
        for name, value in [*figures, *(("expected", point.value) for point in points)]:
            if value not in (0, 1):
                raise InvalidRequest(
                    f"{name}: a yes/no metric is 1 for yes or 0 for no, not {value:g}.",
                    field=name,
                    value=value,
                    why="yes_or_no",
                )
    if values.get("start") and values.get("due") and values["due"] < values["start"]:
        raise InvalidRequest(
            f"due: {values['due']} is before the start ({values['start']}).",
            field="due",
            start=str(values["start"]),
            end=str(values["due"]),
            why="before_start",
        )
    days = [point.date for point in points]
    if len(set(days)) < len(days):
        twice = next(day for number, day in enumerate(days) if day in days[:number])
        raise InvalidRequest(
            f"expected: {twice} stands twice; give each day one value.", field="expected", why="twice", value=str(twice)
        )
    if not str(values.get("title") or "").strip():
        raise InvalidRequest(
            "title: an outcome needs a title, or a template that gives it one.", field="title", why="missing"
        )
