"""What people say of an outcome, and the checked record that comes of it."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from ..domain import KPI, Direction, Expected, Horizon, Metric, Milestone, Outcome, Project, Shape, UnitKind, WorkItem
from ..domain.outcome_templates import OutcomeTemplate
from ..errors import InvalidRequest, NotFound
from ..store.records import get_record
from .kpis import visible_kpi
from .metric_lookup import Metrics
from .outcome_lookup import Types
from .outcome_offers import named, offered
from .outcome_owners import owner_named
from .outcome_units import refuse_impossible, refuse_out_of_bounds, take_unit
from .table import Context, Request

Amount = float

PLAIN = (
    "title", "horizon", "statement", "relevance", "achievability", "unit_of_measure", "unit_kind", "currency",
    "direction", "baseline", "target", "start", "due", "owner", "weight", "shape", "expected",
)  # fmt: skip
"""Fields that are taken as they are given."""

LINKS: dict[str, tuple[type[Any], str]] = {
    "kpis": (KPI, "KPI"),
    "milestones": (Milestone, "milestone"),
    "work_items": (WorkItem, "work item"),
}
"""What an outcome can hang on."""

CLEARABLE = frozenset({*PLAIN, "outcome_type", "metric", *LINKS}) - {
    "title", "horizon", "unit_kind", "direction", "weight", "shape",
}  # fmt: skip


class OutcomeFields(Request):
    """What may be said of an outcome; what is not given stays open.

    `metric` is a name, `metric_key` a key or name of the dictionary; a metric of the dictionary brings
    its unit and direction along. `words` fill the placeholders of the template's statement.
    """

    title: str | None = Field(default=None, min_length=1, max_length=500)
    outcome_type: str | None = Field(default=None, max_length=300)
    horizon: Horizon | None = None
    statement: str | None = Field(default=None, max_length=10_000)
    metric: str | None = Field(default=None, max_length=300)
    metric_key: str | None = Field(default=None, max_length=300)
    unit_of_measure: str | None = Field(default=None, max_length=100)
    unit_kind: UnitKind | None = None
    currency: str | None = Field(default=None, pattern=r"^([A-Z]{3})?$")
    direction: Direction | None = None
    baseline: Amount | None = Field(default=None, allow_inf_nan=False)
    target: Amount | None = Field(default=None, allow_inf_nan=False)
    relevance: str | None = Field(default=None, max_length=10_000)
    achievability: str | None = Field(default=None, max_length=10_000)
    start: date | None = None
    due: date | None = None
    owner: str | None = Field(default=None, max_length=300)
    weight: float | None = Field(default=None, gt=0, le=1_000_000, allow_inf_nan=False)
    shape: Shape | None = None
    expected: list[Expected] | None = Field(default=None, max_length=500)
    kpis: list[str] | None = Field(default=None, max_length=100)
    milestones: list[str] | None = Field(default=None, max_length=100)
    work_items: list[str] | None = Field(default=None, max_length=1000)
    words: dict[str, str] = Field(default={}, max_length=20)
    language: Literal["en", "zh"] | None = None

    def spoken(self, context: Context) -> str:
        """The language that texts are made in."""
        return self.language or ("zh" if context.visitor.language == "zh" else "en")


def composed(
    context: Context,
    held: dict[str, Any],
    given: OutcomeFields,
    project: Project,
    *,
    template: OutcomeTemplate | None = None,
    clear: frozenset[str] = frozenset(),
) -> tuple[Outcome, Metric | None]:
    """The outcome with what was given, checked, and the dictionary's metric it is measured by.

    Args:
        context: The call.
        held: Values the outcome has so far: those of an earlier revision, or of a template.
        given: What is said now.
        project: Whose outcome it is.
        template: What its statement is made by where none is given.
        clear: Fields to empty.

    Raises:
        NotFound: An unknown type, metric or link; names the nearest.
        InvalidRequest: Values that cannot be, or an owner whom nobody knows; names the field.
    """
    values = dict(held)
    refuse_out_of_bounds({name: getattr(given, name) for name in PLAIN})
    for name in PLAIN:
        value = getattr(given, name)
        if value is not None:
            values[name] = value or None if isinstance(value, str) else value
    if given.owner:
        values["owner"] = owner_named(context, given.owner, held.get("owner"), project)
    if given.outcome_type:
        values["outcome_type"] = Types(context.store).find(given.outcome_type).id
    dictionary = Metrics(context)
    if given.unit_kind is not None and given.unit_kind != held.get("unit_kind"):
        _forget_unit(values, given)
    metric = _take_metric(dictionary, values, given)
    for name in clear:
        values[name] = [] if name in LINKS or name == "expected" else None
        if name == "metric":
            values["metric_key"], metric = None, None
    for name, (kind, what) in LINKS.items():
        wanted = getattr(given, name)
        if wanted is not None:
            values[name] = [linkable(context, kind, what, key, project) for key in dict.fromkeys(wanted)]
    take_unit(values, project)
    refuse_impossible(values)
    outcome = Outcome.parse(values)
    if template is not None and not outcome.statement:
        said, missing = template.filled(outcome, given.words, given.spoken(context), project.name)
        if not missing:
            outcome = Outcome.parse(outcome.model_dump() | {"statement": said})
    return outcome, metric


def linkable(context: Context, kind: type[Any], what: str, key: str, project: Project) -> str:
    """The id of something that an outcome of a project can hang on.

    Args:
        context: The call.
        kind: What it is.
        what: What messages call it.
        key: Its id; or its name, or its id in its source, when only one of the project is called so.
        project: The outcome's.

    Raises:
        NotFound: There is no such thing, or it is hidden; names the nearest of the project.
        InvalidRequest: It is of another project, or several are called so.
    """
    if kind is KPI:
        return visible_kpi(context, key).id
    found = get_record(context.store, kind, key)
    if found is None or not context.scope.covers(found.project, found.unit, found.confidential):
        return named(offered(context, kind, project), key, what).id
    if found.project != project.id:
        raise InvalidRequest(
            f"{what} {key!r} is of another project ({found.project}); link one of {project.id}.",
            field=what.replace(" ", "_") + "s", id=key, project=found.project, why="other_project", value=key,
        )  # fmt: skip
    return str(found.id)


def _take_metric(dictionary: Metrics, values: dict[str, Any], given: OutcomeFields) -> Metric | None:
    """Put the metric's name and key in place, with the unit and direction that it brings along."""
    before = values.get("metric_key")
    if given.metric_key:
        found: Metric | None = dictionary.find(given.metric_key)
    elif given.metric:
        found = dictionary.named(given.metric)
    else:
        return dictionary.named(before) if before else None
    if found is None:
        values["metric"], values["metric_key"] = given.metric, None
        return None
    values["metric_key"] = found.key
    if (given.metric and not given.metric_key) or not values.get("metric") or found.key != before:
        chinese = any("\u3400" <= letter <= "\u9fff" for letter in given.metric or "") or given.language == "zh"
        values["metric"] = found.name_zh if chinese else found.name_en
    if found.key != before:
        _forget_unit(values, given)
        for name in ("unit_kind", "unit_of_measure", "direction"):
            if getattr(given, name) is None and getattr(found, name) is not None:
                values[name] = getattr(found, name)
    return found


def _forget_unit(values: dict[str, Any], given: OutcomeFields) -> None:
    """A unit and currency of another kind of value do not stay, unless they are said now."""
    values["unit_of_measure"] = given.unit_of_measure or None
    values["currency"] = given.currency or None


def template_of(context: Context, key: str | None) -> OutcomeTemplate | None:
    """The template an outcome was made from; None when it is no longer there."""
    templates = context.services.get("outcome_templates")
    if key is None or templates is None:
        return None
    try:
        found = templates.get(key)
    except NotFound:
        return None
    except Exception as error:  # a broken file of one's own must not hide the outcomes made from it
        if getattr(error, "code", "") != "format_error":
            raise
        return None
    return found if isinstance(found, OutcomeTemplate) else None
