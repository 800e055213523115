"""Objectives and key results taken out of use, with the reason; their history stays."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from ..domain import KeyResult, Objective, Role
from ..errors import StandsAbove
from ..store.records import put_records, retire_records
from .objective_rights import require_setting
from .strategy_reading import key_results_of, visible_key_result, visible_objective, visible_objectives
from .table import Context, Request, Response, operation

NAMED = 5
"""How many objectives below an error names."""


class RetireGoal(Request):
    """Which one, by id or title, and why. With the `revision` that was read, a later change is not passed over."""

    id: str
    reason: str = Field(min_length=1, max_length=10_000)
    revision: int | None = None


class GoalRetired(Response):
    """What was taken out of use; with an objective go its key results."""

    id: str
    title: str
    objective: str
    key_results: list[str] = []


@operation(Role.MEMBER, audited=True)
def retire_objective(context: Context, request: RetireGoal) -> GoalRetired:
    """Take an objective that none stands below out of use, with its key results and the reason."""
    objective = visible_objective(context, request.id)
    require_setting(context, objective, objective, request.revision, "retire_objective")
    below = [other for other in visible_objectives(context) if other.parent == objective.id]
    if below:
        names = ", ".join(repr(other.title) for other in below[:NAMED])
        raise StandsAbove(
            f"{len(below)} objectives stand below {objective.title!r}: {names}. Retire them first, or put them "
            "elsewhere.",
            id=objective.id, name=objective.title, count=len(below),
            below="、".join(f"“{other.title}”" for other in below[:NAMED]),
        )  # fmt: skip
    results = key_results_of(context, [objective.id])
    _retire(context, [*results, objective], request.reason)
    context.audit.update(subject=objective.id, before_hash=objective.content_hash())
    return GoalRetired(
        id=objective.id, title=objective.title, objective=objective.id, key_results=[result.id for result in results]
    )


@operation(Role.MEMBER, audited=True)
def retire_key_result(context: Context, request: RetireGoal) -> GoalRetired:
    """Take a key result out of use, with the reason; alignments with it count no more."""
    result = visible_key_result(context, request.id)
    require_setting(
        context, visible_objective(context, result.objective), result, request.revision, "retire_key_result"
    )
    _retire(context, [result], request.reason)
    context.audit.update(subject=result.id, before_hash=result.content_hash())
    return GoalRetired(id=result.id, title=result.title, objective=result.objective)


def _retire(context: Context, records: Sequence[Objective | KeyResult], reason: str) -> None:
    by = context.visitor.name
    with context.store.transaction() as tx:
        for one in records:
            said = type(one).parse(one.model_dump() | {"retired_reason": reason})
            put_records(tx, [said], at=context.now, by=by)
            retire_records(tx, one.label, [one.id], at=context.now, by=by)
