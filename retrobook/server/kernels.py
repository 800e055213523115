"""Kernels of apps: thin, private, and each for one visitor.

A kernel starts with a short list of variables, listens on sockets in a folder of ours
instead of ports, and ends when it was unused too long, when its page is left, or when
the sign-in it was opened for is over.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_server._tz import utcnow
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager, ServerKernelManager
from traitlets import Instance, default

from kg.connect import HANDLE_VARIABLE
from kg.errors import KgError
from pipelines.runs.environment import kernel_environment

from .context import ServerContext
from .identity import Known
from .spares import IMPORTS, Spares, run_in, set_variables

log = logging.getLogger(__name__)

REQUEST_VARIABLES = (
    "QUERY_STRING", "SCRIPT_NAME", "PATH_INFO", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "SERVER_SOFTWARE",
    "VOILA_BASE_URL", "VOILA_SERVER_URL", "VOILA_REQUEST_URL", "VOILA_APP_PORT", "VOILA_PREHEAT", "RETROBOOK_LANGUAGE",
    "RETROBOOK_THEME",
)  # fmt: skip
"""What a page's request adds to its kernel's environment; nothing else gets in."""

LEFT_AFTER = 20.0
"""A kernel whose page never connected, or left, may make room after so many seconds."""

NO_HISTORY = ["--HistoryManager.enabled=False"]


class TooManyKernels(KgError):
    """As many apps are open as the settings allow."""

    code = "too_many_kernels"
    status = 503


@dataclass
class Tenancy:
    """Who a kernel works for."""

    holder: str
    handle: str
    app: str
    opened: float = field(default_factory=time.monotonic)


class ThinKernelManager(ServerKernelManager):
    """One kernel: sockets in a private folder, and no restart when it dies."""

    @default("transport")
    def _default_transport(self) -> str:
        return "ipc"

    @default("autorestart")
    def _default_autorestart(self) -> bool:
        return False


class KernelHouse(AsyncMappingKernelManager):
    """All kernels of the server's apps, and whom each works for."""

    server = Instance(ServerContext)
    folder = Instance(Path, help="Private folder for sockets and scratch.")

    @default("kernel_manager_class")
    def _default_kernel_manager_class(self) -> str:
        return f"{__name__}.ThinKernelManager"

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.tenancies: dict[str, Tenancy] = {}
        self.spares = Spares(self, self.server.settings.spare_kernels)
        self._opening = 0
        self._nobodys: dict[str, float] = {}
        idle = self.server.settings.kernel_idle_seconds
        self.cull_idle_timeout = idle
        self.cull_interval = max(1, min(15, idle // 4))
        self.cull_connected = True
        self.buffer_offline_messages = False

    @property
    def notebook_data(self) -> dict[str, Any]:
        """Nothing is preheated."""
        return {}

    def get_pool_size(self, notebook: str) -> int:
        """Nothing is preheated."""
        return 0

    async def reserve(self) -> str:
        """Keep room for one kernel, which `open` then uses; a page that was left may have to make it.

        Returns:
            The kernel's id: of one that waited already, or of one to be started.

        Raises:
            TooManyKernels: No room, and none could be made.
        """
        if len(self.tenancies) + self._opening >= self.server.settings.kernel_limit:
            await self._make_room()
        self._opening += 1
        return self.spares.take() or str(self.new_kernel_id())

    async def open(
        self, kernel_id: str, known: Known, app: str, request: dict[str, str], kernel_name: str = "python3"
    ) -> Any:
        """Start a kernel for a visitor in the room that was reserved; its manager.

        Args:
            kernel_id: As `reserve` gave it.
            known: The visitor.
            app: The app's name.
            request: What its page's request says, as variables; others than the known ones are dropped.
            kernel_name: The kernel to start.
        """
        handle = self.server.identity.handles.open(known.visitor, known.holder)
        self.tenancies[kernel_id] = Tenancy(known.holder, handle, app)
        self._opening -= 1
        more = {name: request[name] for name in REQUEST_VARIABLES if name in request}
        try:
            if kernel_id in self:
                waited: Any = self.get_kernel(kernel_id)
                waited.last_activity = utcnow()
                await run_in(waited, set_variables({**more, HANDLE_VARIABLE: handle}))
            else:
                await self._start(kernel_id, handle, more, kernel_name)
        except BaseException:
            await self.end(kernel_id)
            raise
        return self.get_kernel(kernel_id)

    async def start_waiting(self) -> str:
        """Start a kernel of nobody, with what apps import; its id."""
        kernel_id = str(self.new_kernel_id())
        await self._start(kernel_id, "", {}, "python3")
        await run_in(self.get_kernel(kernel_id), IMPORTS)
        return kernel_id

    async def _start(self, kernel_id: str, handle: str, more: dict[str, str], kernel_name: str) -> None:
        more = {**more, "IPYTHONDIR": str(self.folder / "ipython")}
        await self.start_kernel(
            kernel_id=kernel_id,
            kernel_name=kernel_name,
            cwd=str(self.folder / "work"),
            env=kernel_environment(self.server.url, handle, more=more),
            extra_arguments=NO_HISTORY,
        )

    def is_of(self, kernel_id: str, known: Known) -> bool:
        """True when this kernel was opened for this sign-in."""
        tenancy = self.tenancies.get(kernel_id)
        return tenancy is not None and tenancy.holder == known.holder and kernel_id in self

    async def end(self, kernel_id: str) -> None:
        """End a kernel; what it holds is worthless at once."""
        tenancy = self.tenancies.pop(kernel_id, None)
        if tenancy is not None:
            self.server.identity.handles.revoke(tenancy.handle)
        if kernel_id in self:
            try:
                await self.shutdown_kernel(kernel_id, now=True)
            except Exception:
                log.warning("kernel %s did not end cleanly", kernel_id, exc_info=True)

    async def end_all_of(self, holder: str) -> None:
        """End all kernels of a sign-in."""
        theirs = [kernel_id for kernel_id, tenancy in self.tenancies.items() if tenancy.holder == holder]
        await asyncio.gather(*(self.end(kernel_id) for kernel_id in theirs))

    async def end_all(self) -> None:
        """End every kernel, and start no more."""
        self.spares.stop()
        await asyncio.gather(*(self.end(kernel_id) for kernel_id in list(self._kernels)))

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that is unused, dead, or whose sign-in is over."""
        tenancy = self.tenancies.get(kernel_id)
        kernel = self._kernels[kernel_id]
        if tenancy is None:
            await self._cull_waiting(kernel_id, alive=await kernel.is_alive())
            return
        known = await self.server.pools.ask(self.server.identity.of_holder, tenancy.holder)
        idle = (utcnow() - kernel.last_activity).total_seconds()
        unused = idle > self.cull_idle_timeout and kernel.execution_state != "busy"
        if known is None or unused or not await kernel.is_alive():
            await self.end(kernel_id)

    async def _cull_waiting(self, kernel_id: str, *, alive: bool) -> None:
        if kernel_id in self.spares and alive:
            return
        self.spares.drop(kernel_id)
        if not alive or time.monotonic() - self._nobodys.setdefault(kernel_id, time.monotonic()) > LEFT_AFTER:
            self._nobodys.pop(kernel_id, None)
            await self.end(kernel_id)

    async def _make_room(self) -> None:
        limit = self.server.settings.kernel_limit
        left = [
            (tenancy.opened, kernel_id)
            for kernel_id, tenancy in self.tenancies.items()
            if not self._kernel_connections.get(kernel_id) and time.monotonic() - tenancy.opened > LEFT_AFTER
        ]
        if not left:
            raise TooManyKernels(
                f"{limit} apps are open, as many as this server allows. Close one, or try again in a few minutes.",
                limit=limit,
            )
        await self.end(min(left)[1])
