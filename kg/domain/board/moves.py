"""What somebody may ask of a board; each move is refused or done whole.

A move that makes something carries the key of what it makes, chosen by its sender: sent
twice, it makes one. A vote says how many dots a topic has from its voter, not how many more.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ..formats import PhaseKind
from ..lessons import Polarity
from .items import ItemKey, SeatRole

LONGEST_NOTE = 2_000
LONGEST_TEXT = 10_000

NoteText = Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)]
LongText = Annotated[str, Field(max_length=LONGEST_TEXT)]
Line = Annotated[str, Field(max_length=300)]
FactValue = str | bool | int | Annotated[float, Field(allow_inf_nan=False)] | None
"""What a pinned fact says of itself: plain values that every browser can read."""


class Move(BaseModel):
    """Base of all moves."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class AddNote(Move):
    """Write a note: in the phase *write*, or, pinning a fact of the wall, in *facts*."""

    move: Literal["add_note"] = "add_note"
    note: ItemKey
    column: str
    text: NoteText
    fact: dict[Annotated[str, Field(max_length=40)], FactValue] | None = None


class EditNote(Move):
    """Change the words of one's own note; `base` is the revision of the note that was edited."""

    move: Literal["edit_note"] = "edit_note"
    note: ItemKey
    text: NoteText
    base: int


class RemoveNote(Move):
    """Take one's own note away."""

    move: Literal["remove_note"] = "remove_note"
    note: ItemKey


class MoveNote(Move):
    """Put a note into a group (None: out of it), or into another column, before another note."""

    move: Literal["move_note"] = "move_note"
    note: ItemKey
    group: ItemKey | None = None
    column: str | None = None
    before: ItemKey | None = None


class GroupNotes(Move):
    """Make a new group of notes: one dropped on another, or a suggestion that was accepted."""

    move: Literal["group_notes"] = "group_notes"
    group: ItemKey
    notes: Annotated[list[ItemKey], Field(min_length=1, max_length=200)]
    title: Line = ""


class NameGroup(Move):
    """Say what a group is about; `base` is the revision of the group that was edited."""

    move: Literal["name_group"] = "name_group"
    group: ItemKey
    title: Line
    base: int


class Vote(Move):
    """Give a topic so many dots in all; 0 takes them back."""

    move: Literal["vote"] = "vote"
    topic: ItemKey
    dots: Annotated[int, Field(ge=0, le=20)]


class Answer(Move):
    """Answer a question with 1 to 5: `mood` at check-in, `roti` at the close, else of the health check."""

    move: Literal["answer"] = "answer"
    phase: PhaseKind
    question: str
    value: Annotated[int, Field(ge=1, le=5)]


class SetReady(Move):
    """Say that one is done with the phase, or not yet."""

    move: Literal["set_ready"] = "set_ready"
    ready: bool


class WriteDiscussion(Move):
    """Keep what is said about a topic; `base` is the revision of the topic's item (0: there is none yet)."""

    move: Literal["write_discussion"] = "write_discussion"
    topic: ItemKey
    text: LongText
    base: int


class PutAction(Move):
    """Agree on an action, or change it; `base` is its revision, 0 for a new one."""

    move: Literal["put_action"] = "put_action"
    action: ItemKey
    title: Annotated[str, Field(min_length=1, max_length=300)]
    owner: Line | None = None
    due: date | None = None
    success_metric: Line | None = None
    metric: Line | None = None
    direction: Literal["increase", "decrease"] | None = None
    topic: ItemKey | None = None
    base: int = 0


class RemoveAction(Move):
    """Drop an action that was not meant."""

    move: Literal["remove_action"] = "remove_action"
    action: ItemKey


class PutLesson(Move):
    """Draft a lesson from a topic, or change it; `base` is its revision, 0 for a new one."""

    move: Literal["put_lesson"] = "put_lesson"
    lesson_key: ItemKey
    topic: ItemKey
    title: Line = ""
    driving_event: LongText = ""
    lesson: LongText = ""
    recommendation: LongText = ""
    conditions: LongText = ""
    polarity: Polarity | None = None
    base: int = 0


class RemoveLesson(Move):
    """Drop a lesson in the making."""

    move: Literal["remove_lesson"] = "remove_lesson"
    lesson_key: ItemKey


class MarkRecurrence(Move):
    """Say that a topic is what an earlier lesson warned of, or that it is not after all."""

    move: Literal["mark_recurrence"] = "mark_recurrence"
    topic: ItemKey
    lesson: Annotated[str, Field(min_length=1, max_length=300)]
    title: Line = ""
    recurs: bool = True


class Undo(Move):
    """Take one's last move back, if nobody has built on it."""

    move: Literal["undo"] = "undo"


class GoToPhase(Move):
    """Move everyone to a phase; `seen` is the index of the phase that the facilitator saw."""

    move: Literal["go_to_phase"] = "go_to_phase"
    phase: Annotated[int, Field(ge=0)]
    seen: Annotated[int, Field(ge=0)]


class PlanPhases(Move):
    """Put the phases in another order, skip some, time them, or leave them to everyone's own time."""

    move: Literal["plan_phases"] = "plan_phases"
    phases: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=20)]


class Reveal(Move):
    """Show all notes to everyone."""

    move: Literal["reveal"] = "reveal"


class SetTimer(Move):
    """Start a countdown of so many seconds; 0 stops it."""

    move: Literal["set_timer"] = "set_timer"
    seconds: Annotated[int, Field(ge=0, le=86_400)]


class Discuss(Move):
    """Put a topic on the table (None: none), with a countdown when `seconds` is given."""

    move: Literal["discuss"] = "discuss"
    topic: ItemKey | None = None
    seconds: Annotated[int, Field(ge=0, le=86_400)] = 0
    done: bool = False


class Admit(Move):
    """Let a waiting guest in, or not; `same_as` gives them the seat they had in another browser."""

    move: Literal["admit"] = "admit"
    seat: ItemKey
    admitted: bool = True
    same_as: ItemKey | None = None


class SetRole(Move):
    """Make somebody facilitator, participant or observer."""

    move: Literal["set_role"] = "set_role"
    seat: ItemKey
    role: SeatRole


OF_FACILITATORS = (GoToPhase, PlanPhases, Reveal, SetTimer, Discuss, Admit, SetRole)
"""Moves that only a facilitator makes."""

AnyMove = Annotated[
    AddNote | EditNote | RemoveNote | MoveNote | GroupNotes | NameGroup | Vote | Answer | SetReady | WriteDiscussion
    | PutAction | RemoveAction | PutLesson | RemoveLesson | MarkRecurrence | Undo | GoToPhase | PlanPhases | Reveal
    | SetTimer | Discuss | Admit | SetRole,
    Field(discriminator="move"),
]  # fmt: skip
MOVES: TypeAdapter[AnyMove] = TypeAdapter(AnyMove)
"""Reads moves of any kind."""
