"""Promising something: from a template or freely, changed while it is a draft, taken out of use and back."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from pydantic import Field

from ..domain import Measurement, Metric, Outcome, Project, Relationship, Role, derive_id
from ..domain.outcome_templates import OutcomeTemplate
from ..domain.record import BOOKKEEPING
from ..errors import Conflict, InvalidRequest, nearest
from ..queries import statement
from ..schema import Label, Rel
from ..store.records import put_records, put_relationships, records_about, remove_relationships, retire_records
from .metric_lookup import Metrics
from .money_reading import require_no_money
from .outcome_checks import OutcomeCheck, checked
from .outcome_fields import CLEARABLE, OutcomeFields, composed, template_of
from .outcome_hiding import follow_outcome
from .outcome_history import versions_of
from .outcome_lookup import visible_outcome
from .outcome_permits import require_change
from .outcome_start import require_places, starting_values
from .outcome_units import refuse_another_unit
from .outcome_views import OutcomeDetail
from .outcomes import outcome_detail
from .projects import find_project
from .table import Context, Request, operation


class DefineOutcome(OutcomeFields):
    """A new draft of a project, from a template or not; the same `key` again changes nothing."""

    project: str
    template: str | None = Field(default=None, max_length=40)
    confidential: bool | None = None
    key: str | None = Field(default=None, min_length=1, max_length=100)


class ChangeOutcome(OutcomeFields):
    """New values; what is not given stays, what is named in `clear` is emptied.

    `revision` is the one that was read: when somebody changed the outcome since, nothing is written.
    """

    id: str
    revision: int | None = None
    clear: list[str] = Field(default=[], max_length=40)
    confidential: bool | None = None


class RetireOutcome(Request):
    """Which outcome is taken out of use, and why."""

    id: str
    revision: int | None = None
    reason: str = Field(min_length=1, max_length=10_000)


class RestoreOutcome(Request):
    """Which outcome is taken into use again."""

    id: str


class OutcomeDefined(OutcomeDetail):
    """The outcome as it is now, with its check; `created` is false when the key was known."""

    created: bool = False
    check: OutcomeCheck


@operation(Role.MEMBER, audited=True)
def define_outcome(context: Context, request: DefineOutcome) -> OutcomeDefined:
    """Make a draft outcome, from a template or freely; the same key again changes nothing."""
    project = find_project(context.store, request.project, context.scope)
    template, held = starting_values(context, request, project, request.template)
    require_places(request, template)
    stamp = f"{context.visitor.name}:{request.key}" if request.key else token_hex(12)
    held["id"] = derive_id("outcome", "own", project.id, stamp)
    held["confidential"] = _confidential(context, project, request.confidential, project.confidential)
    outcome, metric = composed(context, held, request, project, template=template)
    earlier = _earlier(context, outcome)
    if earlier is not None:
        outcome = earlier
    else:
        _write(context, outcome, metric, None)
    context.audit.update(subject=outcome.id, after_hash=outcome.content_hash())
    return _answer(context, visible_outcome(context, outcome.id), metric, template, request, project, earlier is None)


@operation(Role.MEMBER, audited=True)
def change_outcome(context: Context, request: ChangeOutcome) -> OutcomeDefined:
    """Say something of a draft or returned outcome differently."""
    outcome = visible_outcome(context, request.id)
    require_change(context, outcome, "change", request.revision, "change_outcome")
    for name in request.clear:
        if name not in CLEARABLE:
            near = nearest(name, CLEARABLE)
            hint = f" Did you mean {near!r}?" if near else f" Known are {', '.join(sorted(CLEARABLE))}."
            raise InvalidRequest(
                f"clear: {name!r} cannot be emptied.{hint}", field="clear", name=name, nearest=near, why="not_emptied"
            )
    project = find_project(context.store, outcome.project, context.scope)
    template = template_of(context, outcome.template)
    require_places(request, template)
    held = outcome.model_dump()
    held["confidential"] = _confidential(context, project, request.confidential, outcome.confidential)
    changed, metric = composed(context, held, request, project, template=template, clear=frozenset(request.clear))
    refuse_another_unit(outcome, changed, records_about(context.store, Measurement, [outcome.id]))
    _write(context, changed, metric, outcome)
    context.audit.update(subject=outcome.id, before_hash=outcome.content_hash(), after_hash=changed.content_hash())
    return _answer(context, visible_outcome(context, outcome.id), metric, template, request, project, False)


@operation(Role.MEMBER, audited=True)
def retire_outcome(context: Context, request: RetireOutcome) -> OutcomeDetail:
    """Take an outcome out of use, with the reason; its history stays."""
    outcome = visible_outcome(context, request.id)
    require_change(context, outcome, "retire", request.revision, "retire_outcome")
    require_no_money(context, outcome)
    changed = Outcome.parse(outcome.model_dump() | {"retired_reason": request.reason})
    with context.store.transaction() as tx:
        put_records(tx, [changed], at=context.now, by=context.visitor.name)
        retire_records(tx, Label.OUTCOME, [outcome.id], at=context.now, by=context.visitor.name)
    context.audit.update(subject=outcome.id, before_hash=outcome.content_hash(), after_hash=changed.content_hash())
    return outcome_detail(context, visible_outcome(context, outcome.id, retired=True))


@operation(Role.MEMBER, audited=True)
def restore_outcome(context: Context, request: RestoreOutcome) -> OutcomeDetail:
    """Take a retired outcome into use again, as it was."""
    outcome = visible_outcome(context, request.id, retired=True)
    require_change(context, outcome, "restore", None, "restore_outcome")
    if outcome.retired_at is None:
        return outcome_detail(context, outcome)
    changed = Outcome.parse(outcome.model_dump() | {"retired_reason": None, "retired_at": None})
    with context.store.transaction() as tx:
        put_records(tx, [changed], at=context.now, by=context.visitor.name)
    context.audit.update(subject=outcome.id, before_hash=outcome.content_hash(), after_hash=changed.content_hash())
    return outcome_detail(context, visible_outcome(context, outcome.id))


def _confidential(context: Context, project: Project, wanted: bool | None, held: bool) -> bool:
    """Whether an outcome is confidential: as its project at least, and never out of its writer's own sight.

    Raises:
        InvalidRequest: The writer could not see it any more.
    """
    if wanted and not context.scope.covers(project.id, project.unit, True):
        raise InvalidRequest(
            "confidential: you may not see confidential outcomes of this project yourself. Ask its lead to mark it.",
            field="confidential", why="out_of_sight",
        )  # fmt: skip
    return held if wanted is None else wanted or project.confidential


def _earlier(context: Context, outcome: Outcome) -> Outcome | None:
    """The outcome that this key made before; None when it made none.

    Raises:
        Conflict: The key stood for something else.
    """
    rows = context.store.read(statement("records.get", Label.OUTCOME), id=outcome.id)
    if not rows:
        return None
    earlier = Outcome.from_properties(rows[0]["record"])
    if earlier.retired_at:
        raise Conflict(
            "The outcome with this key was taken out of use. Restore it (restore_outcome), or use another key.",
            id=outcome.id, field="key",
        )  # fmt: skip
    first = versions_of(context.store, earlier)[0]
    passed_over = BOOKKEEPING | {"content_hash", "start"}  # the start follows the day of the call
    said = {name: value for name, value in outcome.to_properties().items() if name not in passed_over}
    if said != {name: value for name, value in first.items() if name not in passed_over}:
        raise Conflict(
            "This key was used for another outcome. Give a new outcome a key of its own.", id=outcome.id, field="key"
        )
    return earlier


def _write(context: Context, outcome: Outcome, metric: Metric | None, earlier: Outcome | None) -> None:
    """Keep an outcome with its edges: to its project, its type and its KPIs."""
    by = context.visitor.name
    records: list[Any] = [outcome]
    if metric is not None and Metrics(context).unkept(metric):
        records.append(metric)
    edges = [edge(Rel.HAS_OUTCOME, Label.PROJECT, outcome.project, Label.OUTCOME, outcome.id)]
    if outcome.outcome_type:
        edges.append(edge(Rel.OF_TYPE, Label.OUTCOME, outcome.id, Label.OUTCOME_TYPE, outcome.outcome_type))
    edges += [edge(Rel.MEASURED_BY, Label.OUTCOME, outcome.id, Label.KPI, key) for key in outcome.kpis]
    with context.store.transaction() as tx:
        put_records(tx, records, at=context.now, by=by)
        if earlier is not None:
            follow_outcome(context, tx, earlier, outcome)
            if earlier.outcome_type and earlier.outcome_type != outcome.outcome_type:
                pair = [(outcome.id, earlier.outcome_type)]
                remove_relationships(tx, Rel.OF_TYPE, Label.OUTCOME, Label.OUTCOME_TYPE, pair, at=context.now, by=by)
            gone = [(outcome.id, key) for key in earlier.kpis if key not in outcome.kpis]
            if gone:
                remove_relationships(tx, Rel.MEASURED_BY, Label.OUTCOME, Label.KPI, gone, at=context.now, by=by)
        put_relationships(tx, edges, at=context.now, by=by)


def _answer(
    context: Context,
    outcome: Outcome,
    metric: Metric | None,
    template: OutcomeTemplate | None,
    request: OutcomeFields,
    project: Project,
    created: bool,
) -> OutcomeDefined:
    detail = outcome_detail(context, outcome)
    check = checked(context, outcome, metric, template, request, project)
    return OutcomeDefined(**dict(detail), created=created, check=check)


def edge(rel: Rel, start_label: Label, start: str, end_label: Label, end: str) -> Relationship:
    """A relationship from one record to another."""
    return Relationship(type=rel, start_label=start_label, start=start, end_label=end_label, end=end)
