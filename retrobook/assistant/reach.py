"""The graph for a process that waits most of its time: reached when asked, let go when idle."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kg.connect import live_server
from kg.errors import NotFound, NotSignedIn, StoreUnavailable
from kg.graph import KnowledgeGraph
from kg.operations.people import find_person
from kg.policy import Visitor

from ..assembly import own_graph, reach_graph
from ..settings import Settings
from .signed_in import SignedInGraph

T = TypeVar("T")
IDLE_SECONDS = 60.0
"""After so long without a question an owned graph file is free for a server to start on."""


@dataclass(frozen=True)
class Who:
    """As whom the graph is asked; the owner of the installation when nothing is given."""

    person: str | None = None
    password: str | None = None
    url: str | None = None


def connect(settings: Settings, who: Who) -> Any:
    """The graph as somebody may use it: a server's, or the store itself when none runs.

    Raises:
        KgError: There is no such person, server or installation; says what to do.
    """
    if who.url is not None:
        if not who.person or who.password is None:
            raise NotSignedIn("A server elsewhere wants a name and a password: give --as and --password-file.")
        return SignedInGraph(who.url, who.person, password=who.password)
    if who.person is None:
        return _started(reach_graph(settings))
    live = live_server(settings.home)
    if live:
        return SignedInGraph(live["url"], who.person, password=who.password, token=live["token"])
    graph = own_graph(settings)
    try:
        return _started(graph.as_visitor(Visitor.of(find_person(graph.store, who.person))))
    except NotFound:
        graph.close()
        raise


def base_address(settings: Settings, who: Who) -> str | None:
    """Where pages are, for links; None while no server runs."""
    address = who.url or settings.public_url
    if address is None:
        live = live_server(settings.home)
        address = live["url"] if live else None
    return address if address is None or address.endswith("/") else f"{address}/"


def read_password(path: Path | None) -> str | None:
    """The first line of a file.

    Raises:
        NotSignedIn: The file cannot be read.
    """
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeError) as error:
        raise NotSignedIn(f"The password file {path} cannot be read: {error}.", file=str(path)) from error


class Reach:
    """Asks the graph for tools that run in several threads.

    Args:
        open_graph: Reaches the graph.
        idle: Seconds without a question after which the graph is let go.
    """

    def __init__(self, open_graph: Callable[[], Any], idle: float = IDLE_SECONDS) -> None:
        self._open = open_graph
        self._idle = idle
        self._lock = threading.RLock()
        self._graph: Any = None
        self._users = 0
        self._timer: threading.Timer | None = None

    def ask(self, work: Callable[[Any], T]) -> T:
        """What `work` makes of the graph; a server that was started anew is found again."""
        try:
            return self._once(work)
        except (StoreUnavailable, NotSignedIn):
            with self._lock:
                if self._users:  # others still use it: it is not ours to close
                    raise
                self.close()
            return self._once(work)

    def close(self) -> None:
        """Let the graph go; the next question reaches it again."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            graph, self._graph = self._graph, None
        if graph is not None:
            graph.close()

    def _once(self, work: Callable[[Any], T]) -> T:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._graph is None:
                self._graph = self._open()
            graph = self._graph
            self._users += 1
        try:
            return work(graph)
        finally:
            with self._lock:
                self._users -= 1
                if not self._users and self._graph is graph:
                    self._timer = threading.Timer(self._idle, self._close_if_idle)
                    self._timer.daemon = True
                    self._timer.start()

    def _close_if_idle(self) -> None:
        with self._lock:
            if not self._users:
                self.close()


def _started(graph: Any) -> Any:
    search = graph.services.get("search") if isinstance(graph, KnowledgeGraph) else None
    if search is not None:
        search.start()  # what is missing is encoded beside the questions
    return graph
