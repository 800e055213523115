"""Facts of the wall as people read them: a sentence, a day, and the text of a note that a fact is pinned into."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kg.domain.wall import Fact
from kg.operations.wall import Wall
from pipelines.messages import Messages

from .text import civil, number, plain

NAME_LETTERS = 140
_DAYS = ("reached", "due", "since")
_MEASURED = ("value", "before", "after", "target", "baseline", "earlier")
_COUNTED = {"milestone_late": "days", "action_overdue": "days"}
"""Sentences whose plural goes by another figure than `count`."""


def told(fact: Fact, messages: Messages) -> dict[str, Any]:
    """A fact for a page or a widget: its sentence, its day in words, and what to pin.

    Plain text throughout: whoever shows it escapes it.
    """
    language = messages.language
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
    text = messages(f"wall.facts.{title}", **values)
    day = civil(fact.day, language)
    if fact.until is not None and fact.until != fact.day:
        day = messages("wall.span", first=day, last=civil(fact.until, language))
    return {
        "id": fact.id,
        "kind": fact.kind.value,
        "kind_words": messages(f"wall.kinds.{fact.kind.value}"),
        "day": fact.day.isoformat(),
        "until": fact.until.isoformat() if fact.until else None,
        "day_words": day,
        "text": text,
        "pin": messages("wall.pinned", text=text, day=day),
        "tone": fact.tone.value,
        "tone_words": messages(f"wall.tones.{fact.tone.value}"),
        "record": fact.record,
        "label": fact.label.value if fact.label else None,
    }


def wall_told(wall: Wall, messages: Messages) -> dict[str, Any]:
    """A whole wall for a page or a widget; where it is empty, it says what is missing."""
    language = messages.language
    nothing = None
    if not wall.facts:
        last = civil(date.fromordinal(wall.period_end.toordinal() - 1), language)
        first = civil(wall.period_start, language)
        nothing = messages("wall.empty", first=first, last=last) if first else messages("wall.nothing")
    return {
        "title": messages("wall.title"),
        "empty": nothing,
        "facts": [told(fact, messages) for fact in wall.facts],
        "weeks": [
            {
                "start": week.start.isoformat(),
                "opened": week.opened,
                "closed": week.closed,
                "words": messages("wall.week", day=civil(week.start, language), opened=week.opened, closed=week.closed),
            }
            for week in wall.weeks
        ],
        "missing": [messages(f"wall.missing.{name}") for name in wall.missing],
        "left_out": {kind.value: messages("wall.left_out", count=count) for kind, count in wall.left_out.items()},
    }


def _said(name: str, value: Any, fact: Fact, messages: Messages) -> Any:
    if name in _DAYS:
        return civil(value, messages.language)
    if name == "value" and "scheme" in fact.values:
        key = f"report.scale.{fact.values['scheme']}.{str(value).lower().replace(' ', '_')}"
        return messages(key) if key in messages else value
    if name in _MEASURED:
        return _figure(value, fact.values)
    if isinstance(value, float):
        return number(value)
    return _short(plain(value)) if isinstance(value, str) else "" if value is None else value


def _figure(value: Any, values: Mapping[str, Any]) -> str:
    if value is None:
        return "?"
    unit = str(values.get("unit") or "")
    told = number(_rounded(float(value)))
    return f"{told}{unit}" if unit == "%" else f"{told} {unit}".strip()


def _rounded(value: float) -> float:
    """Three digits that count: a level is no more exact than that."""
    return float(f"{value:.3g}") if abs(value) < 1000 else round(value)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= NAME_LETTERS else flat[: NAME_LETTERS - 1].rstrip() + "…"
