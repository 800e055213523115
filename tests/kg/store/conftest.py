"""The two engines under test, each behind the same handful of handles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from kg.store.embedded import EmbeddedStore
from kg.store.neo4j import Limits, Neo4jStore
from kg.store.protocol import GraphStore
from tests.neo4j_server import Neo4jServer, empty


class Engine(Protocol):
    """A place that holds one graph."""

    def open(self) -> GraphStore:
        """A handle on the graph."""
        ...

    def wipe(self) -> None:
        """Empty the place; handles are closed by then."""
        ...


class EmbeddedEngine:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._generation = 0

    def open(self) -> EmbeddedStore:
        return EmbeddedStore(self._folder / f"graph-{self._generation}.kgl")

    def wipe(self) -> None:
        self._generation += 1


class Neo4jEngine:
    def __init__(self, server: Neo4jServer) -> None:
        self._server = server

    def open(self) -> Neo4jStore:
        server = self._server
        return Neo4jStore(server.uri, user=server.user, password=server.password, limits=Limits(retry=5))

    def wipe(self) -> None:
        empty(self._server)


@pytest.fixture
def embedded_engine(tmp_path: Path) -> EmbeddedEngine:
    return EmbeddedEngine(tmp_path)


@pytest.fixture
def neo4j_engine(neo4j_server: Neo4jServer) -> Neo4jEngine:
    engine = Neo4jEngine(neo4j_server)
    engine.wipe()
    return engine


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue(f"{request.param}_engine")


@pytest.fixture
def store(engine: Engine) -> Iterator[GraphStore]:
    store = engine.open()
    store.ensure_schema()
    yield store
    store.close()
