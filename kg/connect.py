"""How programs and notebooks reach the graph: `kg.connect()`."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .client import RemoteGraph
from .errors import KgError, StoreUnavailable
from .graph import KnowledgeGraph
from .opening import open_graph

RUNTIME_FILE = "runtime.json"
URL_VARIABLE = "RETROBOOK_URL"
HANDLE_VARIABLE = "RETROBOOK_HANDLE"
HOME_VARIABLE = "RETROBOOK_HOME"


def connect(home: Path | str | None = None, environ: Mapping[str, str] | None = None) -> KnowledgeGraph | RemoteGraph:
    """The knowledge graph, wherever it is.

    In a kernel: always the server that started it. Elsewhere: the running server of the
    installation if its runtime file names a live one, else the store itself.

    Args:
        home: The installation's folder; `RETROBOOK_HOME` or `./.retrobook` when not given.
        environ: Where variables are read from; the process's own when not given.

    Raises:
        StoreUnavailable: A kernel's server is gone, or there is no installation here.
    """
    env = os.environ if environ is None else environ
    if env.get(URL_VARIABLE) and env.get(HANDLE_VARIABLE):
        return RemoteGraph(env[URL_VARIABLE], env[HANDLE_VARIABLE])
    folder = Path(home or env.get(HOME_VARIABLE) or ".retrobook")
    live = live_server(folder)
    if live is not None:
        return RemoteGraph(live["url"], live["token"])
    return open_graph(folder)


def live_server(home: Path) -> dict[str, Any] | None:
    """What the runtime file says of a server that is alive, or None.

    A file left by a server that died is passed over; one that others may read or that
    belongs to somebody else is refused.

    Raises:
        KgError: The file is not private to its owner.
    """
    path = home / RUNTIME_FILE
    try:
        state = path.stat()
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    if state.st_uid != os.getuid() or stat.S_IMODE(state.st_mode) & 0o077:
        raise KgError(
            f"{path} can be read by others and is not trusted. Remove it and start the server again.", path=str(path)
        )
    if not _alive(said):
        return None
    return said


def _alive(said: dict[str, Any]) -> bool:
    try:
        os.kill(int(said["pid"]), 0)
    except (ProcessLookupError, KeyError, ValueError):
        return False
    except PermissionError:
        return False
    try:
        with RemoteGraph(said["url"], said["token"], timeout=5.0) as graph:
            graph.who_am_i()
    except (StoreUnavailable, KgError, KeyError):
        return False
    return True
