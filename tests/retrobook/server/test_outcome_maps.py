"""Outcome maps over the server: files for who may see the project, a line that tells and takes nothing forged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from kg.domain import Outcome, Project
from kg.graph import KnowledgeGraph
from kg.live import open_map_line
from tests.retrobook.server.channel import in_a_loop_of_its_own
from tests.retrobook.server.conftest import Browser, RunningServer

FILE = "/projects/project:water/outcome-map"


def filled(graph: KnowledgeGraph) -> None:
    records: list[Any] = [Project(id="project:water", name="供水 & wells", unit="A")]
    records += [
        Outcome(id=f"outcome:{key}", project="project:water", unit="A", title=key.title())
        for key in ("pipes", "health")
    ]
    graph.put_records_batch(
        records=[
            {"label": r.label.value, "values": r.model_dump(mode="json", exclude_none=True, exclude_defaults=True)}
            for r in records
        ]
    )
    graph.link_outcomes(project="project:water", start="outcome:pipes", end="outcome:health", weight=2)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    found = RunningServer(tmp_path_factory.mktemp("maps") / "home")
    found.fill(filled)
    found.start()
    yield found
    found.stop()


async def socket(server: RunningServer, browser: Browser, *, origin: str | None = None) -> WebSocketClientConnection:
    address = server.url.replace("http", "ws", 1) + "api/maps/project%3Awater/live"
    headers = {"Cookie": browser.cookie_header(), "Origin": origin or server.url.rstrip("/")}
    return await websocket_connect(HTTPRequest(address, headers=headers))


async def hear(line: WebSocketClientConnection, kind: str) -> dict[str, Any]:
    while True:
        text = await asyncio.wait_for(line.read_message(), 20)
        if text is None:
            return {"type": "closed", "code": line.close_code}
        said: dict[str, Any] = json.loads(text)
        if said["type"] == kind:
            return said


@pytest.mark.parametrize(
    ("form", "kind", "start"),
    [("svg", "image/svg+xml", b"<svg"), ("png", "image/png", b"\x89PNG"), ("mmd", "text/plain", b"flowchart LR")],
)
def test_the_map_is_a_download_in_each_format(server: RunningServer, form: str, kind: str, start: bytes) -> None:
    with server.owner() as browser:
        answer = browser.get(f"{FILE}.{form}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].startswith(kind) and answer.content.startswith(start)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert browser.get(f"/projects/project:nope/outcome-map.{form}").status_code == 404


def test_who_may_not_see_the_project_gets_neither_file_nor_line(server: RunningServer) -> None:
    password = server.add_person("mallory", scopes=["unit:B"])
    with server.sign_in("mallory", password) as browser:
        assert browser.get(f"{FILE}.svg").status_code == 404
        assert browser.call("link_outcomes", project="project:water", start="a", end="b").status_code == 404

        async def tried() -> dict[str, Any]:
            try:
                line = await socket(server, browser)
            except HTTPClientError as error:
                return {"type": "refused", "error": {"code": error.code}}
            await line.write_message('{"type":"hello"}')
            return await hear(line, "refused")

        assert in_a_loop_of_its_own(tried())["type"] == "refused"
    with server.client() as nobody:
        assert nobody.get(f"{FILE}.svg").status_code in (302, 401, 303)


def test_forged_messages_are_refused_and_change_nothing(server: RunningServer) -> None:
    async def forged() -> list[dict[str, Any]]:
        found = []
        with server.owner() as browser:
            for text in ("not json", "[]", "{}", '{"type":"view","map":{}}', '{"type":"unlink_outcomes"}', "[" * 9000):
                line = await websocket_connect(
                    HTTPRequest(
                        server.url.replace("http", "ws", 1) + "api/maps/project%3Awater/live",
                        headers={"Authorization": f"Bearer {server.token}"},
                    )
                )
                await line.write_message('{"type":"hello"}')
                await hear(line, "view")
                await line.write_message(text)
                found.append(await hear(line, "refused"))
                line.close()
            with pytest.raises(HTTPClientError):
                await socket(server, browser, origin="https://elsewhere.example")
        return found

    assert all(said["error"]["code"] == "invalid_request" for said in in_a_loop_of_its_own(forged()))
    with server.graph() as graph:
        assert len(graph.outcome_map(project="project:water").links) == 1


def test_a_change_reaches_who_watches_within_a_second(server: RunningServer) -> None:
    async def watched() -> float:
        loop = asyncio.get_running_loop()
        with server.graph() as graph:
            line = await open_map_line(graph, "project:water")
            while (said := await asyncio.wait_for(line.receive(), 20)) is not None and said["type"] != "view":
                pass
            started = loop.time()
            place = {"outcome:pipes": {"x": started % 1000, "y": 5}}
            await loop.run_in_executor(None, lambda: graph.place_outcomes(project="project:water", places=place))
            while True:
                said = await asyncio.wait_for(line.receive(), 20)
                assert said is not None
                if said["type"] == "view" and any(node["y"] == 5 for node in said["map"]["nodes"]):
                    line.close()
                    return loop.time() - started

    assert in_a_loop_of_its_own(watched()) < 1
