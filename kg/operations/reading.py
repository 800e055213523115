"""A project's reading list: lessons its people want to keep in mind."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from ..domain import Relationship, Role
from ..queries import statement
from ..schema import Label, Rel
from ..store.records import put_relationships, remove_relationships
from .lessons import visible_lesson
from .portfolio import ProjectKey
from .projects import find_project
from .table import Context, Request, Response, operation


class LessonForProject(Request):
    """Which lesson, and on whose list."""

    lesson: str
    project: str


class HeededLesson(BaseModel):
    """A lesson on a list: who put it there, and when."""

    id: str
    title: str
    language: str | None = None
    polarity: str | None = None
    state: str | None = None
    project: str | None = None
    project_name: str | None = None
    at: datetime | None = None
    added_by: str | None = None


class ReadingList(Response):
    """The lessons a project heeds that the visitor may see, latest first."""

    project: str
    project_name: str
    lessons: list[HeededLesson]


@operation(Role.MEMBER, audited=True)
def add_lesson_to_project(context: Context, request: LessonForProject) -> ReadingList:
    """Put a lesson on a project's reading list; putting it there again changes nothing."""
    project = find_project(context.store, request.project, context.scope)
    lesson = visible_lesson(context, request.lesson)
    edge = Relationship(
        type=Rel.HEEDS, start_label=Label.PROJECT, start=project.id, end_label=Label.LESSON, end=lesson.id
    )
    with context.store.transaction() as tx:
        put_relationships(tx, [edge], at=context.now, by=context.visitor.name)
    context.audit.update(subject=project.id)
    return _list(context, project.id, project.name)


@operation(Role.MEMBER, audited=True)
def remove_lesson_from_project(context: Context, request: LessonForProject) -> ReadingList:
    """Take a lesson off a project's reading list; one that is not there is no error."""
    project = find_project(context.store, request.project, context.scope)
    lesson = visible_lesson(context, request.lesson)
    with context.store.transaction() as tx:
        remove_relationships(
            tx, Rel.HEEDS, Label.PROJECT, Label.LESSON, [(project.id, lesson.id)],
            at=context.now, by=context.visitor.name,
        )  # fmt: skip
    context.audit.update(subject=project.id)
    return _list(context, project.id, project.name)


@operation(Role.MEMBER)
def lessons_to_heed(context: Context, request: ProjectKey) -> ReadingList:
    """A project's reading list."""
    project = find_project(context.store, request.project, context.scope)
    return _list(context, project.id, project.name)


def _list(context: Context, project: str, name: str) -> ReadingList:
    scope = context.scope
    rows = context.store.read(statement("reading.of_project"), **{**scope.parameters(), "project": project})
    lessons = []
    for row in rows:
        told = scope.covers(row["project"], row["project_unit"], bool(row["project_confidential"]))
        lessons.append(HeededLesson.model_validate({**row, "project_name": row["project_name"] if told else None}))
    return ReadingList(project=project, project_name=name, lessons=lessons)
