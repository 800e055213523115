"""What a new project may expect, from what past ones brought."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, model_validator

from ..domain import Benchmark, Lesson, OutcomeType, Polarity, Role
from ..errors import InvalidRequest, KgError, NotFound
from ..policy import ScopeFilter
from ..recommend.precedents import Plan, size_of
from ..store.records import get_record, list_records
from .lessons import LessonFilters, LessonHit, SearchLessons
from .projects import find_project
from .recommendation_views import (
    Avoid,
    Known,
    LessonWarning,
    Reason,
    Recommendations,
    TypeRecommendation,
    calibration_view,
    failure_view,
    point_view,
    practice_view,
    precedent_view,
    type_view,
)
from .table import Context, Request, Response, operation

if TYPE_CHECKING:  # clients and kernels import the table of operations: no model may come with it
    from ..recommend.recommender import Advice, Models, TypeAdvice

ADVISED = 4
"""Practices, warnings and failures that are told of, of each at most."""

SPOKEN = 3
"""Types without precedents that are told of because the plan speaks of them."""

ENOUGH = 5
"""Fewer judged precedents than this, and too little is known of anything."""


class PlanFacts(BaseModel):
    """What is known of a plan: words, and facts named as past projects name theirs."""

    text: str = Field(default="", max_length=100_000)
    attributes: dict[str, str] = Field(default={}, max_length=100)
    sector: str | None = None
    unit: str | None = None
    budget: float | None = Field(default=None, ge=0)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")

    def facts(self) -> dict[str, str]:
        """All attributes together."""
        said = {"sector": self.sector, "unit": self.unit, "budget": size_of(self.budget, self.currency)}
        return {name: value for name, value in said.items() if value} | self.attributes


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
            raise ValueError("describe the plan in a few words, or name a project")
        return self


@operation(Role.MEMBER)
def recommend_outcomes(context: Context, request: RecommendOutcomes) -> Recommendations:
    """Outcome types for a plan, each with an honest chance, an interval and precedents."""
    day = _known_at(context, request.as_of)
    plan, own = _plan(context, request, day)
    models = _models(context, request.as_of, own)
    catalogue = Catalogue(context, day)
    wanted = catalogue.type_id(request.outcome_type, models.types.types)
    spoken = catalogue.spoken_of(request.text, models.types.types)
    advice = models.advise(plan, request.limit, [*([wanted] if wanted else []), *spoken], request.precedents)
    shown = [catalogue.view(item) for item in advice.types]
    told = {*models.types.types, *spoken} or {item.outcome_type for item in shown}
    known, reason = _how_well(models, advice)
    return Recommendations(
        types=[item for item in shown if item.outcome_type in told][: request.limit],
        asked=next((item for item in shown if item.outcome_type == wanted), None),
        known=known,
        reason=reason,
        practices=_practices(context, models, plan, advice, request.as_of),
        avoid=_avoid(context, models, plan, advice, request.as_of),
        near=[point_view(like) for like in advice.near],
        calibration=calibration_view(models.attainment.calibration),
        passed_over=_passed_over(models, [plan]),
        precedents_known=len(models.judged),
        as_of=day,
    )


class PlanLine(PlanFacts):
    """A plan of a batch, with an id of the asker's own."""

    id: str = Field(min_length=1, max_length=300)
    outcome_type: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> PlanLine:
        if not (self.text.strip() or self.facts()):
            raise ValueError("describe the plan in a few words or attributes")
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
    day = _known_at(context, request.as_of)
    models = _models(context, request.as_of, None)
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
        known, reason = _how_well(models, advice)
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
        passed_over=_passed_over(models, plans),
        precedents_known=len(models.judged),
        as_of=day,
    )


class Catalogue:
    """The kinds of outcome with their benchmarks, as far as the asker may see.

    Args:
        context: The call.
        day: Benchmarks of a later day are not known yet.
    """

    def __init__(self, context: Context, day: date) -> None:
        everything = ScopeFilter(everything=True)
        self.kinds = {kind.id: kind for kind in list_records(context.store, OutcomeType, everything)}
        self._names = {
            name.casefold(): kind.id
            for kind in self.kinds.values()
            for name in (kind.name_zh, kind.name_en, kind.key, kind.id)
        }
        self._benchmarks: dict[str, list[Benchmark]] = {}
        for found in list_records(context.store, Benchmark, ScopeFilter(everything=True, confidential=True)):
            common = found.project is None and found.unit is None and not found.confidential
            seen = common or context.scope.covers(found.project, found.unit, found.confidential)
            if found.date <= day and seen:
                self._benchmarks.setdefault(
                    self._names.get(found.outcome_type.casefold(), found.outcome_type), []
                ).append(found)

    def type_id(self, wanted: str | None, used: Iterable[str]) -> str | None:
        """The id of a type by id, key or name in either language; None for None.

        Raises:
            NotFound: No such type; names the nearest.
        """
        if wanted is None:
            return None
        if wanted in self.kinds or wanted in used:
            return wanted
        found = self._names.get(wanted.strip().casefold())
        if found is None:
            keys = [kind.key for kind in self.kinds.values()] + [kind.name_en for kind in self.kinds.values()]
            raise NotFound.among("outcome type", wanted, [*used, *keys])
        return found

    def spoken_of(self, text: str, used: Iterable[str]) -> list[str]:
        """Types without precedents that the plan's own words name, the most words first.

        One word of a name or a metric is enough, or two of a description.
        """
        from ..recommend.advice import shared_terms, terms_of

        words = terms_of(text)
        known = set(used)
        found = []
        for kind in self.kinds.values():
            if kind.id in known or kind.merged_into or not words:
                continue
            names = len(shared_terms(words, "\n".join((kind.name_en, kind.name_zh, *kind.default_metrics))))
            described = len(shared_terms(words, f"{kind.description_en or ''}\n{kind.description_zh or ''}"))
            if names or described >= 2:
                found.append((-2 * names - described, kind.id))
        return [key for _, key in sorted(found)[:SPOKEN]]

    def view(self, advice: TypeAdvice) -> TypeRecommendation:
        """Advice on a type with its names and benchmarks."""
        benchmarks = sorted(self._benchmarks.get(advice.outcome_type, []), key=lambda b: (b.measure, b.date, b.id))
        return type_view(advice, self.kinds.get(advice.outcome_type), benchmarks)


def _known_at(context: Context, as_of: date | None) -> date:
    day = as_of or context.now.date()
    if day > context.now.date():
        raise InvalidRequest(f"as_of {day} lies in the future.", field="as_of")
    return day


def _models(context: Context, as_of: date | None, own: str | None) -> Models:
    models: Models = context.service("recommender").models(context.scope, as_of, without=own, today=context.now.date())
    return models


def _plan(context: Context, request: RecommendOutcomes, day: date) -> tuple[Plan, str | None]:
    if request.project is None:
        return Plan(request.text, request.facts(), day), None
    project = find_project(context.store, request.project, context.scope)
    size = size_of(project.budget, project.currency)
    own = {"sector": project.sector, "unit": project.unit, "budget": size}
    known = {name: value for name, value in own.items() if value} | project.attributes | request.facts()
    text = " ".join(part for part in (project.name, project.description, request.text) if part)
    return Plan(text, known, project.start or day), project.id


def _passed_over(models: Models, plans: list[Plan]) -> list[str]:
    """Attributes of plans that no precedent has; what the form always asks for is not complained of."""
    given = {name for plan in plans for name in plan.attributes}
    return sorted(given - models.attributes - {"unit", "budget"})


def _how_well(models: Models, advice: Advice) -> tuple[Known, Reason | None]:
    if not models.judged:
        return Known.TOO_LITTLE, Reason.NO_PRECEDENTS
    if any(item.estimate.enough for item in advice.types):
        return Known.ENOUGH, None
    few = all(item.estimate.n < ENOUGH for item in advice.types)
    return Known.TOO_LITTLE, Reason.FEW_JUDGED if few else Reason.NOTHING_LIKE_IT


def _practices(context: Context, models: Models, plan: Plan, advice: Advice, as_of: date | None) -> Any:
    from ..recommend.advice import practices_near
    from ..recommend.effects import practice_effects

    names = {p.project: p.name for p in models.past}
    effects = practice_effects(context.store, context.scope, as_of)
    return [practice_view(found, names) for found in practices_near(effects, plan, advice.near, ADVISED)]


def _avoid(context: Context, models: Models, plan: Plan, advice: Advice, as_of: date | None) -> Avoid:
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


def _why_near(hit: LessonHit, close: set[str], plan: Plan) -> Any:
    from ..domain import detect_language
    from ..recommend.advice import terms_of

    own = plan.attributes.get("sector")
    if hit.project in close:
        return "precedent"
    same = bool(own and hit.sector == own)
    foreign_field = bool(own and hit.sector and hit.sector != own)
    asked = len(terms_of(plan.text))
    needed = min(5, max(2, ceil(asked * (0.6 if foreign_field else 0.4))))
    if len(set(hit.matched_terms)) >= needed:
        return "words"
    if same and hit.matched_terms:
        return "sector"
    foreign = hit.language and hit.language != detect_language(plan.text)
    meant = any(part.arm not in ("words", "graph") and (part.rank or 99) <= 3 for part in hit.parts)
    return "meaning" if foreign and meant else None


def _known_lesson(lesson: Lesson, as_of: date | None) -> bool:
    if as_of is None:
        return True
    learnt = lesson.learnt_on or (lesson.recorded_at.date() if lesson.recorded_at else None)
    return learnt is not None and learnt <= as_of
