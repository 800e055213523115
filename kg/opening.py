"""Opening the store of an installation, as its settings say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .errors import InvalidRequest, StoreUnavailable
from .graph import KnowledgeGraph
from .policy import Visitor
from .store.protocol import GraphStore

GRAPH_FILE = "graph.kgl"


def open_store(address: str | Path, **options: Any) -> GraphStore:
    """The store at an address: a file's path, or `neo4j://`, `neo4j+s://`, `bolt://` ...

    Args:
        address: Path or URI.
        **options: For a URI: `user`, `password`, `database`, `trusted_ca`.

    Raises:
        StoreError: It cannot be opened; says why and what to do.
    """
    text = str(address)
    if "://" in text:
        if text.split("://")[0].split("+")[0] not in {"neo4j", "bolt"}:
            raise InvalidRequest(f"{text.split('://')[0]}:// is no store: use a file, neo4j:// or bolt://.")
        from .store.neo4j import Neo4jStore

        return Neo4jStore(text, **options)
    from .store.embedded import EmbeddedStore

    return EmbeddedStore(Path(text))


def open_graph(home: Path, visitor: Visitor | None = None, *, create: bool = False) -> KnowledgeGraph:
    """The embedded graph of an installation's folder.

    Args:
        home: The folder.
        visitor: Who asks; the local owner when not given.
        create: Make the store when there is none.

    Raises:
        StoreUnavailable: There is no installation in this folder.
    """
    path = Path(home) / GRAPH_FILE
    if not path.exists() and not create:
        raise StoreUnavailable(
            f"There is no installation in {home}. Run `retrobook init --home {home}` first.", home=str(home)
        )
    store = open_store(path)
    store.ensure_schema()
    from .boards import Boards

    return KnowledgeGraph(store, visitor, services={"boards": Boards(store)})
