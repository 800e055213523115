"""The graph around a record, to walk through: for notebooks; the search app shows the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from kg.client import RemoteGraph
from kg.graph import KnowledgeGraph
from pipelines.resources import TEMPLATES
from widgets.rendering import Query, SearchDesk, parse_query, render

HERE = Path(__file__).parent
STATIC = TEMPLATES / "pages" / "static"


class SurroundingsWalk(anywidget.AnyWidget):
    """A record with its neighbours; choosing one walks there, the trail leads back.

    Args:
        graph: Whose records are walked.
        around: The id of the record to begin with.
        language: `en` or `zh`.
        base: Address below which the pages of lessons and projects are.
    """

    _esm = (STATIC / "walk.js").read_text("utf-8") + (HERE / "surroundings.js").read_text("utf-8")
    _css = "\n".join((STATIC / name).read_text("utf-8") for name in ("tokens.css", "walk.css")) + (
        HERE / "lesson_search.css"
    ).read_text("utf-8")

    walked = traitlets.Unicode(help="The query string of the step that the browser takes.").tag(sync=True)
    html = traitlets.Unicode(help="The record walked to, drawn.").tag(sync=True)

    def __init__(
        self, graph: KnowledgeGraph | RemoteGraph, around: str, *, language: str = "en", base: str = "/"
    ) -> None:
        super().__init__()
        self._desk = SearchDesk(graph, action="/search")
        self._language = language
        self._base = base
        self.observe(self._walk, "walked")
        self.walked = Query(around=around).here()

    def _walk(self, change: dict[str, Any]) -> None:
        query = parse_query(str(change["new"]))
        view = self._desk.answer(Query(around=query.around, via=query.via, wide=query.wide))
        template = "parts/surroundings.html" if view.walk else "parts/search_failed.html"
        self.html = render(template, language=self._language, base=self._base, view=view)
