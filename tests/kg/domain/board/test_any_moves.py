"""Whatever several people do in any order, a board keeps what it promises."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kg.domain.board.items import AnswerItem, BallotItem, GroupItem, NoteItem
from kg.errors import KgError
from tests.kg.domain.board.conftest import KINDS, Table

WHO = ["lead", "helm", "ann", "bob", "obs", "gus"]
GROUPS = ["g1", "g2", "g3"]


class Board(RuleBasedStateMachine):
    """Random moves of everybody: with rights or without, in any phase."""

    @initialize(anonymous=st.booleans())
    def begin(self, anonymous: bool) -> None:
        self.table = Table(anonymous=anonymous)
        self.texts: dict[str, str] = {}
        self.made = 0

    def attempt(self, by: str, move: str, **values: Any) -> bool:
        before = dict(self.table.state.items)
        try:
            self.table.play(by, move, **values)
        except KgError:
            assert self.table.state.items == before, "a refused move changed something"
            return False
        return True

    def any_note(self, data: st.DataObject) -> str:
        return str(data.draw(st.sampled_from([note.id for note in self.table.state.of(NoteItem)] or ["none"])))

    @rule(by=st.sampled_from(WHO[:4]), column=st.sampled_from(["good", "bad"]))
    def add(self, by: str, column: str) -> None:
        self.made += 1
        text = f"unique-{self.made}"
        if self.attempt(by, "add_note", note=f"k{self.made}", column=column, text=text):
            self.texts[text] = by

    @rule(by=st.sampled_from(WHO), data=st.data())
    def remove(self, by: str, data: st.DataObject) -> None:
        key = self.any_note(data)
        known = self.table.state.items.get(key)
        if self.attempt(by, "remove_note", note=key) and isinstance(known, NoteItem):
            owner = self.texts.pop(known.text)
            assert owner == by or (known.shown and by in ("lead", "helm"))

    @rule(by=st.sampled_from(WHO), data=st.data())
    def edit(self, by: str, data: st.DataObject) -> None:
        key = self.any_note(data)
        known = self.table.state.items.get(key)
        self.made += 1
        text = f"unique-{self.made}"
        base = known.rev if known else 0
        if self.attempt(by, "edit_note", note=key, text=text, base=base) and isinstance(known, NoteItem):
            assert self.texts.pop(known.text) == by
            self.texts[text] = by

    @rule(by=st.sampled_from(WHO), group=st.sampled_from([*GROUPS, None]), data=st.data())
    def move(self, by: str, group: str | None, data: st.DataObject) -> None:
        self.attempt(by, "move_note", note=self.any_note(data), group=group, before=self.any_note(data))

    @rule(by=st.sampled_from(WHO), group=st.sampled_from(GROUPS), data=st.data())
    def group(self, by: str, group: str, data: st.DataObject) -> None:
        self.attempt(by, "group_notes", group=group, notes=[self.any_note(data), self.any_note(data)])

    @rule(by=st.sampled_from(WHO), dots=st.integers(0, 5), data=st.data())
    def vote(self, by: str, dots: int, data: st.DataObject) -> None:
        topic = data.draw(st.sampled_from([*self.table.state.topics(), *GROUPS]))
        self.attempt(by, "vote", topic=topic, dots=dots)

    @rule(by=st.sampled_from(WHO), question=st.sampled_from("abx"), value=st.integers(1, 5))
    def answer(self, by: str, question: str, value: int) -> None:
        self.attempt(by, "answer", phase="health", question=question, value=value)

    @rule(by=st.sampled_from(["lead", "helm", "lead", "helm", "ann"]), kind=st.sampled_from(KINDS[3:8]))
    def go(self, by: str, kind: Any) -> None:
        seen = self.table.state.board.phase
        assert self.attempt(by, "go_to_phase", phase=KINDS.index(kind), seen=seen) is (by != "ann")

    @rule(by=st.sampled_from(WHO))
    def reveal(self, by: str) -> None:
        assert self.attempt(by, "reveal") is (by in ("lead", "helm"))

    @invariant()
    def every_note_is_there_once(self) -> None:
        if hasattr(self, "table"):
            assert sorted(note.text for note in self.table.state.of(NoteItem)) == sorted(self.texts)

    @invariant()
    def groups_hold_notes_and_notes_know_their_groups(self) -> None:
        if hasattr(self, "table"):
            state = self.table.state
            used = {note.group for note in state.of(NoteItem) if note.group}
            assert used == {group.id for group in state.of(GroupItem)}

    @invariant()
    def nobody_has_more_dots_than_allowed(self) -> None:
        if hasattr(self, "table"):
            state, board = self.table.state, self.table.state.board
            for ballot in state.of(BallotItem):
                assert sum(ballot.dots.values()) <= board.votes
                assert all(0 < dots <= board.per_topic for dots in ballot.dots.values())
            for total in state.totals().values():
                assert total <= board.per_topic * 5

    @invariant()
    def nobody_sees_what_is_not_theirs(self) -> None:
        if not hasattr(self, "table"):
            return
        state = self.table.state
        for name in WHO:
            seen = self.table.sees(name)
            told = json.dumps(seen)
            mine = self.table.actor(name).voter
            waits = seen["you"]["waiting"]
            for note in state.of(NoteItem):
                visible = not waits and (note.shown or note.voter == mine)
                assert (json.dumps(note.text) in told) is visible
            assert "token-of-" not in told
            assert '"voter"' not in told
            kinds = [item["kind"] for item in seen["items"]]
            assert kinds.count("ballot") <= 1
            own = [answer for answer in state.of(AnswerItem) if answer.voter == mine and not waits]
            assert kinds.count("answer") == len(own)


TestBoard = Board.TestCase
TestBoard.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
