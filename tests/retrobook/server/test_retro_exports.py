"""Files of a retrospective from its page: for who may see it, safe to open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from kg.graph import KnowledgeGraph
from tests.pipelines import retrospective_factory as factory
from tests.retrobook.server.conftest import Browser, RunningServer, eventually

NAMED = "/retrospectives/retrospective:permits:named"


def filled(graph: KnowledgeGraph) -> None:
    graph.put_records_batch(records=[{"label": label, "values": v} for label, v in factory.records()])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    found = RunningServer(tmp_path_factory.mktemp("retro-exports") / "home")
    found.fill(filled)
    found.start()
    yield found
    found.stop()


@pytest.mark.parametrize(
    ("form", "kind"), [("csv", "text/csv"), ("md", "text/markdown"), ("html", "text/html"), ("pdf", "application/pdf")]
)
def test_each_format_is_a_download_with_a_name_and_a_policy(server: RunningServer, form: str, kind: str) -> None:
    with server.owner() as browser:
        answer = browser.get(f"{NAMED}/export.{form}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].startswith(kind)
        assert f"Third-quarter-permits-team.{form}" in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "private, no-store"
        chinese = browser.get(f"{NAMED}/export.{form}?lang=zh")
        assert form == "pdf" or "评审平均要等两天以上" in chinese.text
        assert form != "csv" or "栏目" in chinese.text


def test_actions_come_as_a_table_and_what_is_amiss_is_said(server: RunningServer) -> None:
    with server.owner() as browser:
        assert "Restore drill" in browser.get(f"{NAMED}/export.csv?part=actions").text
        assert browser.get(f"{NAMED}/export.csv?part=x").status_code == 400
        assert browser.get(f"{NAMED}/export.docx").status_code == 404
        assert browser.get("/retrospectives/retrospective:nope/export.csv").status_code == 404
        still = browser.get("/retrospectives/retrospective:permits:open/export.csv?lang=zh")
        assert still.status_code == 409 and "尚未结束" in still.text
        assert browser.get(f"/retrospectives/{quote('retrospective:permits:q2', safe='')}/export.md").status_code == 200


def test_outsiders_and_strangers_get_no_file(server: RunningServer) -> None:
    password = server.add_person("tess", ["unit:City/Tax"])
    with server.sign_in("tess", password) as browser:
        answer = browser.get(f"{NAMED}/export.csv")
        assert answer.status_code == 404 and "证书" not in answer.text
    with server.client() as stranger:
        answer = stranger.get(f"{NAMED}/export.csv")
        assert answer.status_code == 302 and "/login" in answer.headers["Location"]


def test_paper_keeps_nobody_waiting(server: RunningServer) -> None:
    import threading

    with server.owner() as browser, server.owner() as other:
        browser.get(f"{NAMED}/export.pdf")
        thread = threading.Thread(target=lambda: browser.get(f"{NAMED}/export.pdf"))
        thread.start()
        waits = []
        while thread.is_alive():
            began = time.monotonic()
            assert other.get("/healthz").status_code == 200
            waits.append(time.monotonic() - began)
        thread.join()
        assert waits and sorted(waits)[len(waits) // 2] < 0.5


def test_its_report_is_asked_for_from_the_page_and_stands_under_its_own_title(server: RunningServer) -> None:
    with server.owner() as browser:
        asked = browser.submit(
            "/reports/run", notebook="retrospective", retrospective="retrospective:permits:few", language="en"
        )
        assert asked.status_code == 202, asked.text
        state = ended(browser, asked.json()["job"])
        assert state["status"] == "succeeded", state
        page = browser.get(state["url"]).text
        assert "Four of us" in page and "/retrospectives/retrospective:permits:few" in page
        assert "Whole life of the project" not in page
        home = browser.get("/").text
        assert "Four of us" in home
        refused = browser.submit("/reports/run", notebook="retrospective", retrospective="retrospective:permits:open")
        state = ended(browser, refused.json()["job"])
        assert (state["status"], state["error"]["code"]) == ("failed", "still_open")


def ended(browser: Browser, job: str) -> dict[str, Any]:
    """What became of a report that was asked for."""
    told: list[dict[str, Any]] = []

    def is_over() -> bool:
        told.append(browser.get(f"/reports/jobs/{job}").json())
        return told[-1]["status"] in ("succeeded", "failed")

    assert eventually(is_over, 60)
    return told[-1]
