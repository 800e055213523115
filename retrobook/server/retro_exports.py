"""`/retrospectives/<id>/export.<format>`: a closed retrospective as a file to keep."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from .pages import Page

FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"


class RetrospectiveExport(Page):
    """The file itself, for who may see the retrospective; `?part=actions` gives a table of actions."""

    async def get(self, key: str, form: str) -> None:
        """The file, made in a thread: paper takes a second or two."""
        part = self.get_query_argument("part", "notes")
        facts = await self.ask("retrospective_facts", id=unquote(key))
        graph = self.server.graph.as_visitor(self.known.visitor)
        body, name, kind = await self.server.pools.ask(self._made, graph, facts, form, part)
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name)}")
        self.set_header("Content-Security-Policy", FILE_POLICY)
        self.set_header("Cache-Control", "private, no-store")
        self.finish(body)

    def _made(self, graph: Any, facts: Any, form: str, part: str) -> tuple[bytes, str, str]:
        from pipelines.exports import FORMATS, export_retrospective, file_name
        from pipelines.reports.retrospective_period import period_around

        wall = None if form == "csv" else period_around(graph, facts)
        body = export_retrospective(facts, form, self.language, part=part, wall=wall, home=self.server.settings.home)
        return body, file_name(facts, form, part), FORMATS[form]


ROUTES = [(r"/retrospectives/([^/]+)/export\.(csv|md|html|pdf)", RetrospectiveExport)]
