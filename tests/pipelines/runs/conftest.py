from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kg.domain import Run
from kg.graph import KnowledgeGraph
from kg.opening import open_graph
from pipelines.runs import run_report
from retrobook.server.private import host

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def graph(home: Path) -> Iterator[KnowledgeGraph]:
    with open_graph(home, create=True) as opened:
        project = {"id": "project:one", "name": "The first project", "unit": "A/B", "external_id": "P1"}
        hidden = {"id": "project:secret", "name": "A hidden project", "unit": "C"}
        opened.put_records_batch(records=[{"label": "Project", "values": v} for v in (project, hidden)])
        yield opened


@pytest.fixture
def endpoint(graph: KnowledgeGraph) -> Iterator[tuple[str, str]]:
    with host(graph) as address:
        yield address


RunNotebook = Callable[..., Run]


@pytest.fixture
def run(graph: KnowledgeGraph, home: Path, endpoint: tuple[str, str]) -> RunNotebook:
    url, handle = endpoint

    def run(notebook: str, parameters: dict[str, Any] | None = None, **options: Any) -> Run:
        values = {"visitor_scope": graph.visitor.scope(), **options}
        return run_report(
            graph, home, NOTEBOOKS / f"{notebook}.ipynb", parameters or {}, url=url, handle=handle, **values
        )

    return run
