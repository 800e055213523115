"""Vectors that were made once, by model and text.

A cache can be made again: a file that cannot be read is put aside with a warning, and a
disk that is full costs time, not answers.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from .protocol import Vectors

log = logging.getLogger(__name__)
_VERSION = 1
_PAGE = 500


def text_key(text: str) -> bytes:
    """The digest that stands for a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class VectorCache:
    """Vectors in one SQLite file. Thread-safe, shared by processes, whole after a crash.

    Args:
        path: The file; it and its folder are created, readable by the owner only.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def get(self, model: str, texts: Sequence[str]) -> dict[int, Vectors]:
        """Kept vectors by the position of their text."""
        places: dict[bytes, list[int]] = {}
        for place, text in enumerate(texts):
            places.setdefault(text_key(text), []).append(place)
        found: dict[int, Vectors] = {}
        keys = list(places)
        with self._lock:
            for start in range(0, len(keys), _PAGE):
                page = keys[start : start + _PAGE]
                marks = ",".join("?" * len(page))
                rows = self._run(
                    f"SELECT text, vector FROM vectors WHERE model = ? AND text IN ({marks})",  # noqa: S608
                    [(model, *page)],
                )
                for key, blob in rows:
                    if len(blob) % 4 == 0:
                        vector = np.frombuffer(blob, dtype="<f4").astype(np.float32)
                        found.update(dict.fromkeys(places[key], vector))
        return found

    def put(self, model: str, vectors: Mapping[str, Vectors]) -> None:
        """Keep vectors by their text."""
        rows: list[tuple[object, ...]] = [
            (model, text_key(text), np.asarray(v, dtype="<f4").tobytes()) for text, v in vectors.items()
        ]
        with self._lock:
            self._run("INSERT OR REPLACE INTO vectors (model, text, vector) VALUES (?, ?, ?)", rows)

    def adopt(self, other: Path) -> None:
        """Take over what another cache keeps, such as the one that comes with a sample."""
        with sqlite3.connect(f"file:{other}?mode=ro&immutable=1", uri=True) as kept:
            rows: list[tuple[object, ...]] = kept.execute("SELECT model, text, vector FROM vectors").fetchall()
        kept.close()
        with self._lock:
            self._run("INSERT OR IGNORE INTO vectors (model, text, vector) VALUES (?, ?, ?)", rows)

    def forget(self, texts: Iterable[str]) -> None:
        """Remove what texts left behind, in every model."""
        with self._lock:
            self._run("DELETE FROM vectors WHERE text = ?", [(text_key(text),) for text in texts])

    def close(self) -> None:
        """Close the file; it opens again when needed."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _run(self, statement: str, rows: list[tuple[object, ...]]) -> list[tuple[bytes, bytes]]:
        for attempt in (1, 2):
            try:
                connection = self._open()
                with connection:
                    if statement.startswith("SELECT"):
                        return connection.execute(statement, rows[0]).fetchall()
                    connection.executemany(statement, rows)
                    return []
            except sqlite3.OperationalError as error:
                log.warning("The vector cache %s is not used now: %s.", self.path, error)
                return []
            except sqlite3.DatabaseError as error:
                self.close()
                if attempt == 2:
                    log.warning("The vector cache %s cannot be used: %s.", self.path, error)
                    return []
                self._set_aside(error)
        return []

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            except OSError as error:
                raise sqlite3.OperationalError(str(error)) from error
            connection = sqlite3.connect(self.path, timeout=10, check_same_thread=False)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if version not in (0, _VERSION):
                    raise sqlite3.DatabaseError(f"it has version {version}, not {_VERSION}")
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS vectors (model TEXT NOT NULL, text BLOB NOT NULL, "
                    "vector BLOB NOT NULL, PRIMARY KEY (model, text)) WITHOUT ROWID"
                )
                connection.execute(f"PRAGMA user_version = {_VERSION}")
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _set_aside(self, error: sqlite3.DatabaseError) -> None:
        log.warning("The vector cache %s cannot be read (%s); it is made again.", self.path, error)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
