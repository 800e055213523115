"""The app *Outcome map*: the map of one project, for whoever may see the project."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import parse_qs

from kg.client import RemoteGraph
from kg.graph import KnowledgeGraph
from widgets.components.outcome_map import OutcomeMapEditor


def build(
    graph: KnowledgeGraph | RemoteGraph,
    project: str = "",
    *,
    language: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> OutcomeMapEditor:
    """The map for the visitor whose page, or notebook, this kernel belongs to.

    Args:
        graph: As `kg.connect()` gives it.
        project: Its id or external id; the page's query string says so when it is not given.
        language: `en` or `zh`; the page's when not given.
        environ: Where the page's query string and language are; the process's own when not given.

    Raises:
        KgError: There is no such project, or this visitor may not see it.
    """
    env = os.environ if environ is None else environ
    asked = parse_qs(env.get("QUERY_STRING", "").lstrip("?"))
    found = graph.outcome_map(project=project or asked.get("project", [""])[0])
    base = "/" if "QUERY_STRING" in env else getattr(graph, "url", "/")
    return OutcomeMapEditor(graph, found.project, language=language or env.get("RETROBOOK_LANGUAGE", "en"), base=base)
