"""Opaque handles: what a kernel holds instead of a password.

A handle is random, stands for the visitor whose page or run started the kernel, and is
worth nothing once the kernel has ended, the sign-in is over, or it was revoked.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, replace

from kg.policy import Visitor

from .sessions import digest

PREFIX = "rbk_"


@dataclass(frozen=True)
class Handle:
    """What a handle stands for.

    Attributes:
        key: Digest of the handle.
        holder: Key of the sign-in that it lives with; None for a run, which outlives a page.
        visitor: Whose rights it has: re-read from the sign-in at each use when `holder` is given.
    """

    key: str
    holder: str | None
    visitor: Visitor


class Handles:
    """All live handles of a server."""

    def __init__(self) -> None:
        self._handles: dict[str, Handle] = {}
        self._lock = threading.Lock()

    def open(self, visitor: Visitor, holder: str | None = None) -> str:
        """A new handle for a kernel of this visitor."""
        secret = PREFIX + secrets.token_urlsafe(32)
        with self._lock:
            self._handles[digest(secret)] = Handle(digest(secret), holder, replace(visitor, via="kernel"))
        return secret

    def find(self, secret: str) -> Handle | None:
        """What a handle stands for, or None when it stands for nothing any more."""
        return self._handles.get(digest(secret)) if secret.startswith(PREFIX) else None

    def revoke(self, secret: str) -> None:
        """Make one handle worthless."""
        with self._lock:
            self._handles.pop(digest(secret), None)

    def revoke_all_of(self, holder: str) -> None:
        """Make all handles of a sign-in worthless."""
        with self._lock:
            self._handles = {key: handle for key, handle in self._handles.items() if handle.holder != holder}

    def __len__(self) -> int:
        return len(self._handles)
