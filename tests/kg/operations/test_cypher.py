"""Cypher by hand: administrators read, nobody writes, nothing secret comes out, whatever is tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kg.domain import Lesson, Project, Role
from kg.errors import Forbidden, InvalidRequest
from kg.graph import KnowledgeGraph
from kg.store.cypher_check import check_reading
from kg.store.protocol import GraphStore
from kg.store.records import put_records
from tests.conftest import NOON, visitor
from tests.kg.store.conftest import (  # noqa: F401  (fixtures)
    embedded_engine,
    engine,
    neo4j_engine,
    store,
)

HASH = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo"

READING = [
    "MATCH (l:Lesson) RETURN l.id AS id ORDER BY id",
    "match (l:Lesson) where l.title starts with 'T' return l.title as title",
    "MATCH (l:Lesson) WITH l.project AS project, count(*) AS n WHERE n > 0 RETURN project, n ORDER BY n DESC, project SKIP 0 LIMIT 5;",
    "UNWIND range(1, 3) AS x RETURN x, [y IN [1, 2] WHERE y > 1 | y * 2][0] AS y, 'CREATE (n)' AS text",
    "OPTIONAL MATCH (l:Lesson)-[:LEARNED_IN]->(p:Project) RETURN coalesce(p.name, 'none') AS name",
    "MATCH (l:Lesson) WHERE EXISTS { (l)-[:LEARNED_IN]->(:Project) } OR NOT (l)-[]->() RETURN count(DISTINCT l) AS n",
    "MATCH p = (l:Lesson)-[:LEARNED_IN*1..3]->(x) RETURN length(p) AS n",
    "MATCH (l:Lesson) CALL { WITH l RETURN l.id AS inner_id } RETURN inner_id // DELETE is only said",
    "RETURN 1 AS x UNION ALL RETURN 2 AS x",
    "RETURN CASE WHEN 1 IN [1, 2] THEN 'yes' ELSE 'no' END AS said, /* DETACH DELETE */ $given AS given",
    "MATCH (`call`:Lesson) RETURN `call`.id AS `set`",
    "MATCH (l:Lesson) RETURN l.title AS title, date('2026-01-02') AS day, size(keys(l)) AS n LIMIT 1",
]

WRITING = [
    "CREATE (n:Lesson {id: 'x'}) RETURN n",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n) SET n.title = 'x' RETURN n",
    "MATCH (n)SET n.title='x'",
    "MATCH (n) SET n += {title: 'x'}",
    "MATCH (n) REMOVE n.title",
    "MERGE (n:Lesson {id: 'x'}) ON CREATE SET n.title = 'x'",
    "MATCH (n) /* x */ DE/**/LETE n",
    "MATCH (n) // x\nDELETE n",
    "MATCH (n) // x\rDELETE n",
    "mAtCh (n) dElEtE n",
    "MATCH (n) WITH n LIMIT 1 FOREACH (x IN [1] | SET n.x = x)",
    "MATCH (n) CALL { WITH n DETACH DELETE n } RETURN 1",
    "MATCH (n) CALL (n) { SET n.x = 1 } RETURN 1",
    "MATCH (n) CALL { WITH n DELETE n } IN TRANSACTIONS OF 10 ROWS",
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "CALL db.labels()",
    "CALL db.labels() YIELD label RETURN label",
    "CALL `db`.`labels`()",
    "CALL apoc.cypher.doIt('CREATE (n)', {})",
    "MATCH (n) CALL (n) apoc.refactor.rename(n) RETURN 1",
    "RETURN apoc.cypher.runFirstColumn('MATCH (n) DELETE n', {})",
    "MATCH (n) RETURN {a: apoc.convert.toJson(n)} AS x",
    "MATCH (n) RETURN apoc.date.format(1)",
    "MATCH (n) RETURN `apoc`.`text`.join(['a'], '')",
    "USE system MATCH (n) RETURN n",
    "SHOW USERS",
    "DROP CONSTRAINT lesson_id_unique",
    "CREATE INDEX x FOR (n:Lesson) ON (n.x)",
    "ALTER USER neo4j SET PASSWORD 'x'",
    "TERMINATE TRANSACTIONS 'x'",
    "EXPLAIN MATCH (n) RETURN n",
    "PROFILE MATCH (n) RETURN n",
    "CYPHER runtime=slotted MATCH (n) RETURN n",
    "FOR VALID_TIME AS OF '2020' MATCH (n) RETURN n",
    "RETURN 1; MATCH (n) DETACH DELETE n",
    "RETURN 1; ",
    "MATCH (n) RETURN n FROBNICATE n",
    "MATCH (n) NEXT RETURN n",
    "MATCH (n) WITH n LET x = 1 RETURN x",
    "INSERT (:Lesson {id: 'x'})",
    "RETURN 'a\\u0027 SET n.x = 1 //'",
    "MATCH (n) \\u0053ET n.x = 1",
    "RETURN 'open",
    "RETURN \"open'",
    "MATCH (n RETURN n",
    "RETURN 1)",
    "",
    "   // nothing\n",
    ";",
    "WITH 1 AS create CREATE (n)",
    "MATCH (n) WHERE n.x = 'y' CREATE (m)",
    "MATCH (n) USING INDEX n:Lesson(id) RETURN n",
]

SECRET = [
    "MATCH (p:Person) RETURN p.password_hash",
    "MATCH (p:Person) RETURN p . /* x */ password_hash",
    "MATCH (p:Person) RETURN p.`password_hash` AS x",
    "MATCH (p:Person) RETURN p.PASSWORD_HASH",
    "MATCH (p:Person) WHERE p.password_hash STARTS WITH '$argon2id' RETURN p.name",
    "MATCH (p:Person {password_hash: $h}) RETURN p.name",
    "MATCH (p:Person) RETURN p['password_hash']",
    "MATCH (p:Person) RETURN p['password' + '_hash'] AS x",
    "MATCH (p:Person) RETURN p[$key] AS x",
    "MATCH (p:Person) RETURN p[toLower('PASSWORD_HASH')] AS x",
    "MATCH (p:Person) RETURN [k IN keys(p) | p[k]] AS x",
    "MATCH (p:Person) UNWIND keys(p) AS k RETURN k, substring(p[k], 0, 4) AS x",
    "MATCH (p:Person) WITH collect(p) AS all_of RETURN all_of[0]['password' + '_hash'] AS x",
    "MATCH (p:Person) RETURN (p)['password' + '_hash'] AS x",
    "MATCH (p:Person) RETURN properties(p) AS x",
    "MATCH (p:Person) RETURN {a: properties(p)} AS x",
    "MATCH (p:Person) RETURN [q IN [p] WHERE q:Person | properties(q)] AS x",
    "MATCH (p:Person) RETURN p {.*} AS x",
    "MATCH (p:Person) RETURN p { . * } AS x",
    "MATCH (p:Person) RETURN p {.password_hash} AS x",
    "MATCH (skip:Person) RETURN skip['password' + '_hash'] AS x",
    "MATCH (not:Person) RETURN not['password' + '_hash'] AS x",
    "MATCH (distinct:Person) RETURN distinct['password' + '_hash'] AS x",
    "MATCH (all:Person) RETURN all['password' + '_hash'] AS x",
    "MATCH (end:Person) RETURN end['password' + '_hash'] AS x",
    "MATCH (count:Person) RETURN count['password' + '_hash'] AS x",
    "MATCH (p:Person) WITH p AS in RETURN in['password' + '_hash'] AS x",
    "MATCH (p:Person) RETURN [by IN [p] | by['password' + '_hash']] AS x",
    "MATCH (p:Person) UNWIND [p] AS where RETURN where['password' + '_hash'] AS x",
    "MATCH (p:Person) WITH {in: p} AS m RETURN m.in['password' + '_hash'] AS x",
    "MATCH (p:Person) WITH {`in`: p} AS m RETURN m.`in`['password' + '_hash'] AS x",
    "MATCH (p:Person) RETURN 1 -[k IN keys(p) | p[k]][0] AS x",
    "MATCH (p:Person) RETURN COLLECT { MATCH (q:Person) RETURN q.password_hash } AS x",
    "MATCH (p:Person) RETURN reduce(s = '', k IN keys(p) | s + p[k]) AS x",
    "MATCH (n:$($label)) RETURN n",
    "MATCH (n:$label) RETURN n",
]

COSTLY = [
    "MATCH (a)-[*]->(b) RETURN count(*) AS n",
    "MATCH (a)-[r:LEADS_TO*]->(b) RETURN count(*) AS n",
    "MATCH (a)-[*2..]->(b) RETURN count(*) AS n",
    "MATCH (a)-[*1..99]->(b) RETURN count(*) AS n",
    "MATCH (a)-[*..]->(b) RETURN count(*) AS n",
]


@pytest.fixture
def asked(store: GraphStore) -> Iterator[KnowledgeGraph]:  # noqa: F811
    graph = KnowledgeGraph(store)
    records = [
        Project(id="project:a", name="A"),
        *(Lesson.parse({"id": f"lesson:{n}", "project": "project:a", "title": "T", "lesson": "x"}) for n in range(12)),
    ]
    with store.transaction() as tx:
        put_records(tx, records, at=NOON, by="test")
    graph.add_person(name="mei", password_hash=HASH)
    graph.add_person(name="mei", password_hash=HASH + "2", replace=True)
    yield graph


@pytest.mark.parametrize("statement", READING)
def test_reading_statements_pass(statement: str) -> None:
    assert check_reading(statement, {"given": 1})


@pytest.mark.parametrize("statement", WRITING)
def test_whatever_could_write_or_leave_the_graph_is_refused(statement: str) -> None:
    if statement == "RETURN 1; ":
        assert check_reading(statement, {}) == "RETURN 1"
        return
    with pytest.raises(InvalidRequest, match="line"):
        check_reading(statement, {})


@pytest.mark.parametrize("statement", SECRET)
def test_secrets_are_out_of_reach_by_any_spelling(statement: str) -> None:
    with pytest.raises(InvalidRequest, match="not run"):
        check_reading(statement, {"key": "password_hash", "h": HASH, "label": "Person"})


@pytest.mark.parametrize("statement", COSTLY)
def test_paths_without_a_near_end_are_refused(statement: str) -> None:
    with pytest.raises(InvalidRequest, match=r"path"):
        check_reading(statement, {})


def test_the_place_of_the_mistake_is_told() -> None:
    with pytest.raises(InvalidRequest, match=r"line 2, column 3.*DELETE is not allowed") as raised:
        check_reading("MATCH (n)\n  DELETE n", {})
    assert (raised.value.fields["line"], raised.value.fields["column"]) == (2, 3)


@pytest.mark.parametrize("statement", READING)
def test_both_engines_run_what_passes(asked: KnowledgeGraph, statement: str) -> None:
    found = asked.query_graph(cypher=statement, params={"given": 1})
    assert found.columns or not found.rows


def test_rows_are_plain_values_and_their_number_is_limited(asked: KnowledgeGraph) -> None:
    found = asked.query_graph(cypher="MATCH (l:Lesson) RETURN l.id AS id, l AS lesson ORDER BY id", limit=5)
    assert (len(found.rows), found.truncated, found.columns) == (5, True, ["id", "lesson"])
    node = found.rows[0]["lesson"]
    assert node["labels"] == ["Lesson"]
    assert (node["properties"]["id"], node["properties"]["title"]) == ("lesson:0", "T")
    assert "type" not in node["properties"]
    whole = asked.query_graph(cypher="MATCH (l:Lesson) RETURN count(l) AS n")
    assert (whole.rows, whole.truncated) == ([{"n": 12}], False)


@pytest.mark.parametrize("limit", [0, 10_001, -1])
def test_more_rows_than_ten_thousand_are_refused(graph: KnowledgeGraph, limit: int) -> None:
    with pytest.raises(InvalidRequest, match="limit"):
        graph.query_graph(cypher="RETURN 1 AS x", limit=limit)


def test_no_secret_comes_out_with_whole_nodes_or_earlier_versions(asked: KnowledgeGraph) -> None:
    for statement in (
        "MATCH (n) RETURN n",
        "MATCH (n) RETURN collect(n) AS all_of",
        "MATCH p = (n:Person)-[*0..1]-() RETURN p, {inside: [n]} AS m",
        "MATCH (n) RETURN *",
        "MATCH (n) RETURN toString(n.body) AS body, n.id AS id",
    ):
        shown = asked.query_graph(cypher=statement).model_dump_json()
        assert "argon2" not in shown, statement
        assert "mei" in shown or "body" in statement
    assert asked.store.read("MATCH (p:Person) RETURN p.password_hash AS h") == [{"h": HASH + "2"}]


def test_a_statement_that_takes_too_long_is_ended(asked: KnowledgeGraph) -> None:
    endless = (
        "UNWIND range(1, 3000) AS a UNWIND range(1, 3000) AS b UNWIND range(1, 3000) AS c RETURN sum(a * b * c) AS n"
    )
    with pytest.raises(InvalidRequest, match=r"longer than 0\.5 seconds"):
        asked.query_graph(cypher=endless, timeout=0.5)
    assert asked.query_graph(cypher="RETURN 1 AS x").rows == [{"x": 1}]


def test_the_engine_refuses_to_write_even_if_the_check_were_passed(asked: KnowledgeGraph) -> None:
    with pytest.raises(InvalidRequest):
        asked.store.read_within("MATCH (l:Lesson) SET l.title = 'gone' RETURN l.id AS id", {}, rows=10, seconds=5)
    with pytest.raises(InvalidRequest):
        asked.store.read_within("CREATE (n:Lesson {id: 'new'}) RETURN n.id AS id", {}, rows=10, seconds=5)
    assert asked.query_graph(cypher="MATCH (l:Lesson {title: 'T'}) RETURN count(l) AS n").rows == [{"n": 12}]


@pytest.mark.parametrize("statement", ["RETRUN 1", "MATCH (n) RETURN m.id AS x", "RETURN $missing AS x", "MATCH (n)"])
def test_what_the_engine_does_not_understand_is_the_askers_error(asked: KnowledgeGraph, statement: str) -> None:
    with pytest.raises(InvalidRequest):
        asked.query_graph(cypher=statement)


def test_only_administrators_may_ask_and_every_question_is_recorded(asked: KnowledgeGraph) -> None:
    for role in set(Role) - {Role.ADMIN}:
        with pytest.raises(Forbidden):
            asked.as_visitor(visitor("x", "*", role=role)).query_graph(cypher="RETURN 1 AS x")
    before = len(asked.list_audit().entries)
    asked.query_graph(cypher="MATCH (l:Lesson)\n RETURN count(l) AS n")
    with pytest.raises(InvalidRequest):
        asked.query_graph(cypher="MATCH (n) DETACH DELETE n")
    trail = asked.list_audit()
    subjects: list[Any] = [(entry.operation, entry.subject) for entry in trail.entries[before:]]
    assert subjects == [
        ("query_graph", "MATCH (l:Lesson) RETURN count(l) AS n"),
        ("query_graph", "not answered: MATCH (n) DETACH DELETE n"),
    ]
    assert trail.broken_at == 0
