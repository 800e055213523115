"""What the page of a board may ask of the graph, each as its visitor: name, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kg.client import RemoteGraph
from kg.errors import NotFound
from kg.graph import KnowledgeGraph
from pipelines.messages import Messages

Graph = KnowledgeGraph | RemoteGraph
Ask = Callable[[Graph, str, Messages, Mapping[str, Any]], Any]


class Asks(Mapping[str, Ask]):
    """Answers by name; a lookup that fails names the nearest."""

    def __init__(self) -> None:
        self._asks: dict[str, Ask] = {}

    def __getitem__(self, name: str) -> Ask:
        try:
            return self._asks[name]
        except KeyError:
            raise NotFound.among("question", name, self._asks) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._asks)

    def __len__(self) -> int:
        return len(self._asks)

    def register(self, name: str) -> Callable[[Ask], Ask]:
        """Make a function the answer to a name."""

        def keep(ask: Ask) -> Ask:
            self._asks[name] = ask
            return ask

        return keep


ASKS = Asks()
"""Everything a board's page may ask."""


@ASKS.register("close")
def close(graph: Graph, retrospective: str, say: Messages, given: Mapping[str, Any]) -> Any:
    """End the retrospective; what came out of it."""
    closed = graph.close_retrospective(id=retrospective)
    return {
        "retrospective": closed.retrospective.id,
        "actions": len(closed.actions),
        "lessons": [{"id": lesson.id, "title": lesson.title} for lesson in closed.lessons],
    }
