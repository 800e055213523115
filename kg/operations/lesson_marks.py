"""What people say became of a lesson: it helped, was applied, or what it warns of came again."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator

from ..domain import (
    ApplicationResult,
    EventState,
    LessonEvent,
    LessonEventKind,
    Review,
    ReviewDecision,
    Role,
    derive_id,
)
from ..domain.standing import LessonStep, Standing, require_state
from ..errors import InvalidRequest, OwnWork, WrongState
from ..policy import require_visible
from ..schema import Label
from ..store.records import get_record, put_records, put_relationships
from .lesson_events import edges_of, event_id, keep_event, leave_edge, new_event, take_back
from .lesson_history import writers_of
from .lessons import original_of, visible_lesson
from .lifecycle import pseudonym
from .projects import find_project
from .refusals import unfit
from .standing import standing_of
from .table import Context, Request, Response, operation


class MarkLesson(Request):
    """What happened to a lesson.

    Applied and recurred name the project where it did; a recurrence counts when a facilitator
    has accepted it. The same again, or the same `key` again, changes nothing.
    """

    id: str
    kind: LessonEventKind
    project: str | None = None
    result: ApplicationResult | None = None
    note: str | None = Field(default=None, max_length=10_000)
    happened_on: date | None = None
    key: str | None = Field(default=None, max_length=100)

    @model_validator(mode="after")
    def _says_where(self) -> MarkLesson:
        if self.kind is not LessonEventKind.HELPED and not self.project:
            raise unfit("missing", "project", f"{self.kind.value} needs the project where it happened")
        if self.kind is not LessonEventKind.APPLIED and self.result is not None:
            raise unfit("only_applications", "result", "only an application has a result")
        return self


class UnmarkLesson(Request):
    """Which of your own events to take back: by its id, or that the lesson helped."""

    id: str
    event: str | None = None


class RecurrenceVerdict(StrEnum):
    """Whether what a lesson warns of really came again."""

    ACCEPT = "accept"
    REJECT = "reject"


class DecideRecurrence(Request):
    """A verdict on a proposed recurrence."""

    event: str
    decision: RecurrenceVerdict
    reason: str | None = Field(default=None, max_length=10_000)


class MarkedLesson(Response):
    """An event with the counts that follow from it; `changed` is False when it was known already."""

    event: LessonEvent | None
    changed: bool
    helped: int
    applied: int
    by_result: dict[str, int] = {}
    recurred: int
    not_effective: bool = False


@operation(Role.MEMBER, audited=True)
def mark_lesson(context: Context, request: MarkLesson) -> MarkedLesson:
    """Say that a lesson helped, was applied, or that what it warns of happened again."""
    lesson = original_of(context, visible_lesson(context, request.id))
    require_state(lesson, LessonStep.MARK)
    if request.kind is LessonEventKind.HELPED:
        if context.visitor.name in writers_of(context.store, lesson):
            raise OwnWork(
                "You wrote this lesson: whether it helped is for others to say.", id=lesson.id, operation="mark_lesson"
            )
        place: Any = lesson
    else:
        place = find_project(context.store, request.project or "", context.scope)
    event = new_event(context, lesson.id, request, place)
    if request.kind is LessonEventKind.RECURRED and lesson.learnt_on and event.happened_on:
        _require_later(event.happened_on, lesson.learnt_on)
    changed = keep_event(context, event, Label.LESSON)
    return _marked(context, lesson.id, event, changed)


@operation(Role.MEMBER, audited=True)
def unmark_lesson(context: Context, request: UnmarkLesson) -> MarkedLesson:
    """Take back what you said happened to a lesson; a recurrence only until it is decided."""
    lesson = original_of(context, visible_lesson(context, request.id))
    own = request.event or event_id(lesson.id, LessonEventKind.HELPED, context.visitor.name)
    event = get_record(context.store, LessonEvent, own)
    if event is None and request.event is None:
        return _marked(context, lesson.id, None, False)
    require_visible(context.scope, "event", own, event)
    assert event is not None
    if event.subject != lesson.id or event.person != context.visitor.name:
        raise OwnWork("Only who said it can take it back.", operation="unmark_lesson", event=event.id)
    if event.kind is LessonEventKind.RECURRED and event.state is not EventState.PROPOSED:
        raise WrongState(
            f"This recurrence is {event.state.value} already; ask a facilitator.",
            id=event.id,
            state=event.state.value,
            step="unmark",
        )
    take_back(context, event, Label.LESSON)
    return _marked(context, lesson.id, None, True)


@operation(Role.FACILITATOR, audited=True)
def decide_recurrence(context: Context, request: DecideRecurrence) -> MarkedLesson:
    """Accept or reject that what a lesson warns of happened again, as somebody who did not propose it."""
    event = get_record(context.store, LessonEvent, request.event)
    require_visible(context.scope, "event", request.event, event)
    assert event is not None
    if event.kind is not LessonEventKind.RECURRED:
        raise InvalidRequest(
            f"event: {event.id} is no recurrence; only recurrences are decided on.",
            field="event",
            why="no_recurrence",
            operation="decide_recurrence",
        )
    lesson = visible_lesson(context, event.subject)
    if event.person == context.visitor.name:
        raise OwnWork("You proposed this recurrence: somebody else must decide on it.", operation="decide_recurrence")
    accepts = request.decision is RecurrenceVerdict.ACCEPT
    state = EventState.ACCEPTED if accepts else EventState.REJECTED
    if event.state is state:
        return _marked(context, lesson.id, event, False)
    if event.state is not EventState.PROPOSED and not request.reason:
        raise WrongState(
            f"This recurrence was {event.state.value} by {event.decided_by}; give a reason to decide otherwise.",
            id=event.id,
            state=event.state.value,
            step=request.decision.value,
        )
    decided = event.model_copy(update={"state": state, "decided_by": context.visitor.name})
    records: list[Any] = [decided]
    if request.reason:
        records.append(_reasoned(context, decided, accepts, request.reason))
    with context.store.transaction() as tx:
        put_records(tx, records, at=context.now, by=context.visitor.name)
        if accepts:
            put_relationships(tx, edges_of(decided, Label.LESSON), at=context.now, by=context.visitor.name)
        elif event.state is EventState.ACCEPTED:
            leave_edge(context, tx, decided, Label.LESSON)
    context.audit.update(subject=event.id, before_hash=event.content_hash(), after_hash=decided.content_hash())
    return _marked(context, lesson.id, decided, True)


def _require_later(happened: date, learnt: date) -> None:
    if happened < learnt:
        raise InvalidRequest(
            f"happened_on: {happened} is before the lesson was learnt ({learnt}); it cannot have happened again then.",
            field="happened_on",
            why="before_learnt",
            value=str(happened),
            learnt=str(learnt),
            operation="mark_lesson",
        )


def _reasoned(context: Context, event: LessonEvent, accepts: bool, reason: str) -> Review:
    return Review.parse(
        {
            "id": derive_id("review", event.id, pseudonym(context.visitor.name)),
            "project": event.project,
            "unit": event.unit,
            "confidential": event.confidential,
            "subject": event.id,
            "role": "lesson",
            "reviewer": context.visitor.name,
            "decision": ReviewDecision.APPROVED if accepts else ReviewDecision.RETURNED,
            "reason": reason,
        }
    )


def _marked(context: Context, key: str, event: LessonEvent | None, changed: bool) -> MarkedLesson:
    standing: Standing = standing_of(context.store, [key], context.scope)[key]
    return MarkedLesson(
        event=event,
        changed=changed,
        helped=standing.helped,
        applied=standing.applied,
        by_result=standing.by_result,
        recurred=standing.recurred,
        not_effective=standing.not_effective,
    )
