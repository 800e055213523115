"""Who may correct an entry, and how much of a shared benefit is left to claim."""

from __future__ import annotations

from decimal import Decimal

from ..domain import Outcome, Project
from ..domain.money import in_force
from ..domain.money_entries import MoneyEntry
from ..errors import ClaimedTwice, Forbidden, InvalidRequest, NotYours, SharedOutOfSight
from ..queries import statement
from ..store.records import get_record
from .measurement_views import may_correct
from .money_reading import money_subject, of_subjects_in_use
from .table import Context
from .visible_about import of_visible_subjects


def others_sharing(context: Context, entry: MoneyEntry) -> list[tuple[MoneyEntry, Project]]:
    """The other entries of one shared benefit that count, with their projects.

    Raises:
        Forbidden: Some belong to projects that the visitor may not see.
    """
    kind = type(entry)
    rows = context.store.read(statement("money.sharing", entry.label), shared=entry.shared)
    found = []
    for other in of_subjects_in_use(context, in_force(kind.from_properties(row["record"]) for row in rows)):
        if other.id == entry.id or not other.amount or (other.date, other.expected) != (entry.date, entry.expected):
            continue
        if not sees_entries(context, [other]):
            raise Forbidden(
                f"{entry.shared} is shared with projects you may not see: somebody who sees them all can correct it.",
                operation="correct_money",
            )
        require_right(context, other)
        found.append((other, money_subject(context, other.subject)[0]))
    return found


def require_right(context: Context, entry: MoneyEntry) -> None:
    """Let a correction pass.

    Raises:
        NotYours: Somebody else entered it, and the visitor neither owns its outcome nor judges it.
    """
    if not may_correct(context.visitor, get_record(context.store, Outcome, entry.subject), entry):
        raise NotYours(
            f"{context.visitor.display_name} may not correct this entry: {entry.recorded_by} entered it. "
            "They may, the outcome's owner, and facilitators, managers and the PMO.",
            operation="correct_money",
        )  # fmt: skip


def require_room(context: Context, shared: str, asked: list[MoneyEntry], without: frozenset[str] = frozenset()) -> None:
    """Let shares pass that claim no more of one benefit than there is of it; outcomes out of use claim nothing.

    Raises:
        ClaimedTwice: Others claim too much of it already.
        InvalidRequest: The whole amount is not that of the others.
        SharedOutOfSight: Either, where the visitor may not see all the others: no figure is told.
    """
    rows = context.store.read(statement("money.sharing", asked[0].label), shared=shared)
    kind = type(asked[0])
    standing = of_subjects_in_use(context, in_force(kind.from_properties(row["record"]) for row in rows))
    occasion = (asked[0].date, asked[0].expected)
    left = without | {entry.id for entry in asked}
    held = [e for e in standing if e.id not in left and e.amount and (e.date, e.expected) == occasion]
    seen = sees_entries(context, held)
    for other in held if seen else []:
        if asked[0].amount and (other.amount, other.currency) != (asked[0].amount, asked[0].currency):
            raise InvalidRequest(
                f"{shared} of {other.date} is {other.currency} {other.amount}: all who share it enter the same "
                "whole amount, each with a share of its own.",
                field="shared",
            )
    taken = sum((Decimal(repr(e.share)) for e in held), Decimal(0))
    wanted = sum((Decimal(repr(e.share)) for e in asked if e.amount), Decimal(0))
    fits = taken + wanted <= 1 + Decimal("1e-9")
    alike = not asked[0].amount or all((e.amount, e.currency) == (asked[0].amount, asked[0].currency) for e in held)
    if not seen and not (fits and alike):  # one refusal for both: which it was would tell a figure
        raise SharedOutOfSight(
            f"{shared} is shared with others whose entries you may not see, and this does not fit with them. "
            "Ask somebody who sees them all to enter it.",
            field="shared",
        )
    if not fits:
        claimed_share, asked_share = (f"{float(100 * share):.4g}" for share in (taken, wanted))
        raise ClaimedTwice(
            f"Others claim {claimed_share} % of {shared} already; {asked_share} % more would be more than all of it.",
            field="share", claimed=claimed_share, asked=asked_share,
        )  # fmt: skip


def sees_entries(context: Context, entries: list[MoneyEntry]) -> bool:
    """True when the visitor may see all of some entries, and what they are of."""
    scope = context.scope
    covered = all(scope.covers(entry.project, entry.unit, entry.confidential) for entry in entries)
    return covered and len(of_visible_subjects(context.store, scope, entries)) == len(entries)
