"""The app *Retrospective board*: one board, for whoever has a seat at it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import parse_qs

from kg.client import RemoteGraph
from kg.errors import Forbidden
from kg.graph import KnowledgeGraph
from widgets.components.retro_board import RetroBoard


def build(
    graph: KnowledgeGraph | RemoteGraph,
    retrospective: str = "",
    *,
    language: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> RetroBoard:
    """The board for the visitor whose page, or notebook, this kernel belongs to.

    Args:
        graph: As `kg.connect()` gives it.
        retrospective: Which one; the page's query string says so when it is not given.
        language: `en` or `zh`; the page's when not given.
        environ: Where the page's query string and language are; the process's own when not given.

    Raises:
        KgError: There is no such board, it is closed, or this visitor may not sit at it.
    """
    env = os.environ if environ is None else environ
    asked = parse_qs(env.get("QUERY_STRING", "").lstrip("?"))
    key = retrospective or asked.get("retrospective", [""])[0]
    try:
        graph.board_view(retrospective=key)
    except Forbidden:
        graph.take_seat(retrospective=key)
    base = "/" if "QUERY_STRING" in env else getattr(graph, "url", "/")
    return RetroBoard(graph, key, language=language or env.get("RETROBOOK_LANGUAGE", "en"), base=base)
