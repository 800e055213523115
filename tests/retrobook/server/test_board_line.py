"""Boards of a real server: forged messages, guests, lines from elsewhere, and boards that are over."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.retrobook.server.board_line import HELLO, answers, move, say, view
from tests.retrobook.server.conftest import Browser, RunningServer

PHASES = [{"kind": kind} for kind in ("write", "group", "vote", "discuss", "actions", "close")]


class Held:
    """A retrospective on the running server; the owner facilitates, `ann` and `bob` take part."""

    def __init__(self, server: RunningServer, passwords: dict[str, str], **values: Any) -> None:
        self.server = server
        with server.graph() as graph:
            opened = graph.create_retrospective(
                project="project:test:bridge", format="start_stop_continue", phases=PHASES, **values
            )
        self.id, self.code = opened.retrospective.id, opened.join_code
        self.people = {name: server.sign_in(name, password) for name, password in passwords.items()}
        for browser in self.people.values():
            assert browser.call("take_seat", retrospective=self.id).status_code == 200

    @property
    def owner(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.server.token}"}

    def headers(self, who: str | Browser | dict[str, str]) -> dict[str, str]:
        if isinstance(who, dict):
            return who
        browser = self.people[who] if isinstance(who, str) else who
        return {"Cookie": browser.cookie_header(), "Origin": self.server.url.rstrip("/")}

    def say(self, who: str | Browser | dict[str, str], *sent: Any, hello: Any = HELLO, **values: Any) -> list[Any]:
        return say(self.server.url, self.id, self.headers(who), hello, *sent, **values)

    def play(self, who: str | Browser | dict[str, str], kind: str, **values: Any) -> str:
        """`done`, or why not; over the line."""
        told = answers(self.say(who, move("x", kind, **values), patience=0.3))
        return str(told.get("x") or told[None])  # without an id: the line itself was refused

    def go(self, place: int) -> None:
        seen = self.board()["phase"]
        assert self.play(self.owner, "go_to_phase", phase=place, seen=seen) == "done"

    def items(self, kind: str, who: Any = None) -> list[dict[str, Any]]:
        shown = view(self.say(who or self.owner, patience=0.3))
        return [item for item in shown["items"] if item["kind"] == kind]

    def board(self) -> dict[str, Any]:
        return self.items("board")[0]

    def guest(self, name: str, client: Browser | None = None) -> Browser:
        """Somebody who comes by the link alone."""
        browser = client or self.server.client()
        assert browser.get(f"/join/{self.code}").status_code == 200
        answer = browser.submit(f"/join/{self.code}", name=name)
        assert answer.status_code == 303, answer.text
        return browser

    def seat_of(self, name: str, *, waiting: bool | None = None) -> str:
        found = [s for s in self.items("seat") if s["name"].startswith(name)]
        found = [s for s in found if waiting is None or s["waiting"] is waiting]
        return str(found[-1]["id"])


@pytest.fixture(scope="module")
def passwords(server: RunningServer) -> dict[str, str]:
    return {name: server.add_person(name, ["unit:Works/bridge"]) for name in ("ann", "bob")}


@pytest.fixture
def held(server: RunningServer, passwords: dict[str, str]) -> Held:
    return Held(server, passwords)


@pytest.fixture
def stranger(server: RunningServer) -> Iterator[Browser]:
    """Somebody of another unit, signed in, without a seat."""
    name = f"eve{secrets.token_hex(4)}"
    with server.sign_in(name, server.add_person(name, ["unit:Works/tunnel"])) as browser:
        yield browser


FORGED = [
    ("edit_note", {"note": "a", "text": "forged", "base": 2}, "not_yours"),
    ("remove_note", {"note": "a"}, "not_yours"),
    ("move_note", {"note": "a", "column": "stop"}, "not_yours"),
    ("add_note", {"note": "a", "column": "start", "text": "mine now"}, "move_refused"),
    ("add_note", {"note": "z", "column": "start", "text": "x", "voter": "s"}, "invalid_request"),
    ("add_note", {"note": "z", "column": "start", "text": "x" * 50_000}, "too_long"),
    ("go_to_phase", {"phase": 3, "seen": 0}, "not_your_role"),
    ("reveal", {}, "not_your_role"),
    ("plan_phases", {"phases": PHASES}, "not_your_role"),
    ("set_role", {"seat": "s", "role": "facilitator"}, "not_your_role"),
    ("admit", {"seat": "s"}, "not_your_role"),
    ("vote", {"topic": "a", "dots": 1}, "wrong_phase"),
    ("close", {}, "invalid_request"),
]


def test_forged_moves_are_refused_on_the_line_and_by_the_operation(held: Held) -> None:
    assert held.play("ann", "add_note", note="a", column="start", text="Ann's own words") == "done"
    told = answers(held.say("bob", *(move(f"m{n}", kind, **values) for n, (kind, values, _) in enumerate(FORGED))))
    assert told == {f"m{n}": code for n, (_, _, code) in enumerate(FORGED)}
    for kind, values, code in FORGED:
        called = held.people["bob"].call("play_move", retrospective=held.id, move={"move": kind, **values})
        assert called.status_code in (400, 403, 409, 413, 422), called.text
        assert called.json()["code"] == code
    (note,) = held.items("note", "ann")
    assert note["text"] == "Ann's own words"
    assert held.board()["phase"] == 0
    assert "Ann's own words" not in json.dumps(held.say("bob", patience=0.3))


def test_closing_is_for_facilitators_of_the_board(held: Held, stranger: Browser) -> None:
    for browser in (held.people["ann"], stranger):
        answer = browser.call("close_retrospective", id=held.id)
        assert answer.status_code in (403, 404), answer.text
    assert held.board()["id"] == "board"


def test_who_has_no_seat_sees_nothing_and_plays_nothing(held: Held, stranger: Browser) -> None:
    heard = held.say(stranger)
    assert [told and told["type"] for told in heard] == ["refused", None]
    for operation, values in (
        ("board_view", {}), ("play_move", {"move": {"move": "set_ready", "ready": True}}),
    ):  # fmt: skip
        answer = stranger.call(operation, retrospective=held.id, **values)
        assert answer.status_code in (403, 404), answer.text
    assert stranger.call("get_retrospective", id=held.id).status_code == 404
    assert stranger.call("take_seat", retrospective=held.id).status_code == 404


def test_a_line_needs_a_sign_in_and_our_own_origin(held: Held) -> None:
    cookie = held.headers("ann")["Cookie"]
    assert held.say({}) in ([401], [403], [302])
    assert held.say({"Cookie": cookie, "Origin": "https://evil.example"}) == [403]
    assert held.say({"Authorization": "Bearer made-up"}) in ([401], [403])
    assert held.say("ann", patience=0.3)[0]["type"] == "view"


@pytest.mark.parametrize(
    "raw",
    [
        "", "{", "null", "[]", '"hello"', "[" * 20_000, '{"type": 1}', '{"type": "nothing"}',
        '{"type": "move", "id": {"a": 1}}', '{"type": "move", "move": "add_note"}',
        '{"type": "move", "move": {"move": "nothing"}}', "x" * 300_000,
    ],
)  # fmt: skip
def test_garbage_is_refused_and_the_line_goes_on(held: Held, raw: str) -> None:
    heard = held.say("ann", raw, move("after", "set_ready", ready=True), patience=0.3)
    refused = [told for told in heard if told and told["type"] == "refused"]
    assert [told["error"]["code"] for told in refused] == ["invalid_request"]
    assert answers(heard)["after"] == "done"


def test_a_huge_message_ends_its_line_and_nobody_elses(held: Held) -> None:
    heard = held.say("ann", "x" * 3_000_000)
    assert heard[-1] is None
    assert held.play("bob", "set_ready", ready=True) == "done"


def test_a_line_begins_with_hello_and_to_no_board_is_refused(held: Held) -> None:
    heard = held.say("ann", hello=move("x", "set_ready", ready=True))
    assert heard[0]["error"]["code"] == "invalid_request"
    assert heard[-1] is None
    gone = say(held.server.url, "retrospective:none", held.headers("ann"), HELLO)
    assert gone[0]["error"]["code"] == "not_found"
    assert gone[-1] is None


def test_a_guest_waits_is_let_in_and_reaches_nothing_but_the_board(held: Held, passwords: dict[str, str]) -> None:
    guest = held.guest("Gus")
    shown = view(held.say(guest, patience=0.3))
    assert shown["you"]["waiting"]
    assert "people" not in json.dumps(shown)
    assert held.play(guest, "add_note", note="g", column="start", text="x") == "still_waiting"
    assert held.play(held.owner, "admit", seat=held.seat_of("Gus", waiting=True)) == "done"
    assert held.play(guest, "add_note", note="g", column="start", text="A guest's words") == "done"
    assert held.play(guest, "reveal") == "not_your_role"
    other = Held(held.server, passwords)
    assert held.say(guest, patience=0.3)[0]["type"] == "view"
    heard = say(held.server.url, other.id, held.headers(guest), HELLO)
    assert heard[0]["error"]["code"] in ("forbidden", "not_found")
    for operation, values in (
        ("list_projects", {}), ("list_people", {}), ("list_retrospectives", {}), ("search_lessons", {"text": "dig"}),
        ("list_audit", {"server": "x"}), ("close_retrospective", {"id": held.id}),
        ("board_view", {"retrospective": other.id}), ("get_retrospective", {"id": other.id}),
        ("draft_lesson", {"project": "project:test:bridge", "lesson": "x"}),
    ):  # fmt: skip
        assert guest.call(operation, **values).status_code in (401, 403, 404, 422), operation
    for path in ("/", "/lessons", "/projects", "/people", "/retrospectives", "/apps/lesson_search", "/api/kernels",
                 "/api/contents", "/lab", "/audit"):  # fmt: skip
        answer = guest.get(path)
        text = answer.text
        assert "The bridge" not in text, path
        assert "The tunnel" not in text, path
        assert answer.status_code != 200 or "kernel" not in path, path
    assert guest.get("/api/kernels").status_code in (401, 403, 404)


def test_a_guest_who_lost_their_browser_gets_their_seat_back_and_no_second_vote(held: Held) -> None:
    first = held.guest("Gus")
    held.play(held.owner, "admit", seat=held.seat_of("Gus", waiting=True))
    held.play(first, "add_note", note="g", column="start", text="Words")
    held.go(2)
    assert held.play(first, "vote", topic="g", dots=2) == "done"
    seat = held.seat_of("Gus", waiting=False)
    again = held.guest("Gus")
    assert view(held.say(again, patience=0.3))["you"]["waiting"]
    assert held.play(again, "vote", topic="g", dots=2) == "still_waiting"
    waiting = held.seat_of("Gus", waiting=True)
    assert held.play(held.owner, "admit", seat=waiting, same_as=seat) == "done"
    assert held.play(again, "vote", topic="g", dots=1) == "done"
    assert held.play(first, "vote", topic="g", dots=2) in ("forbidden", "not_found")
    held.go(3)
    assert view(held.say(held.owner, patience=0.3))["counts"]["votes"] == {"g": 1}


def test_a_cleared_browser_gets_no_second_vote_in_an_anonymous_retrospective(
    server: RunningServer, passwords: dict[str, str]
) -> None:
    held = Held(server, passwords, anonymous=True)
    token = view(held.say("ann", patience=0.3))["token"]
    assert token
    assert held.play("ann", "add_note", note="a", column="start", text="Words") == "done"
    held.go(2)
    (note,) = held.items("note")
    assert held.play("ann", "vote", topic=note["id"], dots=2) == "done"
    assert held.play("ann", "vote", topic=note["id"], dots=1) == "done"
    cleared = server.sign_in("ann", passwords["ann"])
    assert held.play(cleared, "vote", topic=note["id"], dots=2) in ("done", "token_elsewhere")
    counts = view(held.say(held.owner, patience=0.3))["counts"]
    assert counts["voted"] == 1


def test_a_wrong_code_leads_nowhere(held: Held) -> None:
    with held.server.client() as browser:
        for code in ("x" * 16, held.code[:-1], held.code.swapcase()):
            assert browser.get(f"/join/{code}").status_code == 404


def test_after_the_close_the_link_the_line_and_the_guest_say_so(held: Held) -> None:
    guest = held.guest("Gus")
    held.play(held.owner, "admit", seat=held.seat_of("Gus", waiting=True))
    held.play(guest, "add_note", note="g", column="start", text="Never revealed")
    with held.server.graph() as graph:
        closed = graph.close_retrospective(id=held.id)
    assert [note.text for note in closed.retrospective.notes] == ["Never revealed"]
    heard = held.say("ann", move("x", "set_ready", ready=True))
    assert heard[0]["error"]["code"] == "board_closed"
    called = held.people["ann"].call(
        "play_move", retrospective=held.id, move={"move": "add_note", "note": "n", "column": "start", "text": "late"}
    )
    assert called.json()["code"] == "board_closed"
    with held.server.client() as browser:
        late = browser.get(f"/join/{held.code}")
        assert late.status_code == 410
        assert "Never revealed" not in late.text
        assert browser.post(f"/join/{held.code}", data={"name": "Late"}).status_code in (403, 410)
    answer = guest.call("board_view", retrospective=held.id)
    assert answer.status_code in (401, 403, 409), answer.text
    assert held.say(guest)[0] in (401, 403, 302) or held.say(guest)[0]["type"] == "refused"


def test_a_retrospective_without_guests_takes_none(server: RunningServer, passwords: dict[str, str]) -> None:
    held = Held(server, passwords, guests=False)
    with server.client() as browser:
        browser.get(f"/join/{held.code}")
        answer = browser.submit(f"/join/{held.code}", name="Gus")
        assert answer.status_code == 400
        assert isinstance(answer, httpx.Response)
        assert not [seat for seat in held.items("seat") if seat["guest"]]
