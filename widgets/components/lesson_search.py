"""The lesson search as a live widget: it takes over the list that the page already shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from kg.client import RemoteGraph
from kg.errors import KgError
from kg.graph import KnowledgeGraph
from pipelines.resources import TEMPLATES
from widgets.rendering import ResultsView, parse_query, render
from widgets.rendering.results import Query

HERE = Path(__file__).parent
STATIC = TEMPLATES / "pages" / "static"


def look_up(graph: KnowledgeGraph | RemoteGraph, query: Query, *, action: str) -> ResultsView:
    """A query's answer, ready to be drawn; what goes wrong is part of the answer."""
    if not query.text:
        return ResultsView(query, action=action)
    try:
        return ResultsView(query, graph.search_lessons(**query.request()), action=action)
    except KgError as error:
        return ResultsView(query, error=error, action=action)


class LessonSearch(anywidget.AnyWidget):
    """A search box with its results, filters and reasons.

    On a page that shows the first results already, the widget draws nothing of its own and
    brings that list to life; elsewhere (a notebook in JupyterLab) it draws the same panel.

    Args:
        graph: Where lessons are searched.
        query: The query string to begin with, such as `?q=certificates`.
        language: `en` or `zh`.
        action: Address of the app, for links that also work without this widget.
        base: Address below which the pages of lessons and projects are.
    """

    _esm = HERE / "lesson_search.js"
    _css = "\n".join((STATIC / name).read_text("utf-8") for name in ("tokens.css", "results.css")) + (
        HERE / "lesson_search.css"
    ).read_text("utf-8")

    asked = traitlets.Dict(help="What the browser asks: number and query string.").tag(sync=True)
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
        super().__init__(first=parse_query(query).link())
        self._graph = graph
        self._language = language
        self._action = action
        self._base = base
        self.observe(self._answer, "asked")

    def panel(self, query_string: str) -> str:
        """The panel's HTML for a query string."""
        view = look_up(self._graph, parse_query(query_string), action=self._action)
        return render("parts/search_panel.html", language=self._language, base=self._base, view=view, live=True)

    def _answer(self, change: dict[str, Any]) -> None:
        asked = change["new"]
        query = str(asked.get("query", ""))
        self.shown = {"number": asked.get("number", 0), "query": query, "html": self.panel(query)}
