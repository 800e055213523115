"""The last change of one outcome's definition taken back."""

from __future__ import annotations

from ..domain import Measurement, Outcome, Role
from ..errors import NothingToUndo
from ..schema import Label, Rel
from ..store.records import put_records, put_relationships, records_about, remove_relationships
from .outcome_defining import edge
from .outcome_hiding import follow_outcome
from .outcome_history import last_change, outcome_history
from .outcome_lookup import visible_outcome
from .outcome_permits import require_change, undo_step
from .outcome_undo import before_edit
from .outcome_units import refuse_another_unit
from .outcome_views import OutcomeDetail
from .outcomes import outcome_detail
from .projects import find_project
from .table import Context, Request, operation


class UndoOutcomeChange(Request):
    """Whose last change; `revision` is the one that was read, so that nobody else's later change is taken back."""

    id: str
    revision: int


@operation(Role.MEMBER, audited=True)
def undo_outcome_change(context: Context, request: UndoOutcomeChange) -> OutcomeDetail:
    """Take the last change of an outcome's definition or links back; taken back twice it stands again."""
    outcome = visible_outcome(context, request.id)
    step = undo_step(last_change(outcome, outcome_history(context.store, outcome)))
    require_change(context, outcome, step or "change", request.revision, "undo_outcome_change")
    if not step:
        raise NothingToUndo("The last step of this outcome was no change of its definition.", id=outcome.id)
    earlier = before_edit(context, outcome)
    project = find_project(context.store, outcome.project, context.scope)
    # who may see it is nothing that is taken back by the way
    after = Outcome.parse(
        earlier.model_dump() | {"confidential": outcome.confidential or project.confidential, "unit": outcome.unit}
    )
    refuse_another_unit(outcome, after, records_about(context.store, Measurement, [outcome.id]))
    _keep(context, outcome, after)
    context.audit.update(subject=outcome.id, before_hash=outcome.content_hash(), after_hash=after.content_hash())
    return outcome_detail(context, visible_outcome(context, outcome.id))


def _keep(context: Context, before: Outcome, after: Outcome) -> None:
    """Keep the outcome with the edges to its kind and its KPIs as they were."""
    by = context.visitor.name
    pairs = (
        (Rel.MEASURED_BY, Label.KPI, before.kpis, after.kpis),
        (Rel.OF_TYPE, Label.OUTCOME_TYPE, [before.outcome_type], [after.outcome_type]),
    )
    with context.store.transaction() as tx:
        put_records(tx, [after], at=context.now, by=by)
        follow_outcome(context, tx, before, after)
        for rel, label, had, has in pairs:
            gone = [(after.id, key) for key in had if key and key not in has]
            new = [edge(rel, Label.OUTCOME, after.id, label, key) for key in has if key and key not in had]
            if gone:
                remove_relationships(tx, rel, Label.OUTCOME, label, gone, at=context.now, by=by)
            put_relationships(tx, new, at=context.now, by=by)
