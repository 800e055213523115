from __future__ import annotations

from collections.abc import Iterator

import pytest

from kg.graph import KnowledgeGraph
from kg.opening import open_graph
from tests.pipelines import retrospective_factory


@pytest.fixture(scope="session")
def looked_back(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    """A graph of one project with a named, an anonymous, a very small and an open retrospective."""
    with open_graph(tmp_path_factory.mktemp("exports") / "home", create=True) as opened:
        opened.put_records_batch(
            records=[{"label": label, "values": v} for label, v in retrospective_factory.records()]
        )
        yield opened
