"""Backups: everything an installation cannot make again, in one archive.

A backup holds the graph (JSON Lines of one revision), the evidence files, the published
reports and the settings, with a manifest of digests. It can be taken while the server
runs, and restored on another machine or into another engine.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kg.errors import Conflict, ExchangeError, NotFound
from kg.store.protocol import GraphStore
from kg.store.whole_file import whole_file

from .assembly import installed_store
from .settings import FILE, Settings

MANIFEST = "manifest.json"
GRAPH = "graph.jsonl"
KEPT = ("blobs", "reports")
UNFINISHED = (".incoming-", ".removing-")
"""How files begin that are on their way in or out of `blobs`."""


def default_path(settings: Settings, now: datetime | None = None) -> Path:
    """Where a backup goes when nobody says: `<home>/backups/retrobook-<time>.tar.gz`."""
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    return settings.home / "backups" / f"retrobook-{stamp}.tar.gz"


def create_backup(store: GraphStore, settings: Settings, path: Path) -> dict[str, Any]:
    """Write a backup; the file appears whole or not at all.

    Returns:
        Its path, size in bytes, the graph's counts and revision.

    Raises:
        StoreFull: No room; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as aside, tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder:
        graph = Path(folder) / GRAPH
        counts = store.export(graph)
        files = {GRAPH: graph, **dict(_files(settings))}
        held: dict[str, str] = {}
        with tarfile.open(aside, "w:gz") as archive:
            for name, source in files.items():
                with contextlib.suppress(FileNotFoundError):  # a left-over upload may be removed meanwhile
                    digest = _digest(source)
                    archive.add(source, name)
                    held[name] = digest
            manifest = {"made_at": datetime.now(UTC).isoformat(), "counts": counts, "files": held}
            (Path(folder) / MANIFEST).write_text(json.dumps(manifest, indent=2), encoding="utf-8")
            archive.add(Path(folder) / MANIFEST, MANIFEST)
    return {"path": str(path), "bytes": path.stat().st_size, "counts": counts}


def restore_backup(path: Path, settings: Settings) -> dict[str, Any]:
    """Make the installation in the home folder what the backup holds.

    Raises:
        Conflict: There is an installation already; nothing is touched.
        ExchangeError: The archive is not one of ours, or damaged; nothing is touched.
        NotFound: There is no such file.
    """
    if settings.graph_file.exists():
        raise Conflict(
            f"{settings.home} holds an installation already. Restore into an empty folder.", home=str(settings.home)
        )
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", file=str(path))
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".restore-") as folder:
        aside = Path(folder)
        try:
            with tarfile.open(path, "r:gz") as archive:
                archive.extractall(aside, filter="data")
            manifest = json.loads((aside / MANIFEST).read_text(encoding="utf-8"))
            damaged = [name for name, digest in manifest["files"].items() if _digest(aside / name) != digest]
        except (tarfile.TarError, EOFError, OSError, KeyError, json.JSONDecodeError) as error:
            raise ExchangeError(f"{path} is not a whole backup ({error}).", file=str(path)) from error
        if damaged:
            raise ExchangeError(f"{path} is damaged: {damaged[0]} is not what was backed up.", file=str(path))
        store = installed_store(settings, create=True)
        try:
            counts = store.load(aside / GRAPH)
        finally:
            store.close()
        for name in (*KEPT, FILE):
            if (aside / name).exists() and not (settings.home / name).exists():
                (aside / name).replace(settings.home / name)
    return {"path": str(path), "counts": counts, "home": str(settings.home)}


def _files(settings: Settings) -> Iterator[tuple[str, Path]]:
    for name in KEPT:
        for found in sorted((settings.home / name).rglob("*")):
            if found.is_file() and not found.is_symlink() and not found.name.startswith(UNFINISHED):
                yield str(found.relative_to(settings.home)), found
    if (settings.home / FILE).is_file():
        yield FILE, settings.home / FILE


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
