"""Practices: what several lessons amount to, and what applying them brought."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from ..domain import ApplicationResult, Lesson, LessonEvent, LessonEventKind, Practice, Relationship, Role, derive_id
from ..domain.standing import ACCEPTED, LessonStep, require_state
from ..errors import NotFound, OwnWork
from ..queries import statement
from ..recommend.effects import PracticeEffect, applications, practice_effects
from ..schema import Label, Rel
from ..store.records import get_record, put_records, put_relationships
from .lesson_events import keep_event, new_event, take_back
from .lessons import LessonLink, visible_lesson
from .projects import find_project
from .standing import EventView, PracticeSummary, read_events, view_events
from .table import Context, Request, Response, operation


class DistilPractice(Request):
    """What to do, when it holds, and the lessons it rests on; at least one must be accepted."""

    lessons: list[str] = Field(min_length=1, max_length=100)
    statement: str = Field(min_length=1, max_length=2_000)
    conditions: str | None = Field(default=None, max_length=10_000)


class ApplyPractice(Request):
    """Where a practice was applied and what it brought; the same again changes nothing."""

    id: str
    project: str
    result: ApplicationResult | None = None
    note: str | None = Field(default=None, max_length=10_000)
    happened_on: date | None = None
    key: str | None = Field(default=None, max_length=100)

    @property
    def kind(self) -> LessonEventKind:
        """Always an application."""
        return LessonEventKind.APPLIED


class PracticeKey(Request):
    """Which practice."""

    id: str


class TakeBackApplication(Request):
    """Which of your own applications of a practice to take back."""

    id: str
    event: str


class ListPractices(Request):
    """Limits: a project that applied it, and words it holds."""

    project: str | None = None
    text: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=100, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class PracticeList(Response):
    """A page of practices, the best known first."""

    practices: list[PracticeSummary]
    total: int


class Attainment(BaseModel):
    """Outcomes attained in projects that applied a practice, and in the other visible ones.

    Only verdicts from the day of the application on count for a project that applied it.
    """

    attained: int
    outcomes: int
    others_attained: int
    others_outcomes: int


class PracticeDetail(Response):
    """A practice with its effect, the lessons it rests on and where it was applied."""

    practice: PracticeSummary
    recorded_by: str | None = None
    lessons: list[LessonLink] = []
    events: list[EventView] = []
    attainment: Attainment | None = None
    may: list[str] = []


@operation(Role.FACILITATOR, audited=True)
def distil_practice(context: Context, request: DistilPractice) -> PracticeDetail:
    """Keep what several lessons amount to as a practice; the same statement of the same lessons is one."""
    lessons = [visible_lesson(context, key) for key in dict.fromkeys(request.lessons)]
    if not any(lesson.state in ACCEPTED for lesson in lessons):
        require_state(lessons[0], LessonStep.DISTIL)
    place = _place(lessons)
    stamp = "\n".join([" ".join(request.statement.casefold().split()), *sorted(lesson.id for lesson in lessons)])
    practice = Practice.parse(
        {
            "id": derive_id("practice", hashlib.sha256(stamp.encode()).hexdigest()[:16]),
            "statement": request.statement,
            "conditions": request.conditions or None,
            **place,
        }
    )
    edges = [
        Relationship(
            type=Rel.DISTILLED_FROM,
            start_label=Label.PRACTICE,
            start=practice.id,
            end_label=Label.LESSON,
            end=lesson.id,
        )
        for lesson in lessons
    ]
    with context.store.transaction() as tx:
        put_records(tx, [practice], at=context.now, by=context.visitor.name)
        put_relationships(tx, edges, at=context.now, by=context.visitor.name)
    context.audit.update(subject=practice.id, after_hash=practice.content_hash())
    return _detail(context, practice.id)


@operation(Role.MEMBER, audited=True)
def apply_practice(context: Context, request: ApplyPractice) -> PracticeDetail:
    """Say that a project applied a practice, and what it brought."""
    _visible_effect(context, request.id)
    place = find_project(context.store, request.project, context.scope)
    keep_event(context, new_event(context, request.id, request, place), Label.PRACTICE)
    return _detail(context, request.id)


@operation(Role.MEMBER, audited=True)
def take_back_application(context: Context, request: TakeBackApplication) -> PracticeDetail:
    """Take back an application of a practice that you told of."""
    _visible_effect(context, request.id)
    event = get_record(context.store, LessonEvent, request.event)
    shown = event is not None and context.scope.covers(event.project, event.unit, event.confidential)
    if event is None or not shown or event.subject != request.id:
        raise NotFound.among("event", request.event, [])
    if event.person != context.visitor.name:
        raise OwnWork("Only who said it can take it back.", operation="take_back_application", event=event.id)
    take_back(context, event, Label.PRACTICE)
    return _detail(context, request.id)


@operation(Role.MEMBER)
def list_practices(context: Context, request: ListPractices) -> PracticeList:
    """Practices with what applying them brought, those with the best known effect first."""
    words = (request.text or "").casefold().split()
    project = find_project(context.store, request.project, context.scope).id if request.project else None
    found = [
        effect
        for effect in practice_effects(context.store, context.scope)
        if (project is None or project in effect.projects)
        and all(word in f"{effect.statement} {effect.conditions or ''}".casefold() for word in words)
    ]
    page = found[request.offset : request.offset + request.limit]
    return PracticeList(practices=[PracticeSummary(**asdict(effect)) for effect in page], total=len(found))


@operation(Role.MEMBER)
def get_practice(context: Context, request: PracticeKey) -> PracticeDetail:
    """A practice with its effect, its lessons and where it was applied."""
    return _detail(context, request.id)


def _visible_effect(context: Context, key: str) -> PracticeEffect:
    found = practice_effects(context.store, context.scope)
    for effect in found:
        if effect.id == key:
            return effect
    raise NotFound.among("practice", key, [effect.id for effect in found])


def _detail(context: Context, key: str) -> PracticeDetail:
    store, scope = context.store, context.scope
    effect = _visible_effect(context, key)
    practice = get_record(store, Practice, key)
    lessons = [lesson for lesson in (get_record(store, Lesson, each) for each in effect.lessons) if lesson]
    events = read_events(store, scope, [key])
    return PracticeDetail(
        practice=PracticeSummary(**asdict(effect)),
        recorded_by=practice.recorded_by if practice else None,
        lessons=[LessonLink(id=lesson.id, title=lesson.title) for lesson in lessons],
        events=view_events(store, scope, events, context.visitor.name),
        attainment=_attainment(context, key) if effect.projects else None,
        may=["applied"] if context.visitor.has(Role.MEMBER) else [],
    )


def _attainment(context: Context, key: str) -> Attainment | None:
    since: dict[str, str] = {}
    for row in applications(context.store, context.scope, [key]):
        since.setdefault(row["project"], row["happened_on"] or "")
    latest: dict[str, dict[str, Any]] = {}
    for row in context.store.read(statement("lifecycle.verdicts"), **context.scope.parameters()):
        if row["project"] not in since or (row["date"] or "") >= since[row["project"]]:
            latest[row["outcome"]] = row
    ours = [bool(row["attained"]) for row in latest.values() if row["project"] in since]
    others = [bool(row["attained"]) for row in latest.values() if row["project"] not in since]
    if not ours or not others:
        return None
    return Attainment(attained=sum(ours), outcomes=len(ours), others_attained=sum(others), others_outcomes=len(others))


def _place(lessons: list[Lesson]) -> dict[str, Any]:
    """The scope of a practice: that of its lessons where they share one."""
    projects, units = {lesson.project for lesson in lessons}, {lesson.unit for lesson in lessons}
    return {
        "project": lessons[0].project if len(projects) == 1 else None,
        "unit": lessons[0].unit if len(units) == 1 else None,
        "confidential": any(lesson.confidential for lesson in lessons),
    }
