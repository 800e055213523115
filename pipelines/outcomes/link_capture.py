"""What stands behind a link on a day: its digest, taken without reaching into the own network."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from kg.errors import LinkRefused, LinkUnreachable

if TYPE_CHECKING:
    import httpcore

LARGEST = 20 << 20
SECONDS, AT_MOST, HOPS = 10.0, 30.0, 5
GONE = frozenset({404, 410, 451})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "User-Agent": "Retrobook evidence check",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Captured:
    """What stood behind a link: of a web page the digest is of its words, of anything else of its bytes."""

    url: str
    sha256: str
    size: int
    media_type: str


class LinkCapture:
    """Looks at links.

    A name is resolved once, each of its addresses is judged, and the connection goes to the judged
    address: a name that answers differently the second time leads nowhere else. Redirects are
    judged like the link itself.

    Args:
        private: Addresses of private networks and of this machine may be looked at.
    """

    def __init__(self, *, private: bool = False) -> None:
        self._private = private

    def capture(self, url: str) -> Captured:
        """What stands there now.

        Raises:
            LinkRefused: It is not http(s), carries a password, or leads into a private network.
            LinkUnreachable: Nothing answered as it should; `gone` when the server says nothing is there.
        """
        import httpcore

        first = at = checked_url(url)
        end = time.monotonic() + AT_MOST
        with httpcore.ConnectionPool(ssl_context=_tls(), network_backend=self._backend(), retries=0) as pool:
            for _ in range(HOPS + 1):
                try:
                    found = self._ask(pool, at, end)
                except (httpcore.TimeoutException, TimeoutError) as error:
                    raise _unreachable(first, "no_answer", "it did not answer in time") from error
                except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
                    raise _unreachable(first, "no_connection", "no connection could be made") from error
                if isinstance(found, str):
                    at = checked_url(urljoin(at, found))
                    continue
                body, media_type = found
                return Captured(first, content_digest(body, media_type), len(body), media_type)
        raise _unreachable(first, "too_many_hops", f"it leads on more than {HOPS} times")

    def _ask(self, pool: httpcore.ConnectionPool, url: str, end: float) -> str | tuple[bytes, str]:
        """The body and its media type, or where to go on."""
        timeout = {"connect": SECONDS, "read": SECONDS, "write": SECONDS, "pool": SECONDS}
        with pool.stream("GET", url, headers=_HEADERS, extensions={"timeout": timeout}) as answer:
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            if answer.status in REDIRECTS and headers.get("location"):
                return headers["location"]
            if answer.status in GONE:
                raise _unreachable(url, "link_gone", f"the server answers {answer.status}: it is not there", gone=True)
            if answer.status != 200:
                hint = " It wants a sign-in." if answer.status in (401, 403, 407) else ""
                problem = "sign_in" if hint else "server_failed"
                raise _unreachable(url, problem, f"the server answers {answer.status}.{hint}".rstrip("."))
            body = bytearray()
            for portion in answer.iter_stream():
                body += portion
                if len(body) > LARGEST:
                    raise LinkRefused(
                        f"What {url} leads to is larger than {LARGEST >> 20} MiB. Upload it as a file.",
                        link=url,
                        problem="too_large",
                    )
                if time.monotonic() > end:
                    raise TimeoutError
        if not body:
            raise _unreachable(url, "empty_answer", "the answer is empty")
        return bytes(body), headers.get("content-type", "").partition(";")[0].strip().lower()

    def _backend(self) -> Any:
        import httpcore

        private = self._private

        class Judged(httpcore.SyncBackend):
            """Connections to addresses that were judged, and to no other."""

            def connect_tcp(
                self,
                host: str,
                port: int,
                timeout: float | None = None,
                local_address: str | None = None,
                socket_options: Iterable[Any] | None = None,
            ) -> httpcore.NetworkStream:
                return super().connect_tcp(
                    judged_address(host, port, private=private), port, timeout, local_address, socket_options
                )

            def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
                raise LinkRefused(
                    "A link leads to a web server, not to a socket of this machine.", link="", problem="private_address"
                )

        return Judged()


def checked_url(url: str) -> str:
    """A link without its fragment, if it is one that may be looked at.

    Raises:
        LinkRefused: It is something else; says what to do.
    """
    shown = url if len(url) <= 200 else f"{url[:197]}..."
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise LinkRefused(
            f"{shown!r} is no link to a web page: it has to begin with https:// or http://.",
            link=shown,
            problem="not_web",
        )
    if parts.username is not None or parts.password is not None:
        raise LinkRefused(
            "The link carries a name or password. Take them out.",
            link=f"{parts.scheme}://{host}/…",
            problem="password_in_link",
        )
    if re.search(r"[\x00-\x20\x7f]", parts.netloc):
        raise LinkRefused(f"{shown!r} has a host name that cannot be used.", link=shown, problem="bad_host")
    try:
        plain = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise LinkRefused(f"{shown!r} has a host name that cannot be used.", link=shown, problem="bad_host") from None
    netloc = f"[{plain}]" if ":" in plain else plain
    if parts.port is not None:
        netloc += f":{parts.port}"
    path = _quoted(parts.path or "/")
    return urlunsplit((parts.scheme.lower(), netloc, path, _quoted(parts.query), ""))


def judged_address(host: str, port: int, *, private: bool) -> str:
    """The address to connect to for a host, if all of its addresses may be reached.

    Raises:
        LinkRefused: One of them is of a private network, of this machine or of nobody.
        OSError: The name is not known.
    """
    infos = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = [str(info[4][0]) for info in infos]
    for address in addresses:
        if not private and not is_public(ipaddress.ip_address(address.partition("%")[0])):
            raise LinkRefused(
                f"{host} is within a private network, or this machine itself. Such links are not looked at; upload "
                "what it shows as a file.",
                link=host,
                problem="private_address",
            )
    return addresses[0]


def is_public(address: Address) -> bool:
    """True for an address of the public internet; what is wrapped in another address is judged, too."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def content_digest(body: bytes, media_type: str) -> str:
    """The digest to compare with later: of a page its words, since its markup differs from call to call."""
    if media_type in ("text/html", "application/xhtml+xml"):
        words = _Words()
        words.feed(body.decode("utf-8", "replace"))
        words.close()
        text = " ".join(" ".join(words.found).split())
        if text:
            return hashlib.sha256(text.encode()).hexdigest()
    return hashlib.sha256(body).hexdigest()


class _Words(HTMLParser):
    """What a page says to who reads it."""

    SILENT = frozenset({"script", "style", "noscript", "template"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self.SILENT

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in self.SILENT))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def _quoted(text: str) -> str:
    """Text of a link as it goes over the wire."""
    from urllib.parse import quote

    return quote(text, safe="%/:?#[]@!$&'()*+,;=-._~")


def _tls() -> Any:
    import httpx

    return httpx.create_ssl_context(trust_env=False)


def _unreachable(url: str, problem: str, why: str, *, gone: bool = False) -> LinkUnreachable:
    return LinkUnreachable(
        f"{url} could not be looked at: {why}. Check the link, or upload what it shows as a file.",
        link=url, problem=problem, gone=gone,
    )  # fmt: skip
