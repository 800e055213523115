"""Lessons: searching, reading and drafting them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..domain import Lesson, LessonState, Polarity, Project, Relationship, Retrospective, Role, derive_id
from ..errors import Conflict, InvalidRequest
from ..policy import require_visible
from ..schema import Label, Rel
from ..store.records import get_record, put_records, put_relationships
from .projects import find_project
from .table import Context, Request, Response, operation

Language = Literal["en", "zh"]


class LessonFilters(BaseModel):
    """Limits that hold before retrieval in every arm; a list means any of its values."""

    model_config = ConfigDict(extra="forbid")  # a limit that is not known must not be passed over

    source: list[str] = []
    project: list[str] = []
    unit: list[str] = []
    sector: list[str] = []
    topic: list[str] = []
    phase: list[str] = []
    polarity: list[Polarity] = []
    state: list[LessonState] = []
    language: list[str] = []
    learnt_from: date | None = None
    learnt_to: date | None = None


class SearchLessons(Request):
    """A question, limits and a page.

    `project` is the asker's own: lessons near it and its types of outcome count more.
    `as_of` answers with what was recorded and valid that day. `fold` shows lessons that say
    the same once.
    """

    text: str = Field(min_length=1, max_length=100_000)
    filters: LessonFilters = LessonFilters()
    project: str | None = None
    as_of: date | None = None
    fold: bool = True
    limit: int = Field(default=10, ge=1, le=100)
    offset: int = Field(default=0, ge=0, le=10_000)


class ScorePart(BaseModel):
    """What one arm contributed; the parts of a hit add up to its score.

    `raw` is the arm's own figure (BM25, cosine), `rank` its place there (1 is best).
    """

    arm: str
    rank: int | None = None
    raw: float | None = None
    score: float


class Passage(BaseModel):
    """A piece of a field with the spans `[start, end)` of it that matched.

    `start` is where the piece begins in the field.
    """

    field: str
    text: str
    marks: list[tuple[int, int]] = []
    start: int = 0


class PathStep(BaseModel):
    """A step from the asker's project towards a lesson: a relationship and the record it leads to.

    `forward` is False when the relationship points the other way.
    """

    relation: str
    forward: bool
    label: str
    id: str
    name: str


class LessonLink(BaseModel):
    """A lesson by its name."""

    id: str
    title: str


class Notice(StrEnum):
    """What a reader must know before trusting a hit."""

    DRAFT = "draft"
    REVIEW_DUE = "review_due"
    SUPERSEDED = "superseded"
    NOT_EFFECTIVE = "not_effective"
    CONFLICT = "conflict"


class LessonHit(BaseModel):
    """A lesson found, with why.

    Attributes:
        rank: Its place among all hits, 1 is best.
        path: How the asker's project leads to it; empty without one.
        folded: Lessons that say the same (or the same in another language), shown under it.
        replaces: Superseded lessons that matched and that this one stands in for.
        notices: What lowers trust in it.
        helped: How many people said that it helped.
        applied: How often it was applied.
        recurred: How often what it warns of was accepted to have happened again.
        conflicts: Accepted lessons that recommend the opposite under the same conditions.
    """

    id: str
    rank: int = 0
    external_id: str | None = None
    source_system: str | None = None
    title: str
    title_derived: bool = False
    project: str | None = None
    project_name: str | None = None
    unit: str | None = None
    sector: str | None = None
    language: str | None = None
    polarity: str | None = None
    state: str | None = None
    learnt_on: date | None = None
    score: float
    parts: list[ScorePart]
    matched_terms: list[str] = []
    passages: list[Passage] = []
    path: list[PathStep] = []
    folded: list[LessonLink] = []
    replaces: list[LessonLink] = []
    notices: list[Notice] = []
    helped: int = 0
    applied: int = 0
    recurred: int = 0
    conflicts: list[LessonLink] = []


class ArmState(BaseModel):
    """An arm of the index, as far as the asker may see.

    `pending` records are not yet found by it; `problem` says why the arm is silent. While
    another model is to take over, `next_model` names it and `next_pending` says how many
    records it has yet to read; the present one serves until then.
    """

    name: str
    model: str | None = None
    records: int
    pending: int = 0
    problem: str | None = None
    next_model: str | None = None
    next_pending: int = 0


class LessonHits(Response):
    """Lessons found, best first, with counts to narrow them."""

    hits: list[LessonHit]
    total: int
    facets: dict[str, dict[str, int]] = {}
    arms: list[ArmState] = []
    revision: int = 0
    seconds: float = 0.0


class PrepareQuestions(Request):
    """Questions that will be asked soon."""

    texts: list[Annotated[str, Field(max_length=100_000)]] = Field(max_length=256)


class Prepared(Response):
    """How many questions were read."""

    read: int


class LessonKey(Request):
    """Which lesson."""

    id: str


class SimilarLessons(Request):
    """To which lesson, and how many."""

    id: str
    limit: int = Field(default=5, ge=1, le=50)


class LessonDetail(Response):
    """A lesson with where it comes from."""

    lesson: Lesson
    project: Project | None = None
    retrospective: Retrospective | None = None


class DraftLesson(Request):
    """A thought worth keeping; at least one of the three texts."""

    project: str
    title: str = ""
    driving_event: str | None = None
    lesson: str | None = None
    recommendation: str | None = None
    conditions: str | None = None
    polarity: Polarity | None = None
    topics: list[str] = []
    key: str | None = Field(default=None, max_length=100)


@operation(Role.MEMBER)
def search_lessons(context: Context, request: SearchLessons) -> LessonHits:
    """Lessons that answer a question in English or Chinese, with why each was found."""
    today = context.now.date()
    if request.as_of is not None and request.as_of > today:
        raise InvalidRequest(
            f"as_of {request.as_of} lies in the future.", field="as_of", why="to_come", value=str(request.as_of)
        )
    if request.as_of == today:
        request = request.model_copy(update={"as_of": None})
    if request.project is not None:
        own = find_project(context.store, request.project, context.scope)
        request = request.model_copy(update={"project": own.id})
    hits: LessonHits = context.service("search").search(request, context.scope, today)
    return hits


@operation(Role.MEMBER)
def prepare_questions(context: Context, request: PrepareQuestions) -> Prepared:
    """Read many questions together, so that asking each soon after is quick."""
    context.service("search").prepare(request.texts)
    return Prepared(read=len(request.texts))


@operation(Role.MEMBER)
def similar_lessons(context: Context, request: SimilarLessons) -> LessonHits:
    """Past lessons most like one, without itself."""
    lesson = visible_lesson(context, request.id)
    hits: LessonHits = context.service("search").similar(lesson, context.scope, request.limit)
    return hits


@operation(Role.MEMBER)
def get_lesson(context: Context, request: LessonKey) -> LessonDetail:
    """One lesson with the project and the retrospective it comes from."""
    lesson = visible_lesson(context, request.id)
    project = get_record(context.store, Project, lesson.project) if lesson.project else None
    held = get_record(context.store, Retrospective, lesson.retrospective) if lesson.retrospective else None
    return LessonDetail(lesson=lesson, project=project, retrospective=held)


@operation(Role.MEMBER, audited=True)
def draft_lesson(context: Context, request: DraftLesson) -> LessonDetail:
    """Keep a lesson as a draft of its author; calling again with the same key changes nothing."""
    project = find_project(context.store, request.project, context.scope)
    values: dict[str, Any] = request.model_dump(exclude={"key", "project"})
    stamp = request.key or context.now.isoformat()
    lesson = Lesson.parse(
        {
            **values,
            "id": derive_id("lesson", "draft", context.visitor.name, stamp),
            "project": project.id,
            "unit": project.unit,
            "confidential": project.confidential,
            "sector": project.sector,
            "author": context.visitor.name,
            "learnt_on": context.now.date(),
            "state": LessonState.DRAFT,
        }
    )
    earlier = get_record(context.store, Lesson, lesson.id)
    if earlier is not None:
        if (earlier.lesson, earlier.recommendation) != (lesson.lesson, lesson.recommendation):
            raise Conflict(f"The key {request.key!r} was used for another draft.", key=request.key)
        return LessonDetail(lesson=earlier, project=project)
    edge = Relationship(
        type=Rel.LEARNED_IN, start_label=Label.LESSON, start=lesson.id, end_label=Label.PROJECT, end=project.id
    )
    with context.store.transaction() as tx:
        put_records(tx, [lesson], at=context.now, by=context.visitor.name)
        put_relationships(tx, [edge], at=context.now, by=context.visitor.name)
    context.audit.update(subject=lesson.id, after_hash=lesson.content_hash())
    return LessonDetail(lesson=lesson, project=project)


def visible_lesson(context: Context, key: str) -> Lesson:
    """A lesson within the visitor's scope.

    Raises:
        NotFound: No such lesson, or a hidden one.
    """
    lesson = get_record(context.store, Lesson, key)
    require_visible(context.scope, "lesson", key, lesson)
    assert lesson is not None
    return lesson


def original_of(context: Context, lesson: Lesson) -> Lesson:
    """The lesson that a translation translates, where the visitor may see it; any other lesson itself.

    What becomes of a lesson is counted once, in whichever language it was read.
    """
    original = get_record(context.store, Lesson, lesson.translation_of) if lesson.translation_of else None
    if original is None or not context.scope.covers(original.project, original.unit, original.confidential):
        return lesson
    return original
