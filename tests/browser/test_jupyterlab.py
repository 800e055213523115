"""The facilitator's notebook in a real JupyterLab: the same board, the same state."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "lab" / "facilitate_retrospective.ipynb"
WORDS = f"Written in JupyterLab {secrets.token_hex(3)}"


@pytest.fixture
def lab(site, tmp_path) -> Iterator[tuple[str, str]]:
    """JupyterLab on a folder with the notebook, which names an open retrospective; its URL and that id."""
    opened = site.ask(
        "create_retrospective", project="P010415", format="kpt", title="From a notebook",
        phases=[{"kind": kind} for kind in ("write", "group", "vote", "discuss", "close")],
    )  # fmt: skip
    key = opened["retrospective"]["id"]
    notebook = json.loads(NOTEBOOK.read_text())
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = [f'retrospective = "{key}"\n', 'language = "en"\n']
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "facilitate.ipynb").write_text(json.dumps(notebook))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("RETROBOOK_", "JUPYTER"))}
    env |= {
        "PYTHONPATH": str(ROOT), "RETROBOOK_HOME": str(site.home), "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "run"), "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
    }  # fmt: skip
    log = (tmp_path / "lab.log").open("w")
    server = subprocess.Popen(
        [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1",
            f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={tmp_path / 'work'}",
        ],
        stdout=log, stderr=subprocess.STDOUT, env=env, cwd=tmp_path,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            assert server.poll() is None, (tmp_path / "lab.log").read_text()
            try:
                if httpx.get(f"{url}/api", trust_env=False).is_success:
                    break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield f"{url}/lab/tree/facilitate.ipynb?token={token}", key
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def run_all_cells(page) -> None:
    """Run them; on a busy machine the menu may come before the notebook that it is for, and then does nothing."""
    for _ in range(5):
        page.locator(".jp-Notebook .jp-Cell").first.click()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        with contextlib.suppress(PlaywrightTimeoutError):
            page.wait_for_selector(".jp-Notebook .jp-OutputArea-output, .jp-Notebook [data-screen]", timeout=30_000)
            return


def test_a_facilitator_runs_the_same_board_in_jupyterlab(site, browser, lab):
    url, key = lab
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="en-GB")
    context.set_default_timeout(180_000)
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")  # its kernel is there
    run_all_cells(page)
    page.wait_for_selector(".jp-Notebook [data-screen=board][data-phase=write]")
    field = page.locator("[data-quick-add]").first
    field.fill(WORDS)
    field.press("Enter")
    page.wait_for_selector(f"[data-mine=true]:has-text('{WORDS}')")

    seen = site.ask("board_view", retrospective=key)["view"]
    assert WORDS in {item.get("text") for item in seen["items"]}, "what is written there is on the one board"

    other = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    other.set_default_timeout(180_000)
    app = other.new_page()
    app.goto(site.link)
    app.goto(f"{site.url}/apps/retro_board?retrospective={key}")
    app.wait_for_selector(f"[data-note]:has-text('{WORDS}')")
    app.click("[data-action=next]")
    app.click("[data-action=confirm]")  # going on reveals what is still hidden
    app.wait_for_selector("[data-screen=board][data-phase=group]")
    page.wait_for_selector(".jp-Notebook [data-screen=board][data-phase=group]")
    if folder := os.environ.get("SCREENSHOTS_TO"):
        page.screenshot(path=str(Path(folder) / "board-jupyterlab.png"))
    for opened in (context, other):
        opened.close()
