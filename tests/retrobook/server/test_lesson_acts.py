"""What people do to a lesson from its page, and who may."""

from __future__ import annotations

import pytest

BRIDGE = "/lessons/lesson:test:bridge"


@pytest.fixture(scope="module")
def member(server):
    with server.sign_in("mara", server.add_person("mara", ["unit:Works"])) as browser:
        yield browser


@pytest.fixture(scope="module")
def facilitator(server):
    password = server.add_person("finn", ["unit:Works"], roles=["facilitator"])
    with server.sign_in("finn", password) as browser:
        yield browser


def test_a_form_marks_a_lesson_applied_and_the_page_counts_it(member):
    page = member.submit(f"{BRIDGE}/applied", project="The tunnel · tunnel", result="better", note="Dug first.")
    assert page.status_code == 200 and page.url.path == BRIDGE
    assert "Thank you. The application counts." in page.text
    assert "Applied 1 time" in page.text and "The tunnel" in page.text and "Dug first." in page.text


def test_a_script_is_answered_in_words_of_the_visitors_language(member):
    headers = {"Accept": "application/json", "Accept-Language": "zh", "Origin": str(member.base_url).rstrip("/")}
    fields = {"_xsrf": member.xsrf, "project": "nowhere"}
    refused = member.post(f"{BRIDGE}/applied?lang=zh", data=fields, headers=headers)
    assert refused.status_code == 404 and "项目" in refused.json()["message"]
    done = member.post(f"{BRIDGE}/helped", data=fields, headers=headers).json()
    assert done["url"] == f"{BRIDGE}?done=helped"


def test_a_guest_and_a_stranger_to_the_unit_do_not_mark(server):
    for name, scopes, roles, status in (
        ("gil", ["unit:Works"], ["guest"], 403),
        ("oda", ["unit:Other"], ["member"], 404),
    ):
        with server.sign_in(name, server.add_person(name, scopes, roles=roles)) as browser:
            assert browser.submit(f"{BRIDGE}/helped").status_code == status
            assert browser.call("mark_lesson", id="lesson:test:bridge", kind="helped").status_code == status
            assert "Dug first" not in browser.get(BRIDGE).text


def test_a_form_from_elsewhere_is_refused(server, member):
    answer = member.post(f"{BRIDGE}/helped", data={"_xsrf": member.xsrf}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert member.post(f"{BRIDGE}/helped").status_code == 403


def test_an_unknown_act_is_not_found(member):
    assert member.submit(f"{BRIDGE}/adore").status_code == 404


def test_a_draft_is_accepted_and_published_from_its_page_by_somebody_else(member, facilitator):
    key = member.call("draft_lesson", project="bridge", lesson="Ask the ferry crew.").json()["lesson"]["id"]
    page = f"/lessons/{key}"
    assert 'name="decision"' not in member.get(page).text
    assert 'name="decision"' in facilitator.get(page).text
    assert member.submit(f"{page}/review", decision="accept").status_code == 403
    refused = facilitator.submit(f"{page}/review?lang=zh", decision="return")
    assert refused.status_code == 400 and "理由" in refused.text
    assert "Accepted" in facilitator.submit(f"{page}/review", decision="accept", conditions="tidal rivers").text
    shown = facilitator.submit(f"{page}/publish").text
    assert "Published" in shown and "tidal rivers" in shown


def test_an_author_changes_a_draft_on_a_form(member):
    key = member.call("draft_lesson", project="bridge", lesson="Ask somebody.").json()["lesson"]["id"]
    form = member.get(f"/lessons/{key}/edit")
    assert "Ask somebody." in form.text
    fields = {"title_before": "Ask somebody", "title": "Ask somebody", "revision": "1", "topics": "ferries，tides"}
    shown = member.submit(f"/lessons/{key}/edit", lesson="问问摆渡船员。", **fields).text
    assert "问问摆渡船员" in shown and "tides" in shown
    stale = member.submit(f"/lessons/{key}/edit", lesson="Too late.", **fields)
    assert stale.status_code == 409
