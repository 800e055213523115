"""Practices and the queue of reviews as pages, and who sees them."""

from __future__ import annotations

import pytest

BRIDGE = "lesson:test:bridge"


@pytest.fixture(scope="module")
def facilitator(server):
    with server.graph() as graph:
        for key in ("bridge", "tunnel"):
            values = graph.get_record_by_id(label="Lesson", id=f"lesson:test:{key}").record | {"state": "published"}
            graph.put_records_batch(
                records=[{"label": "Lesson", "values": {k: v for k, v in values.items() if v is not None}}]
            )
    password = server.add_person("fred", ["unit:Works"], roles=["facilitator"])
    with server.sign_in("fred", password) as browser:
        yield browser


@pytest.fixture(scope="module")
def member(server):
    with server.sign_in("mona", server.add_person("mona", ["unit:Works"])) as browser:
        yield browser


@pytest.fixture(scope="module")
def practice(facilitator):
    assert "No practices yet" in facilitator.get("/practices").text
    page = facilitator.submit(
        f"/lessons/{BRIDGE}/distil", statement="Dig before you build.", others="lesson:test:tunnel"
    )
    assert "The practice is kept." in page.text
    found = facilitator.call("list_practices").json()["practices"]
    return found[0]["id"]


def test_an_application_on_the_practices_page_shows_in_its_effect(member, practice):
    assert "Not applied yet" in member.get("/practices").text
    page = member.submit(f"/practices/{practice}/applied", project="The tunnel · tunnel", result="better")
    assert "1 of 1 projects did better" in page.text and "Too little is known" in page.text
    assert "Dig before you build." in member.get("/practices", params={"words": "dig", "project": "tunnel"}).text
    assert "No practice fits" in member.get("/practices", params={"words": "paint"}).text
    assert "1 of 1 projects" in member.get(f"/lessons/{BRIDGE}").text


def test_a_stranger_to_the_unit_finds_no_practice(server, practice):
    with server.sign_in("otto", server.add_person("otto", ["unit:Other"])) as browser:
        assert "Dig before you build" not in browser.get("/practices").text
        assert browser.get(f"/practices/{practice}").status_code == 404


def test_the_queue_is_for_those_who_may_review(server, facilitator, member):
    key = member.call("draft_lesson", project="bridge", lesson="Ask the ferry crew.").json()["lesson"]["id"]
    member.submit(f"/lessons/{BRIDGE}/recurred", project="bridge", note="Again last week.")
    shown = facilitator.get("/reviews").text
    assert "Ask the ferry crew" in shown and "Again last week." in shown and key in shown
    assert 'href="/reviews"' in shown and 'href="/reviews"' not in member.get("/").text
    assert member.get("/reviews").status_code == 403
    event = facilitator.call("review_queue").json()["recurrences"][0]["event"]["id"]
    page = facilitator.submit(f"/lessons/{BRIDGE}/decide", event=event, decision="accept")
    assert "Happened again 1 time" in page.text and "decided by fred" in page.text


def test_a_conflict_is_declared_by_address_and_shown_side_by_side(server, facilitator, member):
    address = f"{server.url}lessons/lesson%3Atest%3Atunnel?done=helped"
    facilitator.submit(f"/lessons/{BRIDGE}/contradict", other=address, reason="Deep or shallow?")
    shown = member.get(f"/lessons/{BRIDGE}").text
    assert "Other lessons recommend the opposite" in shown and "Dig before the tunnel." in shown
    assert "This is no conflict" not in shown
    facilitator.submit(f"/lessons/{BRIDGE}/dismiss", other="lesson:test:tunnel")
    assert "recommend the opposite" not in member.get(f"/lessons/{BRIDGE}").text
