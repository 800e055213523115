"""What happens, told to browsers: a hub that any thread may tell, and a stream of server-sent events."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tornado.iostream import StreamClosedError

from kg.store.protocol import GraphStore

from .handlers import Handler
from .identity import Known
from .pools import Pools

HEARTBEAT = 15.0
POLL = 0.5
WAITING = 200
PER_HOLDER = 20


@dataclass(eq=False)
class Listener:
    """An open stream: whose it is, and what waits to be sent."""

    known: Known
    waiting: asyncio.Queue[str | None] = field(default_factory=lambda: asyncio.Queue(WAITING))


class Hub:
    """Passes events to the streams of those they are for.

    Args:
        loop: The event loop that the streams live on.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._listeners: set[Listener] = set()
        self._changed = asyncio.Event()
        self.revision = 0

    def publish(self, kind: str, data: dict[str, Any], audience: Callable[[Known], bool] | None = None) -> None:
        """Tell an event to everyone signed in, or to those that `audience` lets hear it; from any thread."""
        text = f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False, default=str)}\n\n"
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._pass_on, text, audience)

    def nudge(self) -> None:
        """Look at the change log now: something was written; from any thread."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._changed.set)

    def listen(self, known: Known) -> Listener | None:
        """A new stream, or None when its sign-in has too many already."""
        if sum(other.known.holder == known.holder for other in self._listeners) >= PER_HOLDER:
            return None
        listener = Listener(known)
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a stream."""
        self._listeners.discard(listener)

    def close(self) -> None:
        """End all streams."""
        for listener in list(self._listeners):
            _put(listener, None)

    async def follow(self, store: GraphStore, pools: Pools, on_change: Callable[[], None]) -> None:
        """Watch the change log, whoever writes to it, until cancelled."""
        self.revision = await pools.ask(store.revision)
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), POLL)
            self._changed.clear()
            try:
                revision = await pools.ask(store.revision)
            except Exception:  # noqa: S112  (a store that is away for a moment comes back)
                continue
            if revision != self.revision:
                self.revision = revision
                on_change()
                self.publish("revision", {"revision": revision})

    def _pass_on(self, text: str, audience: Callable[[Known], bool] | None) -> None:
        for listener in list(self._listeners):
            if audience is None or audience(listener.known):
                _put(listener, text)


def _put(listener: Listener, text: str | None) -> None:
    if listener.waiting.full():
        listener.waiting.get_nowait()
    listener.waiting.put_nowait(text)


class EventStream(Handler):
    """`GET /api/events`: revisions of the graph and progress of runs, as they come."""

    async def get(self) -> None:
        """Stream until the browser leaves, the sign-in ends or the server stops."""
        hub, known = self.server.hub, self.known
        listener = hub.listen(known)
        if listener is None:
            self.set_status(429)
            return
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")
        self.write(f'retry: 2000\n\nevent: revision\ndata: {{"revision": {hub.revision}}}\n\n')
        try:
            await self.flush()
            while True:
                try:
                    text = await asyncio.wait_for(listener.waiting.get(), HEARTBEAT)
                except TimeoutError:
                    text = ": still here\n\n"
                if text is None or self.server.identity.known(self.request) is None:
                    return
                self.write(text)
                await self.flush()
        except StreamClosedError:
            return
        finally:
            hub.leave(listener)

    def on_connection_close(self) -> None:
        """Nothing to do: the next write notices."""
