"""The facts around a retrospective: what stood on its wall."""

from __future__ import annotations

from typing import Any

from kg.operations.retrospective_facts import FROM_ELSEWHERE, RetrospectiveFacts
from kg.operations.wall import Wall


def period_around(graph: Any, facts: RetrospectiveFacts) -> Wall | None:
    """The facts of the period; None for a retrospective that was not held here and names no period.

    Args:
        graph: The graph as whoever reads may use it.
        facts: The retrospective.
    """
    held = facts.retrospective
    if held.period_start is None and (held.format in FROM_ELSEWHERE or held.held_on is None):
        return None
    found: Wall = graph.wall_facts(retrospective=held.id)
    return found
