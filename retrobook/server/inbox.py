"""`POST /inbox`: other programs and mail servers leave drafts in a person's name, and can do nothing else."""

from __future__ import annotations

from typing import Any

from kg.errors import InvalidRequest, NotSignedIn
from kg.operations.capture import person_of_inbox
from kg.policy import Visitor
from pipelines.sources import inbox, mail

from .api import TooLarge
from .handlers import Handler


class Inbox(Handler):
    """Takes a JSON object or an e-mail (`message/rfc822`), with the person's inbox token as bearer."""

    public = True

    def check_xsrf_cookie(self) -> None:
        """Cookies count for nothing here: only the token does."""

    async def post(self) -> None:
        """Keep it as a draft: 201 for a new one, 200 for one that is there."""
        graph = self.server.graph.as_visitor(await self._sender())
        kind = self.request.headers.get("Content-Type", "").split(";")[0].strip().lower()
        readers: dict[str, tuple[int, Any]] = {
            "application/json": (inbox.LARGEST, lambda body: inbox.leave_thought(graph, inbox.parse_thought(body))),
            "message/rfc822": (mail.LARGEST, lambda body: inbox.leave_mail(graph, mail.read_mail(body))),
        }
        if kind not in readers:
            raise InvalidRequest(
                f"Send application/json or message/rfc822, not {kind or 'nothing'}.", field="Content-Type"
            )
        largest, read = readers[kind]
        if len(self.request.body) > largest:
            raise TooLarge(f"This is larger than {largest} bytes.", largest=largest)
        kept = await self.server.pools.ask(read, self.request.body)
        self.server.hub.nudge()
        told = {"id": kept.lesson.id, "title": kept.lesson.title, "created": kept.created}
        self.write_json(told, 201 if kept.created else 200)

    async def _sender(self) -> Visitor:
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            person = await self.server.pools.ask(person_of_inbox, self.server.graph.store, token.strip())
            if person is not None:
                return Visitor.of(person, via="inbox")
        raise NotSignedIn("Send an inbox token as bearer; make one on the page /capture.")


ROUTES = [(r"/inbox", Inbox)]
