"""`--unit`, `--from` ...: every limit that a search for lessons knows, as options of a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import click

from kg.domain import LessonState, Polarity
from kg.errors import nearest

F = TypeVar("F", bound=Callable[..., Any])

_LISTS: dict[str, tuple[str, Any]] = {
    "project": ("Only lessons of this project (id or external id)", None),
    "unit": ("Only lessons of this unit and those below it", None),
    "sector": ("Only lessons of this sector", None),
    "topic": ("Only lessons on this topic", None),
    "phase": ("Only lessons of this phase", None),
    "polarity": ("Only lessons from what worked, or from what did not", click.Choice([p.value for p in Polarity])),
    "state": ("Only lessons in this state", click.Choice([s.value for s in LessonState])),
    "language": ("Only lessons in this language (en, zh)", None),
    "source": ("Only lessons of this source", None),
}
_DAYS = {
    "learnt_from": ("--from", "Only lessons learnt on this day or later"),
    "learnt_to": ("--to", "Only lessons learnt before this day"),
}


class Day(click.ParamType[date]):
    """A civil date, written 2026-03-02."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day: write it as 2026-03-02.", param, ctx)


def filter_options(command: F) -> F:
    """Give a command one option for each limit of `LessonFilters`."""
    for name, (flag, words) in reversed(_DAYS.items()):
        command = click.option(flag, name, type=Day(), metavar="DAY", help=f"{words}.")(command)
    for name, (words, kind) in reversed(_LISTS.items()):
        option = click.option(f"--{name}", name, multiple=True, type=kind, help=f"{words}; may be given again.")
        command = option(command)
    return command


def take_filters(values: dict[str, Any]) -> dict[str, Any]:
    """The limits among a command's values, taken out of them; those that were not given are left out."""
    taken = {name: values.pop(name) for name in (*_LISTS, *_DAYS)}
    return {name: list(v) if isinstance(v, tuple) else v.isoformat() for name, v in taken.items() if v}


def describe(filters: Mapping[str, Any]) -> str:
    """The limits in one line, as they were given."""
    flags = {name: flag.removeprefix("--") for name, (flag, _) in _DAYS.items()}
    return ", ".join(
        f"{flags.get(name, name)} {' or '.join(value) if isinstance(value, list) else value}"
        for name, value in filters.items()
    )


def likely(filters: Mapping[str, Any], facets: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Hints for limits whose value no lesson has: the nearest value that one has."""
    hints = []
    for name, given in filters.items():
        known = set(facets.get(name, {}))
        if name == "unit":  # the units above are limits too
            known |= {"/".join(unit.split("/")[:n]) for unit in known for n in range(1, unit.count("/") + 1)}
        for value in given if isinstance(given, list) else ():
            if known and value not in known and (near := nearest(value, known)):
                hints.append(f"There is {name} {near!r}.")
    return hints
