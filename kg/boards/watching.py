"""Telling those who watch a board what changed, each what they may see of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..domain.board.items import AnyItem, Seat
from ..domain.board.state import Actor, BoardState
from ..domain.board.view import counts, see, whole

Send = Callable[[str], None]
"""Passes a message on at once, without waiting and from any thread."""


@dataclass(eq=False)
class Watcher:
    """Somebody's open page: their seat, and the voter it goes by."""

    seat: str
    voter: str | None
    token: str | None
    send: Send

    def actor(self, state: BoardState) -> Actor | None:
        """Who they are by now; None when their seat is gone."""
        seat = state.items.get(self.seat)
        return Actor(seat, self.voter) if isinstance(seat, Seat) else None


def view_message(state: BoardState, watcher: Watcher, online: Iterable[str], now: datetime) -> str:
    """The whole board for one watcher; the word that they were not let in when they have no seat."""
    actor = watcher.actor(state)
    if actor is None:
        return message("link", state="refused")
    seen = whole(state, actor)
    return message("view", now=now.isoformat(), online=sorted(online), token=watcher.token, **seen)


def patch_messages(
    state: BoardState,
    watchers: Iterable[Watcher],
    put: list[AnyItem],
    dropped: list[AnyItem],
    now: datetime,
    online: Iterable[str],
    *,
    anew: bool = False,
) -> list[tuple[Watcher, str]]:
    """What each watcher is told of a change, in the board's order."""
    figures = counts(state)
    seats = {item.id for item in put if isinstance(item, Seat)} | {item.id for item in dropped}
    found = []
    for watcher in watchers:
        actor = watcher.actor(state)
        if anew or actor is None or watcher.seat in seats or actor.seat.waiting:
            found.append((watcher, view_message(state, watcher, online, now)))
            continue
        shown = [seen for item in put if (seen := see(state, actor, item))]
        gone = [seen["id"] for item in dropped if (seen := see(state, actor, item))]
        text = message("patch", rev=state.rev, now=now.isoformat(), set=shown, drop=gone, counts=figures)
        found.append((watcher, text))
    return found


def message(kind: str, /, **values: Any) -> str:
    """A message as it goes over the wire."""
    return json.dumps({"type": kind, **values}, ensure_ascii=False, separators=(",", ":"), default=str)
