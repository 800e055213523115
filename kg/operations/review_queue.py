"""What waits for a facilitator: drafts, recurrences, possible conflicts, lessons grown old."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from ..domain import LessonEvent, LessonState, Role
from ..queries import statement
from .conflicts import SuggestedConflict, accepted_lessons, suggestions
from .lessons import LessonLink
from .standing import EventView, view_events
from .table import Context, Request, Response, operation


class ReviewQueueRequest(Request):
    """How many of each kind at most."""

    limit: int = Field(default=50, ge=1, le=500)


class WaitingDraft(BaseModel):
    """A draft that somebody should review; `own` ones are for others."""

    id: str
    title: str
    author: str | None = None
    language: str | None = None
    recorded_at: datetime | None = None
    own: bool = False


class WaitingRecurrence(BaseModel):
    """A report that what a lesson warns of came again."""

    event: EventView
    lesson: LessonLink


class OverdueLesson(BaseModel):
    """An accepted lesson that should be looked at again."""

    id: str
    title: str
    review_by: date


class ReviewQueue(Response):
    """What waits, the newest first."""

    drafts: list[WaitingDraft]
    recurrences: list[WaitingRecurrence]
    conflicts: list[SuggestedConflict]
    overdue: list[OverdueLesson]


@operation(Role.FACILITATOR)
def review_queue(context: Context, request: ReviewQueueRequest) -> ReviewQueue:
    """Drafts, reported recurrences, possible conflicts and overdue reviews within the visitor's scope."""
    scope = context.scope.parameters()
    drafts = context.store.read(
        statement("lifecycle.lessons_in_states"), states=[LessonState.DRAFT.value], limit=request.limit, **scope
    )
    accepted = accepted_lessons(context)
    today = context.now.date().isoformat()
    overdue = sorted(
        (row for row in accepted if row["review_by"] and row["review_by"] <= today), key=lambda row: row["review_by"]
    )
    return ReviewQueue(
        drafts=[
            WaitingDraft(
                **{name: row[name] for name in ("id", "title", "author", "language", "recorded_at")},
                own=row["author"] == context.visitor.name,
            )
            for row in drafts
        ],
        recurrences=_recurrences(context)[: request.limit],
        conflicts=suggestions(context, accepted)[: request.limit],
        overdue=[OverdueLesson.model_validate(row) for row in overdue[: request.limit]],
    )


def _recurrences(context: Context) -> list[WaitingRecurrence]:
    rows = context.store.read(statement("lifecycle.waiting_events"), **context.scope.parameters())
    events = [LessonEvent.from_properties(row["record"]).model_dump(mode="json") for row in rows]
    named = context.store.read(
        statement("lifecycle.lesson_titles"), ids=[e["subject"] for e in events], **context.scope.parameters()
    )
    titles = {row["id"]: row["title"] for row in named}
    subjects = {event["id"]: event["subject"] for event in events}
    return [
        WaitingRecurrence(event=view, lesson=LessonLink(id=subjects[view.id], title=titles[subjects[view.id]]))
        for view in view_events(context.store, context.scope, events, context.visitor.name)
        if subjects[view.id] in titles
    ]
