"""Fixtures shared by all tests: a clean environment, a graph of one's own, a fixed clock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from kg.domain import Role
from kg.graph import KnowledgeGraph
from kg.opening import open_graph
from kg.policy import Visitor
from tests.neo4j_server import neo4j_server, write_summary

settings.register_profile("shared", deadline=None)  # machines are shared: a slow moment is no failure
settings.load_profile("shared")

__all__ = ["neo4j_server"]

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the person who runs the tests reaches a test."""
    for name in list(os.environ):
        if name.startswith("RETROBOOK_") and name not in {
            "RETROBOOK_REQUIRE_NEO4J", "RETROBOOK_REQUIRE_BROWSER", "RETROBOOK_DATA",
        }:  # fmt: skip
            monkeypatch.delenv(name)


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[KnowledgeGraph]:
    """An empty embedded graph, asked by its local owner."""
    with open_graph(tmp_path / "home", create=True) as opened:
        yield opened


def visitor(name: str, *scopes: str, role: Role = Role.MEMBER) -> Visitor:
    """Somebody with these scopes and one role."""
    return Visitor(name=name, display_name=name, roles=frozenset({role}), scopes=scopes)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Closing lines: the Neo4j that was used, or what was not run for want of one."""
    write_summary(terminalreporter)
