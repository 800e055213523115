"""The phases in the form of a new retrospective: a row each, also for those that are left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.domain.formats import ALONE, Format, PhaseKind

IN_ORDER = (PhaseKind.WRITE, PhaseKind.GROUP, PhaseKind.VOTE, PhaseKind.DISCUSS)
Read = Callable[[str], str]
"""A field of the form by name; empty when it is not there."""


@dataclass
class PhaseRow:
    """A phase in the form; minutes stay as they were typed."""

    kind: PhaseKind
    on: bool = False
    minutes: str = ""
    own_time: bool = False
    place: int = 0

    @property
    def alone(self) -> bool:
        """True when everyone can do it in their own time."""
        return self.kind in ALONE

    @property
    def key(self) -> tuple[PhaseKind, bool, str, bool]:
        """What a facilitator decides about it, to tell a touched row from a fresh one."""
        return (self.kind, self.on, self.minutes, self.own_time)


def rows_of(format: Format) -> list[PhaseRow]:
    """All phases there are: those of a format in its order, then the others left out, each at its usual place."""
    rows = [PhaseRow(phase.kind, True, str(phase.minutes or ""), phase.asynchronous) for phase in format.phases]
    usual = list(PhaseKind)
    for kind in usual:
        if kind not in {row.kind for row in rows}:
            before = [place for place, row in enumerate(rows) if usual.index(row.kind) < usual.index(kind)]
            rows.insert(before[-1] + 1 if before else 0, PhaseRow(kind))
    for place, row in enumerate(rows, start=1):
        row.place = place
    return rows


def read_rows(get: Read) -> list[PhaseRow]:
    """The rows as they were sent, in the order of their places."""
    return sorted((_row(kind, usual, get) for usual, kind in enumerate(PhaseKind)), key=lambda row: row.place)


def in_order(kinds: Sequence[PhaseKind]) -> bool:
    """True when those that have an order keep it."""
    ordered = [IN_ORDER.index(kind) for kind in kinds if kind in IN_ORDER]
    return ordered == sorted(ordered)


def minutes_of(format: Format) -> int:
    """How long a format takes when its timed phases take their minutes."""
    return sum(phase.minutes or 0 for phase in format.phases if not phase.asynchronous)


def as_json(formats: Mapping[str, Format]) -> dict[str, Any]:
    """What the form's script needs to fill in the phases of another format."""
    return {
        key: {
            "votes": format.votes,
            "per_topic": format.per_topic,
            "health": format.health is not None,
            "phases": [
                {"kind": row.kind.value, "on": row.on, "minutes": row.minutes, "own_time": row.own_time}
                for row in rows_of(format)
            ],
        }
        for key, format in formats.items()
    }


def _row(kind: PhaseKind, usual: int, get: Read) -> PhaseRow:
    place = get(f"phase-{kind}-place")
    return PhaseRow(
        kind,
        bool(get(f"phase-{kind}-on")),
        get(f"phase-{kind}-minutes").strip()[:10],
        kind in ALONE and bool(get(f"phase-{kind}-own")),
        int(place) if place.isdecimal() and len(place) < 4 else 100 + usual,
    )
