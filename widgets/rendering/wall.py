"""Facts of the wall as people read them: a sentence, a day, and the text of a note that a fact is pinned into."""

from __future__ import annotations

from datetime import date
from typing import Any

from kg.domain.wall import Fact
from kg.operations.wall import Wall
from pipelines.messages import Messages
from pipelines.wall_words import days_of, sentence

from .text import civil


def told(fact: Fact, messages: Messages) -> dict[str, Any]:
    """A fact for a page or a widget: its sentence, its day in words, and what to pin.

    Plain text throughout: whoever shows it escapes it.
    """
    text, day = sentence(fact, messages), days_of(fact, messages)
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
