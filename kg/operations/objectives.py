"""Objectives and key results by period, the outcomes that are aligned with them, and how far they are."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..domain import Direction, KeyResult, Measurement, Objective, Role
from ..domain.money import check_weight
from ..domain.rollup import Part, ring
from ..errors import CircularObjectives, DateOrder, InvalidRequest, NotFound, TargetAtBaseline
from ..store.records import put_records, records_about
from .objective_keys import made_before, new_id
from .objective_rights import may_align, require_steering, require_unit, steers
from .objective_views import (
    DefineKeyResult,
    DefineObjective,
    ListObjectives,
    ObjectiveKey,
    ObjectiveList,
    ObjectiveRow,
    ObjectiveView,
)
from .outcome_units import refuse_another_unit, refuse_out_of_bounds
from .revisions import require_current
from .strategy_reading import (
    key_results_of,
    strategy_of,
    visible_key_result,
    visible_objective,
    visible_objectives,
)
from .table import Context, operation


@operation(Role.MEMBER, audited=True)
def define_objective(context: Context, request: DefineObjective) -> ObjectiveView:
    """Set an objective of a period, or change one."""
    known = {objective.id: objective for objective in visible_objectives(context)}
    before = visible_objective(context, request.id) if request.id else None
    require_steering(context, "define_objective", (before.owner if before else None))
    if before:
        require_current(before, request.revision, "objective")
    values: dict[str, Any] = before.model_dump() if before else {}
    given = request.model_dump(exclude={"id", "revision", "parent", "clear", "key"}, exclude_none=True)
    values |= {name: value or None for name, value in given.items()} | dict.fromkeys(request.clear)
    if request.parent is not None:
        values["parent"] = visible_objective(context, request.parent).id if request.parent else None
    for name in ("title", "period"):
        if not values.get(name):
            raise InvalidRequest(f"define_objective: {name}: an objective needs it.", field=name)
    for unit in [before.unit, values.get("unit")] if before else [values.get("unit")]:
        require_unit(context, unit, "define_objective")
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
        require_steering(context, "define_key_result", place.owner)
        require_unit(context, place.unit, "define_key_result")
    if before:
        require_current(before, request.revision, "key result")
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
    return ObjectiveList(objectives=rows, periods=periods, period=request.period, may_define=steers(context))


@operation(Role.MEMBER)
def objective_view(context: Context, request: ObjectiveKey) -> ObjectiveView:
    """An objective and, part by part, how its attainment was computed."""
    return _view(context, visible_objective(context, request.id).id)


def _view(context: Context, key: str) -> ObjectiveView:
    strategy = strategy_of(context)
    by_id = {objective.id: objective for objective in strategy.objectives}
    objective = by_id[key]
    return ObjectiveView(
        objective=objective,
        rollup=strategy.roll_up(objective),
        key_results=[k for k in strategy.key_results if k.objective == key],
        parent=by_id.get(objective.parent or ""),
        may_define=(steers(context) or objective.owner == context.visitor.name)
        and context.scope.covers(None, objective.unit),
        may_unalign=sorted(outcome.id for outcome in strategy.outcomes.values() if may_align(context, outcome)),
    )


def _moved_along(context: Context, objective: Objective) -> list[KeyResult]:
    """The key results of an objective where it stands now."""
    return [KeyResult.parse(k.model_dump() | {"unit": objective.unit}) for k in key_results_of(context, [objective.id])]


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
