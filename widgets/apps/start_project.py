"""The app *Start a project*: a plan, what like projects brought, and drafts of what to promise."""

from __future__ import annotations

import os
from collections.abc import Mapping

from kg.client import RemoteGraph
from kg.graph import KnowledgeGraph
from widgets.components.start_project import StartProject


def build(graph: KnowledgeGraph | RemoteGraph, environ: Mapping[str, str] | None = None) -> StartProject:
    """The app for the visitor whose page started this kernel.

    Args:
        graph: As `kg.connect()` gives it.
        environ: Where the page's query string and language are; the process's own when not given.
    """
    env = os.environ if environ is None else environ
    return StartProject(graph, query=env.get("QUERY_STRING", ""), language=env.get("RETROBOOK_LANGUAGE", "en"))
