"""`/api/boards/<retrospective>/live`, `/api/maps/<project>/live`: as it happens, for the kernels of its visitors."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from kg.boards import Room
from kg.boards.talk import LONGEST, answer, parse_message
from kg.boards.watching import Watcher, message
from kg.domain import Person
from kg.errors import InvalidRequest, KgError, NotSignedIn
from kg.operations.outcome_map_views import OutcomeMap
from kg.policy import Visitor
from kg.store.records import get_record

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


class MapLine(BoardLine):
    """One visitor's line to the outcome map of a project. It says `hello`, and hears; changes are operations."""

    _page: Any = None

    async def open(self, project: str) -> None:
        """Remember which map."""
        self.set_nodelay(True)
        self._loop = asyncio.get_running_loop()
        self._project = unquote(project)

    async def on_message(self, text: str | bytes) -> None:
        """Begin to watch at the first message; a later `sync` shows the map again. The sign-in must still hold."""
        known = await self._find_visitor()
        if known is None:
            self.close(4401, "not signed in")
            return
        maps = self.server.graph.services["maps"]
        try:
            said = parse_message(text)
            if self._page is None and said["type"] == "hello":
                visitor = known.visitor
                found = await self.server.pools.ask(self._seen_by, visitor, self._project)
                self._page = await self.server.pools.ask(
                    maps.watch, found.project, known.visitor.display_name,
                    lambda: self._seen_by(visitor, found.project).model_dump(mode="json"), self._send,
                )  # fmt: skip
            elif self._page is not None and said["type"] == "sync":
                await self.server.pools.ask(lambda: maps.show(self._page, anew=True))
            else:
                raise InvalidRequest("A map takes hello first, then sync; changes are operations.", field="type")
        except KgError as error:
            self._pass_on(message("refused", id=None, error=error.as_dict()))
            if self._page is None:
                self.close(4403, error.code)

    def _seen_by(self, visitor: Visitor, project: str) -> OutcomeMap:
        """The map by the rights that its watcher has now, not those of when they came."""
        graph = self.server.graph
        if visitor.person_id is not None:
            person = get_record(graph.store, Person, visitor.person_id)
            if person is None or person.disabled:
                raise NotSignedIn("This account is not in use any more.")
            if visitor.acting_for is None:
                visitor = replace(visitor, roles=frozenset(person.roles), scopes=tuple(person.scopes))
        return graph.as_visitor(visitor).outcome_map(project=project)

    def on_close(self) -> None:
        """Leave the map."""
        if self._page is not None:
            self._loop.run_in_executor(None, self.server.graph.services["maps"].leave, self._page)


ROUTES = [(r"/api/boards/([^/]+)/live", BoardLine), (r"/api/maps/([^/]+)/live", MapLine)]
