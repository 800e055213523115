"""A real installation with the sample portfolio, its server, and Chromium looking at it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

CHROMIUM = Path(os.environ.get("RETROBOOK_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
ROOT = Path(__file__).parents[2]
PATIENCE = 60_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """A running server: where it is, and the link that signs in."""

    url: str
    link: str
    token: str
    home: Path

    def ask(self, operation: str, **values: object) -> dict:
        """An operation's answer as JSON, as the owner."""
        answer = httpx.post(
            f"{self.url}/api/operations/{operation}",
            json=values,
            headers={"Authorization": f"Bearer {self.token}"},
            trust_env=False,
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json()


def run_retrobook(home: Path, *words: str) -> str:
    """A command of the product, run to its end."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("RETROBOOK_")} | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "retrobook", *words, "--home", str(home)],
        capture_output=True, text=True, env=env, timeout=300, cwd=home.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def require_chromium() -> None:
    """Skip what needs a browser where there is none; fail where there has to be one."""
    if not CHROMIUM.exists():
        missing = f"no Chromium at {CHROMIUM}: install it (apt install chromium) or name it in RETROBOOK_CHROMIUM"
        if os.environ.get("RETROBOOK_REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(f"BROWSER TESTS NOT RUN: {missing}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample portfolio with a report in each language, served and fully encoded."""
    require_chromium()
    home = tmp_path_factory.mktemp("site") / "home"
    run_retrobook(home, "init", "--sample")
    env = {k: v for k, v in os.environ.items() if not k.startswith("RETROBOOK_")} | {"PYTHONPATH": str(ROOT)}
    log = (home.parent / "serve.log").open("w+")
    server = subprocess.Popen(
        [sys.executable, "-m", "retrobook", "serve", "--port", "0", "--home", str(home)],
        stdout=log, stderr=subprocess.STDOUT, env=env, cwd=home.parent,
    )  # fmt: skip
    try:
        found = _await_site(server, Path(log.name), home)
        _await_encoding(found)
        yield found
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def _await_site(server: subprocess.Popen[bytes], log: Path, home: Path) -> Site:
    for _ in range(600):
        match = re.search(r"(http://[^/\s]+)/\?token=(\S+)", log.read_text())
        if match:
            return Site(match[1], match[0], match[2], home)
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()}")


def _await_encoding(site: Site) -> None:
    for _ in range(120):
        arms = site.ask("search_lessons", text="certificates")["arms"]
        if all(arm["pending"] == 0 or arm.get("problem") for arm in arms):
            return
        time.sleep(5)  # encoding waits for questions, this one too
    raise AssertionError(f"the lessons were not encoded: {arms}")


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium, once."""
    require_chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@dataclass
class Watch:
    """What a page did that it should not have done."""

    errors: list[str] = field(default_factory=list)
    external: list[str] = field(default_factory=list)

    def on(self, page: object, url: str) -> None:
        """Watch a page."""
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda asked: self._request(asked.url, url))

    def _request(self, address: str, url: str) -> None:
        if not address.startswith((url, "data:", "blob:")):
            self.external.append(address)


@pytest.fixture
def watch(site: Site) -> Iterator[Watch]:
    """Fails the test when a page logs an error or asks anything of another host."""
    kept = Watch()
    yield kept
    assert kept.external == []
    assert kept.errors == []


@pytest.fixture
def open_page(site: Site, browser: object, watch: Watch) -> Iterator[object]:
    """Opens a signed-in page: `open_page("/projects", width=390, dark=True, language="zh")`."""
    contexts = []

    def opened(
        path: str = "/", *, width: int = 1280, dark: bool = False, language: str = "en", script: bool = True,
        signed_in: bool = True, wait: str = "load",
    ) -> object:  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900},
            color_scheme="dark" if dark else "light",
            locale="zh-CN" if language == "zh" else "en-GB",
            java_script_enabled=script,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watch.on(page, site.url)
        if signed_in:
            page.goto(site.link)
        page.goto(site.url + path, wait_until=wait)
        return page

    yield opened
    for context in contexts:
        context.close()
