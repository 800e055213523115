"""Outcomes, their types and metrics as a visitor may find them, and who may change an outcome."""

from __future__ import annotations

from typing import Any

from ..domain import Origin, Outcome, OutcomeType, Role
from ..domain.merges import end_of_merges, leading_to
from ..domain.metric_names import plain_name
from ..errors import NotFound
from ..policy import Visitor
from ..queries import statement
from ..schema import Label
from ..store.protocol import GraphStore, Transaction
from .table import Context


def visible_outcome(context: Context, key: str, *, retired: bool = False) -> Outcome:
    """An outcome that the visitor may see.

    Args:
        context: The call.
        key: Its id.
        retired: One that was taken out of use counts, too.

    Raises:
        NotFound: No such outcome, or a hidden one; names the nearest visible id.
    """
    rows = context.store.read(statement("records.get", Label.OUTCOME), id=key)
    found = Outcome.from_properties(rows[0]["record"]) if rows else None
    if found is not None and found.retired_at and not retired:
        found = None
    if found is None or not context.scope.covers(found.project, found.unit, found.confidential):
        parameters: dict[str, Any] = {"project": None, **context.scope.parameters()}
        known = [row["id"] for row in context.store.read(statement("outcomes.listed"), **parameters)]
        raise NotFound.among("outcome", key, known if len(known) <= 2_000 else [])
    return found


def owner_of(outcome: Outcome) -> str | None:
    """Whose an outcome is: its owner's; of one that nobody owns, whoever wrote it. Imports are nobody's till then."""
    return outcome.owner or (outcome.recorded_by if outcome.origin is Origin.DEFINED else None)


def owns(visitor: Visitor, outcome: Outcome) -> bool:
    """True when the outcome is the visitor's."""
    return (owner_of(outcome) or "").casefold() == visitor.name.casefold()


def may_change_outcome(visitor: Visitor, outcome: Outcome) -> bool:
    """True for an outcome's owner, and for facilitators, managers, PMO and those above."""
    leads = any(visitor.has(role) for role in (Role.FACILITATOR, Role.MANAGER, Role.PMO))
    return leads or (visitor.has(Role.MEMBER) and owns(visitor, outcome))


class Types:
    """The taxonomy: types by id, key or name, through what was merged.

    Args:
        source: A store or an open transaction.
    """

    def __init__(self, source: GraphStore | Transaction) -> None:
        rows = source.read(statement("outcomes.whole_kind", Label.OUTCOME_TYPE))
        self.all = {row["record"]["id"]: OutcomeType.from_properties(row["record"]) for row in rows}
        self._into = {key: kind.merged_into for key, kind in self.all.items()}

    def resolve(self, key: str | None) -> str | None:
        """The id that a type's id leads to now: itself, or what it was merged into."""
        return end_of_merges(self._into, key)

    def of(self, key: str | None) -> OutcomeType | None:
        """The type an outcome is of, by the id it carries."""
        return self.all.get(self.resolve(key) or "")

    def held(self, name: str) -> OutcomeType:
        """The type by id, key or name, merged or not.

        Raises:
            NotFound: No such type; names the nearest.
        """
        wanted = plain_name(name)
        found = [
            kind for kind in self.all.values()
            if kind.retired_at is None and wanted in {plain_name(own) for own in _type_names(kind)}
        ]  # fmt: skip
        if not found:
            live = [kind for kind in self.all.values() if kind.retired_at is None and kind.merged_into is None]
            raise NotFound.among(
                "outcome type", name, [own for kind in live for own in (kind.name_zh, kind.name_en, kind.key)]
            )
        return min(found, key=lambda kind: (kind.merged_into is not None, kind.key))

    def find(self, name: str) -> OutcomeType:
        """The type in use that a name leads to.

        Raises:
            NotFound: No such type, or it leads to one that was retired; names the nearest.
        """
        held = self.held(name)
        found = self.of(held.id) or held
        if found.retired_at is not None:
            raise NotFound(
                f"The outcome type {name!r} leads to {found.key}, which is no longer in use.",
                kind="outcome type", name=name, nearest=None,
            )  # fmt: skip
        return found

    def leading_to(self, key: str) -> set[str]:
        """Ids of all types that are now this one: itself and what was merged into it."""
        return leading_to(self._into, key)


def _type_names(kind: OutcomeType) -> tuple[str, ...]:
    return (kind.id, kind.key, kind.name_en, kind.name_zh)
