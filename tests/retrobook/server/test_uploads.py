"""Evidence over HTTP: portion by portion in, as a file out; what is not evidence is refused early."""

from __future__ import annotations

import hashlib
import socket
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from kg.domain import Outcome
from kg.store.records import put_records

from .conftest import RunningServer, two_projects

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
OUTCOME = "outcome:test:bridge"
LIMIT = 1 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    found = RunningServer(tmp_path_factory.mktemp("evidence") / "home", RETROBOOK_EVIDENCE_LIMIT_MB="1")

    def fill(graph):
        two_projects(graph)
        outcome = Outcome(
            id=OUTCOME, project="project:test:bridge", unit="Works/bridge", title="Shorter ways", owner="ola"
        )
        with graph.store.transaction() as tx:
            put_records(tx, [outcome], at=datetime(2026, 1, 1, tzinfo=UTC), by="test")

    found.fill(fill)
    found.start()
    yield found
    if found.process is not None:
        found.stop()


@pytest.fixture(scope="module")
def ola(server):
    with server.sign_in("ola", server.add_person("ola", ["unit:Works/bridge"])) as browser:
        yield browser


def upload(browser, content, filename="chart.png", **headers):
    origin = str(browser.base_url).rstrip("/")
    sent = {"Content-Type": "application/octet-stream", "Origin": origin, **headers}
    return browser.post("/evidence/upload", params={"filename": filename}, content=content, headers=sent)


def left(server) -> list[str]:
    return [path.name for path in (server.home / "blobs").glob(".incoming-*")]


def test_a_file_goes_in_becomes_evidence_and_comes_out_as_a_file(server, ola):
    content = PNG + bytes(range(256)) * 2000
    sent = upload(ola, content, "图 “1”.png")
    assert sent.status_code == 201, sent.text
    told = sent.json()
    assert told == {
        "sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "media_type": "image/png",
        "filename": "图 “1”.png",
    }  # fmt: skip
    added = ola.call("add_evidence", outcome=OUTCOME, sha256=told["sha256"], filename=told["filename"])
    assert added.status_code == 200, added.text
    key = added.json()["evidence"][0]["evidence"]["id"]
    got = ola.get(f"/evidence/{key}")
    assert got.content == content
    assert (
        got.headers["content-disposition"].startswith("attachment;")
        and "filename*=UTF-8''%E5%9B%BE" in got.headers["content-disposition"]
    )
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"].startswith("sandbox;")
    with server.sign_in("sol", server.add_person("sol", ["unit:Works/tunnel"])) as other:
        assert other.get(f"/evidence/{key}").status_code == 404
    with server.client() as stranger:
        assert stranger.get(f"/evidence/{key}").status_code == 302
    path = server.home / "blobs" / told["sha256"][:2] / told["sha256"]
    path.write_bytes(b"changed")
    assert ola.get(f"/evidence/{key}").status_code == 410
    path.write_bytes(content)
    assert left(server) == []


def test_a_file_without_a_byte_is_refused(server, ola):
    refused = upload(ola, b"")
    assert (refused.status_code, refused.json()["code"]) == (400, "empty_file")
    assert left(server) == []


def test_too_much_is_refused_before_it_is_read(server, ola):
    """2 GB are announced, and not one of them is sent: the answer comes all the same."""
    parts = urlsplit(server.url)
    head = (
        f"POST /evidence/upload?filename=film.mp4 HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {ola.cookie_header()}\r\n"
        f"Origin: {server.url.rstrip('/')}\r\nContent-Type: application/octet-stream\r\nContent-Length: {2 << 30}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as line:
        line.sendall(head.encode())
        answer = line.recv(65536).decode()
        while "file_too_large" not in answer and (more := line.recv(65536)):
            answer += more.decode()
    assert answer.startswith("HTTP/1.1 413") and "file_too_large" in answer
    assert left(server) == []


def test_too_much_without_an_announced_length_ends_at_the_limit(server, ola):
    def portions():
        for _ in range(40):
            yield b"\x00" * (LIMIT // 20)

    try:
        refused = upload(ola, portions())
        assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")
    except Exception as error:  # the server may hang up while the rest is still being sent
        assert type(error).__name__ in ("WriteError", "ReadError", "RemoteProtocolError"), error
    assert left(server) == []


@pytest.mark.parametrize(
    ("content", "filename", "status", "code"),
    [
        (b"<script>alert(1)</script>", "chart.png", 415, "unsafe_file"),
        (b"#!/bin/sh\nid\n", "chart.png", 415, "unsafe_file"),
        (b"<html><body onload=x>", "page.html", 415, "unsafe_file"),
        (PNG, "../../etc/cron.d/x.png", 400, "invalid_request"),
        (PNG, "..\\..\\x.png", 400, "invalid_request"),
        (PNG, "", 400, "invalid_request"),
        (PNG, "\u202e", 400, "invalid_request"),
    ],
)
def test_scripts_as_pictures_and_paths_as_names_are_refused(server, ola, content, filename, status, code):
    refused = upload(ola, content, filename)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert left(server) == []
    digest = hashlib.sha256(content).hexdigest()
    kept = (server.home / "blobs" / digest[:2] / digest).exists()
    assert not kept or content == PNG


def test_the_refusal_speaks_the_visitors_language(ola):
    refused = ola.post(
        "/evidence/upload?filename=a.png&lang=zh", content=b"<script>", headers={
            "Content-Type": "application/octet-stream", "Origin": str(ola.base_url).rstrip("/"),
        },
    )  # fmt: skip
    assert "这是网页或脚本" in refused.json()["message"]


def test_strangers_guests_and_other_sites_send_nothing(server, ola):
    with server.client() as stranger:
        assert upload(stranger, PNG).status_code == 401
    with server.sign_in("gus", server.add_person("gus", ["*"], ["guest"])) as guest:
        assert upload(guest, PNG).status_code == 403
    assert upload(ola, PNG, Origin="https://evil.example").status_code == 403
    assert upload(ola, PNG, **{"Content-Type": "text/plain"}).status_code == 400
    assert left(server) == []


def test_what_breaks_off_leaves_nothing(server, ola):
    parts = urlsplit(server.url)
    head = (
        f"POST /evidence/upload?filename=a.png HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {ola.cookie_header()}\r\n"
        f"Origin: {server.url.rstrip('/')}\r\nContent-Type: application/octet-stream\r\nContent-Length: 9000\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as line:
        line.sendall(head.encode() + PNG)
    from .conftest import eventually

    assert eventually(lambda: left(server) == [])


def test_the_command_line_sends_files_through_the_running_server(server, tmp_path):
    from kg.errors import FileTooLarge, StoreUnavailable, UnsafeFile
    from retrobook.cli.evidence_file import keep_file
    from retrobook.settings import Settings

    settings = Settings(home=server.home, evidence_limit_mb=1)
    file = tmp_path / "chart.png"
    file.write_bytes(PNG + b"cli")
    digest, name = keep_file(settings, file)
    assert (digest, name) == (hashlib.sha256(PNG + b"cli").hexdigest(), "chart.png")
    assert (server.home / "blobs" / digest[:2] / digest).read_bytes() == PNG + b"cli"
    file.write_bytes(b"<script>")
    with pytest.raises(UnsafeFile):
        keep_file(settings, file)
    file.write_bytes(PNG + b"\x00" * (2 * LIMIT))
    with pytest.raises((FileTooLarge, StoreUnavailable), match="larger"):
        keep_file(settings, file)
