"""Pages of practices: the list, and one with what applying it brought."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from .lesson_acts import ActingPage, project_key
from .project_picker import project_choices

LISTED = 200


class Practices(ActingPage):
    """`/practices`: practices with their effect, by words and project."""

    async def get(self) -> None:
        """The list."""
        words = " ".join(self.get_query_argument("words", "").split())[:200]
        shown = self.get_query_argument("project", "").strip()
        found, choices = await asyncio.gather(
            self.ask("list_practices", text=words or None, project=project_key(shown), limit=LISTED),
            project_choices(self),
        )
        self.show(
            "practices.html", practices=found.practices, total=found.total, words=words, project=shown, choices=choices
        )


class PracticePage(ActingPage):
    """`/practices/<id>`: a practice, its effect, its lessons and where it was applied."""

    async def get(self, key: str) -> None:
        """The practice."""
        found, choices = await asyncio.gather(self.ask("get_practice", id=unquote(key)), project_choices(self))
        self.show("practice.html", found=found, said=self.said(), choices=choices, today=datetime.now(UTC).date())


class ActOnPractice(ActingPage):
    """`POST /practices/<id>/applied` and `/take-back`."""

    async def post(self, key: str, act: str) -> None:
        """Do it, then show the practice."""
        key = unquote(key)
        if act == "applied":
            values = self.given("result", "note", "happened_on")
            await self.ask("apply_practice", id=key, project=project_key(self.text("project")), **values)
        else:
            await self.ask("take_back_application", id=key, event=self.text("event") or "")
        self.done(f"/practices/{quote(key, safe=':')}", "applied" if act == "applied" else "taken_back")


ROUTES = [
    (r"/practices", Practices),
    (r"/practices/([^/]+)", PracticePage),
    (r"/practices/([^/]+)/(applied|take-back)", ActOnPractice),
]
