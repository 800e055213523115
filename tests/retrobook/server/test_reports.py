from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from kg.domain import Role, Run, RunStatus
from kg.errors import Conflict, Forbidden, InvalidRequest, NotFound
from kg.graph import KnowledgeGraph
from kg.policy import Visitor
from kg.store.records import put_records
from retrobook.server.pools import Pools
from retrobook.server.runs import PER_VISITOR, Jobs
from retrobook.server.visitors import Handles
from tests.conftest import visitor
from tests.retrobook.server.conftest import RunningServer, eventually, two_projects


def published(graph: KnowledgeGraph) -> None:
    two_projects(graph)
    runs = [
        Run.parse(
            {
                "id": f"run-{name}", "notebook": "project_retrospective", "notebook_sha256": "0" * 64,
                "parameters": {"project": f"project:test:{name}"}, "status": RunStatus.SUCCEEDED, "fingerprint": name,
                "rights": [f"unit:Works/{name}"], "started_at": datetime(2026, 1, 1, tzinfo=UTC),
            }
        )
        for name in ("bridge", "tunnel")
    ]  # fmt: skip
    with graph.store.transaction() as tx:
        put_records(tx, runs, at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    found = RunningServer(tmp_path_factory.mktemp("reports") / "home")
    found.fill(published)
    for name in ("bridge", "tunnel"):
        folder = found.home / "reports" / f"run-{name}"
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(f"<script>draw()</script>The {name}'s report")
    found.start()
    yield found
    found.stop()


def test_a_report_is_shown_to_those_who_may_see_all_that_its_run_could(server: RunningServer):
    password = server.add_person("bridge", ["unit:Works/bridge"])
    with server.sign_in("bridge", password) as browser:
        assert "bridge's report" in browser.get("/reports/run-bridge/content").text
        assert browser.get("/reports/run-tunnel/content").status_code == 404
        assert browser.get("/reports/run-nosuch/content").status_code == 404
    with server.client() as stranger:
        assert stranger.get("/reports/run-bridge/content").status_code == 302


def test_a_reports_scripts_can_only_draw(server: RunningServer):
    with server.owner() as browser:
        answer = browser.get("/reports/run-bridge/content")
        policy = [part.strip() for part in answer.headers["content-security-policy"].split(";")]
        assert policy[0].startswith("sandbox allow-scripts")
        assert "allow-same-origin" not in policy[0]
        assert "default-src 'none'" in policy
        assert not [part for part in policy if part.startswith(("connect-src", "frame-src"))]
        assert (
            browser.get("/reports/run-bridge/content", headers={"If-None-Match": answer.headers["etag"]}).status_code
            == 304
        )


def test_asking_for_a_report_needs_the_token_of_our_pages(server: RunningServer):
    with server.owner() as browser:
        assert browser.post("/reports/run", json={"notebook": "x"}).status_code == 403
        answer = browser.post("/reports/run", json={"notebook": "../x"}, headers={"X-XSRFToken": browser.xsrf})
        assert answer.status_code == 400
        answer = browser.submit("/reports/run", notebook="project_retrospectiv", project="project:test:bridge")
        assert answer.status_code == 202
        state = f"/reports/jobs/{answer.json()['job']}"
        assert eventually(lambda: browser.get(state).json()["status"] == "failed")


@pytest.fixture
def told():
    return []


@pytest.fixture
def scene(told, tmp_path):
    hub = SimpleNamespace(publish=lambda kind, data, audience: told.append((kind, data, audience)), nudge=lambda: None)
    pools = Pools()
    yield SimpleNamespace(
        graph=None, url="http://127.0.0.1:1/", hub=hub, pools=pools, identity=SimpleNamespace(handles=Handles()),
        settings=SimpleNamespace(home=tmp_path, run_timeout_seconds=10),
    )  # fmt: skip
    pools.close()


def test_a_run_has_its_visitors_rights_while_it_lasts(scene, told):
    seen = {}

    def run_report(graph, home, notebook, parameters, *, handle, visitor_scope, on_progress, **_):
        found = scene.identity.handles.find(handle)
        seen.update(name=found.visitor.name, via=found.visitor.via, scope=visitor_scope, handle=handle)
        on_progress(SimpleNamespace(done=1, total=4, step="facts"))
        return SimpleNamespace(id="run-9")

    ada = visitor("ada", "unit:Works/bridge")
    jobs = Jobs(scene, run_report)
    job = jobs.ask(ada, "project_retrospective", {"project": "p"})
    assert eventually(lambda: job.status == "succeeded")
    assert (seen["name"], seen["via"], seen["scope"]) == ("ada", "kernel", ada.scope())
    assert eventually(lambda: scene.identity.handles.find(seen["handle"]) is None)
    assert job.url == "/reports/run-9"
    assert [data["status"] for _, data, _ in told] == ["running", "running", "succeeded"]
    assert told[1][1]["step"] == 1
    audience = told[1][2]
    assert audience(SimpleNamespace(visitor=ada))
    assert not audience(SimpleNamespace(visitor=visitor("bob", "*")))


def test_only_their_own_jobs_and_not_too_many(scene):
    go = threading.Event()
    jobs = Jobs(scene, lambda *_, **__: go.wait(10) and SimpleNamespace(id="run-1"))
    ada = visitor("ada", "*")
    first, *_ = [jobs.ask(ada, "x", {}) for _ in range(PER_VISITOR)]
    with pytest.raises(InvalidRequest):
        jobs.ask(ada, "x", {})
    with pytest.raises(NotFound):
        jobs.get(visitor("bob", "*"), first.id)
    with pytest.raises(Forbidden):
        jobs.ask(visitor("guest", role=Role.GUEST), "x", {})
    go.set()
    assert eventually(lambda: not jobs.running())
    jobs.ask(ada, "x", {})


def test_a_failed_run_says_why_and_an_unforeseen_one_nothing_of_the_inside(scene):
    def run_report(graph, home, notebook, parameters, **_):
        if notebook == "ours":
            raise Conflict("The cell 'facts' failed.", run="run-7")
        raise RuntimeError("a password in a traceback")

    jobs = Jobs(scene, run_report)
    ada: Visitor = visitor("ada", "*")
    ours, other = jobs.ask(ada, "ours", {}), jobs.ask(ada, "other", {})
    assert eventually(lambda: other.status == "failed")
    time.sleep(0)
    assert ours.run == "run-7"
    assert ours.error is not None
    assert ours.error["message"] == "The cell 'facts' failed."
    assert "password" not in str(other.error)
