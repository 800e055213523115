"""Facts of the wall in words: the same sentences on pages, at the board, in reports and exports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from kg.domain.wall import Fact

from .messages import Messages

NAME_LETTERS = 140
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("reached", "due", "since")
_MEASURED = ("value", "before", "after", "target", "baseline", "earlier")
_COUNTED = {"milestone_late": "days", "action_overdue": "days"}
"""Sentences whose plural goes by another figure than `count`."""
_MARKS = re.compile(r"[`*]|\[([^\]]*)\]\([^)]*\)")


def sentence(fact: Fact, messages: Messages) -> str:
    """What a fact says, as plain text: whoever shows it escapes it."""
    values = {name: _said(name, value, fact, messages) for name, value in fact.values.items()}
    title = fact.title
    if title in ("action_effective", "action_not_effective") and fact.values.get("before") is None:
        values |= {"before": "?", "after": "?"}
    if title == "outcome_measured" and fact.values.get("target") is None:
        title = "outcome_measured_only"
    if title == "action_carried":
        values["times"] = fact.values["count"]
    elif title in _COUNTED:
        values["count"] = fact.values[_COUNTED[title]]
    elif "count" in fact.values:
        values["count"] = fact.values["count"]
    return messages(f"wall.facts.{title}", **values)


def days_of(fact: Fact, messages: Messages) -> str:
    """When it was: a day, or the first and last of a stretch."""
    first = civil(fact.day, messages.language)
    if fact.until is None or fact.until == fact.day:
        return first
    return messages("wall.span", first=first, last=civil(fact.until, messages.language))


def civil(day: date | str | None, language: str) -> str:
    """A date: `18 Jan 2018` or `2018年1月18日`; nothing for none."""
    if not day:
        return ""
    when = date.fromisoformat(day[:10]) if isinstance(day, str) else day
    if language == "zh":
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def _said(name: str, value: Any, fact: Fact, messages: Messages) -> Any:
    if name in _DAYS:
        return civil(value, messages.language)
    if name == "value" and "scheme" in fact.values:
        key = f"report.scale.{fact.values['scheme']}.{str(value).lower().replace(' ', '_')}"
        return messages(key) if key in messages else value
    if name in _MEASURED:
        return _figure(value, fact.values)
    if isinstance(value, float):
        return _number(value)
    return _short(_MARKS.sub(r"\1", value)) if isinstance(value, str) else "" if value is None else value


def _figure(value: Any, values: Mapping[str, Any]) -> str:
    if value is None:
        return "?"
    unit = str(values.get("unit") or "")
    exact = float(value)
    told = _number(float(f"{exact:.3g}") if abs(exact) < 1000 else round(exact))
    return f"{told}{unit}" if unit == "%" else f"{told} {unit}".strip()


def _number(value: float) -> str:
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= NAME_LETTERS else flat[: NAME_LETTERS - 1].rstrip() + "…"
