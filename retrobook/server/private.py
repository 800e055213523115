"""A private operations endpoint for the kernels of one process: a socket nobody else can reach."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_unix_socket
from tornado.web import Application, RequestHandler

from kg.domain import Role
from kg.errors import Forbidden, KgError, NotSignedIn
from kg.graph import Graph
from kg.operations.table import OPERATIONS
from kg.policy import RANK

from .endpoint import answer

LARGEST_REQUEST = 256 * 1024 * 1024


@contextmanager
def host(graph: Graph, *, at_most: Role = Role.LEAD) -> Iterator[tuple[str, str]]:
    """Serve a graph's operations to the kernels of this process for as long as the block runs.

    Args:
        graph: The graph as the kernels' visitor may use it; a client of a running server is one too.
        at_most: Operations that need a higher role are not offered: a kernel never administers.

    Yields:
        The endpoint's URL and the handle that opens it; both are void after the block.
    """
    handle = secrets.token_urlsafe(32)
    folder = Path(tempfile.mkdtemp(prefix="retrobook-"))  # made for the owner alone
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="private-endpoint")
    shared = {"graph": graph, "handle": handle, "at_most": at_most, "pool": pool}
    application = Application([(r"/api/operations/([a-z_]+)", _Operation, shared)], log_function=lambda handler: None)
    thread = threading.Thread(
        target=_serve, args=(loop, application, folder / "operations", ready), name="private-endpoint", daemon=True
    )
    thread.start()
    try:
        if not ready.wait(timeout=30):
            raise KgError("The private endpoint did not come up within 30 seconds.")
        yield f"unix://{folder / 'operations'}", handle
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        pool.shutdown(wait=True, cancel_futures=True)
        shutil.rmtree(folder, ignore_errors=True)


def _serve(loop: asyncio.AbstractEventLoop, application: Application, socket: Path, ready: threading.Event) -> None:
    asyncio.set_event_loop(loop)

    async def start() -> HTTPServer:
        server = HTTPServer(application, max_buffer_size=LARGEST_REQUEST)
        server.add_socket(bind_unix_socket(str(socket), mode=0o600))
        return server

    server = loop.run_until_complete(start())
    loop.call_soon(ready.set)
    try:
        loop.run_forever()
    finally:
        server.stop()
        loop.run_until_complete(server.close_all_connections())
        loop.close()


class _Operation(RequestHandler):
    def initialize(self, graph: Graph, handle: str, at_most: Role, pool: ThreadPoolExecutor) -> None:
        self.graph, self.handle, self.at_most, self.pool = graph, handle, at_most, pool

    async def post(self, name: str) -> None:
        self.set_header("Content-Type", "application/json")
        refused = self._refusal(name)
        if refused is not None:
            self.set_status(refused.status)
            self.write(json.dumps(refused.as_dict()))
            return
        loop = asyncio.get_running_loop()
        status, body = await loop.run_in_executor(self.pool, answer, self.graph, name, self.request.body)
        self.set_status(status)
        self.write(body)

    def log_exception(self, *_: object) -> None:
        """Errors are told to the caller; the process that hosts us keeps its own log."""

    def _refusal(self, name: str) -> KgError | None:
        given = self.request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.handle.encode()):
            return NotSignedIn("This endpoint belongs to the kernels of one run.")
        if name in OPERATIONS and RANK[OPERATIONS[name].least] > RANK[self.at_most]:
            return Forbidden(f"{name.replace('_', ' ')} is not offered to kernels.", operation=name)
        return None
