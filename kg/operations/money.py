"""Costs and benefits: entered, corrected by a later entry, listed; nothing is ever changed or deleted."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

from ..domain import BenefitEntry, CostEntry, Outcome, Project, Role, derive_id
from ..domain.bounds import check_day
from ..domain.money import check_amount, check_currency, check_weight, shares_of
from ..domain.money_entries import MoneyEntry
from ..domain.rates import MissingRate
from ..errors import (
    AlreadyCorrected,
    ClaimedTwice,
    DatedAhead,
    InvalidRequest,
    NotFound,
)
from ..store.records import get_record, put_records
from .action_reading import local_day
from .measured_subjects import rates_between
from .measurement_views import may_correct
from .money_reading import (
    converted,
    entries_about,
    money_of,
    money_subject,
    reporting_currency,
)
from .money_sharing import others_sharing, require_right, require_room, sees_entries
from .money_views import (
    AddMoney,
    CorrectMoney,
    ListMoney,
    MoneyEntered,
    MoneyList,
    ShareBenefit,
    kind_of,
    row_of,
)
from .table import Context, operation

NEVER = datetime.min.replace(tzinfo=UTC)


@operation(Role.MEMBER, audited=True)
def add_cost(context: Context, request: AddMoney) -> MoneyEntered:
    """Enter what a project or an outcome cost, or is expected to."""
    return _add(context, CostEntry, request)


@operation(Role.MEMBER, audited=True)
def add_benefit(context: Context, request: AddMoney) -> MoneyEntered:
    """Enter what an outcome or a project brought, or is expected to."""
    return _add(context, BenefitEntry, request)


@operation(Role.MEMBER, audited=True)
def share_benefit(context: Context, request: ShareBenefit) -> MoneyEntered:
    """Enter one benefit that several outcomes or projects brought about, shared out by weights."""
    if not request.contributors:
        raise InvalidRequest("share_benefit: name at least one contributor.", field="contributors")
    placed = [(money_subject(context, c.subject), check_weight(c.weight)) for c in request.contributors]
    weights: dict[str, float] = {}
    for ((_, subject), weight), contributor in zip(placed, request.contributors, strict=True):
        if subject in weights:
            raise ClaimedTwice(
                f"{contributor.subject} is named twice: a benefit is never counted twice.",
                field="contributors", claimed=100, asked=100,
            )  # fmt: skip
        weights[subject] = weight
    key = request.key or secrets.token_hex(8)
    shares, shared = shares_of(weights), request.shared or f"benefit:{digest(key, context.visitor.name)[:10]}"
    made: list[tuple[Project, MoneyEntry]] = []
    for (project, subject), _ in placed:
        values = request.model_dump(exclude={"contributors"}) | {"share": shares[subject], "shared": shared, "key": key}
        made.append((project, _entry(context, BenefitEntry, project, subject, values)))
    if not _known(context, made, request.key):
        require_room(context, shared, [entry for _, entry in made])
    return _keep(context, made)


@operation(Role.MEMBER, audited=True)
def correct_money(context: Context, request: CorrectMoney) -> MoneyEntered:
    """Correct an entry by a later one; the old one stays in sight but no longer counts.

    What several share is one amount: correcting it corrects the entries of all of them. An amount
    of 0 only takes this one's part back.
    """
    entry, project = _visible_entry(context, request.id)
    require_right(context, entry)
    chain = {e.corrects: e.id for e in entries_about(context, [entry.subject], corrected=True) if e.corrects}
    if entry.id in chain:
        newest = entry.id
        while newest in chain:
            newest = chain[newest]
        raise AlreadyCorrected(
            f"{entry.id} was corrected already: correct {newest} instead.", id=entry.id, newest=newest
        )
    given = request.model_dump(exclude={"id", "reason"}, exclude_none=True)
    if not given:
        raise InvalidRequest("correct_money: say what it should have been.", field="amount", operation="correct_money")
    why = {"reason": request.reason}
    made = [(project, _corrected(context, entry, project, given | why))]
    common = {name: value for name, value in given.items() if name in ("amount", "date", "currency", "expected")}
    if entry.shared:
        if common and common.get("amount") != 0:
            for other in others_sharing(context, entry):
                made.append((other[1], _corrected(context, *other, common | why)))
        leaving = {correction.corrects for _, correction in made}
        require_room(context, entry.shared, [correction for _, correction in made], frozenset(filter(None, leaving)))
    context.audit["before_hash"] = entry.content_hash()
    return _keep(context, made)


@operation(Role.MEMBER)
def list_money(context: Context, request: ListMoney) -> MoneyList:
    """Costs and benefits of a project with its outcomes, or of one outcome."""
    project, subject = money_subject(context, request.subject)
    money = money_of(context, project)
    subjects = [subject] if subject != project.id else [project.id, *(o.id for o in money.outcomes)]
    everything = [e for e in entries_about(context, subjects, corrected=True) if money.shows(e)]
    corrections = {entry.corrects: entry for entry in everything if entry.corrects}
    found = [
        entry
        for entry in everything
        if (request.corrected or entry.id not in corrections)
        and request.kind in (None, kind_of(entry))
        and request.expected in (None, entry.expected)
    ]
    if request.newest_first:
        found.sort(key=lambda entry: (entry.date, entry.recorded_at or NEVER, entry.id), reverse=True)
    titles = {project.id: project.name, **{o.id: o.title for o in money.outcomes}}
    owned = {outcome.id: outcome for outcome in money.outcomes}
    page = found[request.offset : request.offset + request.limit]
    return MoneyList(
        project=project.id,
        project_name=project.name,
        currency=reporting_currency(project, everything),
        entries=[
            row_of(
                entry,
                titles.get(entry.subject),
                corrections.get(entry.id),
                correctable=may_correct(context.visitor, owned.get(entry.subject), entry),
            )
            for entry in page
        ],
        total=len(found),
    )


def _add(context: Context, kind: type[MoneyEntry], request: AddMoney) -> MoneyEntered:
    project, subject = money_subject(context, request.subject)
    made = _entry(context, kind, project, subject, request.model_dump(exclude={"subject"}))
    if made.shared and not _known(context, [(project, made)], request.key):
        require_room(context, made.shared, [made])
    return _keep(context, [(project, made)])


def _known(context: Context, made: list[tuple[Project, MoneyEntry]], key: str | None) -> bool:
    """True when all of it was entered before, under the same key: nothing new is claimed, whatever was corrected."""
    return bool(key) and all(get_record(context.store, type(entry), entry.id) is not None for _, entry in made)


def _entry(
    context: Context, kind: type[MoneyEntry], project: Project, subject: str, values: dict[str, Any]
) -> MoneyEntry:
    """A checked entry; it belongs to its project's scope."""
    amount = check_amount(values["amount"], zero=bool(values.get("corrects")))
    currency, day = check_currency(values["currency"]), values["date"]
    if not 0 < values["share"] <= 1:
        raise InvalidRequest(
            f"A share is above 0 and at most 1 (1 is all of it), not {values['share']:g}.", field="share"
        )
    today = local_day(context.store, project.id, context.now)
    if not values["expected"] and day > today:
        raise DatedAhead(
            f"{day} is after today ({today}): what is still to come is entered as expected.",
            field="date", day=day.isoformat(), today=today.isoformat(),
        )  # fmt: skip
    check_day("date", day)
    told = {name: value for name, value in values.items() if name != "key"}
    key = secrets.token_hex(8)
    if values.get("key"):  # what is sent twice has one id
        key = digest(values["key"], context.visitor.name, subject, *(str(told[name]) for name in sorted(told)))[:16]
    told |= {
        "id": derive_id("cost" if kind is CostEntry else "benefit", "retrobook", key), "subject": subject,
        "amount": amount, "currency": currency, "project": project.id, "unit": project.unit,
        "confidential": project.confidential or _is_hidden(context, subject),
    }  # fmt: skip
    return kind.parse(told)


def _corrected(context: Context, entry: MoneyEntry, project: Project, given: dict[str, Any]) -> MoneyEntry:
    kept = entry.model_dump(include={"amount", "date", "currency", "share", "shared", "expected", "note"})
    return _entry(context, type(entry), project, entry.subject, kept | given | {"corrects": entry.id})


def _is_hidden(context: Context, subject: str) -> bool:
    outcome = get_record(context.store, Outcome, subject)
    return outcome is not None and outcome.confidential


def _keep(context: Context, made: list[tuple[Project, MoneyEntry]]) -> MoneyEntered:
    entries = [entry for _, entry in made]
    with context.store.transaction() as tx:
        put_records(tx, entries, at=context.now, by=context.visitor.name)
    context.audit.update(subject=" ".join(entry.id for entry in entries), after_hash=entries[0].content_hash())
    rates = rates_between(context.store)
    missing: list[MissingRate] = []
    for project, entry in made:
        missing += converted([entry], project.currency or entry.currency, rates).missing
    return MoneyEntered(
        project=made[0][0].id, entries=[row_of(entry, correctable=True) for entry in entries], missing_rates=missing
    )


def _visible_entry(context: Context, key: str) -> tuple[MoneyEntry, Project]:
    for kind in (CostEntry, BenefitEntry):
        entry = get_record(context.store, kind, key)
        if entry is not None and sees_entries(context, [entry]):
            return entry, money_subject(context, entry.subject)[0]
    raise NotFound.among("money entry", key, [])


def digest(*parts: str) -> str:
    """A short name of some texts together, always the same."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
