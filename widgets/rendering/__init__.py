"""Words and records into HTML: one set of templates for server pages and for widgets."""

from .environment import environment, render
from .results import ResultsView, parse_query

__all__ = ["ResultsView", "environment", "parse_query", "render"]
