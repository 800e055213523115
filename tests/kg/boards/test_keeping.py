"""What a board keeps on each engine: through restarts, beside another server, and when people write at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from kg.boards.keeping import load_board
from kg.domain.board.items import BallotItem, NoteItem, Seat, TokensItem
from kg.errors import BoardClosed, KgError, NotFound, TextChanged, TokenElsewhere
from kg.store.protocol import GraphStore
from tests.kg.boards.conftest import CODE, PHASES, RETRO, Table, new_board
from tests.kg.store.conftest import Engine

WRITE, GROUP = PHASES.index("write"), PHASES.index("group")


def table_on(store: GraphStore, *, phase: int = WRITE, anonymous: bool = False) -> Table:
    new_board(store, phase=phase, anonymous=anonymous)
    table = Table(store)
    table.sit("bo", "cy")
    return table


def other_server(table: Table) -> Table:
    """A second process at the same store; people carry their tokens from one to the other."""
    found = Table(table.store)
    found.tokens = table.tokens
    return found


@pytest.mark.parametrize("anonymous", [True, False])
def test_what_was_acknowledged_is_there_after_the_store_was_opened_anew(engine: Engine, anonymous: bool):
    store = engine.open()
    store.ensure_schema()
    table = table_on(store, anonymous=anonymous)
    table.note("bo", "n1", "证书续期 🚧 <b>\\n'quotes\"\u2028 end")
    table.note("cy", "n2", "two")
    table.note("cy", "n3", "three")
    table.play("cy", "remove_note", note="n3")
    table.go("group")
    table.play("ana", "group_notes", group="g", notes=sorted(table.notes("bo")), title="一起")
    table.go("vote")
    table.play("bo", "vote", topic="g", dots=3)
    table.go("discuss")
    table.play("cy", "write_discussion", topic="g", text="x" * 10_000, base=0)
    before, rev = table.room.state.items, table.room.state.rev
    store.close()
    again = engine.open()
    try:
        found = load_board(again, RETRO)
        assert found is not None
        assert found.items == before and found.rev == rev
        table.restart(again)
        assert sorted(table.notes("bo").values()) == ["two", "证书续期 🚧 <b>\\n'quotes\"\u2028 end"]
        assert table.see("bo")["counts"]["votes"] == {"g": 3}
    finally:
        again.close()


def test_two_servers_at_one_store_interleave_and_lose_nothing(store: GraphStore):
    one = table_on(store)
    two = other_server(one)
    pages = [one.watch("ana"), two.watch("ana")]
    for number in range(10):
        one.note("bo", f"a{number}")
        two.note("cy", f"b{number}")
        two.note("bo", f"c{number}")
    assert len(list(two.room.state.of(NoteItem))) == 30
    one.boards.look()
    assert one.room.state.items == two.room.state.items
    two.go("group")
    one.boards.look()
    for page in pages:
        assert sum(item["kind"] == "note" for item in page.of("view")[-1]["items"]) == 30
    kept = load_board(store, RETRO)
    assert kept is not None and kept.items == one.room.state.items


def test_two_servers_under_a_crowd_keep_each_acknowledged_note_once(store: GraphStore):
    tables = [table_on(store)]
    tables.append(other_server(tables[0]))
    for table in tables:
        assert len(list(table.room.state.of(Seat))) == 3
    done: list[str] = []

    def write(lane: int) -> None:
        name = ("bo", "cy", "ana", "bo")[lane]
        for number in range(8):
            key = f"l{lane}-{number}"
            try:
                tables[lane % 2].note(name, key)
            except KgError as error:
                assert error.code == "conflict"  # said to be tried again
                continue
            done.append(key)

    with ThreadPoolExecutor(4) as crowd:
        for found in [crowd.submit(write, lane) for lane in range(4)]:
            found.result()
    kept = load_board(store, RETRO)
    assert kept is not None
    assert sorted(note.id for note in kept.of(NoteItem)) == sorted(done)
    assert len(done) >= 28


def test_another_servers_watchers_are_told_when_they_look(store: GraphStore):
    one = table_on(store)
    two = other_server(one)
    page = two.watch("cy")
    one.note("bo", "n1", "hidden from you")
    one.play("ana", "reveal")
    one.play("bo", "set_ready", ready=True)
    assert "hidden from you" not in str(page.told)
    two.boards.look()
    shown = {item["id"]: item for item in page.told[-1]["items"]}
    assert shown["n1"]["text"] == "hidden from you" and shown[one.seat("bo")]["ready"]
    told = len(page.told)
    two.boards.look()
    assert len(page.told) == told, "nothing has changed, nothing is said"


def test_a_board_closed_by_one_server_is_over_at_the_other(store: GraphStore):
    one = table_on(store)
    one.note("bo", "n1")
    two = other_server(one)
    page = two.watch("cy")
    told = other_server(one)
    told.room  # noqa: B018  (knows the board, and looks at nothing)
    assert one.room.finish(one.person("ana"), lambda tx, state: len(list(state.of(NoteItem)))) == 1
    two.boards.look()
    assert page.told[-1] == {"type": "link", "state": "closed"}
    with pytest.raises((BoardClosed, NotFound)):
        told.boards._rooms[RETRO].play(told.person("bo"), _note("late"))
    assert load_board(store, RETRO) is None
    assert not store.read("MATCH (n:BoardItem) RETURN n.id AS id")


def test_two_who_close_at_once_close_it_once(store: GraphStore):
    one = table_on(store)
    two = other_server(one)
    two.room  # noqa: B018
    written: list[str] = []
    one.room.finish(one.person("ana"), lambda tx, state: written.append("one"))
    with pytest.raises(BoardClosed):
        two.boards._rooms[RETRO].finish(two.person("ana"), lambda tx, state: written.append("two"))
    assert written == ["one"]


def test_a_close_that_fails_leaves_the_board_as_it_was(store: GraphStore):
    table = table_on(store)
    table.note("bo", "n1")

    def fail(tx: object, state: object) -> None:
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        table.room.finish(table.person("ana"), fail)
    table.note("bo", "n2")
    table.restart()
    assert set(table.notes("bo")) == {"n1", "n2"}


def test_people_who_write_one_text_at_once_overwrite_nobody(store: GraphStore):
    table = table_on(store, phase=GROUP)
    table.go("write")
    table.note("bo", "n1")
    table.go("discuss")
    words = {"bo": "renew 🔁", "cy": "证书续期", "ana": "owners"}
    text = "Start. End."
    table.play("ana", "write_discussion", topic="n1", text=text, base=0)
    start = threading.Barrier(3)
    base, refused = table.rev("topic-n1"), []

    def add(name: str) -> None:
        start.wait()
        try:
            table.play(name, "write_discussion", topic="n1", text=f"Start. {words[name]} End.", base=base)
        except TextChanged as error:
            assert error.fields["theirs"] and error.fields["mine"] == f"Start. {words[name]} End."
            refused.append(name)

    with ThreadPoolExecutor(3) as crowd:
        for found in [crowd.submit(add, name) for name in words]:
            found.result()
    said = table.room.state.topic("n1").discussion
    assert said.startswith("Start. ") and said.endswith("End.")
    assert all(word in said for name, word in words.items() if name not in refused)
    assert refused == [], "in one process all of them are merged"
    table.restart()
    assert table.room.state.topic("n1").discussion == said


@pytest.mark.parametrize(
    ("text", "mine", "theirs", "both"),
    [
        ("The build is slow", "The nightly build is slow", "The build is slow and red", "The nightly build is slow and red"),
        ("构建很慢", "夜间构建很慢", "构建很慢，而且红了", "夜间构建很慢，而且红了"),
        ("👩🏽‍💻 waits", "👩🏽‍💻👨‍👩‍👧 waits", "👩🏽‍💻 waits 🚧", "👩🏽‍💻👨‍👩‍👧 waits 🚧"),
        ("a𝒳b", "a𝒳𝒴b", "0a𝒳b", "0a𝒳𝒴b"),
    ],
)  # fmt: skip
def test_two_browsers_of_one_person_merge_one_note(store: GraphStore, text: str, mine: str, theirs: str, both: str):
    table = table_on(store)
    table.note("bo", "n1", text)
    base = table.rev("n1")
    table.play("bo", "edit_note", note="n1", text=mine, base=base)
    kept = table.play("bo", "edit_note", note="n1", text=theirs, base=base)
    assert kept["said"] == {"text": both, "merged": True}
    assert table.notes("bo") == {"n1": both}


def test_a_text_changed_at_another_server_is_merged_or_refused_with_both(store: GraphStore):
    one = table_on(store)
    one.note("bo", "n1", "Start.")
    two = other_server(one)
    base = two.room.state.items["n1"].rev
    one.play("bo", "edit_note", note="n1", text="Start. From one.", base=base)
    with pytest.raises(TextChanged) as refused:
        two.play("bo", "edit_note", note="n1", text="Start. From two.", base=base)
    assert refused.value.fields["theirs"] == "Start. From one."
    assert refused.value.fields["mine"] == "Start. From two."
    assert two.notes("bo") == {"n1": "Start. From one."}


def test_a_restart_in_mid_vote_keeps_votes_and_tokens_and_gives_no_second_one(engine: Engine):
    store = engine.open()
    store.ensure_schema()
    table = table_on(store, anonymous=True)
    table.note("bo", "n1")
    table.note("cy", "n2")
    table.go("vote")
    topic, other = sorted(table.notes("bo"))
    table.play("bo", "vote", topic=topic, dots=3)
    store.close()
    again = engine.open()
    try:
        table.restart(again)
        table.play("bo", "vote", topic=other, dots=2)  # the token that the browser kept
        assert table.items("bo", "ballot")["ballot-mine"]["dots"] == {topic: 3, other: 2}
        table.play("cy", "vote", topic=other, dots=1)
        table.tokens.clear()  # all browsers are cleared, and the server forgets, too
        table.restart()
        for name in ("bo", "cy"):
            view = table.see(name)
            assert name not in table.tokens and view["you"]["writes"] is False
            with pytest.raises(TokenElsewhere):
                table.play(name, "vote", topic=topic, dots=3)
        table.tokens["bo"] = "made-up-token"
        with pytest.raises(TokenElsewhere):
            table.play("bo", "vote", topic=topic, dots=3)
        ballots = list(table.room.state.of(BallotItem))
        assert len(ballots) == 2 and table.room.state.totals() == {topic: 3, other: 3}
    finally:
        again.close()


def test_two_servers_give_one_person_one_token(store: GraphStore):
    one = table_on(store, anonymous=True)
    two = Table(store)
    two.room  # noqa: B018  (has loaded the board before the token is given)
    one.see("bo")
    two.see("bo")
    assert "bo" in one.tokens and "bo" not in two.tokens
    two.see("cy")
    one.see("cy")
    assert "cy" in two.tokens and "cy" not in one.tokens
    kept = load_board(store, RETRO)
    assert kept is not None
    digests = kept.items["tokens"]
    assert isinstance(digests, TokensItem) and len(digests.digests) == 128


def test_somebody_let_in_at_one_server_takes_part_at_the_other(store: GraphStore):
    one = table_on(store, anonymous=True)
    two = other_server(one)
    seat = two.sit("guest-1")
    page = two.watch("guest-1")
    one.boards.room(RETRO).refresh(two.room.state.rev)
    one.play("ana", "admit", seat=seat)
    two.boards.look()
    shown = page.of("view")[-1]
    assert shown["token"] and shown["you"]["writes"] and not shown["you"]["waiting"]
    two.tokens["guest-1"] = shown["token"]
    two.note("guest-1", "n1", "from a guest")
    assert two.notes("guest-1") == {"n1": "from a guest"}


def test_a_link_leads_to_its_own_board_alone(store: GraphStore):
    table = table_on(store)
    new_board(store, "retrospective:r2", "other-code-123456")
    assert table.boards.room_of_code(CODE).retrospective == RETRO
    assert table.boards.room_of_code("other-code-123456").retrospective == "retrospective:r2"
    for code in ("", "nosuch-code-1", CODE + "'", "' OR true //", "*" * 20):
        with pytest.raises(NotFound):
            table.boards.room_of_code(code)
    table.note("bo", "n1")
    with pytest.raises(KgError):
        table.boards.room("retrospective:r2").play(table.person("bo"), _note("n1"))


def _note(key: str):
    from kg.domain.board.rules import parse_move

    return parse_move({"move": "add_note", "note": key, "column": "stop", "text": "t"})
