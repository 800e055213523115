"""The store for teams: a Neo4j server, spoken to through the official driver.

Writers take turns, as the contract asks: each begins by locking the node that counts the
changes, so that numbers are committed in order, whichever server process writes, and two
writers cannot wait for each other. What Community lacks (roles, online backup, clusters)
is not used.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import neo4j
from neo4j import exceptions as driver_errors

from ..errors import (
    ConstraintViolated,
    InvalidRequest,
    KgError,
    QueryFailed,
    StoreFull,
    StoreRefused,
    StoreUnavailable,
)
from ..queries import statement
from ..schema import (
    INDEXED,
    SEARCHABLE,
    Label,
    constraint_name,
    index_name,
    text_index_name,
    vector_index_name,
    vector_property,
)
from . import exchange, migrations
from .protocol import Change, Health, Hit, Row, Transaction, Where
from .where import where_clause

log = logging.getLogger(__name__)

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
ANALYZER = "cjk"  # words for Latin scripts, pairs of characters for Chinese
INDEX_PATIENCE = 300  # seconds a new index may take to be filled
OVERSAMPLING = 4


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long and how much: seconds, and connections."""

    connect: float = 10.0
    retry: float = 10.0
    transaction: float = 1800.0
    connections: int = 50


class Neo4jStore:
    """A graph in a Neo4j database.

    Args:
        uri: `neo4j://host:7687`. Encryption follows it: `neo4j+s://` encrypts and checks
            the certificate, `neo4j+ssc://` accepts a self-signed one; `bolt` likewise.
        user: Who signs in.
        password: The password; never shown in a message.
        database: Name of the database; the user's home database when not given.
        trusted_ca: Certificate of the authority to trust; implies encryption.
        limits: Time-outs and the size of the pool.

    Raises:
        StoreUnavailable: The address is unusable, or nothing answers there.
        StoreRefused: The user or password was refused.
    """

    indexes_vectors = True

    def __init__(
        self,
        uri: str,
        *,
        user: str = "neo4j",
        password: str | None = None,
        database: str | None = None,
        trusted_ca: Path | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._user = user
        self._database = database
        self._closed = False
        self.writes = 0
        self._here = threading.local()
        self._online: set[str] = set()
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        self._driver = _driver(uri, (user, password or ""), trusted_ca, self._limits)
        self.location = f"{uri} (database {database})" if database else uri
        try:
            with self._engine_errors("RETURN 1"), self._session() as session:
                session.run("RETURN 1").consume()  # at once, without the patience of later retries
        except BaseException:
            self.close()
            raise

    def read(self, query: str, **params: Any) -> list[Row]:
        def work(tx: neo4j.ManagedTransaction) -> list[Row]:
            return _rows(tx.run(query, params))

        with self._engine_errors(query), self._session() as session:
            return session.execute_read(work)

    def read_within(self, query: str, params: Mapping[str, Any], *, rows: int, seconds: float) -> list[Row]:
        try:
            with (
                self._driver.session(
                    database=self._database,
                    bookmark_manager=self._bookmarks,
                    default_access_mode=neo4j.READ_ACCESS,
                    fetch_size=min(rows, 1000),
                ) as session,
                session.begin_transaction(timeout=seconds) as tx,
            ):
                found = [
                    {name: _plain(value) for name, value in dict(record).items()}
                    for record, _ in zip(tx.run(query, dict(params)), range(rows), strict=False)
                ]
                tx.rollback()
                return found
        except driver_errors.ClientError as error:
            if "TransactionTimedOut" in (error.code or ""):
                raise InvalidRequest(
                    f"The statement took longer than {seconds:g} seconds and was ended. Narrow it.", field="cypher"
                ) from error
            if (error.code or "").startswith(("Neo.ClientError.Statement", "Neo.ClientError.Transaction")):
                raise InvalidRequest(f"The graph could not run it: {_first_line(error)}", field="cypher") from error
            raise translate(error, self.location, self._user, query) from error
        except (driver_errors.Neo4jError, driver_errors.DriverError, OverflowError, ValueError, TypeError) as error:
            raise translate(error, self.location, self._user, query) from error

    def write(self, query: str, **params: Any) -> list[Row]:
        def work(tx: neo4j.ManagedTransaction) -> list[Row]:
            tx.run(statement("changes.wait_for_turn"))
            return _rows(tx.run(query, params))

        self._refuse_nesting()
        try:
            with self._engine_errors(query), self._session() as session:
                return session.execute_write(work)
        finally:
            self.writes += 1  # one whose commit is uncertain may have happened

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        self._refuse_nesting()
        with self._engine_errors("BEGIN"):
            session = self._session()
        with session:
            with self._engine_errors("BEGIN"):
                tx = self._begin(session)
            self._here.in_transaction = True
            try:
                yield _Neo4jTransaction(self, tx)
                with self._engine_errors("COMMIT"):
                    tx.commit()
            finally:
                self.writes += 1
                self._here.in_transaction = False
                tx.close()  # rolls back what was not committed

    def ensure_schema(self) -> list[str]:
        known = {row["name"] for row in self.read("SHOW INDEXES YIELD name RETURN name")}
        wanted = {
            constraint_name(label): f"CONSTRAINT {constraint_name(label)} IF NOT EXISTS "
            f"FOR (n:{label.value}) REQUIRE n.id IS UNIQUE"
            for label in Label
        }
        for label, prop in INDEXED:
            name = index_name(label, prop)
            wanted[name] = f"INDEX {name} IF NOT EXISTS FOR (n:{label.value}) ON (n.{prop})"
        for label in SEARCHABLE:
            name = text_index_name(label)
            wanted[name] = (
                f"FULLTEXT INDEX {name} IF NOT EXISTS FOR (n:{label.value}) ON EACH [n.search_text] "
                f"OPTIONS {{indexConfig: {{`fulltext.analyzer`: '{ANALYZER}'}}}}"
            )
        missing = [ddl for name, ddl in wanted.items() if name not in known]
        for ddl in missing:
            self._define(f"CREATE {ddl}")
        if missing:
            self._define("CALL db.awaitIndexes($patience)", patience=INDEX_PATIENCE)
        return migrations.apply(self)

    def ensure_vector_index(self, label: Label, arm: str, dimension: int) -> None:
        """The native vector index of an arm; one of another dimension is made anew."""
        name = vector_index_name(label, arm)
        kept = self.read("SHOW VECTOR INDEXES YIELD name, options WHERE name = $name RETURN options", name=name)
        if kept and int(kept[0]["options"]["indexConfig"]["vector.dimensions"]) != dimension:
            self._online.discard(name)
            self._define(f"DROP INDEX {name} IF EXISTS")
            kept = []
        if not kept:
            self._define(
                f"CREATE VECTOR INDEX {name} IF NOT EXISTS FOR (n:{label.value}) ON (n.{vector_property(arm)}) "
                f"OPTIONS {{indexConfig: {{`vector.dimensions`: {int(dimension)}, "
                "`vector.similarity_function`: 'cosine', `vector.quantization.enabled`: false}}"  # exact scores
            )
            self._define("CALL db.awaitIndex($name, $patience)", name=name, patience=INDEX_PATIENCE)

    def vector_search(
        self, label: Label, arm: str, vector: Sequence[float], k: int, where: Where | None = None
    ) -> list[Hit]:
        name = vector_index_name(label, arm)
        query = [float(x) for x in vector]
        if k < 1 or not any(query):
            return []
        if where or not self._is_online(name):
            return self._nearest_of_matching(label, arm, query, k, where or {})
        return self._nearest_by_index(name, query, k)

    def text_search(self, label: Label, text: str, k: int, where: Where | None = None) -> list[Hit]:
        words = re.findall(r"\w+", text.lower())  # no operator of the query language gets through
        if not words or k < 1:
            return []
        conditions, params = where_clause(where or {})
        rows = self.read(
            "CALL db.index.fulltext.queryNodes($index, $words) YIELD node AS n, score "
            f"WHERE n.retired_at IS NULL AND {conditions} "
            "RETURN n.id AS id, score ORDER BY score DESC, id LIMIT $k",
            index=text_index_name(label), words=" ".join(words), k=k, **params,
        )  # fmt: skip
        return _hits(rows)

    def changes(self, since: int = 0, limit: int = 10_000) -> list[Change]:
        return exchange.read_changes(self, since, limit)

    def revision(self) -> int:
        return exchange.read_revision(self)

    def export(self, path: Path) -> dict[str, int]:
        with self.transaction() as tx:  # writers wait, so that the file shows one revision
            return exchange.export_graph(tx, path)

    def load(self, path: Path) -> dict[str, int]:
        return exchange.load_graph(self, path)

    def backup(self, path: Path) -> dict[str, Any]:
        """An export, since Community cannot copy a running database; writers wait meanwhile."""
        counts = self.export(path)
        nodes = sum(counts.get(label.value, 0) for label in Label)
        return {"path": str(path), "bytes": Path(path).stat().st_size, "nodes": nodes}

    def health(self) -> Health:
        engine = self.read("CALL dbms.components() YIELD versions, edition RETURN versions[0] AS version, edition")[0]
        which = "DATABASE $name" if self._database else "HOME DATABASE"
        state = self.read(f"SHOW {which} YIELD access, currentStatus", name=self._database)[0]
        return Health(
            engine="neo4j",
            version=engine["version"],
            location=self.location,
            writable=state["access"] == "read-write" and state["currentStatus"] == "online",
            revision=self.revision(),
            nodes=int(self.read(statement("records.count_all"))[0]["count"]),
            details={"edition": engine["edition"], "encrypted": self._driver.encrypted},
        )

    def settle(self) -> None:
        """Nothing to do: transaction logs go as the server's retention says."""

    def close(self) -> None:
        self._closed = True
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _nearest_by_index(self, name: str, vector: list[float], k: int) -> list[Hit]:
        asked = k * OVERSAMPLING
        while True:  # retired nodes are still in the index, so more is asked than is wanted
            rows = self.read(
                "CALL db.index.vector.queryNodes($index, $asked, $vector) YIELD node AS n, score "
                "RETURN n.id AS id, 2 * score - 1 AS score, n.retired_at IS NULL AS live ORDER BY score DESC, id",
                index=name, asked=asked, vector=vector,
            )  # fmt: skip
            live = [row for row in rows if row["live"]]
            if len(live) >= k or len(rows) < asked:
                return _hits(live[:k])
            asked *= OVERSAMPLING

    def _nearest_of_matching(self, label: Label, arm: str, vector: list[float], k: int, where: Where) -> list[Hit]:
        """Exact, over the nodes that match: a filter comes before the search, never after it."""
        conditions, params = where_clause(where)
        prop = vector_property(arm)
        rows = self.read(
            f"MATCH (n:{label.value}) WHERE n.{prop} IS NOT NULL AND size(n.{prop}) = size($vector) "
            f"AND n.retired_at IS NULL AND {conditions} "
            f"RETURN n.id AS id, 2 * vector.similarity.cosine(n.{prop}, $vector) - 1 AS score "
            "ORDER BY score DESC, id LIMIT $k",
            vector=vector, k=k, **params,
        )  # fmt: skip
        return _hits(rows)

    def _is_online(self, index: str) -> bool:
        if index not in self._online:
            rows = self.read("SHOW INDEXES YIELD name, state WHERE name = $name RETURN state", name=index)
            if rows and rows[0]["state"] == "ONLINE":
                self._online.add(index)
        return index in self._online

    def _define(self, ddl: str, **params: Any) -> None:
        """Run a statement that changes the schema: outside of any transaction with data."""
        self._refuse_nesting()
        with self._engine_errors(ddl), self._session() as session:
            session.run(ddl, params).consume()

    def _session(self) -> neo4j.Session:
        return self._driver.session(database=self._database, bookmark_manager=self._bookmarks)

    def _begin(self, session: neo4j.Session) -> neo4j.Transaction:
        """A transaction whose turn has come; a pooled connection that has died gets a second chance."""
        for last in (False, True):
            tx = session.begin_transaction(timeout=self._limits.transaction)
            try:
                tx.run(statement("changes.wait_for_turn")).consume()
                return tx
            except (driver_errors.DriverError, driver_errors.Neo4jError) as error:
                tx.close()
                if last or not error.is_retryable():
                    raise
        raise AssertionError("unreachable")

    def _refuse_nesting(self) -> None:
        if getattr(self._here, "in_transaction", False):
            raise QueryFailed("This thread has a transaction open: write through it, or it would wait for itself.")

    @contextmanager
    def _engine_errors(self, query: str) -> Iterator[None]:
        if self._closed:
            raise StoreUnavailable(f"The store {self.location} is closed.", location=self.location)
        try:
            yield
        except KgError:
            raise
        except (driver_errors.Neo4jError, driver_errors.DriverError, OverflowError, ValueError, TypeError) as error:
            raise translate(error, self.location, self._user, query) from error


class _Neo4jTransaction:
    def __init__(self, store: Neo4jStore, tx: neo4j.Transaction) -> None:
        self._store = store
        self._tx = tx

    def read(self, query: str, **params: Any) -> list[Row]:
        with self._store._engine_errors(query):
            return _rows(self._tx.run(query, params))

    write = read


def translate(error: BaseException, place: str, user: str, query: str = "") -> KgError:
    """What the product says of an error of the driver: what happened, where, what to do."""
    head = " ".join(query.split())[:120]
    where: dict[str, Any] = {"location": place}
    message = _first_line(error)
    match error:
        case _ if "No space left" in str(error):
            return StoreFull(f"Neo4j at {place} has no room left to write. Free some space and try again.", **where)
        case driver_errors.AuthError():
            return StoreRefused(
                f"Neo4j at {place} refused user {user!r}. Check the user name and the password.",
                user=user, **where,
            )  # fmt: skip
        case driver_errors.Forbidden():
            return StoreRefused(
                f"Neo4j at {place} does not let user {user!r} do this ({message}). "
                "Grant it, or use another user.",
                user=user, **where,
            )  # fmt: skip
        case driver_errors.ConstraintError():
            return ConstraintViolated(f"The graph refused a duplicate: {message}", **where)
        case driver_errors.IncompleteCommit():
            return StoreUnavailable(
                f"The connection to Neo4j at {place} was lost during a commit. Whether it was kept is not known: "
                "look before doing it again.",
                **where,
            )
        case driver_errors.ServiceUnavailable() | driver_errors.SessionExpired():
            return StoreUnavailable(
                f"Neo4j at {place} does not answer ({message}). Start it (docker compose up neo4j), or check the "
                "address, the port and whether it asks for TLS.",
                **where,
            )
        case driver_errors.DatabaseUnavailable():
            return StoreUnavailable(f"Neo4j at {place} answers, but the database is not available: {message}", **where)
        case driver_errors.ClientError() if error.code == "Neo.ClientError.Database.DatabaseNotFound":
            return StoreUnavailable(
                f"Neo4j at {place} has no such database. Community has one, named neo4j; check the setting.", **where
            )
        case driver_errors.TransientError() if "MemoryPool" in (error.code or ""):
            return StoreUnavailable(
                f"Neo4j at {place} has too little memory for so large a transaction ({message}). Write in smaller "
                "portions, or raise server.memory.heap.max_size there.",
                **where,
            )
        case driver_errors.TransientError():
            return StoreUnavailable(f"Neo4j at {place} could not finish this now ({message}). Try again.", **where)
        case _:
            return QueryFailed(f"The graph could not run a statement: {message} [{head}]", query=head, **where)


def _driver(uri: str, auth: tuple[str, str], trusted_ca: Path | None, limits: Limits) -> neo4j.Driver:
    address = urlsplit(uri)
    shown = f"{address.scheme}://{address.hostname or ''}"
    if address.scheme not in SCHEMES or not address.hostname:
        raise StoreUnavailable(
            f"{shown!r} is no address of a Neo4j: write neo4j://host:7687, or neo4j+s://host:7687 for TLS.",
            location=shown,
        )
    if address.username or address.password:
        raise StoreUnavailable(
            f"The address {shown} carries a user or password, which would show in messages and logs: "
            "use their own settings.",
            location=shown,
        )
    options: dict[str, Any] = {}
    if trusted_ca is not None:
        if not Path(trusted_ca).is_file():
            raise StoreUnavailable(f"The certificate {trusted_ca} to trust for {shown} is missing.", location=shown)
        uri = uri.replace(address.scheme, address.scheme.split("+")[0], 1)  # the driver wants one or the other
        options = {"encrypted": True, "trusted_certificates": neo4j.TrustCustomCAs(str(trusted_ca))}
    elif "+" not in address.scheme and address.hostname not in LOOPBACK:
        log.warning("Neo4j at %s is spoken to without encryption: use neo4j+s:// across a network", shown)
    try:
        return neo4j.GraphDatabase.driver(
            uri,
            auth=auth,
            max_connection_pool_size=limits.connections,
            connection_timeout=limits.connect,
            connection_acquisition_timeout=limits.connect * 3,
            max_transaction_retry_time=limits.retry,
            liveness_check_timeout=30,
            user_agent="retrobook",
            notifications_min_severity="OFF",
            **options,
        )
    except (driver_errors.DriverError, ValueError, OSError) as error:
        raise StoreUnavailable(f"{shown} cannot be used: {_first_line(error)}", location=shown) from error


def _rows(result: neo4j.Result) -> list[Row]:
    return [dict(record) for record in result]


def _plain(value: Any) -> Any:
    """A value of the driver as JSON can hold it."""
    match value:
        case neo4j.graph.Node():
            return {"labels": sorted(value.labels), "properties": {k: _plain(v) for k, v in value.items()}}
        case neo4j.graph.Relationship():
            return {"type": value.type, "properties": {k: _plain(v) for k, v in value.items()}}
        case neo4j.graph.Path():
            return {
                "nodes": [_plain(node) for node in value.nodes],
                "relationships": [_plain(edge) for edge in value.relationships],
            }
        case dict():
            return {name: _plain(item) for name, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
    return value.iso_format() if hasattr(value, "iso_format") else str(value)


def _hits(rows: list[Row]) -> list[Hit]:
    return [Hit(row["id"], float(row["score"])) for row in rows]


def _first_line(error: BaseException) -> str:
    text: str = getattr(error, "message", None) or str(error)
    return text.splitlines()[0][:300] if text else type(error).__name__
