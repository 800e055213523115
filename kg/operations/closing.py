"""What comes out of a board when its retrospective closes: records, and the edges between them.

Of an anonymous retrospective nothing says who wrote, voted or answered: notes have no author,
votes are counts, answers are figures of five people and more.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ..domain import (
    ActionItem,
    Answers,
    ColumnName,
    Lesson,
    LessonEvent,
    Note,
    Project,
    Relationship,
    Retrospective,
    RetrospectiveState,
    Topic,
    derive_id,
)
from ..domain.action_steps import carried
from ..domain.board.items import ActionDraft, LessonItem, NoteItem, Seat, SeatRole, TopicItem
from ..domain.board.rules import Means
from ..domain.board.state import BoardState
from ..domain.board.steering import reveal
from ..domain.board.view import answers
from ..domain.formats import PhaseKind
from ..domain.topic_lessons import draft_of, edges_of_draft
from ..errors import NotFound
from ..schema import Label, Rel
from ..store.protocol import Transaction
from ..store.records import get_record
from .action_reading import open_actions
from .table import Context
from .topic_lessons import recurrences_of


@dataclass
class ClosedBoard:
    """Everything to be written at the close."""

    record: Retrospective
    actions: list[ActionItem] = field(default_factory=list)
    carried: list[ActionItem] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)
    events: list[LessonEvent] = field(default_factory=list)
    edges: list[Relationship] = field(default_factory=list)
    guests: list[str] = field(default_factory=list)


def what_came_out(context: Context, tx: Transaction, state: BoardState) -> ClosedBoard:
    """The records of a board that closes.

    Args:
        context: Who closes it, the author of its lessons, and when.
        tx: The transaction of the close.
        state: The board.
    """
    state = _revealed(state, context.now)
    board, today = state.board, context.now.date()
    record = get_record(tx, Retrospective, board.retrospective)
    if record is None:
        raise NotFound.among("retrospective", board.retrospective, [])
    actions = [_action(state, item, today) for item in state.of(ActionDraft)]
    lessons = {item.id: _draft(tx, state, item, context.visitor.name, today) for item in state.of(LessonItem)}
    within = replace(context, store=tx)  # type: ignore[arg-type]  # reads only, in the transaction of the close
    events = recurrences_of(within, board, ((state.topic(key), state.title_of(key)) for key in state.topics()), today)
    carry = carried(open_actions(tx, board.project, board.team, context.scope), board.retrospective)
    topics = _topics(state, actions, {key: lesson.id for key, lesson in lessons.items()})
    seats = [seat for seat in state.of(Seat) if not seat.waiting]
    closing = _told(answers(state, PhaseKind.CLOSE))
    changed = record.model_copy(
        update={
            "state": RetrospectiveState.CLOSED,
            "held_on": today,
            "facilitators": sorted(seat.person for seat in seats if seat.role is SeatRole.FACILITATOR),
            "attended": len(seats),
            "columns": [
                ColumnName(key=c.key, en=c.title.en, zh=c.title.zh, tone=c.tone.value) for c in board.format.columns
            ],
            "phases": [phase.kind.value for phase in board.phases if not phase.skipped],
            "notes": _notes(state, topics),
            "topics": topics,
            "health_set": board.questions.key if board.questions else None,
            "health": [told for told in answers(state, PhaseKind.HEALTH) if told.count],
            "mood": _told(answers(state, PhaseKind.CHECK_IN)),
            "closing": closing,
            "closing_rating": closing.mean if closing else None,
        }
    )
    edges = [
        Relationship(
            type=Rel.PRODUCED,
            start_label=Label.RETROSPECTIVE,
            start=record.id,
            end_label=Label.ACTION_ITEM,
            end=item.id,
        )
        for item in actions
    ]
    edges += [edge for lesson in lessons.values() for edge in edges_of_draft(lesson)]
    return ClosedBoard(
        record=changed,
        actions=actions,
        carried=carry,
        lessons=list(lessons.values()),
        events=events,
        edges=edges,
        guests=sorted(seat.person for seat in state.of(Seat) if seat.guest),
    )


def _revealed(state: BoardState, now: datetime) -> BoardState:
    """The board with every note shown: what was never revealed is kept, too, and in no telling order."""
    change = reveal(state, state.board, Means(now=now))
    kept = [item for key, item in state.items.items() if key not in change.drop]
    return BoardState([*kept, *change.put], state.rev)


def _notes(state: BoardState, topics: list[Topic]) -> list[Note]:
    """All notes, unvoted and never revealed ones too, in the order of the wall."""
    votes = {topic.key: topic.votes for topic in topics}
    names = {} if state.board.anonymous else {seat.id: seat.name for seat in state.of(Seat)}
    place = {column.key: number for number, column in enumerate(state.board.format.columns)}
    found = sorted(state.of(NoteItem), key=lambda note: (place.get(note.column, 99), note.order, note.id))
    return [
        Note(
            key=note.id,
            column=note.column,
            text=note.text,
            votes=votes.get(note.id, 0),
            group=note.group,
            author=names.get(note.voter),
            fact=str(note.fact.get("id")) if note.fact and note.fact.get("id") else None,
        )
        for note in found
    ]


def _topics(state: BoardState, actions: list[ActionItem], lessons: dict[str, str]) -> list[Topic]:
    """What was voted on, most voted first; what nobody voted for is there too."""
    found = []
    for key, votes in state.totals().items():
        said = state.topic(key)
        found.append(
            Topic(
                key=key,
                title=state.title_of(key),
                votes=votes,
                discussion=said.discussion,
                discussed=said.discussed,
                lessons=[lessons[item.id] for item in state.of(LessonItem) if item.topic == key],
                recurrences=list(said.recurrences),
                actions=[action.id for action in actions if action.topic == key],
            )
        )
    return sorted(found, key=lambda topic: -topic.votes)


def _action(state: BoardState, item: ActionDraft, today: date) -> ActionItem:
    board = state.board
    return ActionItem.parse(
        {
            **item.model_dump(exclude={"id", "kind", "rev"}),
            "id": derive_id("action", board.retrospective, item.id),
            "project": board.project, "unit": board.unit, "confidential": board.confidential,
            "retrospective": board.retrospective, "opened_on": today, "source_system": "retrobook",
        }
    )  # fmt: skip


def _draft(tx: Transaction, state: BoardState, item: LessonItem, by: str, today: date) -> Lesson:
    said = state.items.get(f"topic-{item.topic}")
    project = get_record(tx, Project, state.board.project)
    return draft_of(
        state.board,
        said if isinstance(said, TopicItem) else None,
        state.notes_of(item.topic),
        item,
        author=by,
        on=today,
        sector=project.sector if project else None,
    )


def _told(found: list[Answers]) -> Answers | None:
    return found[0] if found and found[0].count else None
