"""Moves at random by people who take turns: whatever they do, a board keeps its promises."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kg.boards.keeping import load_board
from kg.domain.board.items import BallotItem, GroupItem, NoteItem
from kg.domain.formats import PhaseKind
from kg.errors import KgError
from kg.store.embedded import EmbeddedStore
from tests.kg.boards.conftest import PHASES, RETRO, Page, Table, new_board

PEOPLE = ("ana", "bo", "cy", "guest-1")
VOTES, PER_TOPIC = 4, 3
people = st.sampled_from(PEOPLE)
forgers = st.one_of(st.none(), st.none(), people)
"""Who lays hands on a note: mostly whoever wrote it."""
leaders = st.sampled_from(["ana", "cy", "ana", "cy", "bo"])
numbers = st.integers(0, 30)


class Retrospective(RuleBasedStateMachine):
    """People at one board; `written` is what the board has said is kept, by its unique words."""

    anonymous = False

    @initialize()
    def sit_down(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = EmbeddedStore(Path(self.folder.name) / "board.kgl")
        self.store.ensure_schema()
        new_board(self.store, anonymous=self.anonymous, votes=VOTES, per_topic=PER_TOPIC, phase=3)
        self.table = Table(self.store)
        self.table.sit("bo", "cy", "guest-1")
        self.table.play("ana", "admit", seat=self.table.seat("guest-1"))
        self.table.play("ana", "set_role", seat=self.table.seat("cy"), role="facilitator")
        for name in PEOPLE:
            self.table.see(name)
        self.written: dict[str, str] = {}
        self.made = 0
        self.became: dict[str, str] = {}
        self.last = "bo"
        self.pages = {name: self.table.watch(name) for name in PEOPLE}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    @property
    def notes(self) -> list[NoteItem]:
        return list(self.table.room.state.of(NoteItem))

    def some(self, kind: type[Any], number: int) -> str:
        found = sorted(item.id for item in self.table.room.state.of(kind))
        return found[number % len(found)] if found else "nosuch"

    def topic(self, number: int) -> str:
        found = sorted(self.table.room.state.topics())
        return found[number % len(found)] if found else "nosuch"

    def fresh(self) -> str:
        self.made += 1
        return f"k{self.made}"

    def ask(self, name: str, move: str, **values: Any) -> bool:
        """Make a move; a refusal leaves everything as it was."""
        before, rev = dict(self.table.room.state.items), self.table.room.state.rev
        try:
            self.table.play(name, move, **values)
        except KgError:
            assert self.table.room.state.items == before and self.table.room.state.rev == rev
            return False
        if move not in ("go_to_phase", "reveal"):
            self.last = name
        return True

    @rule(name=people, column=st.sampled_from(["stop", "start"]), twice=st.booleans())
    def write(self, name: str, column: str, twice: bool) -> None:
        key = self.fresh()
        for _ in range(1 + twice):
            if self.ask(name, "add_note", note=key, column=column, text=f"<{key}>"):
                self.written[f"<{key}>"] = name

    @rule(forger=forgers, number=numbers)
    def rewrite(self, forger: str | None, number: int) -> None:
        key = self.some(NoteItem, number)
        found = self.table.room.state.items.get(key)
        if isinstance(found, NoteItem):
            name = forger or self.written[found.text]
            text = f"<{self.fresh()}>"
            if self.ask(name, "edit_note", note=key, text=text, base=found.rev):
                assert self.written[found.text] == name, "somebody else's note was changed"
                del self.written[found.text]
                self.written[text] = name
                self.became[found.text] = text

    @rule(forger=forgers, number=numbers)
    def take_away(self, forger: str | None, number: int) -> None:
        key = self.some(NoteItem, number)
        found = self.table.room.state.items.get(key)
        name = forger or self.written.get(getattr(found, "text", ""), "bo")
        if isinstance(found, NoteItem) and self.ask(name, "remove_note", note=key):
            assert self.written[found.text] == name or (found.shown and name in ("ana", "cy"))
            del self.written[found.text]

    @rule()
    def undo_by_who_moved_last(self) -> None:
        self.undo(self.last)

    @rule(name=people)
    def undo(self, name: str) -> None:
        before = {note.text: note for note in self.notes}
        if not self.ask(name, "undo"):
            return
        after = {note.text: note for note in self.notes}
        for text in set(before) - set(after):
            del self.written[text]
        for text in set(after) - set(before):
            assert self.became.get(text) not in after, "a note is there twice, as it was and as it became"
            owner = [person for person in PEOPLE if self.voter(person) == after[text].voter]
            self.written[text] = owner[0]

    @rule(name=people, one=numbers, two=numbers)
    def group(self, name: str, one: int, two: int) -> None:
        self.ask(name, "group_notes", group=self.fresh(), notes=[self.some(NoteItem, one), self.some(NoteItem, two)])

    @rule(name=people, one=numbers, to=st.one_of(st.none(), numbers), before=st.one_of(st.none(), numbers))
    def move(self, name: str, one: int, to: int | None, before: int | None) -> None:
        self.ask(
            name, "move_note", note=self.some(NoteItem, one),
            group=None if to is None else self.some(GroupItem, to),
            before=None if before is None else self.some(NoteItem, before),
        )  # fmt: skip

    @rule(name=people, number=numbers, dots=st.integers(0, 5))
    def vote(self, name: str, number: int, dots: int) -> None:
        self.ask(name, "vote", topic=self.topic(number), dots=dots)

    @rule(name=people, phase=st.sampled_from(["check_in", "health", "close"]), value=st.integers(1, 5))
    def answer(self, name: str, phase: str, value: int) -> None:
        question = {"check_in": "mood", "health": "fun", "close": "roti"}[phase]
        self.ask(name, "answer", phase=phase, question=question, value=value)

    @rule(name=leaders, phase=st.sampled_from([*PHASES, "write", "write", "group", "group", "group", "vote"]))
    def go(self, name: str, phase: str) -> None:
        done = self.ask(name, "go_to_phase", phase=PHASES.index(phase), seen=self.table.room.state.board.phase)
        assert done == (name in ("ana", "cy"))

    @rule(name=leaders)
    def reveal(self, name: str) -> None:
        assert self.ask(name, "reveal") == (name in ("ana", "cy"))

    @rule(name=people)
    def open_the_page_anew(self, name: str) -> None:
        assert self.pages[name].watcher is not None
        self.table.room.leave(self.pages[name].watcher)
        self.pages[name] = self.table.watch(name)

    @rule()
    def start_the_server_anew(self) -> None:
        self.table.restart()
        self.pages = {name: self.table.watch(name) for name in PEOPLE}

    def voter(self, name: str) -> str:
        """Whom a person's items belong to, worked out from the token that their browser keeps."""
        from kg.boards.tokens import digest

        return digest(self.table.tokens[name]) if self.anonymous else self.table.seat(name)

    @invariant()
    def each_note_that_was_kept_is_there_once(self) -> None:
        assert sorted(note.text for note in self.notes) == sorted(self.written)
        for note in self.notes:
            assert note.voter == self.voter(self.written[note.text])

    @invariant()
    def what_is_in_memory_is_what_is_kept(self) -> None:
        kept = load_board(self.store, RETRO)
        assert kept is not None
        assert kept.items == self.table.room.state.items and kept.rev == self.table.room.state.rev

    @invariant()
    def nobody_has_more_dots_than_there_are(self) -> None:
        ballots = list(self.table.room.state.of(BallotItem))
        assert len({ballot.voter for ballot in ballots}) == len(ballots) <= len(PEOPLE)
        for ballot in ballots:
            assert sum(ballot.dots.values()) <= VOTES
            assert all(0 < dots <= PER_TOPIC for dots in ballot.dots.values())

    @invariant()
    def groups_hold_notes_that_exist(self) -> None:
        named = {note.group for note in self.notes if note.group}
        assert named == {group.id for group in self.table.room.state.of(GroupItem)}
        assert all(note.shown for note in self.notes if note.group)

    @invariant()
    def everybody_sees_what_is_theirs_to_see(self) -> None:
        state = self.table.room.state
        hidden = {name: {n.text for n in self.notes if not n.shown and self.written[n.text] != name} for name in PEOPLE}
        for name in PEOPLE:
            view = self.table.see(name)
            text = json.dumps(view)
            assert not [word for word in hidden[name] if word in text]
            shown = {item["text"] for item in view["items"] if item["kind"] == "note"}
            assert shown == {note.text for note in self.notes} - hidden[name]
            assert {item["id"] for item in view["items"] if item["kind"] == "ballot"} <= {"ballot-mine"}
            assert all(item["id"].endswith("-mine") for item in view["items"] if item["kind"] == "answer")
            assert "digests" not in text and '"voter"' not in text and "holds_token" not in text
            assert "join_code" not in text or name in ("ana", "cy")
            if self.anonymous:
                assert '"author"' not in text
                assert not [person for person in PEOPLE if self.voter(person) in text]
            if PhaseKind.VOTE in state.open_phases():
                assert view["counts"]["votes"] is None
            for answered in view["counts"]["answers"].values():
                assert all(set(told) == {"count"} for told in answered.values())  # there are four of them

    @invariant()
    def open_pages_end_up_with_what_they_would_be_shown(self) -> None:
        for name, page in self.pages.items():
            seen = {item["id"]: item for item in self.table.see(name)["items"]}
            assert _as_told(page) == seen, name


class Anonymous(Retrospective):
    anonymous = True


def _as_told(page: Page) -> dict[str, Any]:
    """The items of a page that took in all it was told, in the order in which it was told."""
    items: dict[str, Any] = {}
    rev = -1
    for message in page.told:
        if message["type"] == "view":
            items, rev = {item["id"]: item for item in message["items"]}, message["rev"]
        elif message["type"] == "patch":
            assert message["rev"] == rev + 1, "a patch is missing"
            rev = message["rev"]
            items |= {item["id"]: item for item in message["set"]}
            for key in message["drop"]:
                items.pop(key, None)
    return items


@pytest.mark.parametrize("machine", [Retrospective, Anonymous])
def test_a_board_keeps_its_promises_whatever_people_do(machine: type[Retrospective]):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=40, deadline=None, derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], database=None,
        ),
    )  # fmt: skip
