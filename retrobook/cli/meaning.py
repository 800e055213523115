"""Reading the meaning of records before a command that stands alone goes on."""

from __future__ import annotations

from typing import Any

from kg.graph import KnowledgeGraph

from .progress import Bar

MOST = 20_000
"""More vectors than this are left to a server, which makes them in the background."""

STEP = 16


def read_meaning(graph: Any, bar: Bar, *, most: int = MOST) -> None:
    """Make the vectors that are missing, when this process owns the graph.

    A running server does so by itself, and a problem with a model shows in the answer.

    Args:
        graph: The graph as a command reached it.
        bar: Told how many are made, of how many.
        most: Leave it when more are missing.
    """
    index = graph.services.get("search") if isinstance(graph, KnowledgeGraph) else None
    if index is None:
        return
    index.refresh()
    total = index.pending()
    if not 0 < total <= most:
        return
    while left := index.pending():
        bar("meaning", total - left, total)
        if not index.encode_pending(STEP):
            return
    bar("meaning", total, total)
