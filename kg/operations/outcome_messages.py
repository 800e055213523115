"""Messages about outcomes on their way: to whose turn it is, to owners, and of evidence that fails or will.

None of them holds a score or the words of a review: who may read those reads them at the outcome.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cached_property

from ..domain import Evidence, EvidenceStatus, MessageState, OutboxMessage, Outcome, Person, Project, Review, derive_id
from ..domain.outcome_steps import UNDER_REVIEW
from ..domain.outcomes import OutcomeState
from ..domain.review_rules import EvidenceRules, ReviewRules
from ..errors import KgError
from ..policy import Visitor
from ..queries import statement
from ..store.records import get_record, list_records, put_records, records_about
from .action_reading import WHOLE, local_day
from .alert_material import Readers
from .outcome_lookup import owner_of
from .outcome_reading import hands_in, rules_in_force
from .outcome_reviewers import may_review, turn_of
from .table import Context

TO_REVIEW, THIRD, RETURNED, ACCEPTED = "outcome_to_review", "outcome_third", "outcome_returned", "outcome_accepted"
STEP_KINDS = frozenset({TO_REVIEW, THIRD, RETURNED, ACCEPTED})
FAILED, EXPIRING = "evidence_failed", "evidence_expiring"
EVIDENCE_KINDS = frozenset({FAILED, EXPIRING})
KINDS = STEP_KINDS | EVIDENCE_KINDS
PENDING = (MessageState.WAITING, MessageState.FAILED)


def tell_step(context: Context, outcome: Outcome) -> int:
    """Tell those whom an outcome waits for now, or its owner what became of it; the number of new messages.

    Each occasion of a round is told once. What still waits of an earlier step is dropped: a turn that
    has passed needs no letter. Nobody is told of what they did themselves.
    """
    if _rules(context) is None:
        return 0  # no step goes on until the rules are mended
    found = [message for message in _Messages(context).of_step(outcome) if message.to != context.visitor.name]
    return _keep(context, [outcome.id], STEP_KINDS, found)


def tell_evidence(context: Context, keys: Iterable[str]) -> int:
    """Tell the owners of outcomes what is wrong with evidence, or will be; the number of new messages.

    A piece that fails is told once until it has been well again; one that expires once a day of expiry.
    Where the owner does not sign in or may not see the outcome, the next above who may is told.
    """
    subjects = sorted(set(keys))
    if not subjects:
        return 0
    rules = _rules(context)
    soon = timedelta(days=(rules.evidence if rules else EvidenceRules()).expiring_days)
    latest = context.now.date() + soon + timedelta(days=1)  # wherever the project is at home
    of: dict[str, list[Evidence]] = defaultdict(list)
    for piece in records_about(context.store, Evidence, subjects):
        if piece.status is not EvidenceStatus.LIVE or (piece.expires_on and piece.expires_on <= latest):
            of[piece.subject].append(piece)
    writer, found = _Messages(context), list[OutboxMessage]()
    for key, pieces in of.items():
        outcome = get_record(context.store, Outcome, key)
        if outcome is not None:
            found += writer.of_evidence(outcome, pieces, local_day(context.store, outcome.project, context.now), soon)
    return _keep(context, subjects, EVIDENCE_KINDS, found)


def tell_new_managers(context: Context, owners: Iterable[str]) -> int:
    """Tell whose turn it is with what waits of some people, whose managers changed; the number of new messages."""
    names = {name.casefold() for name in owners}
    states = [state.value for state in UNDER_REVIEW]
    rows = context.store.read(statement("outcome_reviews.in_states"), states=states, project=None, **WHOLE.parameters())
    waiting = [Outcome.from_properties(row["record"]) for row in rows]
    return sum(tell_step(context, outcome) for outcome in waiting if (outcome.owner or "").casefold() in names)


def _rules(context: Context) -> ReviewRules | None:
    """The rules of reviews; a mistake in an installation's own stops no look at evidence."""
    try:
        return rules_in_force(context)
    except KgError:
        return None


class _Messages:
    """What there is to say now, whether it was said before or not."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @cached_property
    def _readers(self) -> Readers:
        return Readers(self._context.store)

    @cached_property
    def _people(self) -> dict[str, Person]:
        """Who signs in, by name without regard to case."""
        people = list_records(self._context.store, Person, WHOLE)
        return {person.name.casefold(): person for person in people if not person.disabled}

    def of_step(self, outcome: Outcome) -> Iterator[OutboxMessage]:
        """What the state of an outcome asks to be told."""
        around = f"r{outcome.round}"
        if outcome.state in UNDER_REVIEW and outcome.awaits:
            kind = THIRD if outcome.awaits == "third" else TO_REVIEW
            for to in self._whose_turn(outcome):
                yield self._message(outcome, kind, to, (around, outcome.awaits), review=outcome.awaits)
            return
        kind = {OutcomeState.RETURNED: RETURNED, OutcomeState.ACCEPTED: ACCEPTED}.get(outcome.state, "")
        owner = self._named(outcome.owner)
        if kind and owner is not None and self._readers.sees(owner, outcome):
            yield self._message(outcome, kind, owner, (around,))

    def of_evidence(
        self, outcome: Outcome, pieces: Iterable[Evidence], today: date, soon: timedelta
    ) -> Iterator[OutboxMessage]:
        """What is wrong with pieces of evidence, or will be."""
        owner = self._named(owner_of(outcome))
        for piece in pieces:
            hidden = outcome if outcome.confidential else piece  # whichever fewer may see
            to = owner if self._readers.sees(owner, hidden) else self._readers.above(owner, hidden)
            if to is None:
                continue
            day = piece.expires_on
            if piece.status is not EvidenceStatus.LIVE:
                yield self._message(
                    outcome, FAILED, to, (piece.id, piece.status.value, str(self._failed_since(piece))),
                    evidence=piece.title, status=piece.status.value, finding=piece.finding or "",
                )  # fmt: skip
            elif day is not None and today <= day <= today + soon:
                yield self._message(
                    outcome, EXPIRING, to, (piece.id, day.isoformat()), due=day, evidence=piece.title,
                    day=day.isoformat(),
                )  # fmt: skip

    def _whose_turn(self, outcome: Outcome) -> list[str]:
        """Who may give the review that is awaited: those whose own role it is, else those who rank above."""
        store, rules = self._context.store, rules_in_force(self._context)
        reviews, evidence = records_about(store, Review, [outcome.id]), records_about(store, Evidence, [outcome.id])
        turn = turn_of(store, outcome, rules, reviews, hands_in(store, outcome, evidence))
        if turn is None:
            return []
        if turn.person is not None:
            direct = [person for name, person in self._people.items() if name == turn.person.casefold()]
            above = list[Person]()
        else:
            direct = [person for person in self._people.values() if set(person.roles) & set(turn.roles)]
            above = [
                person
                for person in self._people.values()
                if person not in direct and any(Visitor.of(person).has(role) for role in turn.roles)
            ]
        for people in (direct, above):
            able = sorted(
                person.name
                for person in people
                if self._readers.sees(person.name, outcome)
                and may_review(store, Visitor.of(person), outcome, rules, reviews, evidence)[0]
            )
            if able:
                return able
        return []

    def _failed_since(self, piece: Evidence) -> int:
        """The revision in which a piece came to stand as it does: later looks at it are no news."""
        rows = self._context.store.read(statement("records.revisions_of"), id=piece.id)
        found = piece.revision
        for row in sorted(rows, key=lambda row: -int(row["revision"])):
            if json.loads(row["body"]).get("status") != piece.status.value:
                break
            found = int(row["revision"])
        return found

    def _message(
        self, outcome: Outcome, kind: str, to: str, occasion: tuple[str, ...], *, due: date | None = None, **more: str
    ) -> OutboxMessage:
        """A message; its id is made of the occasion and of whom it goes to."""
        about = hashlib.sha256(json.dumps([outcome.id, to, *occasion]).encode()).hexdigest()[:24]
        project = get_record(self._context.store, Project, outcome.project)
        named = project is not None and self._readers.sees(to, project)
        values = {"title": outcome.title, "project": project.name if project and named else "", **more}
        return OutboxMessage.parse(
            {
                "id": derive_id("message", kind, about),
                "project": outcome.project,
                "unit": outcome.unit,
                "confidential": outcome.confidential,
                "to": to,
                "kind": kind,
                "subject": outcome.id,
                "values": values | {"owner": outcome.owner or ""},
                "due_on": due,
            }
        )

    def _named(self, name: str | None) -> str | None:
        """A person's name as they sign in, by one that may be written otherwise."""
        person = self._people.get((name or "").casefold())
        return person.name if person else None


def _keep(context: Context, subjects: list[str], kinds: frozenset[str], found: list[OutboxMessage]) -> int:
    """Write what was not said yet, and drop what still waits though its occasion is over."""
    earlier = {m.id: m for m in records_about(context.store, OutboxMessage, subjects) if m.kind in kinds}
    new = [m for m in found if m.id not in earlier or earlier[m.id].state is MessageState.DROPPED]
    now = {message.id for message in found}
    over = [
        OutboxMessage.parse(message.model_dump() | {"state": MessageState.DROPPED})
        for message in earlier.values()
        if message.state in PENDING and message.id not in now
    ]
    with context.store.transaction() as tx:
        put_records(tx, [*new, *over], at=context.now, by=context.visitor.name)
    return len(new)
