"""An outcome as it was before its last revision."""

from __future__ import annotations

import json

from ..domain import Evidence, Outcome, OutcomeState
from ..domain.record import BOOKKEEPING
from ..errors import NotFound
from ..queries import statement
from ..store.records import records_about
from .action_reading import local_day
from .outcome_reading import ids_of
from .outcome_review_views import is_live
from .table import Context

STANDING = (
    "state", "round", "awaits", "accepted_at", "submitted_by", "submitted_at", "returned_reason", "questioned_from",
)  # fmt: skip
"""What says where an outcome stands on its way, and not what it promises."""


def before_edit(context: Context, outcome: Outcome) -> Outcome:
    """The outcome with what the revision before it said; it stays where it is drawn, with its evidence.

    An acceptance that the edit took away comes back only where the evidence is what was reviewed, and
    still good; else the outcome stays in its new round.

    Raises:
        NotFound: That revision is not kept any more.
    """
    rows = context.store.read(statement("records.revisions_of"), id=outcome.id)
    body = next((row["body"] for row in rows if row["revision"] == outcome.revision - 1), None)
    if body is None:
        raise NotFound("The revision before is not kept any more.", kind="revision", name=str(outcome.revision - 1))
    earlier = Outcome.from_properties(json.loads(body))
    kept = ["revision", "map_x", "map_y", "evidence"]
    if not _stands_as_reviewed(context, earlier):
        kept += STANDING
    return Outcome.parse(
        earlier.model_dump(exclude=set(BOOKKEEPING))
        | {name: getattr(outcome, name) for name in kept}
        | {"bulk_edit": None}
    )


def _stands_as_reviewed(context: Context, earlier: Outcome) -> bool:
    """True when evidence is what an outcome stood on, and good where it was accepted on it."""
    if earlier.state not in (OutcomeState.ACCEPTED, OutcomeState.IN_QUESTION):
        return True
    held = records_about(context.store, Evidence, [earlier.id])
    today = local_day(context.store, earlier.project, context.now)
    good = earlier.state is OutcomeState.IN_QUESTION or all(is_live(piece, today) for piece in held)
    return good and ids_of(held) == earlier.evidence
