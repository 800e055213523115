"""Search results as a page with an address of its own; also the first list of the live search.

Its buttons work without a script: they post here and come back.
"""

from __future__ import annotations

from urllib.parse import unquote

from widgets.rendering import ResultsView, SearchDesk, parse_query

from .pages import Page


async def results_for(page: Page, action: str) -> tuple[ResultsView, SearchDesk]:
    """The answer to the query in a page's address, for its visitor; and the desk that gave it.

    Args:
        page: The page that is asked for.
        action: Where its form and links lead.

    Raises:
        Forbidden: The visitor may not search.
    """
    desk = SearchDesk(page.server.graph.as_visitor(page.known.visitor), action=action)
    return await page.server.pools.ask(desk.answer, parse_query(page.request.query)), desk


class Results(Page):
    """`/search?q=...`: lessons that answer a question; filters are links."""

    async def get(self) -> None:
        """The list."""
        view, _ = await results_for(self, "/search")
        self.show("search.html", view=view)


class Deed(Page):
    """`POST /search/do`: what a button of the panel asks for: keep or forget a search, heed a lesson or not."""

    async def post(self) -> None:
        """Do it and go back; what cannot be done is told there."""
        values = {name: self.get_body_argument(name) for name in self.request.body_arguments}
        desk = SearchDesk(self.server.graph.as_visitor(self.known.visitor))
        await self.server.pools.ask(desk.do, values)
        self.server.hub.nudge()
        self.redirect(self.local(values.get("next", "/search")), status=303)


class Around(Page):
    """`/around/<id>`: the graph around a record; the search page shows it."""

    def get(self, key: str) -> None:
        """Go there."""
        self.redirect("/search" + parse_query("").link(around=unquote(key)))


ROUTES = [(r"/search", Results), (r"/search/do", Deed), (r"/around/([^/]+)", Around)]
