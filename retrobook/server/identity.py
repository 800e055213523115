"""Who asks: found from a bearer token, a kernel's handle or a session's cookie, and nothing else.

No other header and no parameter says who a visitor is.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from jupyter_server.auth import IdentityProvider, User
from jupyter_server.auth.authorizer import Authorizer
from tornado.httputil import HTTPServerRequest

from kg.domain import Person
from kg.errors import NotFound
from kg.operations.people import find_person
from kg.policy import Visitor, local_owner
from kg.store.protocol import GraphStore

from .sessions import Session, Sessions, proof_of
from .visitors import Handles

TOKEN_HOLDER = "token"  # noqa: S105  (a name, not a secret)
REMEMBERED = 2.0

Look = Callable[[str], Person | None]
"""Finds a person by name."""


@dataclass(frozen=True)
class Known:
    """A visitor as found from a request.

    Attributes:
        visitor: Who asks.
        holder: What their kernels live with: the session's key, or `token`.
        session: Their sign-in, when they came with a cookie.
    """

    visitor: Visitor
    holder: str
    session: Session | None = None

    @property
    def owner(self) -> bool:
        """True for the person at the machine itself, also while acting as a sample person."""
        return self.session.person is None if self.session else self.holder == TOKEN_HOLDER


class NotRecalled(Exception):
    """The store has to be asked, which is not done on the event loop."""


class People:
    """People by name, remembered for a moment so that not every request asks the store."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._seen: dict[str, tuple[float, Person | None]] = {}

    def get(self, name: str) -> Person | None:
        """The person with this sign-in name, or None."""
        when, person = self._seen.get(name, (0.0, None))
        if when > time.monotonic():
            return person
        try:
            person = find_person(self._store, name)
        except NotFound:
            person = None
        if len(self._seen) > 1000:
            self._seen.clear()
        self._seen[name] = (time.monotonic() + REMEMBERED, person)
        return person

    def recall(self, name: str) -> Person | None:
        """As `get`, without asking the store.

        Raises:
            NotRecalled: This person was not looked up lately.
        """
        when, person = self._seen.get(name, (0.0, None))
        if when > time.monotonic():
            return person
        raise NotRecalled(name)

    def forget(self) -> None:
        """Ask the store again: somebody was changed."""
        self._seen.clear()


class Identity:
    """Finds who asks.

    Args:
        people: Where people are looked up.
        sessions: The sign-ins.
        handles: The handles of kernels.
        cookie: Name of the session's cookie.
        token: The loopback token; a new one when not given.
    """

    def __init__(
        self, people: People, sessions: Sessions, handles: Handles, *, cookie: str, token: str | None = None
    ) -> None:
        self.people, self.sessions, self.handles = people, sessions, handles
        self.cookie = cookie
        self.token = token or secrets.token_urlsafe(32)
        sessions.on_end(handles.revoke_all_of)

    def is_token(self, offered: str) -> bool:
        """True when this is the loopback token."""
        return hmac.compare_digest(offered.encode(), self.token.encode())

    def known(self, request: HTTPServerRequest, *, look: Look | None = None) -> Known | None:
        """Who asks; None for a stranger. A bad bearer token is not mended by a good cookie.

        Args:
            request: The request.
            look: How people are looked up; `people.recall` where the store may not be asked.
        """
        look = look or self.people.get
        bearer = request.headers.get("Authorization")
        if bearer is not None:
            scheme, _, offered = bearer.partition(" ")
            return self._of_bearer(offered.strip(), look) if scheme.lower() == "bearer" else None
        morsel = request.cookies.get(self.cookie)
        session = self.sessions.find(morsel.value) if morsel else None
        return self.of_session(session, look) if session else None

    def of_holder(self, holder: str, look: Look | None = None) -> Known | None:
        """Who a sign-in stands for by now, found by its key."""
        if holder == TOKEN_HOLDER:
            return Known(_owner(), TOKEN_HOLDER)
        session = self.sessions.get(holder)
        return self.of_session(session, look or self.people.get) if session else None

    def of_session(self, session: Session, look: Look) -> Known | None:
        """Who a sign-in stands for; a disabled person or a changed password ends it."""
        if session.person is None:
            return Known(_owner_or_sample(session, look), session.key, session)
        person = look(session.person)
        if person is None or person.disabled or proof_of(person.password_hash) != session.proof:
            self.sessions.end(session.key)
            return None
        return Known(Visitor.of(person), session.key, session)

    def _of_bearer(self, offered: str, look: Look) -> Known | None:
        if self.is_token(offered):
            return Known(_owner(), TOKEN_HOLDER)
        handle = self.handles.find(offered)
        if handle is None:
            return None
        if handle.holder is not None:
            known = self.of_holder(handle.holder, look)
            return Known(replace(known.visitor, via="kernel"), handle.holder) if known else None
        if handle.visitor.person_id is not None:
            person = look(handle.visitor.name)
            if person is None or person.disabled:
                return None
        return Known(handle.visitor, handle.key)


def _owner() -> Visitor:
    return replace(local_owner(), via="token")


def _owner_or_sample(session: Session, look: Look) -> Visitor:
    person = look(session.acting_as) if session.acting_as else None
    if person is None or not person.sample or person.disabled:
        return _owner()
    return Visitor.of(person, acting_for=_owner().name)


class JupyterIdentity(IdentityProvider):
    """What Jupyter's own handlers are told: the visitor that our guard has found, and nobody else."""

    auth_enabled = True

    def get_user(self, handler: Any) -> User | None:
        """The visitor found by the guard."""
        known: Known | None = getattr(handler, "known", None)
        return User(username=known.visitor.name, name=known.visitor.display_name) if known else None

    def get_handlers(self) -> list[tuple[str, object]]:
        """None: signing in is ours."""
        return []

    def is_token_authenticated(self, handler: Any) -> bool:
        """Never: nothing is waived for tokens in Jupyter's handlers."""
        return False


class OwnersOnly(Authorizer):
    """Jupyter's own handlers ask this last: only what the guard let through is allowed."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        """True for a visitor that our guard has found."""
        return getattr(handler, "known", None) is not None
