"""The map's kernel side: it passes on changes of a map and nothing else, whatever its page sends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kg.domain import Outcome, Project
from kg.graph import KnowledgeGraph
from kg.maps import Maps
from kg.store.embedded import EmbeddedStore
from kg.store.records import put_records
from tests.conftest import NOON
from tests.retrobook.server.channel import in_a_loop_of_its_own
from widgets.components.outcome_map import OutcomeMapEditor

FORGED: list[Any] = [
    {"what": "add_person", "args": {"name": "eve"}},
    {"what": "close", "args": {}},
    {"what": "__class__", "args": {}},
    {"what": ["link_outcomes"], "args": {}},
    {"what": "link_outcomes", "args": {"project": "project:other", "start": "o:a", "end": "o:b"}},
    {"what": "link_outcomes", "args": {"start": "o:a", "end": "o:b", "weight": -1}},
    {"what": "link_outcomes", "args": {"start": "o:a", "end": "o:b", "by": "eve"}},
    {"what": "link_outcomes", "args": {"start": "o:a", "end": {"$ne": 1}}},
    {"what": "link_outcomes", "args": {1: 2}},
    {"what": "place_outcomes", "args": {"places": {"o:a": {"x": 1e300, "y": 0}}}},
    {"what": "place_outcomes", "args": [1]},
    {},
]


@pytest.mark.parametrize("forged", FORGED, ids=[str(number) for number in range(len(FORGED))])
def test_a_forged_message_is_refused_and_changes_nothing(tmp_path: Path, forged: Any) -> None:
    folder = tmp_path

    async def tried() -> list[dict[str, Any]]:
        with KnowledgeGraph(EmbeddedStore(folder / "graph.kgl"), clock=lambda: NOON) as graph:
            graph.services["maps"] = Maps(graph.store)
            outcomes = [Outcome(id=key, project="p", title=key) for key in ("o:a", "o:b")]
            with graph.store.transaction() as tx:
                put_records(tx, [Project(id="p", name="P"), *outcomes], at=NOON)
            before = graph.outcome_map(project="p")
            editor = OutcomeMapEditor(graph, "p")
            said: list[dict[str, Any]] = []
            editor.send = lambda content, *_: said.append(content)
            await editor._change({"type": "do", "id": "c1", **forged})
            editor._hear(editor, "not a mapping", None)
            assert graph.outcome_map(project="p") == before
            return said

    said = in_a_loop_of_its_own(tried())
    assert [(one["type"], one["id"]) for one in said] == [("refused", "c1")]
    assert said[0]["words"]
