"""Putting the parts of an installation together, as its settings say."""

from __future__ import annotations

from typing import Any

from kg.client import RemoteGraph
from kg.connect import live_server
from kg.errors import StoreUnavailable
from kg.graph import KnowledgeGraph
from kg.opening import open_store
from kg.policy import Visitor
from kg.store.protocol import GraphStore

from .settings import Settings


def installed_store(settings: Settings, *, create: bool = False) -> GraphStore:
    """The installation's store with its schema in place.

    Raises:
        StoreUnavailable: There is no installation in the home folder.
        StoreError: The store cannot be opened.
    """
    if settings.store:
        store = store_at(settings.store, settings)
    else:
        if not settings.graph_file.exists() and not create:
            raise StoreUnavailable(
                f"There is no installation in {settings.home}. Run `retrobook init` first.", home=str(settings.home)
            )
        store = open_store(settings.graph_file)
    store.ensure_schema()
    return store


def store_at(address: str, settings: Settings) -> GraphStore:
    """The store at an address; a Neo4j server is signed in to as the settings say."""
    if "://" not in address:
        return open_store(address)
    password = settings.neo4j_password.get_secret_value() if settings.neo4j_password else None
    return open_store(
        address,
        user=settings.neo4j_user,
        password=password,
        database=settings.neo4j_database,
        trusted_ca=settings.neo4j_ca,
    )


def own_graph(settings: Settings, visitor: Visitor | None = None, *, create: bool = False) -> KnowledgeGraph:
    """The installation's graph, owned by this process, with all services."""
    store = installed_store(settings, create=create)
    return KnowledgeGraph(store, visitor, services=services(settings, store))


def reach_graph(settings: Settings) -> KnowledgeGraph | RemoteGraph:
    """The graph by way of the running server, or owned by this process when none runs."""
    live = live_server(settings.home)
    return RemoteGraph(live["url"], live["token"]) if live else own_graph(settings)


def reach_records(settings: Settings, *, create: bool = False) -> KnowledgeGraph | RemoteGraph:
    """The graph for writing and reading records only: as `reach_graph`, without search and its models."""
    live = live_server(settings.home)
    return RemoteGraph(live["url"], live["token"]) if live else _records_only(settings, create=create)


def _records_only(settings: Settings, *, create: bool) -> KnowledgeGraph:
    store = installed_store(settings, create=create)
    return KnowledgeGraph(store, services={"discount_rate": settings.discount_rate})


def services(settings: Settings, store: GraphStore, server: str = "local") -> dict[str, Any]:
    """What the process offers to operations: the search index, boards, backups, files and data files.

    Nothing heavy happens here: the index is built by the first search (or by `start`), and
    a model is loaded when a vector is missing.
    """
    from kg.boards import Boards
    from kg.encoders import ProcessEncoder, ProcessReranker, VectorCache, models_of
    from kg.maps import Maps
    from kg.recommend.recommender import Recommender
    from kg.search import SearchIndex, ServedModels
    from kg.search.segment import keep_dictionary_in
    from kg.store.blobs import BlobStore
    from pipelines.health_formula import HealthFormulaFile
    from pipelines.outcomes.alarm_rules import AlarmRuleBook
    from pipelines.outcomes.link_capture import LinkCapture
    from pipelines.outcomes.review_rules import ReviewRulesFile
    from pipelines.outcomes.templates import OutcomeTemplates
    from pipelines.retrospectives import Formats

    def write_backup(graph: GraphStore) -> dict[str, Any]:
        from .backups import create_backup, default_path

        return create_backup(graph, settings, default_path(settings))

    keep_dictionary_in(settings.cache_dir)
    encoders, process = models_of(settings.encoders)
    search = SearchIndex(
        store,
        encoders,
        VectorCache(settings.cache_dir / "vectors.sqlite"),
        reranker=ProcessReranker(settings.reranker, process) if settings.reranker else None,
        served=ServedModels(settings.cache_dir / "models.json", lambda model: ProcessEncoder(model, process)),
        snapshot=settings.cache_dir / "index",
        native_above=settings.native_index_above,
    )
    return {
        "backups": write_backup,
        "search": search,
        "recommender": Recommender(store),
        "boards": Boards(store, server=server, shared="://" in (settings.store or "")),
        "formats": Formats(settings.home),
        "blobs": BlobStore(settings.blobs_dir, limit=settings.evidence_limit_mb << 20),
        "links": LinkCapture(private=settings.evidence_private_links),
        "review_rules": ReviewRulesFile(settings.home),
        "outcome_templates": OutcomeTemplates(settings.home),
        "health_formula": HealthFormulaFile(settings.home),
        "alarm_rules": AlarmRuleBook(settings.home),
        "discount_rate": settings.discount_rate,
        "maps": Maps(store),
    }
