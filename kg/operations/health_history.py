"""Health checks, mood and return on time over the retrospectives of a project or a team."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from pydantic import BaseModel, Field, model_validator

from ..domain import Retrospective, Role
from ..domain.retrospectives import FEWEST_ANSWERS, Answers, RetrospectiveState
from ..errors import KgError, NotFound
from ..store.records import list_records
from .projects import find_project, visible_names
from .refusals import unfit
from .table import Context, Request, Response, operation


class HealthHistoryOf(Request):
    """A project or a team; of which question set (the one used last when not given)."""

    project: str | None = None
    team: str | None = None
    question_set: str | None = None
    limit: int = Field(default=20, ge=1, le=200)

    @model_validator(mode="after")
    def _names_somebody(self) -> HealthHistoryOf:
        if not self.project and not self.team:
            raise unfit("missing", "project", "name a project or a team")
        return self


class AskedQuestion(BaseModel):
    """A question as it was worded last."""

    key: str
    en: str
    zh: str


class Level(BaseModel):
    """A mean of at least five answers, with its change since the previous one of the same team."""

    mean: float
    count: int
    change: float | None = None


class HealthRound(BaseModel):
    """The answers of one retrospective; `hidden` questions had fewer than five answers."""

    retrospective: str
    title: str
    day: date | None = None
    project: str
    team: str | None = None
    health: dict[str, Level] = {}
    hidden: list[str] = []
    mood: Level | None = None
    closing: Level | None = None


class HealthHistory(Response):
    """Rounds from the oldest to the newest.

    Attributes:
        question_set: Of which set `health` is; `question_sets` are those that were used.
        fewest: Means of fewer answers are hidden.
    """

    project: str | None = None
    project_name: str | None = None
    team: str | None = None
    question_set: str | None = None
    question_sets: list[str] = []
    questions: list[AskedQuestion] = []
    rounds: list[HealthRound] = []
    fewest: int = FEWEST_ANSWERS


class ListHealthSubjects(Request):
    """No limits: all that the visitor may see."""


class HealthSubject(BaseModel):
    """A project or a team, with how many retrospectives asked something there."""

    key: str
    name: str
    kind: str
    rounds: int


class HealthSubjects(Response):
    """Whose health can be looked at: teams first, then projects, each by name."""

    subjects: list[HealthSubject]


@operation(Role.MEMBER)
def health_history(context: Context, request: HealthHistoryOf) -> HealthHistory:
    """Health, mood and return on time of a project or team, from retrospective to retrospective."""
    project = find_project(context.store, request.project, context.scope) if request.project else None
    closed = closed_retrospectives(context, project.id if project else None)
    if request.team:
        teams = {held.team for held in closed if held.team}
        if request.team not in teams:
            raise NotFound.among("team", request.team, teams)
        closed = [held for held in closed if held.team == request.team]
    asked = [held for held in closed if held.health or held.mood or held.closing]
    sets = list(dict.fromkeys(held.health_set for held in reversed(asked) if held.health and held.health_set))
    chosen = request.question_set or (sets[0] if sets else None)
    if request.question_set and request.question_set not in sets:
        raise NotFound.among("question set", request.question_set, sets)
    return HealthHistory(
        project=project.id if project else None,
        project_name=project.name if project else None,
        team=request.team,
        question_set=chosen,
        question_sets=sets,
        questions=_questions(context, asked, chosen),
        rounds=_rounds(asked, chosen)[-request.limit :],
    )


@operation(Role.MEMBER)
def list_health_subjects(context: Context, request: ListHealthSubjects) -> HealthSubjects:
    """Projects and teams whose retrospectives asked about health, mood or return on time."""
    counts: dict[tuple[str, str], int] = {}
    for held in closed_retrospectives(context):
        if held.health or held.mood or held.closing:
            for kind, key in (("team", held.team), ("project", held.project)):
                if key:
                    counts[kind, key] = counts.get((kind, key), 0) + 1
    names = visible_names(context, [key for kind, key in counts if kind == "project"])
    found = [
        HealthSubject(key=key, name=names.get(key, key), kind=kind, rounds=rounds)
        for (kind, key), rounds in counts.items()
    ]
    return HealthSubjects(subjects=sorted(found, key=lambda s: (s.kind != "team", s.name.casefold(), s.key)))


def closed_retrospectives(context: Context, project: str | None = None) -> list[Retrospective]:
    """The closed retrospectives that the visitor may see, the oldest first."""
    found = list_records(context.store, Retrospective, context.scope, project)
    return sorted(
        (held for held in found if held.state is RetrospectiveState.CLOSED),
        key=lambda held: (held.held_on or date.min, held.id),
    )


def shown_mean(answers: Answers | None) -> float | None:
    """The mean where at least five people answered; else nothing, whatever was kept."""
    return answers.mean if answers is not None and answers.count >= FEWEST_ANSWERS else None


def _rounds(asked: Iterable[Retrospective], chosen: str | None) -> list[HealthRound]:
    before: dict[tuple[Any, ...], float] = {}
    rounds = []
    for held in asked:
        group = held.team or held.project

        def level(answers: Answers | None, *what: str, group: str = group) -> Level | None:
            mean = shown_mean(answers)
            if answers is None or mean is None:
                return None
            earlier = before.get((group, *what))
            before[(group, *what)] = mean
            change = None if earlier is None else round(mean - earlier, 2)
            return Level(mean=mean, count=answers.count, change=change)

        own = held.health if held.health_set == chosen else []
        levels = {answers.question: level(answers, "health", answers.question) for answers in own}
        rounds.append(
            HealthRound(
                retrospective=held.id,
                title=held.title,
                day=held.held_on,
                project=held.project,
                team=held.team,
                health={key: found for key, found in levels.items() if found is not None},
                hidden=[key for key, found in levels.items() if found is None],
                mood=level(held.mood, "mood"),
                closing=level(held.closing, "closing"),
            )
        )
    return rounds


def _questions(context: Context, asked: list[Retrospective], chosen: str | None) -> list[AskedQuestion]:
    """In the order of the set where it is still there; a question keeps the words it was last asked in."""
    worded = {a.question: a for held in asked if held.health_set == chosen for a in held.health}
    titles: dict[str, Any] = {}
    if chosen is not None and "formats" in context.services:
        try:
            titles = {each.key: each.title for each in context.service("formats").questions(chosen).questions}
        except KgError:  # the set is gone, or broken now: what was asked stays
            titles = {}
    order = [*(key for key in titles if key in worded), *(key for key in worded if key not in titles)]
    return [
        AskedQuestion(
            key=key,
            en=worded[key].en or (titles[key].en if key in titles else key),
            zh=worded[key].zh or (titles[key].zh if key in titles else worded[key].en or key),
        )
        for key in order
    ]
