"""Projects: finding them, and all the facts of one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pydantic import BaseModel, Field, model_validator

from ..domain import (
    ActionItem,
    Assessment,
    Lesson,
    Measurement,
    Milestone,
    Outcome,
    OutcomeType,
    Project,
    Retrospective,
    Role,
)
from ..errors import NotFound
from ..policy import ScopeFilter
from ..queries import statement
from ..schema import Label
from ..store.merges import ends_of_merges
from ..store.protocol import GraphStore
from ..store.records import get_record, list_records
from .measured_subjects import in_own_units
from .refusals import period_backwards
from .table import Context, Request, Response, operation
from .visible_about import visible_about


class ListProjects(Request):
    """Words and limits to find projects by."""

    text: str | None = Field(default=None, max_length=500)
    unit: str | None = None
    sector: str | None = None
    limit: int = Field(default=50, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class ProjectSummary(BaseModel):
    """A project in a list, with how much is known of it."""

    id: str
    external_id: str | None = None
    source_system: str | None = None
    name: str
    unit: str | None = None
    sector: str | None = None
    status: str
    start: date | None = None
    end: date | None = None
    outcomes: int = 0
    lessons: int = 0
    retrospectives: int = 0
    open_actions: int = 0


class ProjectList(Response):
    """A page of projects with counts to narrow them."""

    projects: list[ProjectSummary]
    total: int
    sectors: dict[str, int]
    units: dict[str, int]


class ProjectFactsRequest(Request):
    """The period is half-open: `[period_start, period_end)`; an open end means all."""

    project: str
    period_start: date | None = None
    period_end: date | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> ProjectFactsRequest:
        if self.period_start and self.period_end and self.period_end <= self.period_start:
            raise period_backwards(self.period_start, self.period_end)
        return self


class ProjectKeys(Request):
    """Which projects."""

    ids: list[str] = Field(max_length=1000)


class ProjectNames(Response):
    """Names by id; what the visitor may not see is left out."""

    names: dict[str, str]


class OutcomeFacts(BaseModel):
    """An outcome with everything said about it."""

    outcome: Outcome
    type: OutcomeType | None = None
    assessments: list[Assessment] = []
    measurements: list[Measurement] = []


class ProjectFacts(Response):
    """What is known of a project, cut to a period where records carry a date."""

    project: Project
    outcomes: list[OutcomeFacts]
    retrospectives: list[Retrospective]
    actions: list[ActionItem]
    lessons: list[Lesson]
    milestones: list[Milestone]
    revision: int


@operation(Role.MEMBER)
def list_projects(context: Context, request: ListProjects) -> ProjectList:
    """Projects that the visitor may see, most documented first."""
    rows = context.store.read(statement("projects.summaries"), **context.scope.parameters())
    sectors: dict[str, int] = {}
    units: dict[str, int] = {}
    words = (request.text or "").casefold().split()
    found = []
    for row in rows:
        held = " ".join(str(row[name] or "") for name in ("name", "unit", "sector", "external_id", "id")).casefold()
        if not all(word in held for word in words):
            continue
        if row["sector"]:
            sectors[row["sector"]] = sectors.get(row["sector"], 0) + 1
        if row["unit"]:
            units[row["unit"]] = units.get(row["unit"], 0) + 1
        if request.sector and row["sector"] != request.sector:
            continue
        if request.unit and not (row["unit"] == request.unit or str(row["unit"]).startswith(request.unit + "/")):
            continue
        found.append(ProjectSummary.model_validate(row))
    found.sort(key=lambda p: (-(p.retrospectives + p.lessons), -p.outcomes, p.name.casefold()))
    page = found[request.offset : request.offset + request.limit]
    return ProjectList(projects=page, total=len(found), sectors=sectors, units=units)


@operation(Role.MEMBER)
def name_projects(context: Context, request: ProjectKeys) -> ProjectNames:
    """The names of some projects: what a list of results needs of them, and no more."""
    return ProjectNames(names=visible_names(context, request.ids))


@operation(Role.MEMBER)
def project_facts(context: Context, request: ProjectFactsRequest) -> ProjectFacts:
    """Everything known of one project in a period: the facts that go on the wall."""
    store, scope = context.store, context.scope
    project = find_project(store, request.project, scope)
    everything = ScopeFilter(everything=True, confidential=scope.covers(project.id, project.unit, True))
    outcomes = list_records(store, Outcome, everything, project.id)
    about = [project, *outcomes]
    assessments = visible_about(store, scope, Assessment, about)
    measured: dict[str, list[Measurement]] = {}
    for measurement in visible_about(store, scope, Measurement, about):
        measured.setdefault(measurement.subject, []).append(measurement)
    own = in_own_units(store, outcomes, measured)
    kinds = {kind.id: kind for kind in list_records(store, OutcomeType, ScopeFilter(everything=True))}
    merged = ends_of_merges(store, Label.OUTCOME_TYPE)

    def within(day: date | None) -> bool:
        if day is None:
            return True
        starts = request.period_start is None or day >= request.period_start
        return starts and (request.period_end is None or day < request.period_end)

    return ProjectFacts(
        project=project,
        outcomes=[
            OutcomeFacts(
                outcome=outcome,
                type=kinds.get(merged.get(outcome.outcome_type or "", outcome.outcome_type or "")),
                assessments=[a for a in assessments if a.subject in (outcome.id, project.id)],
                measurements=[m for m in own[outcome.id] if within(m.date)],
            )
            for outcome in outcomes
        ],
        retrospectives=sorted(
            (r for r in list_records(store, Retrospective, everything, project.id) if within(r.held_on)),
            key=lambda r: (r.held_on or date.min, r.id),
        ),
        actions=[a for a in list_records(store, ActionItem, everything, project.id) if within(a.opened_on)],
        lessons=[x for x in _told_once(list_records(store, Lesson, everything, project.id)) if within(x.learnt_on)],
        milestones=list_records(store, Milestone, everything, project.id),
        revision=store.revision(),
    )


def visible_names(context: Context, ids: Iterable[str]) -> dict[str, str]:
    """Names of the projects with these ids that the visitor may see."""
    wanted = sorted(set(ids))
    rows = context.store.read(statement("projects.names"), ids=wanted, **context.scope.parameters()) if wanted else []
    return {row["id"]: row["name"] for row in rows}


def _told_once(lessons: list[Lesson]) -> list[Lesson]:
    """Without translations of lessons that are there."""
    there = {lesson.id for lesson in lessons}
    return [lesson for lesson in lessons if lesson.translation_of not in there]


def find_project(store: GraphStore, key: str, scope: ScopeFilter) -> Project:
    """The project with this id or external id, if the scope covers it.

    Raises:
        NotFound: No such project, or a hidden one; names the nearest visible id.
    """
    found = get_record(store, Project, key)
    if found is None:
        rows = store.read(statement("projects.by_external_id"), external_id=key)
        found = Project.from_properties(rows[0]["record"]) if len(rows) == 1 else None
    if found is None or not scope.covers(found.id, found.unit, found.confidential):
        rows = store.read(statement("projects.keys"), **scope.parameters())
        known = [row["id"] for row in rows] + [row["external_id"] for row in rows if row["external_id"]]
        raise NotFound.among(Label.PROJECT.value.lower(), key, known)
    return found
