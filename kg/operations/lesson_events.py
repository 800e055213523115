"""What became of lessons and practices: they helped, were applied, or what they warn of came again."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator

from ..domain import (
    ApplicationResult,
    EventState,
    Lesson,
    LessonEvent,
    LessonEventKind,
    Project,
    Relationship,
    Review,
    ReviewDecision,
    Role,
    derive_id,
)
from ..domain.standing import LessonStep, Standing, require_state
from ..errors import Conflict, InvalidRequest, OwnWork, WrongState
from ..policy import require_visible
from ..schema import Label, Rel
from ..store.records import get_record, put_records, put_relationships, remove_relationships, retire_records
from .lessons import visible_lesson
from .lifecycle import pseudonym
from .projects import find_project
from .standing import standing_of, writers_of
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
            raise ValueError(f"{self.kind.value} needs the project where it happened")
        if self.kind is not LessonEventKind.APPLIED and self.result is not None:
            raise ValueError("only an application has a result")
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
    lesson = visible_lesson(context, request.id)
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
    lesson = visible_lesson(context, request.id)
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
            operation="decide_recurrence",
        )
    lesson = visible_lesson(context, event.subject)
    if event.person == context.visitor.name:
        raise OwnWork("You proposed this recurrence: somebody else must decide on it.", operation="decide_recurrence")
    accepts = request.decision is RecurrenceVerdict.ACCEPT
    state = EventState.ACCEPTED if accepts else EventState.REJECTED
    if event.state is state:
        return _marked(context, lesson.id, event, False)
    if event.state is not EventState.PROPOSED:
        raise WrongState(
            f"This recurrence was {event.state.value} by {event.decided_by}; report it anew if that was wrong.",
            id=event.id,
            state=event.state.value,
            step=request.decision.value,
        )
    decided = event.model_copy(update={"state": state, "decided_by": context.visitor.name})
    records: list[Any] = [decided]
    if request.reason:
        records.append(_reasoned(context, decided, accepts, request.reason))
    edges = [_edge(decided, Label.LESSON)] if accepts else []
    with context.store.transaction() as tx:
        put_records(tx, records, at=context.now, by=context.visitor.name)
        put_relationships(tx, edges, at=context.now, by=context.visitor.name)
    context.audit.update(subject=event.id, before_hash=event.content_hash(), after_hash=decided.content_hash())
    return _marked(context, lesson.id, decided, True)


def event_id(subject: str, kind: LessonEventKind, person: str, *more: str) -> str:
    """The id of what one person says of one subject; ids outlive an erased name."""
    return derive_id("event", kind.value, subject, pseudonym(person), *more)


def new_event(context: Context, subject: str, request: Any, place: Lesson | Project) -> LessonEvent:
    """The event that a request tells of, not kept yet.

    Args:
        context: Who asks, and when.
        subject: The lesson or practice.
        request: Has `kind`, `result`, `note`, `happened_on` and `key`.
        place: The project where it happened, or the lesson itself; gives the event its scope.
    """
    today = context.now.date()
    happened = request.happened_on or today
    if happened > today:
        raise InvalidRequest(f"happened_on: {happened} is still to come.", field="happened_on", operation="mark_lesson")
    helped = request.kind is LessonEventKind.HELPED
    parts = () if helped else (str(place.id), request.key or happened.isoformat())
    result = request.result or ApplicationResult.UNKNOWN if request.kind is LessonEventKind.APPLIED else None
    return LessonEvent.parse(
        {
            "id": event_id(subject, request.kind, context.visitor.name, *parts),
            "project": place.project,
            "unit": place.unit,
            "confidential": place.confidential,
            "subject": subject,
            "kind": request.kind,
            "person": context.visitor.name,
            "happened_on": happened,
            "result": result,
            "note": request.note or None,
            "state": EventState.PROPOSED if request.kind is LessonEventKind.RECURRED else EventState.ACCEPTED,
        }
    )


def keep_event(context: Context, event: LessonEvent, label: Label) -> bool:
    """Write an event and the edge it stands for; False when it was known already.

    Raises:
        Conflict: The person said something else under the same key, or of the same day.
    """
    earlier = get_record(context.store, LessonEvent, event.id)
    if earlier is not None:
        if event.kind is LessonEventKind.HELPED or _says(earlier) == _says(event):
            return False
        raise Conflict(
            f"You said something else of this already ({earlier.happened_on}). Take that back first, or give "
            "another day or key.",
            event=earlier.id,
        )
    with context.store.transaction() as tx:
        put_records(tx, [event], at=context.now, by=context.visitor.name)
        if event.kind is LessonEventKind.APPLIED:
            put_relationships(tx, [_edge(event, label)], at=context.now, by=context.visitor.name)
    context.audit.update(subject=event.id, after_hash=event.content_hash())
    return True


def take_back(context: Context, event: LessonEvent, label: Label) -> None:
    """Retire an event; its edge goes, or tells of the latest application that is left."""
    with context.store.transaction() as tx:
        retire_records(tx, Label.LESSON_EVENT, [event.id], at=context.now, by=context.visitor.name)
        if event.kind is LessonEventKind.APPLIED:
            left = [
                other
                for other in _events_of(context, event.subject)
                if other.kind is LessonEventKind.APPLIED and other.project == event.project and other.id != event.id
            ]
            if left:
                latest = max(left, key=lambda other: other.happened_on or date.min)
                put_relationships(tx, [_edge(latest, label)], at=context.now, by=context.visitor.name)
            else:
                remove_relationships(tx, [_edge(event, label)], at=context.now, by=context.visitor.name)
    context.audit.update(subject=event.id, before_hash=event.content_hash())


def _events_of(context: Context, subject: str) -> list[LessonEvent]:
    from ..store.records import records_about

    return records_about(context.store, LessonEvent, [subject])


def _edge(event: LessonEvent, label: Label) -> Relationship:
    properties: dict[str, str | int | float | bool] = {"at": event.happened_on.isoformat() if event.happened_on else ""}
    project = event.project or ""
    if event.kind is LessonEventKind.APPLIED:
        properties["result"] = (event.result or ApplicationResult.UNKNOWN).value
        return Relationship(
            type=Rel.APPLIED, start_label=Label.PROJECT, start=project, end_label=label, end=event.subject,
            properties=properties,
        )  # fmt: skip
    return Relationship(
        type=Rel.RECURRED_IN, start_label=label, start=event.subject, end_label=Label.PROJECT, end=project,
        properties=properties,
    )  # fmt: skip


def _says(event: LessonEvent) -> tuple[Any, ...]:
    return (event.project, event.happened_on, event.result, event.note)


def _require_later(happened: date, learnt: date) -> None:
    if happened < learnt:
        raise InvalidRequest(
            f"happened_on: {happened} is before the lesson was learnt ({learnt}); it cannot have happened again then.",
            field="happened_on",
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
