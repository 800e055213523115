"""Where a lesson stands: counts, conflicts, practices, history, and what its reader may do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from ..domain import Evidence, Lesson, LessonState, Role
from ..domain.standing import ACCEPTED, Standing, is_review_due, standing_from
from ..policy import ScopeFilter
from ..queries import statement
from ..recommend.effects import practice_effects
from ..store.protocol import GraphStore
from ..store.records import get_record, records_about
from .lesson_history import HistoryStep, history_of, permitted, writers_of
from .lessons import LessonKey, LessonLink, original_of, visible_lesson
from .table import Context, Response, operation


class EventView(BaseModel):
    """Something that happened to a lesson, where the asker may see it."""

    id: str
    kind: str
    person: str
    project: str | None = None
    project_name: str | None = None
    result: str | None = None
    happened_on: date | None = None
    retrospective: str | None = None
    note: str | None = None
    state: str
    decided_by: str | None = None
    recorded_at: datetime | None = None
    mine: bool = False


class ConflictView(BaseModel):
    """A lesson that recommends the opposite, with enough of it to compare."""

    id: str
    title: str
    recommendation: str | None = None
    conditions: str | None = None
    language: str | None = None
    reason: str | None = None


class PracticeSummary(BaseModel):
    """A practice with its effect in figures."""

    id: str
    statement: str
    conditions: str | None = None
    n: int = 0
    better: int = 0
    same: int = 0
    worse: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None
    enough: bool = False
    projects: list[str] = []
    lessons: list[str] = []


class SourceLink(BaseModel):
    """A page that a lesson came from or that shows it to be true."""

    title: str
    link: str


class LessonStanding(Response):
    """What became of a lesson.

    `may` names what the asker may do with it: edit, review, publish, supersede, retire,
    helped, applied, recurred, distil, contradict.
    """

    id: str
    state: LessonState
    helped: int = 0
    applied: int = 0
    by_result: dict[str, int] = {}
    recurred: int = 0
    not_effective: bool = False
    review_by: date | None = None
    review_due: bool = False
    i_helped: bool = False
    events: list[EventView] = []
    conflicts: list[ConflictView] = []
    practices: list[PracticeSummary] = []
    superseded_by: list[LessonLink] = []
    supersedes: list[LessonLink] = []
    history: list[HistoryStep] = []
    links: list[SourceLink] = []
    may: list[str] = []


@operation(Role.MEMBER)
def lesson_standing(context: Context, request: LessonKey) -> LessonStanding:
    """Counts, conflicts, practices and history of a lesson, and what may be done with it."""
    lesson = visible_lesson(context, request.id)
    store, scope, ids = context.store, context.scope, [lesson.id]
    told = original_of(context, lesson).id
    events = read_events(store, scope, [told])
    standing = standing_of(store, [told], scope)[told]
    writers = writers_of(store, lesson)
    summary = asdict(standing) | {"not_effective": standing.not_effective}
    del summary["conflicts"]
    practised = {row["practice"] for row in store.read(statement("lifecycle.practices_from"), ids=ids)}
    effects = practice_effects(store, scope) if practised else []
    return LessonStanding(
        id=lesson.id,
        state=lesson.state,
        review_by=lesson.review_by,
        review_due=is_review_due(lesson, context.now.date()),
        i_helped=any(e["kind"] == "helped" and e["person"] == context.visitor.name for e in events),
        events=view_events(store, scope, events, context.visitor.name),
        conflicts=_conflicts(store, scope, lesson.id),
        practices=[PracticeSummary(**asdict(effect)) for effect in effects if effect.id in practised],
        superseded_by=_links(
            store.read(statement("lifecycle.superseding"), ids=ids, **scope.parameters()), "successor"
        ),
        supersedes=_links(store.read(statement("lifecycle.superseded"), ids=ids, **scope.parameters()), "replaced"),
        history=history_of(store, lesson),
        links=_web_links(context, lesson),
        may=permitted(context.visitor, lesson, writers),
        **summary,
    )


def standing_of(store: GraphStore, ids: Sequence[str], scope: ScopeFilter) -> dict[str, Standing]:
    """The standing of each lesson by id, from what the scope covers; three statements for all.

    Args:
        store: The graph.
        ids: Lessons that the asker may see.
        scope: What the asker may see: events of hidden projects and hidden lessons do not count.
    """
    keys = list(ids)
    events: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in read_events(store, scope, keys):
        events[event["subject"]].append(event)
    conflicts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _contradictions(store, scope, keys):
        pair = (row["other"], row["title"])
        if pair not in conflicts[row["id"]]:
            conflicts[row["id"]].append(pair)
    marked = list(events)
    learnt = (
        {row["id"]: row["learnt_on"] for row in store.read(statement("lifecycle.learnt"), ids=marked)} if marked else {}
    )
    return {key: standing_from(events[key], learnt.get(key), conflicts[key]) for key in keys}


def read_events(store: GraphStore, scope: ScopeFilter, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Events of lessons or practices in projects that the scope covers."""
    return store.read(statement("lifecycle.events_of"), ids=list(ids), **scope.parameters())


def view_events(
    store: GraphStore, scope: ScopeFilter, events: Sequence[dict[str, Any]], person: str
) -> list[EventView]:
    """Events as shown, the newest first, with the names of the projects that may be named."""
    wanted = sorted({event["project"] for event in events if event["project"]})
    rows = store.read(statement("lifecycle.project_names"), ids=wanted, **scope.parameters()) if wanted else []
    names = {row["id"]: row["name"] for row in rows}
    newest = sorted(events, key=lambda e: (e["happened_on"] or "", e["recorded_at"] or ""), reverse=True)
    return [
        EventView(
            **{name: event[name] for name in EventView.model_fields if name in event},
            project_name=names.get(event["project"]),
            mine=event["person"] == person,
        )
        for event in newest
    ]


def _contradictions(store: GraphStore, scope: ScopeFilter, ids: Sequence[str]) -> list[dict[str, Any]]:
    rows = store.read(statement("lifecycle.conflicts_of"), ids=list(ids), **scope.parameters())
    return [row for row in rows if row["own_state"] in ACCEPTED and row["other_state"] in ACCEPTED]


def _conflicts(store: GraphStore, scope: ScopeFilter, key: str) -> list[ConflictView]:
    found: dict[str, ConflictView] = {}
    for row in _contradictions(store, scope, [key]):
        other = get_record(store, Lesson, row["other"])
        if other is not None:
            found[other.id] = ConflictView(
                id=other.id,
                title=other.title,
                recommendation=other.recommendation or other.lesson,
                conditions=other.conditions,
                language=other.language,
                reason=row["reason"],
            )
    return list(found.values())


def _web_links(context: Context, lesson: Lesson) -> list[SourceLink]:
    found = [e for e in records_about(context.store, Evidence, [lesson.id]) if e.link]
    return [
        SourceLink(title=e.title, link=e.link or "")
        for e in found
        if context.scope.covers(e.project, e.unit, e.confidential)
        and (e.link or "").startswith(("http://", "https://"))
    ]


def _links(rows: Sequence[dict[str, Any]], name: str) -> list[LessonLink]:
    return [LessonLink(id=row[name], title=row["title"]) for row in rows]
