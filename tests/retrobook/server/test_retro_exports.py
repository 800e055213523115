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


def test_what_was_said_at_a_board_is_in_the_report_of_its_close_and_in_every_file(server: RunningServer) -> None:
    password = server.add_person("fred", ["unit:City"], roles=["facilitator"])
    attack = "<script>alert(1)</script>"
    with server.sign_in("fred", password) as browser:

        def call(operation: str, **values: Any) -> dict[str, Any]:
            answer = browser.call(operation, **values)
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

        key = call(
            "create_retrospective", project="project:permits", format="start_stop_continue", title="Live one", anonymous=True
        )["retrospective"]["id"]  # fmt: skip

        def play(**move: Any) -> None:
            call("play_move", retrospective=key, move=move)

        def go(kind: str) -> None:
            items = call("board_view", retrospective=key)["view"]["items"]
            board = next(item for item in items if item["kind"] == "board")
            place = next(n for n, phase in enumerate(board["phases"]) if phase["kind"] == kind)
            play(move="go_to_phase", phase=place, seen=board["phase"])

        browser.get(f"/apps/retro_board?retrospective={key}")
        go("write")
        for note, column, text in (
            ("n1", "stop", f"Late {attack}"),
            ("n2", "stop", "Very late"),
            ("n3", "start", "谁也没投票"),
        ):
            play(move="add_note", note=note, column=column, text=text)
        go("group")
        items = call("board_view", retrospective=key)["view"]["items"]
        keys = {item["text"]: item["id"] for item in items if item["kind"] == "note"}
        play(move="group_notes", group="g1", notes=[keys[f"Late {attack}"], keys["Very late"]], title="Deploys")
        go("vote")
        play(move="vote", topic="g1", dots=2)
        go("discuss")
        play(move="write_discussion", topic="g1", text=f"Nobody *watched* {attack}.", base=0)
        play(move="put_action", action="a1", title="Deploy before lunch", owner="mona", topic="g1")
        call("close_retrospective", id=key)
        for form in ("csv", "md", "html"):
            text = browser.get(f"/retrospectives/{key}/export.{form}").text
            assert (
                "谁也没投票" in text and attack not in (text if form != "csv" else "") and "fred" not in body_of(text)
            )
            assert form == "csv" or "Deploy before lunch" in text
        assert browser.get(f"/retrospectives/{key}/export.pdf").content.startswith(b"%PDF")

        def report() -> str | None:
            runs = call("list_runs", notebook="retrospective", limit=50)["runs"]
            return next((r["run"]["id"] for r in runs if r["run"]["parameters"]["retrospective"] == key), None)

        assert eventually(report, 60)
        shown = browser.get(f"/reports/{report()}/content").text
        assert "谁也没投票" in shown and "<em>watched</em>" in shown and "&lt;script&gt;alert(1)" in shown
        assert attack not in shown and "Deploy before lunch" in shown


def body_of(text: str) -> str:
    """Without the line that says who facilitated."""
    return "\n".join(line for line in text.splitlines() if "Facilitated by" not in line)


def ended(browser: Browser, job: str) -> dict[str, Any]:
    """What became of a report that was asked for."""
    told: list[dict[str, Any]] = []

    def is_over() -> bool:
        told.append(browser.get(f"/reports/jobs/{job}").json())
        return told[-1]["status"] in ("succeeded", "failed")

    assert eventually(is_over, 60)
    return told[-1]
