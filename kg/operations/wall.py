"""The facts of a period for the wall of a retrospective: what the records say happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from pydantic import Field, model_validator

from ..domain import (
    ActionItem,
    Alert,
    Assessment,
    Decision,
    Lesson,
    Measurement,
    Milestone,
    Outcome,
    ProcessMetric,
    Project,
    Record,
    Retrospective,
    Role,
    WorkItem,
)
from ..domain.series import in_force
from ..domain.wall import Fact, FactKind, Period, in_order
from ..domain.wall_past import action_facts, lesson_facts, retrospective_facts
from ..domain.wall_plans import (
    alert_facts,
    assessment_facts,
    decision_facts,
    milestone_facts,
    outcome_facts,
    project_facts,
)
from ..domain.wall_work import Week, work_facts
from ..errors import InvalidRequest
from ..policy import ScopeFilter, require_visible
from ..queries import statement
from ..store.records import get_record, instant_text, list_records, records_about
from .projects import find_project
from .refusals import period_backwards, unfit
from .table import Context, Request, Response, operation

R = TypeVar("R", bound=Record)

USUAL_DAYS = 90
"""How far a wall reaches back when nothing else says where to begin."""
MOST_OF_A_KIND = 60
"""So many facts of a kind stand on the wall: the latest."""


class WallFacts(Request):
    """Of which retrospective, or of which project and period `[period_start, period_end)`."""

    retrospective: str | None = None
    project: str | None = None
    period_start: date | None = None
    period_end: date | None = None

    @model_validator(mode="after")
    def _names_one(self) -> WallFacts:
        if (self.retrospective is None) == (self.project is None):
            raise unfit("missing", "project", "name either a retrospective or a project")
        if self.period_start and self.period_end and self.period_end <= self.period_start:
            raise period_backwards(self.period_start, self.period_end)
        return self


class Wall(Response):
    """What happened in a period, in order.

    Attributes:
        facts: In order of time.
        weeks: What the tracker saw, week by week.
        missing: What the project has no record of at all, so that its absence says nothing:
            milestones, work, measurements, outcomes, actions, retrospectives, lessons.
        left_out: How many facts of a kind are left out because there are so many.
    """

    project: str
    period_start: date | None
    period_end: date
    facts: list[Fact]
    weeks: list[Week] = []
    missing: list[str] = []
    left_out: dict[FactKind, int] = Field(default_factory=dict)


@operation(Role.MEMBER)
def wall_facts(context: Context, request: WallFacts) -> Wall:
    """What happened in a project in a period: plans, work, figures, outcomes, alerts, actions, lessons."""
    held = None
    if request.retrospective is not None:
        held = get_record(context.store, Retrospective, request.retrospective)
        require_visible(context.scope, "retrospective", request.retrospective, held)
        assert held is not None
    project = find_project(context.store, held.project if held else request.project or "", context.scope)
    start, end = request.period_start, request.period_end
    if held is not None:
        start, end = period_of(context, held)
    if start and end and end <= start:
        raise InvalidRequest(
            f"period_end: {end} is not after {start}.",
            field="period_end",
            operation="wall_facts",
            why="period_backwards",
            start=str(start),
            end=str(end),
        )
    return facts_of(context, project, start, end, but=held.id if held else None)


def period_of(context: Context, held: Retrospective) -> tuple[date, date]:
    """The period that a retrospective looks back at, where it does not say so itself.

    It begins where the one before it ended, else `USUAL_DAYS` earlier, and ends with the day it
    was held, or today.
    """
    end = held.period_end or (held.held_on or context.now.date()) + timedelta(days=1)
    start = held.period_start
    if start is None and held.previous:
        before = get_record(context.store, Retrospective, held.previous)
        start = (before.period_end or before.held_on) if before is not None else None
    if start is None or start >= end:
        start = held.period_start or end - timedelta(days=USUAL_DAYS)
    return start, end


def facts_of(
    context: Context, project: Project, start: date | None, end: date | None, *, but: str | None = None
) -> Wall:
    """The same for callers that decided themselves who may ask, such as the board that one sits at.

    Confidential records are told of only where the visitor's own scope covers them.

    Args:
        context: Who asks, and when.
        project: Whose facts.
        start: First day; None reaches back to the first record.
        end: The day after the last; None means today is the last.
        but: The retrospective that looks back: it is no fact of its own wall.
    """
    today = context.now.date()
    period = Period(start, end or today + timedelta(days=1), today, project.timezone)
    confidential = context.scope.covers(project.id, project.unit, True)

    def own(kind: type[R]) -> list[R]:
        return list_records(context.store, kind, ScopeFilter(everything=True, confidential=confidential), project.id)

    def about(kind: type[R], subjects: list[str]) -> list[R]:
        found = records_about(context.store, kind, subjects)
        return [one for one in found if confidential or not one.confidential]

    outcomes, milestones, actions = own(Outcome), own(Milestone), own(ActionItem)
    held, lessons = own(Retrospective), own(Lesson)
    names = {project.id: project.name, **{one.id: one.title for one in outcomes}}
    measurements = in_force(about(Measurement, list(names)))
    measured: dict[str, list[Measurement]] = defaultdict(list)
    for one in measurements:
        measured[one.subject].append(one)
    metrics = own(ProcessMetric)
    work = _work_items(context, project, period, confidential)
    from ..analysis.wall_metrics import (
        metric_facts,
        series_of,
    )  # clients import this table: no figures may come with it

    worked, weeks = work_facts(work, period)
    facts = (
        []
        if period.last < (period.start or period.last)
        else in_order(
            [
                *project_facts(project, period),
                *milestone_facts(milestones, period),
                *worked,
                *metric_facts(series_of(outcomes, measurements, metrics), period),
                *outcome_facts(outcomes, measured, period),
                *assessment_facts(about(Assessment, list(names)), names, period),
                *alert_facts(about(Alert, list(names)), names, period),
                *decision_facts(own(Decision), period),
                *action_facts(actions, period, but),
                *retrospective_facts(held, actions, period, but),
                *lesson_facts(lessons, period, but),
            ]
        )
    )
    has = {
        "milestones": milestones, "work": work, "measurements": [*measurements, *metrics], "outcomes": outcomes,
        "actions": actions, "retrospectives": [one for one in held if one.id != but], "lessons": lessons,
    }  # fmt: skip
    kept, left_out = _cut(facts)
    return Wall(
        project=project.id, period_start=start, period_end=period.end, facts=kept, weeks=weeks,
        missing=[name for name, records in has.items() if not records], left_out=left_out,
    )  # fmt: skip


def _work_items(context: Context, project: Project, period: Period, confidential: bool) -> list[WorkItem]:
    edge = datetime.combine(period.end + timedelta(days=1), time.min, UTC)  # a zone's day may end later than UTC's
    rows = context.store.read(
        statement("wall.work_items"), project=project.id, confidential=confidential,
        before=instant_text(edge),
    )  # fmt: skip
    return [WorkItem.from_properties({name: value for name, value in row.items() if value is not None}) for row in rows]


def _cut(facts: list[Fact]) -> tuple[list[Fact], dict[FactKind, int]]:
    """The latest of each kind, and how many of each are left out."""
    counts: Counter[FactKind] = Counter()
    kept = []
    for one in reversed(facts):
        counts[one.kind] += 1
        if counts[one.kind] <= MOST_OF_A_KIND:
            kept.append(one)
    left_out = {kind: count - MOST_OF_A_KIND for kind, count in counts.items() if count > MOST_OF_A_KIND}
    return kept[::-1], left_out
