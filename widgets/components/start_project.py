"""Starting a project as a live widget: what a plan may expect, and adopting it into drafts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from pydantic import ValidationError

from kg.client import RemoteGraph
from kg.errors import InvalidRequest, KgError
from kg.graph import KnowledgeGraph
from kg.operations.plan_choices import PlanChoices
from pipelines.resources import TEMPLATES
from widgets.rendering import render
from widgets.rendering.planning import PlanQuery, PlanView, parse_plan

HERE = Path(__file__).parent
STATIC = TEMPLATES / "pages" / "static"
LISTED = 300
"""Projects that drafts can be adopted into and that are offered by name."""


class StartProject(anywidget.AnyWidget):
    """A plan's form, its recommendation, and the drafts that come of it.

    On a page that shows the first answer already, the widget draws nothing of its own and
    brings that to life; elsewhere (a notebook in JupyterLab) it draws the same panel.

    Args:
        graph: Where recommendations come from.
        query: The query string to begin with, such as `?text=rural+water&sector=Water`.
        language: `en` or `zh`.
        action: Address of the app, for links that also work without this widget.
        base: Address below which the pages of lessons and projects are.
    """

    _esm = HERE / "start_project.js"
    _css = "\n".join((STATIC / name).read_text("utf-8") for name in ("tokens.css", "start.css")) + (
        HERE / "start_project.css"
    ).read_text("utf-8")

    asked = traitlets.Dict(help="What the browser asks: number and query string.").tag(sync=True)
    shown = traitlets.Dict(help="The panel for the newest question: number, query string and HTML.").tag(sync=True)
    wanted = traitlets.Dict(help="What shall be adopted: number, query, types and project.").tag(sync=True)
    adopted = traitlets.Dict(help="What came of it: number, HTML and whether it worked.").tag(sync=True)
    first = traitlets.Unicode(help="The query string to begin with.").tag(sync=True)

    def __init__(
        self,
        graph: KnowledgeGraph | RemoteGraph,
        *,
        query: str = "",
        language: str = "en",
        action: str = "/apps/start_project",
        base: str = "/",
    ) -> None:
        super().__init__(first=parse_plan(query).link())
        self._graph = graph
        self._language = language
        self._action = action
        self._base = base
        self._choices: PlanChoices | None = None
        self._projects: dict[str, str] = {}
        self.observe(self._answer, "asked")
        self.observe(self._adopt, "wanted")

    def panel(self, query_string: str) -> str:
        """The panel's HTML for a query string."""
        view = self._look_up(parse_plan(query_string))
        return render("parts/start_panel.html", language=self._language, base=self._base, view=view, live=True)

    def drafts(self, wanted: dict[str, Any]) -> tuple[bool, str]:
        """Adopt what was ticked: whether it worked, and the HTML that says what came of it."""
        values: dict[str, Any] = {"adopted": None, "error": None}
        try:
            values["adopted"] = self._graph.adopt_outcomes(**adoption(wanted, self._language))
        except KgError as error:
            values["error"] = error
        except ValidationError as error:
            values["error"] = InvalidRequest(error.errors(include_url=False)[0]["msg"])
        html = render("parts/start_drafts.html", language=self._language, base=self._base, **values)
        return values["error"] is None, html

    def _look_up(self, query: PlanQuery) -> PlanView:
        try:
            if self._choices is None:
                self._choices = self._graph.plan_choices()
                self._projects = open_projects(self._graph)
            found = self._graph.recommend_outcomes(**query.request()) if query.asked else None
        except KgError as error:
            return PlanView(query, self._choices, error=error, action=self._action, projects=self._projects)
        return PlanView(query, self._choices, found, action=self._action, projects=self._projects)

    def _answer(self, change: dict[str, Any]) -> None:
        asked = change["new"]
        query = str(asked.get("query", ""))
        self.shown = {"number": asked.get("number", 0), "query": query, "html": self.panel(query)}

    def _adopt(self, change: dict[str, Any]) -> None:
        wanted = change["new"]
        worked, html = self.drafts(wanted)
        self.adopted = {"number": wanted.get("number", 0), "worked": worked, "html": html}


def open_projects(graph: Any) -> dict[str, str]:
    """Names of projects that can take drafts, by id: planned and active ones before the rest."""
    listed = graph.list_projects(limit=1000).projects
    listed = sorted(listed, key=lambda p: (p.status not in ("planned", "active"), p.name.casefold()))
    return {project.id: project.name for project in listed[:LISTED]}


def adoption(wanted: dict[str, Any], language: str) -> dict[str, Any]:
    """Values for the operation `adopt_outcomes` from what the browser sent."""
    query = parse_plan(str(wanted.get("query", "")))
    values: dict[str, Any] = {
        "types": [{"outcome_type": str(kind)} for kind in wanted.get("types", [])],
        "plan": query.facts(),
        "language": language,
        "key": str(wanted.get("key") or "") or None,
    }
    if query.own.get("as_of"):
        values["as_of"] = query.own["as_of"]
    if wanted.get("project"):
        return values | {"project": str(wanted["project"])}
    return values | {"new_project": _new_project(wanted.get("new_project") or {}, query)}


def _new_project(said: dict[str, Any], query: PlanQuery) -> dict[str, Any]:
    facts = query.facts()
    start, end = said.get("start") or None, said.get("end") or None
    if start and not end and query.own.get("years"):
        end = _after(str(start), query.own["years"])
    made = {
        "name": str(said.get("name") or ""),
        "description": query.text or None,
        "unit": said.get("unit") or None,
        "sector": facts.get("sector"),
        "attributes": facts["attributes"],
        "start": start,
        "end": end,
    }
    if facts.get("budget") is not None and facts.get("currency"):
        made |= {"budget": facts["budget"], "currency": facts["currency"]}
    return made


def _after(start: str, years: str) -> str | None:
    try:
        return (date.fromisoformat(start) + timedelta(days=round(float(years) * 365.25))).isoformat()
    except (ValueError, OverflowError):
        return None
