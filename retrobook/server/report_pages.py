"""A report inside the product: our chrome around a frame in which the report may only draw."""

from __future__ import annotations

from urllib.parse import unquote

from kg.domain import RunStatus
from kg.errors import NotFound
from kg.operations.runs import RunSummary

from .pages import Page
from .reports import report_file


class ReportPage(Page):
    """`/reports/<run>`: the finished report; what is amiss when there is none to show."""

    async def get(self, key: str) -> None:
        """The page; the report itself comes from `/reports/<run>/content`."""
        item: RunSummary = await self.ask("get_run", id=unquote(key))
        ready = item.run.status is RunStatus.SUCCEEDED and await self._published(item.run.id)
        self.show(
            "report.html",
            404 if item.run.status is RunStatus.SUCCEEDED and not ready else 200,
            item=item,
            ready=ready,
            languages=await self._in_other_languages(item),
        )

    async def _published(self, run: str) -> bool:
        try:
            await self.server.pools.ask(report_file, self.server.settings.reports_dir, run)
        except NotFound:
            return False
        return True

    async def _in_other_languages(self, item: RunSummary) -> list[RunSummary]:
        """The newest report of the same notebook, project and period in each other language."""
        run = item.run
        listed = await self.ask("list_runs", project=run.project, notebook=run.notebook, limit=200)
        same = {name: value for name, value in run.parameters.items() if name != "language"}
        found: dict[str, RunSummary] = {}
        for other in listed.runs:
            theirs = {name: value for name, value in other.run.parameters.items() if name != "language"}
            if theirs == same and other.run.language and other.run.language != run.language:
                found.setdefault(other.run.language, other)
        return list(found.values())


ROUTES = [(r"/reports/([^/]+)", ReportPage)]
