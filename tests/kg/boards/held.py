"""Boards on each engine: a project, people, and rooms that keep what they are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from kg.boards import Boards, Room
from kg.boards.watching import Watcher
from kg.domain import Retrospective
from kg.domain.board.items import Seat, SeatRole
from kg.domain.board.rules import parse_move
from kg.domain.formats import PhaseKind
from kg.policy import Visitor
from kg.store.protocol import GraphStore
from kg.store.records import put_records
from tests.conftest import NOON, visitor
from tests.kg.domain.board.conftest import KINDS, a_board

RETRO = "retrospective:test:1"
CODE = "join-code-1234"


class Page:
    """Somebody's open page of a board: what it was told, and the board as it makes of it."""

    def __init__(self, room: Room, name: str, token: str | None = None) -> None:
        self.heard: list[dict[str, Any]] = []
        self.items: dict[str, dict[str, Any]] = {}
        self.token: str | None = None
        self.writes = False
        self.watcher: Watcher = room.watch(visitor(name), token, self.hear)

    def hear(self, text: str) -> None:
        told = json.loads(text)
        self.heard.append(told)
        if told["type"] == "view":
            self.items = {item["id"]: item for item in told["items"]}
            self.token, self.writes = told["token"], told["you"].get("writes", False)
        elif told["type"] == "patch":
            self.items |= {item["id"]: item for item in told["set"]}
            for key in told["drop"]:
                self.items.pop(key, None)

    def texts(self) -> list[str]:
        return sorted(item["text"] for item in self.items.values() if item["kind"] == "note")


class Held:
    """A retrospective that is open in a store; any number of processes may open boards on it."""

    def __init__(self, store: GraphStore, *, anonymous: bool = False) -> None:
        self.store = store
        record = Retrospective.parse(
            {"id": RETRO, "project": "p", "title": "T", "state": "open", "held_on": date(2026, 3, 2),
             "anonymity": anonymous}
        )  # fmt: skip
        board = a_board(anonymous=anonymous).model_copy(update={"retrospective": RETRO, "join_code": CODE})
        seats = [
            Seat(id=f"s-{name}", person=name, name=name.title(), role=role)
            for name, role in (("lead", SeatRole.FACILITATOR), ("ann", SeatRole.PARTICIPANT))
        ]
        with store.transaction() as tx:
            put_records(tx, [record], at=NOON, by=None)
            Boards.open(tx, RETRO, CODE, "p", [board, *seats])

    def boards(self, store: GraphStore | None = None, *, shared: bool = False) -> Boards:
        return Boards(store or self.store, clock=lambda: NOON, shared=shared)

    def room(self, store: GraphStore | None = None) -> Room:
        return self.boards(store).room(RETRO)


def play(room: Room, by: str | Visitor, move: str, token: str | None = None, **values: Any) -> dict[str, Any]:
    who = visitor(by) if isinstance(by, str) else by
    return room.play(who, parse_move({"move": move, **values}), token)


def go(room: Room, phase: str) -> None:
    play(room, "lead", "go_to_phase", phase=KINDS.index(PhaseKind(phase)), seen=room.state.board.phase)


def texts(room: Room) -> dict[str, str]:
    return {item.id: item.text for item in room.state.items.values() if item.kind == "note"}


@pytest.fixture
def held(store: GraphStore) -> Iterator[Held]:
    yield Held(store)


@pytest.fixture
def blind(store: GraphStore) -> Iterator[Held]:
    yield Held(store, anonymous=True)
