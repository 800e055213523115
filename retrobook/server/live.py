"""`/api/boards/<retrospective>/live`: a board as it happens, for the kernels of its visitors."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import unquote

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from kg.boards import Room
from kg.boards.talk import LONGEST, answer, parse_message
from kg.boards.watching import Watcher, message
from kg.errors import InvalidRequest, KgError

from .handlers import SocketGuard


class BoardLine(SocketGuard, WebSocketHandler):
    """One visitor's line to one board. The first message says `hello`; who it is, the server knows by itself."""

    for_kernels = True
    _room: Room | None = None
    _watcher: Watcher | None = None

    @property
    def max_message_size(self) -> int:
        """Longer messages end the line."""
        return 4 * LONGEST

    async def open(self, retrospective: str) -> None:
        """Find the room."""
        self.set_nodelay(True)
        self._loop = asyncio.get_running_loop()
        boards = self.server.graph.services["boards"]
        try:
            self._room = await self.server.pools.ask(boards.room, unquote(retrospective))
        except KgError as error:
            self._pass_on(message("refused", id=None, error=error.as_dict()))
            self.close(4404, error.code)

    async def on_message(self, text: str | bytes) -> None:
        """Answer one message after the other; the sign-in must still hold."""
        known = await self._find_visitor()
        if self._room is None or known is None:
            self.close(4401, "not signed in")
            return
        try:
            if self._watcher is None:
                said = parse_message(text)
                if said["type"] != "hello":
                    raise InvalidRequest("Say hello first.", field="type")
                token = said.get("token")
                offered = token if isinstance(token, str) else None
                self._watcher = await self.server.pools.ask(self._room.watch, known.visitor, offered, self._send)
                return
        except KgError as error:
            self._pass_on(message("refused", id=None, error=error.as_dict()))
            self.close(4403, error.code)
            return
        told = await self.server.pools.ask(answer, self._room, known.visitor, self._watcher, text)
        if told:
            self._pass_on(told)

    def on_close(self) -> None:
        """Leave the room."""
        if self._room is not None and self._watcher is not None:
            self._loop.run_in_executor(None, self._room.leave, self._watcher)

    def _send(self, text: str) -> None:
        self._loop.call_soon_threadsafe(self._pass_on, text)

    def _pass_on(self, text: str) -> None:
        try:
            sending: Any = self.write_message(text)
        except WebSocketClosedError:
            return
        sending.add_done_callback(lambda done: done.exception())


ROUTES = [(r"/api/boards/([^/]+)/live", BoardLine)]
