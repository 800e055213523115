"""Who has an outcome map open, told within a second of whatever changes; and what each can take back.

A map has no state of its own beside the graph: what is drawn on it are outcomes and links. So
whatever changes them, on any server and by any way (a measurement, an import), shows on it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..errors import KgError
from ..queries import statement
from ..store.protocol import GraphStore

log = logging.getLogger(__name__)

LOOK = 0.3
"""Seconds between looks at the change number while somebody watches."""
REMEMBERED = 30
Send = Callable[[str], None]
See = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Done:
    """One thing that a change did: what it was before and what it left, each None where there was nothing.

    `kind` is `link` (weight), `place` (x, y) or `outcome` (its revision); `key` says of which.
    """

    kind: str
    key: tuple[str, ...]
    before: Any
    after: Any


@dataclass(eq=False)
class Turn:
    """Somebody's open page: how they see the map, and how they are told."""

    project: str
    name: str
    see: See
    send: Send
    told: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


class Maps:
    """Open pages by project, kept up to date; and the last changes of each person.

    Args:
        store: Where outcomes are kept.
    """

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._pages: list[Turn] = []
        self._done: dict[tuple[str, str], deque[list[Done]]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen = -1

    def watch(self, project: str, name: str, see: See, send: Send) -> Turn:
        """Send the map now, and again whenever it changes or somebody comes or goes.

        Raises:
            KgError: This visitor may not see it.
        """
        page = Turn(project, name, see, send)
        see()
        with self._lock:
            self._pages.append(page)
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="maps", daemon=True)
                self._thread.start()
        self._tell_presence(project)
        self.show(page, anew=True)
        return page

    def leave(self, page: Turn) -> None:
        """Stop to tell somebody."""
        with self._lock:
            if page in self._pages:
                self._pages.remove(page)
        self._tell_presence(page.project)

    def show(self, page: Turn, *, anew: bool = False) -> None:
        """Send a page its map if it is not what was sent last."""
        with page.lock:
            try:
                said = json.dumps(page.see(), ensure_ascii=False, separators=(",", ":"), default=str)
            except KgError as error:
                page.send(json.dumps({"type": "refused", "error": error.as_dict()}, ensure_ascii=False))
                return
            if anew or _without_revision(said) != page.told:
                page.told = _without_revision(said)
                page.send(f'{{"type":"view","map":{said}}}')

    def look(self) -> None:
        """Bring every open page up to date if anything has changed at all."""
        pages = list(self._pages)
        if not pages:
            return
        rows = self._store.read(statement("changes.revision"))
        now = int(rows[0]["value"]) if rows else 0
        if now == self._seen:
            return
        self._seen = now
        for page in pages:
            try:
                self.show(page)
            except Exception:
                log.warning("a page could not be told of its map; it is let go", exc_info=True)
                self.leave(page)

    def close(self) -> None:
        """Stop following."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def remember(self, project: str, person: str, done: list[Done]) -> None:
        """Keep what somebody's change did, so that they can take it back."""
        if done:
            with self._lock:
                self._done[project, person].append(done)

    def last(self, project: str, person: str) -> list[Done]:
        """What somebody's last change did; empty when there is none to take back. It is forgotten."""
        with self._lock:
            done = self._done[project, person]
            return done.pop() if done else []

    def _tell_presence(self, project: str) -> None:
        with self._lock:
            pages = [page for page in self._pages if page.project == project]
        names = sorted({page.name for page in pages})
        text = json.dumps({"type": "presence", "people": names}, ensure_ascii=False)
        for page in pages:
            with contextlib.suppress(RuntimeError):  # its loop has ended: the next look lets it go
                page.send(text)

    def _follow(self) -> None:
        while not self._stop.wait(LOOK):
            try:
                self.look()
            except Exception:
                log.warning("the maps could not be compared with the store; trying again", exc_info=True)


def _without_revision(said: str) -> str:
    view = json.loads(said)
    view.pop("revision", None)
    return json.dumps(view, sort_keys=True)
