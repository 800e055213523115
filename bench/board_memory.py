"""A participant's kernel against the kernel of a bare widget: memory that only it holds, while its board is open."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

import psutil

from bench.board_load import join
from bench.report import finish
from tests.retrobook.server.conftest import RunningServer, two_projects
from tests.retrobook.server.notebooks import app

LIMIT = 1.5
SETTLED = 2.0
WIDGET = """
import anywidget, traitlets
import kg
class Bare(anywidget.AnyWidget):
    _esm = "export default { render() {} }"
    value = traitlets.Int(0).tag(sync=True)
graph = kg.connect()
Bare()
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        server = RunningServer(Path(folder) / "home")
        server.fill(two_projects)
        app(server.home, "bare", WIDGET)
        server.start()
        try:
            before = set(server.kernels())
            with server.owner() as owner:
                assert owner.get("/apps/bare").status_code == 200
                (kernel,) = set(server.kernels()) - before
                time.sleep(SETTLED)
                bare = _unique(kernel)
            participant = asyncio.run(_on_a_board(server))
        finally:
            server.stop()
    finish(
        "board_memory",
        ok=participant / bare <= LIMIT,
        limit=f"<= {LIMIT} of a bare widget's kernel",
        figures={"participant_mb": round(participant / 2**20, 1), "bare_mb": round(bare / 2**20, 1)},
        ratio=participant / bare,
    )


async def _on_a_board(server: RunningServer) -> int:
    with server.graph() as graph:
        opened = graph.create_retrospective(project="project:test:bridge", format="kpt", title="Memory")
        before = set(server.kernels())
        client = join(server, graph, opened.retrospective.id, opened.join_code, "Somebody")
        await client.open(server.url)
        await asyncio.sleep(SETTLED)
        (kernel,) = set(server.kernels()) - before
        size = _unique(kernel)
        client.socket.close()
        client.browser.close()
    return size


def _unique(process: int) -> int:
    return int(psutil.Process(process).memory_full_info().uss)


if __name__ == "__main__":
    main()
