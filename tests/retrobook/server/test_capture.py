"""Quick capture from pages, and the inbox that other programs reach."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import unquote

import pytest

MAIL = (
    "Subject: =?UTF-8?B?W3R1bm5lbF0g6ZuG5rC05LqV?=\r\nMessage-ID: <1@x>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "先查集水井。\r\n-- \r\nMei\r\n"
).encode()


@pytest.fixture(scope="module")
def member(server):
    with server.sign_in("cleo", server.add_person("cleo", ["unit:Works"])) as browser:
        yield browser


@pytest.fixture(scope="module")
def token(member):
    page = member.submit("/capture/inbox", project="The bridge · bridge")
    return re.search(r"data-token>([^<]+)<", page.text)[1]


def post(server, body, token="", kind="application/json", **headers):
    sent = {"Content-Type": kind, **({"Authorization": f"Bearer {token}"} if token else {}), **headers}
    with server.client() as stranger:
        data = body if isinstance(body, bytes) else json.dumps(body)
        return stranger.post("/inbox", content=data, headers=sent)


def test_the_form_is_filled_with_what_a_bookmarklet_brings(member):
    page = member.get(
        "/capture", params={"text": "选中的<b>文字", "title": "A page", "url": "https://example.org/?a=1&b=2"}
    )
    text = unescape(page.text)
    assert ">选中的<b>文字</textarea>" in text and "<b>文字" not in page.text
    assert 'value="A page"' in text and 'value="https://example.org/?a=1&b=2"' in text
    hostile = member.get("/capture", params={"url": "javascript:alert(1)"})
    assert "alert(1)" not in hostile.text


def test_the_bookmarklet_opens_this_servers_form_with_selection_title_and_address(server, member):
    link = unquote(unescape(re.search(r'href="(javascript:[^"]+)"', member.get("/capture").text)[1]))
    assert f"open(\"{server.url.rstrip('/')}/capture\"+'?'+" in link
    assert "getSelection()" in link and "document.title" in link and "location.href" in link


def test_a_thought_from_the_form_is_a_draft(member):
    page = member.submit("/capture", text="Ask the miners.", project="The tunnel · tunnel", url="https://example.org/x")
    assert page.url.path.startswith("/lessons/") and "Kept as a draft" in page.text and "example.org" in page.text
    refused = member.submit("/capture", text="Ask.", project="nowhere")
    assert refused.status_code == 404


def test_a_token_leaves_a_draft_once(server, member, token):
    sent = post(server, {"text": "Dig before the bridge.", "key": "k1"}, token)
    assert sent.status_code == 201 and sent.json()["created"] is True
    again = post(server, {"text": "Dig before the bridge.", "key": "k1"}, token)
    assert again.status_code == 200 and again.json() == {**sent.json(), "created": False}
    shown = member.get(f"/lessons/{sent.json()['id']}").text
    assert "Dig before the bridge." in shown and "cleo" in shown and "Draft" in shown


def test_an_email_becomes_a_draft_in_the_project_of_its_subject(server, member, token):
    sent = post(server, MAIL, token, "message/rfc822")
    assert sent.status_code == 201 and sent.json()["title"] == "集水井"
    lesson = member.call("get_lesson", id=sent.json()["id"]).json()["lesson"]
    assert (lesson["lesson"], lesson["project"], lesson["language"]) == ("先查集水井。", "project:test:tunnel", "zh")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ({"txt": "x"}, "application/json", 400),
        ({"text": "x", "project": "nowhere"}, "application/json", 404),
        (b"[[[", "application/json", 400),
        (b'{"text": "\\ud800 lone"}', "application/json", 400),
        (b"x" * 300_000, "application/json", 413),
        (b"Subject: x\n\n" + b"x" * (5 * 2**20), "message/rfc822", 413),
        (b"Subject: x\n\n> quoted", "message/rfc822", 400),
        (b"text=x", "application/x-www-form-urlencoded", 400),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(server, token, body, kind, status):
    answer = post(server, body, token, kind)
    assert answer.status_code == status and len(answer.json()["message"]) > 10, answer.text


def test_without_a_token_nothing_comes_in_and_the_token_opens_nothing_else(server, member, token):
    cookies = {"Cookie": member.cookie_header(), "Origin": server.url.rstrip("/")}
    for answer in (
        post(server, {"text": "x"}),
        post(server, {"text": "x"}, "rbi_wrong"),
        post(server, {"text": "x"}, **cookies),
    ):
        assert answer.status_code == 401
    bearer = {"Authorization": f"Bearer {token}"}
    with server.client() as stranger:
        call = stranger.post("/api/operations/list_projects", json={}, headers=bearer)
        assert call.status_code == 401
        assert stranger.get("/projects", headers=bearer).url.path == "/projects"
        assert "The bridge" not in stranger.get("/projects", headers=bearer).text
        assert stranger.get("/inbox", headers=bearer).status_code == 400


def test_a_closed_inbox_takes_nothing(server):
    with server.sign_in("dora", server.add_person("dora", ["unit:Works"])) as browser:
        made = re.search(r"data-token>([^<]+)<", browser.submit("/capture/inbox", project="bridge").text)[1]
        assert made not in browser.get("/capture").text
        assert post(server, {"text": "x"}, made).status_code == 201
        browser.submit("/capture/inbox", end="1")
        assert post(server, {"text": "y"}, made).status_code == 401


def test_the_owner_is_told_that_an_inbox_belongs_to_a_person(server):
    with server.owner() as owner:
        assert "belongs to a person" in owner.get("/capture").text
        assert owner.submit("/capture/inbox").status_code == 400
