"""The outcome map of a project as a widget: the map comes by itself, what its visitor draws goes to the server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import traitlets

from kg.client import RemoteGraph
from kg.errors import InvalidRequest, KgError
from kg.graph import KnowledgeGraph
from kg.live import Live, open_map_line
from pipelines.messages import Messages
from pipelines.resources import TEMPLATES

from .live_widget import LiveWidget

HERE = Path(__file__).parent
CHANGES = frozenset(
    {"link_outcomes", "weigh_link", "unlink_outcomes", "place_outcomes", "add_map_outcome", "undo_map_change"}
)
"""What a page may ask for; anything else is refused, whatever message it forges."""


class OutcomeMapEditor(LiveWidget):
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
        messages = Messages(language)
        words = messages.section("outcome_map")
        super().__init__(messages, words=words, language=messages.language, project=project, base=base)
        self._graph = graph
        self._last: dict[str, dict[str, Any]] = {}

    def _hear(self, _: Any, content: Any, __: Any) -> None:
        if not isinstance(content, dict):
            return
        if not self._wake() and content.get("type") == "hello":
            for said in self._last.values():
                self.send(said)
        if content.get("type") == "do":
            self._do(self._change(content))

    async def _open(self) -> Live:
        return await open_map_line(self._graph, self.project)

    def _take(self, said: dict[str, Any]) -> None:
        self._last[said["type"]] = said
        self.send(said)

    async def _change(self, asked: dict[str, Any]) -> None:
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


def _named(given: Any) -> bool:
    """Values by name, of the map that is open and no other."""
    return isinstance(given, dict) and all(isinstance(name, str) and name != "project" for name in given)
