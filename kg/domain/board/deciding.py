"""Votes, answers, what is said about a topic, and what comes out: actions and lessons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import InvalidRequest, MoveRefused, NotFound, TextChanged, VotesSpent
from ..formats import PhaseKind
from .items import ActionDraft, AnswerItem, BallotItem, LessonItem
from .moves import (
    LONGEST_TEXT,
    Answer,
    MarkRecurrence,
    Move,
    PutAction,
    PutLesson,
    RemoveAction,
    RemoveLesson,
    Vote,
    WriteDiscussion,
)
from .state import Actor, BoardState, Change
from .writing import merged_text, require_new_key, require_phase

if TYPE_CHECKING:
    from .rules import Means

TALKING = (PhaseKind.DISCUSS, PhaseKind.ACTIONS, PhaseKind.CLOSE)
ACTING = (PhaseKind.ACTIONS, PhaseKind.DISCUSS, PhaseKind.CLOSE, PhaseKind.PREVIOUS)
MOST = 200
"""Actions, or lessons, that one board takes."""


def apply(state: BoardState, actor: Actor, voter: str, move: Move, means: Means) -> Change:
    """What a move of deciding changes."""
    match move:
        case Vote():
            return _vote(state, voter, move)
        case Answer():
            return _answer(state, voter, move)
        case WriteDiscussion():
            require_phase(state, *TALKING)
            _require_topic(state, move.topic)
            topic = state.topic(move.topic)
            text = merged_text(means, topic, topic.discussion, move.base, move.text, most=LONGEST_TEXT)
            said: dict[str, object] = {"text": text, "merged": True} if text != move.text else {}
            if text == topic.discussion:
                return Change(said=said)
            return Change(put=[topic.model_copy(update={"discussion": text})], said=said, undoes=True)
        case MarkRecurrence():
            require_phase(state, *TALKING)
            _require_topic(state, move.topic)
            topic = state.topic(move.topic)
            marked = {key: title for key, title in topic.recurrences.items() if key != move.lesson}
            if move.recurs:
                marked[move.lesson] = move.title
            if marked == topic.recurrences:
                return Change()
            return Change(put=[topic.model_copy(update={"recurrences": marked})], undoes=True)
        case PutAction():
            require_phase(state, *ACTING)
            values = move.model_dump(exclude={"move", "action", "base"})
            return _put(state, ActionDraft, move.action, move.base, values)
        case RemoveAction():
            require_phase(state, *ACTING)
            return _drop(state, ActionDraft, move.action)
        case PutLesson():
            require_phase(state, *TALKING)
            if not (move.lesson or move.recommendation or move.driving_event):
                raise InvalidRequest("A lesson needs a lesson, a recommendation or a driving event.", field="lesson")
            values = move.model_dump(exclude={"move", "lesson_key", "base"})
            return _put(state, LessonItem, move.lesson_key, move.base, values)
        case RemoveLesson():
            require_phase(state, *TALKING)
            return _drop(state, LessonItem, move.lesson_key)
    raise InvalidRequest("No such move.", field="move")


def _vote(state: BoardState, voter: str, move: Vote) -> Change:
    require_phase(state, PhaseKind.VOTE)
    _require_topic(state, move.topic)
    key = f"ballot-{voter}"
    found = state.items.get(key)
    ballot = found if isinstance(found, BallotItem) else BallotItem(id=key, voter=voter)
    there = set(state.topics())
    dots = {topic: count for topic, count in ballot.dots.items() if topic in there and topic != move.topic}
    if move.dots > state.board.per_topic:
        limit = state.board.per_topic
        raise VotesSpent(f"One topic may get {limit} of your votes at most.", limit=limit, per_topic=True)
    if sum(dots.values()) + move.dots > state.board.votes:
        limit = state.board.votes
        raise VotesSpent(f"You have {limit} votes, and they are given.", limit=limit, per_topic=False)
    if move.dots:
        dots[move.topic] = move.dots
    return Change() if dots == ballot.dots else Change(put=[ballot.model_copy(update={"dots": dots})], undoes=True)


def _answer(state: BoardState, voter: str, move: Answer) -> Change:
    asked = questions_of(state, move.phase)
    if move.question not in asked:
        raise InvalidRequest(f"The phase {move.phase.value} does not ask {move.question!r}.", field="question")
    require_phase(state, move.phase)
    key = f"answer-{move.phase.value}-{voter}"
    found = state.items.get(key)
    answer = found if isinstance(found, AnswerItem) else AnswerItem(id=key, voter=voter, phase=move.phase)
    values = {**answer.values, move.question: move.value}
    return Change() if values == answer.values else Change(put=[answer.model_copy(update={"values": values})])


def questions_of(state: BoardState, phase: PhaseKind) -> list[str]:
    """Keys of what a phase asks everyone."""
    if phase is PhaseKind.CHECK_IN:
        return ["mood"]
    if phase is PhaseKind.CLOSE:
        return ["roti"]
    if phase is PhaseKind.HEALTH and state.board.questions:
        return [question.key for question in state.board.questions.questions]
    return []


def _require_topic(state: BoardState, key: str) -> None:
    if key not in state.topics():
        raise NotFound("This topic is not on the board any more.", kind="topic", name=key)


def _put(state: BoardState, kind: type[ActionDraft] | type[LessonItem], key: str, base: int, values: Any) -> Change:
    known = state.items.get(key)
    if known is None:
        if base:
            raise NotFound("Somebody has taken this away.", kind=str(kind.model_fields["kind"].default), name=key)
        if sum(1 for _ in state.of(kind)) >= MOST:
            raise MoveRefused(f"A board takes {MOST} of them at most.", limit=MOST)
        require_new_key(key)
        return Change(put=[kind(id=key, **values)], undoes=True)
    if not isinstance(known, kind):
        raise MoveRefused("Something on the board has this key already.", key=key)
    changed = known.model_copy(update=values)
    if changed == known:
        return Change()
    if known.rev != base:
        theirs = known.model_dump(mode="json", include=set(values))
        raise TextChanged("Somebody else changed this meanwhile.", theirs=theirs, mine=values, rev=known.rev)
    return Change(put=[changed], undoes=True)


def _drop(state: BoardState, kind: type[ActionDraft] | type[LessonItem], key: str) -> Change:
    if key not in state.items:
        return Change()
    state.find(kind, key)
    return Change(drop=[key], undoes=True)
