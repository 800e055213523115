"""The outcome map of a project as a widget: the map comes by itself, what its visitor draws goes to the server."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from kg.client import RemoteGraph
from kg.errors import InvalidRequest, KgError, StoreUnavailable, by_code
from kg.graph import KnowledgeGraph
from kg.live import Live, open_map_line
from pipelines.messages import Messages
from pipelines.resources import TEMPLATES

HERE = Path(__file__).parent
CHANGES = frozenset(
    {"link_outcomes", "weigh_link", "unlink_outcomes", "place_outcomes", "add_map_outcome", "undo_map_change"}
)
"""What a page may ask for; anything else is refused, whatever message it forges."""
SILENT = 180.0
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)


class OutcomeMapEditor(anywidget.AnyWidget):
    """The map of one project's outcomes, drawn on by all who have it open.

    The kernel passes messages on and knows no rules: the server decides what is seen and done.

    Args:
        graph: As `kg.connect()` gives it.
        project: Its id.
        language: `en` or `zh`.
        base: Address below which the server's pages are.
    """

    _esm = HERE / "outcome_map.js"
    _css = "\n".join(
        path.read_text("utf-8") for path in (TEMPLATES / "pages" / "static" / "tokens.css", HERE / "outcome_map.css")
    )

    words = traitlets.Dict(help="The words of the map, by key.").tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)
    project = traitlets.Unicode().tag(sync=True)
    base = traitlets.Unicode("/").tag(sync=True)

    def __init__(
        self, graph: KnowledgeGraph | RemoteGraph, project: str, *, language: str = "en", base: str = "/"
    ) -> None:
        self._messages = Messages(language)
        words = self._messages.section("outcome_map")
        super().__init__(words=words, language=self._messages.language, project=project, base=base)
        self._graph = graph
        self._task: asyncio.Task[None] | None = None
        self._last: dict[str, dict[str, Any]] = {}
        self._heard = time.monotonic()
        self._talks: set[asyncio.Task[None]] = set()
        self.on_msg(self._hear)

    def _hear(self, _: Any, content: Any, __: Any) -> None:
        if not isinstance(content, dict):
            return
        self._heard = time.monotonic()
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._stay())
        elif content.get("type") == "hello":
            for said in self._last.values():
                self.send(said)
        if content.get("type") == "do":
            task: asyncio.Task[None] = asyncio.ensure_future(self._do(content))
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)

    async def _stay(self) -> None:
        """Keep the line open as long as the page lives; what is cut is opened again."""
        tries = 0
        while time.monotonic() - self._heard < SILENT:
            try:
                line = await open_map_line(self._graph, self.project)
                tries = 0
                await self._listen(line)
            except KgError as error:
                if not isinstance(error, StoreUnavailable):
                    self.send({"type": "refused", "id": None, "words": self._messages.error(error)})
                    return
            self.send({"type": "lost"})
            await asyncio.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
            tries += 1

    async def _listen(self, line: Live) -> None:
        while True:
            said = await line.receive()
            if said is None:
                return
            if said["type"] == "refused":
                self.send({"type": "refused", "id": None, "words": self._words(said["error"])})
                continue
            self._last[said["type"]] = said
            self.send(said)
            if time.monotonic() - self._heard > SILENT:
                line.close()
                return

    async def _do(self, asked: dict[str, Any]) -> None:
        key, what, given = asked.get("id"), asked.get("what"), asked.get("args")
        try:
            if not isinstance(what, str) or what not in CHANGES or not _named(given):
                raise InvalidRequest("This is no change of a map.", field="what")
            call = getattr(self._graph, what)
            found = await asyncio.get_running_loop().run_in_executor(None, lambda: call(project=self.project, **given))
            shown = found.model_dump(mode="json")
            self._last["view"] = {"type": "view", "map": shown}
            self.send({"type": "done", "id": key, "map": shown})
        except KgError as error:
            self.send({"type": "refused", "id": key, "code": error.code, "words": self._messages.error(error)})

    def _words(self, error: dict[str, Any]) -> str:
        kind = by_code().get(error.get("code", ""), KgError)
        return self._messages.error(kind(error.get("message", ""), **error.get("fields", {})))


def _named(given: Any) -> bool:
    """Values by name, of the map that is open and no other."""
    return isinstance(given, dict) and all(isinstance(name, str) and name != "project" for name in given)
