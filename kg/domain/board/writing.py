"""Notes and groups: writing, changing, taking away, putting together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import InvalidRequest, MoveRefused, NotYours, TextChanged, WrongPhase, nearest
from ..formats import PhaseKind
from .items import AnyItem, GroupItem, NoteItem
from .moves import LONGEST_NOTE, AddNote, EditNote, GroupNotes, Move, MoveNote, NameGroup, RemoveNote
from .state import Actor, BoardState, Change

if TYPE_CHECKING:
    from .rules import Means

MOVES = (AddNote, EditNote, RemoveNote, MoveNote, GroupNotes, NameGroup)
MOST_NOTES = 2_000
LONGEST_FACT = 4_000
LONGEST_TITLE = 300
RESERVED = ("ballot-", "answer-", "topic-")
"""How keys begin that the board itself gives: nobody may take the place of somebody's ballot."""


def apply(state: BoardState, actor: Actor, voter: str, move: Move, means: Means) -> Change:
    """What a move about notes or groups changes."""
    match move:
        case AddNote():
            return _add(state, voter, move)
        case EditNote():
            return _edit(state, voter, move, means)
        case RemoveNote():
            return _remove(state, actor, voter, move)
        case MoveNote():
            return _move(state, voter, move)
        case GroupNotes():
            return _group(state, move)
        case NameGroup():
            require_phase(state, PhaseKind.GROUP, PhaseKind.VOTE, PhaseKind.DISCUSS)
            group = state.find(GroupItem, move.group)
            title = merged_text(means, group, group.title, move.base, move.title, most=LONGEST_TITLE)
            merged: dict[str, object] = {"text": title, "merged": True} if title != move.title else {}
            if title == group.title:
                return Change(said=merged)
            return Change(put=[group.model_copy(update={"title": title})], said=merged, undoes=True)
    raise InvalidRequest("No such move.", field="move")


def require_phase(state: BoardState, *wanted: PhaseKind) -> None:
    """Let a move pass in these phases only.

    Raises:
        WrongPhase: None of them is open.
    """
    if not state.open_phases() & set(wanted):
        here = state.board.kind_now.value
        raise WrongPhase(
            f"This belongs to the phase {wanted[0].value}; the board is at {here}.", phase=here, wanted=wanted[0].value
        )


def _add(state: BoardState, voter: str, move: AddNote) -> Change:
    require_phase(state, PhaseKind.WRITE, *([PhaseKind.FACTS] if move.fact else []))
    _require_column(state, move.column)
    if move.fact is not None and len(str(move.fact)) > LONGEST_FACT:
        raise InvalidRequest("fact: it is too long to be pinned.", field="fact")
    known = state.items.get(move.note)
    if known is not None:
        if isinstance(known, NoteItem) and known.voter == voter:
            return Change()  # the same note, sent again
        raise MoveRefused("Something on the board has this key already.", note=move.note)
    require_new_key(move.note)
    notes = list(state.of(NoteItem))
    if len(notes) >= MOST_NOTES:
        raise MoveRefused(f"A board holds {MOST_NOTES} notes at most.", limit=MOST_NOTES)
    order = max((note.order for note in notes if note.column == move.column), default=0.0) + 1
    note = NoteItem(id=move.note, voter=voter, column=move.column, text=move.text, order=order, fact=move.fact)
    return Change(put=[note], undoes=True)


def _edit(state: BoardState, voter: str, move: EditNote, means: Means) -> Change:
    note = _own(state, voter, move.note)
    require_phase(state, PhaseKind.WRITE, PhaseKind.GROUP, *([PhaseKind.FACTS] if note.fact else []))
    text = merged_text(means, note, note.text, move.base, move.text, most=LONGEST_NOTE, least=1)
    said: dict[str, object] = {"text": text, "merged": True} if text != move.text else {}
    if text == note.text:
        return Change(said=said)
    return Change(put=[note.model_copy(update={"text": text})], said=said, undoes=True)


def _remove(state: BoardState, actor: Actor, voter: str, move: RemoveNote) -> Change:
    note = state.items.get(move.note)
    if note is None:
        return Change()  # gone already, as asked
    note = state.find(NoteItem, move.note)
    if not (note.shown and actor.leads):  # a facilitator may take away what everyone sees
        _own(state, voter, move.note)
    require_phase(state, PhaseKind.WRITE, PhaseKind.GROUP, *([PhaseKind.FACTS] if note.fact else []))
    left = [other for other in state.of(NoteItem) if other.group == note.group and other.id != note.id]
    return Change(drop=[note.id, *([note.group] if note.group and not left else [])], undoes=True)


def _own(state: BoardState, voter: str, key: str) -> NoteItem:
    note = state.find(NoteItem, key)
    if note.voter != voter:
        raise NotYours("Somebody else wrote this note; only they can change it.", note=key)
    return note


def _move(state: BoardState, voter: str, move: MoveNote) -> Change:
    note = state.find(NoteItem, move.note)
    if not note.shown:
        note = _own(state, voter, move.note)
        require_phase(state, PhaseKind.WRITE)
        if move.group is not None:
            raise WrongPhase("Notes are grouped once everyone sees them.", phase="write", wanted="group")
    else:
        require_phase(state, PhaseKind.GROUP)
    column = note.column if move.column is None else move.column
    _require_column(state, column)
    if move.group is not None:
        state.find(GroupItem, move.group)
    order, others = _place(state, note, move.group, column, move.before)
    changed = note.model_copy(update={"group": move.group, "column": column, "order": order})
    if changed == note:
        return Change()
    return Change(put=[changed, *others], drop=_emptied(state, {note.id}, keep=move.group), undoes=True)


def _group(state: BoardState, move: GroupNotes) -> Change:
    require_phase(state, PhaseKind.GROUP)
    notes = [state.find(NoteItem, key) for key in dict.fromkeys(move.notes)]
    if any(not note.shown for note in notes):
        raise WrongPhase("Notes are grouped once everyone sees them.", phase="group", wanted="group")
    known = state.items.get(move.group)
    if known is not None:
        if isinstance(known, GroupItem) and all(note.group == known.id for note in notes):
            return Change()  # the same group, sent again
        raise MoveRefused("Something on the board has this key already.", group=move.group)
    require_new_key(move.group)
    order = max((group.order for group in state.of(GroupItem)), default=0.0) + 1
    made: list[AnyItem] = [GroupItem(id=move.group, title=move.title, order=order)]
    made += [note.model_copy(update={"group": move.group, "order": float(i)}) for i, note in enumerate(notes)]
    return Change(put=made, drop=_emptied(state, {note.id for note in notes}, keep=move.group), undoes=True)


def _emptied(state: BoardState, leaving: set[str], keep: str | None) -> list[str]:
    """Groups that hold nothing once these notes have left."""
    left: dict[str, int] = {}
    for note in state.of(NoteItem):
        if note.group:
            left[note.group] = left.get(note.group, 0) + (note.id not in leaving)
    return [group for group, count in left.items() if not count and group != keep and group in state.items]


def _place(
    state: BoardState, note: NoteItem, group: str | None, column: str, before: str | None
) -> tuple[float, list[NoteItem]]:
    """Where a note goes, and the notes beside it that must be counted anew because no number lies between two."""
    beside = [
        other
        for other in state.of(NoteItem)
        if other.id != note.id and other.group == group and (group is not None or other.column == column)
    ]
    beside.sort(key=lambda other: (other.order, other.id))
    place = next((number for number, other in enumerate(beside) if other.id == before), None)
    if place is None:
        same = note.group == group and note.column == column
        return note.order if same and before is None else (beside[-1].order + 1 if beside else 0.0), []
    above = beside[place].order
    below = beside[place - 1].order if place else above - 1
    if below < (middle := (below + above) / 2) < above:
        return middle, []
    counted = [*beside[:place], note, *beside[place:]]
    moved = [
        other.model_copy(update={"order": float(number)})
        for number, other in enumerate(counted)
        if other.id != note.id and other.order != number
    ]
    return float(place), moved


def merged_text(means: Means, item: AnyItem, text: str, base: int, new: str, *, most: int, least: int = 0) -> str:
    """The words that keep what several people made of them, where they fit.

    Raises:
        TextChanged: They cannot be joined, or what comes of it is too long, or nothing at all.
    """
    found = means.merge(item, text, base, new)
    if found != new and not least <= len(found.strip()) <= most:
        raise TextChanged("Somebody else changed these words meanwhile.", theirs=text, mine=new, rev=item.rev)
    return found


def require_new_key(key: str) -> None:
    """Let keys pass that people may give to what they make.

    Raises:
        MoveRefused: The board gives keys like this one itself.
    """
    if key.startswith(RESERVED) or key in ("board", "tokens"):
        raise MoveRefused("The board itself gives keys like this; take another.", key=key)


def _require_column(state: BoardState, column: str) -> None:
    keys = [known.key for known in state.board.format.columns]
    if column not in keys:
        near = nearest(column, keys)
        hint = f" Did you mean {near!r}?" if near else ""
        raise InvalidRequest(f"column: this board has no column {column!r}.{hint}", field="column", nearest=near)
