"""A search app's kernel against one that imports sentence-transformers itself: unique memory of each.

Both are started by the same server, from app notebooks that show the same lesson search.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import psutil

from bench.report import finish
from pipelines.resources import NOTEBOOKS
from tests.retrobook.server.conftest import RunningServer, two_projects
from tests.retrobook.server.notebooks import app

LIMIT = 1 / 3
SETTLED = 2.0


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        server = RunningServer(Path(folder) / "home")
        server.fill(two_projects)
        notebook = json.loads((NOTEBOOKS / "apps" / "lesson_search.ipynb").read_text(encoding="utf-8"))
        cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
        app(server.home, "with_model", "import sentence_transformers", *cells)
        app(server.home, "bare", "pass")
        server.start()
        try:
            held = {name: kernel_memory(server, name) for name in ("lesson_search", "with_model", "bare")}
        finally:
            server.stop()
    ratio = held["lesson_search"] / held["with_model"]
    figures = {f"{name}_mb": round(size / 2**20, 1) for name, size in held.items()}
    finish(
        "kernel_memory",
        ok=ratio <= LIMIT,
        limit="<= 1/3 of a kernel that imports a model",
        figures=figures,
        ratio=ratio,
    )


def kernel_memory(server: RunningServer, name: str) -> int:
    """Bytes that only this app's kernel holds, once it has shown its page."""
    before = set(server.kernels())
    with server.owner() as browser:
        assert browser.get(f"/apps/{name}").status_code == 200
        (kernel,) = set(server.kernels()) - before
        time.sleep(SETTLED)
        size = int(psutil.Process(kernel).memory_full_info().uss)
        browser.submit("/logout")
    return size


if __name__ == "__main__":
    main()
