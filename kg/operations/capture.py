"""A thought becomes a draft in one step: from a form, a bookmarklet, an e-mail or another program."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field

from ..domain import (
    Evidence,
    EvidenceKind,
    Lesson,
    LessonState,
    Person,
    Polarity,
    Project,
    Relationship,
    Role,
    derive_id,
)
from ..errors import Conflict, Forbidden, InvalidRequest, NotFound
from ..queries import statement
from ..schema import Label, Rel
from ..store.protocol import GraphStore
from ..store.records import get_record, put_records, put_relationships
from .lifecycle import pseudonym
from .people import Nothing, person_id
from .projects import find_project
from .table import Context, Request, Response, operation

SOURCE = "inbox"
TOKEN_PREFIX = "rbi_"  # noqa: S105  (what tokens look like, not one)


class CaptureThought(Request):
    """One text is enough; `project` may be left out by whoever chose one for their inbox.

    The same `key`, or without one the same text, makes one draft.
    """

    text: str = Field(min_length=1, max_length=50_000)
    title: str = Field(default="", max_length=500)
    project: str | None = None
    polarity: Polarity | None = None
    url: str | None = Field(default=None, max_length=2_000)
    key: str | None = Field(default=None, max_length=100)


class CapturedDraft(Response):
    """The draft, and whether it is new."""

    lesson: Lesson
    created: bool


class OpenInbox(Request):
    """Where drafts go that name no project."""

    project: str | None = None


class InboxToken(Response):
    """A token that is told once; it makes drafts in your name and does nothing else."""

    token: str


class InboxState(Response):
    """Whether your inbox is open, and where its drafts go."""

    open: bool
    personal: bool
    project: str | None = None
    project_name: str | None = None


@operation(Role.MEMBER, audited=True)
def capture_thought(context: Context, request: CaptureThought) -> CapturedDraft:
    """Keep a thought as a draft; the same again changes nothing."""
    project = _project(context, request.project)
    stamp = request.key or hashlib.sha256(f"{project.id}\n{request.title}\n{request.text}".encode()).hexdigest()[:24]
    lesson = Lesson.parse(
        {
            "id": derive_id("lesson", SOURCE, pseudonym(context.visitor.name), stamp),
            "title": request.title,
            "lesson": request.text,
            "polarity": request.polarity,
            "project": project.id,
            "unit": project.unit,
            "confidential": project.confidential,
            "sector": project.sector,
            "author": context.visitor.name,
            "learnt_on": context.now.date(),
            "state": LessonState.DRAFT,
            "source_system": SOURCE,
            "external_id": stamp,
        }
    )
    link = _link(lesson, request)
    earlier = get_record(context.store, Lesson, lesson.id)
    if earlier is not None:
        if request.key and earlier.revision == 1 and earlier.lesson != lesson.lesson:
            raise Conflict(f"The key {request.key!r} was used for another thought.", key=request.key)
        return CapturedDraft(lesson=earlier, created=False)
    edges = [
        Relationship(
            type=Rel.LEARNED_IN, start_label=Label.LESSON, start=lesson.id, end_label=Label.PROJECT, end=project.id
        )
    ]
    if link is not None:
        edges.append(
            Relationship(
                type=Rel.SUPPORTS, start_label=Label.EVIDENCE, start=link.id, end_label=Label.LESSON, end=lesson.id
            )
        )
    with context.store.transaction() as tx:
        put_records(tx, [lesson, *([link] if link else [])], at=context.now, by=context.visitor.name)
        put_relationships(tx, edges, at=context.now, by=context.visitor.name)
    context.audit.update(subject=lesson.id, after_hash=lesson.content_hash())
    return CapturedDraft(lesson=lesson, created=True)


@operation(Role.MEMBER, audited=True)
def open_inbox(context: Context, request: OpenInbox) -> InboxToken:
    """A new token for your inbox; an earlier one ends."""
    person = _own_person(context)
    project = find_project(context.store, request.project, context.scope).id if request.project else None
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    _keep(context, person, {"inbox_hash": digest(token), "inbox_project": project})
    return InboxToken(token=token)


@operation(Role.MEMBER, audited=True)
def close_inbox(context: Context, request: Nothing) -> InboxState:
    """End your inbox: its token stands for nobody from now on."""
    _keep(context, _own_person(context), {"inbox_hash": None, "inbox_project": None})
    return InboxState(open=False, personal=True)


@operation(Role.MEMBER)
def inbox_state(context: Context, request: Nothing) -> InboxState:
    """Whether your inbox is open, and where its drafts go."""
    person = get_record(context.store, Person, person_id(context.visitor.name))
    if person is None:
        return InboxState(open=False, personal=False)
    project = _visible_project(context, person.inbox_project) if person.inbox_project else None
    return InboxState(
        open=person.inbox_hash is not None,
        personal=True,
        project=project.id if project else None,
        project_name=project.name if project else None,
    )


def person_of_inbox(store: GraphStore, token: str) -> Person | None:
    """Whose inbox a token opens, or None."""
    if not token.startswith(TOKEN_PREFIX):
        return None
    rows = store.read(statement("lifecycle.person_of_inbox"), hash=digest(token))
    person = Person.from_properties(rows[0]["record"]) if len(rows) == 1 else None
    return None if person is None or person.disabled else person


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _project(context: Context, named: str | None) -> Project:
    if named:
        return find_project(context.store, named, context.scope)
    person = get_record(context.store, Person, person_id(context.visitor.name))
    chosen = _visible_project(context, person.inbox_project) if person and person.inbox_project else None
    if chosen is None:
        raise InvalidRequest(
            "project: say which project the thought belongs to, or choose one for your inbox.",
            field="project",
            why="no_project",
            operation="capture_thought",
        )
    return chosen


def _visible_project(context: Context, key: str) -> Project | None:
    try:
        return find_project(context.store, key, context.scope)
    except NotFound:
        return None


def _link(lesson: Lesson, request: CaptureThought) -> Evidence | None:
    if not request.url:
        return None
    try:
        parts = urlsplit(request.url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InvalidRequest(
            "url: give an address that begins with http:// or https://.",
            field="url",
            why="not_http",
            operation="capture_thought",
        )
    return Evidence.parse(
        {
            "id": derive_id("evidence", lesson.id, "source"),
            "project": lesson.project,
            "unit": lesson.unit,
            "confidential": lesson.confidential,
            "subject": lesson.id,
            "kind": EvidenceKind.LINK,
            "title": parts.netloc,
            "link": request.url,
        }
    )


def _own_person(context: Context) -> Person:
    if context.visitor.via == "kernel":
        raise Forbidden("An inbox is opened from a page, not from a notebook.", operation="open_inbox", via="kernel")
    person = get_record(context.store, Person, person_id(context.visitor.name))
    if person is None:
        raise InvalidRequest(
            "An inbox belongs to a person who signs in; add one with `retrobook people add`.",
            field="person",
            operation="open_inbox",
        )
    return person


def _keep(context: Context, person: Person, values: dict[str, Any]) -> None:
    changed = person.model_copy(update=values)
    with context.store.transaction() as tx:
        put_records(tx, [changed], at=context.now, by=context.visitor.name)
    context.audit.update(subject=person.id, before_hash=person.content_hash(), after_hash=changed.content_hash())
