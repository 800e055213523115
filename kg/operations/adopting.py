"""Recommended types become draft outcomes of a project, with what precedents know filled in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field, model_validator

from ..domain import (
    Direction,
    Metric,
    Outcome,
    OutcomeType,
    Project,
    ProjectStatus,
    Relationship,
    Role,
    UnitKind,
    derive_id,
    smart_gaps,
)
from ..errors import Conflict, InvalidRequest
from ..recommend.precedents import UNTYPED
from ..recommend.wording import WORDS, statement_of
from ..schema import Label, Rel
from ..store.records import get_record, put_records, put_relationships
from .metric_lookup import Metrics
from .outcome_catalogue import Catalogue
from .outcome_units import refuse_out_of_bounds
from .plan_grounds import PlanFacts, known_day, models_for
from .projects import find_project
from .recommendation_views import MetricView, TypeRecommendation
from .recommendations import RecommendOutcomes, plan_of
from .refusals import unfit
from .table import Context, Request, Response, operation


class NewProject(BaseModel):
    """A project that is being planned; its unit must lie within what its author may see."""

    name: str = Field(min_length=1, max_length=300)
    description: str | None = Field(default=None, max_length=100_000)
    unit: str | None = None
    sector: str | None = None
    attributes: dict[str, str] = Field(default={}, max_length=100)
    start: date | None = None
    end: date | None = None
    budget: Decimal | None = Field(default=None, ge=0)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")


class AdoptedType(BaseModel):
    """A type to adopt, and what the adopter says differently from the recommendation."""

    outcome_type: str
    title: str | None = Field(default=None, min_length=1, max_length=300)
    metric: str | None = None
    unit_of_measure: str | None = None
    direction: Direction | None = None
    baseline: float | None = Field(default=None, allow_inf_nan=False)
    target: float | None = Field(default=None, allow_inf_nan=False)
    due: date | None = None


class AdoptOutcomes(Request):
    """Types to adopt into a project that exists or a new one.

    `plan` is what the recommendation was asked with, `as_of` its day. The same `key` again
    changes nothing.
    """

    project: str | None = None
    new_project: NewProject | None = None
    types: list[AdoptedType] = Field(min_length=1, max_length=20)
    plan: PlanFacts = PlanFacts()
    as_of: date | None = None
    language: str | None = Field(default=None, pattern="^(en|zh)$")
    key: str | None = Field(default=None, max_length=100)

    @model_validator(mode="after")
    def _one_project(self) -> AdoptOutcomes:
        if (self.project is None) == (self.new_project is None):
            raise unfit("missing", "project", "name a project that exists, or give a new one")
        kinds = [item.outcome_type for item in self.types]
        if len(set(kinds)) < len(kinds):
            raise unfit("twice", "types", "each type is adopted once")
        return self


class AdoptedOutcome(BaseModel):
    """A draft with what it still lacks: letters of SMART, each with its empty fields."""

    outcome: Outcome
    missing: dict[str, list[str]]
    precedents: list[str]


class Adopted(Response):
    """The project and its new drafts."""

    project: Project
    created: bool
    outcomes: list[AdoptedOutcome]


@operation(Role.MEMBER, audited=True)
def adopt_outcomes(context: Context, request: AdoptOutcomes) -> Adopted:
    """Make draft outcomes of recommended types; calling again with the same key changes nothing."""
    stamp = request.key or context.now.isoformat()
    project, created = _project(context, request, stamp)
    language = request.language or ("zh" if context.visitor.language == "zh" else "en")
    drafts: list[AdoptedOutcome] = []
    records: list[Any] = [project] if created else []
    edges: list[Relationship] = []
    for wanted in request.types:
        advice = _advice(context, request, project, created, wanted.outcome_type)
        kind = get_record(context.store, OutcomeType, advice.outcome_type)
        outcome = _draft(context, request, project, wanted, advice, language, stamp)
        earlier = get_record(context.store, Outcome, outcome.id)
        if earlier is None:
            records.append(outcome)
            edges.append(_edge(Rel.HAS_OUTCOME, Label.PROJECT, project.id, Label.OUTCOME, outcome.id))
            if kind is not None:
                edges.append(_edge(Rel.OF_TYPE, Label.OUTCOME, outcome.id, Label.OUTCOME_TYPE, kind.id))
        kept = earlier or outcome
        names = [found.project for found in advice.precedents]
        drafts.append(AdoptedOutcome(outcome=kept, missing=smart_gaps(kept), precedents=names))
    with context.store.transaction() as tx:
        put_records(tx, records, at=context.now, by=context.visitor.name)
        put_relationships(tx, edges, at=context.now, by=context.visitor.name)
    context.audit.update(subject=project.id, after_hash=drafts[0].outcome.content_hash())
    return Adopted(project=project, created=created, outcomes=drafts)


def _project(context: Context, request: AdoptOutcomes, stamp: str) -> tuple[Project, bool]:
    if request.project is not None:
        return find_project(context.store, request.project, context.scope), False
    new = request.new_project
    assert new is not None
    unit = new.unit or _own_unit(context)
    if not context.scope.covers(None, unit):
        known = ", ".join(sorted(context.scope.units)) or "none"
        raise InvalidRequest(
            f"new_project.unit: {unit or 'a project without a unit'} lies outside what you may see; "
            f"your units: {known}.",
            field="new_project.unit", why="unit_not_seen", known=known, unit=unit, units=sorted(context.scope.units),
        )  # fmt: skip
    made = Project.parse(
        {
            **new.model_dump(exclude={"unit"}),
            "id": derive_id("project", "plan", context.visitor.name, stamp),
            "unit": unit,
            "status": ProjectStatus.PLANNED,
        }
    )
    earlier = get_record(context.store, Project, made.id)
    if earlier is None:
        return made, True
    if earlier.name != made.name:
        raise Conflict(f"The key {request.key!r} was used for another project.", key=request.key)
    return earlier, False


def _own_unit(context: Context) -> str | None:
    units = sorted(context.scope.units)
    return units[0] if len(units) == 1 and not context.scope.everything else None


def _advice(context: Context, request: AdoptOutcomes, project: Project, created: bool, kind: str) -> TypeRecommendation:
    """The recommendation on one type, made again from what the graph knows: never what a page claims."""
    values = request.plan.model_dump(exclude_defaults=True)
    if created:
        said: dict[str, Any] = {"text": " ".join(part for part in (project.name, project.description) if part)}
        said |= {"attributes": project.attributes, "sector": project.sector, "unit": project.unit}
        values = {name: value for name, value in said.items() if value} | values
    else:
        values["project"] = project.id
    asked = RecommendOutcomes.model_validate(values | {"outcome_type": kind, "as_of": request.as_of})
    day = known_day(context, request.as_of)
    plan, own = plan_of(context, asked, day)
    models = models_for(context, request.as_of, own)
    catalogue = Catalogue(context, day)
    wanted = catalogue.type_id(kind, models.types.types) or kind
    advice = models.advise(plan, 1, [wanted])
    return next(catalogue.view(item) for item in advice.types if item.outcome_type == wanted)


def _draft(
    context: Context,
    request: AdoptOutcomes,
    project: Project,
    wanted: AdoptedType,
    advice: TypeRecommendation,
    language: str,
    stamp: str,
) -> Outcome:
    used = _metric(wanted.metric, advice.metrics)
    title = wanted.title or (advice.name_zh if language == "zh" else advice.name_en)
    metric = wanted.metric or (used.metric if used else next(iter(advice.default_metrics), None))
    unit = wanted.unit_of_measure or (used.unit if used else None)
    direction = wanted.direction or Direction((used.direction if used else None) or Direction.INCREASE)
    known = _known(context, metric, unit)
    reached = used.reached if used else None
    target = wanted.target if wanted.target is not None else reached.median if reached else None
    due = wanted.due or project.end
    refuse_out_of_bounds({"baseline": wanted.baseline, "target": wanted.target, "due": wanted.due})
    described = advice.description_zh if language == "zh" else advice.description_en
    return Outcome.parse(
        {
            "id": derive_id("outcome", "adopted", project.id, advice.outcome_type, stamp),
            "project": project.id,
            "unit": project.unit,
            "confidential": project.confidential,
            "title": title,
            "outcome_type": None if advice.outcome_type == UNTYPED else advice.outcome_type,
            "statement": statement_of(
                language, title, metric, direction, target, unit, due.isoformat() if due else None
            ),
            "metric": metric,
            "metric_key": known.key if known else None,
            "unit_kind": known.unit_kind if known else UnitKind.NUMBER,
            "currency": project.currency if known and known.unit_kind is UnitKind.CURRENCY else None,
            "unit_of_measure": unit,
            "direction": direction,
            "baseline": wanted.baseline,
            "target": target,
            "relevance": described,
            "achievability": _achievability(advice, used, language, request.as_of or context.now.date()),
            "start": project.start if not (project.start and due and due < project.start) else None,
            "due": due,
        }
    )


def _metric(wanted: str | None, used: list[MetricView]) -> MetricView | None:
    if wanted is None:
        return used[0] if used else None
    return next((item for item in used if item.metric.casefold() == wanted.casefold()), None)


def _known(context: Context, metric: str | None, unit: str | None) -> Metric | None:
    """The dictionary's metric of this name, where it has this unit."""
    found = Metrics(context).named(metric) if metric else None
    if found is None or (unit is not None and unit != found.unit_of_measure):
        return None
    return found


def _achievability(advice: TypeRecommendation, used: MetricView | None, language: str, day: date) -> str:
    words = WORDS[language]
    chance = "none" if not advice.n else "chance" if advice.enough else "little"
    said = [
        words[chance].format(
            n=advice.n,
            percent=round(100 * advice.probability),
            low=round(100 * advice.low),
            high=round(100 * advice.high),
            day=day.isoformat(),
        )
    ]
    if used and used.reached:
        spread = {name: f"{getattr(used.reached, name):g}" for name in ("low", "median", "high")}
        said.append(words["reached"].format(n=used.reached.n, **spread))
    if advice.precedents:
        pairs = [
            words["pair"].format(name=found.name, verdict=words["yes" if found.attained else "no"])
            for found in advice.precedents[:3]
        ]
        said.append(words["precedents"].format(names=words["comma"].join(pairs)))
    return " ".join(said) if language == "en" else "".join(said)


def _edge(rel: Rel, start_label: Label, start: str, end_label: Label, end: str) -> Relationship:
    return Relationship(type=rel, start_label=start_label, start=start, end_label=end_label, end=end)
