"""The live board of a retrospective as a widget: a line to the board, and answers to what its page asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import traitlets

from kg.client import RemoteGraph
from kg.errors import KgError, StoreUnavailable
from kg.graph import KnowledgeGraph
from kg.live import Live, open_line
from pipelines.messages import Messages
from pipelines.resources import TEMPLATES

from .board_asks import ASKS
from .live_widget import LiveWidget

HERE = Path(__file__).parent
STATIC = TEMPLATES / "pages" / "static"
SCRIPT = (
    "drawing", "merging", "line", "edits", "reading", "parts", "bar",
    "opening_screens", "note_screens", "grouping", "outcomes", "closing_screens", "dragging", "retro_board",
)  # fmt: skip
"""The parts of the browser's side, in the order in which they make one module."""


class RetroBoard(LiveWidget):
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
        messages = Messages(language)
        super().__init__(
            messages, words=messages.section("board"), language=messages.language, retrospective=retrospective,
            base=base,
        )  # fmt: skip
        self._graph = graph
        self._token: str | None = None

    def _hear(self, _: Any, content: dict[str, Any], __: Any) -> None:
        kind = content.get("type")
        if kind == "token":
            token = content.get("token")
            self._token = token if isinstance(token, str) else None
        if not self._wake() and kind in ("token", "sync"):
            self._do(self._say({"type": "sync"}))
        if kind == "move":
            self._do(self._say({"type": "move", "id": content.get("id"), "move": content.get("move")}))
        elif kind == "ask":
            self._do(self._answer(content))
        elif kind == "ping":
            self.send({"type": "pong"})

    async def _open(self) -> Live:
        return await open_line(self._graph, self.retrospective, self._token)

    def _take(self, said: dict[str, Any]) -> None:
        if said["type"] == "view":
            self._token = said.get("token") or self._token
        if said["type"] == "link" and said.get("state") in ("closed", "refused"):
            self._over = True
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


def _asked(ask: Callable[..., Any], *values: Any) -> Callable[[], Any]:
    return lambda: ask(*values)
