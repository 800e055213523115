"""What a new project may expect, from what past ones brought."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field, model_validator

from ..domain import OutcomeType, Role
from ..errors import InvalidRequest
from ..policy import ScopeFilter
from ..recommend.precedents import UNTYPED, Plan
from ..schema import Rel
from ..store.records import list_records
from .projects import find_project
from .table import Context, Request, Response, operation

if TYPE_CHECKING:  # clients and kernels import the table of operations: no model may come with it
    from ..recommend.recommender import TypeAdvice
    from ..recommend.similarity import Likeness


class RecommendOutcomes(Request):
    """A plan in words and facts, or an existing project.

    `attributes` are facts known at approval, named as past projects name theirs. Only
    what was known at `as_of` enters (today when not given).
    """

    text: str = Field(default="", max_length=100_000)
    attributes: dict[str, str] = Field(default={}, max_length=100)
    sector: str | None = None
    unit: str | None = None
    project: str | None = None
    outcome_type: str | None = None
    as_of: date | None = None
    limit: int = Field(default=5, ge=1, le=50)
    precedents: int = Field(default=5, ge=0, le=50)

    @model_validator(mode="after")
    def _says_something(self) -> RecommendOutcomes:
        if not (self.text.strip() or self.attributes or self.project):
            raise ValueError("describe the plan in a few words, or name a project")
        return self


class PrecedentView(BaseModel):
    """A past outcome as grounds, with the path that leads to it."""

    project: str
    external_id: str | None
    name: str
    outcome: str
    attained: bool | None
    verdict: str | None
    decided: date | None
    began: date | None
    similarity: float
    weight: float
    shared: list[str]
    path: list[str]


class TypeRecommendation(BaseModel):
    """A type of outcome with its chance of success (90 % interval) and its grounds.

    `fit` is how likely the plan is about this type at all; `enough` is False when too
    little is known to lean on the chance.
    """

    outcome_type: str
    name_en: str
    name_zh: str
    fit: float
    probability: float
    low: float
    high: float
    n: int
    weight: float
    base_rate: float | None
    enough: bool
    default_metrics: list[str] = []
    precedents: list[PrecedentView] = []


class Recommendations(Response):
    """Types of outcome for a plan, most fitting first."""

    types: list[TypeRecommendation]
    asked: TypeRecommendation | None = None
    precedents_known: int
    as_of: date


@operation(Role.MEMBER)
def recommend_outcomes(context: Context, request: RecommendOutcomes) -> Recommendations:
    """Outcome types for a plan, each with an honest chance, an interval and precedents."""
    day = request.as_of or context.now.date()
    if day > context.now.date():
        raise InvalidRequest(f"as_of {day} lies in the future.", field="as_of")
    plan, own = _plan(context, request, day)
    models = context.service("recommender").models(context.scope, request.as_of)
    kinds = {kind.id: kind for kind in list_records(context.store, OutcomeType, ScopeFilter(everything=True))}
    wanted = _type_id(request.outcome_type, kinds, models.types.types)
    shown = [_view(advice, kinds, own) for advice in models.advise(plan, request.limit, wanted, request.precedents + 1)]
    for item in shown:
        item.precedents = item.precedents[: request.precedents]
    asked = next((item for item in shown if item.outcome_type == wanted), None)
    return Recommendations(
        types=shown[: request.limit],
        asked=asked,
        precedents_known=len(models.judged),
        as_of=day,
    )


def _plan(context: Context, request: RecommendOutcomes, day: date) -> tuple[Plan, str | None]:
    attributes = dict(request.attributes)
    if request.sector:
        attributes.setdefault("sector", request.sector)
    if request.project is None:
        return Plan(request.text, attributes, day), None
    project = find_project(context.store, request.project, context.scope)
    known = {**project.attributes, **attributes}
    if project.sector:
        known.setdefault("sector", project.sector)
    text = " ".join(part for part in (project.name, project.description, request.text) if part)
    return Plan(text, known, project.start or day), project.id


def _type_id(wanted: str | None, kinds: dict[str, OutcomeType], known: list[str]) -> str | None:
    if wanted is None:
        return None
    for kind in kinds.values():
        if wanted in (kind.id, kind.key, kind.name_en, kind.name_zh):
            return kind.id
    if wanted in known:
        return wanted
    from ..errors import NotFound

    raise NotFound.among("outcome type", wanted, [*known, *(kind.key for kind in kinds.values())])


def _view(advice: TypeAdvice, kinds: dict[str, OutcomeType], own: str | None) -> TypeRecommendation:
    kind = kinds.get(advice.outcome_type)
    estimate = advice.estimate
    plain = advice.outcome_type.removeprefix("outcometype:").replace("_", " ")
    return TypeRecommendation(
        outcome_type=advice.outcome_type,
        name_en=kind.name_en if kind else plain,
        name_zh=kind.name_zh if kind else plain,
        fit=advice.fit,
        probability=estimate.probability,
        low=estimate.low,
        high=estimate.high,
        n=estimate.n,
        weight=estimate.weight,
        base_rate=advice.base_rate,
        enough=estimate.enough,
        default_metrics=kind.default_metrics if kind else [],
        precedents=[_precedent(like) for like in advice.precedents if like.precedent.project != own],
    )


def _precedent(like: Likeness) -> PrecedentView:
    past = like.precedent
    path = [past.project, Rel.HAS_OUTCOME.value, past.outcome]
    if past.outcome_type != UNTYPED:
        path += [Rel.OF_TYPE.value, past.outcome_type]
    return PrecedentView(
        project=past.project,
        external_id=past.external_id,
        name=past.name,
        outcome=past.outcome,
        attained=past.attained,
        verdict=f"{past.scheme}: {past.value}" if past.scheme else past.value,
        decided=past.decided,
        began=past.plan.began,
        similarity=round(like.similarity, 4),
        weight=round(like.weight, 4),
        shared=list(like.shared),
        path=path,
    )
