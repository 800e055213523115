"""What each move does, and when it is refused."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from kg.domain.board.items import GroupItem, NoteItem, Seat, SeatRole
from kg.domain.board.rules import parse_move
from kg.domain.board.state import Actor
from kg.errors import (
    InvalidRequest,
    MovedOn,
    MoveRefused,
    NotFound,
    NotYourRole,
    NotYours,
    StillWaiting,
    TextChanged,
    TokenElsewhere,
    TooLong,
    VotesSpent,
    WrongPhase,
)
from tests.kg.domain.board.conftest import KINDS, NOW, Table

Written = Callable[..., Table]

OUT_OF_PHASE = [
    ("check_in", "add_note", {"note": "n", "column": "good", "text": "x"}),
    ("facts", "add_note", {"note": "n", "column": "good", "text": "x"}),
    ("vote", "add_note", {"note": "n", "column": "good", "text": "x"}),
    ("close", "edit_note", {"note": "a1", "text": "y", "base": 0}),
    ("vote", "remove_note", {"note": "a1"}),
    ("vote", "move_note", {"note": "a1", "column": "bad"}),
    ("discuss", "group_notes", {"group": "g", "notes": ["a1"]}),
    ("group", "vote", {"topic": "a1", "dots": 1}),
    ("discuss", "vote", {"topic": "a1", "dots": 1}),
    ("write", "answer", {"phase": "health", "question": "a", "value": 3}),
    ("health", "answer", {"phase": "check_in", "question": "mood", "value": 3}),
    ("vote", "write_discussion", {"topic": "a1", "text": "x", "base": 0}),
    ("write", "put_action", {"action": "t", "title": "Do"}),
    ("vote", "put_lesson", {"lesson_key": "l", "topic": "a1", "lesson": "x"}),
    ("vote", "mark_recurrence", {"topic": "a1", "lesson": "lesson:1"}),
]


@pytest.mark.parametrize(("phase", "move", "values"), OUT_OF_PHASE)
def test_a_move_in_the_wrong_phase_is_refused_and_changes_nothing(
    written: Written, phase: str, move: str, values: dict[str, Any]
) -> None:
    table = written("write")
    table.go(phase)
    before = dict(table.state.items)
    with pytest.raises(WrongPhase):
        table.play("ann", move, **values)
    assert table.state.items == before


def test_nobody_changes_or_removes_the_note_of_another(written: Written) -> None:
    table = written()
    for by in ("bob", "lead"):
        with pytest.raises(NotYours):
            table.play(by, "edit_note", note="a1", text="forged", base=table.note("a1").rev)
        with pytest.raises(NotYours):
            table.play(by, "remove_note", note="a1")
        with pytest.raises(NotYours):
            table.play(by, "move_note", note="a1", column="bad")
    assert table.note("a1").text == "Words of a1"


def test_a_facilitator_takes_away_what_everyone_sees_but_does_not_rewrite_it(written: Written) -> None:
    table = written("group")
    with pytest.raises(NotYours):
        table.play("lead", "edit_note", note="a1", text="forged", base=table.note("a1").rev)
    table.play("lead", "remove_note", note="a1")
    assert "a1" not in table.state.items


def test_a_note_sent_twice_is_one_and_a_key_of_another_is_refused(written: Written) -> None:
    table = written()
    assert table.play("ann", "add_note", note="a1", column="good", text="Words of a1").empty
    with pytest.raises(MoveRefused):
        table.play("bob", "add_note", note="a1", column="good", text="mine now")
    assert table.note("a1").voter == "s-ann"


@pytest.mark.parametrize("key", ["ballot-s-bob", "answer-health-s-bob", "topic-a1", "board", "tokens"])
def test_nobody_takes_a_key_that_the_board_gives(written: Written, key: str) -> None:
    table = written("write")
    with pytest.raises(MoveRefused):
        table.play("ann", "add_note", note=key, column="good", text="x")
    table.go("group")
    with pytest.raises(MoveRefused):
        table.play("ann", "group_notes", group=key, notes=["a1", "b1"])
    table.go("actions")
    with pytest.raises(MoveRefused):
        table.play("ann", "put_action", action=key, title="x")


def test_votes_end_at_the_limit_in_all_and_for_a_topic_and_say_which(written: Written) -> None:
    table = written("vote")
    with pytest.raises(VotesSpent) as caught:
        table.play("ann", "vote", topic="a1", dots=4)
    assert caught.value.fields == {"limit": 3, "per_topic": True}
    table.play("ann", "vote", topic="a1", dots=3)
    with pytest.raises(VotesSpent) as caught:
        table.play("ann", "vote", topic="b1", dots=2)
    assert caught.value.fields == {"limit": 4, "per_topic": False}
    table.play("ann", "vote", topic="b1", dots=1)
    assert table.state.totals() == {"a1": 3, "a2": 0, "b1": 1}


def test_a_vote_sent_again_counts_once_and_can_be_taken_back(written: Written) -> None:
    table = written("vote")
    table.play("ann", "vote", topic="a1", dots=2)
    assert table.play("ann", "vote", topic="a1", dots=2).empty
    assert table.state.totals()["a1"] == 2
    table.play("ann", "vote", topic="a1", dots=0)
    assert table.state.totals()["a1"] == 0


def test_only_topics_on_the_board_get_votes(written: Written) -> None:
    table = written("group")
    table.play("ann", "group_notes", group="g", notes=["a1", "b1"])
    table.go("vote")
    for topic in ("a1", "nothing"):
        with pytest.raises(NotFound):
            table.play("ann", "vote", topic=topic, dots=1)
    table.play("ann", "vote", topic="g", dots=1)


def test_votes_stay_hidden_while_people_vote(written: Written) -> None:
    table = written("vote")
    table.play("ann", "vote", topic="a1", dots=2)
    told = table.counts()
    assert (told["votes"], told["voted"], told["voters"]) == (None, 1, 4)
    assert not [item for item in table.sees("bob")["items"] if item["kind"] == "ballot"]
    table.go("discuss")
    assert table.counts()["votes"]["a1"] == 2
    assert table.state.board.discussing == "a1"


def test_notes_are_hidden_until_the_reveal_even_from_facilitators(written: Written) -> None:
    table = written()
    for name in ("bob", "lead", "obs"):
        assert "Words of a1" not in json.dumps(table.sees(name))
    assert table.counts()["hidden"] == {"good": 2, "bad": 1}
    table.play("lead", "reveal")
    assert {note["author"] for note in table.seen_notes("bob").values()} == {"Ann", "Bob"}
    table.play("ann", "add_note", note="a3", column="good", text="Later")
    assert "a3" not in table.seen_notes("bob")


def test_an_anonymous_reveal_gives_new_keys_and_no_author(written: Written) -> None:
    table = written(anonymous=True)
    table.play("lead", "reveal")
    seen = table.seen_notes("bob")
    assert not {"a1", "a2", "b1"} & set(seen)
    assert {note["text"] for note in seen.values()} == {"Words of a1", "Words of a2", "Words of b1"}
    assert not any("author" in note or "voter" in note for note in seen.values())
    assert len({note["rev"] for note in seen.values()}) == 1, "the revisions tell the order of writing"
    assert "token-of-" not in json.dumps([table.sees(name) for name in ("ann", "bob", "lead")])


def test_the_order_at_an_anonymous_reveal_tells_nothing_of_the_order_of_writing() -> None:
    places: Counter[int] = Counter()
    for seed in range(600):
        table = Table(anonymous=True, seed=seed)
        table.go("write")
        for number in range(6):
            table.play("ann" if number % 2 else "bob", "add_note", note=f"n{number}", column="good", text=str(number))
        table.play("lead", "reveal")
        texts = [note.text for note in sorted(table.state.of(NoteItem), key=lambda note: note.order)]
        places[texts.index("0")] += 1
    assert all(60 <= places[place] <= 150 for place in range(6)), places  # 100 each, give or take 5 deviations


def test_grouping_moves_notes_and_drops_groups_that_stand_empty(written: Written) -> None:
    table = written("group")
    table.play("bob", "group_notes", group="g", notes=["a1", "b1"], title="Both")
    assert table.play("bob", "group_notes", group="g", notes=["a1", "b1"]).empty
    assert table.state.topics() == ["g", "a2"]
    table.play("ann", "move_note", note="a1", group=None)
    table.play("ann", "move_note", note="b1", group=None)
    assert not list(table.state.of(GroupItem))
    with pytest.raises(NotFound):
        table.play("ann", "move_note", note="a1", group="g")
    assert sorted(table.state.topics()) == ["a1", "a2", "b1"]


def test_a_group_that_is_emptied_by_another_group_goes(written: Written) -> None:
    table = written("group")
    table.play("bob", "group_notes", group="g", notes=["a1"])
    table.play("ann", "group_notes", group="h", notes=["a1", "b1"])
    assert [group.id for group in table.state.of(GroupItem)] == ["h"]


def test_notes_stand_where_they_were_put(written: Written) -> None:
    table = written("group")

    def order() -> list[str]:
        notes = [note for note in table.state.of(NoteItem) if note.column == "good"]
        return [note.id for note in sorted(notes, key=lambda note: (note.order, note.id))]

    assert order() == ["a1", "b1"]
    table.play("ann", "move_note", note="b1", before="a1")
    assert order() == ["b1", "a1"]
    table.play("ann", "move_note", note="a2", column="good", before="a1")
    assert order() == ["b1", "a2", "a1"]


def test_hidden_notes_are_not_grouped(written: Written) -> None:
    table = written("write", asynchronous=("write",))
    table.go("group")
    table.go("write")
    table.play("ann", "add_note", note="late", column="good", text="late")
    table.go("facts")
    table.state.items["board"] = table.state.board.model_copy(update={"phase": KINDS.index("group")})
    with pytest.raises(WrongPhase):
        table.play("ann", "group_notes", group="g", notes=["late", "a1"])


def test_two_facilitators_who_press_at_once_move_the_board_once(table: Table) -> None:
    seen = table.state.board.phase
    table.play("lead", "go_to_phase", phase=1, seen=seen)
    assert table.play("helm", "go_to_phase", phase=1, seen=seen).empty
    with pytest.raises(MovedOn):
        table.play("helm", "go_to_phase", phase=2, seen=seen)
    assert table.state.board.phase == 1


@pytest.mark.parametrize(
    ("move", "values"),
    [
        ("go_to_phase", {"phase": 2, "seen": 0}), ("plan_phases", {"phases": [{"kind": "write"}]}), ("reveal", {}),
        ("set_timer", {"seconds": 9}), ("discuss", {"topic": None}), ("admit", {"seat": "s-gus"}),
        ("set_role", {"seat": "s-ann", "role": "facilitator"}),
    ],
)  # fmt: skip
def test_only_facilitators_steer(table: Table, move: str, values: dict[str, Any]) -> None:
    for by in ("ann", "obs"):
        with pytest.raises(NotYourRole):
            table.play(by, move, **values)
    with pytest.raises(StillWaiting):
        table.play("gus", move, **values)


def test_observers_watch_and_who_waits_sees_only_that_they_wait(written: Written) -> None:
    table = written()
    with pytest.raises(NotYourRole):
        table.play("obs", "add_note", note="o", column="good", text="x")
    table.play("obs", "set_ready", ready=True)
    with pytest.raises(StillWaiting):
        table.play("gus", "add_note", note="o", column="good", text="x")
    seen = table.sees("gus")
    assert seen["items"] == [{"id": "board", "kind": "board", "title": "T", "waiting": True}]
    assert seen["counts"] == {}


def test_the_last_facilitator_stays_and_guests_become_none(table: Table) -> None:
    table.play("lead", "set_role", seat="s-helm", role="observer")
    with pytest.raises(MoveRefused):
        table.play("lead", "set_role", seat="s-lead", role="participant")
    table.play("lead", "admit", seat="s-gus")
    with pytest.raises(MoveRefused):
        table.play("lead", "set_role", seat="s-gus", role="facilitator")
    assert [seat.id for seat in table.state.of(Seat) if seat.role is SeatRole.FACILITATOR] == ["s-lead"]


def test_without_ones_token_one_watches(written: Written) -> None:
    table = written(anonymous=True)
    bare = Actor(table.actor("ann").seat, None)
    with pytest.raises(TokenElsewhere):
        table.play_as(bare, "add_note", note="x", column="good", text="x")
    table.go("vote")
    topic = table.state.topics()[0]
    with pytest.raises(TokenElsewhere):
        table.play_as(bare, "vote", topic=topic, dots=1)


def test_a_note_of_50_kb_is_too_long_and_says_how_long_it_may_be() -> None:
    with pytest.raises(TooLong) as caught:
        parse_move({"move": "add_note", "note": "n", "column": "good", "text": "x" * 50_000})
    assert caught.value.fields == {"field": "text", "longest": 2000}


def test_markup_in_notes_stays_plain_text(table: Table) -> None:
    text = "<script>alert(1)</script> <b onclick=x>&amp; 你好 👩‍👩‍👧"
    table.go("write")
    table.play("ann", "add_note", note="n", column="good", text=text)
    assert table.seen_notes("ann")["n"]["text"] == text


@pytest.mark.parametrize(
    "move",
    [
        None, [], "x", {}, {"move": "nothing"}, {"move": "vote", "topic": "t", "dots": -1},
        {"move": "vote", "topic": "t", "dots": 2.5}, {"move": "add_note", "note": "../x", "column": "c", "text": "x"},
        {"move": "add_note", "note": "n", "column": "c", "text": "   "},
        {"move": "add_note", "note": "n", "column": "c", "text": "\ud800"},
        {"move": "add_note", "note": "n", "column": "c", "text": "x", "voter": "s-bob"},
        {"move": "answer", "phase": "health", "question": "a", "value": 6},
    ],
)  # fmt: skip
def test_what_is_no_move_is_refused(move: Any) -> None:
    with pytest.raises(InvalidRequest):
        parse_move(move)


def deep(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(levels):
        found = {"a": found}
    return found


@pytest.mark.parametrize("fact", [deep(230), deep(20), {"x": float("nan")}, {"x": "\ud800"}, {"x": "y" * 5000}])
def test_a_fact_that_would_not_be_read_back_is_not_pinned(table: Table, fact: dict[str, Any]) -> None:
    table.go("facts")
    with pytest.raises(InvalidRequest):
        table.play("ann", "add_note", note="n", column="good", text="x", fact=fact)
    table.play("ann", "add_note", note="n", column="good", text="x", fact={"id": "m:1", "kind": "milestone"})


def test_an_unknown_column_names_the_nearest(table: Table) -> None:
    table.go("write")
    with pytest.raises(InvalidRequest) as caught:
        table.play("ann", "add_note", note="n", column="goood", text="x")
    assert caught.value.fields["nearest"] == "good"


def test_asynchronous_neighbours_are_open_at_once() -> None:
    table = Table(asynchronous=("check_in", "previous", "facts", "health", "write"))
    table.play("ann", "answer", phase="health", question="a", value=4)
    table.play("ann", "add_note", note="n", column="good", text="x")
    with pytest.raises(WrongPhase):
        table.play("ann", "vote", topic="n", dots=1)
    apart = Table(asynchronous=("check_in", "health", "write"))
    with pytest.raises(WrongPhase):
        apart.play("ann", "add_note", note="n", column="good", text="x")


def test_figures_of_fewer_than_five_answers_are_never_told(table: Table) -> None:
    for name in ("lead", "helm", "ann", "bob"):
        table.play(name, "answer", phase="check_in", question="mood", value=2)
    assert table.counts()["answers"]["check_in"] == {"mood": {"count": 4}}
    table.play("lead", "admit", seat="s-gus")
    table.play("gus", "answer", phase="check_in", question="mood", value=2)
    assert table.counts()["answers"]["check_in"]["mood"]["mean"] == 2
    table.play("gus", "answer", phase="check_in", question="mood", value=5)
    assert table.counts()["answers"]["check_in"]["mood"]["count"] == 5


@pytest.mark.parametrize(
    "phases",
    [
        [{"kind": "check_in"}],
        [{"kind": "check_in"}, {"kind": "write"}, {"kind": "write"}],
        [{"kind": "check_in"}, {"kind": "vote"}, {"kind": "write"}],
        [{"kind": "check_in"}, {"kind": "write"}, {"kind": "group", "asynchronous": True}],
        [{"kind": "check_in", "minutes": 0}, {"kind": "write"}],
        [{"kind": "party"}, {"kind": "write"}],
    ],
)
def test_phases_that_do_not_fit_together_are_refused(table: Table, phases: list[dict[str, Any]]) -> None:
    before = table.state.board
    with pytest.raises(InvalidRequest):
        table.play("lead", "plan_phases", phases=phases)
    assert table.state.board == before


def test_planning_keeps_people_where_they_are(table: Table) -> None:
    table.go("write")
    table.play("lead", "plan_phases", phases=[{"kind": "write"}, {"kind": "vote"}, {"kind": "check_in"}])
    assert table.state.board.kind_now.value == "write"
    with pytest.raises(MovedOn):
        table.play("lead", "plan_phases", phases=[{"kind": "write", "skipped": True}, {"kind": "vote"}])


def test_a_countdown_goes_by_the_servers_clock(table: Table) -> None:
    table.play("lead", "set_timer", seconds=90)
    timer = table.state.board.timer
    assert timer and timer.ends_at and (timer.ends_at - NOW).total_seconds() == 90
    table.play("lead", "set_timer", seconds=0)
    assert table.state.board.timer is None


def test_a_guest_comes_back_only_to_the_seat_of_a_guest(table: Table) -> None:
    with pytest.raises(MoveRefused):
        table.play("lead", "admit", seat="s-gus", same_as="s-ann")
    table.play("lead", "admit", seat="s-gus", admitted=False)
    assert "s-gus" not in table.state.items


def test_one_action_changed_by_two_is_told_to_both(written: Written) -> None:
    table = written("actions")
    table.play("ann", "put_action", action="t", title="Do")
    base = table.state.items["t"].rev
    table.play("bob", "put_action", action="t", title="Do it", base=base)
    with pytest.raises(TextChanged) as caught:
        table.play("ann", "put_action", action="t", title="Done", base=base)
    assert caught.value.fields["theirs"]["title"] == "Do it"
    assert caught.value.fields["mine"]["title"] == "Done"


def test_join_code_and_sign_in_names_reach_facilitators_only(table: Table) -> None:
    for name, told in (("ann", False), ("lead", True)):
        items = {item["id"]: item for item in table.sees(name)["items"]}
        assert ("join_code" in items["board"]) is told
        assert ("person" in items["s-bob"]) is told
