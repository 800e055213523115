"""Kernels that wait: started before anybody asks, with nothing of anybody in them.

A waiting kernel has imported what apps import. It is given to one visitor, once, by
setting that visitor's variables in it; it never waits again.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from kg.errors import KgError

log = logging.getLogger(__name__)

IMPORTS = "import kg, ipywidgets, anywidget, widgets.rendering.results"
PAUSE = 4.0
"""Seconds after one was taken until the next is started: the page being opened comes first."""
PATIENCE = 60.0


class Starter(Protocol):
    """Who starts and ends kernels."""

    async def start_waiting(self) -> str:
        """Start a kernel of nobody; its id."""
        ...

    def get_kernel(self, kernel_id: str) -> Any:
        """A kernel's manager."""
        ...

    async def end(self, kernel_id: str) -> None:
        """End a kernel."""
        ...


class Spares:
    """The kernels that wait.

    Args:
        house: Who starts them.
        wanted: How many should wait; 0 for none.
    """

    def __init__(self, house: Starter, wanted: int) -> None:
        self._house = house
        self._wanted = wanted
        self._waiting: list[str] = []
        self._filling: asyncio.Task[None] | None = None

    def __contains__(self, kernel_id: object) -> bool:
        return kernel_id in self._waiting

    def take(self) -> str | None:
        """A kernel that waited, or None; another is started in its place a little later."""
        if self._wanted == 0:
            return None
        taken = self._waiting.pop(0) if self._waiting else None
        self.fill(PAUSE)
        return taken

    def drop(self, kernel_id: str) -> None:
        """Forget a kernel that died while it waited."""
        if kernel_id in self._waiting:
            self._waiting.remove(kernel_id)
            self.fill(PAUSE)

    def fill(self, pause: float = 0.0) -> None:
        """Start as many as are missing, in the background."""
        if self._wanted and (self._filling is None or self._filling.done()):
            self._filling = asyncio.create_task(self._fill(pause))

    def stop(self) -> None:
        """Start no more."""
        self._wanted = 0
        if self._filling is not None:
            self._filling.cancel()

    async def _fill(self, pause: float) -> None:
        await asyncio.sleep(pause)
        while len(self._waiting) < self._wanted:
            try:
                kernel_id = await self._house.start_waiting()
                self._waiting.append(kernel_id)
            except Exception:
                log.warning("no kernel could be started to wait", exc_info=True)
                return


async def run_in(kernel: Any, code: str) -> None:
    """Run code of ours in a kernel, leaving no trace of it.

    Raises:
        KgError: It failed; the code is not told.
    """
    client = kernel.client()
    client.start_channels(iopub=False, stdin=False, hb=False, control=False)  # a kernel that is up answers at once
    try:
        answer = await client.execute(code, silent=True, store_history=False, reply=True, timeout=PATIENCE)
        if answer["content"]["status"] != "ok":
            raise KgError("A kernel could not be made ready.")
    finally:
        client.stop_channels()


def set_variables(values: dict[str, str]) -> str:
    """Code that sets environment variables."""
    return f"__import__('os').environ.update({values!r})"
