"""How far days and figures of outcomes may reach, and days reckoned without leaving the calendar."""

from __future__ import annotations

from datetime import date, timedelta

from ..errors import OutOfBounds

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
"""What was promised, measured, spent or gained lies between these days."""
MOST = 1e15
"""No figure is larger, either way: beyond that, floats lose whole numbers."""


def check_day(field: str, day: date) -> date:
    """A day that can be kept.

    Raises:
        OutOfBounds: It is earlier or later than anything that is promised or measured.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise _refusal(field, day.isoformat(), FIRST_DAY.isoformat(), LAST_DAY.isoformat())
    return day


def check_figure(field: str, value: float) -> float:
    """A figure that can be kept.

    Raises:
        OutOfBounds: It is too large either way, or no number to reckon with.
    """
    if not abs(value) <= MOST:
        raise _refusal(field, f"{value:g}", f"-{MOST:,.0f}", f"{MOST:,.0f}")
    return value


def days_after(day: date, days: int) -> date:
    """The day so many days later; the last (or first) of the calendar where there is none."""
    if days > (date.max - day).days:
        return date.max
    return date.min if -days > (day - date.min).days else day + timedelta(days=days)


def _refusal(field: str, value: str, least: str, most: str) -> OutOfBounds:
    return OutOfBounds(
        f"{field}: {value} is out of bounds: give a value from {least} to {most}.",
        field=field, value=value, least=least, most=most,
    )  # fmt: skip
