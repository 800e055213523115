"""Who had a hand in an outcome, and the rules by which reviews of it go."""

from __future__ import annotations

import json

from ..domain import Evidence, Outcome, Person
from ..domain.review_rules import ReviewRules
from ..policy import Visitor
from ..queries import statement
from ..store.protocol import GraphStore
from ..store.records import get_record, records_about
from .people import person_id
from .table import Context


def rules_in_force(context: Context) -> ReviewRules:
    """The rules of reviews of this installation.

    Raises:
        KgError: Its own file of rules is wrong; names line and field.
    """
    found = context.service("review_rules").rules()
    assert isinstance(found, ReviewRules)
    return found


def names_of(visitor: Visitor) -> set[str]:
    """The names a visitor goes by: their own, and of who acts in it; names differ in more than case."""
    return {name.casefold() for name in (visitor.name, visitor.acting_for) if name}


def is_for_trying(store: GraphStore, outcome: Outcome) -> bool:
    """True for an outcome of somebody of the sample: whoever looks around plays all the parts."""
    owner = get_record(store, Person, person_id(outcome.owner)) if outcome.owner else None
    return owner is not None and owner.sample


def hands_in(store: GraphStore, outcome: Outcome, evidence: list[Evidence] | None = None) -> set[str]:
    """Names of those whose own work an outcome is: they judge nothing of it.

    Who owns or owned it, submitted it, or added evidence that is still there.
    """
    found = {outcome.owner, outcome.submitted_by}
    if outcome.owner is None:
        found.add(outcome.recorded_by)
    for row in store.read(statement("records.revisions_of"), id=outcome.id):
        earlier = json.loads(row["body"])
        found |= {earlier.get("owner"), earlier.get("submitted_by")}
    pieces = evidence if evidence is not None else records_about(store, Evidence, [outcome.id])
    found |= {piece.added_by for piece in pieces}
    return {name.casefold() for name in found if name}
