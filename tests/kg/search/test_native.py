"""Vectors left to Neo4j above a size: nearly the exact answers, hardly any memory, the same policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kg.encoders import VectorCache
from kg.graph import KnowledgeGraph
from kg.policy import ScopeFilter
from kg.search import SearchIndex
from kg.store.neo4j import Neo4jStore
from tests.kg.search.conftest import EVERYTHING, ToyEncoder, ask, ids, lesson, put
from tests.neo4j_server import Neo4jServer, empty

pytestmark = pytest.mark.neo4j
LESSONS = 3_000
WORDS = ["certificate", "disk", "budget", "tls", "storage", "valve", "pump", "motor"]
QUESTIONS = ["certificate", "storage budget", "磁盘", "disk disk certificate", "budget tls valve", "预算 证书"]


@pytest.fixture(scope="module")
def store(neo4j_server: Neo4jServer) -> Iterator[Neo4jStore]:
    empty(neo4j_server)
    store = Neo4jStore(neo4j_server.uri, user=neo4j_server.user, password=neo4j_server.password)
    store.ensure_schema()
    rng = np.random.default_rng(5)
    graph = KnowledgeGraph(store)
    for start in range(0, LESSONS, 500):
        put(
            graph,
            *[
                lesson(f"n{n}", " ".join(rng.choice(WORDS, 6)) + f" case {n}", unit=f"U{n % 5}", sector=f"S{n % 30}")
                for n in range(start, start + 500)
            ],
        )
    yield store
    store.close()
    empty(neo4j_server)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("native") / "vectors.sqlite"


@pytest.fixture(scope="module")
def exact(store: Neo4jStore, cache: Path) -> SearchIndex:
    index = SearchIndex(store, {"toy": ToyEncoder()}, VectorCache(cache))
    index.refresh()
    index.encode_pending()
    index._complete_nodes()
    return index


@pytest.fixture(scope="module")
def native(store: Neo4jStore, cache: Path, exact: SearchIndex) -> SearchIndex:
    index = SearchIndex(store, {"toy": ToyEncoder()}, VectorCache(cache), native_above=1_000)
    index.refresh()
    assert index._arms[0].delegated
    return index


def agreement(one: SearchIndex, other: SearchIndex, scope: ScopeFilter = EVERYTHING, **more: object) -> float:
    shares = []
    for text in QUESTIONS:
        first, second = (set(ids(ask(index, text, scope, fold=False, **more))) for index in (one, other))
        shares.append(len(first & second) / max(1, len(first)))
    return float(np.mean(shares))


def test_nearly_the_same_lessons_come_first(exact: SearchIndex, native: SearchIndex) -> None:
    assert agreement(exact, native) >= 0.9


def test_the_vectors_are_not_held(exact: SearchIndex, native: SearchIndex) -> None:
    assert native.nbytes()["toy"] < exact.nbytes()["toy"]
    assert native._arms[0].vectors.vector(LESSONS - 1) is None


def test_a_small_scope_is_answered_exactly(exact: SearchIndex, native: SearchIndex) -> None:
    scope = ScopeFilter(units=frozenset({"U1"}))
    assert agreement(exact, native, scope) >= 0.99
    assert all(hit.unit == "U1" for hit in ask(native, "certificate", scope, limit=50).hits)


def test_filters_hold(exact: SearchIndex, native: SearchIndex) -> None:
    assert all(hit.sector == "S7" for hit in ask(native, "证书", filters={"sector": ["S7"]}).hits)
    assert agreement(exact, native, filters={"sector": ["S7"]}) >= 0.8


def test_a_new_lesson_is_found_by_meaning_before_and_after_it_is_on_its_node(
    native: SearchIndex, store: Neo4jStore
) -> None:
    put(KnowledgeGraph(store), lesson("late", "Handshake of tls tls tls tls tls certificate certificate"))
    for _ in range(2):
        native.refresh()
        native.encode_pending()
        hit = next(
            h
            for h in ask(native, "证书 tls certificate certificate", limit=100, fold=False).hits
            if h.id == "lesson:late"
        )
        assert next(part for part in hit.parts if part.arm == "toy").rank is not None
        native._complete_nodes()


def test_a_restart_leaves_the_vectors_where_they_are(
    native: SearchIndex, store: Neo4jStore, cache: Path, tmp_path: Path, exact: SearchIndex
) -> None:
    for _ in range(2):  # the second one starts from the kept index
        again = SearchIndex(store, {"toy": ToyEncoder()}, None, snapshot=tmp_path / "index", native_above=1_000)
        again.refresh()
        assert again._arms[0].delegated
        assert agreement(exact, again) >= 0.9
        again.close()
