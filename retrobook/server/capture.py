"""`/capture`: a thought in one field, the bookmarklet that brings one along, and a person's inbox."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import quote, urlencode, urlsplit

from .lesson_acts import ActingPage, project_key
from .project_picker import project_choices

LONGEST = 4000
"""Characters of a selection that the bookmarklet takes along."""


class Capture(ActingPage):
    """The form; `?text=&url=&title=&project=` fills it."""

    async def get(self) -> None:
        """The form, filled with what came along."""
        await self.draw()

    async def post(self) -> None:
        """Keep the thought and show its draft."""
        values = self.given("title", "polarity", "url")
        kept = await self.ask(
            "capture_thought", text=self.text("text") or "", project=project_key(self.text("project")), **values
        )
        self.done(f"/lessons/{quote(kept.lesson.id, safe=':')}", "captured")

    async def draw(self, token: str | None = None) -> None:
        """The page; a new token is shown this once."""
        choices, state = await asyncio.gather(project_choices(self), self.ask("inbox_state"))
        chosen = state.project and next((c for c in choices if project_key(c) == state.project), None)
        self.show(
            "capture.html",
            given={
                "text": self.get_query_argument("text", "")[:50_000],
                "title": self.get_query_argument("title", "")[:500],
                "url": _web(self.get_query_argument("url", "")),
                "project": self.get_query_argument("project", "") or chosen or "",
            },
            choices=choices,
            inbox=state,
            token=token,
            said=self.said(),
            address=self._address,
            bookmarklet=bookmarklet(f"{self._address}/capture"),
        )

    @property
    def _address(self) -> str:
        public = self.server.settings.public_url
        return public.rstrip("/") if public else f"{self.request.protocol}://{self.request.host}"


class OpenInbox(Capture):
    """`POST /capture/inbox`: a new token, or the end of the inbox."""

    async def get(self) -> None:
        """Nothing of its own to read."""
        self.redirect("/capture")

    async def post(self) -> None:
        """Make a token and show it once; or end the one there is."""
        if self.text("end"):
            await self.ask("close_inbox")
            self.redirect(f"/capture?{urlencode({'done': 'taken_back'})}", status=303)
            return
        made = await self.ask("open_inbox", project=project_key(self.text("project")))
        await self.draw(made.token)


def bookmarklet(address: str) -> str:
    """A link that opens the form with the selection, the title and the address of the page it is used on."""
    script = (
        f"(()=>{{open({json.dumps(address)}+'?'+new URLSearchParams({{text:String(getSelection())"
        f".slice(0,{LONGEST}),title:document.title.slice(0,300),url:location.href}}))}})()"
    )
    return "javascript:" + quote(script, safe="()'+=>{}:.,;/?")


def _web(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address[:2000] if parts.scheme in ("http", "https") and parts.netloc else ""


ROUTES = [
    (r"/capture", Capture),
    (r"/capture/inbox", OpenInbox),
]
