"""Which notes of a wall belong together, for people to accept."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..domain import Role
from ..domain.board.items import ItemKey
from ..domain.board.moves import NoteText
from .refusals import unfit
from .table import Context, Request, Response, operation

MOST_NOTES = 500


class GivenNote(BaseModel):
    """A note by its key."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: ItemKey
    text: NoteText


class SuggestNoteGroups(Request):
    """The notes of a wall, in either language; notes that are in a group already are best left out."""

    notes: list[GivenNote] = Field(max_length=MOST_NOTES)

    @model_validator(mode="after")
    def _once_each(self) -> SuggestNoteGroups:
        if len({note.id for note in self.notes}) < len(self.notes):
            raise unfit("twice", "notes", "a note stands there twice")
        return self


class NoteGroup(BaseModel):
    """Notes that seem to be about one thing, the most central first; `strength` is 0 to 1."""

    notes: list[str]
    title: str
    strength: float


class NoteGroups(Response):
    """Suggestions, the surest first; `read` is False when no model could read the notes."""

    suggestions: list[NoteGroup]
    read: bool = True


@operation(Role.GUEST)
def suggest_note_groups(context: Context, request: SuggestNoteGroups) -> NoteGroups:
    """Groups of notes that seem to be about one thing: suggestions only, nothing is kept."""
    texts = {note.id: note.text for note in request.notes}
    if len(texts) < 2:
        return NoteGroups(suggestions=[])
    from ..recommend.grouping import suggest_groups  # clients import this table: no figures may come with it

    vectors = context.service("search").vectors_of(list(texts.values()))
    if vectors is None:
        return NoteGroups(suggestions=[], read=False)
    return NoteGroups(
        suggestions=[
            NoteGroup(notes=found.notes, title=found.title, strength=found.strength)
            for found in suggest_groups(texts, vectors)
        ]
    )
