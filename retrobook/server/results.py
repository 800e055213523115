"""Search results as a page with an address of its own; also the first list of the live search."""

from __future__ import annotations

from kg.errors import Forbidden, KgError
from kg.operations.projects import ProjectList
from widgets.rendering import ResultsView, parse_query
from widgets.rendering.results import Query

from .pages import Page


async def results_for(page: Page, action: str) -> ResultsView:
    """The answer to the query in a page's address, for its visitor.

    Args:
        page: The page that is asked for.
        action: Where its form and links lead.

    Raises:
        Forbidden: The visitor may not search.
    """
    query = parse_query(page.request.query)
    if not query.text:
        return ResultsView(query, action=action)
    try:
        found = await page.ask("search_lessons", **query.request())
    except Forbidden:
        raise
    except KgError as error:
        return ResultsView(query, error=error, action=action, names=await _names(page, query, set()))
    counted = set(found.facets.get("project", {}))
    return ResultsView(query, found, action=action, names=await _names(page, query, counted))


async def _names(page: Page, query: Query, counted: set[str]) -> dict[str, str]:
    """Names of the projects that filters show."""
    wanted = sorted(counted | set(query.chosen.get("project", ())))
    if not wanted:
        return {}
    listed: ProjectList = await page.ask("list_projects", limit=1000)
    return {project.id: project.name for project in listed.projects if project.id in wanted}


class Results(Page):
    """`/search?q=...`: lessons that answer a question; filters are links."""

    async def get(self) -> None:
        """The list."""
        view = await results_for(self, "/search")
        self.show("search.html", view=view)


ROUTES = [(r"/search", Results)]
