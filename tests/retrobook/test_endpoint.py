"""The operations endpoint: what it answers, and the private one that the command line hosts."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kg.client import RemoteGraph
from kg.errors import Forbidden, NotFound, NotSignedIn, QueryFailed, StoreUnavailable
from kg.graph import KnowledgeGraph
from kg.opening import open_graph
from retrobook.server.endpoint import answer
from retrobook.server.private import host


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[KnowledgeGraph]:
    with open_graph(tmp_path / "home", create=True) as opened:
        opened.put_records_batch(records=[{"label": "Project", "values": {"id": "project:one", "name": "Eins"}}])
        yield opened


def said(answered: tuple[int, bytes]) -> tuple[int, Any]:
    return answered[0], json.loads(answered[1])


def test_an_operation_is_answered_as_json(graph: KnowledgeGraph) -> None:
    status, body = said(answer(graph, "list_projects", b"{}"))
    assert (status, body["total"]) == (200, 1)
    assert answer(graph, "who_am_i", b"")[0] == 200


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        ("list_project", b"{}", 404, "not_found"),
        ("list_projects", b"{", 400, "invalid_request"),
        ("list_projects", b"[]", 400, "invalid_request"),
        ("list_projects", b'{"limit": 0}', 400, "invalid_request"),
        ("list_projects", b'{"nonsense": 1}', 400, "invalid_request"),
        ("list_projects", b"\xff\xfe", 400, "invalid_request"),
        ("list_projects", b"[" * 100_000, 400, "invalid_request"),
        ("project_facts", b'{"project": "project:on"}', 404, "not_found"),
    ],
)
def test_what_is_wrong_is_said_with_status_and_code(
    graph: KnowledgeGraph, name: str, body: bytes, status: int, code: str
) -> None:
    answered, error = said(answer(graph, name, body))
    assert (answered, error["code"]) == (status, code)
    assert error["message"]


def test_a_statement_that_fails_is_for_the_log_alone(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise QueryFailed("no such function [MATCH (n:Person) RETURN n]", query="MATCH (n:Person) RETURN n")

    monkeypatch.setattr(graph, "call", fail)
    status, body = answer(graph, "list_projects", b"{}")
    assert status == 500
    assert b"MATCH" not in body
    assert "MATCH (n:Person)" in caplog.text


def test_an_error_that_is_not_ours_keeps_its_details_to_the_log(graph: KnowledgeGraph, caplog: Any) -> None:
    class Broken:
        def call(self, operation: Any, request: Any) -> Any:
            raise ZeroDivisionError("password=hush")

    status, error = said(answer(Broken(), "list_projects", b"{}"))
    assert status == 500
    assert "hush" not in json.dumps(error)
    assert "hush" in caplog.text


def test_a_private_endpoint_serves_its_handle_and_nobody_else(graph: KnowledgeGraph) -> None:
    with host(graph) as (url, handle):
        socket = Path(url.removeprefix("unix://"))
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        with RemoteGraph(url, handle) as remote:
            assert remote.list_projects().total == 1
            with pytest.raises(NotFound, match="project:one"):
                remote.project_facts(project="project:on")
        with RemoteGraph(url, "forged") as forged, pytest.raises(NotSignedIn):
            forged.list_projects()
    assert not socket.parent.exists()
    with RemoteGraph(url, handle) as late, pytest.raises(StoreUnavailable):
        late.list_projects()


def test_a_kernel_never_administers(graph: KnowledgeGraph) -> None:
    with host(graph) as (url, handle), RemoteGraph(url, handle) as remote, pytest.raises(Forbidden):
        remote.add_person(name="eve", roles=["admin"])


def test_a_private_endpoint_can_stand_before_another_one(graph: KnowledgeGraph) -> None:
    with host(graph) as (url, handle), RemoteGraph(url, handle) as outer, host(outer) as (inner_url, inner_handle):
        assert inner_handle != handle
        with RemoteGraph(inner_url, inner_handle) as remote:
            assert remote.list_projects().projects[0].name == "Eins"


def test_other_methods_and_paths_are_not_served(graph: KnowledgeGraph) -> None:
    with host(graph) as (url, handle):
        transport = httpx.HTTPTransport(uds=url.removeprefix("unix://"))
        with httpx.Client(
            transport=transport, base_url="http://x", headers={"Authorization": f"Bearer {handle}"}
        ) as http:
            assert http.get("/api/operations/list_projects").status_code == 405
            assert http.post("/etc/passwd").status_code == 404
