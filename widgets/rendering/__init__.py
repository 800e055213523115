"""Words and records into HTML: one set of templates for server pages and for widgets."""

from .desk import SearchDesk
from .environment import environment, render
from .query import Query, parse_query
from .results import ResultsView

__all__ = ["Query", "ResultsView", "SearchDesk", "environment", "parse_query", "render"]
