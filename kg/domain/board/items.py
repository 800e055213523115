"""What a board holds: small items, each kept by itself, so that a move writes only what it touches.

Whom an item belongs to is a `voter`: in a named retrospective the key of a seat, in an
anonymous one the digest of a token that nothing joins to a seat. Nothing here carries a time
but the board's own clock: when somebody wrote is nobody's business.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ..formats import Format, PhaseKind, QuestionSet
from ..lessons import Polarity
from ..record import Instant

ItemKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""Names an item; new ones are chosen by whoever makes the item, so that asking twice makes one."""


class SeatRole(StrEnum):
    """What somebody may do at a board."""

    FACILITATOR = "facilitator"
    PARTICIPANT = "participant"
    OBSERVER = "observer"


class Item(BaseModel):
    """Base of all items; `rev` is the board's revision that last changed it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    kind: str
    rev: int = 0


class Timer(BaseModel):
    """A countdown: `ends_at` while it runs, `left` seconds while it stands still."""

    model_config = ConfigDict(extra="forbid")

    ends_at: Instant | None = None
    left: int = Field(default=0, ge=0)
    total: int = Field(default=0, ge=0)


class BoardPhase(BaseModel):
    """A phase of this board; `key` is its kind. A skipped one is passed over."""

    model_config = ConfigDict(extra="forbid")

    kind: PhaseKind
    minutes: int | None = None
    asynchronous: bool = False
    skipped: bool = False
    prompt: dict[str, str] | None = None


class BoardItem(Item):
    """The board itself. There is one, with the id `board`.

    Attributes:
        retrospective: Id of the retrospective's record.
        phase: Index into `phases`.
        revealed: Notes are shown to everyone (new ones again only at the next reveal).
        discussing: The topic on the table.
    """

    kind: Literal["board"] = "board"
    retrospective: str
    project: str
    unit: str | None = None
    confidential: bool = False
    title: str
    team: str | None = None
    created_by: str
    period_start: date | None = None
    period_end: date | None = None
    previous: str | None = None
    format: Format
    questions: QuestionSet | None = None
    anonymous: bool = False
    guests: bool = True
    join_code: str
    votes: int = 5
    per_topic: int = 3
    phases: list[BoardPhase]
    phase: int = 0
    revealed: bool = False
    timer: Timer | None = None
    discussing: str | None = None
    closed: bool = False

    @property
    def kind_now(self) -> PhaseKind:
        """The kind of the current phase."""
        return self.phases[self.phase].kind


class Seat(Item):
    """Somebody at the board; a guest waits until a facilitator lets them in.

    `person` is the name they sign in with. `holds_token`: a token of an anonymous board was
    given out to this seat; which one is kept nowhere.
    """

    kind: Literal["seat"] = "seat"
    person: str
    name: str
    role: SeatRole = SeatRole.PARTICIPANT
    guest: bool = False
    waiting: bool = False
    ready: bool = False
    holds_token: bool = False


class NoteItem(Item):
    """A note; `shown` once it was revealed. `order` sorts within a column or a group."""

    kind: Literal["note"] = "note"
    voter: str
    column: str
    text: str
    group: str | None = None
    order: float = 0.0
    shown: bool = False
    fact: dict[str, Any] | None = None


class GroupItem(Item):
    """Notes that belong together; a note joins by naming it as its `group`."""

    kind: Literal["group"] = "group"
    title: str = ""
    order: float = 0.0


class BallotItem(Item):
    """The votes of one voter: dots by topic (a group, or a note that stands alone)."""

    kind: Literal["ballot"] = "ballot"
    voter: str
    dots: dict[str, int] = Field(default_factory=dict)


class AnswerItem(Item):
    """One voter's answers, 1 to 5, to a phase: question keys of the set, `mood`, or `roti`."""

    kind: Literal["answer"] = "answer"
    voter: str
    phase: PhaseKind
    values: dict[str, int] = Field(default_factory=dict)


class TopicItem(Item):
    """What was said about a topic; its id is `topic-<key of the group or note>`."""

    kind: Literal["topic"] = "topic"
    topic: str
    discussion: str = ""
    discussed: bool = False
    recurrences: dict[str, str] = Field(default_factory=dict)
    """Lessons that this topic is a recurrence of: title by id."""


class ActionDraft(Item):
    """An action agreed on; it becomes a record when the retrospective closes."""

    kind: Literal["action"] = "action"
    title: str
    owner: str | None = None
    due: date | None = None
    success_metric: str | None = None
    metric: str | None = None
    direction: str | None = None
    topic: str | None = None


class LessonItem(Item):
    """A lesson in the making; it becomes a draft when the retrospective closes."""

    kind: Literal["lesson"] = "lesson"
    topic: str
    title: str = ""
    driving_event: str = ""
    lesson: str = ""
    recommendation: str = ""
    conditions: str = ""
    polarity: Polarity | None = None


class TokensItem(Item):
    """Digests of the tokens that were made for an anonymous board, many at a time, in no order that tells anything.

    Which of them was given to whom is kept nowhere: a token is handed out without a trace.
    """

    kind: Literal["tokens"] = "tokens"
    digests: list[str] = Field(default_factory=list)


AnyItem = Annotated[
    BoardItem
    | Seat
    | TokensItem
    | NoteItem
    | GroupItem
    | BallotItem
    | AnswerItem
    | TopicItem
    | ActionDraft
    | LessonItem,
    Field(discriminator="kind"),
]
ITEMS: TypeAdapter[AnyItem] = TypeAdapter(AnyItem)
"""Reads and writes items of any kind."""
