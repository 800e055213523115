"""Files that were checked and wait for their sender to say yes: in memory, for a while, for nobody else."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PATIENCE = 30 * 60
MOST = 40


@dataclass
class CheckedFile:
    """A file that waits; once it is imported its content is gone and `done` says what came of it."""

    token: str
    who: str
    at: float
    name: str
    content: bytes
    project: str = ""
    order: str | None = None
    done: dict[str, Any] | None = None


class CheckedFiles:
    """The files that wait, one a person; the oldest makes room.

    Args:
        clock: Seconds from anywhere.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: OrderedDict[str, CheckedFile] = OrderedDict()

    def keep(self, who: str, name: str, content: bytes, project: str, order: str | None) -> CheckedFile:
        """A file under a token that only its sender can use; their earlier one goes."""
        self._forget()
        for token in [token for token, file in self._held.items() if file.who == who and file.done is None]:
            del self._held[token]
        file = CheckedFile(secrets.token_urlsafe(18), who, self._clock(), name, content, project, order)
        self._held[file.token] = file
        while len(self._held) > MOST:
            self._held.popitem(last=False)
        return file

    def find(self, token: str, who: str) -> CheckedFile | None:
        """The file of a token, for its sender and while it waits."""
        self._forget()
        found = self._held.get(token)
        return found if found is not None and found.who == who else None

    def finish(self, file: CheckedFile, done: dict[str, Any]) -> None:
        """Let go of the content; what came of it stays for a while."""
        file.content, file.done = b"", done

    def drop(self, file: CheckedFile) -> None:
        """Let go of a file that nobody wants imported."""
        self._held.pop(file.token, None)

    def _forget(self) -> None:
        old = self._clock() - PATIENCE
        for token in [token for token, file in self._held.items() if file.at < old]:
            del self._held[token]
