"""A board with 500 notes against an empty one, opened in a real browser: until its last note can be read.

Each is opened in turn, several times, by the same server; the kernel's start is part of both.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.first_paint import CHROMIUM
from bench.report import finish
from tests.retrobook.server.conftest import RunningServer, eventually, two_projects

NOTES, ROUNDS, LIMIT = 500, 5, 1.5
SETTLED = 3.0


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        server = RunningServer(Path(folder) / "home", RETROBOOK_SPARE_KERNELS="1")
        server.fill(two_projects)
        server.start()
        try:
            boards = {"empty": _board(server, 0), "full": _board(server, NOTES)}
            with sync_playwright() as play:
                browser = play.chromium.launch(**CHROMIUM)
                times = _measure(browser, server, boards)
                browser.close()
        finally:
            server.stop()
    median = {name: statistics.median(values) for name, values in times.items()}
    finish(
        "board_open",
        ok=median["full"] / median["empty"] <= LIMIT,
        limit=f"{NOTES} notes <= {LIMIT} of an empty board",
        figures={f"{name}_ms": round(value) for name, value in median.items()},
        ratio=median["full"] / median["empty"],
    )


def _board(server: RunningServer, notes: int) -> str:
    """An open retrospective at the phase *group* with so many notes to read."""
    with server.graph() as graph:
        opened: Any = graph.create_retrospective(
            project="project:test:bridge", format="start_stop_continue", title=f"{notes} notes",
            phases=[{"kind": kind} for kind in ("write", "group", "vote", "close")],
        )  # fmt: skip
        key = str(opened.retrospective.id)
        for number in range(notes):
            column = ("start", "stop", "continue")[number % 3]
            graph.play_move(
                retrospective=key,
                move={"move": "add_note", "note": f"n{number}", "column": column, "text": f"Note {number} on the wall"},
            )
        graph.play_move(retrospective=key, move={"move": "go_to_phase", "phase": 1, "seen": 0})
    return key


def _measure(browser: Browser, server: RunningServer, boards: dict[str, str]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in boards}
    for round_ in range(ROUNDS + 1):
        for name, key in boards.items():
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{server.url}login?token={server.token}&next=/healthz")
            eventually(lambda: len(server.kernels()) == 1, 30)
            time.sleep(SETTLED)
            begun = time.perf_counter()
            page.goto(f"{server.url}apps/retro_board?retrospective={key}", wait_until="commit")
            page.wait_for_selector("[data-screen=board][data-phase=group]", timeout=60_000)
            if name == "full":
                page.wait_for_function(f"document.querySelectorAll('[data-note]').length >= {NOTES}", timeout=60_000)
            if round_:
                times[name].append((time.perf_counter() - begun) * 1000)
            page.close(run_before_unload=True)
            context.close()
    return times


if __name__ == "__main__":
    main()
