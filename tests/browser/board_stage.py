"""A real board with real rules behind pages that need no kernel: the widget's own script talks to a room in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from kg.boards import Boards
from kg.boards.keeping import open_board
from kg.boards.talk import answer
from kg.domain import Role
from kg.domain.board.items import BoardItem, BoardPhase, Seat, SeatRole
from kg.domain.board.rules import parse_move
from kg.domain.formats import Format, QuestionSet
from kg.errors import KgError, NotFound, by_code
from kg.opening import open_store
from kg.policy import Visitor
from pipelines.messages import Messages
from pipelines.resources import TEMPLATES
from widgets.components.retro_board import RetroBoard

HOST = "http://board.test"
CODE = "join-code-of-it"
FAKE = """
class Model {
  constructor(traits) { this.traits = traits; this.heard = []; this.dead = false; setInterval(() => this.poll(), 40); }
  get(name) { return this.traits[name]; }
  on(kind, listener) { if (kind === "msg:custom") this.heard.push(listener); }
  off(kind, listener) { this.heard = this.heard.filter((other) => other !== listener); }
  send(message) { if (!this.dead) toBoard(JSON.stringify(message)); }
  async poll() {
    if (this.dead || this.asking) return;
    this.asking = true;
    for (const text of await fromBoard()) this.heard.forEach((listener) => listener(JSON.parse(text), []));
    this.asking = false;
  }
}
"""


def data_file(folder: str, key: str) -> dict[str, Any]:
    """A format or a question set as its file has it."""
    return {"key": key, **yaml.safe_load((TEMPLATES / folder / f"{key}.yaml").read_text("utf-8"))}


class Stage:
    """One board; people are sat by name, pages opened for them."""

    def __init__(
        self, folder: Path, *, form: str = "start_stop_continue", anonymous: bool = False, title: str = "Sprint 24"
    ) -> None:
        store = open_store(folder / "board.kgl")
        store.ensure_schema()
        self.format = Format.model_validate(data_file("retrospectives", form))
        health = self.format.health or "team_health"
        board = BoardItem(
            id="board", retrospective="retro-1", project="project:mybinder", title=title, created_by="ana", team="Binder operations",
            format=self.format, questions=QuestionSet.model_validate(data_file("health", health)), join_code=CODE, anonymous=anonymous,
            votes=self.format.votes, per_topic=self.format.per_topic,
            phases=[BoardPhase(kind=p.kind, minutes=None, asynchronous=p.asynchronous) for p in self.format.phases],
        )  # fmt: skip
        with store.transaction() as tx:
            seat = Seat(id="seat-ana", person="ana", name="Ana Ruiz", role=SeatRole.FACILITATOR)
            open_board(tx, "retro-1", CODE, "project:mybinder", [board, seat])
        self.room = Boards(store).room("retro-1")
        self.answers: dict[str, Any] = {}

    @staticmethod
    def visitor(name: str) -> Visitor:
        """Somebody who signs in."""
        return Visitor(name=name, display_name=name, roles=frozenset({Role.MEMBER}))

    def sit(self, name: str, shown: str, *, guest: bool = False, waits: bool = False) -> str:
        """A seat for somebody; its id."""
        return self.room.sit(self.visitor(name), shown, guest=guest, waits=waits).id

    def play(self, name: str, move: str, **values: Any) -> dict[str, Any]:
        """A move as somebody whose page is not looked at."""
        return self.room.play(self.visitor(name), parse_move({"move": move, **values}))

    def go(self, kind: str) -> None:
        """Move everyone to a phase."""
        kinds = [phase.kind.value for phase in self.room.state.board.phases]
        self.play("ana", "go_to_phase", phase=kinds.index(kind), seen=self.room.state.board.phase)

    def show(self, context: Any, name: str, *, language: str = "en", dark: bool = False) -> Any:
        """A page with the board as somebody sees it; `page.line` cuts and mends its connection."""
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda said: page.errors.append(said.text) if said.type == "error" else None)
        page.line = Line(self, name, language)
        page.expose_function("toBoard", page.line.hear)
        page.expose_function("fromBoard", page.line.drain)
        page.route(f"{HOST}/**", lambda route: route.fulfill(body=page_html(language, dark), content_type="text/html"))
        page.goto(f"{HOST}/apps/retro_board?retrospective=retro-1")
        return page


class Line:
    """What a kernel is to a page: passes messages on, answers asks."""

    def __init__(self, stage: Stage, name: str, language: str) -> None:
        self.stage, self.name = stage, name
        self.messages = Messages(language)
        self.waiting: list[str] = []
        self.watcher: Any = None
        self.cut = False
        self.token: str | None = None

    def hear(self, text: str) -> None:
        """A message of the page."""
        said = json.loads(text)
        kind = said["type"]
        if kind == "token":
            self.token = said.get("token")
            if self.watcher is None and not self.cut:
                self.open()
        elif kind == "ping":
            self.say({"type": "pong"})
        elif kind == "ask":
            self.ask(said)
        elif self.watcher is not None:
            told = answer(self.stage.room, self.stage.visitor(self.name), self.watcher, text)
            if told:
                self._pass(told)

    def open(self) -> None:
        """The connection stands."""
        self.cut = False
        self.say({"type": "link", "state": "open"})
        try:
            visitor = self.stage.visitor(self.name)
            self.watcher = self.stage.room.watch(visitor, self.token, self._pass)
        except KgError as error:
            self._refuse(None, error.as_dict())

    def lose(self) -> None:
        """The connection breaks."""
        self.cut = True
        if self.watcher is not None:
            self.stage.room.leave(self.watcher)
            self.watcher = None
        self.say({"type": "link", "state": "lost"})

    def drain(self) -> list[str]:
        """Everything for the page since it last looked."""
        found, self.waiting = self.waiting, []
        return found

    def ask(self, said: dict[str, Any]) -> None:
        """What a page may ask: as the stage was told to answer."""
        found = self.stage.answers.get(said["what"], [])
        try:
            value = found(said.get("args") or {}) if isinstance(found, Callable) else found  # type: ignore[arg-type]
        except NotFound as error:
            self.say({"type": "answer", "id": said["id"], "error": error.as_dict(), "words": str(error)})
            return
        self.say({"type": "answer", "id": said["id"], "value": value})

    def say(self, message: dict[str, Any]) -> None:
        """To the page."""
        self.waiting.append(json.dumps(message, default=str))

    def _pass(self, text: str) -> None:
        said = json.loads(text)
        if said["type"] == "refused":
            self._refuse(said.get("id"), said["error"])
        else:
            self.waiting.append(text)

    def _refuse(self, key: Any, error: dict[str, Any]) -> None:
        kind = by_code().get(error.get("code", ""), KgError)
        words = self.messages.error(kind(error.get("message", ""), **error.get("fields", {})))
        self.say({"type": "refused", "id": key, "error": error, "words": words})


def page_html(language: str, dark: bool) -> str:
    """A page that looks like the product's and holds only the board."""
    static = TEMPLATES / "pages" / "static"
    look = (static / "tokens.css").read_text("utf-8") + (static / "retrobook.css").read_text("utf-8")
    traits = {
        "words": Messages(language).section("board"),
        "language": language,
        "retrospective": "retro-1",
        "base": "/",
    }
    theme = ' data-theme="dark"' if dark else ' data-theme="light"'
    told = json.dumps(traits).replace("</", "<\\/")
    script = RetroBoard._esm if isinstance(RetroBoard._esm, str) else str(RetroBoard._esm)
    return (
        f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"{theme}><head><meta charset="utf-8"><title>Board</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{look}</style><style>{RetroBoard._css}</style></head>'
        f'<body data-at="{datetime.now(UTC).isoformat()}"><main><div class="wrap"><div id="board"></div></div></main>'
        f'<script type="module">{script.replace("export default { render };", "")}\n{FAKE}\n'
        f"const model = window.model = new Model({told});"
        "window.leave = render({ model, el: document.getElementById('board') });</script></body></html>"
    )
