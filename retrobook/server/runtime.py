"""The runtime file: how commands on this machine find the running server, and its token."""

from __future__ import annotations

import json
import os
import secrets
import socket
from datetime import UTC, datetime
from pathlib import Path

from kg.connect import RUNTIME_FILE, live_server

from ..errors import ServerRunning
from .sessions import write_private

NAME_FILE = "server-name"


def require_alone(home: Path) -> None:
    """Pass over a file that a dead server left; stop for a living one.

    Raises:
        ServerRunning: This installation is being served already; names its address.
    """
    live = live_server(home)
    if live is not None:
        raise ServerRunning(
            f"This installation is being served at {live['url']} (process {live['pid']}). "
            "Open that address, or stop that server first.",
            url=live["url"],
            pid=live["pid"],
        )


def write_runtime(home: Path, url: str, token: str) -> None:
    """Say, to the owner alone, where the server is."""
    said = {"pid": os.getpid(), "url": url, "token": token, "started_at": datetime.now(UTC).isoformat()}
    write_private(home / RUNTIME_FILE, json.dumps(said))


def remove_runtime(home: Path) -> None:
    """Take the file away, if it is still ours."""
    path = home / RUNTIME_FILE
    try:
        if json.loads(path.read_text(encoding="utf-8")).get("pid") == os.getpid():
            path.unlink()
    except (OSError, ValueError):
        return


def server_name(home: Path) -> str:
    """The name of this installation's audit chain: the same after every restart, and no other server's."""
    path = home / NAME_FILE
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        name = f"server-{socket.gethostname()}-{secrets.token_hex(3)}"
        write_private(path, name)
        return name
