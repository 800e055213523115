"""The list of retrospectives, and what its pages share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlencode

from kg.domain import RetrospectiveState, Role
from kg.errors import NotFound
from kg.operations.retrospectives import RetrospectiveSummary

from .lesson_acts import project_key
from .pages import Page
from .project_picker import project_choices

PER_PAGE = 30
NOTEBOOK = "retrospective"
"""The report that is made of a retrospective when it closes."""


@dataclass(frozen=True)
class Listed:
    """A retrospective in the list; `report` is the run of its newest report."""

    item: RetrospectiveSummary
    format_name: str
    report: str | None = None


class RetrospectivePage(Page):
    """Base of these pages."""

    @property
    def may_hold(self) -> bool:
        """True for who may open a retrospective."""
        return self.visitor is not None and self.visitor.has(Role.FACILITATOR)

    async def format_names(self) -> dict[str, str]:
        """Names of the formats there are, in the visitor's language, by key."""
        found = await self.ask("list_formats")
        return {format.key: format.name(self.language) for format in found.formats}

    def name_of_format(self, key: str, names: dict[str, str]) -> str:
        """What a format is called; its key where it is not there any more."""
        words = f"retrospectives.formats.{key}"
        return names.get(key) or (self.t(words) if words in self.t else key.replace("_", " "))

    async def reports(self, project: str | None = None) -> dict[str, str]:
        """The newest report of each retrospective, as far as the visitor may read it; their own language first."""
        listed = await self.ask("list_runs", notebook=NOTEBOOK, project=project, limit=1000)
        runs = sorted(listed.runs, key=lambda item: item.run.language != self.language)
        found: dict[str, str] = {}
        for item in runs:
            found.setdefault(str(item.run.parameters.get("retrospective")), item.run.id)
        return found


class Retrospectives(RetrospectivePage):
    """`/retrospectives`: open ones first, then what was held, latest first."""

    async def get(self) -> None:
        """The list, of all projects that the visitor may see or of one."""
        shown = " ".join(self.get_query_argument("project", "").split())[:300]
        page = self.page_number()
        opened, held, names, reports, choices = await asyncio.gather(
            self._list(shown, RetrospectiveState.OPEN, limit=100),
            self._list(shown, RetrospectiveState.CLOSED, limit=PER_PAGE, offset=(page - 1) * PER_PAGE),
            self.format_names(),
            self.reports(),
            project_choices(self),
        )

        def link(number: int) -> str:
            given = ({"project": shown} if shown else {}) | ({"page": str(number)} if number > 1 else {})
            return "/retrospectives" + (f"?{urlencode(given)}" if given else "")

        def listed(items: list[RetrospectiveSummary]) -> list[Listed]:
            return [Listed(item, self.name_of_format(item.format, names), reports.get(item.id)) for item in items]

        self.show(
            "retrospectives.html",
            may_hold=self.may_hold,
            anything=bool(shown or opened[0] or held[1]),
            project=shown,
            open=listed(opened[0]),
            held=listed(held[0]),
            total=held[1],
            page=page,
            pages=max(1, -(-held[1] // PER_PAGE)),
            link=link,
            choices=choices,
        )

    async def _list(
        self, shown: str, state: RetrospectiveState, **values: int
    ) -> tuple[list[RetrospectiveSummary], int]:
        """A page of them and how many there are; none of a project that the visitor does not see."""
        try:
            found = await self.ask("list_retrospectives", project=project_key(shown or None), state=state, **values)
        except NotFound:
            return [], 0
        return found.retrospectives, found.total


ROUTES = [(r"/retrospectives", Retrospectives)]
