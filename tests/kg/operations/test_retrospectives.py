"""Opening a retrospective: what it looks back from."""

from __future__ import annotations

from kg.boards import Boards
from kg.domain import Project
from kg.graph import KnowledgeGraph
from kg.store.records import put_records
from pipelines.retrospectives.formats import Formats
from tests.conftest import NOON


def test_the_one_before_is_the_latest_that_is_over_of_the_same_team(graph: KnowledgeGraph) -> None:
    with graph.store.transaction() as tx:
        put_records(tx, [Project(id="p", name="Bridge")], at=NOON, by="test")
    services = {"boards": Boards(graph.store), "formats": Formats(None)}
    asked = KnowledgeGraph(graph.store, clock=lambda: NOON, services=services)

    def opened(team: str | None = None) -> tuple[str, str | None]:
        record = asked.create_retrospective(project="p", format="kpt", team=team).retrospective
        return record.id, record.previous

    first, before = opened()
    assert before is None
    _, before = opened()
    assert before is None, "one that is still open is not over"
    asked.close_retrospective(id=first)
    assert opened()[1] == first
    assert opened("Another team")[1] is None
