"""Rooms on each engine: what is acknowledged is kept, told to everyone, and merged or refused, never overwritten."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from kg.domain.board.items import BallotItem, GroupItem, NoteItem, Seat
from kg.errors import BoardClosed, Forbidden, KgError, NotFound, NothingToUndo, TextChanged, TokenElsewhere
from kg.store.embedded import EmbeddedStore
from tests.conftest import visitor
from tests.kg.boards.held import CODE, RETRO, Held, Page, blind, go, held, play, texts
from tests.kg.store.conftest import Engine, embedded_engine, engine, neo4j_engine, store

__all__ = ["blind", "embedded_engine", "engine", "held", "neo4j_engine", "store"]

ROOT = Path(__file__).parents[3]


def test_what_was_acknowledged_is_read_back_item_by_item(held: Held) -> None:
    room = held.room()
    go(room, "write")
    play(room, "ann", "add_note", note="a", column="good", text="你好 👩‍👩‍👧 <b>\x00")
    go(room, "group")
    play(room, "ann", "group_notes", group="g", notes=["a"], title="G")
    go(room, "vote")
    play(room, "ann", "vote", topic="g", dots=2)
    again = held.room()
    assert again.state.items == room.state.items
    assert again.state.rev == room.state.rev
    assert again.state.totals() == {"g": 2}


def test_a_link_leads_to_its_board_and_no_other_to_any(held: Held) -> None:
    boards = held.boards()
    assert boards.room_of_code(CODE).retrospective == RETRO
    for code in ("join-code-1235", "x", "' OR 1=1", CODE.upper()):
        with pytest.raises(NotFound):
            boards.room_of_code(code)


def test_a_move_sent_again_is_kept_once(held: Held) -> None:
    room = held.room()
    go(room, "write")
    first = play(room, "ann", "add_note", note="a", column="good", text="Once")
    assert play(room, "ann", "add_note", note="a", column="good", text="Once")["rev"] == first["rev"]
    restarted = held.room()
    play(restarted, "ann", "add_note", note="a", column="good", text="Once")
    assert texts(restarted) == {"a": "Once"}


def test_everyone_is_told_what_they_may_see(held: Held) -> None:
    room = held.room()
    room.sit(visitor("bob"), "Bob", guest=False, waits=False)
    ann, bob = Page(room, "ann"), Page(room, "bob")
    go(room, "write")
    play(room, "ann", "add_note", note="a", column="good", text="Ann's words")
    assert (ann.texts(), bob.texts()) == (["Ann's words"], [])
    play(room, "ann", "remove_note", note="a")
    assert not any("a" in told.get("drop", ()) for told in bob.heard)
    play(room, "ann", "add_note", note="b", column="good", text="More words")
    play(room, "lead", "reveal")
    assert ann.texts() == bob.texts() == ["More words"]
    revs = [told["rev"] for told in bob.heard if "rev" in told]
    assert revs == sorted(revs)


@pytest.mark.parametrize(
    ("start", "first", "second", "both"),
    [
        ("The tests are slow", "The tests are very slow", "The tests are slow on Mondays",
         "The tests are very slow on Mondays"),
        ("部署很慢", "部署真的很慢", "部署很慢，总是超时", "部署真的很慢，总是超时"),
        ("Deploy 部署 🚀 ok", "Deploy 部署 🚀🚀 ok", "We deploy 部署 🚀 ok", None),
        ("👩‍👩‍👧 家庭", "👩‍👩‍👧 我的家庭", "👩‍👩‍👧 家庭 family", "👩‍👩‍👧 我的家庭 family"),
    ],
)  # fmt: skip
def test_two_writers_of_one_note_are_merged(held: Held, start: str, first: str, second: str, both: str | None) -> None:
    room = held.room()
    go(room, "write")
    play(room, "ann", "add_note", note="a", column="good", text=start)
    base = room.state.items["a"].rev
    assert play(room, "ann", "edit_note", note="a", text=first, base=base)["said"] == {}
    told = play(room, "ann", "edit_note", note="a", text=second, base=base)["said"]
    kept = texts(room)["a"]
    assert told == {"text": kept, "merged": True}
    assert kept == both if both else all(part in kept for part in ("We deploy", "部署", "🚀🚀", "ok"))
    kept.encode()


def test_words_that_cannot_be_joined_are_told_to_the_later_writer(held: Held) -> None:
    room = held.room()
    go(room, "write")
    play(room, "ann", "add_note", note="a", column="good", text="Start")
    base = room.state.items["a"].rev
    restarted = held.room()  # knows nothing of what `base` said
    play(restarted, "ann", "edit_note", note="a", text="First", base=base)
    again = held.room()
    with pytest.raises(TextChanged) as caught:
        play(again, "ann", "edit_note", note="a", text="Second", base=base)
    assert (caught.value.fields["theirs"], caught.value.fields["mine"]) == ("First", "Second")
    assert texts(again) == {"a": "First"}


@pytest.mark.parametrize(
    ("start", "first", "second"),
    [("ab", "a", "b"), ("x", "x" + "y" * 1500, "z" * 1500 + "x")],
)
def test_a_merge_never_leaves_a_note_empty_or_too_long(held: Held, start: str, first: str, second: str) -> None:
    room = held.room()
    go(room, "write")
    play(room, "ann", "add_note", note="a", column="good", text=start)
    base = room.state.items["a"].rev
    play(room, "ann", "edit_note", note="a", text=first, base=base)
    with pytest.raises(TextChanged):
        play(room, "ann", "edit_note", note="a", text=second, base=base)
    assert texts(room)["a"] == first


def test_many_writers_of_one_discussion_lose_no_word(held: Held) -> None:
    room = held.room()
    names = [f"p{number}" for number in range(6)]
    for name in names:
        room.sit(visitor(name), name, guest=False, waits=False)
    go(room, "write")
    play(room, "ann", "add_note", note="a", column="good", text="T")
    go(room, "discuss")
    play(room, "ann", "write_discussion", topic="a", text="Begin. ", base=0)
    base = room.state.items["topic-a"].rev

    def write(name: str) -> None:
        play(room, name, "write_discussion", topic="a", text=f"Begin. <{name}>", base=base)

    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = room.state.topic("a").discussion
    assert all(kept.count(f"<{name}>") == 1 for name in names), kept


def test_undo_takes_back_ones_own_last_move(held: Held) -> None:
    room = held.room()
    go(room, "write")
    play(room, "ann", "add_note", note="a", column="good", text="One")
    play(room, "ann", "edit_note", note="a", text="Two", base=room.state.items["a"].rev)
    play(room, "ann", "undo")
    assert texts(room) == {"a": "One"}
    play(room, "ann", "undo")
    assert texts(room) == {}
    with pytest.raises(NothingToUndo):
        play(room, "ann", "undo")
    with pytest.raises(NothingToUndo):
        play(room, "lead", "undo")
    assert held.room().state.items == room.state.items


def three_notes(held: Held) -> Any:
    room = held.room()
    room.sit(visitor("bob"), "Bob", guest=False, waits=False)
    go(room, "write")
    for key in ("a", "b", "c"):
        play(room, "ann", "add_note", note=key, column="good", text=key.upper())
    go(room, "group")
    return room


def assert_no_note_is_lost(room: Any, *keys: str) -> None:
    assert sorted(texts(room)) == sorted(keys)
    groups = {group.id for group in room.state.of(GroupItem)}
    assert {note.group for note in room.state.of(NoteItem) if note.group} <= groups


def test_undo_of_a_group_that_others_have_added_to_is_refused(held: Held) -> None:
    room = three_notes(held)
    play(room, "ann", "group_notes", group="g", notes=["a", "b"])
    play(room, "bob", "move_note", note="c", group="g")
    with pytest.raises(NothingToUndo):
        play(room, "ann", "undo")
    assert_no_note_is_lost(room, "a", "b", "c")


def test_undo_into_a_group_that_is_gone_is_refused(held: Held) -> None:
    room = three_notes(held)
    play(room, "bob", "group_notes", group="g", notes=["a", "b"])
    play(room, "ann", "move_note", note="a", group=None)
    play(room, "bob", "move_note", note="b", group=None)
    with pytest.raises(NothingToUndo):
        play(room, "ann", "undo")
    assert_no_note_is_lost(room, "a", "b", "c")


def test_undo_does_not_revive_what_a_facilitator_took_away(held: Held) -> None:
    room = three_notes(held)
    play(room, "ann", "edit_note", note="a", text="Worse", base=room.state.items["a"].rev)
    play(room, "lead", "remove_note", note="a")
    with pytest.raises(NothingToUndo):
        play(room, "ann", "undo")
    assert_no_note_is_lost(room, "b", "c")


def test_undo_after_an_anonymous_reveal_doubles_no_note(blind: Held) -> None:
    room = blind.room()
    page = Page(room, "ann")
    go(room, "write")
    play(room, "ann", "add_note", page.token, note="a", column="good", text="One")
    play(room, "ann", "edit_note", page.token, note="a", text="Two", base=room.state.items["a"].rev)
    play(room, "lead", "reveal")
    with pytest.raises(NothingToUndo):
        play(room, "ann", "undo", page.token)
    assert list(texts(room).values()) == ["Two"]


def test_a_restart_in_mid_vote_of_an_anonymous_board_keeps_votes_and_gives_no_second_token(blind: Held) -> None:
    room = blind.room()
    token = Page(room, "ann").token
    assert token
    go(room, "write")
    play(room, "ann", "add_note", token, note="a", column="good", text="One")
    go(room, "vote")
    (topic,) = room.state.topics()
    play(room, "ann", "vote", token, topic=topic, dots=3)
    restarted = blind.room()
    assert restarted.state.totals() == {topic: 3}
    cleared = Page(restarted, "ann")
    assert (cleared.token, cleared.writes) == (None, False)
    with pytest.raises(TokenElsewhere):
        play(restarted, "ann", "vote", topic=topic, dots=3)
    with pytest.raises(TokenElsewhere):
        play(restarted, "ann", "vote", "made-up-token", topic=topic, dots=3)
    kept = Page(restarted, "ann", token)
    assert (kept.token, kept.writes) == (token, True)
    play(restarted, "ann", "vote", token, topic=topic, dots=2)
    assert restarted.state.totals() == {topic: 2}
    assert len(list(restarted.state.of(BallotItem))) == 1


def test_who_is_let_in_while_they_watch_writes_and_sees_their_own_hidden_notes(blind: Held) -> None:
    room = blind.room()
    seat = room.sit(visitor("gus"), "Gus", guest=True, waits=True)
    page = Page(room, "gus")
    assert (page.token, page.writes) == (None, False)
    play(room, "lead", "admit", seat=seat.id)
    assert page.token
    assert page.writes
    go(room, "write")
    play(room, "gus", "add_note", page.token, note="n", column="good", text="Hidden words")
    assert page.texts() == ["Hidden words"]


def test_a_guest_who_comes_back_has_the_old_seat_but_not_by_itself_the_token(blind: Held) -> None:
    room = blind.room()
    first = room.sit(visitor("gus"), "Gus", guest=True, waits=True)
    play(room, "lead", "admit", seat=first.id)
    before = Page(room, "gus")
    go(room, "write")
    play(room, "gus", "add_note", before.token, note="n", column="good", text="Secret words")
    second = room.sit(visitor("gus-again"), "Gus", guest=True, waits=True)
    back = Page(room, "gus-again")
    play(room, "lead", "admit", seat=second.id, same_as=first.id)
    assert back.items["board"].get("phases"), "the page of who came back goes on"
    assert (back.token, back.writes, back.texts()) == (None, False, []), "a seat was taken over with its token"
    assert before.heard[-1] == {"type": "link", "state": "refused"}
    with pytest.raises(TokenElsewhere):
        play(room, "gus-again", "add_note", note="m", column="good", text="x")
    with pytest.raises(TokenElsewhere):
        play(room, "gus-again", "undo")
    with pytest.raises(Forbidden):
        play(room, "gus", "add_note", before.token, note="m", column="good", text="x")
    assert Page(room, "gus-again", before.token).texts() == ["Secret words"]
    assert len([s for s in room.state.of(Seat) if s.guest]) == 1


def test_a_guest_who_comes_back_to_a_named_board_has_their_votes(held: Held) -> None:
    room = held.room()
    first = room.sit(visitor("gus"), "Gus", guest=True, waits=False)
    go(room, "write")
    play(room, "gus", "add_note", note="n", column="good", text="Words")
    go(room, "vote")
    play(room, "gus", "vote", topic="n", dots=3)
    second = room.sit(visitor("gus-again"), "Gus", guest=True, waits=True)
    back = Page(room, "gus-again")
    play(room, "lead", "admit", seat=second.id, same_as=first.id)
    assert back.items["ballot-mine"]["dots"] == {"n": 3}
    play(room, "gus-again", "vote", topic="n", dots=2)
    assert room.state.totals() == {"n": 2}


def test_two_servers_on_one_board_lose_nothing_of_each_other(held: Held, engine: Engine) -> None:
    mine, theirs = held.boards(shared=True), held.boards(held.store, shared=True)
    one, two = mine.room(RETRO), theirs.room(RETRO)
    for name in ("ann", "lead"):
        assert one.state.seat_of(name)
    page = Page(two, "lead")
    go(one, "write")

    def write(room: Any, by: str) -> None:
        for number in range(15):
            for _ in range(20):
                try:
                    play(room, by, "add_note", note=f"{by}{number}", column="good", text=f"{by} {number}")
                    break
                except KgError as error:
                    assert error.code == "conflict", error

    threads = [threading.Thread(target=write, args=values) for values in ((one, "ann"), (two, "lead"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    mine.look()
    theirs.look()
    one.refresh(None if one.closed else two.state.rev)
    assert len(texts(held.room())) == 30
    assert texts(one) == texts(two) == texts(held.room())
    assert len(page.texts()) == 15  # the notes of the other are hidden still
    go(one, "group")
    theirs.look()
    assert len(page.texts()) == 30


def test_an_undo_that_another_server_overtook_takes_back_one_move(held: Held) -> None:
    one, two = held.room(), held.room()
    go(one, "write")
    two.refresh(one.state.rev)
    for key in ("a", "b"):
        play(one, "ann", "add_note", note=key, column="good", text=key)
    two.refresh(one.state.rev)
    play(two, "lead", "add_note", note="z", column="good", text="z")
    play(one, "ann", "undo")
    assert sorted(texts(held.room())) == ["a", "z"]


def test_two_servers_give_one_person_one_token(blind: Held) -> None:
    one, two = blind.room(), blind.room()
    Page(one, "lead")
    two.refresh(one.state.rev)
    first, second = Page(one, "ann"), Page(two, "ann")
    assert first.token
    assert second.token is None
    assert not second.writes


def test_a_board_that_ended_elsewhere_is_over_here(held: Held) -> None:
    here, there = held.boards(shared=True), held.boards(shared=True)
    page = Page(here.room(RETRO), "ann")
    there.room(RETRO).finish(visitor("lead"), lambda tx, state: None)
    here.look()
    assert page.heard[-1] == {"type": "link", "state": "closed"}
    with pytest.raises(BoardClosed):
        here.room(RETRO)


WRITER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from kg.store.embedded import EmbeddedStore
from kg.boards import Boards
from tests.kg.boards.held import RETRO, play
room = Boards(EmbeddedStore(Path({path!r}))).room(RETRO)
number = len(room.state.items)
while True:
    number += 1
    play(room, "ann", "add_note", note=f"k{{number}}", column="good", text=f"Note {{number}}")
    print(f"k{{number}}", flush=True)
"""


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "graph.kgl"
    store = EmbeddedStore(path)
    store.ensure_schema()
    held = Held(store)
    go(held.room(), "write")
    store.close()
    acknowledged: set[str] = set()
    for round_ in range(3):
        program = WRITER.format(root=str(ROOT), path=str(path))
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stdout is not None
        acknowledged.add(process.stdout.readline().strip())
        time.sleep(0.2 + 0.1 * round_)
        os.kill(process.pid, signal.SIGKILL)
        acknowledged |= {line.strip() for line in process.stdout.read().splitlines(keepends=True) if line[-1] == "\n"}
        process.wait()
        store = EmbeddedStore(path)
        from kg.boards import Boards

        kept = texts(Boards(store).room(RETRO))
        store.close()
        assert acknowledged <= set(kept)
        assert all(text == f"Note {key[1:]}" for key, text in kept.items())
    assert len(acknowledged) > 10
