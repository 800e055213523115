"""A board without a store: people, phases, and moves that are applied one after the other."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from kg.domain.board.items import BoardItem, BoardPhase, NoteItem, Seat, SeatRole
from kg.domain.board.rules import Means, apply, parse_move
from kg.domain.board.state import Actor, BoardState, Change
from kg.domain.board.view import counts, whole
from kg.domain.formats import Bilingual, Column, Format, PhaseKind, PhasePlan, Question, QuestionSet

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KINDS = list(PhaseKind)


def words(text: str) -> Bilingual:
    return Bilingual(en=text, zh=text)


def a_board(*, anonymous: bool = False, asynchronous: tuple[str, ...] = (), **values: Any) -> BoardItem:
    form = Format(
        key="test", name=words("Test"), description=words("For tests"), health="pulse",
        columns=[Column(key=key, title=words(key), prompt=words(key)) for key in ("good", "bad")],
        phases=[PhasePlan(kind=kind) for kind in KINDS],
    )  # fmt: skip
    questions = QuestionSet(
        key="pulse", name=words("Pulse"),
        questions=[Question(key=k, title=words(k), low=words("low"), high=words("high")) for k in ("a", "b", "c")],
    )  # fmt: skip
    return BoardItem(
        id="board", retrospective="r", project="p", title="T", created_by="lead", format=form, questions=questions,
        join_code="secret-code", anonymous=anonymous, votes=4, per_topic=3,
        phases=[BoardPhase(kind=kind, asynchronous=kind.value in asynchronous) for kind in KINDS], **values,
    )  # fmt: skip


class Table:
    """A board with a facilitator `lead`, a second one `helm`, participants `ann` and `bob`, an observer `obs`,
    and a guest `gus` who waits."""

    def __init__(self, *, anonymous: bool = False, asynchronous: tuple[str, ...] = (), seed: int = 1) -> None:
        seats = [
            Seat(id=f"s-{name}", person=name, name=name.title(), role=role, guest=name == "gus", waiting=name == "gus")
            for name, role in (
                ("lead", SeatRole.FACILITATOR), ("helm", SeatRole.FACILITATOR), ("ann", SeatRole.PARTICIPANT),
                ("bob", SeatRole.PARTICIPANT), ("obs", SeatRole.OBSERVER), ("gus", SeatRole.PARTICIPANT),
            )
        ]  # fmt: skip
        self.anonymous = anonymous
        self.state = BoardState([a_board(anonymous=anonymous, asynchronous=asynchronous), *seats])
        self._random = random.Random(seed)
        self._keys = 0

    def actor(self, name: str) -> Actor:
        seat = self.state.seat_of(name)
        assert seat is not None
        return Actor(seat, f"token-of-{name}" if self.anonymous else seat.id)

    def play(self, by: str, move: str, **values: Any) -> Change:
        """Make a move and take what it changes over, as a room does."""
        return self.play_as(self.actor(by), move, **values)

    def play_as(self, actor: Actor, move: str, **values: Any) -> Change:
        means = Means(now=NOW, fresh_key=self.fresh_key, shuffle=self._random.shuffle)
        change = apply(self.state, actor, parse_move({"move": move, **values}), means)
        if not change.empty:
            self.state.rev += 1
            for key in change.drop:
                self.state.items.pop(key, None)
            for item in change.put:
                self.state.items[item.id] = item.model_copy(update={"rev": self.state.rev})
        return change

    def fresh_key(self) -> str:
        self._keys += 1
        return f"fresh{self._keys}"

    def go(self, phase: str, by: str = "lead") -> None:
        self.play(by, "go_to_phase", phase=KINDS.index(PhaseKind(phase)), seen=self.state.board.phase)

    def note(self, key: str) -> NoteItem:
        return self.state.find(NoteItem, key)

    def sees(self, name: str) -> dict[str, Any]:
        return whole(self.state, self.actor(name))

    def seen_notes(self, name: str) -> dict[str, dict[str, Any]]:
        return {item["id"]: item for item in self.sees(name)["items"] if item["kind"] == "note"}

    def counts(self) -> dict[str, Any]:
        return counts(self.state)


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def written() -> Callable[..., Table]:
    """A board at a phase, with two notes of Ann and one of Bob."""

    def at(phase: str = "write", **values: Any) -> Table:
        table = Table(**values)
        table.go("write")
        for by, key, column in (("ann", "a1", "good"), ("ann", "a2", "bad"), ("bob", "b1", "good")):
            table.play(by, "add_note", note=key, column=column, text=f"Words of {key}")
        if phase != "write":
            table.go(phase)
        return table

    return at
