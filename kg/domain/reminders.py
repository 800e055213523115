"""Messages to people that wait to be delivered: the outbox."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from ..schema import Label
from .record import Instant, NonEmpty, Record, nested


class MessageState(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"


class OutboxMessage(Record):
    """A message to one person, kept until a channel has delivered it.

    Its id is made of what it says and to whom, so that the same occasion makes it once.
    `kind` is the key of its words (`reminders.<kind>`), `values` fill them; no text of a
    person is in it beyond titles that its reader may see.
    """

    label: ClassVar[Label] = Label.OUTBOX_MESSAGE

    to: NonEmpty
    kind: NonEmpty
    subject: NonEmpty
    values: dict[str, str] = nested(dict)
    due_on: date | None = None
    state: MessageState = MessageState.WAITING
    attempts: int = Field(default=0, ge=0)
    delivered_at: Instant | None = None
    channel: str | None = None
    error: str | None = None
