"""What all handlers share: who asks is known before anything else happens."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tornado.web import HTTPError, RequestHandler

from kg.errors import Forbidden, InvalidRequest, KgError, NotFound, NotSignedIn
from kg.policy import Visitor

from .identity import Known, NotRecalled

if TYPE_CHECKING:
    from .context import ServerContext

log = logging.getLogger(__name__)

SAFE = {"GET", "HEAD", "OPTIONS"}
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Guard(RequestHandler):
    """Mixed into every handler, ours and Jupyter's: finds the visitor, refuses strangers and foreign pages."""

    public = False
    """True for what strangers may see: signing in, static files of the product."""
    for_kernels = False
    """True for what a kernel's handle may reach."""

    known: Known = None  # type: ignore[assignment]  # set before a method runs, unless the handler is public

    @property
    def server(self) -> ServerContext:
        """The parts of the running server."""
        found: ServerContext = self.settings["server"]
        return found

    @property
    def visitor(self) -> Visitor | None:
        """Who asks."""
        return self.known.visitor if self.known else None

    def set_default_headers(self) -> None:
        """Headers that every answer carries."""
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.clear_header("Server")

    async def prepare(self) -> None:
        """Find who asks; raise for whoever may not come in."""
        self._check_host()
        self.known = await self._find_visitor()  # type: ignore[assignment]
        if self.known is None and not self.public:
            self.refuse_stranger()
            return
        if self.known is not None and self.known.visitor.via == "kernel" and not self.for_kernels:
            raise Forbidden("A kernel may only call operations.", operation="page", via="kernel")
        if self.request.method not in SAFE and "Authorization" not in self.request.headers:
            self.check_same_origin()

    async def _find_visitor(self) -> Known | None:
        identity = self.server.identity
        try:
            return identity.known(self.request, look=identity.people.recall)
        except NotRecalled:
            return await self.server.pools.ask(identity.known, self.request)

    def get_current_user(self) -> Any:
        """Who asks, as tornado names it."""
        return self.known

    def refuse_stranger(self) -> None:
        """Answer somebody who is not signed in."""
        raise NotSignedIn("Sign in first.")

    def check_same_origin(self) -> None:
        """Refuse a request that a page of another site made the browser send.

        Raises:
            Forbidden: It comes from elsewhere.
        """
        origin = self.request.headers.get("Origin")
        if origin is not None:
            allowed = {self.request.host, self.server.public_host}
            place = _place_of(origin)
            same = place is not None and place in allowed
        else:
            same = self.request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}
        if not same:
            raise Forbidden("This request comes from another site.", operation="request", origin=origin)

    def _check_host(self) -> None:
        try:
            name = urlsplit(f"//{self.request.host}").hostname or ""
        except ValueError:
            name = ""
        if self.server.loopback_only and name not in {"localhost", "127.0.0.1", "::1"}:
            raise HTTPError(403, "this host is not ours")

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        """Only what is our own fault reaches the log."""
        if isinstance(error, KgError) and error.status < 500:
            return
        if isinstance(error, HTTPError) and error.status_code < 500:
            return
        log.error("%s %s failed", self.request.method, self.request.path, exc_info=(kind, error, trace))

    def reason_of(self, status: int, kwargs: dict[str, Any]) -> KgError:
        """The error to show for what was raised; nothing of the inside is told."""
        raised = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(raised, KgError):
            return raised
        if isinstance(raised, HTTPError) and raised.status_code < 500:
            return _of_status(raised.status_code)
        return KgError("The server failed on this request; its log says why.")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """An error as JSON."""
        error = self.reason_of(status_code, kwargs)
        self.set_status(error.status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(error.as_dict(), ensure_ascii=False, default=str))


def _place_of(origin: str) -> str | None:
    """Host and port of an origin; None when it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _of_status(status: int) -> KgError:
    kinds: dict[int, type[KgError]] = {401: NotSignedIn, 403: Forbidden, 404: NotFound}
    words = {
        401: "Sign in first.",
        403: "This request is not allowed.",
        404: "There is nothing here.",
        405: "This cannot be done here.",
    }
    return kinds.get(status, InvalidRequest)(words.get(status, "This request cannot be understood."))


class SocketGuard(Guard):
    """Mixed into every socket: only pages of this server open one; programs name no origin."""

    def check_xsrf_cookie(self) -> None:
        """Opening a socket is a GET; `check_origin` guards it."""

    async def prepare(self) -> None:
        """Refuse other sites' pages before the socket's own code reads an origin, which may be malformed."""
        await super().prepare()
        if not self._finished:
            self.check_same_origin()

    def check_origin(self, origin: str | None = None) -> bool:
        """True: `prepare` has looked."""
        return True


class Handler(Guard):
    """Base of our own handlers that speak JSON or bytes."""

    def write_json(self, value: dict[str, Any], status: int = 200) -> None:
        """Answer with a JSON object."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(value, ensure_ascii=False, default=str))


def parse_json(body: bytes) -> dict[str, object]:
    """A JSON object from a request's body.

    Raises:
        InvalidRequest: It is something else.
    """
    try:
        found = json.loads(body or b"{}")
    except ValueError as error:
        raise InvalidRequest(f"The request is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise InvalidRequest("The request is not a JSON object.")
    return found
