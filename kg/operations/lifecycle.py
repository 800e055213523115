"""From a thought to shared knowledge and out of use again: reviewing, publishing, superseding, retiring, editing."""

from __future__ import annotations

import hashlib
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator

from ..domain import Lesson, LessonState, Polarity, Relationship, Review, ReviewDecision, Role, derive_id
from ..domain.standing import ACCEPTED, REVIEW_MONTHS, LessonStep, months_later, require_state
from ..errors import Forbidden, InvalidRequest, OwnWork
from ..schema import Label, Rel
from ..store.records import put_records, put_relationships
from .lesson_history import writers_of
from .lessons import LessonDetail, LessonKey, visible_lesson
from .refusals import unfit
from .revisions import require_current
from .table import Context, Request, operation

TEXTS = ("title", "driving_event", "lesson", "recommendation", "conditions")


class LessonVerdict(StrEnum):
    """What a reviewer says of a draft."""

    ACCEPT = "accept"
    RETURN = "return"


class ReviewLesson(Request):
    """A verdict on a draft; returning it needs a reason.

    `conditions` says when the lesson holds, `review_by` when to look at it again (24 months
    from acceptance when not given).
    """

    id: str
    decision: LessonVerdict
    reason: str | None = Field(default=None, max_length=10_000)
    conditions: str | None = Field(default=None, max_length=10_000)
    review_by: date | None = None

    @model_validator(mode="after")
    def _returned_with_reason(self) -> ReviewLesson:
        if self.decision is LessonVerdict.RETURN and not self.reason:
            raise unfit(
                "no_reason", "reason", "a draft is returned with a reason, so that its author knows what to change"
            )
        return self


class SupersedeLesson(Request):
    """Which lesson is out of date, and the accepted one that stands in for it."""

    id: str
    by: str


class RetireLesson(Request):
    """Which lesson to take out of use, and why."""

    id: str
    reason: str = Field(min_length=1, max_length=10_000)


class EditLesson(Request):
    """New values for a lesson; what is not given stays, an empty text takes the old one away.

    `revision` is the one that was read: when somebody changed the lesson since, nothing is written.
    """

    id: str
    title: str | None = Field(default=None, max_length=500)
    driving_event: str | None = None
    lesson: str | None = None
    recommendation: str | None = None
    conditions: str | None = None
    polarity: Polarity | None = None
    topics: list[str] | None = None
    revision: int | None = None


@operation(Role.FACILITATOR, audited=True)
def review_lesson(context: Context, request: ReviewLesson) -> LessonDetail:
    """Accept somebody else's draft, or return it with a reason."""
    lesson = visible_lesson(context, request.id)
    accepts = request.decision is LessonVerdict.ACCEPT
    require_state(lesson, LessonStep.ACCEPT if accepts else LessonStep.RETURN)
    if context.visitor.name in writers_of(context.store, lesson):
        raise OwnWork(
            f"{context.visitor.display_name} wrote or recorded this draft; somebody else must review it.",
            id=lesson.id,
            operation="review_lesson",
        )
    today = context.now.date()
    if request.review_by is not None and request.review_by <= today:
        raise InvalidRequest(
            f"review_by: {request.review_by} is not after today ({today}).",
            field="review_by",
            why="not_ahead",
            value=str(request.review_by),
            operation="review_lesson",
        )
    decision = ReviewDecision.APPROVED if accepts else ReviewDecision.RETURNED
    if not accepts:
        return _change(context, lesson, {}, review(context, lesson, decision, request.reason))
    changed: dict[str, Any] = {
        "state": LessonState.REVIEWED,
        "review_by": request.review_by or months_later(today, REVIEW_MONTHS),
    }
    if request.conditions:
        changed["conditions"] = request.conditions
    return _change(context, lesson, changed, review(context, lesson, decision, request.reason))


@operation(Role.FACILITATOR, audited=True)
def publish_lesson(context: Context, request: LessonKey) -> LessonDetail:
    """Make a reviewed lesson shared knowledge."""
    lesson = visible_lesson(context, request.id)
    require_state(lesson, LessonStep.PUBLISH)
    return _change(context, lesson, {"state": LessonState.PUBLISHED})


@operation(Role.FACILITATOR, audited=True)
def supersede_lesson(context: Context, request: SupersedeLesson) -> LessonDetail:
    """Let an accepted lesson stand in for one that is out of date."""
    old, new = visible_lesson(context, request.id), visible_lesson(context, request.by)
    if old.id == new.id:
        raise InvalidRequest(
            "by: a lesson cannot supersede itself.", field="by", why="itself", operation="supersede_lesson"
        )
    require_state(old, LessonStep.SUPERSEDE)
    require_state(new, LessonStep.SUPERSEDE)
    edge = Relationship(type=Rel.SUPERSEDES, start_label=Label.LESSON, start=new.id, end_label=Label.LESSON, end=old.id)
    with context.store.transaction() as tx:
        put_relationships(tx, [edge], at=context.now, by=context.visitor.name)
    return _change(context, old, {"state": LessonState.SUPERSEDED})


@operation(Role.MEMBER, audited=True)
def retire_lesson(context: Context, request: RetireLesson) -> LessonDetail:
    """Take a lesson out of use with a reason: facilitators any, authors their own drafts."""
    lesson = visible_lesson(context, request.id)
    own_draft = lesson.state is LessonState.DRAFT and context.visitor.name in writers_of(context.store, lesson)
    if not (own_draft or context.visitor.has(Role.FACILITATOR)):
        raise _not_yours(context, "retire_lesson", "retire a lesson that is not their own draft")
    require_state(lesson, LessonStep.RETIRE)
    kept = review(context, lesson, ReviewDecision.RETIRED, request.reason)
    return _change(context, lesson, {"state": LessonState.RETIRED}, kept)


@operation(Role.MEMBER, audited=True)
def edit_lesson(context: Context, request: EditLesson) -> LessonDetail:
    """Change a draft as its author, or an accepted lesson as a facilitator who did not write it."""
    lesson = visible_lesson(context, request.id)
    require_state(lesson, LessonStep.EDIT)
    wrote, leads = context.visitor.name in writers_of(context.store, lesson), context.visitor.has(Role.FACILITATOR)
    if lesson.state in ACCEPTED and wrote:
        raise OwnWork(
            "You wrote this lesson and others have accepted it: ask a facilitator to change it, or draft a new one "
            "to supersede it.",
            id=lesson.id,
            operation="edit_lesson",
        )
    if not (leads or (wrote and lesson.state is LessonState.DRAFT)):
        raise _not_yours(context, "edit_lesson", "change a lesson that is not their own draft")
    require_current(lesson, request.revision, "lesson")
    said = {name: getattr(request, name) for name in request.model_fields_set - {"id", "revision"}}
    said = {name: value or None if name in TEXTS else value for name, value in said.items()}
    values = lesson.model_dump() | said
    if "title" in said or lesson.title_derived:
        values["title"] = said.get("title") or ""
        values["title_derived"] = False
    if set(said) & set(TEXTS):
        values["language"] = None  # found again from what it says now
    values["topics"] = values["topics"] or []
    return _change(context, lesson, values)


def review(context: Context, lesson: Lesson, decision: ReviewDecision, reason: str | None) -> Review:
    """A review of a lesson as it stands, by the visitor."""
    return Review.parse(
        {
            "id": derive_id("review", lesson.id, str(lesson.revision), pseudonym(context.visitor.name), decision.value),
            "project": lesson.project,
            "unit": lesson.unit,
            "confidential": lesson.confidential,
            "subject": lesson.id,
            "subject_revision": lesson.revision,
            "role": "lesson",
            "reviewer": context.visitor.name,
            "decision": decision,
            "reason": reason,
        }
    )


def pseudonym(name: str) -> str:
    """A person's part of an id: ids outlive an erased name."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def _change(context: Context, lesson: Lesson, values: dict[str, Any], *beside: Review) -> LessonDetail:
    changed = Lesson.parse(lesson.model_dump() | values)
    with context.store.transaction() as tx:
        put_records(tx, [*beside, *([changed] if values else [])], at=context.now, by=context.visitor.name)
    context.audit.update(subject=lesson.id, before_hash=lesson.content_hash(), after_hash=changed.content_hash())
    return LessonDetail(lesson=visible_lesson(context, lesson.id))


def _not_yours(context: Context, operation: str, what: str) -> Forbidden:
    return Forbidden(
        f"{context.visitor.display_name} may not {what}: it needs the role facilitator or more.",
        operation=operation,
        needed=Role.FACILITATOR.value,
    )
