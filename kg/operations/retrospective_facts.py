"""All that is known of one retrospective: what its report and its exports are made of."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel

from ..domain import (
    OPEN_STATUSES,
    ActionItem,
    Answers,
    Lesson,
    LessonEvent,
    Outcome,
    Project,
    Retrospective,
    Role,
)
from ..domain.formats import Bilingual
from ..policy import ScopeFilter
from ..store.records import get_record, list_records
from .projects import find_project, visible_names
from .retrospectives import find_retrospective
from .table import Context, Request, Response, operation

FROM_ELSEWHERE = frozenset({"incident_report", "imported"})
"""Formats of retrospectives that were not held here: nobody went through earlier actions in them."""


class RetrospectiveById(Request):
    """Which retrospective."""

    id: str


class LookBack(BaseModel):
    """Another retrospective of the project, by name."""

    id: str
    title: str
    held_on: date | None = None


class HealthRound(BaseModel):
    """The health check of one retrospective; a question that fewer than five answered has no figures."""

    id: str
    title: str
    held_on: date | None = None
    answers: list[Answers]


class Recurrence(BaseModel):
    """A lesson that a topic was found to repeat; without title where the visitor may not see the lesson."""

    topic: str
    lesson: str | None = None
    title: str | None = None
    project: str | None = None
    project_name: str | None = None
    learnt_on: date | None = None


class RetrospectiveFacts(Response):
    """A retrospective with what came of it and what came before it.

    `made` are the actions it made; `earlier` those of earlier retrospectives that were open when it
    was held, or closed since the one before; `health` its rounds of health checks up to this one,
    oldest first; `metric_names` what the series are called that actions are measured by.
    """

    retrospective: Retrospective
    project: Project
    made: list[ActionItem] = []
    earlier: list[ActionItem] = []
    lessons: list[Lesson] = []
    recurrences: list[Recurrence] = []
    previous: LookBack | None = None
    health: list[HealthRound] = []
    format_name: Bilingual | None = None
    metric_names: dict[str, str] = {}
    revision: int = 0


@operation(Role.MEMBER)
def retrospective_facts(context: Context, request: RetrospectiveById) -> RetrospectiveFacts:
    """Everything known of one retrospective: notes, topics, actions, lessons, recurrences, health and its history."""
    held = find_retrospective(context, request.id)
    store, scope = context.store, context.scope
    project = find_project(store, held.project, scope)
    everything = ScopeFilter(everything=True, confidential=scope.covers(project.id, project.unit, True))
    siblings = [r for r in list_records(store, Retrospective, everything, project.id) if r.id != held.id]
    previous = _previous(held, siblings)
    actions = list_records(store, ActionItem, everything, project.id)
    made = sorted((a for a in actions if a.retrospective == held.id), key=_by_due)
    earlier = _earlier(held, previous, actions)
    return RetrospectiveFacts(
        retrospective=held,
        project=project,
        made=made,
        earlier=earlier,
        lessons=_lessons(context, held, everything),
        recurrences=_recurrences(context, held),
        previous=LookBack(id=previous.id, title=previous.title, held_on=previous.held_on) if previous else None,
        health=_rounds(held, siblings),
        format_name=_format_name(context, held.format),
        metric_names=_metric_names(list_records(store, Outcome, everything, project.id), [*made, *earlier]),
        revision=store.revision(),
    )


def _format_name(context: Context, key: str) -> Bilingual | None:
    """What the installation calls a format; None where it does not offer it."""
    offered = context.services.get("formats")
    return next((form.name for form in offered.all() if form.key == key), None) if offered else None


def _metric_names(outcomes: list[Outcome], actions: list[ActionItem]) -> dict[str, str]:
    """Names of the series that actions are measured by: an outcome's metric, or a process metric's own name."""
    of_outcomes = {outcome.id: outcome.metric or outcome.title for outcome in outcomes}
    keys = {action.metric for action in actions if action.metric}
    return {key: of_outcomes.get(key) or key.removeprefix("process:") for key in sorted(keys)}


def _previous(held: Retrospective, siblings: list[Retrospective]) -> Retrospective | None:
    named = next((r for r in siblings if r.id == held.previous), None)
    if named is not None or held.held_on is None:
        return named
    before = [r for r in siblings if r.held_on and r.held_on < held.held_on and r.team == held.team]
    return max(before, key=lambda r: (r.held_on or date.min, r.id), default=None)


def _earlier(held: Retrospective, previous: Retrospective | None, actions: list[ActionItem]) -> list[ActionItem]:
    if held.format in FROM_ELSEWHERE:
        return []
    since = held.period_start or (previous.held_on if previous else None)

    def stood_then(action: ActionItem) -> bool:
        if action.retrospective == held.id:
            return False
        if held.held_on and action.opened_on and action.opened_on >= held.held_on:
            return False
        if action.status in OPEN_STATUSES:
            return True
        return action.done_on is not None and (since is None or action.done_on >= since)

    return sorted((a for a in actions if stood_then(a)), key=lambda a: (-a.carry_count, *_by_due(a)))


def _by_due(action: ActionItem) -> tuple[date, date, str]:
    return action.due or date.max, action.opened_on or date.max, action.id


def _lessons(context: Context, held: Retrospective, everything: ScopeFilter) -> list[Lesson]:
    named = {key for topic in held.topics for key in topic.lessons}
    of_project = list_records(context.store, Lesson, everything, held.project)
    found = [lesson for lesson in of_project if lesson.retrospective == held.id or lesson.id in named]
    there = {lesson.id for lesson in found}
    return [lesson for lesson in found if lesson.translation_of not in there]


def _recurrences(context: Context, held: Retrospective) -> list[Recurrence]:
    """What topics repeat: each names the lesson, or the event that records it."""
    found = []
    for topic, key in ((told.key, key) for told in held.topics for key in told.recurrences):
        event = get_record(context.store, LessonEvent, key)
        lesson = get_record(context.store, Lesson, event.subject if event else key)
        if lesson is None or not context.scope.covers(lesson.project, lesson.unit, lesson.confidential):
            found.append(Recurrence(topic=topic))
            continue
        names = visible_names(context, [lesson.project]) if lesson.project else {}
        found.append(
            Recurrence(
                topic=topic,
                lesson=lesson.id,
                title=lesson.title,
                project=lesson.project,
                project_name=names.get(lesson.project or ""),
                learnt_on=lesson.learnt_on,
            )
        )
    return found


def _rounds(held: Retrospective, siblings: list[Retrospective]) -> list[HealthRound]:
    """Health checks with the same questions, of the same team, up to this one."""
    if not held.health:
        return []
    asked = [
        r
        for r in siblings
        if r.health and r.health_set == held.health_set and r.team == held.team
        and r.held_on and held.held_on and r.held_on < held.held_on
    ]  # fmt: skip
    rounds = [*sorted(asked, key=lambda r: (r.held_on or date.min, r.id)), held]
    return [HealthRound(id=r.id, title=r.title, held_on=r.held_on, answers=r.health) for r in rounds]
