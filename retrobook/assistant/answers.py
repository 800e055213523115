"""Answers as assistants read them: short, with reasons, in the words of the catalogue."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from kg.operations.lessons import LessonDetail, LessonHit, LessonHits
from pipelines.messages import Messages
from widgets.rendering.results import ResultsView, arm_kind
from widgets.rendering.text import address

LONGEST = 700
"""Letters of a text in a list; `get_lesson` gives it in full."""


class FoundLesson(BaseModel):
    """A lesson in a list."""

    id: str
    title: str
    recommendation: str | None = Field(description="What to do, or what was learnt where no advice was given.")
    why: str = Field(description="Why it was found: the share of each reason, and the words that matched.")
    link: str | None = Field(description="Its page; null while no server runs.")
    project: str | None
    language: str | None
    polarity: str | None
    state: str | None
    score: float
    notices: list[str] = Field(default=[], description="What lowers trust in it, such as superseded or review_due.")


class FoundLessons(BaseModel):
    """Lessons that answer a question, best first."""

    lessons: list[FoundLesson]
    total: int
    note: str | None = None


class FullLesson(BaseModel):
    """A lesson in full."""

    id: str
    title: str
    driving_event: str | None
    lesson: str | None
    recommendation: str | None
    conditions: str | None
    polarity: str | None
    state: str
    language: str | None
    learnt_on: str | None
    topics: list[str]
    project: str | None
    project_name: str | None
    translation_of: str | None
    source: str | None
    link: str | None


class Precedent(BaseModel):
    """A past project that supports a chance."""

    project: str
    name: str
    attained: bool | None
    similarity: float


class TypeAdvice(BaseModel):
    """A type of outcome with its chance."""

    outcome_type: str
    name: str
    chance: str = Field(description="In words, with the 90 % interval; says so when too little is known.")
    probability: float
    low: float
    high: float
    n: int
    enough: bool
    metrics: list[str] = []
    precedents: list[Precedent] = []


class Advice(BaseModel):
    """Types of outcome for a plan, most fitting first."""

    types: list[TypeAdvice]
    asked: TypeAdvice | None = None
    precedents_known: int
    as_of: str


class FoundProject(BaseModel):
    """A project in a list."""

    id: str
    name: str
    unit: str | None
    sector: str | None
    status: str
    outcomes: int
    lessons: int
    link: str | None


class FoundProjects(BaseModel):
    """Projects, most documented first."""

    projects: list[FoundProject]
    total: int


def found_lessons(
    found: LessonHits, details: dict[str, LessonDetail], words: Messages, base: str | None
) -> FoundLessons:
    """Hits with what they recommend.

    Args:
        found: The answer of a search.
        details: The lessons of its hits by id.
        words: The catalogue in the asker's language.
        base: Where pages are, for links.
    """
    silent = [arm.name for arm in found.arms if arm.problem]
    notes = [words("assistant.without_arm", arm=", ".join(silent))] if silent else []
    if not found.hits:
        notes.append(words("assistant.nothing"))
    return FoundLessons(
        lessons=[_found(hit, details.get(hit.id), words, base) for hit in found.hits],
        total=found.total,
        note=" ".join(notes) or None,
    )


def full_lesson(detail: LessonDetail, base: str | None) -> FullLesson:
    """A lesson in full with its place."""
    lesson = detail.lesson
    shown = lesson.model_dump(mode="json")
    return FullLesson(
        **{name: shown[name] for name in FullLesson.model_fields if name in shown and name != "source"},
        project_name=detail.project.name if detail.project else None,
        source=" ".join(part for part in (lesson.source_system, lesson.external_id) if part) or None,
        link=page(base, "lessons", lesson.id),
    )


def advice(found: Any, words: Messages) -> Advice:
    """What `recommend_outcomes` answered, in few words."""
    return Advice(
        types=[_type(item, words) for item in found.types],
        asked=_type(found.asked, words) if found.asked else None,
        precedents_known=found.precedents_known,
        as_of=found.as_of.isoformat(),
    )


def found_projects(found: Any, base: str | None) -> FoundProjects:
    """A page of projects."""
    shown = set(FoundProject.model_fields) - {"link"}
    projects = [
        FoundProject(**item.model_dump(mode="json", include=shown), link=page(base, "projects", item.id))
        for item in found.projects
    ]
    return FoundProjects(projects=projects, total=found.total)


def page(base: str | None, *parts: str) -> str | None:
    """The address of a page, where there is one."""
    return f"{base}{address(*parts)}" if base else None


def _found(hit: LessonHit, detail: LessonDetail | None, words: Messages, base: str | None) -> FoundLesson:
    lesson = detail.lesson if detail else None
    text = (lesson.recommendation or lesson.lesson or lesson.driving_event) if lesson else None
    return FoundLesson(
        id=hit.id,
        title=hit.title,
        recommendation=_cut(text),
        why=_why(hit, words),
        link=page(base, "lessons", hit.id),
        project=hit.project_name or hit.project,
        language=hit.language,
        polarity=hit.polarity,
        state=hit.state,
        score=round(hit.score, 4),
        notices=[notice.value for notice in hit.notices],
    )


def _why(hit: LessonHit, words: Messages) -> str:
    comma = words("assistant.comma")
    shares = comma.join(
        words("assistant.share", reason=words(f"search.arms.{kind}"), percent=percent)
        for kind, percent in ResultsView.reasons(hit)
        if percent
    )
    spoke = {arm_kind(part.arm) for part in hit.parts if part.rank is not None}
    if hit.matched_terms and "words" in spoke:
        shares = words("assistant.matched", shares=shares, terms=comma.join(hit.matched_terms[:8]))
    return shares


def _type(item: Any, words: Messages) -> TypeAdvice:
    percents = {name: round(100 * getattr(item, name)) for name in ("probability", "low", "high")}
    return TypeAdvice(
        outcome_type=item.outcome_type,
        name=item.name_zh if words.language == "zh" else item.name_en,
        chance=words("assistant.chance" if item.enough else "assistant.too_little", n=item.n, **percents),
        probability=round(item.probability, 4),
        low=round(item.low, 4),
        high=round(item.high, 4),
        n=item.n,
        enough=item.enough,
        metrics=item.default_metrics,
        precedents=[
            Precedent(project=p.project, name=p.name, attained=p.attained, similarity=p.similarity)
            for p in item.precedents
        ],
    )


def _cut(text: str | None) -> str | None:
    flat = " ".join((text or "").split())
    return f"{flat[:LONGEST].rstrip()}…" if len(flat) > LONGEST else flat or None
