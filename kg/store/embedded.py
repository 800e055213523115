"""The embedded store: one kglite file, one owner, every commit durable."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kglite
import numpy as np

from ..domain import RECORDS
from ..errors import (
    ConstraintViolated,
    InvalidRequest,
    KgError,
    QueryFailed,
    StoreCorrupt,
    StoreFull,
    StoreLocked,
    StoreUnavailable,
)
from ..queries import statement
from ..schema import INDEXED, Label, Rel, constraint_name, index_name, vector_property
from . import exchange, migrations
from .protocol import Change, Health, Hit, Row, Transaction, Where
from .where import where_clause

NAMED = frozenset(label.value for label, kind in RECORDS.items() if "name" in kind.model_fields)
"""Labels whose nodes have a name; the others may have a title. kglite keeps one for both."""

LABELS = frozenset(label.value for label in Label)
TYPES = frozenset(rel.value for rel in Rel)

kglite.set_query_warning_policy("silent")  # an unknown label is normal in a young graph


class EmbeddedStore:
    """A graph in one file.

    Args:
        path: The graph file; it and its log are created when missing, readable by the
            owner only.

    Raises:
        StoreLocked: Another process owns the file.
        StoreCorrupt: The file is not a readable graph; it is left as it is.
    """

    indexes_vectors = False

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.writes = 0
        self._writer = threading.RLock()
        self._here = threading.local()
        self._vectors: dict[tuple[Label, str], tuple[int, list[str], np.ndarray[Any, Any]]] = {}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with _private_files():
                self._session = kglite.open_session(str(self.path), durable="full")
        except kglite.WriterLeaseHeldError as error:
            raise StoreLocked(
                f"{self.path} is in use by another process. Stop it, or talk to the server that owns the file.",
                path=str(self.path),
            ) from error
        except OSError as error:
            raise _for_os_error(error, self.path) from error
        except (kglite.KgError, RuntimeError, ValueError) as error:
            raise StoreCorrupt(
                f"{self.path} is not a readable graph file ({_first_line(error)}). It was left as it is: "
                "restore a backup, or move it away and load an export.",
                path=str(self.path),
            ) from error

    def _close_to_others(self) -> None:
        """Keep the file to its owner: the engine makes a new one at each checkpoint."""
        if self.path.exists():
            self.path.chmod(0o600)

    def read(self, query: str, **params: Any) -> list[Row]:
        with _engine_errors(query):
            return _rows(self._open().cypher(query, params=params))

    def read_within(self, query: str, params: Mapping[str, Any], *, rows: int, seconds: float) -> list[Row]:
        try:
            result = self._open().cypher(query, params=dict(params), timeout_ms=int(seconds * 1000), row_limit=rows)
            found: list[Row] = result.to_list()
        except kglite.CypherTimeoutError as error:
            raise InvalidRequest(
                f"The statement took longer than {seconds:g} seconds and was ended. Narrow it.", field="cypher"
            ) from error
        except (kglite.CypherError, kglite.SchemaError, kglite.ReadOnlyError) as error:
            raise InvalidRequest(f"The graph could not run it: {_first_line(error)}", field="cypher") from error
        return [{name: _plain(value) for name, value in row.items()} for row in found]

    def write(self, query: str, **params: Any) -> list[Row]:
        self._refuse_nesting()
        with self._writer, _engine_errors(query):
            rows = _rows(self._open().execute(query, params=params))
            self.writes += 1
            return rows

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        self._refuse_nesting()
        with self._writer:
            with _engine_errors("BEGIN"):
                tx = self._open().begin()
            own = _EmbeddedTransaction(tx)
            self._here.in_transaction = True
            try:
                yield own
                if own.failed:
                    raise QueryFailed("A statement of this transaction failed, so nothing of it was kept.")
            except BaseException:
                if tx.active:
                    tx.rollback()
                raise
            finally:
                self._here.in_transaction = False
            with _engine_errors("COMMIT"):
                tx.commit()
            self.writes += 1

    def ensure_schema(self) -> list[str]:
        for label in Label:
            name = constraint_name(label)
            self.write(f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label.value}) REQUIRE n.id IS UNIQUE")
        for label, prop in INDEXED:
            name = index_name(label, prop)
            self.write(f"CREATE INDEX {name} IF NOT EXISTS FOR (n:{label.value}) ON (n.{prop})")
        return migrations.apply(self)

    def ensure_vector_index(self, label: Label, arm: str, dimension: int) -> None:
        vector_property(arm)  # exact search needs no index; only the name is checked

    def vector_search(
        self, label: Label, arm: str, vector: Sequence[float], k: int, where: Where | None = None
    ) -> list[Hit]:
        ids, matrix = self._matrix(label, arm)
        if not ids or not any(vector):
            return []
        query = np.asarray(vector, dtype=np.float32)
        scores = matrix @ (query / (np.linalg.norm(query) or 1.0))
        allowed = self._matching(label, where) if where else None
        order = np.argsort(-scores, kind="stable")
        found = (Hit(ids[i], float(scores[i])) for i in order if allowed is None or ids[i] in allowed)
        return [hit for _, hit in zip(range(k), found, strict=False)]

    def text_search(self, label: Label, text: str, k: int, where: Where | None = None) -> list[Hit]:
        words = sorted({word for word in text.lower().split() if word})
        if not words:
            return []
        rows = self.read(statement("search.by_words", label), words=words, limit=10_000)
        allowed = self._matching(label, where) if where else None
        hits = [Hit(row["id"], float(row["score"])) for row in rows if allowed is None or row["id"] in allowed]
        return hits[:k]

    def changes(self, since: int = 0, limit: int = 10_000) -> list[Change]:
        return exchange.read_changes(self, since, limit)

    def revision(self) -> int:
        return exchange.read_revision(self)

    def export(self, path: Path) -> dict[str, int]:
        with self._writer:
            return exchange.export_graph(self, path)

    def load(self, path: Path) -> dict[str, int]:
        return exchange.load_graph(self, path)

    def backup(self, path: Path) -> dict[str, Any]:
        with _engine_errors("BACKUP"):
            report = self._open().backup(str(path))
        return {"path": str(path), "bytes": report["bytes"], "nodes": report["nodes"]}

    def health(self) -> Health:
        return Health(
            engine="kglite",
            version=kglite.__version__,
            location=str(self.path),
            writable=os.access(self.path.parent, os.W_OK),
            revision=self.revision(),
            nodes=int(self._open().node_count()),
        )

    def settle(self) -> None:
        with self._writer:
            with _engine_errors("CHECKPOINT"), _private_files():
                self._open().save()
            self._close_to_others()

    def close(self) -> None:
        with self._writer:
            if not self._session.closed:
                with _private_files():
                    self._session.close()
                self._close_to_others()

    def _refuse_nesting(self) -> None:
        if getattr(self._here, "in_transaction", False):
            raise QueryFailed("This thread has a transaction open: write through it.")

    def _open(self) -> Any:
        if self._session.closed:
            raise StoreUnavailable(f"The store {self.path} is closed.", path=str(self.path))
        return self._session

    def _matrix(self, label: Label, arm: str) -> tuple[list[str], np.ndarray[Any, Any]]:
        version = int(self._open().version())
        kept = self._vectors.get((label, arm))
        if kept and kept[0] == version:
            return kept[1], kept[2]
        prop = vector_property(arm)
        rows = self.read(
            f"MATCH (n:{label.value}) WHERE n.{prop} IS NOT NULL AND n.retired_at IS NULL "
            f"RETURN n.id AS id, n.{prop} AS vector ORDER BY id"
        )
        matrix = np.asarray([row["vector"] for row in rows], dtype=np.float32)
        if len(rows):
            matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
        ids = [row["id"] for row in rows]
        self._vectors[label, arm] = (version, ids, matrix)
        return ids, matrix

    def _matching(self, label: Label, where: Where) -> set[str]:
        conditions, params = where_clause(where)
        return {
            row["id"] for row in self.read(f"MATCH (n:{label.value}) WHERE {conditions} RETURN n.id AS id", **params)
        }


class _EmbeddedTransaction:
    def __init__(self, tx: Any) -> None:
        self._tx = tx
        self.failed = False

    def read(self, query: str, **params: Any) -> list[Row]:
        try:
            with _engine_errors(query):
                return _rows(self._tx.cypher(query, params=params))
        except KgError:
            self.failed = True
            raise

    write = read


def _rows(result: Any) -> list[Row]:
    rows: list[Row] = result.to_list()
    for row in rows:
        for value in row.values():
            if isinstance(value, dict) and "type" in value:
                _drop_own_names(value)
    return rows


def _drop_own_names(properties: Row) -> None:
    """Undo what kglite adds: to properties(r) the type, to properties(n) the label, and name and title for another."""
    label = properties["type"]
    if label in TYPES:
        del properties["type"]
    if label not in LABELS or "id" not in properties:
        return
    del properties["type"]
    if properties.get("title") in (None, f"{label}_{properties['id']}"):
        properties.pop("title", None)
    properties.pop("title" if label in NAMED else "name", None)


def _plain(value: Any) -> Any:
    """A value without what the engine adds to nodes and relationships."""
    if isinstance(value, dict):
        if set(value) == {"id", "labels", "properties"}:
            properties = dict(value["properties"])
            _drop_own_names(properties)
            return {"labels": value["labels"], "properties": _plain(properties)}
        if isinstance(value.get("properties"), dict) and "type" in value:
            properties = {k: v for k, v in value["properties"].items() if k != "type"}
            return {"type": value["type"], "properties": _plain(properties)}
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


@contextmanager
def _engine_errors(query: str) -> Iterator[None]:
    try:
        yield
    except KgError:
        raise
    except kglite.ConstraintError as error:
        raise ConstraintViolated(f"The graph refused a duplicate: {_first_line(error)}") from error
    except kglite.FileIoError as error:
        if _is_full(error):
            raise StoreFull("There is no room left to write the graph. Free some space and try again.") from error
        raise StoreUnavailable(f"The graph file could not be written: {_first_line(error)}") from error
    except OSError as error:
        raise _for_os_error(error, None) from error
    except (kglite.KgError, RuntimeError, ValueError, TypeError, OverflowError) as error:
        if "duplicate id" in str(error):
            raise ConstraintViolated(f"The graph refused a duplicate: {_first_line(error)}") from error
        head = " ".join(query.split())[:120]
        raise QueryFailed(f"The graph could not run a statement: {_first_line(error)} [{head}]", query=head) from error


def _for_os_error(error: OSError, path: Path | None) -> KgError:
    if _is_full(error):
        return StoreFull("There is no room left to write the graph. Free some space and try again.", path=str(path))
    return StoreUnavailable(f"{path or 'The graph file'} cannot be used: {error.strerror or error}.", path=str(path))


def _is_full(error: BaseException) -> bool:
    return getattr(error, "errno", None) == 28 or "No space left" in str(error)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0][:300] if str(error) else type(error).__name__


@contextmanager
def _private_files() -> Iterator[None]:
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
