"""What to do and what to avoid for a plan: practices, lessons from failures, shares of failure."""

from __future__ import annotations

from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Literal

from ..domain import Lesson, Polarity
from ..errors import KgError
from ..recommend.precedents import Plan
from ..store.records import get_record
from .lessons import LessonFilters, LessonHit, SearchLessons
from .recommendation_making import failure_view, practice_view, precedent_view
from .recommendation_views import Avoid, LessonWarning, PracticeView
from .table import Context

if TYPE_CHECKING:  # clients and kernels import the table of operations: no model may come with it
    from ..recommend.recommender import Advice, Models

ADVISED = 4
"""Practices, warnings and failures that are told of, of each at most."""


def practices_for(
    context: Context, models: Models, plan: Plan, advice: Advice, as_of: date | None
) -> list[PracticeView]:
    """Practices that concern a plan, the best proven first."""
    from ..recommend.advice import practices_near
    from ..recommend.effects import practice_effects

    names = {p.project: p.name for p in models.past}
    effects = practice_effects(context.store, context.scope, as_of)
    return [practice_view(found, names) for found in practices_near(effects, plan, advice.near, ADVISED)]


def risks_of(context: Context, models: Models, plan: Plan, advice: Advice, as_of: date | None) -> Avoid:
    """What went wrong near a plan: lessons, attributes that fail often, and precedents."""
    from ..recommend.advice import failure_shares

    names = {p.project: p.name for p in models.past}
    failed = [like for like in advice.near[:20] if like.precedent.attained is False]
    return Avoid(
        lessons=_warnings(context, plan, advice, as_of),
        shares=[failure_view(f, names) for f in failure_shares(models.judged, plan, advice.near, ADVISED)],
        precedents=[precedent_view(like) for like in failed[:ADVISED]],
    )


def _warnings(context: Context, plan: Plan, advice: Advice, as_of: date | None) -> list[LessonWarning]:
    """Lessons from failures that concern the plan; none where the search finds no grounds."""
    index = context.services.get("search")
    if index is None or not plan.text.strip():
        return []
    asked = SearchLessons(
        text=plan.text.strip()[:1000],
        filters=LessonFilters(polarity=[Polarity.FAILURE]),
        as_of=as_of,
        limit=5 * ADVISED,
    )
    try:
        hits = index.search(asked, context.scope).hits
    except KgError:  # a search that is not ready leaves the recommendation whole
        return []
    close = {like.precedent.project for like in advice.near[:20]}
    found = []
    for hit in hits:
        why = _why_near(hit, close, plan)
        lesson = get_record(context.store, Lesson, hit.id) if why else None
        if why and lesson and _known_lesson(lesson, as_of):
            found.append(
                LessonWarning(
                    id=hit.id,
                    title=hit.title,
                    recommendation=lesson.recommendation or lesson.lesson,
                    project=hit.project,
                    project_name=hit.project_name,
                    language=hit.language,
                    why=why,
                    terms=hit.matched_terms[:6],
                )
            )
    return found[:ADVISED]


def _why_near(hit: LessonHit, close: set[str], plan: Plan) -> Literal["words", "precedent", "sector"] | None:
    """Why a hit concerns the plan, or None.

    Closeness in meaning is no ground of its own: something is always closest, and how close
    says little across languages. With the same sector it counts.
    """
    from ..domain import detect_language
    from ..recommend.advice import terms_of

    own = plan.attributes.get("sector")
    if hit.project in close:
        return "precedent"
    same = bool(own and hit.sector == own)
    elsewhere = bool(own and hit.sector and not same)
    asked = len(terms_of(plan.text))
    needed = min(5, max(2, ceil(asked * (0.6 if elsewhere else 0.4))))
    if len(set(hit.matched_terms)) >= needed:
        return "words"
    foreign = hit.language is not None and hit.language != detect_language(plan.text)
    return "sector" if same and (hit.matched_terms or foreign) else None


def _known_lesson(lesson: Lesson, as_of: date | None) -> bool:
    if as_of is None:
        return True
    learnt = lesson.learnt_on or (lesson.recorded_at.date() if lesson.recorded_at else None)
    return learnt is not None and learnt <= as_of
