"""`retrobook store copy` between the installation and a live Neo4j."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.graph import KnowledgeGraph
from kg.opening import GRAPH_FILE, open_graph
from retrobook.cli import main
from tests.neo4j_server import Neo4jServer, empty


def retrobook(*words: str) -> str:
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.neo4j
def test_a_copy_to_neo4j_and_back_gives_equal_exports(
    neo4j_server: Neo4jServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty(neo4j_server)
    monkeypatch.setenv("RETROBOOK_NEO4J_USER", neo4j_server.user)
    monkeypatch.setenv("RETROBOOK_NEO4J_PASSWORD", neo4j_server.password)
    home = str(tmp_path / "home")
    values = {"id": "lesson:1", "title": "证书过期", "lesson": "Renew certificates early."}
    with open_graph(Path(home), create=True) as graph:
        assert isinstance(graph, KnowledgeGraph)
        graph.put_records_batch(records=[{"label": "Lesson", "values": values}])

    retrobook("store", "export", str(tmp_path / "before.jsonl"), "--home", home)
    retrobook("store", "copy", "--to", neo4j_server.uri, "--home", home)
    (tmp_path / "back").mkdir()
    back = tmp_path / "back" / GRAPH_FILE
    retrobook("store", "copy", "--from", neo4j_server.uri, "--to", str(back), "--home", home)
    retrobook("store", "export", str(tmp_path / "after.jsonl"), "--home", str(back.parent))
    assert (tmp_path / "after.jsonl").read_bytes() == (tmp_path / "before.jsonl").read_bytes()
    empty(neo4j_server)


@pytest.mark.neo4j
def test_a_copy_to_a_neo4j_that_refuses_says_so(
    neo4j_server: Neo4jServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETROBOOK_NEO4J_PASSWORD", "open-sesame-42")
    with open_graph(tmp_path / "home", create=True):
        pass
    result = CliRunner().invoke(main, ["store", "copy", "--to", neo4j_server.uri, "--home", str(tmp_path / "home")])
    assert result.exit_code != 0
    assert "refused user 'neo4j'" in result.output and "open-sesame-42" not in result.output
