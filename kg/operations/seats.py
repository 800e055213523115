"""What whoever has a seat at a board may know, guests too: who is there, and what is still open from before."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ..domain import Project, Retrospective, Role
from ..domain.action_steps import is_overdue
from ..domain.board.items import BoardItem, Seat
from ..domain.board.state import BoardState
from ..errors import NotFound
from ..policy import ScopeFilter
from ..store.records import get_record
from .action_reading import local_day, open_actions
from .actions import ActionRow
from .retrospectives import has_seat
from .table import Context, Request, Response, operation
from .topic_lessons import SimilarLessonsToText, similar_to
from .wall import Wall, facts_of, period_of

MOST_SIMILAR = 4


class BoardKey(Request):
    """Whose board: the id of a retrospective that is open."""

    retrospective: str = Field(max_length=300)


class BoardPerson(BaseModel):
    """Somebody who can own an action: the name they sign in with, and the one they are seen by."""

    name: str
    display_name: str


class BoardPeople(Response):
    """Those at a board who sign in."""

    people: list[BoardPerson]


class EarlierActions(Response):
    """Open actions of earlier retrospectives of this team, the most often carried first."""

    actions: list[ActionRow]


class TopicKey(BoardKey):
    """A topic on a board."""

    topic: str = Field(max_length=64)


@operation(Role.GUEST)
def topic_lessons(context: Context, request: TopicKey) -> SimilarLessonsToText:
    """Past lessons about the same as a topic on the board: those that the asker may see, so none for a guest."""
    state = state_at(context, request.retrospective)
    if request.topic not in state.topics():
        raise NotFound("This topic is not on the board any more.", kind="topic", name=request.topic)
    said = [state.title_of(request.topic), *(note.text for note in state.notes_of(request.topic) if note.shown)]
    text = "\n".join(dict.fromkeys([*said, state.topic(request.topic).discussion]))
    if not context.visitor.has(Role.MEMBER) or not text.strip():
        return SimilarLessonsToText(lessons=[])
    return SimilarLessonsToText(lessons=similar_to(context, text, state.board.project, MOST_SIMILAR))


@operation(Role.GUEST)
def board_people(context: Context, request: BoardKey) -> BoardPeople:
    """Who at a board can own an action."""
    state = state_at(context, request.retrospective)
    seats = [seat for seat in state.of(Seat) if not seat.guest and not seat.waiting]
    seats.sort(key=lambda seat: seat.name.casefold())
    return BoardPeople(people=[BoardPerson(name=seat.person, display_name=seat.name) for seat in seats])


@operation(Role.GUEST)
def board_facts(context: Context, request: BoardKey) -> Wall:
    """The facts of the period for everyone at the board; confidential ones for those who may see them."""
    board = state_at(context, request.retrospective).board
    held = get_record(context.store, Retrospective, request.retrospective)
    project = get_record(context.store, Project, board.project)
    if held is None or project is None:
        raise NotFound.among("retrospective", request.retrospective, [])
    start, end = period_of(context, held)
    return facts_of(context, project, start, end, but=held.id)


@operation(Role.GUEST)
def earlier_actions(context: Context, request: BoardKey) -> EarlierActions:
    """What is still open from before, for everyone at the board."""
    board = state_at(context, request.retrospective).board
    found = open_actions(context.store, board.project, board.team, scope_at(board))
    today = local_day(context.store, board.project, context.now)
    return EarlierActions(
        actions=[
            ActionRow(action=action, overdue=is_overdue(action, today), mine=action.owner == context.visitor.name)
            for action in found
            if board.confidential or not action.confidential
        ]
    )


def state_at(context: Context, retrospective: str) -> BoardState:
    """The board at which the visitor sits.

    Raises:
        NotFound: They do not, or there is none.
    """
    if not has_seat(context, retrospective):
        raise NotFound.among("retrospective", retrospective, [])
    state: BoardState = context.service("boards").room(retrospective).state
    return state


def scope_at(board: BoardItem) -> ScopeFilter:
    """What is shown to everyone at a board: its project's records.

    It covers confidential ones, too: whoever asks with it leaves those out, unless the project is.
    """
    return ScopeFilter(projects=frozenset({board.project}), confidential=board.confidential)
