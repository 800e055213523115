"""All boards that this process has open."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from ..domain import Retrospective
from ..domain.board.items import AnyItem
from ..errors import BoardClosed, KgError, NotFound
from ..queries import statement
from ..store.protocol import GraphStore, Transaction
from ..store.records import get_record
from .keeping import board_of_code, load_board, open_board
from .room import Room

log = logging.getLogger(__name__)

LOOK = 0.5
"""Seconds between looks at what other servers wrote; on a store of our own nobody else writes."""


class Boards:
    """Rooms by retrospective: opened when somebody first asks, kept in step with other servers.

    Args:
        store: Where boards are kept.
        clock: Where the time comes from.
        server: Name of the audit chain of this process.
        shared: Other processes may write to the store.
    """

    def __init__(
        self,
        store: GraphStore,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        server: str = "local",
        shared: bool = False,
    ) -> None:
        self._store, self._clock, self._server, self._shared = store, clock, server, shared
        self._rooms: dict[str, Room] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def room(self, retrospective: str) -> Room:
        """The room of a retrospective that is open.

        Raises:
            BoardClosed: It is over.
            NotFound: There is no such retrospective.
        """
        with self._lock:
            found = self._rooms.get(retrospective)
            if found is not None and not found.closed:
                return found
            state = load_board(self._store, retrospective)
            if state is None:
                self._rooms.pop(retrospective, None)
                if get_record(self._store, Retrospective, retrospective) is not None:
                    raise BoardClosed("This retrospective is over.", retrospective=retrospective)
                raise NotFound.among("retrospective", retrospective, [])
            found = self._rooms[retrospective] = Room(self._store, retrospective, state, self._clock, self._server)
            return found

    def room_of_code(self, code: str) -> Room:
        """The room that a join link leads to.

        Raises:
            NotFound: The link leads nowhere.
            BoardClosed: Its retrospective is over.
        """
        found = board_of_code(self._store, code)
        if found is None:
            raise NotFound("This link leads to no retrospective.", kind="retrospective", name="")
        return self.room(found)

    @staticmethod
    def open(tx: Transaction, retrospective: str, code: str, project: str, items: list[AnyItem]) -> None:
        """Start to keep a new board in the transaction that makes its retrospective."""
        open_board(tx, retrospective, code, project, items)

    def start(self) -> None:
        """Follow what other servers write, where there may be any."""
        if self._shared and self._thread is None:
            self._thread = threading.Thread(target=self._follow, name="boards", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop following."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def look(self) -> None:
        """Bring every watched room up to what is kept."""
        rooms = [room for room in list(self._rooms.values()) if room.watched]
        if not rooms:
            return
        rows = self._store.read(statement("boards.revisions"), ids=[room.retrospective for room in rooms])
        kept = {row["id"]: int(row["rev"]) for row in rows if not row["closed"]}
        for room in rooms:
            room.refresh(kept.get(room.retrospective))

    def _follow(self) -> None:
        while not self._stop.wait(LOOK):
            try:
                self.look()
            except KgError:
                log.warning("boards could not be compared with the store; trying again", exc_info=True)
