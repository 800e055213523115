"""Signing in and out, and acting as a sample person."""

from __future__ import annotations

from kg.errors import Forbidden, NotFound
from kg.operations.people import find_person

from .identity import Identity
from .pages import Page
from .passwords import matches


class SignedInPage(Page):
    """A page of the session's own affairs."""

    @property
    def identity(self) -> Identity:
        """Who is who."""
        return self.server.identity

    def open_session(self, person: str | None, password_hash: str | None = None) -> None:
        """Start a new session in this browser; an earlier one ends."""
        self.end_session()
        secret = self.identity.sessions.open(person, password_hash)
        self.set_cookie(
            self.identity.cookie, secret, path="/", httponly=True, samesite="Lax", secure=self.server.secure,
            max_age=int(self.identity.sessions.lasts.total_seconds()),
        )  # fmt: skip

    def end_session(self) -> None:
        """End this browser's session, if there is one."""
        morsel = self.request.cookies.get(self.identity.cookie)
        session = self.identity.sessions.find(morsel.value) if morsel else None
        if session is not None:
            self.identity.sessions.end(session.key)
        self.clear_cookie(self.identity.cookie, path="/", httponly=True, samesite="Lax")


class Login(SignedInPage):
    """`/login`: name and password; or the token of the address that `serve` prints."""

    public = True

    def get(self) -> None:
        """The form, or for a good token straight in."""
        token = self.get_query_argument("token", None)
        target = self.local(self.get_query_argument("next", "/"))
        if token is None:
            self.redirect(target) if self.known else self.show("login.html", next=target, problem=None)
        elif self.identity.is_token(token):
            self.open_session(None)
            self.redirect(target)
        else:
            self.show("login.html", 403, next=target, problem=self.t("pages.login.bad_token"))

    async def post(self) -> None:
        """Check name and password; the same answer, after the same time, whichever was wrong."""
        name = self.get_body_argument("name", "")[:80]
        password = self.get_body_argument("password", "", strip=False)[:1024]
        target = self.local(self.get_body_argument("next", "/"))
        throttle, address = self.server.throttle, self.request.remote_ip or ""
        if seconds := throttle.wait(name, address):
            self.set_header("Retry-After", str(seconds))
            self.show("login.html", 429, next=target, problem=self.t("pages.login.wait", seconds=seconds))
            return
        try:
            person = await self.server.pools.ask(find_person, self.server.graph.store, name)
        except NotFound:
            person = None
        kept = person.password_hash if person and not person.disabled else None
        if not await self.server.pools.check_password(matches, password, kept) or person is None:
            throttle.failed(name, address)
            self.show("login.html", 401, next=target, problem=self.t("pages.login.refused"))
            return
        throttle.succeeded(name, address)
        self.identity.people.forget()
        self.open_session(person.name, person.password_hash)
        self.redirect(target, status=303)


class Logout(SignedInPage):
    """`POST /logout`: this browser's session and its kernels end."""

    public = True

    def get(self) -> None:
        """A link alone signs nobody out."""
        self.redirect("/")

    def post(self) -> None:
        """End it."""
        self.end_session()
        self.redirect("/login", status=303)


class ActAs(SignedInPage):
    """`POST /act-as`: the owner of the machine sees the product as a sample person does."""

    async def post(self) -> None:
        """Act as the person named; with no name as oneself again.

        Raises:
            Forbidden: Only the owner may, and only as people of the sample.
        """
        if not self.known.owner or self.known.session is None:
            raise Forbidden("Only the owner of this machine may act as somebody else.", operation="act as")
        name = self.get_body_argument("person", "") or None
        if name is not None:
            person = await self.server.pools.ask(self.identity.people.get, name)
            if person is None or not person.sample or person.disabled:
                raise Forbidden(f"{name} is not a person of the sample.", operation="act as", person=name)
            name = person.name
        self.identity.sessions.act_as(self.known.session.key, name)
        self.redirect(self.local(self.get_body_argument("next", "/")), status=303)
