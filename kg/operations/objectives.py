"""Objectives and key results by period, the outcomes that are aligned with them, and how far they are."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from ..domain import Direction, KeyResult, Measurement, Objective, Outcome, Relationship, Role
from ..domain.money import check_weight
from ..domain.rollup import Part, alignment_shares, ring
from ..errors import CircularObjectives, Conflict, DateOrder, Forbidden, InvalidRequest, NotFound, TargetAtBaseline
from ..schema import Label, Rel
from ..store.records import put_records, put_relationships, records_about, remove_relationships
from .objective_keys import made_before, new_id
from .outcome_lookup import visible_outcome
from .outcome_naming import outcome_called
from .outcome_units import refuse_another_unit, refuse_out_of_bounds
from .strategy_reading import (
    all_alignments,
    key_results_of,
    strategy_of,
    visible_key_result,
    visible_objective,
    visible_objectives,
)
from .table import Context, Request, Response, operation

STEERING = (Role.MANAGER, Role.PMO, Role.LEAD)
"""Who sets objectives."""


class DefineObjective(Request):
    """A new objective of a period, or with `id` new values of one; what is not given stays.

    `period` is its name, such as 2026-Q1. One without `unit` is the whole organisation's. An empty
    `parent` makes it stand by itself. What `clear` names is emptied. The same words with the same
    `key` again make nothing new.
    """

    id: str | None = None
    revision: int | None = None
    title: str | None = Field(default=None, min_length=1, max_length=500)
    period: str | None = Field(default=None, min_length=1, max_length=100)
    period_start: date | None = None
    period_end: date | None = None
    parent: str | None = None
    unit: str | None = Field(default=None, max_length=300)
    owner: str | None = Field(default=None, max_length=300)
    description: str | None = Field(default=None, max_length=20_000)
    clear: list[Literal["period_start", "period_end", "description"]] = Field(default=[], max_length=3)
    key: str | None = Field(default=None, max_length=100)


class DefineKeyResult(Request):
    """A new key result of an objective, or with `id` new values of one; what is not given stays.

    What `clear` names is emptied. The same words with the same `key` again make nothing new.
    """

    id: str | None = None
    revision: int | None = None
    objective: str | None = None
    title: str | None = Field(default=None, min_length=1, max_length=500)
    baseline: float | None = Field(default=None, allow_inf_nan=False)
    target: float | None = Field(default=None, allow_inf_nan=False)
    unit_of_measure: str | None = Field(default=None, max_length=100)
    direction: Direction | None = None
    weight: float | None = None
    due: date | None = None
    owner: str | None = Field(default=None, max_length=300)
    clear: list[Literal["baseline", "target", "unit_of_measure", "due"]] = Field(default=[], max_length=4)
    key: str | None = Field(default=None, max_length=100)


class AlignOutcome(Request):
    """Which outcome, by id or title, with what, and how much of it compared with its other alignments."""

    outcome: str
    target: str
    weight: float = 1.0


class UnalignOutcome(Request):
    """Which outcome, and what it is aligned with."""

    outcome: str
    target: str


class OutcomeKeyOnly(Request):
    """Which outcome."""

    outcome: str


class ListObjectives(Request):
    """Of which period; all when not given."""

    period: str | None = None


class ObjectiveKey(Request):
    """Which objective, by id or title."""

    id: str


class AlignedWith(BaseModel):
    """An objective or key result that an outcome is aligned with, and the share of the outcome it gets.

    `objective` is where it can be read: itself, or the key result's.
    """

    target: str
    kind: str
    title: str | None = None
    weight: float
    share: float
    objective: str | None = None


class OutcomeAlignment(Response):
    """An outcome's alignments that the visitor may see; shares are of all of them and sum to at most 1."""

    outcome: str
    title: str
    aligned: list[AlignedWith]


class ObjectiveRow(BaseModel):
    """An objective in a list; `depth` counts the objectives above it that are listed."""

    objective: Objective
    depth: int = 0
    key_results: int = 0
    outcomes: int = 0
    attainment: float | None = None
    coverage: float = 0.0
    cautious: float = 0.0


class ObjectiveList(Response):
    """Objectives, each below its parent, with how far they have come."""

    objectives: list[ObjectiveRow]
    periods: list[str]
    period: str | None = None
    may_define: bool = False


class ObjectiveView(Response):
    """An objective with the parts that its attainment is made of.

    `may_unalign` names the outcomes among them whose alignments the visitor may take back.
    """

    objective: Objective
    rollup: Part
    key_results: list[KeyResult] = []
    parent: Objective | None = None
    may_define: bool = False
    may_unalign: list[str] = []


@operation(Role.MEMBER, audited=True)
def define_objective(context: Context, request: DefineObjective) -> ObjectiveView:
    """Set an objective of a period, or change one."""
    known = {objective.id: objective for objective in visible_objectives(context)}
    before = visible_objective(context, request.id) if request.id else None
    _require_steering(context, "define_objective", (before.owner if before else None))
    _require_revision(before, request.revision)
    values: dict[str, Any] = before.model_dump() if before else {}
    given = request.model_dump(exclude={"id", "revision", "parent", "clear", "key"}, exclude_none=True)
    values |= {name: value or None for name, value in given.items()} | dict.fromkeys(request.clear)
    if request.parent is not None:
        values["parent"] = visible_objective(context, request.parent).id if request.parent else None
    for name in ("title", "period"):
        if not values.get(name):
            raise InvalidRequest(f"define_objective: {name}: an objective needs it.", field=name)
    for unit in [before.unit, values.get("unit")] if before else [values.get("unit")]:
        _require_unit(context, unit, "define_objective")
    _require_order(values.get("period_start"), values.get("period_end"), "period_end")
    key = before.id if before else new_id(context, "objective", request.key, values)
    if before is None and made_before(context, Objective, key):
        return _view(context, key)
    _require_tree(key, values["title"], values.get("parent"), known)
    made = Objective.parse(values | {"id": key})
    moved = _moved_along(context, made) if before and before.unit != made.unit else []
    with context.store.transaction() as tx:
        put_records(tx, [made, *moved], at=context.now, by=context.visitor.name)
    context.audit.update(
        subject=key, after_hash=made.content_hash(), before_hash=before.content_hash() if before else None
    )
    return _view(context, key)


@operation(Role.MEMBER, audited=True)
def define_key_result(context: Context, request: DefineKeyResult) -> ObjectiveView:
    """Set a key result of an objective, or change one."""
    before = visible_key_result(context, request.id) if request.id else None
    wanted = request.objective or (before.objective if before else None)
    if wanted is None:
        raise InvalidRequest("define_key_result: objective: name the objective it belongs to.", field="objective")
    objective = visible_objective(context, wanted)
    held = visible_objective(context, before.objective) if before else objective
    for place in (held, objective):
        _require_steering(context, "define_key_result", place.owner)
        _require_unit(context, place.unit, "define_key_result")
    _require_revision(before, request.revision)
    values: dict[str, Any] = before.model_dump() if before else {}
    values |= request.model_dump(exclude={"id", "revision", "objective", "clear", "key"}, exclude_none=True)
    values |= dict.fromkeys(request.clear)
    if not values.get("title"):
        raise InvalidRequest("define_key_result: title: a key result needs it.", field="title")
    check_weight(values.get("weight", 1.0))
    _require_way(values)
    refuse_out_of_bounds(request.model_dump(include={"baseline", "target", "due"}))
    _require_order(objective.period_start, values.get("due"), "due")
    key = before.id if before else new_id(context, "key_result", request.key, values | {"objective": objective.id})
    if before is None and made_before(context, KeyResult, key):
        return _view(context, objective.id)
    made = KeyResult.parse(
        values | {"id": key, "objective": objective.id, "unit": objective.unit, "confidential": objective.confidential}
    )
    if before is not None:
        refuse_another_unit(before, made, records_about(context.store, Measurement, [key]))
    with context.store.transaction() as tx:
        put_records(tx, [made], at=context.now, by=context.visitor.name)
    context.audit.update(
        subject=key, after_hash=made.content_hash(), before_hash=before.content_hash() if before else None
    )
    return _view(context, objective.id)


@operation(Role.MEMBER, audited=True)
def align_outcome(context: Context, request: AlignOutcome) -> OutcomeAlignment:
    """Align an outcome with an objective or key result; again with another weight changes it."""
    outcome = _alignable(context, request.outcome, "align_outcome")
    label, key, _ = _target(context, request.target)
    weight = check_weight(request.weight)
    edge = Relationship(
        type=Rel.ALIGNS_WITH, start_label=Label.OUTCOME, start=outcome.id, end_label=label, end=key,
        properties={"weight": weight},
    )  # fmt: skip
    with context.store.transaction() as tx:
        put_relationships(tx, [edge], at=context.now, by=context.visitor.name)
    context.audit.update(subject=f"{outcome.id} {key}")
    return _aligned(context, outcome)


@operation(Role.MEMBER, audited=True)
def unalign_outcome(context: Context, request: UnalignOutcome) -> OutcomeAlignment:
    """Take an alignment back; one that is not there is no error."""
    outcome = _alignable(context, request.outcome, "unalign_outcome")
    label, key, _ = _target(context, request.target)
    with context.store.transaction() as tx:
        remove_relationships(
            tx, Rel.ALIGNS_WITH, Label.OUTCOME, label, [(outcome.id, key)], at=context.now, by=context.visitor.name
        )
    context.audit.update(subject=f"{outcome.id} {key}")
    return _aligned(context, outcome)


@operation(Role.MEMBER)
def list_objectives(context: Context, request: ListObjectives) -> ObjectiveList:
    """Objectives of a period or of all, each below its parent, with how far they have come."""
    strategy = strategy_of(context)
    periods = sorted({o.period for o in strategy.objectives}, reverse=True)
    if request.period is not None and request.period not in periods and periods:
        raise NotFound.among("period", request.period, periods)
    listed = [o for o in strategy.objectives if request.period in (None, o.period)]
    rows: list[ObjectiveRow] = []
    for objective, depth in _in_tree_order(listed):
        part = strategy.roll_up(objective)
        rows.append(
            ObjectiveRow(
                objective=objective, depth=depth,
                key_results=sum(k.objective == objective.id for k in strategy.key_results),
                outcomes=len(_outcomes_in(part)), attainment=part.attainment, coverage=part.coverage,
                cautious=part.cautious,
            )
        )  # fmt: skip
    return ObjectiveList(objectives=rows, periods=periods, period=request.period, may_define=_steers(context))


@operation(Role.MEMBER)
def objective_view(context: Context, request: ObjectiveKey) -> ObjectiveView:
    """An objective and, part by part, how its attainment was computed."""
    return _view(context, visible_objective(context, request.id).id)


@operation(Role.MEMBER)
def outcome_alignment(context: Context, request: OutcomeKeyOnly) -> OutcomeAlignment:
    """What an outcome is aligned with, and the share of it that each gets."""
    return _aligned(context, visible_outcome(context, request.outcome))


def _view(context: Context, key: str) -> ObjectiveView:
    strategy = strategy_of(context)
    by_id = {objective.id: objective for objective in strategy.objectives}
    objective = by_id[key]
    return ObjectiveView(
        objective=objective,
        rollup=strategy.roll_up(objective),
        key_results=[k for k in strategy.key_results if k.objective == key],
        parent=by_id.get(objective.parent or ""),
        may_define=(_steers(context) or objective.owner == context.visitor.name)
        and context.scope.covers(None, objective.unit),
        may_unalign=sorted(outcome.id for outcome in strategy.outcomes.values() if _may_align(context, outcome)),
    )


def _aligned(context: Context, outcome: Outcome) -> OutcomeAlignment:
    alignments = [a for a in all_alignments(context) if a.outcome == outcome.id]
    shares = alignment_shares(alignments)
    objectives = {o.id: o.title for o in visible_objectives(context)}
    found = key_results_of(context, list(objectives))
    results, homes = {k.id: k.title for k in found}, {k.id: k.objective for k in found}
    return OutcomeAlignment(
        outcome=outcome.id,
        title=outcome.title,
        aligned=[
            AlignedWith(
                target=a.target, kind="objective" if a.target in objectives else "key_result",
                title=objectives.get(a.target) or results.get(a.target), weight=a.weight,
                share=shares[a.outcome, a.target], objective=homes.get(a.target, a.target),
            )
            for a in alignments
            if a.target in objectives or a.target in results
        ],
    )  # fmt: skip


def _alignable(context: Context, key: str, operation: str) -> Outcome:
    outcome = outcome_called(context, key)
    if not _may_align(context, outcome):
        raise Forbidden(
            f"{context.visitor.display_name} may not align this outcome: its owner may, and managers, the PMO and "
            "leads.",
            operation=operation, needed=Role.MANAGER.value,
        )  # fmt: skip
    return outcome


def _may_align(context: Context, outcome: Outcome) -> bool:
    return _steers(context) or outcome.owner == context.visitor.name


def _target(context: Context, key: str) -> tuple[Label, str, str]:
    objectives = visible_objectives(context)
    for objective in objectives:
        if key in (objective.id, objective.title):
            return Label.OBJECTIVE, objective.id, objective.title
    results = key_results_of(context, [objective.id for objective in objectives])
    for result in results:
        if key in (result.id, result.title):
            return Label.KEY_RESULT, result.id, result.title
    known = [name for found in (objectives, results) for record in found for name in (record.id, record.title)]
    raise NotFound.among("objective or key result", key, known)


def require_setting(
    context: Context, objective: Objective, read: Objective | KeyResult, revision: int | None, operation: str
) -> None:
    """Let somebody go on who may set this objective and read its latest state.

    Args:
        context: The call.
        objective: The objective, or that of the key result.
        read: What is to be changed.
        revision: Of what was read; None when nobody says.
        operation: For whom this is asked.

    Raises:
        Forbidden: The visitor neither steers nor owns it, or it is beyond their units.
        Conflict: Somebody changed it since.
    """
    _require_steering(context, operation, objective.owner)
    _require_unit(context, objective.unit, operation)
    _require_revision(read, revision)


def _steers(context: Context) -> bool:
    return any(context.visitor.has(role) for role in STEERING)


def _require_steering(context: Context, operation: str, owner: str | None) -> None:
    if not _steers(context) and (owner is None or owner != context.visitor.name):
        raise Forbidden(
            f"{context.visitor.display_name} may not set objectives: managers, the PMO and leads may, and an "
            "objective's owner.",
            operation=operation, needed=Role.MANAGER.value,
        )  # fmt: skip


def _require_unit(context: Context, unit: str | None, operation: str) -> None:
    if not context.scope.covers(None, unit):
        where = f"the unit {unit}" if unit else "the whole organisation: name your unit"
        raise Forbidden(
            f"{context.visitor.display_name} may not set objectives of {where}.",
            operation=operation,
            needed=Role.MANAGER.value,
        )


def _moved_along(context: Context, objective: Objective) -> list[KeyResult]:
    """The key results of an objective where it stands now."""
    return [KeyResult.parse(k.model_dump() | {"unit": objective.unit}) for k in key_results_of(context, [objective.id])]


def _require_revision(before: Objective | KeyResult | None, revision: int | None) -> None:
    if before is not None and revision is not None and revision != before.revision:
        raise Conflict(
            f"Somebody changed {before.title!r} since you read it (revision {before.revision}, not {revision}). "
            "Read it again and repeat your change.",
            id=before.id, revision=before.revision,
        )  # fmt: skip


def _require_order(start: date | None, stop: date | None, field: str) -> None:
    if start and stop and stop < start:
        raise DateOrder(
            f"{field}: {stop} is before the start, {start}.", field=field, start=start.isoformat(), end=stop.isoformat()
        )


def _require_way(values: dict[str, Any]) -> None:
    baseline, target = values.get("baseline"), values.get("target")
    if target is not None and target == baseline and values.get("direction") != Direction.MAINTAIN:
        raise TargetAtBaseline(
            f"target: {target:g} is the baseline already, so nobody could tell how far it is. Give another target, or "
            "say that the value should stay (direction maintain).",
            field="target", value=f"{target:g}",
        )  # fmt: skip


def _require_tree(key: str, title: str, parent: str | None, known: dict[str, Objective]) -> None:
    found = ring(key, parent, {o.id: o.parent for o in known.values()})
    if found:
        names = [title if name == key else known[name].title for name in found]
        path = " → ".join(names)
        raise CircularObjectives(
            f"An objective cannot stand below itself: {path}. Choose another parent.", field="parent", path=path
        )


def _in_tree_order(listed: list[Objective]) -> list[tuple[Objective, int]]:
    ids = {objective.id for objective in listed}
    found: list[tuple[Objective, int]] = []

    def add(parent: str | None, depth: int) -> None:
        level = [o for o in listed if (o.parent if o.parent in ids else None) == parent]
        for objective in sorted(level, key=lambda o: (o.period, o.title.casefold(), o.id)):
            found.append((objective, depth))
            add(objective.id, depth + 1)

    add(None, 0)
    return found


def _outcomes_in(part: Part) -> set[str]:
    own = {part.id} if part.kind == "outcome" else set()
    return own.union(*(_outcomes_in(child) for child in part.parts))
