"""Links are looked at without reaching into the own network, and compared by what they say."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from kg.errors import LinkRefused, LinkUnreachable
from pipelines.outcomes import link_capture
from pipelines.outcomes.link_capture import LinkCapture, checked_url, content_digest, is_public, judged_address


class Site(BaseHTTPRequestHandler):
    pages: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, headers, body = self.pages.get(self.path, (404, {}, b"no"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    Site.pages, Site.asked = {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_page_is_compared_by_its_words_and_a_file_by_its_bytes(site):
    links = LinkCapture(private=True)
    html = {"Content-Type": "text/html; charset=utf-8"}
    Site.pages["/a"] = (200, html, b"<p>41 <b>complaints</b><script>var nonce=1</script>")
    Site.pages["/b"] = (200, html, b"<div>41 <b class='x'> complaints</b></div><script>var nonce=2</script>")
    Site.pages["/c"] = (200, html, b"<p>42 complaints")
    Site.pages["/d"] = (200, {"Content-Type": "text/csv"}, b"a,b\n")
    a, b, c, d = (links.capture(f"{site}/{name}#part") for name in "abcd")
    assert a.sha256 == b.sha256 != c.sha256
    assert (a.url, a.media_type, d.size) == (f"{site}/a", "text/html", 4)
    assert d.sha256 == content_digest(b"a,b\n", "text/csv")


@pytest.mark.parametrize(("status", "gone"), [(404, True), (410, True), (500, False), (401, False), (204, False)])
def test_what_is_gone_is_told_from_what_fails_for_now(site, status, gone):
    Site.pages["/x"] = (status, {}, b"")
    with pytest.raises(LinkUnreachable) as error:
        LinkCapture(private=True).capture(f"{site}/x")
    assert error.value.fields["gone"] is gone


def test_a_link_into_the_own_network_is_refused_before_anything_is_asked(site):
    for url in (site, site.replace("127.0.0.1", "localhost"), site.replace("127.0.0.1", "2130706433")):
        with pytest.raises((LinkRefused, LinkUnreachable)) as error:
            LinkCapture().capture(f"{url}/a")
        assert error.type is LinkRefused or "2130706433" in url
    assert Site.asked == []


def test_a_redirect_into_the_own_network_is_refused_too(site, monkeypatch):
    Site.pages["/x"] = (302, {"Location": "http://169.254.169.254/latest/meta-data"}, b"")
    port = int(site.rpartition(":")[2])
    public = link_capture.is_public
    monkeypatch.setattr(link_capture, "is_public", lambda address: str(address) == "127.0.0.1" or public(address))
    with pytest.raises(LinkRefused, match=r"169\.254\.169\.254"):
        LinkCapture().capture(f"http://127.0.0.1:{port}/x")
    assert Site.asked == ["/x"]


def test_a_name_that_answers_differently_the_second_time_leads_nowhere_else(monkeypatch):
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])

    def resolve(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert judged_address("rebinding.example", 80, private=False) == "93.184.216.34"
    with pytest.raises(LinkRefused):
        judged_address("rebinding.example", 80, private=False)


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    both = ["93.184.216.34", "10.0.0.8"]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, **_: [(0, 0, 0, "", (address, port)) for address in both]
    )
    with pytest.raises(LinkRefused):
        judged_address("both.example", 443, private=False)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1", "::"],
)  # fmt: skip
def test_addresses_that_are_not_public_are_known_also_when_wrapped(address):
    assert not is_public(ipaddress.ip_address(address))


def test_public_addresses_are_public():
    assert all(is_public(ipaddress.ip_address(a)) for a in ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"))


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://x/y", "javascript:alert(1)", "//x/y", "https://", "http://[::1", "gopher://x",
     "https://user:secret@example.org/", "http://ex ample.org/", "http://x:99999/", ""],
)  # fmt: skip
def test_only_plain_web_addresses_are_looked_at(url):
    with pytest.raises(LinkRefused) as error:
        checked_url(url)
    assert "secret" not in error.value.message


def test_chinese_hosts_and_paths_go_over_the_wire_as_they_must():
    assert (
        checked_url("https://例子.测试/报告?页=1#x") == "https://xn--fsqu00a.xn--0zwm56d/%E6%8A%A5%E5%91%8A?%E9%A1%B5=1"
    )


def test_too_much_behind_a_link_is_not_read_to_its_end(site, monkeypatch):
    monkeypatch.setattr(link_capture, "LARGEST", 1000)
    Site.pages["/x"] = (200, {}, b"x" * 5000)
    with pytest.raises(LinkRefused, match="larger"):
        LinkCapture(private=True).capture(f"{site}/x")


def test_going_in_circles_ends(site):
    Site.pages["/x"] = (302, {"Location": "/x"}, b"")
    with pytest.raises(LinkUnreachable, match="more than 5"):
        LinkCapture(private=True).capture(f"{site}/x")
    assert len(Site.asked) == 6


def test_a_server_without_a_good_certificate_or_that_drips_is_not_waited_for(site, monkeypatch):
    with pytest.raises(LinkUnreachable) as error:
        LinkCapture(private=True).capture(site.replace("http:", "https:"))
    assert (error.value.fields["problem"], error.value.fields["gone"]) == ("no_connection", False)
    monkeypatch.setattr(link_capture, "AT_MOST", -1.0)
    Site.pages["/x"] = (200, {}, b"x" * 100)
    with pytest.raises(LinkUnreachable) as error:
        LinkCapture(private=True).capture(f"{site}/x")
    assert error.value.fields["problem"] == "no_answer"
