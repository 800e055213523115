"""The facts around a retrospective: what its project did in the period it looks back on."""

from __future__ import annotations

from typing import Any

from kg.operations.projects import ProjectFacts
from kg.operations.retrospective_facts import RetrospectiveFacts


def period_around(graph: Any, facts: RetrospectiveFacts) -> ProjectFacts | None:
    """The facts of the project in the period; None for a retrospective without one.

    Args:
        graph: The graph as whoever reads may use it.
        facts: The retrospective.
    """
    held = facts.retrospective
    if held.period_start is None:
        return None
    found: ProjectFacts = graph.project_facts(project=held.project)
    return found
