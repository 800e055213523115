"""What a new project may expect, from what past ones brought."""

from __future__ import annotations

from datetime import date

from pydantic import Field, model_validator

from ..domain import Role
from ..recommend.precedents import Plan, size_of
from .outcome_catalogue import Catalogue
from .plan_advice import practices_for, risks_of
from .plan_grounds import PlanFacts, how_well, known_day, models_for, passed_over_of
from .projects import find_project
from .recommendation_making import calibration_view, point_view
from .recommendation_views import Recommendations
from .refusals import unfit
from .table import Context, Request, operation


class RecommendOutcomes(Request, PlanFacts):
    """A plan in words and facts, or an existing project.

    `attributes` are facts known at approval, named as past projects name theirs. Only
    what was known at `as_of` enters (today when not given).
    """

    project: str | None = None
    outcome_type: str | None = None
    as_of: date | None = None
    limit: int = Field(default=5, ge=1, le=50)
    precedents: int = Field(default=5, ge=0, le=50)

    @model_validator(mode="after")
    def _says_something(self) -> RecommendOutcomes:
        if not (self.text.strip() or self.facts() or self.project):
            raise unfit("no_plan", "text", "describe the plan in a few words, or name a project")
        return self


@operation(Role.MEMBER)
def recommend_outcomes(context: Context, request: RecommendOutcomes) -> Recommendations:
    """Outcome types for a plan, each with an honest chance, an interval and precedents."""
    day = known_day(context, request.as_of)
    plan, own = plan_of(context, request, day)
    models = models_for(context, request.as_of, own)
    catalogue = Catalogue(context, day)
    wanted = catalogue.type_id(request.outcome_type, models.types.types)
    spoken = catalogue.spoken_of(request.text, models.types.types)
    advice = models.advise(plan, request.limit, [*([wanted] if wanted else []), *spoken], request.precedents)
    shown = [catalogue.view(item) for item in advice.types]
    told = {*models.types.types, *spoken} or {item.outcome_type for item in shown}
    known, reason = how_well(models, advice)
    return Recommendations(
        types=[item for item in shown if item.outcome_type in told][: request.limit],
        asked=next((item for item in shown if item.outcome_type == wanted), None),
        known=known,
        reason=reason,
        practices=practices_for(context, models, plan, advice, request.as_of),
        avoid=risks_of(context, models, plan, advice, request.as_of),
        near=[point_view(like) for like in advice.near],
        calibration=calibration_view(models.attainment.calibration),
        passed_over=passed_over_of(models, [plan]),
        precedents_known=len(models.judged),
        as_of=day,
    )


def plan_of(context: Context, request: RecommendOutcomes, day: date) -> tuple[Plan, str | None]:
    """What is known of the plan, and the id of the project it is, where there is one."""
    if request.project is None:
        return Plan(request.text, request.facts(), day), None
    project = find_project(context.store, request.project, context.scope)
    size = size_of(project.budget, project.currency)
    own = {"sector": project.sector, "unit": project.unit, "budget": size}
    known = {name: value for name, value in own.items() if value} | project.attributes | request.facts()
    text = " ".join(part for part in (project.name, project.description, request.text) if part)
    return Plan(text, known, project.start or day), project.id
