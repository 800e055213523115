"""A whole anonymous retrospective, and then a search for anything that joins a person to what they wrote.

Every participant has a name and words that nobody else has. Wherever the server keeps or says
something, no line, record or item may hold a person's name together with their words, their
votes or their token; before the close and after it.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kg.boards.keeping import load_board
from kg.boards.tokens import digest
from kg.domain.board.items import AnswerItem, BallotItem, NoteItem, Seat, TokensItem
from kg.store.embedded import EmbeddedStore
from tests.retrobook.server.board_line import HELLO, answers, move, say, view
from tests.retrobook.server.conftest import RunningServer, environment, two_projects

NAMES = ["quillon", "zebedee", "wrenhart", "ottoline", "fenwick"]
"""People; a guest comes besides."""
PHASES = [{"kind": kind} for kind in ("check_in", "write", "group", "vote", "discuss", "close")]
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


@dataclass
class Traces:
    """What the retrospective left, before its close and after it."""

    retrospective: str
    people: dict[str, str] = field(default_factory=dict)
    """What somebody wrote, by each name or key that stands for them."""
    tokens: list[str] = field(default_factory=list)
    open: dict[str, str] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    record: Any = None
    views: list[str] = field(default_factory=list)


def word(name: str) -> str:
    """Words that only they write."""
    return f"the words of nobody but {name[::-1].upper()}"


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traces]:
    server = RunningServer(tmp_path_factory.mktemp("anonymity") / "home")
    server.fill(two_projects)
    server.start()
    passwords = {name: server.add_person(name, ["unit:Works/bridge"], display_name=name.title()) for name in NAMES}
    with server.graph() as graph:
        opened = graph.create_retrospective(
            project="project:test:bridge", format="start_stop_continue", anonymous=True, phases=PHASES
        )
    found = Traces(opened.retrospective.id)
    owner = {"Authorization": f"Bearer {server.token}"}
    browsers = {name: server.sign_in(name, password) for name, password in passwords.items()}
    for name, browser in browsers.items():
        assert browser.call("take_seat", retrospective=found.retrospective).status_code == 200
        found.people[name] = found.people[name.title()] = word(name)
    guest = server.client()
    guest.get(f"/join/{opened.join_code}")
    assert guest.submit(f"/join/{opened.join_code}", name="Guestina").status_code == 303
    found.people["Guestina"] = word("guestina")
    browsers["guestina"] = guest
    tokens: dict[str, str] = {}

    def play(who: str, *moves: dict[str, Any]) -> list[Any]:
        headers = owner if who == "owner" else {"Cookie": browsers[who].cookie_header()}
        hello = {**HELLO, "token": tokens.get(who)}
        heard = say(server.url, found.retrospective, headers, hello, *moves, patience=0.2)
        shown = view(heard)
        if shown["token"]:
            tokens[who] = shown["token"]
        told = answers(heard)
        assert all(answer == "done" for answer in told.values()), told
        if who != "owner":
            found.views.append(json.dumps([said for said in heard if said and said["type"] in ("view", "patch")]))
        return heard

    def items(who: str, kind: str) -> list[dict[str, Any]]:
        return [item for item in view(play(who))["items"] if item["kind"] == kind]

    def go(place: int) -> None:
        (board,) = items("owner", "board")
        play("owner", move("go", "go_to_phase", phase=place, seen=board["phase"]))

    waiting = next(seat for seat in items("owner", "seat") if seat["waiting"])
    play("owner", move("admit", "admit", seat=waiting["id"]))
    for seat in items("owner", "seat"):
        if seat["name"] in found.people:
            found.people[seat["id"]] = found.people[seat["name"]]
            found.people[seat["person"]] = found.people[seat["name"]]
    for name in browsers:
        play(name, move("mood", "answer", phase="check_in", question="mood", value=4))
    go(1)
    for number, name in enumerate(browsers):
        play(
            name,
            move("note", "add_note", note=f"n{number}", column="start", text=word(name) + " at first"),
            move("more", "add_note", note=f"m{number}", column="stop", text=word(name) + " and more"),
        )
        (base,) = [item["rev"] for item in items(name, "note") if item["id"] == f"n{number}"]
        play(name, move("edit", "edit_note", note=f"n{number}", text=word(name), base=base))
        called = browsers[name].call(
            "play_move", retrospective=found.retrospective, token=tokens[name],
            move={"move": "add_note", "note": f"o{number}", "column": "continue", "text": word(name) + " called"},
        )  # fmt: skip
        assert called.status_code == 200, called.text
        refused = browsers[name].call(
            "play_move", retrospective=found.retrospective, token=tokens[name],
            move={"move": "add_note", "note": "x", "column": "nowhere", "text": word(name) + " refused"},
        )  # fmt: skip
        assert refused.status_code in (400, 422), refused.text
    go(3)
    topics = [item["id"] for item in items("owner", "note")]
    for number, name in enumerate(browsers):
        play(name, move("vote", "vote", topic=topics[number], dots=2))
    found.tokens = [token for who, token in tokens.items() if who != "owner"]
    with server.graph() as graph:
        found.open["audit"] = trail(server, graph)
    found.open |= stopped(server)
    with contextlib.closing(EmbeddedStore(server.home / "graph.kgl")) as store:
        state = load_board(store, found.retrospective)
        assert state is not None
        found.items = list(state.items.values())
    server.start()
    owner["Authorization"] = f"Bearer {server.token}"
    with server.graph() as graph:
        found.record = graph.close_retrospective(id=found.retrospective).retrospective
        found.closed["audit"] = trail(server, graph)
        shown = graph.get_retrospective(id=found.retrospective)
        found.closed["answer"] = shown.model_dump_json()
    found.closed |= stopped(server)
    yield found


def stopped(server: RunningServer) -> dict[str, str]:
    """End the server; what it said, all of its files, and its store as JSON Lines as an operator takes it."""
    assert server.process is not None
    server.process.terminate()
    said, complained = server.process.communicate(timeout=60)
    server.process = None
    copy = server.home.parent / "copy.jsonl"
    copy.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "retrobook", "store", "export", str(copy), "--home", str(server.home)],
        capture_output=True, text=True, cwd=server.home, env=environment(**server.variables),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return texts_of(server.home) | {"export": copy.read_text("utf-8"), "log": said + complained}


def trail(server: RunningServer, graph: Any) -> str:
    chain = (server.home / "server-name").read_text()
    return "\n".join(entry.model_dump_json() for entry in graph.list_audit(server=chain, limit=10_000).entries)


def texts_of(home: Path) -> dict[str, str]:
    """Every file of the installation, as whatever text its bytes make."""
    return {
        str(path.relative_to(home)): path.read_bytes().decode("utf-8", "replace")
        for path in home.rglob("*")
        if path.is_file() and path.stat().st_size < 50_000_000
    }


def joined(traces: Traces, text: str) -> list[str]:
    """Lines that hold a person and what this person wrote."""
    return [
        line[:300]
        for line in re.split(r"[\n\r\x00]", text)
        for name, words in traces.people.items()
        if name in line and words in line and not everyone(traces, line)
    ]


def everyone(traces: Traces, line: str) -> bool:
    """True for a line in which each person's words and each person's name stand: it joins nobody to anything."""
    return all(words in line for words in traces.people.values())


@pytest.mark.parametrize("when", ["open", "closed"])
def test_no_line_that_is_kept_or_said_holds_a_person_and_their_words(traces: Traces, when: str) -> None:
    for place, text in getattr(traces, when).items():
        assert joined(traces, text) == [], place


@pytest.mark.parametrize("when", ["open", "closed"])
def test_the_scan_reads_what_was_written(traces: Traces, when: str) -> None:
    texts = getattr(traces, when)
    for name in NAMES:
        assert word(name) in texts["export"]
        assert name in texts["export"]
    assert f"{traces.retrospective}" in texts["audit"]
    assert [place for place in texts if place.startswith("graph.kgl")]


@pytest.mark.parametrize("when", ["open", "closed"])
def test_no_token_is_kept_anywhere(traces: Traces, when: str) -> None:
    assert len(traces.tokens) == len(NAMES) + 1
    for place, text in getattr(traces, when).items():
        for token in traces.tokens:
            assert token not in text, place


def test_after_the_close_not_even_a_digest_is_left(traces: Traces) -> None:
    for place, text in traces.closed.items():
        if place.startswith("graph.kgl") or place in ("export", "audit", "log", "answer"):
            for token in traces.tokens:
                assert digest(token) not in text, place


def test_an_open_board_keeps_no_time_of_writing_and_nothing_that_leads_to_a_seat(traces: Traces) -> None:
    seats = [item for item in traces.items if isinstance(item, Seat)]
    ids = {seat.id for seat in seats} | {seat.person for seat in seats}
    digests = {digest(token) for token in traces.tokens}
    written = [item for item in traces.items if isinstance(item, NoteItem | BallotItem | AnswerItem)]
    assert len(written) == 5 * (len(NAMES) + 1)
    for item in written:
        body = item.model_dump_json()
        assert not INSTANT.search(body)
        assert not any(key in body for key in ids)
        assert item.voter in digests
    for seat in seats:
        assert not any(value in seat.model_dump_json() for value in digests)
    (tokens,) = [item for item in traces.items if isinstance(item, TokensItem)]
    assert tokens.digests == sorted(tokens.digests)
    assert len(tokens.digests) > len(digests)


def test_notes_that_were_revealed_share_one_revision_and_have_keys_of_their_own(traces: Traces) -> None:
    notes = [item for item in traces.items if isinstance(item, NoteItem)]
    assert len({note.rev for note in notes}) == 1
    assert not any(re.fullmatch(r"[nmo]\d", note.id) for note in notes)


@pytest.mark.parametrize("when", ["open", "closed"])
def test_the_trail_tells_what_facilitators_did_and_nothing_of_writing(traces: Traces, when: str) -> None:
    entries = [json.loads(line) for line in getattr(traces, when)["audit"].splitlines()]
    about = [entry for entry in entries if traces.retrospective in str(entry.get("subject"))]
    assert {entry["operation"] for entry in about} >= {"play_move go_to_phase", "play_move admit"}
    by = {entry.get("person") or entry.get("visitor") or entry.get("actor") for entry in about}
    assert not by & set(traces.people), by
    assert not any(kind in entry["operation"] for entry in about for kind in ("note", "vote", "answer", "set_ready"))


def test_the_record_names_no_author_and_counts_votes_only(traces: Traces) -> None:
    record = traces.record
    assert record.anonymity
    assert len(record.notes) == 3 * (len(NAMES) + 1)
    assert all(note.author is None for note in record.notes)
    assert sum(topic.votes for topic in record.topics) == 2 * (len(NAMES) + 1)
    text = record.model_dump_json()
    assert not [name for name in traces.people if name in text]


def test_no_page_was_shown_whose_the_words_of_others_are(traces: Traces) -> None:
    for shown in traces.views:
        assert '"voter"' not in shown
        assert '"author"' not in shown
        assert not any(digest(token) in shown for token in traces.tokens)


def test_the_log_has_no_words_and_no_names(traces: Traces) -> None:
    for texts in (traces.open, traces.closed):
        assert not [words for words in set(traces.people.values()) if words in texts["log"]]
