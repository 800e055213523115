"""The live board of a retrospective as a widget: a line to the board, and answers to what its page asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from kg.client import RemoteGraph
from kg.errors import KgError, StoreUnavailable, by_code
from kg.graph import KnowledgeGraph
from kg.live import Live, open_line
from pipelines.messages import Messages
from pipelines.resources import TEMPLATES

from .board_asks import ASKS

HERE = Path(__file__).parent
STATIC = TEMPLATES / "pages" / "static"
SCRIPT = (
    "drawing", "merging", "line", "edits", "reading", "parts", "bar",
    "opening_screens", "note_screens", "grouping", "outcomes", "closing_screens", "dragging", "retro_board",
)  # fmt: skip
"""The parts of the browser's side, in the order in which they make one module."""
SILENT = 180.0
"""Seconds after which a page that sends no sign of life counts as left; hidden pages may send one a minute."""
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)


class RetroBoard(anywidget.AnyWidget):
    """The board of one retrospective: what is on it comes by itself, what its visitor does goes to the server.

    The same widget serves the app and a facilitator's notebook. The kernel passes messages on
    and knows no rules: the server decides, for each visitor, what is sent and what is done.

    Args:
        graph: As `kg.connect()` gives it.
        retrospective: Id of a retrospective that is open.
        language: `en` or `zh`.
        base: Address below which the server's pages are.
    """

    _esm = "\n".join((HERE / "board" / f"{part}.js").read_text("utf-8") for part in SCRIPT)
    _css = "\n".join(
        path.read_text("utf-8")
        for path in (STATIC / "tokens.css", STATIC / "board_shell.css", HERE / "retro_board.css")
    )

    words = traitlets.Dict(help="The words of the board, by key.").tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)
    retrospective = traitlets.Unicode().tag(sync=True)
    base = traitlets.Unicode("/").tag(sync=True)

    def __init__(
        self, graph: KnowledgeGraph | RemoteGraph, retrospective: str, *, language: str = "en", base: str = "/"
    ) -> None:
        self._messages = Messages(language)
        words = self._messages.section("board")
        super().__init__(words=words, language=self._messages.language, retrospective=retrospective, base=base)
        self._graph = graph
        self._line: Live | None = None
        self._task: asyncio.Task[None] | None = None
        self._token: str | None = None
        self._over = False
        self._heard = time.monotonic()
        self._talks: set[asyncio.Task[None]] = set()
        self.on_msg(self._hear)

    def _hear(self, _: Any, content: dict[str, Any], __: Any) -> None:
        self._heard = time.monotonic()
        kind = content.get("type")
        if kind == "token":
            token = content.get("token")
            self._token = token if isinstance(token, str) else None
        if self._task is None or (self._task.done() and not self._over):
            self._task = asyncio.ensure_future(self._stay())
        elif kind in ("token", "sync"):
            self._do(self._say({"type": "sync"}))
        if kind == "move":
            self._do(self._say({"type": "move", "id": content.get("id"), "move": content.get("move")}))
        elif kind == "ask":
            self._do(self._answer(content))
        elif kind == "ping":
            self.send({"type": "pong"})

    async def _stay(self) -> None:
        """Keep the line open as long as the page lives; what is cut is opened again."""
        tries = 0
        while not self._over and time.monotonic() - self._heard < SILENT:
            try:
                self._line = await open_line(self._graph, self.retrospective, self._token)
                self.send({"type": "link", "state": "open"})
                tries = 0
                await self._listen(self._line)
            except KgError as error:
                if not isinstance(error, StoreUnavailable):
                    self._refuse(None, error.as_dict())
                    return
            self._line = None
            if not self._over:
                self.send({"type": "link", "state": "lost"})
                await asyncio.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
                tries += 1

    async def _listen(self, line: Live) -> None:
        while True:
            try:
                said = await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(line.receive())), SILENT)
            except TimeoutError:
                line.close()
                return
            if said is None:
                return
            if time.monotonic() - self._heard > SILENT:
                line.close()
                return
            if said["type"] == "view":
                self._token = said.get("token") or self._token
            if said["type"] == "link" and said.get("state") in ("closed", "refused"):
                self._over = True
            if said["type"] == "refused":
                self._refuse(said.get("id"), said["error"])
                continue
            self.send(said)

    async def _say(self, message: dict[str, Any]) -> None:
        line = self._line
        if line is None:
            return  # the page sends it again once the line is back
        try:
            await line.send(message)
        except StoreUnavailable:
            line.close()

    async def _answer(self, asked: dict[str, Any]) -> None:
        key, what, given = asked.get("id"), str(asked.get("what", "")), asked.get("args") or {}
        try:
            ask = ASKS[what]
            value = await asyncio.get_running_loop().run_in_executor(
                None, _asked(ask, self._graph, self.retrospective, self._messages, given)
            )
            self.send({"type": "answer", "id": key, "value": value})
        except KgError as error:
            words = self._messages.error(error)
            self.send({"type": "answer", "id": key, "error": error.as_dict(), "words": words})

    def _refuse(self, key: Any, error: dict[str, Any]) -> None:
        kind = by_code().get(error.get("code", ""), KgError)
        words = self._messages.error(kind(error.get("message", ""), **error.get("fields", {})))
        self.send({"type": "refused", "id": key, "error": error, "words": words})

    def _do(self, talk: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(talk)
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)


def _asked(ask: Callable[..., Any], *values: Any) -> Callable[[], Any]:
    return lambda: ask(*values)
