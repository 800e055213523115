"""A board as it happens: messages both ways, from a server's socket or from a board of this process."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from .client import RemoteGraph
from .errors import StoreUnavailable
from .graph import KnowledgeGraph

if TYPE_CHECKING:
    from .boards import Room
    from .boards.watching import Watcher


class Live(Protocol):
    """An open line to a board."""

    async def receive(self) -> dict[str, Any] | None:
        """The next message; None when the line is cut."""
        ...

    async def send(self, message: dict[str, Any]) -> None:
        """Pass a message on; its answer comes as a message."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


async def open_line(graph: KnowledgeGraph | RemoteGraph, retrospective: str, token: str | None = None) -> Live:
    """A line to the board of a retrospective, over which the whole board comes first.

    Args:
        graph: As `kg.connect()` gives it.
        retrospective: Which one; the visitor has a seat at it.
        token: What this browser or notebook keeps for it, when it is anonymous.

    Raises:
        StoreUnavailable: The server cannot be reached.
    """
    if isinstance(graph, RemoteGraph):
        return await _RemoteLine.to(graph, f"boards/{quote(retrospective, safe='')}", token)
    return _OwnLine(graph, retrospective, token)


async def open_map_line(graph: KnowledgeGraph | RemoteGraph, project: str) -> Live:
    """A line to the outcome map of a project: the map comes first, and again whenever it changes.

    Args:
        graph: As `kg.connect()` gives it.
        project: Its id.

    Raises:
        StoreUnavailable: The server cannot be reached.
    """
    if isinstance(graph, RemoteGraph):
        return await _RemoteLine.to(graph, f"maps/{quote(project, safe='')}", None)
    return _OwnMapLine(graph, project)


class _RemoteLine:
    """A socket to the server, opened with the visitor's own right."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket

    @classmethod
    async def to(cls, graph: RemoteGraph, path: str, token: str | None) -> _RemoteLine:
        from tornado.httpclient import HTTPError, HTTPRequest
        from tornado.websocket import websocket_connect

        url = graph.url.rstrip("/").replace("http", "ws", 1) + f"/api/{path}/live"
        request = HTTPRequest(url, headers={"Authorization": f"Bearer {graph._token}"}, connect_timeout=10)
        try:
            socket = await websocket_connect(request, max_message_size=64 * 2**20)
            await socket.write_message(json.dumps({"type": "hello", "token": token}))
        except (OSError, HTTPError) as error:
            raise StoreUnavailable(f"The server at {graph.url} did not answer.", url=graph.url) from error
        return cls(socket)

    async def receive(self) -> dict[str, Any] | None:
        text = await self._socket.read_message()
        return None if text is None else dict(json.loads(text))

    async def send(self, message: dict[str, Any]) -> None:
        from tornado.websocket import WebSocketClosedError

        try:
            await self._socket.write_message(json.dumps(message, ensure_ascii=False))
        except WebSocketClosedError as error:
            raise StoreUnavailable("The line to the server is cut.") from error

    def close(self) -> None:
        self._socket.close()


class _OwnLine:
    """The same, at a board that this process keeps itself."""

    def __init__(self, graph: KnowledgeGraph, retrospective: str, token: str | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue()
        self._graph, self._token = graph, token
        self._room: Room = graph.services["boards"].room(retrospective)
        self._watcher: Watcher = self._room.watch(graph.visitor, token, self._pass_on)

    def _pass_on(self, text: str | None) -> None:
        self._loop.call_soon_threadsafe(self._waiting.put_nowait, text)

    async def receive(self) -> dict[str, Any] | None:
        text = await self._waiting.get()
        return None if text is None else dict(json.loads(text))

    async def send(self, message: dict[str, Any]) -> None:
        from .boards.talk import answer

        text = await self._loop.run_in_executor(
            None, answer, self._room, self._graph.visitor, self._watcher, json.dumps(message)
        )
        if text:
            self._pass_on(text)

    def close(self) -> None:
        self._room.leave(self._watcher)
        self._pass_on(None)


class _OwnMapLine:
    """A map that this process keeps itself; nothing is said to it, changes are operations."""

    def __init__(self, graph: KnowledgeGraph, project: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue()
        self._maps = graph.services["maps"]
        self._page = self._maps.watch(
            project,
            graph.visitor.display_name,
            lambda: graph.outcome_map(project=project).model_dump(mode="json"),
            self._pass_on,
        )

    def _pass_on(self, text: str | None) -> None:
        self._loop.call_soon_threadsafe(self._waiting.put_nowait, text)

    async def receive(self) -> dict[str, Any] | None:
        text = await self._waiting.get()
        return None if text is None else dict(json.loads(text))

    async def send(self, message: dict[str, Any]) -> None:
        return None

    def close(self) -> None:
        self._maps.leave(self._page)
        self._pass_on(None)
