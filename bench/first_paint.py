"""Our pages in a real browser against a bare Voila 'hello' widget app, each opened cold and in turn.

First paint of a finished report and of a result page; the first usable widget of our search app.
A bare Voila's first paint is its spinner: `content_ratio` compares ours with its first content instead.
"""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Page, sync_playwright

from bench.report import finish
from tests.retrobook.server.conftest import RunningServer, environment, eventually, two_projects
from tests.retrobook.server.notebooks import app

PAINT_LIMIT, WIDGET_LIMIT = 0.25, 1.10
ROUNDS = 5
SETTLED = 4.0
HELLO = "import ipywidgets\nipywidgets.Button(description='hello')"
BUTTON = "button.jupyter-button"
LIVE = '[data-live][data-state="live"]'
CHROMIUM = {
    "executable_path": "/usr/bin/chromium",
    "args": ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"],
}  # fmt: skip
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, bare_voila(Path(folder)) as bare:
        server = RunningServer(Path(folder) / "home", RETROBOOK_SPARE_KERNELS="1")  # as it comes
        server.fill(two_projects)
        app(server.home, "hello", HELLO)
        server.start()
        try:
            with sync_playwright() as play:
                browser = play.chromium.launch(**CHROMIUM)
                paints, widgets = measure(browser, server, bare, report_of(server))
                browser.close()
        finally:
            server.stop()
    paint = {name: statistics.median(values) for name, values in paints.items()}
    widget = {name: statistics.median(values) for name, values in widgets.items()}
    page = max(paint["report"], paint["results"]) / paint["bare"]
    usable = widget["lesson_search"] / widget["bare"]
    figures = {
        **{f"paint_{name}_ms": round(value) for name, value in paint.items()},
        **{f"widget_{name}_ms": round(value) for name, value in widget.items()},
        "widget_ratio": round(usable, 3),
        "floor_ratio": round(paint["floor"] / paint["bare"], 3),
        "content_ratio": round(max(paint["report"], paint["results"]) / widget["bare"], 3),
    }
    limit = "first paint <= 1/4 of a bare Voila app's; first usable widget <= its + 10 %"
    finish("first_paint", ok=page <= PAINT_LIMIT and usable <= WIDGET_LIMIT, limit=limit, figures=figures, ratio=page)


def measure(
    browser: Browser, server: RunningServer, bare: str, report: str
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Milliseconds to the first paint and to the first usable widget, by page; the first round warms up."""
    visits = {
        "bare": (bare, BUTTON),
        "floor": (f"{server.url}healthz", None),  # two letters: what the browser itself takes
        "report": (f"{server.url}{report}", None),
        "results": (f"{server.url}search?q=Dig", None),
        "hello": (f"{server.url}apps/hello", BUTTON),
        "lesson_search": (f"{server.url}apps/lesson_search?q=Dig", LIVE),
    }
    paints: dict[str, list[float]] = defaultdict(list)
    widgets: dict[str, list[float]] = defaultdict(list)
    for round_ in range(ROUNDS + 1):
        for name, (url, widget) in visits.items():
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{server.url}login?token={server.token}&next=/healthz")
            page.goto("about:blank")
            if "/apps/" in url:
                rested(server)
            start = time.perf_counter()
            page.goto(url, wait_until="commit")
            if widget is not None:
                page.locator(widget).first.wait_for(timeout=60_000)
            usable = (time.perf_counter() - start) * 1000
            painted = first_paint(page)
            if round_:
                paints[name].append(painted)
                if widget is not None:
                    widgets[name].append(usable)
            page.close(run_before_unload=True)
            context.close()
    return paints, widgets


def rested(server: RunningServer) -> None:
    """Wait until earlier pages' kernels have ended and the next one waits, as between two visitors."""
    eventually(lambda: len(server.kernels()) == 1, 30)
    time.sleep(SETTLED)


def first_paint(page: Page) -> float:
    """Milliseconds to the first paint of something, by the browser's own clock."""
    for _ in range(600):
        painted = page.evaluate(FIRST_PAINT)
        if painted is not None:
            return float(painted)
        time.sleep(0.1)
    raise AssertionError(f"{page.url} painted nothing")


def report_of(server: RunningServer) -> str:
    """The address of a report, made as a visitor would have it made."""
    with server.owner() as owner:
        answer = owner.submit("/reports/run", notebook="project_retrospective", project="project:test:bridge")
        job: dict[str, Any] = answer.json()
        while job["status"] in ("queued", "running"):
            time.sleep(0.5)
            job = owner.get(f"/reports/jobs/{job['job']}").json()
    assert job["url"], job
    return str(job["url"]).lstrip("/")


@contextlib.contextmanager
def bare_voila(folder: Path) -> Iterator[str]:
    """The baseline: Voila as it comes, serving one notebook with one button."""
    cell = nbformat.v4.new_code_cell(HELLO)
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": {"name": "python3", "display_name": "x"}})
    nbformat.write(notebook, folder / "hello.ipynb")
    port = 8890
    process = subprocess.Popen(
        [sys.executable, "-m", "voila", "hello.ipynb", "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"],
        cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if line.strip().startswith("http://"):
                break
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield line.strip()
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
