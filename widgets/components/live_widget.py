"""A widget that stays on a line to the server as long as its page lives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import anywidget

from kg.errors import KgError, StoreUnavailable, by_code
from kg.live import Live
from pipelines.messages import Messages

SILENT = 180.0
"""Seconds after which a page that sends no sign of life counts as left; hidden pages may send one a minute."""
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)


class LiveWidget(anywidget.AnyWidget):
    """Base of the widgets that several people have open at once: the kernel passes messages on.

    A subclass opens the line (`_open`), takes what comes by it (`_take`), and is asked by its page
    in `_hear`, where `_wake` tells whether the line has only now been asked for.

    Args:
        messages: The words in which refusals are told.
        traits: Of the subclass.
    """

    def __init__(self, messages: Messages, **traits: Any) -> None:
        self._messages = messages
        super().__init__(**traits)
        self._line: Live | None = None
        self._task: asyncio.Task[None] | None = None
        self._over = False
        self._heard = time.monotonic()
        self._talks: set[asyncio.Task[None]] = set()
        self.on_msg(self._hear)

    def _hear(self, _: Any, content: Any, __: Any) -> None:
        """Answer a message of the page."""
        raise NotImplementedError

    async def _open(self) -> Live:
        """Open the line."""
        raise NotImplementedError

    def _take(self, said: dict[str, Any]) -> None:
        """Pass on what came by the line."""
        self.send(said)

    def _linked(self, state: str) -> None:
        """Tell the page that the line is open, or lost."""
        self.send({"type": "link", "state": state})

    def _refuse(self, key: Any, error: dict[str, Any]) -> None:
        """Tell the page of an error, in words."""
        kind = by_code().get(error.get("code", ""), KgError)
        words = self._messages.error(kind(error.get("message", ""), **error.get("fields", {})))
        self.send({"type": "refused", "id": key, "error": error, "words": words})

    def _wake(self) -> bool:
        """Note a sign of life; True when the line had to be asked for."""
        self._heard = time.monotonic()
        if self._task is not None and (self._over or not self._task.done()):
            return False
        self._task = asyncio.ensure_future(self._stay())
        return True

    def _do(self, talk: Coroutine[Any, Any, None]) -> None:
        """Let something run beside the line."""
        task: asyncio.Task[None] = asyncio.ensure_future(talk)
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)

    @property
    def _left(self) -> bool:
        return time.monotonic() - self._heard >= SILENT

    async def _stay(self) -> None:
        """Keep the line open as long as the page lives; what is cut is opened again."""
        tries = 0
        while not (self._over or self._left):
            try:
                self._line = await self._open()
                self._linked("open")
                tries = 0
                await self._listen(self._line)
            except KgError as error:
                if not isinstance(error, StoreUnavailable):
                    self._refuse(None, error.as_dict())
                    return
            self._line = None
            if not self._over:
                self._linked("lost")
                await asyncio.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
                tries += 1

    async def _listen(self, line: Live) -> None:
        while True:
            try:
                said = await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(line.receive())), SILENT)
            except TimeoutError:
                line.close()
                return
            if said is None:
                return
            if self._left:
                line.close()
                return
            if said["type"] == "refused":
                self._refuse(said.get("id"), said["error"])
            else:
                self._take(said)
