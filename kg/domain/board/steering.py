"""What facilitators do: phases, reveal, timer, the topic on the table, who is in and as what."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import ValidationError

from ...errors import InvalidRequest, MovedOn, MoveRefused, NotFound
from ..formats import PhaseKind, PhasePlan
from .items import AnyItem, BoardItem, BoardPhase, NoteItem, Seat, SeatRole, Timer
from .moves import Admit, Discuss, GoToPhase, Move, PlanPhases, Reveal, SetRole, SetTimer
from .state import Actor, BoardState, Change

if TYPE_CHECKING:
    from .rules import Means


def apply(state: BoardState, actor: Actor, move: Move, means: Means) -> Change:
    """What a facilitator's move changes."""
    board = state.board
    match move:
        case GoToPhase():
            return _go(state, move, means)
        case PlanPhases():
            return Change(put=[planned(board, move)])
        case Reveal():
            return reveal(state, board, means)
        case SetTimer():
            return Change(put=[board.model_copy(update={"timer": _timer(move.seconds, means)})])
        case Discuss():
            return _discuss(state, move, means)
        case Admit():
            return _admit(state, move)
        case SetRole():
            seat = state.find(Seat, move.seat)
            leading = [s for s in state.of(Seat) if s.role is SeatRole.FACILITATOR and not s.waiting]
            others = [s for s in leading if s.id != seat.id]
            if seat.role is SeatRole.FACILITATOR and move.role is not SeatRole.FACILITATOR and not others:
                raise MoveRefused("A board needs a facilitator: make somebody else one first.", seat=seat.id)
            if seat.guest and move.role is SeatRole.FACILITATOR:
                raise MoveRefused("A guest cannot facilitate: ask them to sign in.", seat=seat.id)
            return Change() if seat.role is move.role else Change(put=[seat.model_copy(update={"role": move.role})])
    raise InvalidRequest("No such move.", field="move")


def _timer(seconds: int, means: Means) -> Timer | None:
    return Timer(ends_at=means.now + timedelta(seconds=seconds), total=seconds) if seconds else None


def _go(state: BoardState, move: GoToPhase, means: Means) -> Change:
    board = state.board
    if move.phase >= len(board.phases):
        raise InvalidRequest(f"phase: this board has {len(board.phases)} phases.", field="phase")
    if board.phase == move.phase:
        return Change()  # two facilitators pressed at once: the board is where both want it
    if board.phase != move.seen:
        here = board.kind_now.value
        raise MovedOn(f"Another facilitator has moved the board to {here} already.", phase=here)
    there = board.phases[move.phase]
    changed = board.model_copy(
        update={
            "phase": move.phase,
            "phases": [
                phase.model_copy(update={"skipped": False}) if place == move.phase else phase
                for place, phase in enumerate(board.phases)
            ],
            "timer": _timer(60 * there.minutes, means) if there.minutes and not there.asynchronous else None,
            "discussing": board.discussing if there.kind is PhaseKind.DISCUSS else None,
        }
    )
    if there.kind is PhaseKind.DISCUSS and changed.discussing is None:
        totals = state.totals()
        first = max(totals, key=lambda key: totals[key], default=None)
        changed = changed.model_copy(update={"discussing": first})
    rested: list[AnyItem] = [seat.model_copy(update={"ready": False}) for seat in state.of(Seat) if seat.ready]
    change = Change(put=[changed, *rested])
    write = next((n for n, phase in enumerate(board.phases) if phase.kind is PhaseKind.WRITE), 0)
    if move.phase > write and there.kind not in (PhaseKind.FACTS, PhaseKind.HEALTH, PhaseKind.PREVIOUS):
        shown = reveal(state, changed, means)
        change = Change(put=[*shown.put, *rested], drop=shown.drop, anew=shown.anew)
    return change


def reveal(state: BoardState, board: BoardItem, means: Means) -> Change:
    """All hidden notes are shown; anonymous ones under new keys and in an order that tells nothing."""
    hidden = [note for note in state.of(NoteItem) if not note.shown]
    board = board.model_copy(update={"revealed": True})
    if not hidden:
        return Change(put=[board])
    if not board.anonymous:
        return Change(put=[board, *(note.model_copy(update={"shown": True}) for note in hidden)], anew=True)
    last = max((note.order for note in state.of(NoteItem) if note.shown), default=0.0)
    means.shuffle(hidden)
    made = [
        note.model_copy(update={"shown": True, "id": means.fresh_key(), "order": last + place})
        for place, note in enumerate(hidden, start=1)
    ]
    return Change(put=[board, *made], drop=[note.id for note in hidden], anew=True)


def planned(board: BoardItem, move: PlanPhases) -> BoardItem:
    """The board with other phases; the one that people are in stays, wherever it stands now.

    Raises:
        InvalidRequest: They fit together in no way; says why.
        MovedOn: The phase that people are in is not among them.
    """
    try:
        phases = [BoardPhase.model_validate(values) for values in move.phases]
        for phase in phases:
            PhasePlan(kind=phase.kind, minutes=phase.minutes, asynchronous=phase.asynchronous)
        kept = [PhasePlan(kind=phase.kind, asynchronous=phase.asynchronous) for phase in phases]
        board.format.model_validate({**board.format.model_dump(), "phases": [plan.model_dump() for plan in kept]})
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise InvalidRequest(f"phases: {reason}.", field="phases", reason=reason) from error
    place = next((n for n, phase in enumerate(phases) if phase.kind is board.kind_now and not phase.skipped), None)
    if place is None:
        raise MovedOn(f"People are in the phase {board.kind_now.value}: it stays.", phase=board.kind_now.value)
    return board.model_copy(update={"phases": phases, "phase": place})


def _discuss(state: BoardState, move: Discuss, means: Means) -> Change:
    if move.topic is not None and move.topic not in state.topics():
        raise NotFound("This topic is not on the board any more.", kind="topic", name=move.topic)
    board = state.board
    put: list[AnyItem] = []
    if move.done and board.discussing:
        topic = state.topic(board.discussing)
        if not topic.discussed:
            put.append(topic.model_copy(update={"discussed": True}))
    timer = _timer(move.seconds, means) if move.seconds else None
    put.append(board.model_copy(update={"discussing": move.topic, "timer": timer}))
    return Change(put=put)


def _admit(state: BoardState, move: Admit) -> Change:
    seat = state.find(Seat, move.seat)
    if not seat.waiting:
        return Change()
    if not move.admitted:
        return Change(drop=[seat.id])
    if move.same_as is None:
        return Change(put=[seat.model_copy(update={"waiting": False})])
    before = state.find(Seat, move.same_as)
    if not before.guest:
        raise MoveRefused("Only a guest can come back as a guest.", seat=before.id)
    return Change(put=[before.model_copy(update={"person": seat.person, "waiting": False})], drop=[seat.id])
