"""The lesson search as a live widget: it takes over the list that the page already shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from kg.client import RemoteGraph
from kg.graph import KnowledgeGraph
from pipelines.resources import TEMPLATES
from widgets.rendering import ResultsView, SearchDesk, parse_query, render

HERE = Path(__file__).parent
STATIC = TEMPLATES / "pages" / "static"


class LessonSearch(anywidget.AnyWidget):
    """A search box with its results, filters, reasons, saved searches and the graph around a hit.

    On a page that shows the first results already, the widget draws nothing of its own and
    brings that list to life; elsewhere (a notebook in JupyterLab) it draws the same panel.

    Args:
        graph: Where lessons are searched.
        query: The query string to begin with, such as `?q=certificates`.
        language: `en` or `zh`.
        action: Address of the app, for links that also work without this widget.
        base: Address below which the pages of lessons and projects are.
    """

    _esm = "\n".join(path.read_text("utf-8") for path in (STATIC / "walk.js", HERE / "lesson_search.js"))
    _css = "\n".join((STATIC / name).read_text("utf-8") for name in ("tokens.css", "results.css", "walk.css")) + (
        HERE / "lesson_search.css"
    ).read_text("utf-8")

    asked = traitlets.Dict(help="What the browser asks: number, query string, and a form's values as `deed`.").tag(
        sync=True
    )
    shown = traitlets.Dict(help="The panel for the newest question: number, query string and HTML.").tag(sync=True)
    first = traitlets.Unicode(help="The query string to begin with.").tag(sync=True)

    def __init__(
        self,
        graph: KnowledgeGraph | RemoteGraph,
        *,
        query: str = "",
        language: str = "en",
        action: str = "/apps/lesson_search",
        base: str = "/",
    ) -> None:
        super().__init__(first=parse_query(query).here())
        self._desk = SearchDesk(graph, action=action)
        self._language = language
        self._base = base
        self.observe(self._answer, "asked")

    def panel(self, query_string: str) -> str:
        """The panel's HTML for a query string."""
        return self._draw(self._desk.answer(parse_query(query_string)))

    def _draw(self, view: ResultsView) -> str:
        return render("parts/search_panel.html", language=self._language, base=self._base, view=view, live=True)

    def _answer(self, change: dict[str, Any]) -> None:
        asked = change["new"]
        query, deed = str(asked.get("query", "")), asked.get("deed")
        if isinstance(deed, dict):
            view = self._desk.act({str(k): str(v) for k, v in deed.items()}, parse_query(query))
        else:
            view = self._desk.answer(parse_query(query))
        self.shown = {"number": asked.get("number", 0), "query": view.query.here(), "html": self._draw(view)}
