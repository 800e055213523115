"""Pages of actions: one's own and a project's, closing with a figure, and what others may not do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kg.domain import ActionItem, Person, ProcessMetric, Retrospective
from kg.store.records import put_records
from tests.retrobook.server.conftest import RunningServer, eventually, two_projects

BRIDGE, UNIT = "project:test:bridge", "Works/bridge"
TODAY = datetime.now(UTC).date()
OPENED, DONE = TODAY - timedelta(days=40), TODAY - timedelta(days=20)
KEY = "action:notes.md#actions/paint"


def filled(graph) -> None:
    two_projects(graph)
    before = [(OPENED - timedelta(days=n + 1), 20 + n % 3) for n in range(6)]
    after = [(DONE + timedelta(days=n + 1), 8 + n % 3) for n in range(6)]
    records = [
        ProcessMetric(id=f"rust:{day}", project=BRIDGE, unit=UNIT, name="Rust spots", date=day, value=value)
        for day, value in before + after
    ]
    for key, values in {
        KEY: {"title": "Paint the <b>bridge</b>", "owner": "olga", "due": TODAY - timedelta(days=2), "carry_count": 2},
        "action:rail": {"title": "Mend the rail", "owner": "olga", "status": "in_progress"},
        "action:sign": {"title": "Put up a sign", "owner": "otis"},
        "action:free": {"title": "Find an owner"},
    }.items():
        fields = {"id": key, "project": BRIDGE, "unit": UNIT, "retrospective": "retro:1", "opened_on": OPENED}
        records.append(ActionItem.parse(fields | values))
    records.append(Retrospective(id="retro:1", project=BRIDGE, unit=UNIT, title="Spring look back"))
    records.append(Person(id="person:zoe", name="zoe", display_name="Zoe", scopes=["unit:Works"]))
    records.append(ActionItem(id="action:zoe", project=BRIDGE, unit=UNIT, title="Oil it", owner="zoe", due=TODAY))
    with graph.store.transaction() as tx:
        put_records(tx, records, at=datetime(2026, 1, 1, tzinfo=UTC), by="test")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    found = RunningServer(tmp_path_factory.mktemp("installation") / "home")
    found.fill(filled)
    found.start()
    yield found
    if found.process is not None:
        found.stop()


@pytest.fixture(scope="module")
def olga(server):
    with server.sign_in("olga", server.add_person("olga", ["unit:Works"])) as browser:
        yield browser


@pytest.fixture(scope="module")
def otis(server):
    with server.sign_in("otis", server.add_person("otis", ["unit:Works"])) as browser:
        yield browser


def path(act: str = "") -> str:
    return "/actions/action:notes.md%23actions%2Fpaint" + (f"/{act}" if act else "")


def test_my_actions_are_mine_and_show_what_presses(olga):
    page = olga.get("/actions").text
    assert "Paint the &lt;b&gt;bridge&lt;/b&gt;" in page and "Mend the rail" in page
    assert page.index("Paint the") < page.index("Mend the rail")  # carried over twice
    assert "Carried over 2 times" in page and "Overdue, was due" in page
    assert "Put up a sign" not in page
    everybody = olga.get("/actions", params={"who": "all", "project": "The bridge · bridge"}).text
    assert "Put up a sign" in everybody and "No owner" in everybody
    assert "Put up a sign" in olga.get("/actions", params={"owner": "otis"}).text
    assert "Mend the rail" not in olga.get("/actions", params={"overdue": "1"}).text
    assert "Nothing fits" in olga.get("/actions", params={"status": "effective"}).text


def test_the_project_page_leads_to_its_actions(olga):
    page = olga.get("/projects/bridge").text
    assert f'href="{path()}"' in page and 'href="/actions"' in page


def test_somebody_elses_action_offers_no_act_and_takes_none(otis):
    page = otis.get(path()).text
    assert "Only its owner and facilitators" in page and "data-act-form" not in page
    answer = otis.submit(path("close"), done_on=DONE.isoformat())
    assert answer.status_code == 403
    assert "Overdue" in otis.get(path()).text


def test_a_form_of_an_old_page_is_refused_and_nothing_is_lost(olga):
    answer = olga.submit(path("edit"), revision="7", due=TODAY.isoformat())
    assert answer.status_code == 409 and "since you read it" in answer.text
    assert olga.submit("/actions/action:rail/explode").status_code == 404


def test_what_is_done_shows_whether_it_helped_in_words_and_as_a_figure(olga):
    page = olga.get(path()).text
    assert "Rust spots (12 values)" in page
    page = olga.submit(
        path("close"), revision="1", done_on=DONE.isoformat(), metric="process:Rust spots", direction="decrease",
        reason="Red.",
    )  # fmt: skip
    assert page.status_code == 200 and "The action is closed." in page.text and "It helped" in page.text
    assert "Rust spots: 21 on average before, 9 after. The difference is −12" in page.text
    assert "Welch" in page.text and "6 values dated after" in page.text
    assert 'role="img"' in page.text and page.text.count('class="dot before"') == 6
    assert "Open → Effective" in page.text and "Spring look back" in page.text
    chinese = olga.get(path(), params={"lang": "zh"}).text
    again = olga.submit(path("close") + "?lang=zh")
    assert again.status_code == 409 and "该行动目前为“有效”，不能执行“关闭”" in again.text
    assert "之前平均 21，之后平均 9" in chinese and "韦尔奇" in chinese and "未开始 → 有效" in chinese


def test_done_without_data_looks_unlike_effective(otis):
    page = otis.submit("/actions/action:sign/close", revision="1", metric="", done_on="").text
    assert "Done, but not verified" in page and "No figure was chosen" in page
    assert 'class="badge unproven"' in page and "It helped" not in page
    page = otis.submit("/actions/action:sign/reopen").text
    assert "The action is open again." in page and "Done, not verified → Open" in page


def test_giving_up_needs_a_reason_and_a_script_is_told_in_words(olga):
    answer = olga.post(
        "/actions/action:rail/cancel", data={"_xsrf": olga.xsrf, "reason": ""},
        headers={"Origin": str(olga.base_url).rstrip("/"), "Accept": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 400 and answer.json()["code"] == "invalid_request"
    answer = olga.post(
        "/actions/action:rail/cancel", data={"_xsrf": olga.xsrf, "reason": "The rail is gone."},
        headers={"Origin": str(olga.base_url).rstrip("/"), "Accept": "application/json"},
    )  # fmt: skip
    assert answer.json() == {"url": "/actions/action:rail?done=cancelled", "said": "The action is given up."}
    page = olga.get("/actions/action:rail").text
    assert "Why it was given up" in page and "The rail is gone." in page


def test_an_action_of_another_unit_is_not_found(server):
    with server.sign_in("nils", server.add_person("nils", ["unit:Works/tunnel"])) as browser:
        assert browser.get(path()).status_code == 404
        assert "Find an owner" not in browser.get("/actions", params={"who": "all"}).text


def test_the_server_writes_reminders_when_it_starts_and_starting_again_writes_none(server):
    def waiting() -> list[str]:
        with server.graph() as graph:
            return [row.message.id for row in graph.list_outbox().messages if row.message.to == "zoe"]

    assert eventually(lambda: len(waiting()) == 1)
    first = waiting()
    server.stop()
    server.start()
    assert eventually(lambda: waiting() == first)
    with server.graph() as graph:
        assert graph.due_reminders().known >= 1
        (message,) = [r.message for r in graph.list_outbox().messages if r.message.to == "zoe"]
    assert message.revision == 1 and message.values["due"] == date.isoformat(TODAY)
