"""The form of a new retrospective: what was typed, what is wrong with it, and what it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from kg.domain.formats import Format, PhaseKind
from pipelines.messages import Messages
from widgets.rendering.text import civil

from .lesson_acts import project_key
from .retrospective_phases import IN_ORDER, PhaseRow, Read, in_order, read_rows, rows_of

USUAL = timedelta(days=14)
MOST_MINUTES, MOST_VOTES = 480, 20
LINES = ("project", "title", "team", "period_start", "period_end", "format", "votes", "per_topic", "phases_of")


@dataclass
class Typed:
    """What stands in the form; `problems` are words by the name of the field they stand beside.

    `phases_of` is the format whose phases and votes the form was filled with: while nobody
    touched them they follow the chosen format.
    """

    project: str = ""
    title: str = ""
    team: str = ""
    period_start: str = ""
    period_end: str = ""
    format: str = ""
    anonymous: bool = False
    guests: bool = True
    votes: str = ""
    per_topic: str = ""
    phases_of: str = ""
    phases: list[PhaseRow] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


class RetrospectiveForm:
    """The form with the formats there are.

    Args:
        formats: In the order in which they are offered.
        t: The words of the page.
        today: What dates are suggested from.
    """

    def __init__(self, formats: Sequence[Format], t: Messages, today: date) -> None:
        self.formats = {format.key: format for format in formats}
        self._t = t
        self._today = today

    def fresh(self, project: str = "", since: date | None = None) -> Typed:
        """A new form, for a project whose last look back ended on a day."""
        start = since if since and since <= self._today else self._today - USUAL
        end = self._today + timedelta(days=1)
        typed = Typed(project=project, period_start=start.isoformat(), period_end=end.isoformat())
        typed.format = next(iter(self.formats), "")
        return self.refill(typed)

    def refill(self, typed: Typed) -> Typed:
        """The form with the phases and votes of its chosen format."""
        if (format := self.formats.get(typed.format)) is not None:
            typed.phases_of = format.key
            typed.phases = rows_of(format)
            typed.votes, typed.per_topic = str(format.votes), str(format.per_topic)
        return typed

    def read(self, get: Read) -> Typed:
        """What was typed; phases and votes that nobody touched are those of the chosen format."""
        typed = Typed(
            **{name: " ".join(get(name).split())[:300] for name in LINES},  # type: ignore[arg-type]
            anonymous=get("anonymous") == "yes",
            guests=bool(get("guests")),
            phases=read_rows(get),
        )
        source = self.formats.get(typed.phases_of)
        if typed.format != typed.phases_of and source is not None and typed.format in self.formats:
            votes = (typed.votes, typed.per_topic)
            touched = [row.key for row in typed.phases] != [row.key for row in rows_of(source)]
            own_votes = votes != (str(source.votes), str(source.per_topic))
            if not touched:
                typed = self.refill(typed)
            if own_votes:
                typed.votes, typed.per_topic = votes
        return typed

    def check(self, typed: Typed) -> bool:
        """True when it can be asked for; else its problems say what needs another look."""
        found: dict[str, str] = {}
        if not typed.project:
            found["project"] = self._says("project")
        days = {name: _day(getattr(typed, name)) for name in ("period_start", "period_end")}
        for name, day in days.items():
            if day is None and getattr(typed, name):
                found[name] = self._says("date", value=getattr(typed, name)[:40])
        start, end = days["period_start"], days["period_end"]
        if start and end and end <= start:
            found["period_end"] = self._says("period")
        format = self.formats.get(typed.format)
        if format is None:
            found["format"] = self._says("format")
        votes = _number(typed.votes)
        if not 1 <= votes <= MOST_VOTES:
            found["votes"] = self._says("votes")
        elif not 1 <= _number(typed.per_topic) <= votes:
            found["per_topic"] = self._says("per_topic")
        if words := self._phases(typed.phases, format):
            found["phases"] = words
        typed.problems = found
        return not found

    def request(self, typed: Typed) -> dict[str, Any]:
        """What `create_retrospective` is asked, of a form without problems."""
        phases = [
            {
                "kind": row.kind.value,
                "minutes": _number(row.minutes) if row.on and row.minutes else None,
                "asynchronous": row.on and row.own_time,
                "skipped": not row.on,
            }
            for row in typed.phases
            if row.on or self._may_come_back(row.kind, typed)
        ]
        asked: dict[str, Any] = {
            "project": project_key(typed.project),
            "title": typed.title or self.suggested_title(typed),
            "format": typed.format,
            "anonymous": typed.anonymous,
            "guests": typed.guests,
            "votes": _number(typed.votes),
            "per_topic": _number(typed.per_topic),
            "phases": phases,
        }
        given = {"team": typed.team, "period_start": typed.period_start, "period_end": typed.period_end}
        return asked | {name: value for name, value in given.items() if value}

    def _may_come_back(self, kind: PhaseKind, typed: Typed) -> bool:
        """True for a phase left out that facilitators may still take up at the board, where it stands."""
        if kind is PhaseKind.HEALTH and self.formats[typed.format].health is None:
            return False
        return kind not in IN_ORDER or in_order([row.kind for row in typed.phases])

    def suggested_title(self, typed: Typed) -> str:
        """The title of a retrospective that was given none: after the last day of its period."""
        end = _day(typed.period_end)
        day = min(end - timedelta(days=1), self._today) if end else self._today
        return self._says("suggested", day=civil(day, self._t.language), problem=False)

    def _phases(self, rows: Sequence[PhaseRow], format: Format | None) -> str | None:
        kinds = [row.kind for row in rows if row.on]
        for row in rows:
            if row.on and row.minutes and not 1 <= _number(row.minutes) <= MOST_MINUTES:
                return self._says("minutes", phase=self._t(f"retrospectives.phases.{row.kind}"))
        if PhaseKind.WRITE not in kinds:
            return self._says("write")
        if not in_order(kinds):
            return self._says("order")
        if format is not None and PhaseKind.HEALTH in kinds and format.health is None:
            return self._says("health")
        return None

    def _says(self, word: str, *, problem: bool = True, **values: Any) -> str:
        return self._t(f"retrospectives.new.{'problems.' if problem else ''}{word}", **values)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
