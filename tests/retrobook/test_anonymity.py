"""A whole anonymous retrospective at a real server: nothing that is kept joins a person to what they did."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from kg.boards.tokens import digest
from kg.store.embedded import EmbeddedStore
from tests.retrobook.server.conftest import Browser, RunningServer, eventually, two_projects

BRIDGE = "project:test:bridge"
PHASES = ("check_in", "health", "write", "group", "vote", "discuss", "actions", "close")
LEAD = "quillon-lead"
PEOPLE = ("wexford-una", "marlow-tiberius", "ostrava-ines", "zhang-yuxi")


def words_of(name: str) -> list[str]:
    """What one person writes: words that nobody else has."""
    return [f"{name.encode().hex()[:10]} notes the {thing}" for thing in ("certificates", "builds", "handover")]


class HeardServer(RunningServer):
    """A server whose log is kept, whatever ends it."""

    log = ""

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        out, complaint = self.process.communicate(timeout=60)
        self.log += out + complaint
        code, self.process = self.process.returncode, None
        return int(code)


@dataclass
class Held:
    """The retrospective and what a scan of each moment found."""

    server: HeardServer
    id: str = ""
    code: str = ""
    browsers: dict[str, Browser] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    seats: dict[str, str] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    exports: dict[str, str] = field(default_factory=dict)

    @property
    def everyone(self) -> tuple[str, ...]:
        return (LEAD, *PEOPLE)

    def see(self, name: str) -> dict[str, Any]:
        answer = self.browsers[name].call("board_view", retrospective=self.id, token=self.tokens.get(name))
        assert answer.status_code == 200, answer.text
        self.tokens[name] = answer.json()["token"]
        return dict(answer.json()["view"])

    def play(self, name: str, move: str, **values: Any) -> None:
        answer = self.browsers[name].call(
            "play_move", retrospective=self.id, token=self.tokens.get(name), move={"move": move, **values}
        )
        assert answer.status_code == 200, answer.text

    def go(self, phase: str) -> None:
        board = next(item for item in self.see(LEAD)["items"] if item["kind"] == "board")
        self.play(LEAD, "go_to_phase", phase=PHASES.index(phase), seen=board["phase"])

    def keep(self, moment: str) -> None:
        """Everything in the installation's folder, as it is on the disk once the server was killed."""
        self.files[moment] = {
            str(path.relative_to(self.server.home)): path.read_bytes()
            for path in self.server.home.rglob("*")
            if path.is_file()
        }
        out = self.server.home.parent / f"{moment}.jsonl"
        store = EmbeddedStore(self.server.home / "graph.kgl")
        try:
            store.export(out)
            if moment == "open":
                rows = store.read("MATCH (n:BoardItem) RETURN n.body AS body")
                self.items = [json.loads(row["body"]) for row in rows]
        finally:
            store.close()
        self.lines[moment] = out.read_text("utf-8").splitlines()

    def names_of(self, name: str) -> list[str]:
        return [name, name.title()]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    server = HeardServer(tmp_path_factory.mktemp("anonymity") / "home")
    server.fill(two_projects)
    server.start()
    found = Held(server)
    passwords = {
        name: server.add_person(
            name, ["unit:Works/bridge"], ["facilitator" if name == LEAD else "member"], display_name=name.title()
        )
        for name in found.everyone
    }
    found.browsers = {name: server.sign_in(name, password) for name, password in passwords.items()}
    opened = found.browsers[LEAD].call(
        "create_retrospective", project=BRIDGE, format="start_stop_continue", anonymous=True,
        phases=[{"kind": kind} for kind in PHASES],
    )  # fmt: skip
    assert opened.status_code == 200, opened.text
    found.id, found.code = opened.json()["retrospective"]["id"], opened.json()["join_code"]
    for name in PEOPLE:
        assert found.browsers[name].call("take_seat", code=found.code).status_code == 200
    for name in found.everyone:
        found.seats[name] = found.see(name)["you"]["seat"]
    board = next(item for item in found.see(LEAD)["items"] if item["kind"] == "board")
    columns = [column["key"] for column in board["format"]["columns"]]
    question = board["questions"]["questions"][0]["key"]
    for name in PEOPLE:
        found.play(name, "answer", phase="check_in", question="mood", value=2)
    found.go("health")
    for name in PEOPLE:
        found.play(name, "answer", phase="health", question=question, value=4)
    found.go("write")
    for number, text in enumerate(words_of(PEOPLE[0])):  # in turns, as people write
        del text
        for place, name in enumerate(PEOPLE):
            key = f"k{number}x{place}"
            found.play(name, "add_note", note=key, column=columns[place % len(columns)], text=words_of(name)[number])
            found.play(name, "set_ready", ready=True)
    found.play(PEOPLE[0], "add_note", note="gone", column=columns[0], text="regretted-and-taken-back")
    found.play(PEOPLE[0], "remove_note", note="gone")
    server.stop(signal.SIGKILL)
    found.keep("open")
    server.start("--port", server.url.rstrip("/").rsplit(":", 1)[1])
    found.go("vote")
    notes = [item["id"] for item in found.see(LEAD)["items"] if item["kind"] == "note"]
    for place, name in enumerate(PEOPLE):
        found.play(name, "vote", topic=notes[place], dots=2)
    found.go("discuss")
    found.play(PEOPLE[1], "write_discussion", topic=notes[0], text="discussed-by-tiberius-alone", base=0)
    found.play(PEOPLE[2], "put_lesson", lesson_key="l1", topic=notes[0], lesson="learnt-by-ines-alone")
    found.go("close")
    for name in PEOPLE:
        found.play(name, "answer", phase="close", question="roti", value=3)
    closed = found.browsers[LEAD].call("close_retrospective", id=found.id)
    assert closed.status_code == 200, closed.text
    for form in ("csv", "md", "html"):
        page = found.browsers[LEAD].get(f"/retrospectives/{found.id}/export.{form}")
        assert page.status_code == 200, page.text
        found.exports[form] = page.text

    def reported() -> bool:
        runs = found.browsers[LEAD].call("list_runs", limit=5).json()["runs"]
        return bool(runs) and runs[0]["run"]["status"] not in ("queued", "running")

    assert eventually(reported, 120)
    server.stop(signal.SIGKILL)
    found.keep("closed")
    yield found


def test_the_retrospective_kept_what_everybody_wrote(held: Held):
    record = closed_record(held)
    assert sorted(note["text"] for note in nested(record, "notes")) == sorted(
        text for name in PEOPLE for text in words_of(name)
    )


@pytest.mark.parametrize("moment", ["open", "closed"])
def test_no_line_of_the_export_joins_a_person_to_what_they_wrote(held: Held, moment: str):
    assert held.lines[moment]
    for line in held.lines[moment]:
        for name in PEOPLE:
            if any(text in line for text in words_of(name)):
                assert not [known for known in held.names_of(name) if known in line]
                assert held.seats[name] not in line


def test_no_item_of_an_open_board_joins_a_seat_to_what_belongs_to_a_token(held: Held):
    digests = {digest(token) for token in held.tokens.values()}
    owned = [item for item in held.items if item.get("voter")]
    assert {item["kind"] for item in owned} == {"note", "answer"}
    for item in owned:
        assert item["voter"] in digests
        assert not [name for name in held.everyone if held.seats[name] in str(item) or name in str(item)]
    for item in held.items:
        if item["kind"] == "seat":
            assert not [one for one in digests if one in str(item)]
    (tokens,) = [item for item in held.items if item["kind"] == "tokens"]
    assert len(tokens["digests"]) == 64 and tokens["digests"] == sorted(tokens["digests"])


@pytest.mark.parametrize("moment", ["open", "closed"])
def test_no_file_of_the_installation_holds_a_token(held: Held, moment: str):
    assert {"graph.kgl", "sessions.json"} <= set(held.files[moment])
    for name, token in held.tokens.items():
        for path, body in held.files[moment].items():
            assert token.encode() not in body, (name, path)


def test_after_the_close_no_file_holds_the_digest_of_a_token_or_what_was_taken_back(held: Held):
    for path, body in held.files["closed"].items():
        for name, token in held.tokens.items():
            assert digest(token).encode() not in body, (name, path)
        assert b"regretted-and-taken-back" not in body, path
        assert b"holds_token" not in body, path


@pytest.mark.parametrize("moment", ["open", "closed"])
def test_no_line_of_a_readable_file_joins_a_person_to_what_they_wrote(held: Held, moment: str):
    for path, body in held.files[moment].items():
        if path.startswith("graph.kgl"):
            continue  # read by its records above
        for line in body.decode("utf-8", "replace").splitlines():
            for name in PEOPLE:
                if any(text in line for text in words_of(name)):
                    assert not [known for known in held.names_of(name) if known in line], path


def test_the_audit_trail_names_facilitators_for_their_own_moves_alone(held: Held):
    entries = [node for node in nodes(held, "closed") if str(node.get("id", "")).startswith("audit:")]
    about = [entry for entry in entries if held.id in str(entry.get("subject"))]
    assert about, "the facilitator's own moves are there"
    assert {entry["person"] for entry in about} == {LEAD}
    made = {str(entry["operation"]).removeprefix("play_move ") for entry in about}
    assert made <= {"create_retrospective", "go_to_phase", "close_retrospective", "report", "run_report"}
    assert not [entry for entry in entries if entry["person"] in PEOPLE]


def test_the_change_log_knows_no_participant(held: Held):
    changes = [json.loads(line)["node"] for line in held.lines["closed"] if json.loads(line).get("label") == "Change"]
    assert any(held.id in str(change) for change in changes)
    assert not [change for change in changes if change.get("by") in PEOPLE]
    assert not [change for change in changes if held.id in str(change) and any(name in str(change) for name in PEOPLE)]


def test_nothing_that_came_out_is_recorded_by_a_participant(held: Held):
    for node in nodes(held, "closed"):
        if held.id in str(node) or "alone" in str(node):
            said = {key: value for key, value in node.items() if key in ("recorded_by", "author", "created_by")}
            assert not [name for name in PEOPLE if name in str(said)], node["id"]
    record = closed_record(held)
    assert all(not note.get("author") for note in nested(record, "notes"))
    assert not [name for name in PEOPLE for known in held.names_of(name) if known in json.dumps(record)]


def test_answers_of_four_people_are_figures_nowhere(held: Held):
    record = closed_record(held)
    assert record.get("closing_rating") is None
    for field_name in ("mood", "closing"):
        told = nested(record, field_name)
        assert told["count"] == 4 and not told.get("mean") and not told.get("counts"), field_name
    assert [(a["count"], a.get("mean"), a.get("counts")) for a in nested(record, "health")] == [(4, None, None)]


def test_exports_and_the_report_name_nobody_who_wrote(held: Held):
    texts = dict(held.exports)
    texts |= {
        path: body.decode("utf-8", "replace")
        for path, body in held.files["closed"].items()
        if path.startswith("reports/")
    }
    assert any(words_of(PEOPLE[0])[0] in text for path, text in texts.items() if path.startswith("reports/"))
    for path, text in texts.items():
        assert not [name for name in PEOPLE for known in held.names_of(name) if known in text], path
    for form in ("csv", "md", "html"):
        assert all(words_of(name)[0] in texts[form] for name in PEOPLE), form


def nodes(held: Held, moment: str) -> list[dict[str, Any]]:
    return [parsed["node"] for line in held.lines[moment] if "node" in (parsed := json.loads(line))]


def closed_record(held: Held) -> dict[str, Any]:
    lines = [json.loads(line) for line in held.lines["closed"]]
    (found,) = [
        line["node"] for line in lines if line.get("label") == "Retrospective" and line["node"]["id"] == held.id
    ]
    return dict(found)


def nested(record: dict[str, Any], name: str) -> Any:
    value = record[name]
    return json.loads(value) if isinstance(value, str) else value


def test_the_servers_log_names_nobody_who_wrote(held: Held):
    assert not [name for name in PEOPLE if name in held.server.log]
    assert not [text for name in PEOPLE for text in words_of(name) if text in held.server.log]
