"""A board as one visitor may see it.

What may not be seen is not sent: hidden notes, other people's ballots and answers, whom
an item belongs to. Answers of fewer than five people have no figures, in any retrospective.
"""

from __future__ import annotations

from typing import Any

from ..formats import PhaseKind
from ..retrospectives import Answers
from .deciding import questions_of
from .items import AnswerItem, AnyItem, BallotItem, BoardItem, NoteItem, Seat, SeatRole, TokensItem
from .state import Actor, BoardState

NEVER = {"voter", "holds_token"}
FOR_FACILITATORS = {"join_code", "person"}


def whole(state: BoardState, actor: Actor) -> dict[str, Any]:
    """Everything that an actor may see, and who they are; a guest who waits sees only themselves."""
    seat = actor.seat
    you = {
        "seat": seat.id, "name": seat.name, "role": seat.role.value, "guest": seat.guest, "waiting": seat.waiting,
        "facilitator": actor.leads, "writes": actor.voter is not None and seat.role is not SeatRole.OBSERVER,
    }  # fmt: skip
    if seat.waiting:
        board = state.board
        items = [{"id": board.id, "kind": board.kind, "title": board.title, "waiting": True}]
        return {"rev": state.rev, "you": you, "items": items, "counts": {}}
    seen = (see(state, actor, item) for item in state.items.values())
    return {"rev": state.rev, "you": you, "items": [item for item in seen if item], "counts": counts(state)}


def see(state: BoardState, actor: Actor, item: AnyItem) -> dict[str, Any] | None:
    """An item as an actor sees it; None when they do not."""
    match item:
        case NoteItem():
            return _note(state, actor, item)
        case TokensItem():
            return None
        case BallotItem() | AnswerItem():
            if item.voter != actor.voter:
                return None
            key = "ballot-mine" if isinstance(item, BallotItem) else f"answer-{item.phase.value}-mine"
            return {**item.model_dump(mode="json", exclude=NEVER), "id": key}
        case BoardItem() | Seat():
            hidden = NEVER if actor.leads else NEVER | FOR_FACILITATORS
            told = item.model_dump(mode="json", exclude=hidden | {"created_by"})
            if isinstance(item, BoardItem):
                told["open"] = sorted(state.open_phases())
            return told
    return item.model_dump(mode="json", exclude=NEVER)


def _note(state: BoardState, actor: Actor, note: NoteItem) -> dict[str, Any] | None:
    mine = note.voter == actor.voter
    if not (note.shown or mine):
        return None
    told = note.model_dump(mode="json", exclude=NEVER)
    told["mine"] = mine
    if note.shown and not state.board.anonymous:
        seat = state.items.get(note.voter)
        told["author"] = seat.name if isinstance(seat, Seat) else None
    return told


def counts(state: BoardState) -> dict[str, Any]:
    """Figures that everyone sees: hidden notes by column, votes when voting is over, answers of five and more."""
    hidden: dict[str, int] = {}
    for note in state.of(NoteItem):
        if not note.shown:
            hidden[note.column] = hidden.get(note.column, 0) + 1
    present = [seat for seat in state.of(Seat) if not seat.waiting]
    voters = [seat for seat in present if seat.role is not SeatRole.OBSERVER]
    ballots = [ballot for ballot in state.of(BallotItem) if ballot.dots]
    return {
        "hidden": hidden,
        "votes": None if state.votes_hidden() else state.totals(),
        "voted": len(ballots),
        "voters": len(voters),
        "ready": sum(seat.ready for seat in voters),
        "answers": {phase.value: _figures(answers(state, phase)) for phase in _asking(state)},
    }


def answers(state: BoardState, phase: PhaseKind) -> list[Answers]:
    """What may be told of the answers to a phase's questions."""
    given = [item for item in state.of(AnswerItem) if item.phase is phase]
    titles = {q.key: q.title for q in state.board.questions.questions} if state.board.questions else {}
    found = []
    for question in questions_of(state, phase):
        values = [item.values[question] for item in given if question in item.values]
        title = titles.get(question)
        found.append(Answers.of(question, values, title.en if title else "", title.zh if title else ""))
    return found


def _asking(state: BoardState) -> list[PhaseKind]:
    kinds = {phase.kind for phase in state.board.phases}
    return [kind for kind in (PhaseKind.CHECK_IN, PhaseKind.HEALTH, PhaseKind.CLOSE) if kind in kinds]


def _figures(found: list[Answers]) -> dict[str, Any]:
    return {
        answer.question: answer.model_dump(include={"count", "counts", "mean"}, exclude_none=True) for answer in found
    }
