from __future__ import annotations

import httpx
import pytest

from kg.errors import Forbidden, NotFound
from tests.retrobook.server.conftest import RunningServer


@pytest.fixture(scope="module")
def passwords(server: RunningServer) -> dict[str, str]:
    return {
        "bridge": server.add_person("bridge", ["unit:Works/bridge"]),
        "tunnel": server.add_person("tunnel", ["project:project:test:tunnel"]),
        "visitor": server.add_person("visitor", [], ["guest"]),
    }


def test_operations_are_called_as_at_home(server: RunningServer):
    with server.graph() as graph:
        assert graph.who_am_i().via == "token"
        assert graph.list_projects().total == 2
        with pytest.raises(NotFound, match=r"Did you mean 'project:test:bridge'\?"):
            graph.project_facts(project="project:test:brigde")


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        ("who_am_eye", b"{}", 404, "not_found"),
        ("list_projects", b"{", 400, "invalid_request"),
        ("list_projects", b"[]", 400, "invalid_request"),
        ("list_projects", b'{"limit": "many"}', 400, "invalid_request"),
        ("list_projects", b'{"unknown": 1}', 400, "invalid_request"),
        ("list_projects", b"[" * 100_000, 400, "invalid_request"),
        ("list_projects", b"\xff\xfe", 400, "invalid_request"),
        ("project_facts", b'{"project": "x"}', 404, "not_found"),
    ],
)
def test_bad_requests_say_what_is_wrong(server: RunningServer, name: str, body: bytes, status: int, code: str):
    answer = _post(server, name, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"].startswith("application/json")
    assert "Traceback" not in answer.text


def test_too_large_a_request_is_refused(server: RunningServer, passwords: dict[str, str]):
    with server.sign_in("bridge", passwords["bridge"]) as browser:
        answer = browser.call("list_projects", text="x" * (5 * 2**20))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_two_people_see_their_own_projects_and_counts(server: RunningServer, passwords: dict[str, str]):
    for name in ("bridge", "tunnel"):
        with server.sign_in(name, passwords[name]) as browser:
            seen = browser.call("list_projects").json()
            assert [project["id"] for project in seen["projects"]] == [f"project:test:{name}"]
            assert seen["total"] == 1
            counts = browser.call("overview").json()["counts"]
            assert (counts["Project"], counts["Lesson"]) == (1, 1)
            other = {"bridge": "tunnel", "tunnel": "bridge"}[name]
            assert browser.call("get_lesson", id=f"lesson:test:{other}").status_code == 404
            assert browser.call("project_facts", project=f"project:test:{other}").status_code == 404


def test_a_role_that_does_not_reach_is_told_so(server: RunningServer, passwords: dict[str, str]):
    with server.sign_in("visitor", passwords["visitor"]) as browser:
        answer = browser.call("list_projects")
        assert (answer.status_code, answer.json()["code"]) == (403, Forbidden.code)
    with server.sign_in("bridge", passwords["bridge"]) as browser:
        assert browser.call("add_person", name="mallory", roles=["admin"]).status_code == 403
        assert browser.call("list_audit").status_code == 403


def test_a_cookie_works_only_from_our_own_pages(server: RunningServer, passwords: dict[str, str]):
    path = "/api/operations/who_am_i"
    with server.sign_in("bridge", passwords["bridge"]) as browser:
        own = str(browser.base_url).rstrip("/")
        assert browser.post(path, json={}, headers={"Origin": own}).status_code == 200
        assert browser.post(path, json={}, headers={"X-XSRFToken": browser.xsrf}).status_code == 200
        assert browser.post(path, json={}).status_code == 403
        assert browser.post(path, json={}, headers={"Origin": "https://evil.example"}).status_code == 403
        assert browser.post(path, json={}, headers={"Origin": "null"}).status_code == 403
        assert browser.post(path, json={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert browser.post(path, data={"text": "x"}, headers={"Origin": own}).status_code == 400


def test_another_host_name_is_refused(server: RunningServer):
    answer = httpx.get(server.url + "login", headers={"Host": "rebound.example"})
    assert answer.status_code == 403


def test_the_document_describes_every_operation(server: RunningServer):
    with server.client() as stranger:
        assert stranger.get("/api/openapi.json").status_code == 401
    answer = httpx.get(server.url + "api/openapi.json", headers={"Authorization": f"Bearer {server.token}"})
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    assert "/api/operations/search_lessons" in document["paths"]


def test_writes_over_http_are_audited_in_the_servers_own_chain(server: RunningServer, passwords: dict[str, str]):
    chain = (server.home / "server-name").read_text()
    with server.sign_in("bridge", passwords["bridge"]) as browser:
        values = {"project": "project:test:bridge", "title": "Audited", "lesson": "Keep a trail.", "key": "audited"}
        drafted = browser.call("draft_lesson", **values).json()["lesson"]
    with server.graph() as graph:
        trail = graph.list_audit(server=chain)
    assert trail.broken_at == 0
    last = trail.entries[-1]
    assert (last.operation, last.person, last.subject) == ("draft_lesson", "bridge", drafted["id"])


def test_an_error_of_ours_tells_nothing_of_the_inside(server: RunningServer):
    answer = _post(server, "search_lessons", b'{"text": "anything"}')
    assert answer.status_code in (200, 500)
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text


def _post(server: RunningServer, name: str, body: bytes) -> httpx.Response:
    return httpx.post(
        f"{server.url}api/operations/{name}", content=body, headers={"Authorization": f"Bearer {server.token}"}
    )
