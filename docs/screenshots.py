"""Screenshots of home, search, the graph around a hit, a plan, a report: both languages and themes, desktop and phone.

    python docs/screenshots.py [ADDRESS]

The server of an installation with the sample portfolio and a report of mybinder.org in each
language runs already (`make run` makes all of it); its address is found in `--home`, or given.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.sync_api import sync_playwright

from kg.connect import live_server

HERE = Path(__file__).parent / "screenshots"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = {"desktop": (1280, 860), "phone": (390, 844)}
VIEWS = (
    ("en", "light", "desktop", 1280, 860),
    ("zh", "light", "desktop", 1280, 860),
    ("zh", "dark", "phone", 390, 844),
)
"""Language, theme, device and size of the pictures of a story."""
QUESTIONS = {"en": "what happens when certificates expire", "zh": "证书过期怎么办"}
PLANS = {"en": "improve water supply and sanitation in small towns", "zh": "改善小城镇供水 water supply"}
REPORT = {"en": "English", "zh": "中文"}
LARGEST = 250 * 1024


def take(page: Any, site: str, what: str, language: str) -> None:
    """Bring a page to what its picture shows."""
    if what == "search":
        page.goto(f"{site}/search?q={quote(QUESTIONS[language])}")
        page.locator("[data-hit-link]").first.wait_for()
        return
    if what == "around":
        page.goto(f"{site}/search?q={quote(QUESTIONS[language])}")
        page.locator("[data-around]").first.click()
        page.locator("[data-center]").wait_for()
        return
    if what == "plan":
        page.goto(f"{site}/apps/start_project?text={quote(PLANS[language])}")
        page.locator("svg").first.wait_for()
        page.wait_for_timeout(1500)
        return
    page.goto(f"{site}/")
    if what == "report":
        page.locator(".report-card", has_text="mybinder.org").filter(has_text=REPORT[language]).locator(
            "h3 a"
        ).first.click()
        page.wait_for_url("**/reports/**")
        page.frame_locator("iframe[data-report-frame]").locator("h1, h2").first.wait_for()
        page.wait_for_timeout(2500)


def shrink(path: Path) -> None:
    """Fewer colours, where the picture is too large and a tool for it is there."""
    if path.stat().st_size > LARGEST and shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--output", str(path), "128", str(path)], check=True)


def link_of(home: Path) -> str:
    """The address that opens the installation's running server."""
    live = live_server(home)
    if live is None:
        raise SystemExit(f"No server runs for {home}. Start it with `retrobook serve`, then do this again.")
    return f"{live['url']}?token={live['token']}"


def arguments(description: str | None) -> argparse.ArgumentParser:
    """What every script of pictures takes: the installation, where pictures go, the browser."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("RETROBOOK_HOME", ".retrobook")))
    parser.add_argument("--to", type=Path, default=HERE, help="folder for the pictures")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "/usr/bin/chromium")
    return parser


def main() -> None:
    """Take all pictures."""
    parser = arguments(__doc__)
    parser.add_argument("link", nargs="?", help="the address that `retrobook serve` printed")
    asked = parser.parse_args()
    link = asked.link or link_of(asked.home)
    asked.to.mkdir(parents=True, exist_ok=True)
    site = "{0.scheme}://{0.netloc}".format(urlsplit(link))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=asked.chromium, args=FLAGS)
        for language, theme, device in itertools.product(("en", "zh"), ("light", "dark"), WIDTHS):
            width, height = WIDTHS[device]
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=theme,
                locale="zh-CN" if language == "zh" else "en-GB",
            )
            page = context.new_page()
            page.goto(link)
            for what in ("home", "search", "around", "plan", "report"):
                take(page, site, what, language)
                path = asked.to / f"{what}-{language}-{theme}-{device}.png"
                page.screenshot(path=path)
                shrink(path)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
