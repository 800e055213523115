"""Pages: plain server HTML in the product's look, from the templates in `templates/pages`."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from markupsafe import Markup
from tornado.web import Finish, HTTPError

from kg.domain import Role
from kg.errors import KgError
from pipelines.messages import LANGUAGES, Messages
from widgets.rendering.environment import environment

from .. import __version__
from .handlers import PAGE_POLICY, SAFE, Guard

LANGUAGE_COOKIE, THEME_COOKIE = "retrobook-language", "retrobook-theme"
THEMES = ("auto", "light", "dark")
YEAR = 365
_KINDS = {403: "forbidden", 404: "not_found", 429: "busy", 503: "unavailable"}


class Page(Guard):
    """Base of every page.

    A handler calls `show(template, **context)`; the context always has `t`, `visitor`,
    `people` (whom the owner may act as), `language`, `theme`, `path`, `base`, `static`,
    `xsrf` (the field for forms), `nonce` and `version`. What it asks of the graph it asks
    with `ask`, as its visitor, in a thread.
    """

    policy = PAGE_POLICY

    async def prepare(self) -> None:
        """Find who asks, and make ready what the templates need."""
        self.nonce = secrets.token_urlsafe(16)
        self.people: list[Any] = []
        token, rest = without_token(self.request.uri or "/")
        if token is not None and self.request.method == "GET" and self.request.path != "/login":
            self.redirect(f"/login?{urlencode({'token': token, 'next': rest})}")
            return
        await super().prepare()
        _ = self.xsrf_token  # sets the cookie that forms and leaving pages need
        if self.known is not None and self.known.owner and self.known.session is not None:
            self.people = await self.server.pools.ask(self._sample_people)

    def refuse_stranger(self) -> None:
        """Send whoever reads to the sign-in page and back."""
        if self.request.method not in SAFE:
            super().refuse_stranger()
        here = "" if self.request.uri == "/" else f"?next={quote(self.request.uri or '/', safe='')}"
        self.redirect(f"/login{here}")

    async def ask(self, operation: str, /, **values: Any) -> Any:
        """The answer of an operation to this visitor."""
        graph = self.server.graph.as_visitor(self.known.visitor)
        return await self.server.pools.ask(getattr(graph, operation), **values)

    def show(self, template: str, code: int = 200, /, **context: Any) -> None:
        """Answer with a page."""
        html = environment(self.server.settings.home).get_template(template).render(self.page_context() | context)
        self.set_status(code)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Language", self.language)
        self.set_header("Content-Security-Policy", self.policy.format(nonce=self.nonce))
        self.finish(html)

    def page_context(self) -> dict[str, Any]:
        """What every template may use."""
        return {
            "t": self.t,
            "visitor": self.visitor,
            "people": self.people,
            "is_guest": self.visitor is not None and not self.visitor.has(Role.MEMBER),
            "may_review": self.visitor is not None and self.visitor.has(Role.FACILITATOR),
            "language": self.language,
            "languages": LANGUAGES,
            "theme": self.theme,
            "path": self.request.uri,
            "base": "/",
            "static": "/static/",
            "look": self.server.look(),
            "xsrf": Markup(self.xsrf_form_html()),  # noqa: S704  (made by tornado, of its own token)
            "nonce": self.nonce,
            "version": __version__,
        }

    def _sample_people(self) -> list[Any]:
        return [person for person in self.server.graph.list_people().people if person.sample and not person.disabled]

    @property
    def t(self) -> Messages:
        """The words of the visitor's language."""
        return self.server.messages(self.language)

    @property
    def language(self) -> str:
        """`?lang=`, what was chosen before, the person's own, what the browser likes, the setting."""
        person = self.visitor.language if self.visitor and self.visitor.person_id else None
        for wanted in (self.get_query_argument("lang", None), self.get_cookie(LANGUAGE_COOKIE), person):
            if wanted in LANGUAGES:
                return str(wanted)
        for part in self.request.headers.get("Accept-Language", "").split(","):
            wanted = part.split(";")[0].strip().lower().split("-")[0]
            if wanted in LANGUAGES:
                return wanted
        return self.server.settings.language

    @property
    def theme(self) -> str:
        """`light`, `dark`, or `auto` for what the machine prefers."""
        chosen = self.get_cookie(THEME_COOKIE)
        return chosen if chosen in THEMES else "auto"

    def keep(self, name: str, value: str) -> None:
        """Remember a choice in the browser."""
        self.set_cookie(name, value, expires_days=YEAR, path="/", samesite="Lax", secure=self.server.secure)

    def local(self, address: str | None) -> str:
        """An address of this server to go on to; the home page for any other."""
        text = address or "/"
        parts = urlsplit(text)
        foreign = parts.scheme or parts.netloc or not text.startswith("/") or text.startswith(("//", "/\\"))
        return "/" if foreign or any(ord(c) < 32 for c in text) or "\\" in text else text

    def page_number(self) -> int:
        """`?page=`, from 1."""
        text = self.get_query_argument("page", "1")
        return max(1, min(int(text[:5]), 1000)) if text.isdecimal() else 1

    def paged(self, address: str, given: dict[str, Any], total: int, per_page: int) -> dict[str, Any]:
        """What the template of a list needs to lead to its other pages, and to itself with other choices.

        Whoever asks for a page beyond the last is sent to the last one.

        Args:
            address: Where the list stands.
            given: What was chosen; what is empty is left out of addresses.
            total: How many rows there are.
            per_page: How many of them a page shows.
        """

        def link(path: str = address, **changed: Any) -> str:
            values = given | {name: str(value) for name, value in changed.items()}
            return f"{path}?" + urlencode({name: value for name, value in values.items() if value})

        page, pages = self.page_number(), max(1, -(-total // per_page))
        if page > pages and self.request.method == "GET":
            self.redirect(link(page=pages if pages > 1 else ""))
            raise Finish
        return {"link": link, "page": min(page, pages), "pages": pages}

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """An error as a page that says what to do next, in the visitor's language."""
        error = self.reason_of(status_code, kwargs)
        if not hasattr(self, "nonce"):
            self.nonce = secrets.token_urlsafe(16)
        if not hasattr(self, "people"):
            self.people = []
        raised = kwargs.get("exc_info", (None, None, None))[1]
        told = isinstance(raised, KgError)
        kind = _KINDS.get(error.status, "failed" if error.status >= 500 else "bad_request")
        hint = f"pages.error.{kind}_hint"
        message = self.t(hint) if not told and hint in self.t else self.t.error(error)
        heading = self.t(f"pages.error.{kind}")
        self.show("error.html", error.status, status=error.status, heading=heading, message=message)


class Language(Page):
    """`POST /language`: read everything in another language from now on."""

    public = True

    def post(self) -> None:
        """Remember the choice and go back."""
        wanted = self.get_body_argument("language", "")
        if wanted in LANGUAGES:
            self.keep(LANGUAGE_COOKIE, wanted)
        self.redirect(self.local(self.get_body_argument("next", "/")), status=303)


class Theme(Page):
    """`POST /theme`: light, dark, or as the machine prefers."""

    public = True

    def post(self) -> None:
        """Remember the choice and go back."""
        wanted = self.get_body_argument("theme", "")
        if wanted in THEMES:
            self.keep(THEME_COOKIE, wanted)
        self.redirect(self.local(self.get_body_argument("next", "/")), status=303)


class Missing(Page):
    """Every address that is none of ours."""

    public = True

    def check_xsrf_cookie(self) -> None:
        """Nothing is done here."""

    async def prepare(self) -> None:
        """Say so, whoever asks and however."""
        await super().prepare()
        if not self._finished:
            raise HTTPError(404)


def without_token(uri: str) -> tuple[str | None, str]:
    """The token in an address, and the address without it."""
    parts = urlsplit(uri)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    token = next((value for key, value in pairs if key == "token"), None)
    query = urlencode([(key, value) for key, value in pairs if key != "token"])
    return token, parts.path + (f"?{query}" if query else "")
