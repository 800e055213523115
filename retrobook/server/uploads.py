"""Evidence files over HTTP: taken in portion by portion, handed out as files and never as pages.

`POST /evidence/upload?filename=<name>` with the file as the body (`application/octet-stream`) keeps it and answers
201 with `sha256`, `size`, `media_type` and `filename`; `add_evidence` then makes it evidence of an outcome.
`GET /evidence/<id>` gives a kept file back to whoever may see the outcome.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any
from urllib.parse import quote, unquote

from tornado.web import HTTPError, stream_request_body

from kg.domain import Role
from kg.domain.media import LOOKED_AT, media_type, safe_filename
from kg.errors import EmptyFile, Forbidden, InvalidRequest, KgError, NotFound, NotSignedIn
from kg.store.blobs import BlobStore, Incoming, too_large

from .pages import Page

SLACK = 1 << 20
"""Bytes beyond the limit that the connection takes, so that our own words reach whoever sends them."""
PASSED_OVER = 8 << 20
"""A refused body up to so many bytes is read past; of a larger one nothing is read."""
PORTION = 1 << 18
FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


class _Files(Page):
    """What both directions share: errors as JSON in the visitor's language."""

    @property
    def blobs(self) -> BlobStore:
        found: BlobStore = self.server.graph.services["blobs"]
        return found

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """An error as JSON; its words are the visitor's."""
        error = self.reason_of(status_code, kwargs)
        self.set_status(error.status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(error.as_dict() | {"message": self.t.error(error)}, ensure_ascii=False, default=str))


@stream_request_body
class Upload(_Files):
    """`POST /evidence/upload`: a file's bytes, as they come."""

    incoming: Incoming | None = None
    refused: KgError | HTTPError | None = None
    filename = ""
    head = b""
    tail = b""

    def check_xsrf_cookie(self) -> None:
        """A bearer token needs none; for a cookie, `prepare` wants the XSRF token or our own origin."""

    def check_same_origin(self) -> None:
        """Refuse what another site's page could have made the browser send.

        Raises:
            Forbidden: The request comes from elsewhere.
        """
        super().check_same_origin()
        if self.request.headers.get("Origin") is None and "Sec-Fetch-Site" not in self.request.headers:
            super(_Files, self).check_xsrf_cookie()

    def refuse_stranger(self) -> None:
        """Nobody sends files without signing in."""
        raise NotSignedIn("Sign in first.")

    async def prepare(self) -> None:
        """Find out by name, announced length and visitor whether the file need be read at all.

        A small body that is refused is read past all the same: a browser that is cut off while it
        sends shows no answer.
        """
        announced = self.request.headers.get("Content-Length", "")
        length = int(announced) if announced.isdecimal() else None
        try:
            await super().prepare()
            if self.request.method == "POST":
                self._check(length)
        except (KgError, HTTPError) as error:
            if length is None or length > PASSED_OVER:
                self.set_header("Connection", "close")
                raise
            self.refused = error
            return
        if self.request.method == "POST":
            self.request.connection.set_max_body_size(self.blobs.limit + SLACK)  # type: ignore[union-attr]
            self.incoming = await self.server.pools.ask(self.blobs.receive)

    def _check(self, length: int | None) -> None:
        assert self.visitor is not None
        if not self.visitor.has(Role.MEMBER):
            raise Forbidden("Guests bring no evidence.", operation="upload", needed=Role.MEMBER.value)
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/octet-stream":
            raise InvalidRequest("Send the file's bytes as application/octet-stream.", field="Content-Type")
        self.filename = safe_filename(self.get_query_argument("filename", "", strip=False))
        if length == 0:
            raise EmptyFile("The file is empty: it has 0 bytes. Choose the file again.", size=0)
        if length is not None and length > self.blobs.limit:
            raise too_large(self.blobs.limit)

    async def data_received(self, chunk: bytes) -> None:
        """A portion of the file; one too many ends it."""
        if self.incoming is None or self._finished:
            return
        try:
            await self.server.pools.ask(self.incoming.write, chunk)
        except ValueError:  # it was given up while this portion was on its way
            return
        except KgError as error:
            self.set_header("Connection", "close")
            self.write_error(error.status, exc_info=(type(error), error, None))
            return
        if len(self.head) < LOOKED_AT:
            self.head = (self.head + chunk)[:LOOKED_AT]
        self.tail = (self.tail + chunk)[-LOOKED_AT:]

    async def post(self) -> None:
        """Keep it, if its content is what its name says."""
        if self.refused is not None:
            raise self.refused
        if self._finished or self.incoming is None:
            return
        kind = media_type(self.head, self.tail, self.filename) if self.incoming.size else ""
        blob = await self.server.pools.ask(self.incoming.keep)
        self.set_status(201)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        told = {"sha256": blob.sha256, "size": blob.size, "media_type": kind, "filename": self.filename}
        self.finish(json.dumps(told, ensure_ascii=False))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Nothing stays of what is refused, by the time it is said."""
        self._drop()
        super().write_error(status_code, **kwargs)

    def on_connection_close(self) -> None:
        """Nothing stays of what broke off."""
        self._drop()
        super().on_connection_close()

    def on_finish(self) -> None:
        """Nothing stays of what was refused."""
        self._drop()

    def _drop(self) -> None:
        if self.incoming is not None:
            self.incoming.drop()
            self.incoming = None


class Download(_Files):
    """`GET /evidence/<id>`: a kept file, to be saved; a browser never shows it as a page of ours."""

    async def get(self, key: str) -> None:
        """The file, checked against its digest before the first byte."""
        view = await self.ask("get_evidence", id=unquote(key))
        piece = view.found.evidence
        if piece.link or not piece.sha256:
            raise NotFound("This evidence is a link, not a kept file.", kind="file", name=piece.id)
        name = piece.filename or f"{piece.sha256[:12]}.bin"
        with contextlib.ExitStack() as stack:
            file = await self.server.pools.ask(lambda: stack.enter_context(self.blobs.open(piece.sha256)))
            self.set_header("Content-Type", piece.media_type or "application/octet-stream")
            self.set_header("Content-Disposition", disposition(name))
            self.set_header("Content-Security-Policy", FILE_POLICY)
            self.set_header("X-Content-Type-Options", "nosniff")
            self.set_header("Cross-Origin-Resource-Policy", "same-origin")
            self.set_header("Cache-Control", "private, no-store")
            if piece.size:
                self.set_header("Content-Length", str(piece.size))
            while portion := await self.server.pools.ask(file.read, PORTION):
                self.write(portion)
                await self.flush()


def disposition(filename: str) -> str:
    """The header that makes a browser save a file under its name."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


ROUTES = [
    (r"/evidence/upload", Upload),
    (r"/evidence/([^/]+)", Download),
]
