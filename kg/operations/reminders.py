"""Reminders of actions: written once an occasion into the outbox, where channels take them from."""

from __future__ import annotations

from collections import Counter
from datetime import date

from pydantic import Field

from ..domain import MessageState, OutboxMessage, Role
from ..errors import Conflict, NotFound
from ..queries import statement
from ..store.records import get_record, put_records
from .reminder_occasions import KINDS, SOON_DAYS, Occasions, occasions_of
from .table import Context, Request, Response, operation


class RemindRequest(Request):
    """Actions due within `days` are spoken of; `today` stands in for the day at each project."""

    days: int = Field(default=SOON_DAYS, ge=0, le=60)
    today: date | None = None


class Reminders(Response):
    """What a look at the open actions found.

    `written` are new messages, `dropped` those whose occasion passed before they were delivered,
    `known` occasions that have their message already. `without_owner` and `unreached` count actions
    with an occasion but nobody to remind: no owner, or one who does not sign in, is disabled or may
    not see the action.
    """

    written: list[OutboxMessage] = []
    dropped: int = 0
    known: int = 0
    without_owner: int = 0
    unreached: int = 0


class ListOutbox(Request):
    """Messages in which state; all of them when not given."""

    state: MessageState | None = None
    limit: int = Field(default=200, ge=1, le=10_000)


class OutboxRow(Response):
    """A message, and the language in which its reader reads."""

    message: OutboxMessage
    language: str = "en"


class Outbox(Response):
    """Messages, the oldest first."""

    messages: list[OutboxRow]
    total: int
    states: dict[str, int]


class MarkDelivered(Request):
    """Which message a channel delivered; or why it could not."""

    id: str
    channel: str = Field(min_length=1, max_length=100)
    error: str | None = Field(default=None, max_length=2_000)


@operation(Role.ADMIN)
def due_reminders(context: Context, request: RemindRequest) -> Reminders:
    """Which reminders are due and not written yet; nothing is written."""
    return _plan(context, request)[0]


@operation(Role.ADMIN, audited=True)
def write_reminders(context: Context, request: RemindRequest) -> Reminders:
    """Write the reminders that are due into the outbox, each once, however often this runs."""
    found, dropped = _plan(context, request)
    with context.store.transaction() as tx:
        put_records(tx, [*found.written, *dropped], at=context.now, by=context.visitor.name)
    context.audit["subject"] = f"{len(found.written)} reminders"
    return found


@operation(Role.MEMBER)
def list_outbox(context: Context, request: ListOutbox) -> Outbox:
    """Messages that wait or went out: one's own; of everybody for administrators."""
    everybody = context.visitor.has(Role.ADMIN)
    person = None if everybody else context.visitor.name
    rows = context.store.read(statement("actions.messages"), state=None, person=person)
    messages = [OutboxMessage.from_properties(row["record"]) for row in rows]
    scope = context.scope
    seen = [m for m in messages if scope.covers(m.project, m.unit, m.confidential) or m.project is None]
    wanted = [m for m in seen if request.state is None or m.state is request.state]
    languages = {p.name: p.language for p in Occasions.people(context.store)}
    return Outbox(
        messages=[OutboxRow(message=m, language=languages.get(m.to, "en")) for m in wanted[: request.limit]],
        total=len(wanted),
        states=dict(Counter(m.state.value for m in seen)),
    )


@operation(Role.ADMIN, audited=True)
def mark_delivered(context: Context, request: MarkDelivered) -> OutboxRow:
    """Record that a channel delivered a message, or that it failed: a failed one may be tried again."""
    message = get_record(context.store, OutboxMessage, request.id)
    if message is None:
        rows = context.store.read(statement("actions.messages"), state=None, person=None)
        raise NotFound.among("message", request.id, [str(row["record"]["id"]) for row in rows])
    if message.state not in (MessageState.WAITING, MessageState.FAILED):
        raise Conflict(f"The message is {message.state.value} already.", id=message.id, name=message.id)
    changed = OutboxMessage.parse(
        message.model_dump()
        | {
            "state": MessageState.FAILED if request.error else MessageState.DELIVERED,
            "attempts": message.attempts + 1,
            "delivered_at": None if request.error else context.now,
            "channel": request.channel,
            "error": request.error,
        }
    )
    with context.store.transaction() as tx:
        put_records(tx, [changed], at=context.now, by=context.visitor.name)
    context.audit.update(subject=message.id, before_hash=message.content_hash(), after_hash=changed.content_hash())
    return OutboxRow(message=changed)


def _plan(context: Context, request: RemindRequest) -> tuple[Reminders, list[OutboxMessage]]:
    """What to write, and the waiting messages to drop since their occasion passed."""
    found = occasions_of(context.store, context.now, request.days, request.today)
    rows = context.store.read(statement("actions.messages"), state=None, person=None)
    held = {m.id: m for m in (OutboxMessage.from_properties(row["record"]) for row in rows)}
    written = [  # a dropped one comes back with its occasion: the action was reopened, or is due then again
        message
        for message in found.messages
        if message.id not in held or held[message.id].state is MessageState.DROPPED
    ]
    now = {message.id for message in found.messages}
    dropped = [
        OutboxMessage.parse(m.model_dump() | {"state": MessageState.DROPPED})
        for m in held.values()
        if m.state in (MessageState.WAITING, MessageState.FAILED) and m.kind in KINDS and m.id not in now
    ]
    told = Reminders(
        written=written,
        dropped=len(dropped),
        known=len(found.messages) - len(written),
        without_owner=found.without_owner,
        unreached=found.unreached,
    )
    return told, dropped
