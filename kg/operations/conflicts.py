"""Lessons that recommend the opposite: declared by a facilitator, or suggested to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from ..domain import Relationship, Review, ReviewDecision, Role
from ..domain.standing import ACCEPTED, LessonStep, require_state
from ..errors import InvalidRequest, KgError
from ..queries import statement
from ..schema import Label, Rel
from ..store.records import put_records, put_relationships, records_about, remove_relationships
from .lessons import LessonKey, LessonLink, visible_lesson
from .table import Context, Request, Response, operation

LOOKED_AT = 2_000
"""Accepted lessons that are compared with each other: the newest."""
NEAR = 30
"""Lessons about the same that one lesson is compared with, beside those."""


class PairOfLessons(Request):
    """Two lessons, and why."""

    a: str
    b: str
    reason: str = Field(min_length=1, max_length=10_000)


class DeclaredConflict(Response):
    """Two lessons and whether they are shown as a conflict now."""

    a: LessonLink
    b: LessonLink
    declared: bool
    reason: str | None = None


class AdviceView(BaseModel):
    """A lesson's advice, as far as it is needed to compare."""

    id: str
    title: str
    recommendation: str | None = None
    conditions: str | None = None
    language: str | None = None


class SuggestedConflict(BaseModel):
    """Two lessons whose advice seems opposed, and by what: negation, antonym or polarity."""

    a: AdviceView
    b: AdviceView
    cue: str
    shared: list[str]
    strength: float


class SuggestedConflicts(Response):
    """Suggestions for a facilitator to judge, the strongest first."""

    suggestions: list[SuggestedConflict]


@operation(Role.FACILITATOR, audited=True)
def declare_conflict(context: Context, request: PairOfLessons) -> DeclaredConflict:
    """Show two accepted lessons to everybody as recommending the opposite."""
    one, other = visible_lesson(context, request.a), visible_lesson(context, request.b)
    if one.id == other.id:
        raise InvalidRequest(
            "b: a lesson cannot contradict itself.", field="b", why="itself", operation="declare_conflict"
        )
    require_state(one, LessonStep.CONTRADICT)
    require_state(other, LessonStep.CONTRADICT)
    edge = _edge(one.id, other.id, request.reason)
    with context.store.transaction() as tx:
        put_relationships(tx, [edge], at=context.now, by=context.visitor.name)
        put_records(
            tx, [_verdict(context, one, other, ReviewDecision.APPROVED, request.reason)],
            at=context.now, by=context.visitor.name,
        )  # fmt: skip
    context.audit.update(subject=pair_key(one.id, other.id))
    return _declared(one, other, True, request.reason)


@operation(Role.FACILITATOR, audited=True)
def dismiss_conflict(context: Context, request: PairOfLessons) -> DeclaredConflict:
    """Say that two lessons are no conflict: a declared one goes, a suggestion does not come back."""
    one, other = visible_lesson(context, request.a), visible_lesson(context, request.b)
    if one.id == other.id:
        raise InvalidRequest("b: name two lessons.", field="b", why="itself", operation="dismiss_conflict")
    with context.store.transaction() as tx:
        edge = _edge(one.id, other.id)
        ends = [(edge.start, edge.end)]
        remove_relationships(
            tx, Rel.CONTRADICTS, Label.LESSON, Label.LESSON, ends, at=context.now, by=context.visitor.name
        )
        put_records(
            tx, [_verdict(context, one, other, ReviewDecision.RETURNED, request.reason)],
            at=context.now, by=context.visitor.name,
        )  # fmt: skip
    context.audit.update(subject=pair_key(one.id, other.id))
    return _declared(one, other, False, request.reason)


@operation(Role.FACILITATOR)
def possible_conflicts(context: Context, request: LessonKey) -> SuggestedConflicts:
    """Accepted lessons that seem to recommend the opposite of one under like conditions."""
    lesson = visible_lesson(context, request.id)
    rows = accepted_lessons(context)
    near = _near(context, lesson)
    known = {row["id"] for row in rows}
    if lesson.id not in known:
        rows.append(lesson.model_dump(mode="json"))
    return SuggestedConflicts(suggestions=suggestions(context, rows, near, about=lesson.id))


def accepted_lessons(context: Context) -> list[dict[str, Any]]:
    """The newest accepted lessons within the visitor's scope."""
    states = sorted(state.value for state in ACCEPTED)
    return context.store.read(
        statement("lifecycle.lessons_in_states"), states=states, limit=LOOKED_AT, **context.scope.parameters()
    )


def suggestions(
    context: Context, rows: Sequence[dict[str, Any]], near: frozenset[str] = frozenset(), about: str | None = None
) -> list[SuggestedConflict]:
    """Pairs that seem opposed and that nobody has judged yet."""
    from ..recommend.conflicts import shown_terms, suggest_pairs

    pairs = suggest_pairs(rows, near, about)
    keys = [pair_key(pair.one["id"], pair.other["id"]) for pair in pairs]
    judged = {review.subject for review in records_about(context.store, Review, keys)} if keys else set()
    return [
        SuggestedConflict(
            a=_advice(pair.one),
            b=_advice(pair.other),
            cue=pair.opposition.cue.value,
            shared=shown_terms(pair.opposition.shared, str(pair.one["recommendation"] or pair.one["lesson"])),
            strength=round(pair.opposition.strength, 3),
        )
        for pair, key in zip(pairs, keys, strict=True)
        if key not in judged
    ]


def pair_key(a: str, b: str) -> str:
    """One key for two lessons, whichever is named first."""
    return " | ".join(sorted((a, b)))


def _near(context: Context, lesson: Any) -> frozenset[str]:
    search = context.services.get("search")
    if search is None:
        return frozenset()
    try:
        found = search.similar(lesson, context.scope, NEAR)
    except KgError:
        return frozenset()
    return frozenset({lesson.id, *(hit.id for hit in found.hits)})


def _edge(a: str, b: str, reason: str | None = None) -> Relationship:
    first, second = sorted((a, b))
    return Relationship(
        type=Rel.CONTRADICTS, start_label=Label.LESSON, start=first, end_label=Label.LESSON, end=second,
        properties={"reason": reason} if reason else {},
    )  # fmt: skip


def _verdict(context: Context, one: Any, other: Any, decision: ReviewDecision, reason: str) -> Review:
    key = pair_key(one.id, other.id)
    return Review.parse(
        {
            "id": f"review:{key}",
            "project": one.project if one.project == other.project else None,
            "unit": one.unit if one.unit == other.unit else None,
            "confidential": one.confidential or other.confidential,
            "subject": key,
            "role": "lesson",
            "reviewer": context.visitor.name,
            "decision": decision,
            "reason": reason,
        }
    )


def _advice(row: Any) -> AdviceView:
    return AdviceView(
        id=row["id"],
        title=row["title"],
        recommendation=row["recommendation"] or row["lesson"],
        conditions=row["conditions"],
        language=row["language"],
    )


def _declared(one: Any, other: Any, declared: bool, reason: str) -> DeclaredConflict:
    links = [LessonLink(id=lesson.id, title=lesson.title) for lesson in (one, other)]
    return DeclaredConflict(a=links[0], b=links[1], declared=declared, reason=reason)
