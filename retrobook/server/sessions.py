"""Sign-ins: a random secret in a cookie, what it stands for kept here.

Only digests of the secrets are kept, so that the file gives nobody a way in. A person's
sign-in outlives a restart; one made with the loopback token ends with its server.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILE = "sessions.json"


@dataclass(frozen=True)
class Session:
    """A sign-in.

    Attributes:
        key: Digest of the secret; names the session inside the server.
        person: Who signed in; None for the owner of the machine, who came with the token.
        proof: Digest of the password hash at sign-in: a new password ends older sessions.
        expires: Seconds since the epoch.
        acting_as: The sample person that the owner acts as.
    """

    key: str
    person: str | None
    proof: str | None
    expires: float
    acting_as: str | None = None


class Sessions:
    """All sign-ins of a server.

    Args:
        home: The installation's folder.
        days: How long a sign-in lasts.
        clock: Where the time comes from.
    """

    def __init__(self, home: Path, days: int, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = home / FILE
        self.lasts = timedelta(days=days)
        self._clock = clock
        self._lock = threading.Lock()
        self._ended: list[Callable[[str], None]] = []
        self._sessions = {session.key: session for session in self._read()}

    def open(self, person: str | None, password_hash: str | None = None) -> str:
        """Start a session; the secret to put into the cookie."""
        secret = secrets.token_urlsafe(32)
        expires = (self._clock() + self.lasts).timestamp()
        session = Session(digest(secret), person, proof_of(password_hash), expires)
        with self._lock:
            self._sessions[session.key] = session
            self._write()
        return secret

    def find(self, secret: str) -> Session | None:
        """The session of a cookie's secret, unless it is unknown or over."""
        return self.get(digest(secret)) if secret else None

    def get(self, key: str) -> Session | None:
        """The session with this key, unless it is unknown or over."""
        session = self._sessions.get(key)
        if session is not None and session.expires <= self._clock().timestamp():
            self.end(key)
            return None
        return session

    def act_as(self, key: str, person: str | None) -> None:
        """Let the owner's session act as a sample person, or as themselves again."""
        with self._lock:
            self._sessions[key] = replace(self._sessions[key], acting_as=person)

    def end(self, key: str) -> None:
        """Sign out: the cookie stands for nobody from now on."""
        with self._lock:
            if self._sessions.pop(key, None) is None:
                return
            self._write()
        for tell in self._ended:
            tell(key)

    def on_end(self, tell: Callable[[str], None]) -> None:
        """Call `tell(key)` whenever a session ends."""
        self._ended.append(tell)

    def _read(self) -> list[Session]:
        try:
            state = self._path.stat()
            if state.st_uid != os.getuid() or state.st_mode & 0o077:
                return []
            now = self._clock().timestamp()
            kept = [Session(**row) for row in json.loads(self._path.read_text(encoding="utf-8"))]
            return [session for session in kept if session.person is not None and session.expires > now]
        except (OSError, ValueError, TypeError):
            return []

    def _write(self) -> None:
        kept = [asdict(session) for session in self._sessions.values() if session.person is not None]
        write_private(self._path, json.dumps(kept))


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def proof_of(password_hash: str | None) -> str | None:
    """What a session keeps of the password hash it was opened with."""
    return digest(password_hash)[:32] if password_hash else None


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read: whole, or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
