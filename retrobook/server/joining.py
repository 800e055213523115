"""`/join/<code>`: a link to a board, for people who sign in and for guests."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote

from kg.boards import Room
from kg.domain import Person, Retrospective, Role
from kg.errors import BoardClosed, InvalidRequest, KgError
from kg.operations.people import person_id
from kg.policy import Visitor
from kg.store.records import get_record, put_records

from .signin import SignedInPage

LONGEST_NAME = 60
GUEST = "guest-"
"""How the names of guests begin: nobody signs in with one."""


class Join(SignedInPage):
    """Whoever is signed in goes on to the board; others may sign in, or come as a guest with a name to be seen by."""

    public = True

    async def get(self, code: str) -> None:
        """The board, the way to it, or the word that it is over."""
        room = await self.room(code)
        if room is None:
            return
        if self.known is not None:
            await self.sit(code)
        else:
            self.form(code, room)

    async def post(self, code: str) -> None:
        """Come in as a guest."""
        room = await self.room(code)
        if room is None:
            return
        if self.known is not None:
            await self.sit(code)
            return
        name = " ".join(self.get_body_argument("name", "").split())
        if room.full:
            self.form(code, room, self.t("retrospectives.join.full"), 429, name)
        elif not room.state.board.guests or not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            self.form(code, room, self.t("retrospectives.join.bad_name", longest=LONGEST_NAME), 400, name)
        else:
            person = await self.server.pools.ask(self.make_guest, name, room.retrospective)
            self.identity.people.forget()
            self.open_session(person.name, None)
            await self.sit(code, Visitor.of(person))

    async def room(self, code: str) -> Room | None:
        """The board that the link leads to; None when it is over, and that was said.

        Raises:
            NotFound: The link leads nowhere.
        """
        boards = self.server.graph.services["boards"]
        try:
            found: Room = await self.server.pools.ask(boards.room_of_code, code)
        except BoardClosed as error:
            key = str(error.fields["retrospective"])
            record = await self.server.pools.ask(get_record, self.server.graph.store, Retrospective, key)
            title = record.title if record else ""
            self.show("join.html", 410, code=code, title=title, guests=False, closed=True, retrospective=key)
            return None
        return found

    def form(self, code: str, room: Room, problem: str | None = None, status: int = 200, name: str = "") -> None:
        """Sign in, or a name to be seen by."""
        board = room.state.board
        inviter = room.state.seat_of(board.created_by)
        self.show(
            "join.html", status, code=code, title=board.title, guests=board.guests, problem=problem, name=name,
            anonymous=board.anonymous, inviter=inviter.name if inviter else None,
        )  # fmt: skip

    async def sit(self, code: str, visitor: Visitor | None = None) -> None:
        """Take the seat and go to the board."""
        graph = self.server.graph.as_visitor(visitor or self.known.visitor)
        taken: Any = await self.server.pools.ask(graph.take_seat, code=code)
        self.redirect(f"/apps/retro_board?retrospective={quote(taken.retrospective, safe='')}", status=303)

    def make_guest(self, name: str, retrospective: str) -> Person:
        """Somebody who may reach one board, and nothing else."""
        key = f"{GUEST}{secrets.token_hex(6)}"
        try:
            person = Person.parse(
                {
                    "id": person_id(key), "name": key, "display_name": name, "roles": [Role.GUEST],
                    "language": self.language, "guest_of": retrospective,
                }
            )  # fmt: skip
        except KgError as error:
            raise InvalidRequest("This name cannot be used.", field="name") from error
        graph = self.server.graph
        with graph.store.transaction() as tx:
            put_records(tx, [person], at=graph.now(), by=None)
        return person


ROUTES = [(r"/join/([A-Za-z0-9_-]{8,64})", Join)]
