"""The unit that follows from a kind of value, and values that cannot be."""

from __future__ import annotations

from typing import Any

from ..domain import Expected, Project, UnitKind
from ..errors import InvalidRequest


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
