"""`/join/<code>`: a link to a board, for people who sign in and for guests."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote

from kg.boards import Room
from kg.domain import Person, Role
from kg.domain.board.items import Seat, SeatRole
from kg.errors import InvalidRequest, KgError
from kg.operations.people import person_id
from kg.policy import Visitor
from kg.store.records import put_records

from .signin import SignedInPage

LONGEST_NAME = 60
GUEST = "guest-"
"""How the names of guests begin: nobody signs in with one."""


class Join(SignedInPage):
    """Whoever is signed in goes on to the board; others may sign in, or come as a guest with a name to be seen by."""

    public = True

    async def get(self, code: str) -> None:
        """The board, or the way to it."""
        room = await self.room(code)
        if self.known is not None:
            await self.sit(code)
        else:
            self.form(code, room)

    async def post(self, code: str) -> None:
        """Come in as a guest."""
        room = await self.room(code)
        if self.known is not None:
            await self.sit(code)
            return
        if room.full:
            self.form(code, room, self.t("retrospectives.join.full"), 429)
            return
        name = " ".join(self.get_body_argument("name", "").split())
        if not room.state.board.guests or not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            self.form(code, room, self.t("retrospectives.join.bad_name", longest=LONGEST_NAME), 400)
            return
        person = await self.server.pools.ask(self.make_guest, name)
        self.identity.people.forget()
        self.open_session(person.name, None)
        await self.sit(code, Visitor.of(person))

    async def room(self, code: str) -> Room:
        """The board that the link leads to.

        Raises:
            NotFound: None, by now.
        """
        boards = self.server.graph.services["boards"]
        found: Room = await self.server.pools.ask(boards.room_of_code, code)
        return found

    def form(self, code: str, room: Room, problem: str | None = None, status: int = 200) -> None:
        """Sign in, or a name to be seen by."""
        board = room.state.board
        hosts = [seat.name for seat in room.state.of(Seat) if seat.role is SeatRole.FACILITATOR]
        self.show(
            "join.html", status, code=code, title=board.title, guests=board.guests, anonymous=board.anonymous,
            inviter=hosts[0] if hosts else None, problem=problem,
        )  # fmt: skip

    async def sit(self, code: str, visitor: Visitor | None = None) -> None:
        """Take the seat and go to the board."""
        graph = self.server.graph.as_visitor(visitor or self.known.visitor)
        taken: Any = await self.server.pools.ask(graph.take_seat, code=code)
        self.redirect(f"/apps/retro_board?retrospective={quote(taken.retrospective, safe='')}", status=303)

    def make_guest(self, name: str) -> Person:
        """Somebody who may reach one board, and nothing else."""
        key = f"{GUEST}{secrets.token_hex(6)}"
        try:
            person = Person.parse(
                {
                    "id": person_id(key), "name": key, "display_name": name, "roles": [Role.GUEST],
                    "language": self.language,
                }
            )  # fmt: skip
        except KgError as error:
            raise InvalidRequest("This name cannot be used.", field="name") from error
        graph = self.server.graph
        with graph.store.transaction() as tx:
            put_records(tx, [person], at=graph.now(), by=None)
        return person


ROUTES = [(r"/join/([A-Za-z0-9_-]{8,64})", Join)]
