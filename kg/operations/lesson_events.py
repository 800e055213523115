"""Events of lessons and practices: made, kept once, taken back, with the edges they stand for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ..domain import (
    ApplicationResult,
    EventState,
    Lesson,
    LessonEvent,
    LessonEventKind,
    Project,
    Relationship,
    derive_id,
)
from ..domain.topic_lessons import edges_of_recurrence
from ..errors import Conflict, InvalidRequest
from ..schema import Label, Rel
from ..store.protocol import Transaction
from ..store.records import (
    get_record,
    put_records,
    put_relationships,
    records_about,
    remove_relationships,
    retire_records,
)
from .lifecycle import pseudonym
from .table import Context


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
    if happened > today + timedelta(days=1):  # a civil date may be ahead of UTC's
        raise InvalidRequest(
            f"happened_on: {happened} is still to come.",
            field="happened_on",
            operation="mark_lesson",
            why="to_come",
            value=str(happened),
        )
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
            put_relationships(tx, edges_of(event, label), at=context.now, by=context.visitor.name)
    context.audit.update(subject=event.id, after_hash=event.content_hash())
    return True


def take_back(context: Context, event: LessonEvent, label: Label) -> None:
    """Retire an event; its edge goes, or tells of the latest event that is left."""
    with context.store.transaction() as tx:
        retire_records(tx, Label.LESSON_EVENT, [event.id], at=context.now, by=context.visitor.name)
        if event.kind is LessonEventKind.APPLIED:
            leave_edge(context, tx, event, label)
    context.audit.update(subject=event.id, before_hash=event.content_hash())


def leave_edge(context: Context, tx: Transaction, gone: LessonEvent, label: Label) -> None:
    """Let the edge of an event that no longer counts tell of the latest one that does, or take it away."""
    left = [
        other
        for other in records_about(tx, LessonEvent, [gone.subject])
        if (other.kind, other.project, other.state) == (gone.kind, gone.project, EventState.ACCEPTED)
        and other.id != gone.id
    ]
    if left:
        latest = max(left, key=lambda other: other.happened_on or date.min)
        put_relationships(tx, edges_of(latest, label), at=context.now, by=context.visitor.name)
    still = {(edge.end_label, edge.end) for other in left for edge in edges_of(other, label)}
    for edge in edges_of(gone, label):
        if (edge.end_label, edge.end) not in still:
            ends = [(edge.start, edge.end)]
            remove_relationships(
                tx, edge.type, edge.start_label, edge.end_label, ends, at=context.now, by=context.visitor.name
            )


def edges_of(event: LessonEvent, label: Label) -> list[Relationship]:
    """The edges that an event stands for: from a project that applied, or to where it came again."""
    if event.kind is LessonEventKind.RECURRED:
        return edges_of_recurrence(event)
    properties: dict[str, str | int | float | bool] = {
        "at": event.happened_on.isoformat() if event.happened_on else "",
        "result": (event.result or ApplicationResult.UNKNOWN).value,
    }
    return [
        Relationship(
            type=Rel.APPLIED, start_label=Label.PROJECT, start=event.project or "", end_label=label,
            end=event.subject, properties=properties,
        )
    ]  # fmt: skip


def _says(event: LessonEvent) -> tuple[Any, ...]:
    return (event.project, event.happened_on, event.result, event.note)
