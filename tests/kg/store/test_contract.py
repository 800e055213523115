"""What every store keeps, run unchanged against the embedded file and a live Neo4j."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kg.domain import RECORDS, Lesson, Project, Relationship
from kg.errors import ConstraintViolated, ExchangeError, QueryFailed, StoreUnavailable
from kg.queries import statement, statements
from kg.schema import INDEXED, Label, Rel, constraint_name, index_name
from kg.store import migrations
from kg.store.exchange import copy_graph
from kg.store.protocol import GraphStore
from kg.store.records import get_record, log_change, put_records, put_relationships, retire_records

from .conftest import Engine

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
IN_USE = "MATCH (n:Lesson) WHERE n.retired_at IS NULL RETURN n.id AS id ORDER BY id"
PROJECT = Project(id="project:mybinder", name="mybinder.org", unit="Jupyter/mybinder.org")
LESSONS = [
    Lesson(id="lesson:1", title="Renew certificates early", lesson="A certificate expired at night.",
           project=PROJECT.id, topics=["certificates", "alerts"]),
    Lesson(id="lesson:2", title="证书过期", lesson="证书过期导致服务中断。", project=PROJECT.id, language="zh"),
    Lesson(id="lesson:3", title="Full disk", lesson="The disk of a node was full.", project=PROJECT.id),
]  # fmt: skip
VALUES = {
    "looks_like_a_date": "2026-03-01",
    "looks_like_an_instant": "2026-03-01T09:30:00Z",
    "looks_like_a_number": "007",
    "looks_like_a_truth": "true",
    "whole": 5,
    "broken": 5.0,
    "tiny": 1e-300,
    "third": 1 / 3,
    "big": 2**53 + 1,
    "negative": -1,
    "yes": True,
    "no": False,
    "words": ["b", "a", "2026-03-01"],
    "wholes": [3, 1, 2],
    "brokens": [1.0, 2.5],
    "none_at_all": [],
    "empty": "",
    "chinese": "证书过期怎么办？",
    "rare": "\U00020bb7野家 👩‍💻 é e\u0301 \u200b",
    "quotes": 'it\'s a "quote" \\ $param {brace} `tick`',
    "lines": "one\ntwo\r\n\tthree",
    "title": "a title",
    "end": "a keyword",
}


def put_sample(store: GraphStore) -> None:
    edges = [
        Relationship(type=Rel.LEARNED_IN, start_label=Label.LESSON, start=lesson.id, end_label=Label.PROJECT,
                     end=PROJECT.id, properties={"note": "2026-03-01", "weight": 2, "share": 0.5, "sure": True})
        for lesson in LESSONS
    ]  # fmt: skip
    with store.transaction() as tx:
        put_records(tx, [PROJECT, *LESSONS], at=AT, by="ana")
        put_relationships(tx, edges, at=AT, by="ana")


def put_raw(store: GraphStore, *rows: dict[str, object]) -> None:
    store.write(statement("records.put", Label.LESSON), rows=list(rows))


def get_raw(store: GraphStore, key: str) -> dict[str, object] | None:
    rows = store.read(statement("records.get", Label.LESSON), id=key)
    return rows[0]["record"] if rows else None


def count(store: GraphStore) -> int:
    return store.read(statement("records.count", Label.LESSON))[0]["count"]


class Refusal(Exception):
    """Raised by a test in the middle of a transaction."""


# --- records and values -----------------------------------------------------------------------------------------------


def test_records_are_created_changed_and_retired(store: GraphStore) -> None:
    put_sample(store)
    found = get_record(store, Lesson, "lesson:2")
    assert found is not None and found.title == "证书过期" and found.recorded_at == AT and found.recorded_by == "ana"

    with store.transaction() as tx:
        result = put_records(tx, [LESSONS[0], LESSONS[1].model_copy(update={"title": "新标题"})], at=AT, by="bo")
    assert (result.created, result.updated, result.unchanged) == (0, 1, 1)
    changed = get_record(store, Lesson, "lesson:2")
    assert changed is not None and changed.title == "新标题" and changed.revision == 2
    kept = store.read(statement("records.revisions_of"), id="lesson:2")
    assert [row["revision"] for row in kept] == [1] and json.loads(kept[0]["body"])["title"] == "证书过期"

    with store.transaction() as tx:
        retire_records(tx, Label.LESSON, ["lesson:2"], at=AT, by="bo")
    assert get_record(store, Lesson, "lesson:2") is None
    assert [row["id"] for row in store.read(IN_USE)] == ["lesson:1", "lesson:3"]


def test_values_come_back_as_they_went_in(store: GraphStore) -> None:
    rows = [{"id": name, name: value} for name, value in VALUES.items()]
    put_raw(store, *rows)
    for row in rows:
        kept = get_raw(store, row["id"])
        assert kept == row
        assert {name: type(value) for name, value in kept.items()} == {n: type(value) for n, value in row.items()}


def test_a_record_with_a_name_has_no_title_of_the_engine(store: GraphStore) -> None:
    store.write(statement("records.put", Label.PROJECT), rows=[{"id": "p", "name": "n"}, {"id": "q"}])
    rows = store.read(statement("records.get_many", Label.PROJECT), ids=["p", "q"])
    assert [row["record"] for row in rows] == [{"id": "p", "name": "n"}, {"id": "q"}]


def test_null_properties_are_absent_and_a_put_replaces_the_rest(store: GraphStore) -> None:
    put_raw(store, {"id": "lesson:1", "topics": ["a"], "title": "t", "nothing": None})
    assert get_raw(store, "lesson:1") == {"id": "lesson:1", "topics": ["a"], "title": "t"}
    put_raw(store, {"id": "lesson:1", "state": "draft"})
    assert get_raw(store, "lesson:1") == {"id": "lesson:1", "state": "draft"}


def test_an_absent_property_reads_as_none(store: GraphStore) -> None:
    put_raw(store, {"id": "lesson:1"})
    assert store.read("MATCH (n:Lesson) RETURN n.absent AS absent, n.id = 'x' AS equal") == [
        {"absent": None, "equal": False}
    ]


def test_properties_of_relationships_come_back(store: GraphStore) -> None:
    put_sample(store)
    rows = store.read(statement("exchange.relationships", rel=Rel.LEARNED_IN))
    assert [(row["start_id"], row["end_id"]) for row in rows] == [(lesson.id, PROJECT.id) for lesson in LESSONS]
    assert rows[0]["properties"] == {
        "note": "2026-03-01", "weight": 2, "share": 0.5, "sure": True,
        "recorded_at": "2026-03-01T09:30:00Z", "recorded_by": "ana",
    }  # fmt: skip


def test_ids_of_all_scripts_sort_alike(store: GraphStore) -> None:
    ids = ["z", "é", "证", "a", "\ue000", "\U0001f600", "Z", "10", "9", "\uffee"]
    put_raw(store, *({"id": key} for key in ids))
    rows = store.read(IN_USE)
    assert [row["id"] for row in rows] == sorted(ids)  # by code point


def test_a_thousand_rows_go_in_with_one_statement(store: GraphStore) -> None:
    put_raw(store, *({"id": f"lesson:{n}", "n": n} for n in range(1000)))
    assert store.read("MATCH (n:Lesson) RETURN count(n) AS n, sum(n.n) AS total") == [{"n": 1000, "total": 499500}]


# --- uniqueness, transactions, the change log -------------------------------------------------------------------------


def test_a_second_node_with_an_id_is_refused(store: GraphStore) -> None:
    put_raw(store, {"id": "lesson:1"})
    with pytest.raises(ConstraintViolated, match="duplicate"):
        store.write("CREATE (n:Lesson {id: $id})", id="lesson:1")
    assert count(store) == 1


def test_threads_that_merge_one_key_make_one_node(store: GraphStore) -> None:
    start = threading.Barrier(8)

    def merge(number: int) -> None:
        start.wait()
        for key in range(10):
            put_raw(store, {"id": f"lesson:{key}", "by": number})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(merge, range(8)))
    assert count(store) == 10


def test_a_transaction_is_kept_whole(store: GraphStore) -> None:
    with store.transaction() as tx:
        tx.write("CREATE (n:Lesson {id: '1'})")
        assert tx.read(statement("records.count", Label.LESSON))[0]["count"] == 1
        assert count(store) == 0  # nobody else sees it yet
        tx.write("CREATE (n:Lesson {id: '2'})")
    assert count(store) == 2


def test_an_error_in_a_transaction_leaves_nothing(store: GraphStore) -> None:
    put_sample(store)
    before = store.revision()
    with pytest.raises(Refusal), store.transaction() as tx:
        put_records(tx, [Lesson(id="lesson:9", title="t", lesson="x")], at=AT)
        tx.write("MATCH (n:Lesson {id: 'lesson:1'}) DETACH DELETE n")
        raise Refusal
    assert store.revision() == before and count(store) == 3
    put_raw(store, {"id": "after"})  # the store goes on
    assert count(store) == 4


@pytest.mark.parametrize("error", [ValueError("mine"), TypeError("mine"), KeyError("mine")])
def test_errors_of_the_caller_pass_through_a_transaction(store: GraphStore, error: Exception) -> None:
    with pytest.raises(type(error), match="mine"), store.transaction() as tx:
        tx.write("CREATE (n:Lesson {id: '1'})")
        raise error
    assert count(store) == 0


def test_a_failed_statement_ends_its_transaction_even_when_caught(store: GraphStore) -> None:
    put_raw(store, {"id": "1"})
    with pytest.raises(QueryFailed), store.transaction() as tx:
        tx.write("CREATE (n:Lesson {id: '2'})")
        with pytest.raises(ConstraintViolated):
            tx.write("CREATE (n:Lesson {id: '1'})")
    assert count(store) == 1


def test_a_thread_does_not_wait_for_its_own_transaction(store: GraphStore) -> None:
    with store.transaction():
        with pytest.raises(QueryFailed, match="transaction open"):
            put_raw(store, {"id": "1"})
        with pytest.raises(QueryFailed, match="transaction open"), store.transaction():
            pass
    put_raw(store, {"id": "1"})


def test_writers_wait_for_each_other(store: GraphStore) -> None:
    inside = 0
    most = 0

    def work(number: int) -> None:
        nonlocal inside, most
        with store.transaction() as tx:
            inside += 1
            most = max(most, inside)
            rows = tx.read("MATCH (n:Lesson {id: 'sum'}) RETURN n.total AS total")
            total = rows[0]["total"] if rows else 0
            tx.write("MERGE (n:Lesson {id: 'sum'}) SET n.total = $total", total=total + number)
            inside -= 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(30)))
    assert most == 1
    assert store.read("MATCH (n:Lesson) RETURN n.total AS total") == [{"total": sum(range(30))}]


def test_changes_are_numbered_in_the_order_of_their_commits(store: GraphStore) -> None:
    seen: list[int] = []
    done = threading.Event()

    def tail() -> None:
        while True:
            last = done.is_set()
            seen.extend(change.seq for change in store.changes(seen[-1] if seen else 0))
            if last:
                return

    def work(number: int) -> None:
        for turn in range(10):
            with store.transaction() as tx:
                log_change(tx, "put", Label.LESSON, [f"{number}.{turn}"], "2026-03-01T00:00:00Z", "ana")

    reader = threading.Thread(target=tail)
    reader.start()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    done.set()
    reader.join()
    assert seen == list(range(1, 61))  # whoever tails the log misses none and sees none twice
    assert store.revision() == 60
    assert {change.ids[0] for change in store.changes()} == {f"{n}.{t}" for n in range(6) for t in range(10)}


def test_changes_say_what_was_written(store: GraphStore) -> None:
    put_sample(store)
    changes = store.changes()
    assert [(c.op, c.label, c.ids) for c in changes] == [
        ("put", "Project", (PROJECT.id,)),
        ("put", "Lesson", ("lesson:1", "lesson:2", "lesson:3")),
        ("link", "Lesson", ("lesson:1", "lesson:2", "lesson:3")),
    ]
    assert {(c.at, c.by) for c in changes} == {("2026-03-01T09:30:00Z", "ana")}
    assert [c.seq for c in store.changes(since=2)] == [3]
    assert [c.seq for c in store.changes(limit=1)] == [1]
    assert store.changes(since=3) == []


# --- schema -----------------------------------------------------------------------------------------------------------


def test_the_schema_is_complete_and_can_be_asked_for_again(store: GraphStore) -> None:
    assert store.ensure_schema() == []
    names = {row["name"] for row in store.read("SHOW CONSTRAINTS YIELD name RETURN name")}
    assert {constraint_name(label) for label in Label} <= names
    indexes = {row["name"] for row in store.read("SHOW INDEXES YIELD name RETURN name")}
    assert {index_name(label, prop) for label, prop in INDEXED} <= indexes


def test_migrations_are_recorded_and_run_once(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert migrations.pending(store) == []
    ran: list[str] = []

    def second(tx: object) -> None:
        ran.append("second")
        tx.write("CREATE (n:Lesson {id: 'made'})")  # type: ignore[attr-defined]

    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, ("0002_second", second)))
    assert migrations.pending(store) == ["0002_second"]
    assert store.ensure_schema() == ["0002_second"]
    assert store.ensure_schema() == [] and ran == ["second"] and count(store) == 1


def test_a_migration_that_fails_leaves_nothing_and_is_run_again(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = True

    def second(tx: object) -> None:
        tx.write("CREATE (n:Lesson {id: 'made'})")  # type: ignore[attr-defined]
        if broken:
            raise Refusal

    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, ("0002_second", second)))
    with pytest.raises(Refusal):
        store.ensure_schema()
    assert count(store) == 0 and migrations.pending(store) == ["0002_second"]
    broken = False
    assert store.ensure_schema() == ["0002_second"] and count(store) == 1


# --- searches ---------------------------------------------------------------------------------------------------------


def searched(key: str, project: str, state: str, text: str, **more: object) -> dict[str, object]:
    return {"id": key, "project": project, "state": state, "search_text": text, **more}


@pytest.fixture
def searchable(store: GraphStore) -> GraphStore:
    old = {"retired_at": "2026-01-01T00:00:00Z"}
    rows = [
        searched("a", "p1", "published", "a certificate expired at night", vector_toy=[1.0, 0.0, 0.0]),
        searched("b", "p1", "draft", "certificate renewal", vector_toy=[0.8, 0.6, 0.0]),
        searched("c", "p2", "published", "the disk was full", vector_toy=[0.0, 1.0, 0.0]),
        searched("d", "p2", "published", "证书 过期 怎么办", vector_toy=[0.0, 0.0, 2.0]),
        searched("e", "p2", "published", "no vector here"),
        searched("f", "p1", "published", "certificate of the retired", vector_toy=[1.0, 0.1, 0.0], **old),
    ]
    put_raw(store, *rows)
    return store


@pytest.mark.parametrize("indexed", [True, False])
def test_vector_search_ranks_by_cosine_with_filters_first(searchable: GraphStore, indexed: bool) -> None:
    if indexed:
        searchable.ensure_vector_index(Label.LESSON, "toy", 3)

    def ids(k: int, **where: object) -> list[str]:
        return [hit.id for hit in searchable.vector_search(Label.LESSON, "toy", [1, 0, 0.1], k, where)]

    hits = searchable.vector_search(Label.LESSON, "toy", [2.0, 0.0, 0.0], 2)
    assert [hit.id for hit in hits] == ["a", "b"]
    assert [hit.score for hit in hits] == pytest.approx([1.0, 0.8], abs=1e-3)
    assert ids(10) == ["a", "b", "d", "c"]
    assert ids(1, project="p2") == ["d"]
    assert ids(10, project=["p1", "p2"], state="published") == ["a", "d", "c"]
    assert ids(10, project=[]) == []
    assert ids(10, project="nowhere") == []


def test_vector_search_sees_what_is_written_and_retired_later(searchable: GraphStore) -> None:
    searchable.ensure_vector_index(Label.LESSON, "toy", 3)
    assert searchable.vector_search(Label.LESSON, "toy", [0, 0, 1], 1)[0].id == "d"
    late = {"id": "e", "vectors": {"vector_toy": [0, 0, 1.0]}}
    searchable.write(statement("records.set_vectors", Label.LESSON), rows=[late])
    searchable.write(statement("records.retire", Label.LESSON), ids=["d"], at="2026-03-01T00:00:00Z")
    assert searchable.vector_search(Label.LESSON, "toy", [0, 0, 1], 1)[0].id == "e"


def test_a_vector_index_can_change_its_dimension(searchable: GraphStore) -> None:
    searchable.ensure_vector_index(Label.LESSON, "toy", 3)
    searchable.write("MATCH (n:Lesson) SET n.vector_toy = null")
    put_raw(searchable, {"id": "two", "vector_toy": [0.0, 1.0]})
    searchable.ensure_vector_index(Label.LESSON, "toy", 2)
    assert [hit.id for hit in searchable.vector_search(Label.LESSON, "toy", [0, 1], 5)] == ["two"]


def test_a_vector_of_nothing_finds_nothing(searchable: GraphStore) -> None:
    assert searchable.vector_search(Label.LESSON, "absent", [1, 0, 0], 5) == []
    assert searchable.vector_search(Label.LESSON, "toy", [0, 0, 0], 5) == []
    assert searchable.vector_search(Label.LESSON, "toy", [1, 0, 0], 0) == []
    with pytest.raises(ValueError, match="no arm name"):
        searchable.vector_search(Label.LESSON, "toy`) DETACH DELETE n //", [1, 0, 0], 1)


def test_text_search_ranks_by_words_with_filters_first(searchable: GraphStore) -> None:
    def ids(text: str, k: int = 10, **where: object) -> list[str]:
        return [hit.id for hit in searchable.text_search(Label.LESSON, text, k, where)]

    assert ids("certificate expired")[0] == "a"
    assert set(ids("certificate expired")) == {"a", "b"}
    assert ids("CERTIFICATE", state="draft") == ["b"]
    assert ids("certificate", project="p2") == []
    assert ids("过期") == ["d"]
    assert len(ids("certificate", k=1)) == 1
    hits = searchable.text_search(Label.LESSON, "certificate expired", 10)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_text_search_takes_any_text(searchable: GraphStore) -> None:
    for text in ("", "   ", "?!", "AND", "certificate AND (", 'a:b~2 \\ "x [1 TO', "怎么办？！", "*", "-x +y"):
        searchable.text_search(Label.LESSON, text, 5)


def test_a_filter_on_no_property_name_is_refused(searchable: GraphStore) -> None:
    with pytest.raises(QueryFailed, match="no property name"):
        searchable.text_search(Label.LESSON, "certificate", 5, {"id) OR (true": "x"})
    with pytest.raises(QueryFailed, match="no property name"):
        searchable.vector_search(Label.LESSON, "toy", [1, 0, 0], 5, {"id) OR (true": "x"})


# --- exchange ---------------------------------------------------------------------------------------------------------


def test_an_export_loaded_elsewhere_exports_the_same_bytes(store: GraphStore, engine: Engine, tmp_path: Path) -> None:
    put_sample(store)
    put_raw(store, {"id": "lesson:values", **VALUES})
    with store.transaction() as tx:
        put_records(tx, [LESSONS[0].model_copy(update={"title": "Changed"})], at=AT, by="bo")
    counts = store.export(tmp_path / "one.jsonl")
    assert counts["Lesson"] == 4 and counts["LEARNED_IN"] == 3
    changes = store.changes()
    store.close()
    engine.wipe()

    other = engine.open()
    other.ensure_schema()
    assert other.load(tmp_path / "one.jsonl") == counts
    assert other.changes() == changes and other.revision() == changes[-1].seq
    other.export(tmp_path / "two.jsonl")
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()

    other.load(tmp_path / "one.jsonl")  # again: nothing doubles
    other.export(tmp_path / "three.jsonl")
    assert (tmp_path / "three.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()
    other.close()


def test_a_load_into_a_fuller_store_keeps_its_higher_number(store: GraphStore, tmp_path: Path) -> None:
    put_sample(store)
    store.export(tmp_path / "early.jsonl")
    with store.transaction() as tx:
        put_records(tx, [Lesson(id="lesson:9", title="t", lesson="later")], at=AT)
    store.load(tmp_path / "early.jsonl")
    assert store.revision() == 4 and count(store) == 4


def test_an_export_pages_through_many_nodes(store: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.store.exchange.PAGE", 7)
    put_raw(store, *({"id": f"lesson:{n}"} for n in range(21)))
    assert store.export(tmp_path / "all.jsonl")["Lesson"] == 21
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    ids = [line["node"]["id"] for line in lines if line.get("label") == "Lesson"]
    assert ids == sorted(set(ids)) and len(ids) == 21


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text[: len(text) // 2], "line"),
        (lambda text: "\n".join(text.splitlines()[:-1]), "torn"),
        (lambda text: text.replace("retrobook-graph", "other"), "not an export"),
        (lambda text: text.replace('"label":"Lesson"', '"label":"Nonsense"'), "line"),
    ],
    ids=["cut", "no-closing-line", "foreign", "unknown-label"],
)
def test_a_damaged_export_changes_nothing(
    store: GraphStore, tmp_path: Path, damage: Callable[[str], str], said: str
) -> None:
    put_sample(store)
    store.export(tmp_path / "whole.jsonl")
    (tmp_path / "bad.jsonl").write_text(damage((tmp_path / "whole.jsonl").read_text()))
    store.write("MATCH (n:Lesson) DETACH DELETE n")
    with pytest.raises(ExchangeError, match=said):
        store.load(tmp_path / "bad.jsonl")
    assert count(store) == 0


def test_a_backup_can_be_taken(store: GraphStore, tmp_path: Path) -> None:
    put_sample(store)
    report = store.backup(tmp_path / "copy")
    assert report["bytes"] > 0 and report["nodes"] >= 4


# --- the engine -------------------------------------------------------------------------------------------------------


def test_health_tells_what_an_operator_wants_to_know(store: GraphStore) -> None:
    put_sample(store)
    health = store.health()
    assert health.engine in {"kglite", "neo4j"} and re.match(r"\d+\.\d+", health.version)
    assert health.writable and health.revision == 3 and health.nodes >= 4 and health.location


def test_a_closed_store_says_so(store: GraphStore) -> None:
    store.close()
    store.close()
    for ask in (
        lambda: store.read("RETURN 1 AS one"),
        lambda: put_raw(store, {"id": "1"}),
        store.health,
        store.ensure_schema,
        lambda: store.transaction().__enter__(),
    ):
        with pytest.raises(StoreUnavailable, match="closed"):
            ask()


def test_a_graph_outlives_its_handle(store: GraphStore, engine: Engine) -> None:
    put_sample(store)
    store.close()
    again = engine.open()
    assert again.ensure_schema() == [] and get_record(again, Lesson, "lesson:2") is not None
    again.close()


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("MATCH (n:Lesson RETURN n.id AS id", {}),
        ("RETURN $absent AS absent", {}),
        ("RETURN nosuchfunction(1) AS x", {}),
        ("CALL no.such.procedure()", {}),
        ("MATCH (n:Lesson) RETURN m.id AS id", {}),
        ("RETURN $huge AS huge", {"huge": 2**70}),
        ("RETURN $thing AS thing", {"thing": object()}),
    ],
)
def test_a_bad_statement_is_a_failed_query(store: GraphStore, query: str, params: dict[str, object]) -> None:
    for ask in (store.read, store.write):
        with pytest.raises(QueryFailed):
            ask(query, **params)


# --- the named statements ---------------------------------------------------------------------------------------------

NODE = {"id": "lesson:1", "record_id": "lesson:1", "revision": 1, "body": "{}"}
EDGE = {"start_id": "lesson:1", "end_id": PROJECT.id, "properties": {"note": "x"}}
ROWS = {
    "records.set_vectors": [{"id": "lesson:1", "vectors": {"vector_toy": [1.0]}}],
    "relationships.put": [EDGE],
    "relationships.remove": [EDGE],
    "relationships.missing_ends": [EDGE, {**EDGE, "end_id": "nowhere"}],
}
PARAMETERS: dict[str, object] = {
    "ids": ["lesson:1"], "id": "lesson:1", "subjects": ["x"], "words": ["certificate"], "limit": 10,
    "skip": 0, "after": "", "since": 0, "seq": 99, "value": 9, "at": "2026-03-01T00:00:00Z", "op": "put",
    "label": "Lesson", "by": None, "server": "local", "everything": True, "projects": [], "units": [],
    "confidential": True, "project": None, "external_id": "x",
}  # fmt: skip


def run_statement(store: GraphStore, name: str) -> list[dict[str, object]]:
    """Run a statement as a transaction that is then undone; parameters not listed above are null."""
    text = statement(name, Label.LESSON, Rel.LEARNED_IN, Label.LESSON, Label.PROJECT)
    given = {"rows": ROWS.get(name, [NODE]), **PARAMETERS}
    params = {key: given.get(key) for key in re.findall(r"\$(\w+)", text)}
    with pytest.raises(Refusal), store.transaction() as tx:
        rows = tx.write(text, **params)
        raise Refusal
    return rows


def test_every_named_statement_runs(store: GraphStore) -> None:
    put_sample(store)
    failed = {}
    for name in statements():
        try:
            run_statement(store, name)
        except QueryFailed as error:
            failed[name] = error.message
    assert not failed


@pytest.mark.neo4j
def test_every_named_statement_answers_alike_on_both(embedded_engine: Engine, neo4j_engine: Engine) -> None:
    answers = []
    for engine in (embedded_engine, neo4j_engine):
        store = engine.open()
        store.ensure_schema()
        store.write(statement("migrations.record"), id="0001_first_schema", at="2026-03-01T00:00:00Z")
        store.write("MATCH (m:Migration) SET m.applied_at = '2026-03-01T00:00:00Z'")
        put_sample(store)
        answers.append({name: run_statement(store, name) for name in statements()})
        store.close()
    ours, theirs = answers
    assert ours == theirs


@pytest.mark.neo4j
def test_a_copy_to_neo4j_and_back_gives_equal_exports(
    embedded_engine: Engine, neo4j_engine: Engine, tmp_path: Path
) -> None:
    first = embedded_engine.open()
    first.ensure_schema()
    put_sample(first)
    put_raw(first, {"id": "lesson:values", **VALUES})
    first.export(tmp_path / "first.jsonl")

    remote = neo4j_engine.open()
    copy_graph(first, remote, tmp_path / "aside.jsonl")
    remote.export(tmp_path / "remote.jsonl")
    first.close()
    embedded_engine.wipe()

    back = embedded_engine.open()
    copy_graph(remote, back, tmp_path / "aside.jsonl")
    back.export(tmp_path / "back.jsonl")
    back.close()
    remote.close()
    assert (tmp_path / "first.jsonl").read_bytes() == (tmp_path / "remote.jsonl").read_bytes()
    assert (tmp_path / "first.jsonl").read_bytes() == (tmp_path / "back.jsonl").read_bytes()


def test_a_pattern_names_no_property_but_id() -> None:
    matched = {name: re.sub(r"CREATE \(.*?\)", "", text) for name, text in statements().items()}
    assert [name for name, text in matched.items() if re.search(r"\(\w*(:\w+)? ?\{(?!id:)", text)] == []


def test_no_record_has_a_field_that_an_engine_gives_itself() -> None:
    fields = {kind.__name__: set(kind.model_fields) for kind in RECORDS.values()}
    assert [name for name, known in fields.items() if "type" in known] == []  # kglite's word for the label
    assert [name for name, known in fields.items() if {"name", "title"} <= known] == []  # kglite keeps one for both
