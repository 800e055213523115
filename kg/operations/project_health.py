"""The health of a project from its process and its outcomes, with all that it is made of."""

from __future__ import annotations

from datetime import date
from typing import cast

from pydantic import BaseModel

from ..domain import ActionItem, Measurement, Milestone, Outcome, Role, WorkItem
from ..domain.health import (
    HealthFormula,
    HealthPart,
    action_part,
    milestone_part,
    outcome_part,
    outcome_points,
    weighted,
    with_shares,
    work_part,
)
from ..domain.outcomes import OutcomeState
from ..domain.progress import ProgressState, standing
from ..domain.units import Unit
from ..policy import ScopeFilter
from ..store.records import list_records, records_about
from .action_reading import local_day
from .measured_subjects import in_own_units
from .measurement_views import UnitView
from .portfolio import ProjectKey
from .projects import find_project
from .table import Context, Response, operation


class OutcomeHealth(BaseModel):
    """An outcome's part in the figure; `points` from 0 to 1, None when not enough is known of it."""

    id: str
    title: str
    weight: float
    points: float | None = None
    state: ProgressState
    current: float | None = None
    measured_on: date | None = None
    expected_now: float | None = None
    target: float | None = None
    unit: UnitView


class ProjectHealth(Response):
    """A project's health, 0 to 100, or None when not enough is known of process or of outcomes.

    `process` and `outcomes` are the two sides; `parts` are milestones, actions, work and outcomes.
    """

    project: str
    name: str
    today: date
    score: float | None = None
    process: float | None = None
    outcomes: float | None = None
    parts: list[HealthPart]
    counted: list[OutcomeHealth]
    formula: HealthFormula


@operation(Role.MEMBER)
def project_health(context: Context, request: ProjectKey) -> ProjectHealth:
    """A project's health from 0 to 100 with its formula and all parts; none where not enough is known."""
    store = context.store
    project = find_project(store, request.project, context.scope)
    inside = ScopeFilter(everything=True, confidential=context.scope.covers(project.id, project.unit, True))
    formula = _formula(context)
    today = local_day(store, project.id, context.now)
    counted = _outcomes(context, project.id, inside, today, formula)
    process = [
        milestone_part(list_records(store, Milestone, inside, project.id), today, formula),
        action_part(list_records(store, ActionItem, inside, project.id), today, formula),
        work_part(list_records(store, WorkItem, inside, project.id), context.now, formula),
    ]
    outcomes = outcome_part([(one.weight, one.points) for one in counted], formula)
    sides = [HealthPart(key="process", score=weighted(process), weight=formula.process.weight), outcomes]
    needed = [side for side in sides if side.weight > 0]
    whole = sum(side.weight for side in needed)
    score = weighted(needed) if all(side.score is not None for side in needed) else None
    return ProjectHealth(
        project=project.id, name=project.name, today=today, score=score, process=sides[0].score,
        outcomes=outcomes.score,
        parts=[
            *with_shares(process, formula.process.weight / whole),
            *with_shares([outcomes], outcomes.weight / whole),
        ],
        counted=counted, formula=formula,
    )  # fmt: skip


def _outcomes(
    context: Context, project: str, inside: ScopeFilter, today: date, formula: HealthFormula
) -> list[OutcomeHealth]:
    """The outcomes that have begun; a draft counts once it is measured."""
    found = list_records(context.store, Outcome, inside, project)
    values: dict[str, list[Measurement]] = {outcome.id: [] for outcome in found}
    for m in records_about(context.store, Measurement, list(values)) if values else []:
        if inside.confidential or not m.confidential:
            values[m.subject].append(m)
    own = in_own_units(context.store, found, values)
    counted = []
    for outcome in found:
        known = own[outcome.id]
        if (outcome.start and outcome.start > today) or (outcome.state is OutcomeState.DRAFT and not known):
            continue
        stands = standing(outcome, known, today)
        counted.append(
            OutcomeHealth(
                id=outcome.id, title=outcome.title, weight=outcome.weight,
                points=outcome_points(outcome, stands, formula), state=stands.state,
                current=stands.attainment.current if stands.attainment else None,
                measured_on=stands.attainment.measured_on if stands.attainment else None,
                expected_now=stands.expected, target=outcome.target, unit=UnitView.of(Unit.of(outcome)),
            )
        )  # fmt: skip
    return sorted(counted, key=lambda one: (one.points is None, one.points or 0.0, one.title))


def _formula(context: Context) -> HealthFormula:
    """The installation's own formula, or the one that is packaged."""
    offered = context.services.get("health_formula")
    return cast("HealthFormula", offered()) if offered else HealthFormula()
