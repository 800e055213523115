"""A board as it stands: its items, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from ...errors import NotFound
from ..formats import PhaseKind
from .items import AnyItem, BallotItem, BoardItem, GroupItem, Item, NoteItem, Seat, SeatRole, TopicItem

BOARD = "board"
TOGETHER = frozenset({PhaseKind.CHECK_IN, PhaseKind.PREVIOUS, PhaseKind.FACTS, PhaseKind.HEALTH, PhaseKind.WRITE})
"""Asynchronous phases of these kinds are open at once when they follow each other."""

I = TypeVar("I", bound=Item)  # noqa: E741  (an item)


@dataclass(frozen=True)
class Actor:
    """Who makes a move: their seat, and the voter that what they write belongs to.

    `voter` is None for who holds no token of an anonymous board in this browser.
    """

    seat: Seat
    voter: str | None

    @property
    def leads(self) -> bool:
        """True for a facilitator."""
        return self.seat.role is SeatRole.FACILITATOR


@dataclass
class Change:
    """What a move does: items to put, ids to drop.

    Attributes:
        put: Items as they become; their `rev` is set by whoever keeps them.
        drop: Ids of items that go.
        said: What its sender is told.
        undoes: True when it can be taken back.
        anew: Everyone needs the whole board again.
    """

    put: list[AnyItem] = field(default_factory=list)
    drop: list[str] = field(default_factory=list)
    said: dict[str, object] = field(default_factory=dict)
    undoes: bool = False
    anew: bool = False

    @property
    def empty(self) -> bool:
        """True when nothing changes."""
        return not self.put and not self.drop


class BoardState:
    """The items of a board by id.

    Args:
        items: All of them; one is the board itself.
        rev: The board's revision.
    """

    def __init__(self, items: Iterable[AnyItem], rev: int = 0) -> None:
        self.items: dict[str, AnyItem] = {item.id: item for item in items}
        self.rev = rev

    @property
    def board(self) -> BoardItem:
        """The board itself."""
        found = self.items[BOARD]
        assert isinstance(found, BoardItem)
        return found

    def of(self, kind: type[I]) -> Iterator[I]:
        """All items of a kind."""
        return (item for item in self.items.values() if isinstance(item, kind))

    def find(self, kind: type[I], key: str) -> I:
        """The item with this id.

        Raises:
            NotFound: There is none of this kind, by now.
        """
        found = self.items.get(key)
        if not isinstance(found, kind):
            what = kind.model_fields["kind"].default
            raise NotFound(f"There is no such {what} on the board any more.", kind=what, name=key)
        return found

    def open_phases(self) -> frozenset[PhaseKind]:
        """Kinds of the phases that are open: the current one, and asynchronous ones beside an asynchronous one."""
        phases, here = self.board.phases, self.board.phase
        found = {phases[here].kind}
        if phases[here].asynchronous and phases[here].kind in TOGETHER:
            for step in (-1, 1):
                place = here + step
                while 0 <= place < len(phases):
                    phase = phases[place]
                    if not phase.skipped:
                        if not (phase.asynchronous and phase.kind in TOGETHER):
                            break
                        found.add(phase.kind)
                    place += step
        return frozenset(found)

    def topics(self) -> list[str]:
        """Keys of what is voted on: groups with notes, and shown notes that stand alone."""
        used = {note.group for note in self.of(NoteItem) if note.group}
        groups = [group.id for group in self.of(GroupItem) if group.id in used]
        return groups + [note.id for note in self.of(NoteItem) if note.shown and note.group is None]

    def title_of(self, topic: str) -> str:
        """What a topic is called: its group's title, else the words of its first note."""
        found = self.items.get(topic)
        if isinstance(found, GroupItem):
            if found.title:
                return found.title
            first = min(self.notes_of(topic), key=lambda note: (note.order, note.id), default=None)
            return first.text if first else ""
        return found.text if isinstance(found, NoteItem) else ""

    def notes_of(self, topic: str) -> list[NoteItem]:
        """The notes of a topic, in their order."""
        found = [note for note in self.of(NoteItem) if note.group == topic or (note.id == topic and not note.group)]
        return sorted(found, key=lambda note: (note.order, note.id))

    def totals(self) -> dict[str, int]:
        """Votes by topic, of topics that exist."""
        totals = dict.fromkeys(self.topics(), 0)
        for ballot in self.of(BallotItem):
            for topic, dots in ballot.dots.items():
                if topic in totals:
                    totals[topic] += dots
        return totals

    def topic(self, key: str) -> TopicItem:
        """What was said about a topic so far."""
        found = self.items.get(f"topic-{key}")
        return found if isinstance(found, TopicItem) else TopicItem(id=f"topic-{key}", topic=key)

    def seat_of(self, person: str) -> Seat | None:
        """The seat of somebody by the name they sign in with."""
        return next((seat for seat in self.of(Seat) if seat.person == person), None)

    def votes_hidden(self) -> bool:
        """True while people vote."""
        return PhaseKind.VOTE in self.open_phases()
