"""Who had a hand in an outcome, and the rules by which reviews of it go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ..domain import Evidence, Outcome, OutcomeState, Person
from ..domain.outcomes import Origin
from ..domain.review_rules import ReviewRules
from ..policy import Visitor
from ..store.protocol import GraphStore
from ..store.records import get_record, records_about
from .outcome_history import versions_of
from .outcome_lookup import owner_of
from .people import person_id
from .table import Context

PROMISE = (
    "title", "horizon", "statement", "metric", "unit_kind", "unit_of_measure", "currency", "direction", "baseline",
    "target", "relevance", "achievability", "start", "due", "shape", "expected",
)  # fmt: skip
"""What an outcome promises; its kind, owner, weight, tags and links say where it belongs."""


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

    Who owns or owned it, wrote it, changed what it promises since it was last accepted, submitted it, or
    added evidence that is still there.
    """
    versions = [Outcome.from_properties(version) for version in versions_of(store, outcome)]
    found = {name for version in versions for name in (owner_of(version), version.submitted_by)} | _writers(versions)
    pieces = evidence if evidence is not None else records_about(store, Evidence, [outcome.id])
    found |= {piece.added_by for piece in pieces}
    return {name.casefold() for name in found if name}


def ids_of(evidence: Iterable[Evidence], *, without: str | None = None) -> list[str]:
    """What an outcome keeps of its evidence: the pieces' ids in their order."""
    return sorted(piece.id for piece in evidence if piece.id != without)


def _writers(versions: Sequence[Outcome]) -> set[str | None]:
    """Who wrote an outcome that was promised here, and who changed the promise since it was last accepted."""
    found: set[str | None] = set()
    for before, after in pairwise(versions):
        if before.state is OutcomeState.ACCEPTED:
            found.clear()
        if any(getattr(before, name) != getattr(after, name) for name in PROMISE):
            found.add(after.recorded_by)
    first = versions[0]
    if first.revision == 1 and first.origin is Origin.DEFINED:
        found.add(first.recorded_by)
    return found
