"""What past lessons have to do with a topic of a retrospective: those that resemble it, and those that came again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from ..domain import Lesson, LessonEvent, LessonState, Role
from ..domain.board.items import BoardItem, TopicItem
from ..domain.lessons import first_sentence
from ..domain.topic_lessons import recurrence_of
from ..store.records import get_record
from .lessons import LessonHit, LessonLink, Notice, original_of
from .projects import find_project
from .standing import read_events
from .table import Context, Request, Response, operation

LONGEST_ADVICE = 600


class SimilarToText(Request):
    """Title, notes and discussion of a topic; `project` is the one that looks back."""

    text: str = Field(min_length=1, max_length=100_000)
    project: str | None = None
    limit: int = Field(default=5, ge=1, le=20)


class Why(StrEnum):
    """What tells that a lesson is about the same."""

    WORDS = "words"
    MEANING = "meaning"
    BOTH = "both"


class SimilarLesson(BaseModel):
    """A past lesson beside a topic.

    Attributes:
        lesson: What to name when the topic is a recurrence of it.
        same_project: It was learnt in the project that looks back.
        here_before: How often it has come again in that project already.
        recommendation: What it advises, cut when long; what it taught where it advises nothing.
        why: What tells that it is about the same.
        terms: Words that both hold, as the topic writes them.
        strength: 0 to 1: how much it stands out among all lessons that the visitor may see.
        recurred: How often it has come again, as far as the visitor may see.
    """

    lesson: str
    title: str
    language: str | None = None
    project: str | None = None
    project_name: str | None = None
    same_project: bool = False
    here_before: int = 0
    learnt_on: date | None = None
    state: str | None = None
    polarity: str | None = None
    recommendation: str = ""
    why: Why
    terms: list[str] = []
    strength: float = 0.0
    recurred: int = 0
    helped: int = 0
    notices: list[Notice] = []
    also: list[LessonLink] = []


class SimilarLessonsToText(Response):
    """Past lessons like a text, best first: few, or none."""

    lessons: list[SimilarLesson]


@operation(Role.MEMBER)
def similar_to_text(context: Context, request: SimilarToText) -> SimilarLessonsToText:
    """Past lessons that are about the same as a topic, in either language, with why; none where none is."""
    project = find_project(context.store, request.project, context.scope).id if request.project else None
    return SimilarLessonsToText(lessons=similar_to(context, request.text, project, request.limit))


def similar_to(context: Context, text: str, project: str | None, limit: int) -> list[SimilarLesson]:
    """The same for callers that decided themselves who may ask: within the visitor's scope all the same.

    Args:
        context: Who asks.
        text: What the topic says.
        project: Id of the project that looks back.
        limit: At most so many.
    """
    found = context.service("search").resembling(text, context.scope, limit, context.now.date())
    ids = [one.hit.id for one in found]
    lessons = {key: get_record(context.store, Lesson, key) for key in ids}
    originals = {key: lesson.translation_of or key for key, lesson in lessons.items() if lesson is not None}
    here = _came_again_in(context, list(originals.values()), project) if project else {}
    made = []
    for one in found:
        lesson = lessons[one.hit.id]
        if lesson is not None:
            made.append(_similar(one.hit, one.how, lesson, project, here.get(originals[lesson.id], 0)))
    return made


def _similar(hit: LessonHit, how: Any, lesson: Lesson, project: str | None, here: int) -> SimilarLesson:
    advice = " ".join((lesson.recommendation or lesson.lesson or lesson.driving_event or "").split())
    words, meaning = how.by_words, how.by_meaning
    return SimilarLesson(
        lesson=lesson.id,
        title=hit.title or first_sentence(advice),
        language=hit.language,
        project=hit.project if hit.project_name else None,
        project_name=hit.project_name,
        same_project=project is not None and lesson.project == project,
        here_before=here,
        learnt_on=hit.learnt_on,
        state=hit.state,
        polarity=hit.polarity,
        recommendation=first_sentence(advice, LONGEST_ADVICE) if len(advice) > LONGEST_ADVICE else advice,
        why=Why.BOTH if words and meaning else Why.MEANING if meaning else Why.WORDS,
        terms=hit.matched_terms[:8],
        strength=how.strength,
        recurred=hit.recurred,
        helped=hit.helped,
        notices=hit.notices,
        also=hit.folded,
    )


def _came_again_in(context: Context, ids: list[str], project: str) -> dict[str, int]:
    counts: dict[str, set[str | None]] = {}
    for event in read_events(context.store, context.scope, ids):
        if event["kind"] == "recurred" and event["state"] == "accepted" and event["project"] == project:
            counts.setdefault(event["subject"], set()).add(event["happened_on"])
    return {key: len(days) for key, days in counts.items()}


def recurrences_of(
    context: Context, board: BoardItem, topics: Iterable[tuple[TopicItem, str]], on: date
) -> list[LessonEvent]:
    """The recurrences that a group marked, as records to keep: proposed, each once, of the original lesson.

    A lesson that is gone, retired, hidden from who closes, or learnt later than it is said
    to have come again is passed over: closing a retrospective never fails for it.

    Args:
        context: Who closes.
        board: The board that closes.
        topics: What was said of each topic, with the topic's title.
        on: The day it closes.
    """
    found: dict[str, LessonEvent] = {}
    for topic, title in topics:
        for key in topic.recurrences:
            lesson = get_record(context.store, Lesson, key)
            if lesson is None or not context.scope.covers(lesson.project, lesson.unit, lesson.confidential):
                continue
            lesson = original_of(context, lesson)
            if lesson.state is LessonState.RETIRED or (lesson.learnt_on and on < lesson.learnt_on):
                continue
            event = recurrence_of(board, topic.topic, lesson, title=title, person=context.visitor.name, on=on)
            found[event.id] = event
    return list(found.values())
