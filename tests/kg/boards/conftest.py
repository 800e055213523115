"""A board on a store, and people around it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kg.boards import Boards, Room
from kg.boards.keeping import open_board
from kg.boards.watching import Watcher
from kg.domain import Role
from kg.domain.board.items import AnyItem, BoardItem, BoardPhase, Seat, SeatRole
from kg.domain.board.rules import parse_move
from kg.domain.formats import Format, QuestionSet
from kg.policy import Visitor
from kg.store.embedded import EmbeddedStore
from kg.store.protocol import GraphStore
from tests.conftest import NOON, visitor
from tests.kg.store.conftest import embedded_engine, engine, neo4j_engine, store

__all__ = ["embedded_engine", "engine", "neo4j_engine", "store"]

RETRO = "retrospective:r1"
CODE = "join-code-abcdef"
PHASES = ("check_in", "facts", "health", "write", "group", "vote", "discuss", "actions", "close")


def both(text: str) -> dict[str, str]:
    return {"en": text, "zh": text}


FORMAT = Format.model_validate(
    {
        "key": "stop_start", "name": both("Stop, start"), "description": both("Two columns"), "health": "team",
        "columns": [{"key": key, "title": both(key), "prompt": both("?")} for key in ("stop", "start")],
        "phases": [{"kind": kind} for kind in PHASES],
    }
)  # fmt: skip
QUESTIONS = QuestionSet.model_validate(
    {
        "key": "team", "name": both("Team"),
        "questions": [
            {"key": key, "title": both(key), "low": both("no"), "high": both("yes")} for key in ("fun", "pace", "trust")
        ],
    }
)  # fmt: skip


def new_board(store: GraphStore, retrospective: str = RETRO, code: str = CODE, **values: Any) -> None:
    """Start to keep a board that ana facilitates."""
    phases = [BoardPhase.model_validate({"kind": kind}) for kind in PHASES]
    board = BoardItem.model_validate(
        {
            "id": "board", "retrospective": retrospective, "project": "project:p", "title": "Looking back",
            "created_by": "ana", "format": FORMAT, "questions": QUESTIONS, "join_code": code, "phases": phases,
            **values,
        }
    )  # fmt: skip
    items: list[AnyItem] = [board, Seat(id="ana", person="ana", name="Ana", role=SeatRole.FACILITATOR)]
    with store.transaction() as tx:
        open_board(tx, retrospective, code, board.project, items)


class Table:
    """People around a board, by the name that they sign in with; seats are taken as they come.

    Each has a browser that keeps their token, unless it is cleared (`tokens.pop`).
    """

    def __init__(self, store: GraphStore, retrospective: str = RETRO) -> None:
        self.store, self.retrospective = store, retrospective
        self.boards = Boards(store, clock=lambda: NOON)
        self.tokens: dict[str, str] = {}

    @property
    def room(self) -> Room:
        return self.boards.room(self.retrospective)

    @property
    def anonymous(self) -> bool:
        return self.room.state.board.anonymous

    def restart(self, store: GraphStore | None = None) -> None:
        """What a process that starts anew knows: what is kept, and nothing else."""
        self.store = store or self.store
        self.boards = Boards(self.store, clock=lambda: NOON)

    def person(self, name: str) -> Visitor:
        return visitor(name, role=Role.GUEST if name.startswith("guest-") else Role.MEMBER)

    def sit(self, *names: str, waits: bool = False) -> str:
        for name in names:
            guest = name.startswith("guest-")
            seat = self.room.sit(self.person(name), name.title(), guest=guest, waits=waits or guest)
        return seat.id

    def seat(self, name: str) -> str:
        found = self.room.state.seat_of(name)
        assert found is not None
        return found.id

    def play(self, name: str, move: str, **values: Any) -> dict[str, Any]:
        kept = self.room.play(self.person(name), parse_move({"move": move, **values}), self.tokens.get(name))
        if self.anonymous:
            self.see(name)
        return kept

    def see(self, name: str) -> dict[str, Any]:
        """The board as somebody's browser shows it; it keeps the token that comes with it."""
        seen = self.room.see(self.person(name), self.tokens.get(name))
        if seen.token:
            self.tokens[name] = seen.token
        return seen.view

    def items(self, name: str, kind: str) -> dict[str, dict[str, Any]]:
        return {item["id"]: item for item in self.see(name)["items"] if item["kind"] == kind}

    def notes(self, name: str) -> dict[str, str]:
        return {key: note["text"] for key, note in self.items(name, "note").items()}

    def note(self, name: str, key: str, text: str = "", column: str = "stop", **values: Any) -> dict[str, Any]:
        return self.play(name, "add_note", note=key, column=column, text=text or f"Text of {key}", **values)

    def rev(self, key: str) -> int:
        return self.room.state.items[key].rev

    def go(self, phase: str, who: str = "ana") -> None:
        """Move everyone to a phase, as a facilitator."""
        kinds = [planned.kind.value for planned in self.room.state.board.phases]
        self.play(who, "go_to_phase", phase=kinds.index(phase), seen=self.room.state.board.phase)

    def watch(self, name: str) -> Page:
        page = Page([])
        page.watcher = self.room.watch(self.person(name), self.tokens.get(name), page.take)
        return page


@dataclass
class Page:
    """An open page: what it was told."""

    told: list[dict[str, Any]]
    watcher: Watcher | None = None

    def take(self, text: str) -> None:
        self.told.append(json.loads(text, parse_constant=_no_json))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.told if message["type"] == kind]


def _no_json(word: str) -> None:
    raise AssertionError(f"{word} is no JSON: a browser cannot read it")


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    found = EmbeddedStore(tmp_path / "board.kgl")
    found.ensure_schema()
    yield found
    found.close()


@pytest.fixture
def seated(own_store: EmbeddedStore) -> Callable[..., Table]:
    """Makes a table with ana (who facilitates), bo and cy; values are those of its board."""

    def make(*, phase: str = "write", **values: Any) -> Table:
        new_board(own_store, phase=PHASES.index(phase), **values)
        table = Table(own_store)
        table.sit("bo", "cy")
        for name in ("ana", "bo", "cy"):
            table.see(name)
        return table

    return make
