"""Operations at a server, called as a person who signs in with name and password."""

from __future__ import annotations

import httpx

from kg.client import RemoteGraph
from kg.errors import Forbidden, NotSignedIn, StoreUnavailable


class SignedInGraph(RemoteGraph):
    """The graph behind a server as one person may use it: the same session as a browser's.

    Args:
        url: The server's base URL.
        person: The sign-in name.
        password: Their password; kept for no longer than the sign-in takes.
        token: Instead of a password: the token of the machine's owner, who may act as the
            people of the sample.

    Raises:
        NotSignedIn: Name or password is wrong.
        Forbidden: The token's owner may not act as this person.
        StoreUnavailable: No server answers there.
    """

    def __init__(self, url: str, person: str, *, password: str | None = None, token: str | None = None) -> None:
        self.url = url if url.endswith("/") else f"{url}/"
        origin = httpx.URL(self.url)
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Origin": f"{origin.scheme}://{origin.netloc.decode()}"},
            timeout=60.0,
            trust_env=False,
        )
        try:
            if password is not None:
                self._sign_in(person, password)
            else:
                self._act_as(person, token or "")
        except httpx.HTTPError as error:
            self._http.close()
            raise StoreUnavailable(
                f"The server at {self.url} did not answer ({type(error).__name__}). Is it running?", url=self.url
            ) from error
        except BaseException:
            self._http.close()
            raise

    def _sign_in(self, person: str, password: str) -> None:
        self._http.get("login")
        answer = self._submit("login", name=person, password=password)
        if answer.status_code == 429:
            seconds = answer.headers.get("Retry-After", "some")
            raise NotSignedIn(f"Too many attempts for {person!r}: wait {seconds} seconds.", person=person)
        if answer.status_code not in (302, 303):
            raise NotSignedIn(f"The server at {self.url} refused the name {person!r} or its password.", person=person)

    def _act_as(self, person: str, token: str) -> None:
        self._http.get("login", params={"token": token})
        self._http.get("login")
        answer = self._submit("act-as", person=person)
        if answer.status_code not in (302, 303):
            raise Forbidden(
                f"Without a password only people of the sample can be stood in for, and {person!r} is none. "
                "Give --password-file.",
                person=person,
            )

    def _submit(self, path: str, **fields: str) -> httpx.Response:
        return self._http.post(path, data={"_xsrf": self._http.cookies.get("_xsrf", ""), **fields})
