"""Pages of alerts: the list, an alert with its figure and remedies, rules beside their back-test, decisions."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from markupsafe import escape

from kg.domain import ActionItem, Measurement, Outcome, Person, Project
from kg.store.records import put_records
from tests.retrobook.server.conftest import RunningServer, eventually, two_projects

BRIDGE, UNIT = "project:test:bridge", "Works/bridge"
TODAY = datetime.now(UTC).date()


def series(key: str, project: str, unit: str, start, factors) -> list:
    """An outcome from 0 to 100 over 400 days, measured every 40 at so many times the expected value."""
    promise = Outcome.parse(
        {"id": f"outcome:{key}", "project": project, "unit": unit, "title": f"Cross <b>{key}</b>", "owner": "olga",
         "baseline": 0, "target": 100, "start": start, "due": start + timedelta(days=400), "outcome_type": "t"}
    )  # fmt: skip
    values = [
        Measurement.parse(
            {"id": f"m:{key}:{n}", "subject": promise.id, "project": project, "unit": unit,
             "date": start + timedelta(days=40 * n), "value": 10 * n * factor}
        )
        for n, factor in enumerate(factors, start=1)
    ]  # fmt: skip
    return [promise, *values]


def filled(graph) -> None:
    two_projects(graph)
    rail = "project:test:rail"
    start = TODAY - timedelta(days=500)
    records = [
        *series("bridge", BRIDGE, UNIT, TODAY - timedelta(days=170), [1, 1, 1, 0.8]),
        Project(id=rail, name="Rail to the coast", unit=UNIT),
        *series("rail", rail, UNIT, start, [1, 1, 0.75, 0.8, 1, 1, 1, 1, 1, 1]),
        ActionItem(
            id="action:rail", project=rail, unit=UNIT, title="Call the <i>suppliers</i>", status="effective",
            metric="outcome:rail",
        ),
        Person(id="person:olga", name="olga", display_name="Olga", scopes=["unit:Works"]),
    ]  # fmt: skip
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
    with server.sign_in("olga", server.add_person("olga", ["unit:Works"], replace=True)) as browser:
        yield browser


@pytest.fixture(scope="module")
def lea(server):
    with server.sign_in("lea", server.add_person("lea", ["*"], ["lead"])) as browser:
        yield browser


@pytest.fixture(scope="module")
def alert(server) -> str:
    """The alert that the server raised by itself when it started."""

    def found() -> list[str]:
        with server.graph() as graph:
            return [row.alert.id for row in graph.list_alerts().alerts]

    assert eventually(lambda: len(found()) == 1)
    return found()[0]


def test_the_server_raises_the_alert_and_tells_its_owner(server, olga, alert):
    page = olga.get("/alerts").text
    assert "My alerts" in page and "Cross &lt;b&gt;bridge&lt;/b&gt;" in page
    assert "20 % below expected: measured 32, expected 40" in page
    with server.graph() as graph:
        (message,) = [r.message for r in graph.list_outbox().messages if r.message.kind == "alert_opened"]
    assert message.to == "olga" and message.values["precedent_1"] == "Rail to the coast"


def test_an_alert_shows_figure_remedy_with_precedent_and_the_rule(olga, alert):
    page = olga.get(f"/alerts/{alert}").text
    assert page.count('class="dot off"') == 1 and 'class="line expected"' in page
    assert "Call the &lt;i&gt;suppliers&lt;/i&gt;" in page and "25 % off on" in page
    assert "An action that was measured to help there." in page and "<i>suppliers" not in page
    assert "(expected − measured) ÷ |expected|" in page
    chinese = olga.get(f"/alerts/{alert}?lang=zh").text
    assert "比预期低 20%" in chinese and "别人靠什么走了出来" in chinese


def test_an_alert_leads_to_its_outcome_and_the_outcome_to_its_open_alerts(olga, alert):
    link = 'href="/outcomes/outcome:bridge"'
    assert link in olga.get(f"/alerts/{alert}").text
    assert link in olga.get("/alerts").text
    assert f'href="/alerts/{alert}"' in olga.get("/outcomes/outcome:bridge").text


def test_a_filtered_list_without_rows_does_not_say_that_nothing_is_off_course(olga, alert):
    for query in ("who=all&state=snoozed", "who=all&rule=stalled_milestone", "project=" + BRIDGE + "&state=closed"):
        page = olga.get(f"/alerts?{query}").text
        assert "Nothing is off course" not in page and "No alert fits what you asked for" in page


@pytest.mark.parametrize("path", ["/alerts?who=all", "/outcomes?who=all", "/actions?who=all"])
def test_a_page_beyond_the_last_leads_to_the_last(olga, alert, path):
    found = olga.get(f"{path}&page=900")
    assert found.status_code == 200 and found.url.params["who"] == "all"
    assert found.url.params.get("page", "") == ""
    assert "Nothing is off course" not in found.text


def test_what_is_done_in_a_filtered_list_leads_back_to_it(olga, alert):
    listed = olga.get("/alerts", params={"who": "all", "project": f"Bridge · {BRIDGE}", "rule": "behind_trajectory"})
    back = unescape(re.search(r'name="back" value="([^"]+)"', listed.text)[1])
    said = olga.submit(f"/alerts/{alert}/snooze", back=back, until=str(TODAY + timedelta(days=3)))
    assert said.url.path == "/alerts" and said.url.params["project"] == f"Bridge · {BRIDGE}"
    assert (said.url.params["who"], said.url.params["rule"]) == ("all", "behind_trajectory")
    assert "The alert is put off." in said.text and "Cross" in said.text
    away = olga.submit(f"/alerts/{alert}/snooze", back="//evil.test/x?who=mine", until=str(TODAY + timedelta(days=3)))
    assert away.url.path == "/alerts" and away.url.params["who"] == "mine"


def test_the_language_switch_on_an_error_page_comes_back_to_the_page(lea, alert):
    for path, page in (
        (f"/alerts/{alert}/close", f"/alerts/{alert}"), ("/alerts/rules/odd_series", "/alerts/rules"),
        (f"/decisions?project={BRIDGE}", f"/projects/{BRIDGE}"), ("/decisions", "/projects"),
    ):  # fmt: skip
        answer = lea.submit("/language", language="en", next=path)
        assert answer.status_code == 200 and answer.url.path == page


def test_one_click_acknowledges_and_closing_needs_a_reason(server, olga, alert):
    said = olga.submit(f"/alerts/{alert}/acknowledge", back="list")
    assert "You look after this alert now." in said.text and said.url.path == "/alerts"
    answer = olga.submit(f"/alerts/{alert}/close", reason="")
    assert answer.status_code == 400
    assert olga.submit(f"/alerts/{alert}/snooze", until=str(TODAY)).status_code == 400
    until = TODAY + timedelta(days=9)
    assert "The alert is put off." in olga.submit(f"/alerts/{alert}/snooze", until=str(until)).text
    stale = olga.submit(f"/alerts/{alert}/acknowledge", revision="1")
    assert stale.status_code == 409
    closed = olga.submit(f"/alerts/{alert}/close", reason="The scale was <b>wrong</b>.").text
    assert "by olga: The scale was &lt;b&gt;wrong&lt;/b&gt;." in closed
    assert "Nothing is off course" in olga.get("/alerts").text
    assert "Cross &lt;b&gt;bridge" in olga.get("/alerts", params={"state": "closed"}).text
    with server.graph() as graph:
        assert graph.scan_alerts().opened == []


def test_rules_stand_in_words_beside_their_back_test_and_leads_switch_them(olga, lea):
    page = olga.get("/alerts/rules").text
    assert (
        "[alerts." not in page
        and "Raised when a measured value is more than 15 % below" in page
        and "Turn on" not in page
    )
    assert "1, of which 0 missed the target" in page and "at most 3.4 % of series on course" in page
    assert olga.submit("/alerts/rules/odd_series", on="1").status_code == 403
    assert "Turn on" in lea.get("/alerts/rules").text
    changed = lea.submit("/alerts/rules/behind_trajectory", on="1", threshold="30", percent="1").text
    assert "more than 30 % below" in changed and "Set by lea" in changed
    assert lea.submit("/alerts/rules/behind_trajectory", on="1", threshold="x", percent="1").status_code == 400
    assert lea.submit("/alerts/rules/nothing", on="1").status_code == 404


def test_a_release_is_tested_on_its_page(olga):
    page = olga.get("/alerts/attribution", params={"outcome": "outcome:rail", "release": str(TODAY)}).text
    assert "Too little data" in page and "There are 0 values since the release" in page
    wrong = olga.get("/alerts/attribution", params={"outcome": "outcome:rale", "release": "x"}).text
    assert "Did you mean" in wrong and 'data-problem="outcome"' in wrong
    page = olga.get("/alerts/attribution", params={"outcome": "outcome:rail", "release": "x"}).text
    assert "has to be a date written as 2026-03-02, not “x”" in page
    assert 'aria-describedby="attribution-problem-release"' in page and "=&#34;" not in page


def test_a_release_is_tested_by_the_outcomes_title_which_the_page_proposes(server, olga):
    title = "Cross <b>rail</b>"
    assert f'<option value="{escape(title)} · outcome:rail">' in olga.get("/alerts/attribution").text
    for typed in (title, f"{title} · outcome:rail"):
        page = olga.get("/alerts/attribution", params={"outcome": typed, "release": str(TODAY)}).text
        assert "Too little data" in page


def test_a_decision_is_kept_on_the_projects_page_with_what_was_known(olga, lea):
    fields = {
        "project": BRIDGE,
        "question": "Go on after the <b>pilot</b>?",
        "decision": "change",
        "reason": "Too slow.",
    }
    assert olga.submit("/decisions", **fields).status_code == 403
    assert "Decide" not in olga.get(f"/projects/{BRIDGE}").text
    page = lea.submit("/decisions", **fields).text
    assert "Go on after the &lt;b&gt;pilot&lt;/b&gt;?" in page and "Too slow." in page
    assert "measured 32, expected 40, target 100" in page


def test_a_refused_decision_keeps_what_was_typed(lea):
    typed = {"project": BRIDGE, "question": "", "decision": "stop", "reason": "Far too <dear>."}
    refused = lea.submit(f"/decisions?project={BRIDGE}", **typed)
    assert refused.status_code == 422 and 'data-problem="question"' in refused.text
    assert ">Far too &lt;dear&gt;.</textarea>" in refused.text and '<option value="stop" selected>' in refused.text
    again = lea.submit("/decisions", **typed | {"question": "Go on after the <b>pilot</b>?"})
    assert again.status_code == 422 and "was decided that day already" in again.text
    assert lea.submit("/decisions", **typed | {"project": "project:gone", "question": "?"}).status_code == 404


def test_an_alert_of_another_unit_is_not_found(server, alert):
    with server.sign_in("nils", server.add_person("nils", ["unit:Works/tunnel"])) as browser:
        assert browser.get(f"/alerts/{alert}").status_code == 404
        assert "Cross" not in browser.get("/alerts", params={"who": "all", "state": "every"}).text
