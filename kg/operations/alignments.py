"""Outcomes aligned with objectives and key results, and the share of an outcome that each gets."""

from __future__ import annotations

from pydantic import BaseModel

from ..domain import Outcome, Relationship, Role
from ..domain.money import check_weight
from ..domain.rollup import alignment_shares
from ..errors import Forbidden, NotFound
from ..schema import Label, Rel
from ..store.records import put_relationships, remove_relationships
from .objective_rights import may_align
from .outcome_lookup import visible_outcome
from .outcome_naming import outcome_called
from .strategy_reading import (
    all_alignments,
    key_results_of,
    visible_objectives,
)
from .table import Context, Request, Response, operation


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
def outcome_alignment(context: Context, request: OutcomeKeyOnly) -> OutcomeAlignment:
    """What an outcome is aligned with, and the share of it that each gets."""
    return _aligned(context, visible_outcome(context, request.outcome))


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
    if not may_align(context, outcome):
        raise Forbidden(
            f"{context.visitor.display_name} may not align this outcome: its owner may, and managers, the PMO and "
            "leads.",
            operation=operation, needed=Role.MANAGER.value,
        )  # fmt: skip
    return outcome


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
