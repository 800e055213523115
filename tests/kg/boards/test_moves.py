"""The rules of a board: what each move does, and when it is refused with nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from kg.domain.board.items import BallotItem, GroupItem, NoteItem
from kg.errors import (
    InvalidRequest,
    KgError,
    MovedOn,
    MoveRefused,
    NothingToUndo,
    NotYourRole,
    NotYours,
    StillWaiting,
    TextChanged,
    TooLong,
    VotesSpent,
    WrongPhase,
)
from tests.kg.boards.conftest import PHASES, Table

Seated = Callable[..., Table]

IN_NO_OTHER = {
    "add_note": ({"note": "x", "column": "stop", "text": "t"}, {"write"}),
    "edit_note": ({"note": "own", "text": "t", "base": 0}, {"write", "group"}),
    "remove_note": ({"note": "own"}, {"write", "group"}),
    "group_notes": ({"group": "g", "notes": ["own"]}, {"group"}),
    "move_note": ({"note": "own", "column": "start"}, {"group"}),
    "vote": ({"topic": "own", "dots": 1}, {"vote"}),
    "write_discussion": ({"topic": "own", "text": "t", "base": 0}, {"discuss", "actions", "close"}),
    "mark_recurrence": ({"topic": "own", "lesson": "lesson:1"}, {"discuss", "actions", "close"}),
    "put_action": ({"action": "a", "title": "Do"}, {"discuss", "actions", "close"}),
    "put_lesson": ({"lesson_key": "l", "topic": "own", "lesson": "t"}, {"discuss", "actions", "close"}),
    "answer": ({"phase": "health", "question": "fun", "value": 3}, {"health"}),
}


def ready_for_all(seated: Seated, **values: Any) -> Table:
    """A board on which bo's note `own` and cy's `other` were shown."""
    table = seated(**values)
    table.note("bo", "own")
    table.note("cy", "other")
    table.play("ana", "reveal")
    return table


@pytest.mark.parametrize("move", IN_NO_OTHER)
def test_a_move_in_the_wrong_phase_is_refused_and_changes_nothing(seated: Seated, move: str):
    table = ready_for_all(seated)
    values, allowed = IN_NO_OTHER[move]
    for phase in PHASES:
        if phase in allowed:
            continue
        table.go(phase)
        before = dict(table.room.state.items)
        with pytest.raises(WrongPhase) as refused:
            table.play("bo", move, **values)
        assert refused.value.fields["phase"] == phase
        assert refused.value.fields["wanted"] in PHASES
        assert table.room.state.items == before


@pytest.mark.parametrize("move", IN_NO_OTHER)
def test_the_same_move_is_done_in_its_own_phases(seated: Seated, move: str):
    values, allowed = IN_NO_OTHER[move]
    table = ready_for_all(seated)
    for phase in sorted(allowed)[:1]:
        table.go(phase)
        was = table.room.state.rev
        table.play("bo", move, **({**values, "base": table.rev("own")} if move == "edit_note" else values))
        assert table.room.state.rev == was + 1


def test_nobody_changes_or_takes_away_a_note_of_somebody_else(seated: Seated):
    table = seated()
    table.note("bo", "n1", "Bo wrote this")
    for name in ("cy", "ana"):
        with pytest.raises(NotYours):
            table.play(name, "edit_note", note="n1", text="forged", base=table.rev("n1"))
        with pytest.raises(NotYours):
            table.play(name, "remove_note", note="n1")
        with pytest.raises(NotYours):
            table.play(name, "move_note", note="n1", column="start")
        with pytest.raises(MoveRefused):
            table.note(name, "n1", "forged")
    assert table.notes("bo") == {"n1": "Bo wrote this"}


def test_a_facilitator_takes_away_only_what_everyone_sees(seated: Seated):
    table = ready_for_all(seated)
    table.play("ana", "remove_note", note="own")
    assert set(table.notes("bo")) == {"other"}


def test_a_note_sent_twice_is_one_note(seated: Seated):
    table = seated()
    table.note("bo", "n1", "once")
    rev = table.room.state.rev
    table.note("bo", "n1", "once")
    assert table.room.state.rev == rev
    assert table.notes("bo") == {"n1": "once"}


def test_notes_of_others_are_counted_and_not_sent_before_the_reveal(seated: Seated):
    table = seated()
    page = table.watch("cy")
    table.note("bo", "n1", "a secret of mine")
    assert table.notes("cy") == {}
    assert table.see("cy")["counts"]["hidden"] == {"stop": 1}
    assert "a secret of mine" not in str(page.told) and "n1" not in str(page.told)
    table.play("ana", "reveal")
    assert table.notes("cy") == {"n1": "a secret of mine"}
    assert table.items("cy", "note")["n1"]["author"] == "Bo"
    assert page.told[-1]["type"] == "view"


def test_votes_beyond_the_limits_are_refused(seated: Seated):
    table = seated(votes=4, per_topic=3)
    for key in ("n1", "n2", "n3"):
        table.note("bo", key)
    table.go("vote")
    with pytest.raises(VotesSpent) as refused:
        table.play("bo", "vote", topic="n1", dots=4)
    assert refused.value.fields == {"limit": 3, "per_topic": True}
    table.play("bo", "vote", topic="n1", dots=3)
    with pytest.raises(VotesSpent) as refused:
        table.play("bo", "vote", topic="n2", dots=2)
    assert refused.value.fields == {"limit": 4, "per_topic": False}
    table.play("bo", "vote", topic="n2", dots=1)
    assert table.items("bo", "ballot")["ballot-mine"]["dots"] == {"n1": 3, "n2": 1}
    table.play("bo", "vote", topic="n1", dots=0)
    table.play("bo", "vote", topic="n3", dots=3)
    assert table.items("bo", "ballot")["ballot-mine"]["dots"] == {"n2": 1, "n3": 3}


@pytest.mark.parametrize("dots", [-1, 21, 1.5, "many", None, True and 10**9])
def test_a_vote_of_no_sensible_number_is_refused(seated: Seated, dots: Any):
    table = ready_for_all(seated)
    table.go("vote")
    with pytest.raises(InvalidRequest):
        table.play("bo", "vote", topic="own", dots=dots)


def test_a_vote_sent_again_counts_once(seated: Seated):
    table = ready_for_all(seated)
    table.go("vote")
    for _ in range(3):
        table.play("bo", "vote", topic="own", dots=2)
    table.go("discuss")
    assert table.see("cy")["counts"]["votes"] == {"own": 2, "other": 0}


def test_votes_are_hidden_while_people_vote(seated: Seated):
    table = ready_for_all(seated)
    table.go("vote")
    page = table.watch("cy")
    table.play("bo", "vote", topic="own", dots=2)
    counts = page.told[-1]["counts"]
    assert counts["votes"] is None and counts["voted"] == 1 and counts["voters"] == 3
    assert page.told[-1]["set"] == []
    assert table.items("cy", "ballot") == {}
    table.go("discuss")
    assert page.told[-1]["counts"]["votes"] == {"own": 2, "other": 0}
    assert table.room.state.board.discussing == "own"


def test_dots_of_a_topic_that_is_gone_can_be_given_anew(seated: Seated):
    table = ready_for_all(seated, votes=3)
    table.go("vote")
    table.play("bo", "vote", topic="own", dots=3)
    table.go("group")
    table.play("ana", "group_notes", group="g", notes=["own", "other"])
    table.go("vote")
    table.play("bo", "vote", topic="g", dots=3)
    assert table.room.state.totals() == {"g": 3}


def test_notes_are_grouped_moved_out_and_an_emptied_group_is_gone(seated: Seated):
    table = ready_for_all(seated)
    table.go("group")
    table.play("cy", "group_notes", group="g1", notes=["own", "other", "own"], title="Both")
    assert table.room.state.topics() == ["g1"]
    again = table.room.state.rev
    table.play("cy", "group_notes", group="g1", notes=["own", "other"], title="Both")
    assert table.room.state.rev == again
    table.play("ana", "move_note", note="own", group=None)
    assert table.room.state.topics() == ["g1", "own"]
    table.play("bo", "move_note", note="other")
    assert table.room.state.topics() == ["own", "other"]
    assert not list(table.room.state.of(GroupItem))


def test_grouping_away_the_last_note_empties_the_group_it_was_in(seated: Seated):
    table = ready_for_all(seated)
    table.go("group")
    table.play("cy", "group_notes", group="g1", notes=["own"])
    table.play("bo", "group_notes", group="g2", notes=["own", "other"])
    assert [group.id for group in table.room.state.of(GroupItem)] == ["g2"]
    table.play("bo", "remove_note", note="own")
    table.play("cy", "remove_note", note="other")
    assert not list(table.room.state.of(GroupItem))


def test_what_does_not_exist_is_not_grouped_and_hidden_notes_stay_alone(seated: Seated):
    table = ready_for_all(seated)
    for values in ({"group": "g", "notes": ["own", "nosuch"]}, {"group": "own", "notes": ["other"]}):
        table.go("group")
        with pytest.raises(KgError):
            table.play("bo", "group_notes", **values)
    with pytest.raises(KgError):
        table.play("bo", "move_note", note="own", group="nosuch")
    table.go("write")
    table.note("bo", "late")
    with pytest.raises(WrongPhase):
        table.play("bo", "move_note", note="late", group="nosuch")


def test_a_note_is_put_before_another(seated: Seated):
    table = seated()
    for key in ("a", "b", "c"):
        table.note("bo", key)
    table.go("group")

    def order(column: str) -> list[str]:
        notes = [note for note in table.room.state.of(NoteItem) if note.column == column]
        return [note.id for note in sorted(notes, key=lambda note: (note.order, note.id))]

    assert order("stop") == ["a", "b", "c"]
    table.play("cy", "move_note", note="c", before="a")
    assert order("stop") == ["c", "a", "b"]
    table.play("cy", "move_note", note="b", before="a")
    assert order("stop") == ["c", "b", "a"]
    table.play("cy", "move_note", note="c", column="start")
    table.play("cy", "move_note", note="a", column="start", before="c")
    assert (order("stop"), order("start")) == (["b"], ["a", "c"])


def test_a_note_still_finds_its_place_after_a_hundred_drags_to_the_same_spot(seated: Seated):
    table = seated()
    for key in ("a", "b", "z"):
        table.note("bo", key)
    table.go("group")
    for number in range(100):
        dragged, other = ("a", "b") if number % 2 else ("b", "a")
        table.play("cy", "move_note", note=dragged, before="z")
        notes = sorted(table.room.state.of(NoteItem), key=lambda note: (note.order, note.id))
        assert [note.id for note in notes] == [other, dragged, "z"], number


def test_an_anonymous_reveal_gives_new_keys_and_an_order_that_tells_nothing(seated: Seated):
    table = seated(anonymous=True)
    written = [f"n{number:02d}" for number in range(40)]
    for number, key in enumerate(written):
        table.note(("bo", "cy", "ana")[number % 3], key, key)
    table.go("group")
    shown = table.items("cy", "note")
    assert sorted(note["text"] for note in shown.values()) == written
    assert not set(shown) & set(written)
    on_wall = [note["text"] for note in sorted(shown.values(), key=lambda note: note["order"])]
    as_kept = [item.text for item in table.room.state.of(NoteItem)]
    for order in (on_wall, as_kept):
        assert order != written and order != written[::-1]
        same = sum(first < second for first, second in pairwise(order))
        assert 8 <= same <= 31  # 40 shuffled ones rise 19 or 20 times, give or take 2
    assert len({note["rev"] for note in shown.values()}) == 1
    assert not any("author" in note or "voter" in note for note in shown.values())
    assert sorted(note["text"] for note in shown.values() if note["mine"]) == written[1::3]


def test_an_anonymous_note_stays_its_writers_after_the_reveal(seated: Seated):
    table = seated(anonymous=True)
    table.note("bo", "n1", "mine")
    table.go("group")
    (key,) = table.notes("bo")
    with pytest.raises(NotYours):
        table.play("cy", "edit_note", note=key, text="forged", base=table.rev(key))
    table.play("bo", "edit_note", note=key, text="mine still", base=table.rev(key))
    assert table.notes("cy") == {key: "mine still"}


def test_nothing_that_is_sent_says_whose_an_anonymous_note_is(seated: Seated):
    table = seated(anonymous=True)
    pages = {name: table.watch(name) for name in ("ana", "cy")}
    table.note("bo", "n1", "a secret")
    table.go("vote")
    (key,) = table.notes("bo")
    table.play("bo", "vote", topic=key, dots=1)
    digests = {item.voter for item in table.room.state.of(NoteItem)} | {
        item.voter for item in table.room.state.of(BallotItem)
    }
    assert len(digests) == 1
    for page in pages.values():
        text = str(page.told)
        assert not any(digest in text for digest in digests) and "holds_token" not in text and "voter" not in [
            name for message in page.told for item in message.get("items", []) + message.get("set", []) for name in item
        ]  # fmt: skip


def test_two_facilitators_press_at_once_and_the_board_moves_once(seated: Seated):
    table = seated()
    table.play("ana", "set_role", seat=table.seat("cy"), role="facilitator")
    here = table.room.state.board.phase
    table.play("ana", "go_to_phase", phase=here + 1, seen=here)
    table.play("cy", "go_to_phase", phase=here + 1, seen=here)
    assert table.room.state.board.phase == here + 1
    with pytest.raises(MovedOn) as refused:
        table.play("cy", "go_to_phase", phase=here + 2, seen=here)
    assert refused.value.fields["phase"] == "group"
    assert table.room.state.board.phase == here + 1


def test_undo_takes_ones_own_last_moves_back_one_after_the_other(seated: Seated):
    table = seated()
    table.note("bo", "n1", "first")
    table.play("bo", "edit_note", note="n1", text="second", base=table.rev("n1"))
    table.note("cy", "n2")
    table.play("bo", "undo")
    assert table.notes("bo") == {"n1": "first"}
    table.play("bo", "undo")
    assert table.notes("bo") == {}
    with pytest.raises(NothingToUndo):
        table.play("bo", "undo")
    assert table.notes("cy") == {"n2": "Text of n2"}


def test_undo_is_refused_when_somebody_has_built_on_it(seated: Seated):
    table = ready_for_all(seated)
    table.go("group")
    table.play("bo", "group_notes", group="g", notes=["own"])
    table.play("cy", "name_group", group="g", title="Ours", base=table.rev("g"))
    with pytest.raises(NothingToUndo):
        table.play("bo", "undo")
    assert table.items("bo", "group")["g"]["title"] == "Ours"


def test_undo_of_a_group_that_others_joined_is_refused(seated: Seated):
    table = ready_for_all(seated)
    table.go("group")
    table.play("bo", "group_notes", group="g", notes=["own"])
    table.play("cy", "move_note", note="other", group="g")
    with pytest.raises(NothingToUndo):
        table.play("bo", "undo")
    assert table.room.state.topics() == ["g"]


@pytest.mark.parametrize("moved", ["remove_note", "move_note"])
def test_undo_puts_no_note_into_a_group_that_is_gone(seated: Seated, moved: str):
    table = ready_for_all(seated)
    table.go("group")
    table.play("ana", "group_notes", group="g", notes=["own", "other"])
    table.play("bo", moved, note="own")
    table.play("cy", "move_note", note="other")
    with pytest.raises(NothingToUndo):
        table.play("bo", "undo")
    assert "g" not in table.room.state.items
    assert all(note.group is None for note in table.room.state.of(NoteItem))


def test_undo_leaves_no_empty_group_behind(seated: Seated):
    table = ready_for_all(seated)
    table.go("group")
    table.play("ana", "group_notes", group="g", notes=["other"])
    table.play("bo", "move_note", note="own", group="g")
    table.play("cy", "move_note", note="other")
    table.play("bo", "undo")
    assert not list(table.room.state.of(GroupItem))


@pytest.mark.parametrize("anonymous", [True, False])
def test_undo_after_the_reveal_neither_doubles_a_note_nor_pretends(seated: Seated, anonymous: bool):
    table = seated(anonymous=anonymous)
    table.note("bo", "n1", "first")
    table.play("bo", "edit_note", note="n1", text="second", base=table.rev("n1"))
    table.play("ana", "reveal")
    with pytest.raises(NothingToUndo):
        table.play("bo", "undo")
    assert [note.text for note in table.room.state.of(NoteItem)] == ["second"]
    assert list(table.notes("cy").values()) == ["second"]


def test_undo_ends_with_the_phase(seated: Seated):
    table = seated()
    table.note("bo", "n1")
    table.go("group")
    table.go("write")
    with pytest.raises(NothingToUndo):
        table.play("bo", "undo")


def test_who_was_made_an_observer_takes_nothing_back(seated: Seated):
    table = seated()
    table.note("bo", "n1")
    table.play("ana", "set_role", seat=table.seat("bo"), role="observer")
    with pytest.raises(NotYourRole):
        table.play("bo", "undo")


def test_asynchronous_neighbours_are_open_together(seated: Seated):
    table = seated(phase="check_in")
    phases = [{"kind": kind, "asynchronous": kind in ("check_in", "health", "write")} for kind in PHASES]
    phases[1]["skipped"] = True  # facts
    table.play("ana", "plan_phases", phases=phases)
    assert table.items("bo", "board")["board"]["open"] == ["check_in", "health", "write"]
    table.play("bo", "answer", phase="check_in", question="mood", value=4)
    table.play("bo", "answer", phase="health", question="fun", value=2)
    table.note("bo", "n1")
    with pytest.raises(WrongPhase):
        table.play("bo", "group_notes", group="g", notes=["n1"])
    phases[0]["asynchronous"] = False
    table.play("ana", "plan_phases", phases=phases)
    with pytest.raises(WrongPhase):
        table.note("bo", "n2")


@pytest.mark.parametrize(
    ("phases", "why"),
    [
        ([{"kind": "group"}, {"kind": "write"}], "come in this order"),
        ([{"kind": "vote"}, {"kind": "group"}], "needs the phase 'write'"),
        ([{"kind": "write"}, {"kind": "write"}], "stands twice"),
        ([{"kind": "write"}, {"kind": "dance"}], "phases: "),
        ([{"kind": "write"}, {"kind": "group", "asynchronous": True}], "cannot be asynchronous"),
        ([{"kind": "write", "minutes": -5}], "phases: "),
        ([{"kind": "write", "join_code": "x"}], "phases: "),
        ([{"kind": "check_in"}, {"kind": "write", "skipped": True}], "it stays"),
    ],
)
def test_phases_that_fit_together_in_no_way_are_refused_with_a_reason(seated: Seated, phases: Any, why: str):
    table = seated()
    before = table.room.state.board
    with pytest.raises(KgError) as refused:
        table.play("ana", "plan_phases", phases=phases)
    assert why in str(refused.value)
    assert table.room.state.board == before


def test_observers_watch_and_say_that_they_are_ready(seated: Seated):
    table = ready_for_all(seated)
    table.play("ana", "set_role", seat=table.seat("bo"), role="observer")
    table.play("bo", "set_ready", ready=True)
    with pytest.raises(NotYourRole):
        table.note("bo", "n9")
    table.go("vote")
    with pytest.raises(NotYourRole):
        table.play("bo", "vote", topic="own", dots=1)
    assert table.see("bo")["counts"]["voters"] == 2


FACILITATORS = {
    "go_to_phase": {"phase": 4, "seen": 3}, "reveal": {}, "set_timer": {"seconds": 5}, "discuss": {},
    "plan_phases": {"phases": [{"kind": "write"}]}, "admit": {"seat": "x"},
    "set_role": {"seat": "x", "role": "facilitator"},
}  # fmt: skip


@pytest.mark.parametrize("move", FACILITATORS)
@pytest.mark.parametrize("role", ["participant", "observer"])
def test_nobody_else_makes_a_facilitators_moves(seated: Seated, move: str, role: str):
    table = seated()
    seat = table.seat("bo")
    if role == "observer":
        table.play("ana", "set_role", seat=seat, role=role)
    values = {key: seat if value == "x" else value for key, value in FACILITATORS[move].items()}
    before = dict(table.room.state.items)
    with pytest.raises(NotYourRole):
        table.play("bo", move, **values)
    assert table.room.state.items == before


def test_a_guest_who_waits_sees_the_title_alone_and_does_nothing(seated: Seated):
    table = ready_for_all(seated)
    seat = table.sit("guest-1")
    view = table.see("guest-1")
    assert view["items"] == [{"id": "board", "kind": "board", "title": "Looking back", "waiting": True}]
    assert view["counts"] == {} and view["you"]["waiting"]
    page = table.watch("guest-1")
    table.note("bo", "n5", "not for guests yet")
    assert "not for guests yet" not in str(page.told) and "Ana" not in str(page.told)
    for move, values in (("set_ready", {"ready": True}), ("undo", {}), ("admit", {"seat": seat})):
        with pytest.raises(StillWaiting):
            table.play("guest-1", move, **values)
    table.play("ana", "admit", seat=seat)
    assert page.told[-1]["type"] == "view" and page.told[-1]["you"]["waiting"] is False
    table.note("guest-1", "n6")
    with pytest.raises(MoveRefused):
        table.play("ana", "set_role", seat=seat, role="facilitator")


def test_a_guest_who_is_not_let_in_has_no_seat_and_is_told(seated: Seated):
    table = seated()
    seat = table.sit("guest-1")
    page = table.watch("guest-1")
    table.play("ana", "admit", seat=seat, admitted=False)
    assert page.told[-1] == {"type": "link", "state": "refused"}
    assert seat not in table.room.state.items


def test_a_guest_let_in_to_an_anonymous_board_gets_a_token_and_sees_their_own_notes(seated: Seated):
    table = seated(anonymous=True)
    seat = table.sit("guest-1")
    page = table.watch("guest-1")
    table.play("ana", "admit", seat=seat)
    shown = page.of("view")[-1]
    assert shown["token"] and shown["you"]["writes"]
    table.tokens["guest-1"] = shown["token"]
    table.note("guest-1", "n1", "from a guest")
    assert [note["text"] for note in page.of("patch")[-1]["set"]] == ["from a guest"]


@pytest.mark.parametrize("anonymous", [True, False])
def test_a_guest_who_comes_back_sits_where_they_sat_and_their_open_page_goes_on(seated: Seated, anonymous: bool):
    table = seated(anonymous=anonymous)
    first = table.sit("guest-1")
    table.play("ana", "admit", seat=first)
    table.note("guest-1", "n1", "before")
    second = table.sit("guest-2")
    table.tokens["guest-2"] = table.tokens.get("guest-1", "")  # the session was lost, the browser keeps its token
    page = table.watch("guest-2")
    table.play("ana", "admit", seat=second, same_as=first)
    assert not page.of("link")
    assert page.of("view")[-1]["you"]["seat"] == first
    assert table.notes("guest-2") == {"n1": "before"}
    assert second not in table.room.state.items


def test_a_seat_that_a_facilitator_gives_away_comes_without_the_token_of_who_had_it(seated: Seated):
    table = seated(anonymous=True)
    first = table.sit("guest-1")
    table.play("ana", "admit", seat=first)
    table.note("guest-1", "n1", "nobody is to know that I wrote this")
    second = table.sit("guest-2")
    page = table.watch("guest-2")
    table.play("ana", "admit", seat=second, same_as=first)
    assert "nobody is to know" not in str(page.told) + str(table.see("guest-2"))
    assert "guest-2" not in table.tokens


def test_a_board_keeps_a_facilitator_who_is_in(seated: Seated):
    table = seated()
    with pytest.raises(MoveRefused):
        table.play("ana", "set_role", seat="ana", role="participant")
    waiting = table.sit("dee", waits=True)
    table.play("ana", "set_role", seat=waiting, role="facilitator")
    with pytest.raises(MoveRefused):
        table.play("ana", "set_role", seat="ana", role="participant")
    table.play("ana", "admit", seat=waiting)
    table.play("ana", "set_role", seat="ana", role="participant")
    assert table.see("ana")["you"]["facilitator"] is False


@pytest.mark.parametrize(
    ("move", "values", "field"),
    [
        ("add_note", {"note": "n", "column": "stop", "text": "x" * 50_000}, "text"),
        ("put_action", {"action": "a", "title": "x" * 301}, "title"),
        ("write_discussion", {"topic": "own", "text": "字" * 10_001, "base": 0}, "text"),
    ],
)
def test_words_that_are_too_long_are_refused_with_the_limit(seated: Seated, move: str, values: Any, field: str):
    table = ready_for_all(seated)
    with pytest.raises(TooLong) as refused:
        table.play("bo", move, **values)
    assert refused.value.code == "too_long"
    assert refused.value.fields["field"] == field and refused.value.fields["longest"] > 0
    assert "x" * 400 not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt; & \"quotes\" '", "{{7*7}} ${x} `y`",
        "证书续期 👩🏽‍💻 e\u0301", "a\nb\tc", "\u202eright to left", "=cmd()|' /C calc'!A0", "[x](javascript:alert(1))",
    ],
)  # fmt: skip
def test_what_looks_like_markup_is_kept_as_the_words_it_is(seated: Seated, text: str):
    table = seated()
    table.note("bo", "n1", text)
    table.play("ana", "reveal")
    assert table.notes("cy") == {"n1": text}
    table.restart()
    assert table.notes("cy") == {"n1": text}


@pytest.mark.parametrize(
    "values",
    [
        {}, {"move": "dance"}, {"move": "add_note"}, {"move": "add_note", "note": "../x", "column": "stop", "text": "t"},
        {"move": "add_note", "note": "n", "column": "stop", "text": "   "},
        {"move": "add_note", "note": "n", "column": "stop", "text": "t", "voter": "bo"},
        {"move": "add_note", "note": "n", "column": "stop", "text": "t", "shown": True},
        {"move": "add_note", "note": "n", "column": "nosuch", "text": "t"},
        {"move": "add_note", "note": "n", "column": "stop", "text": "broken \ud800"},
        {"move": "add_note", "note": "n", "column": "stop", "text": "t", "fact": {"id": "x" * 5_000}},
        {"move": "add_note", "note": "n", "column": "stop", "text": "t", "fact": {"id": float("nan")}},
        {"move": "add_note", "note": "n", "column": "stop", "text": "t", "fact": {"id": "\ud800"}},
        {"move": "add_note", "note": "n", "column": "stop", "text": "t", "fact": {"id": [[[[[[]]]]]]}},
        {"move": "answer", "phase": "write", "question": "mood", "value": 3},
        {"move": "answer", "phase": "health", "question": "nosuch", "value": 3},
        {"move": "answer", "phase": "health", "question": "fun", "value": 6},
        {"move": "set_timer", "seconds": 10**9}, {"move": "go_to_phase", "phase": 99, "seen": 3},
        {"move": "go_to_phase", "phase": -1, "seen": 3}, None, [], "add_note", 5,
    ],
)  # fmt: skip
def test_a_move_that_makes_no_sense_is_refused_and_names_the_field(seated: Seated, values: Any):
    from kg.domain.board.rules import parse_move

    table = seated()
    before = dict(table.room.state.items)
    with pytest.raises(InvalidRequest) as refused:
        table.room.play(table.person("ana"), parse_move(values))
    assert refused.value.fields["field"]
    assert table.room.state.items == before


def test_two_changes_of_the_same_words_are_merged(seated: Seated):
    table = ready_for_all(seated)
    table.go("group")
    table.play("bo", "group_notes", group="g", notes=["own", "other"], title="The build")
    base = table.rev("g")
    table.play("bo", "name_group", group="g", title="The slow build", base=base)
    kept = table.play("cy", "name_group", group="g", title="The build 构建🚧", base=base)
    assert kept["said"] == {"text": "The slow build 构建🚧", "merged": True}


def test_words_can_be_changed_while_others_drag_the_note_about(seated: Seated):
    table = ready_for_all(seated)
    table.go("group")
    base = table.rev("own")
    table.play("cy", "move_note", note="own", column="start")
    table.play("bo", "edit_note", note="own", text="Text of own, longer", base=base)
    base = table.rev("own")
    table.play("cy", "move_note", note="own", column="stop")
    base_between = table.rev("own")
    table.play("cy", "move_note", note="own", column="start")
    table.play("bo", "edit_note", note="own", text="Text of own, longer still", base=base_between)
    assert table.notes("cy")["own"] == "Text of own, longer still"


def test_a_change_from_words_that_nobody_remembers_is_refused_with_both_versions(seated: Seated):
    table = ready_for_all(seated)
    table.go("discuss")
    table.play("ana", "write_discussion", topic="own", text="We agreed.", base=0)
    table.restart()
    table.play("cy", "write_discussion", topic="own", text="We agreed on nothing.", base=table.rev("topic-own"))
    table.restart()
    with pytest.raises(TextChanged) as refused:
        table.play("ana", "write_discussion", topic="own", text="All is well.", base=1)
    assert refused.value.fields["theirs"] == "We agreed on nothing."
    assert refused.value.fields["mine"] == "All is well."
    assert table.room.state.topic("own").discussion == "We agreed on nothing."


def test_an_action_that_changed_meanwhile_is_not_overwritten(seated: Seated):
    table = ready_for_all(seated)
    table.go("actions")
    table.play("bo", "put_action", action="a", title="Renew certificates", owner="bo")
    base = table.rev("a")
    table.play("cy", "put_action", action="a", title="Renew certificates", owner="cy", base=base)
    with pytest.raises(TextChanged) as refused:
        table.play("bo", "put_action", action="a", title="Renew them", owner="bo", base=base)
    assert refused.value.fields["theirs"]["owner"] == "cy"
    table.play("bo", "remove_action", action="a")
    table.play("bo", "undo")
    assert table.items("cy", "action")["a"]["owner"] == "cy"


def test_answers_of_fewer_than_five_have_no_figures(seated: Seated):
    table = seated(phase="check_in")
    people = ["ana", "bo", "cy", "dee", "eve"]
    table.sit("dee", "eve")
    for number, name in enumerate(people, start=1):
        table.play(name, "answer", phase="check_in", question="mood", value=number)
        told = table.see("ana")["counts"]["answers"]["check_in"]["mood"]
        assert told == ({"count": number} if number < 5 else {"count": 5, "counts": [1] * 5, "mean": 3.0})
        assert table.items(name, "answer")["answer-check_in-mine"]["values"] == {"mood": number}
