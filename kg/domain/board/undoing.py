"""Taking moves back: whoever made the last one takes it back, unless somebody has built on it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass

from ...errors import NothingToUndo
from .items import AnyItem, GroupItem, NoteItem
from .state import Actor, BoardState, Change

REMEMBERED = 30
"""Moves of one person that can be taken back, one after the other."""


@dataclass
class _Made:
    """A move: what it touched as it was before, and the revision of each as it left it (None: gone)."""

    before: dict[str, AnyItem | None]
    after: dict[str, int | None]
    phase: int


class Made:
    """Moves of each seat that can still be taken back. They live in memory: whose they are is kept nowhere."""

    def __init__(self) -> None:
        self._moves: dict[str, deque[_Made]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def remember(self, seat: str, before: dict[str, AnyItem | None], put: Iterable[AnyItem], phase: int) -> None:
        """A move was kept: these items were put, all others of `before` dropped."""
        after: dict[str, int | None] = dict.fromkeys(before)
        after.update({item.id: item.rev for item in put})
        self._moves[seat].append(_Made(before, after, phase))

    def forget(self) -> None:
        """Nobody takes anything back any more: the board went on."""
        self._moves.clear()

    def back(self, state: BoardState, actor: Actor) -> Change:
        """What takes the last move of a seat back; it stays the last until `taken_back`.

        Raises:
            NothingToUndo: There is none, or somebody has built on it.
        """
        moves = self._moves[actor.seat.id]
        if moves and (change := _reversal(state, moves[-1])) is not None:
            return change
        moves.clear()
        raise NothingToUndo("There is nothing of yours to take back, or others have built on it.")

    def taken_back(self, seat: str, rev: int) -> None:
        """The last move of a seat was taken back at a revision; the one before it comes next."""
        last = self._moves[seat].pop()
        for move in self._moves[seat]:
            for key, item in last.before.items():
                if item is not None and move.after.get(key) == item.rev:
                    move.after[key] = rev


def _reversal(state: BoardState, move: _Made) -> Change | None:
    now = {key: item.rev if (item := state.items.get(key)) else None for key in move.before}
    if move.phase != state.board.phase or now != move.after:
        return None
    put = [item for item in move.before.values() if item is not None]
    drop = [key for key, item in move.before.items() if item is None]
    kept = {key: item for key, item in state.items.items() if key not in drop} | {item.id: item for item in put}
    used = {item.group for item in kept.values() if isinstance(item, NoteItem) and item.group}
    groups = {key for key, item in kept.items() if isinstance(item, GroupItem)}
    if used - groups:
        return None  # others joined the group, or let go of it
    return Change(put=put, drop=drop + sorted(groups - used), said={"undone": True})
