"""The home page: ask a question, or find a report by project, period and words."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from kg.domain import Role, Run
from kg.operations.runs import RunSummary

from .pages import Page

CARDS = 12
PROJECTS = 6


@dataclass(frozen=True)
class Asked:
    """What the form of the gallery asks for; the period is half-open."""

    words: str = ""
    start: date | None = None
    end: date | None = None
    language: str = ""

    @property
    def any(self) -> bool:
        """True when anything is asked for."""
        return bool(self.words or self.start or self.end or self.language)

    def fits(self, run: Run) -> bool:
        """True when the run's period touches the asked one, and the language is right.

        A run without a period is about the whole life of its project.
        """
        if self.language and run.language != self.language:
            return False
        begins, ends = _day(run.parameters.get("period_start")), _day(run.parameters.get("period_end"))
        before = self.end is not None and begins is not None and begins >= self.end
        after = self.start is not None and ends is not None and ends <= self.start
        return not (before or after)

    def link(self, page: int) -> str:
        """The address of a page of the same question."""
        pairs = {"words": self.words, "from": self.start, "to": self.end, "report_language": self.language}
        given = {name: str(value) for name, value in pairs.items() if value}
        return "/?" + urlencode(given | ({"page": str(page)} if page > 1 else {})) + "#reports"


class Gallery(Page):
    """`/`: home and report gallery."""

    async def get(self) -> None:
        """Reports that the visitor may read, newest first; a guest goes on to their board."""
        if not self.known.visitor.has(Role.MEMBER):
            person = await self.server.pools.ask(self.server.identity.people.get, self.known.visitor.name)
            board = person.guest_of if person else None
            if board:
                self.redirect(f"/apps/retro_board?retrospective={quote(board, safe='')}")
                return
        asked, problem = self.asked()
        overview, listed, projects = await asyncio.gather(
            self.ask("overview"),
            self.ask("list_runs", text=asked.words or None, limit=1000),
            self.ask("list_projects", text=asked.words or None, limit=PROJECTS),
        )
        fitting: list[RunSummary] = [item for item in listed.runs if asked.fits(item.run)]
        page = self.page_number()
        self.show(
            "home.html",
            counts=overview.counts,
            asked=asked,
            problem=problem,
            runs=fitting[(page - 1) * CARDS : page * CARDS],
            total=len(fitting),
            page=page,
            pages=max(1, -(-len(fitting) // CARDS)),
            link=asked.link,
            projects=projects.projects,
            known_projects=sorted({item.project_name for item in listed.runs if item.project_name}),
        )

    def asked(self) -> tuple[Asked, str | None]:
        """What is asked for, and in words what of it makes no sense."""
        words = " ".join(self.get_query_argument("words", "").split())[:200]
        language = self.get_query_argument("report_language", "")
        days: dict[str, date | None] = {}
        problem = None
        for name in ("from", "to"):
            text = self.get_query_argument(name, "").strip()
            days[name] = _day(text)
            if text and days[name] is None:
                problem = self.t("pages.gallery.bad_date", value=text[:40])
        start, end = days["from"], days["to"]
        if start and end and end <= start:
            problem = self.t("pages.gallery.bad_period", start=start, end=end)
            start = end = None
        return Asked(words, start, end, language if language in ("en", "zh") else ""), problem


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None


ROUTES = [(r"/", Gallery)]
