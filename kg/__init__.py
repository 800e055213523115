"""The project-outcome knowledge graph: records, stores, search and operations.

Nothing here knows notebooks, pages or a clock of its own; a clock is passed in.
`connect` is the usual way in.
"""

from .connect import connect
from .graph import KnowledgeGraph

__all__ = ["KnowledgeGraph", "connect"]
