"""The board at a real server: messages made by hand, a server that dies, guests and what they reach."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from tests.retrobook.server.channel import in_a_loop_of_its_own
from tests.retrobook.server.conftest import Browser, RunningServer, eventually, two_projects

BRIDGE = "project:test:bridge"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    found = RunningServer(tmp_path_factory.mktemp("boards") / "home")
    found.fill(two_projects)
    found.start()
    yield found
    if found.process is not None:
        found.stop()


class Retro:
    """A retrospective that somebody new facilitates, at a server."""

    def __init__(self, server: RunningServer, **values: Any) -> None:
        self.server = server
        self.lead = self.sign_in("lead", roles=["facilitator"])
        opened = self.lead.call(
            "create_retrospective", project=BRIDGE, format="start_stop_continue",
            **{"phases": [{"kind": kind} for kind in ("write", "group", "vote", "discuss", "actions", "close")], **values},
        )  # fmt: skip
        assert opened.status_code == 200, opened.text
        self.id, self.code = opened.json()["retrospective"]["id"], opened.json()["join_code"]
        self.column = self.item(self.lead, "board")["format"]["columns"][0]["key"]

    def sign_in(self, name: str, scopes: tuple[str, ...] = ("unit:Works/bridge",), **values: Any) -> Browser:
        name = f"{name}-{secrets.token_hex(4)}"
        found = self.server.sign_in(name, self.server.add_person(name, list(scopes), **values))
        found.name = name  # type: ignore[attr-defined]
        return found

    def member(self, name: str = "member") -> Browser:
        found = self.sign_in(name)
        assert found.call("take_seat", code=self.code).status_code == 200
        return found

    def guest(self, name: str = "Gus") -> Browser:
        """Somebody who comes by the link and waits to be let in."""
        found = self.server.client()
        assert found.get(f"/join/{self.code}").status_code == 200
        answer = found.submit(f"/join/{self.code}", name=name)
        assert answer.status_code == 303, answer.text
        assert parse_qs(urlsplit(answer.headers["Location"]).query)["retrospective"] == [self.id]
        return found

    def admit(self, guest: Browser, **values: Any) -> str:
        seat = str(self.see(guest)["you"]["seat"])
        self.play(self.lead, "admit", seat=seat, **values)
        return seat

    def ask(self, browser: Browser, move: Any, token: str | None = None):
        return browser.call("play_move", retrospective=self.id, move=move, token=token)

    def play(self, browser: Browser, move: str, token: str | None = None, **values: Any) -> dict[str, Any]:
        answer = self.ask(browser, {"move": move, **values}, token)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def note(self, browser: Browser, key: str, text: str = "") -> None:
        self.play(browser, "add_note", note=key, column=self.column, text=text or f"Text of {key}")

    def go(self, phase: str) -> None:
        board = self.item(self.lead, "board")
        kinds = [planned["kind"] for planned in board["phases"]]
        self.play(self.lead, "go_to_phase", phase=kinds.index(phase), seen=board["phase"])

    def see(self, browser: Browser, token: str | None = None) -> dict[str, Any]:
        answer = browser.call("board_view", retrospective=self.id, token=token)
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["view"])

    def items(self, browser: Browser, kind: str) -> list[dict[str, Any]]:
        return [item for item in self.see(browser)["items"] if item["kind"] == kind]

    def item(self, browser: Browser, kind: str) -> dict[str, Any]:
        return self.items(browser, kind)[0]

    async def line(self, browser: Browser | None, retrospective: str = "", **headers: str) -> WebSocketClientConnection:
        path = f"api/boards/{quote(retrospective or self.id, safe='')}/live"
        url = self.server.url.replace("http", "ws", 1) + path
        cookies = {"Cookie": browser.cookie_header()} if browser else {}
        return await websocket_connect(HTTPRequest(url, headers={**cookies, **headers}))

    def say(self, browser: Browser | None, *sent: Any, retrospective: str = "") -> list[dict[str, Any] | int]:
        """Open a line, say hello and all this; what comes back (at the end the code with which it was closed)."""

        async def conversation() -> list[dict[str, Any] | int]:
            line = await self.line(browser, retrospective)
            with suppress(WebSocketClosedError):  # the server may hang up while we still speak
                for item in ({"type": "hello"}, *sent):
                    raw = isinstance(item, str | bytes)
                    await line.write_message(item if raw else json.dumps(item), binary=isinstance(item, bytes))
                await line.write_message(json.dumps({"type": "ping"}))
            heard: list[dict[str, Any] | int] = []
            while True:
                got = await asyncio.wait_for(line.read_message(), 15)
                if got is None:
                    return [*heard, line.close_code or 0]
                said = json.loads(got)
                if said["type"] == "pong":
                    line.close()
                    return heard
                heard.append(said)

        return in_a_loop_of_its_own(conversation())

    def refused(self, browser: Browser, move: Any) -> str:
        """Code of the error with which a move is refused, over the line and as an operation alike."""
        (over_the_line,) = [
            said for said in self.say(browser, {"type": "move", "id": "m1", "move": move}) if _type(said) == "refused"
        ]
        assert isinstance(over_the_line, dict) and over_the_line["id"] == "m1"
        answer = self.ask(browser, move)
        assert 400 <= answer.status_code < 500, answer.text
        code = str(over_the_line["error"]["code"])
        if isinstance(move, dict):
            assert answer.json()["code"] == code
        return code


def _type(said: Any) -> str:
    return str(said["type"]) if isinstance(said, dict) else ""


@pytest.fixture(scope="module")
def retro(server: RunningServer) -> Retro:
    return Retro(server)


@pytest.fixture(scope="module")
def member(retro: Retro) -> Browser:
    return retro.member()


FACILITATORS = [
    {"move": "go_to_phase", "phase": 1, "seen": 0}, {"move": "reveal"}, {"move": "set_timer", "seconds": 9},
    {"move": "plan_phases", "phases": [{"kind": "write"}]}, {"move": "discuss"},
    {"move": "admit", "seat": "x"}, {"move": "set_role", "seat": "x", "role": "facilitator"},
]  # fmt: skip


@pytest.mark.parametrize("move", FACILITATORS, ids=lambda move: move["move"])
def test_facilitators_moves_made_by_a_participant_or_a_guest_are_refused(retro: Retro, member: Browser, move: Any):
    own = retro.see(member)["you"]["seat"]
    made = {key: own if value == "x" else value for key, value in move.items()}
    before = retro.see(retro.lead)["rev"]
    assert retro.refused(member, made) == "not_your_role"
    assert retro.see(retro.lead)["rev"] == before


def test_a_note_of_somebody_else_is_neither_changed_nor_taken(retro: Retro, member: Browser):
    retro.note(retro.lead, "lead1", "what the lead wrote")
    rev = retro.items(retro.lead, "note")[0]["rev"]
    forged = {"move": "edit_note", "note": "lead1", "text": "forged", "base": rev}
    assert retro.refused(member, forged) == "not_yours"
    assert retro.refused(member, {"move": "remove_note", "note": "lead1"}) == "not_yours"
    assert retro.refused(member, {**forged, "voter": retro.see(retro.lead)["you"]["seat"]}) == "invalid_request"
    assert [note["text"] for note in retro.items(retro.lead, "note")] == ["what the lead wrote"]


def test_closing_is_for_facilitators_of_this_board(retro: Retro, member: Browser):
    answer = member.call("close_retrospective", id=retro.id)
    assert answer.status_code == 403 and answer.json()["code"] == "not_your_role"
    stranger = retro.sign_in("other-lead", roles=["facilitator"])
    assert stranger.call("close_retrospective", id=retro.id).status_code == 403


@pytest.mark.parametrize(
    "sent",
    [
        "{", "[]", "5", '"move"', "null", "{}", '{"type": 5}', '{"type": "dance", "id": "m"}', "\x00", "[" * 100_000,
        '{"type": "move", "id": ["x"]}', '{"type": "move", "id": "m", "move": {"move": "dance"}}',
        '{"type": "move", "id": "m", "move": [1]}', '{"type": "move", "id": "m"}', b"\xff\xfe", "x" * 300_000,
        '{"type": "move", "id": "m", "move": {"move": "add_note", "note": "n", "column": "start", "text": "\\ud800"}}',
        '{"type": "move", "id": "m", "move": {"move": "set_timer", "seconds": 1e999}}',
    ],
    ids=lambda sent: str(sent)[:30],
)  # fmt: skip
def test_garbage_is_refused_and_the_line_goes_on(retro: Retro, member: Browser, sent: Any):
    heard = retro.say(member, sent)
    refused = [said for said in heard if _type(said) == "refused"]
    if heard and isinstance(heard[-1], int):
        assert heard[-1] in (1002, 1003, 1006, 1007, 1009)  # bytes that are no text end the line
    else:
        assert len(refused) == 1 and isinstance(refused[0], dict)
        assert refused[0]["error"]["code"] == "invalid_request"
    assert retro.see(member)["you"]["seat"]


def test_a_huge_message_ends_the_line_and_not_the_server(retro: Retro, member: Browser):
    heard = retro.say(member, "x" * (3 * 2**20))
    assert isinstance(heard[-1], int)
    assert retro.see(member)["rev"] >= 0


def test_a_note_of_50_kb_is_refused_with_the_limit(retro: Retro, member: Browser):
    move = {"move": "add_note", "note": "big", "column": retro.column, "text": "x" * 50_000}
    assert retro.refused(member, move) == "too_long"


def test_who_has_no_seat_or_another_board_s_makes_no_move(retro: Retro, server: RunningServer):
    stranger = retro.sign_in("stranger", scopes=("unit:Works/tunnel",))
    other = Retro(server)
    for browser in (stranger, other.lead):
        heard = retro.say(browser, {"type": "move", "id": "m", "move": {"move": "set_ready", "ready": True}})
        assert heard[-1] == 4403 and not [said for said in heard if _type(said) in ("view", "done")]
        answer = retro.ask(browser, {"move": "set_ready", "ready": True})
        assert answer.status_code in (403, 404)
        assert browser.call("board_view", retrospective=retro.id).status_code in (403, 404)
    assert retro.say(stranger, retrospective="retrospective:nosuch")[-1] == 4404


def test_strangers_and_foreign_pages_open_no_line(retro: Retro, member: Browser):
    def status(browser: Browser | None, **headers: str) -> int:
        async def attempt() -> int:
            try:
                (await retro.line(browser, **headers)).close()
            except HTTPClientError as error:
                return int(error.code)
            return 101

        return in_a_loop_of_its_own(attempt())

    assert status(None) == 401
    assert status(None, Authorization="Bearer rbk_made-up") == 401
    assert status(member, Origin="https://evil.example") == 403
    assert status(member, Origin="http://[nowhere") == 403
    assert status(member, Origin=retro.server.url.rstrip("/")) == 101


def test_a_sign_in_that_is_over_ends_the_line(retro: Retro):
    leaver = retro.member("leaver")

    async def conversation() -> int:
        line = await retro.line(leaver)
        await line.write_message(json.dumps({"type": "hello"}))
        assert json.loads(str(await line.read_message()))["type"] == "view"
        await asyncio.get_running_loop().run_in_executor(None, lambda: leaver.submit("/logout"))
        move = {"move": "add_note", "note": "late", "column": retro.column, "text": "after signing out"}
        await line.write_message(json.dumps({"type": "move", "id": "m", "move": move}))
        while await asyncio.wait_for(line.read_message(), 15) is not None:
            pass
        return int(line.close_code or 0)

    assert in_a_loop_of_its_own(conversation()) == 4401
    assert retro.see(retro.lead)["counts"]["hidden"].get(retro.column, 0) <= 1


def test_a_guest_waits_is_let_in_and_reaches_nothing_else(retro: Retro, server: RunningServer):
    guest, other = retro.guest("Gus"), Retro(server)
    view = retro.see(guest)
    assert view["you"]["waiting"] and [item["kind"] for item in view["items"]] == ["board"]
    assert "join_code" not in str(view) and "columns" not in str(view)
    for move in [*FACILITATORS[:2], {"move": "set_ready", "ready": True}]:
        assert retro.refused(guest, move) == "still_waiting"
    for operation in ("board_people", "board_facts", "earlier_actions"):
        assert guest.call(operation, retrospective=retro.id).status_code == 404, operation
    retro.admit(guest)
    retro.note(guest, "from-gus")
    assert [seat for seat in retro.items(guest, "seat") if "person" in seat] == []
    assert retro.refused(guest, FACILITATORS[0]) == "not_your_role"
    for operation, values in (
        ("list_projects", {}), ("list_people", {}), ("list_retrospectives", {}), ("search_lessons", {"text": "bridge"}),
        ("draft_lesson", {"project": BRIDGE, "lesson": "x"}), ("list_runs", {}), ("overview", {}),
        ("create_retrospective", {"project": BRIDGE, "format": "kpt"}), ("close_retrospective", {"id": retro.id}),
        ("export_records", {}), ("read_graph", {"statement": "MATCH (n) RETURN n"}),
        ("add_person", {"name": "gus2"}), ("get_retrospective", {"id": other.id}),
        ("board_view", {"retrospective": other.id}),
        ("play_move", {"retrospective": other.id, "move": {"move": "reveal"}}),
        ("take_seat", {"retrospective": other.id}),
    ):  # fmt: skip
        answer = guest.call(operation, **values)
        assert answer.status_code in (403, 404), (operation, answer.status_code, answer.text[:200])
        assert other.code not in answer.text and "bridge" not in answer.text
    for page in ("/", "/retrospectives", "/actions", "/lessons", "/projects", "/search", "/retrospectives/" + other.id):
        answer = guest.get(page)
        assert "The bridge" not in answer.text and "The tunnel" not in answer.text, page
        assert "Dig before" not in answer.text and "Start, stop, continue" not in answer.text, page
        assert answer.status_code in (302, 303, 403, 404) or page == "/search", (page, answer.status_code)
    assert guest.get("/apps/lesson_search").status_code in (403, 404)


def test_a_board_without_guests_lets_none_in(server: RunningServer):
    retro = Retro(server, guests=False)
    with server.client() as stranger:
        stranger.get(f"/join/{retro.code}")
        assert stranger.submit(f"/join/{retro.code}", name="Gus").status_code == 400
    guest = Retro(server).guest()
    assert guest.call("take_seat", code=retro.code).status_code == 403


def test_a_cleared_browser_gets_the_old_seat_back_and_no_second_vote(server: RunningServer):
    retro = Retro(server)
    retro.note(retro.lead, "n1")
    guest = retro.guest("Gus")
    seat = retro.admit(guest)
    retro.go("vote")
    retro.play(guest, "vote", topic="n1", dots=2)
    again = retro.guest("Gus")
    assert retro.see(again)["you"]["seat"] != seat
    retro.admit(again, same_as=seat)
    view = retro.see(again)
    assert view["you"]["seat"] == seat and not view["you"]["waiting"]
    assert [item["dots"] for item in view["items"] if item["kind"] == "ballot"] == [{"n1": 2}]
    retro.play(again, "vote", topic="n1", dots=3)
    assert retro.ask(guest, {"move": "vote", "topic": "n1", "dots": 3}).status_code == 403
    retro.go("discuss")
    counts = retro.see(retro.lead)["counts"]
    assert counts["votes"] == {"n1": 3} and counts["voted"] == 1 and counts["voters"] == 2


def test_after_the_close_the_link_says_so_and_guests_are_no_more(server: RunningServer):
    retro = Retro(server)
    guest = retro.guest("Gus")
    retro.admit(guest)
    retro.note(guest, "n1")
    assert retro.lead.call("close_retrospective", id=retro.id).status_code == 200
    with server.client() as late:
        answer = late.get(f"/join/{retro.code}")
        assert answer.status_code == 410
        assert 'name="name"' not in answer.text
        late.get("/login")
        assert late.submit(f"/join/{retro.code}", name="Late").status_code == 410
    assert guest.call("board_view", retrospective=retro.id).status_code in (401, 403, 409)
    assert eventually(lambda: guest.call("who_am_i").status_code == 401)  # people are remembered for a moment
    assert retro.ask(retro.lead, {"move": "reveal"}).json()["code"] == "board_closed"
    assert retro.lead.call("close_retrospective", id=retro.id).json()["code"] == "board_closed"


def test_kill_9_loses_no_acknowledged_move(installation: RunningServer):
    installation.start()
    port = str(urlsplit(installation.url).port)
    retro = Retro(installation, anonymous=True)
    member = retro.member()
    tokens = {
        browser: browser.call("board_view", retrospective=retro.id).json()["token"] for browser in (retro.lead, member)
    }
    moves = [{"type": "move", "id": f"m{n}", "move": {"move": "add_note", "note": f"n{n}", "column": retro.column, "text": f"note {n}"}} for n in range(40)]  # fmt: skip
    heard = retro.say(member, *moves)
    acknowledged = {said["id"] for said in heard if isinstance(said, dict) and said["type"] == "done"}
    assert len(acknowledged) == 40
    installation.kill()
    installation.start("--port", port)
    view = retro.see(member, tokens[member])
    assert {item["text"] for item in view["items"] if item["kind"] == "note"} == {f"note {n}" for n in range(40)}
    assert retro.see(member)["you"]["writes"] is True  # the token that came a moment ago is known again
    installation.kill()
    installation.start("--port", port)
    cleared = retro.ask(member, {"move": "add_note", "note": "x", "column": retro.column, "text": "x"})
    assert cleared.json()["code"] == "token_elsewhere"


def test_what_one_does_reaches_another_within_a_second(retro: Retro, member: Browser):
    async def conversation() -> float:
        loop = asyncio.get_running_loop()
        line = await retro.line(retro.lead)
        await line.write_message(json.dumps({"type": "hello"}))
        await line.read_message()
        began = loop.time()
        await loop.run_in_executor(None, lambda: retro.note(member, f"fast-{secrets.token_hex(3)}"))
        while json.loads(str(await asyncio.wait_for(line.read_message(), 10)))["type"] != "patch":
            pass
        line.close()
        return loop.time() - began

    assert min(in_a_loop_of_its_own(conversation()) for _ in range(3)) < 1.0
    assert eventually(lambda: len(retro.see(member)["items"]) > 0)
