"""Recommendations for a whole file of plans in one go."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field, model_validator

from ..domain import Role
from ..errors import NotFound
from ..recommend.precedents import Plan
from .outcome_catalogue import Catalogue
from .plan_grounds import PlanFacts, how_well, known_day, models_for, passed_over_of
from .recommendation_views import Known, Reason, TypeRecommendation
from .refusals import unfit
from .table import Context, Request, Response, operation


class PlanLine(PlanFacts):
    """A plan of a batch, with an id of the asker's own."""

    id: str = Field(min_length=1, max_length=300)
    outcome_type: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> PlanLine:
        if not (self.text.strip() or self.facts()):
            raise unfit("no_plan", "text", "describe the plan in a few words or attributes")
        return self


class RecommendMany(Request):
    """Plans to answer in one go, all with what was known at `as_of`."""

    plans: list[PlanLine] = Field(min_length=1, max_length=1000)
    as_of: date | None = None
    limit: int = Field(default=5, ge=1, le=50)
    precedents: int = Field(default=5, ge=0, le=50)


class PlanAnswer(BaseModel):
    """The types for one plan of a batch, or why there are none."""

    id: str
    types: list[TypeRecommendation] = []
    asked: TypeRecommendation | None = None
    known: Known = Known.ENOUGH
    reason: Reason | None = None
    problem: str | None = None


class ManyRecommendations(Response):
    """Answers in the order of the plans; `passed_over` are attributes that no precedent has."""

    answers: list[PlanAnswer]
    passed_over: list[str] = []
    precedents_known: int
    as_of: date


@operation(Role.MEMBER)
def recommend_many(context: Context, request: RecommendMany) -> ManyRecommendations:
    """Outcome types for many plans at once; a plan that names an unknown type says so for itself."""
    day = known_day(context, request.as_of)
    models = models_for(context, request.as_of, None)
    catalogue = Catalogue(context, day)
    plans: list[Plan] = []
    wanted: list[str | None] = []
    problems: list[str | None] = []
    for line in request.plans:
        plans.append(Plan(line.text, line.facts(), day))
        try:
            wanted.append(catalogue.type_id(line.outcome_type, models.types.types))
            problems.append(None)
        except NotFound as error:
            wanted.append(None)
            problems.append(error.message)
    answers = []
    for line, advice, asked, problem in zip(
        request.plans,
        models.advise_all(plans, request.limit, [[kind] if kind else [] for kind in wanted], request.precedents),
        wanted,
        problems,
        strict=True,
    ):
        if problem is not None:
            answers.append(PlanAnswer(id=line.id, problem=problem))
            continue
        shown = [catalogue.view(item) for item in advice.types]
        known, reason = how_well(models, advice)
        answers.append(
            PlanAnswer(
                id=line.id,
                types=shown[: request.limit],
                asked=next((item for item in shown if item.outcome_type == asked), None),
                known=known,
                reason=reason,
            )
        )
    return ManyRecommendations(
        answers=answers,
        passed_over=passed_over_of(models, plans),
        precedents_known=len(models.judged),
        as_of=day,
    )
