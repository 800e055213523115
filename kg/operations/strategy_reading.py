"""What objectives are rolled up from, as far as the asker may see."""

from __future__ import annotations

from ..domain import KeyResult, Measurement, Objective, Outcome
from ..domain.attainment import attainment
from ..domain.rollup import Alignment, Reading, Strategy, reached
from ..errors import NotFound
from ..queries import statement
from ..schema import Label
from .measured_subjects import in_own_units
from .table import Context
from .visible_about import visible_about


def visible_objectives(context: Context) -> list[Objective]:
    """The objectives that the visitor may see: the organisation's and those of their units."""
    scope = context.scope.parameters()
    rows = context.store.read(
        statement("strategy.objectives"),
        everything=scope["everything"], units=scope["units"], confidential=scope["confidential"],
    )  # fmt: skip
    return [Objective.from_properties(row["record"]) for row in rows]


def visible_objective(context: Context, key: str) -> Objective:
    """One objective.

    Raises:
        NotFound: No such objective, or a hidden one; names the nearest.
    """
    found = visible_objectives(context)
    for objective in found:
        if key in (objective.id, objective.title):
            return objective
    raise NotFound.among("objective", key, [*(o.id for o in found), *(o.title for o in found)])


def visible_key_result(context: Context, key: str) -> KeyResult:
    """One key result of a visible objective.

    Raises:
        NotFound: No such key result, or a hidden one; names the nearest.
    """
    objectives = [objective.id for objective in visible_objectives(context)]
    found = key_results_of(context, objectives)
    for key_result in found:
        if key in (key_result.id, key_result.title):
            return key_result
    raise NotFound.among("key result", key, [*(k.id for k in found), *(k.title for k in found)])


def key_results_of(context: Context, objectives: list[str]) -> list[KeyResult]:
    """The key results of some objectives, by id."""
    rows = context.store.read(statement("strategy.key_results"), objectives=objectives)
    return [KeyResult.from_properties(row["record"]) for row in rows]


def all_alignments(context: Context) -> list[Alignment]:
    """Every alignment of outcomes in use, hidden ones too: shares are of the whole outcome."""
    return [
        Alignment(row["outcome"], row["target"], float(row["weight"] or 1.0))
        for label in (Label.OBJECTIVE, Label.KEY_RESULT)
        for row in context.store.read(statement("strategy.alignments", label))
    ]


def strategy_of(context: Context) -> Strategy:
    """Objectives, key results, aligned outcomes and their last values."""
    objectives = visible_objectives(context)
    key_results = key_results_of(context, [objective.id for objective in objectives])
    alignments = all_alignments(context)
    aligned = sorted({alignment.outcome for alignment in alignments})
    rows = context.store.read(statement("records.get_many", Label.OUTCOME), ids=aligned) if aligned else []
    scope = context.scope
    known = [Outcome.from_properties(row["record"]) for row in rows]
    outcomes = {o.id: o for o in known if scope.covers(o.project, o.unit, o.confidential)}
    return Strategy(objectives, key_results, outcomes, alignments, _readings(context, key_results, outcomes))


def _readings(context: Context, key_results: list[KeyResult], outcomes: dict[str, Outcome]) -> dict[str, Reading]:
    series: dict[str, list[Measurement]] = {}
    for measurement in visible_about(context.store, context.scope, Measurement, [*key_results, *outcomes.values()]):
        series.setdefault(measurement.subject, []).append(measurement)
    found: dict[str, Reading] = {}
    own = in_own_units(context.store, [*key_results, *outcomes.values()], series)
    for key_result in key_results:
        if values := own[key_result.id]:
            last = values[-1]
            share = reached(key_result.baseline, key_result.target, key_result.direction, last.value)
            found[key_result.id] = Reading(value=last.value, on=last.date, attainment=share)
    for outcome in outcomes.values():
        if now := attainment(outcome, own[outcome.id]):
            share = reached(outcome.baseline, outcome.target, outcome.direction, now.current)
            found[outcome.id] = Reading(value=now.current, on=now.measured_on, attainment=share)
    return found
