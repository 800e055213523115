"""The operations over HTTP."""

from __future__ import annotations

from tornado.web import HTTPError

from kg.domain import Role
from kg.errors import InvalidRequest, KgError
from kg.operations import OPERATIONS
from kg.operations.openapi import openapi

from .. import __version__
from .afterwards import afterwards
from .endpoint import answer
from .handlers import Handler

LARGEST = 4 * 2**20
"""Bytes that the request of an operation may have; administrators, who import, may send what the server takes."""


class TooLarge(KgError):
    """A request has more bytes than the endpoint takes."""

    code = "too_large"
    status = 413


class OperationCall(Handler):
    """`POST /api/operations/<name>`: for tokens, kernels and the scripts of our own pages."""

    for_kernels = True

    def check_xsrf_cookie(self) -> None:
        """A bearer token needs none; for a cookie, `prepare` wants the XSRF token or our own origin."""

    def check_same_origin(self) -> None:
        """Refuse what another site's page could have made the browser send.

        Raises:
            Forbidden: The request comes from elsewhere.
            InvalidRequest: Its body could be a form's.
        """
        super().check_same_origin()
        if self.request.headers.get("Origin") is None and "Sec-Fetch-Site" not in self.request.headers:
            super(Handler, self).check_xsrf_cookie()
        if not self.request.headers.get("Content-Type", "").startswith("application/json"):
            raise InvalidRequest("Send the request as application/json.", field="Content-Type")

    async def post(self, name: str) -> None:
        """Call one operation as the visitor."""
        if len(self.request.body) > LARGEST and not self.known.visitor.has(Role.ADMIN):
            raise TooLarge(f"The request is larger than {LARGEST} bytes.", largest=LARGEST)
        graph = self.server.graph.as_visitor(self.known.visitor)
        status, body = await self.server.pools.ask(answer, graph, name, self.request.body)
        if status == 200:
            afterwards(name, self.settings["jobs"], self.known.visitor, body)
        if status == 200 and OPERATIONS[name].audited:
            self.server.hub.nudge()
            self.server.identity.people.forget()
        self._send(status, body)

    def _send(self, status: int, body: bytes) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(body)


class OpenApi(Handler):
    """`GET /api/openapi.json`: what can be called."""

    for_kernels = True

    def get(self) -> None:
        """The document."""
        self.write_json(openapi(__version__))


class Unknown(Handler):
    """Any other path under /api/."""

    for_kernels = True

    def check_xsrf_cookie(self) -> None:
        """Nothing is done here."""

    def prepare(self) -> None:  # type: ignore[override]  # nothing to find out: it is not there
        """Answer at once."""
        raise HTTPError(404)


class Health(Handler):
    """`GET /healthz`: whether the process answers; tells nothing else."""

    public = True

    async def prepare(self) -> None:
        """Nobody is asked who they are."""

    def get(self) -> None:
        """Yes."""
        self.set_header("Content-Type", "text/plain")
        self.finish("ok")
