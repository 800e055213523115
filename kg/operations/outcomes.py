"""Outcomes that a visitor may see: lists of them, and one with everything that stands beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ..domain import (
    KPI,
    Evidence,
    Measurement,
    Milestone,
    Origin,
    Outcome,
    Project,
    Role,
    WorkItem,
    attainment_of,
    smart_gaps,
)
from ..domain.trajectory import expected_at, shortfall
from ..queries import statement
from ..schema import Label
from ..store.records import get_record
from .action_reading import local_day
from .measured_subjects import in_own_unit, in_own_units
from .merging import without_moved
from .metric_lookup import Metrics
from .outcome_history import last_change, outcome_history
from .outcome_lookup import Types, may_change_outcome, owns, visible_outcome
from .outcome_permits import permitted_steps, undo_step
from .outcome_views import Linked, ListOutcomes, OutcomeDetail, OutcomeKey, OutcomeList, OutcomeRow, Standing
from .projects import find_project, visible_names
from .table import Context, operation
from .visible_about import visible_about


@operation(Role.MEMBER)
def list_outcomes(context: Context, request: ListOutcomes) -> OutcomeList:
    """Outcomes that the visitor may see, the latest first."""
    project = find_project(context.store, request.project, context.scope).id if request.project else None
    types = Types(context.store)
    kind = types.find(request.type).id if request.type else None
    rows = context.store.read(statement("outcomes.listed"), project=project, **context.scope.parameters())
    words = (request.text or "").casefold().split()
    owner = (request.owner or "").casefold()
    me = context.visitor.name.casefold()
    wanted = {state.value for state in request.states}
    near = [
        row | {"outcome_type": types.resolve(row["outcome_type"])}
        for row in rows
        if all(word in _held(row) for word in words) and (not request.mine or _owner(row) == me)
    ]

    def kept(row: dict[str, Any], but: str = "") -> bool:
        return (
            (but == "state" or not wanted or row["state"] in wanted)
            and (but == "type" or kind is None or row["outcome_type"] == kind)
            and (but == "owner" or not owner or (row["owner"] or "").casefold() == owner)
        )

    found = [row for row in near if kept(row)]
    found.sort(key=lambda row: (row["recorded_at"] or "", row["id"]), reverse=True)
    page = found[request.offset : request.offset + request.limit]
    return OutcomeList(
        outcomes=_rows(context, types, [row["id"] for row in page]),
        total=len(found),
        states=_count(row["state"] for row in near if kept(row, "state")),
        types=_count(row["outcome_type"] for row in near if kept(row, "type")),
        owners=_count(row["owner"] for row in near if kept(row, "owner")),
    )


@operation(Role.MEMBER)
def get_outcome(context: Context, request: OutcomeKey) -> OutcomeDetail:
    """An outcome with its measurements, evidence, history and the steps that may be taken."""
    return outcome_detail(context, visible_outcome(context, request.id))


def outcome_detail(context: Context, outcome: Outcome) -> OutcomeDetail:
    """Everything that is known of a visible outcome."""
    store, scope = context.store, context.scope
    project = get_record(store, Project, outcome.project)
    shown = project is not None and scope.covers(project.id, project.unit, project.confidential)
    measured = visible_about(store, scope, Measurement, [outcome])
    evidence = visible_about(store, scope, Evidence, [outcome])
    kind = Types(store).of(outcome.outcome_type)
    metric = Metrics(context).of(outcome.metric_key)
    history = outcome_history(store, outcome)
    permitted = permitted_steps(outcome) if may_change_outcome(context.visitor, outcome) else []
    return OutcomeDetail(
        outcome=outcome,
        project_name=project.name if project is not None and shown else None,
        type=without_moved(kind) if kind else None,
        metric=without_moved(metric) if metric else None,
        standing=standing_of(
            outcome, in_own_unit(store, outcome, measured), local_day(store, outcome.project, context.now)
        ),
        measurements=sorted(measured, key=lambda m: (m.date, m.id)),
        evidence=evidence,
        kpis=_linked(context, KPI, outcome.kpis),
        milestones=_linked(context, Milestone, outcome.milestones),
        work_items=_linked(context, WorkItem, outcome.work_items),
        missing=smart_gaps(outcome),
        history=history,
        permitted=permitted,
        undoable=undo_step(last_change(outcome, history)) in permitted,
        mine=owns(context.visitor, outcome),
    )


def standing_of(outcome: Outcome, counting: Sequence[Measurement], today: date) -> Standing:
    """Where an outcome is on a day, by the measurements that count, in its own unit."""
    last = attainment_of(outcome, counting)
    found = Standing(today=today, expected=expected_at(outcome, today))
    if last is not None:
        then = expected_at(outcome, last.measured_on)
        found.current, found.measured_on = last.current, last.measured_on
        found.progress, found.attained = last.progress, last.attained
        found.expected_then = then
        found.shortfall = None if then is None else shortfall(outcome, last.current, then)
    return found


def _rows(context: Context, types: Types, ids: list[str]) -> list[OutcomeRow]:
    store = context.store
    rows = store.read(statement("records.get_many", Label.OUTCOME), ids=ids) if ids else []
    records = {row["record"]["id"]: Outcome.from_properties(row["record"]) for row in rows}
    names = visible_names(context, (outcome.project for outcome in records.values()))
    measured: dict[str, list[Measurement]] = {}
    for item in visible_about(store, context.scope, Measurement, records.values()):
        measured.setdefault(item.subject, []).append(item)
    own = in_own_units(store, records.values(), measured)
    days = {key: local_day(store, key, context.now) for key in {outcome.project for outcome in records.values()}}
    found = []
    for key in ids:
        outcome = records[key]
        kind = types.of(outcome.outcome_type)
        found.append(
            OutcomeRow(
                outcome=outcome,
                project_name=names.get(outcome.project),
                type_name_en=kind.name_en if kind else None,
                type_name_zh=kind.name_zh if kind else None,
                standing=standing_of(outcome, own[key], days[outcome.project]),
                mine=owns(context.visitor, outcome),
            )
        )
    return found


def _linked(context: Context, kind: type[Any], ids: list[str]) -> list[Linked]:
    """The visible ones of some linked records, in their order."""
    rows = context.store.read(statement("records.get_many", kind.label), ids=ids) if ids else []
    records = {row["record"]["id"]: kind.from_properties(row["record"]) for row in rows}
    shown = [
        record for key in ids
        if (record := records.get(key)) is not None and not record.retired_at
        and (context.scope.covers(record.project, record.unit, record.confidential) or _common(record))
    ]  # fmt: skip
    return [
        Linked(
            id=record.id,
            title=getattr(record, "title", None) or getattr(record, "name", record.id),
            source_id=record.external_id,
            state="reached" if getattr(record, "reached", None) else getattr(record, "state", None),
            due=getattr(record, "due", None),
        )
        for record in shown
    ]


def _common(record: Any) -> bool:
    """True for what belongs to no project and unit: everybody may see it."""
    return record.project is None and record.unit is None and not record.confidential


def _owner(row: dict[str, Any]) -> str:
    own = row["recorded_by"] if row["origin"] == Origin.DEFINED else None
    return str(row["owner"] or own or "").casefold()


def _held(row: dict[str, Any]) -> str:
    return " ".join(str(row[name] or "") for name in ("title", "statement", "metric", "id", "owner")).casefold()


def _count(values: Iterable[str | None]) -> dict[str, int]:
    return dict(sorted(Counter(value for value in values if value).items()))
