"""Boards in use: taking a seat, seeing the board, making a move, closing it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ..boards import Room
from ..domain import ActionItem, Lesson, Person, Retrospective, Role
from ..domain.board.rules import parse_move
from ..domain.board.state import BoardState
from ..errors import Forbidden
from ..store.protocol import Transaction
from ..store.records import get_record, put_records, put_relationships
from .closing import what_came_out
from .people import person_id
from .retrospectives import RetrospectiveKey, find_retrospective
from .table import Context, Request, Response, operation


class TakeSeat(Request):
    """A board by its join code, or one that the visitor's scope covers by its id."""

    code: str | None = None
    retrospective: str | None = None


class SeatTaken(Response):
    """Where the visitor sits, and whether a facilitator has to let them in first."""

    retrospective: str
    seat: str
    waiting: bool


class BoardRequest(Request):
    """A board, and the token that the asker's browser keeps for it when it is anonymous."""

    retrospective: str
    token: str | None = Field(default=None, max_length=200)


class BoardView(Response):
    """The board as the visitor may see it."""

    view: dict[str, Any]
    token: str | None = None


class PlayMove(BoardRequest):
    """One move; see `kg.domain.board.moves`."""

    move: dict[str, Any]


class MoveKept(Response):
    """The move is kept: the board's revision, and what its maker is told."""

    rev: int
    said: dict[str, Any] = {}


class Closed(Response):
    """What came out of a retrospective."""

    retrospective: Retrospective
    actions: list[ActionItem]
    lessons: list[Lesson]


@operation(Role.GUEST)
def take_seat(context: Context, request: TakeSeat) -> SeatTaken:
    """Sit down at a board; whoever comes by the link alone waits until they are let in."""
    boards, visitor = context.service("boards"), context.visitor
    room: Room
    if request.code:
        room = boards.room_of_code(request.code)
    else:
        room = boards.room(find_retrospective(context, request.retrospective or "").id)
    board, guest = room.state.board, not visitor.has(Role.MEMBER)
    if guest and not board.guests:
        raise Forbidden("This retrospective takes no guests: ask for an account.", operation="take_seat")
    within = not guest and context.scope.covers(board.project, board.unit, board.confidential)
    seat = room.sit(visitor, visitor.display_name, guest=guest, waits=not within)
    return SeatTaken(retrospective=room.retrospective, seat=seat.id, waiting=seat.waiting)


@operation(Role.GUEST)
def board_view(context: Context, request: BoardRequest) -> BoardView:
    """The board as the visitor may see it, from their own seat."""
    seen = context.service("boards").room(request.retrospective).see(context.visitor, request.token)
    return BoardView(view=seen.view, token=seen.token)


@operation(Role.GUEST)
def play_move(context: Context, request: PlayMove) -> MoveKept:
    """Make a move at a board; it is kept when this answers."""
    room: Room = context.service("boards").room(request.retrospective)
    kept = room.play(context.visitor, parse_move(request.move), request.token)
    return MoveKept(rev=kept["rev"], said=kept["said"])


@operation(Role.MEMBER)
def close_retrospective(context: Context, request: RetrospectiveKey) -> Closed:
    """End a retrospective: its notes, topics, actions and lessons go to the graph, all or none."""
    room: Room = context.service("boards").room(request.id)
    by, at = context.visitor.name, context.now

    def write(tx: Transaction, state: BoardState) -> Closed:
        came = what_came_out(context, tx, state)
        guests = [person for name in came.guests if (person := get_record(tx, Person, person_id(name)))]
        for person in guests:
            person.disabled = True
        put_records(tx, [came.record, *came.actions, *came.lessons, *came.events, *came.carried, *guests], at=at, by=by)
        put_relationships(tx, came.edges, at=at, by=by)
        return Closed(retrospective=came.record, actions=came.actions, lessons=came.lessons)

    return room.finish(context.visitor, write)
