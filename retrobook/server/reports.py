"""Published reports as bytes: shown in a frame that can do nothing but draw itself."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from kg.errors import NotFound
from pipelines.resources import template_path

from .pages import Page

RUN_ID = re.compile(r"[A-Za-z0-9:_.-]{1,120}")
REPORT_POLICY = (
    "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads; default-src 'none'; "
    "script-src 'unsafe-inline' 'unsafe-eval' blob:; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; worker-src blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
"""No connection to anywhere, no cookies, an origin of its own: a report's scripts only draw."""


class ReportContent(Page):
    """`/reports/<run>/content`: the report itself, for those who may see all that its run could see."""

    async def get(self, run: str) -> None:
        """The published page."""
        found = await self.ask("get_run", id=run)
        path = await self.server.pools.ask(report_file, self.server.settings.reports_dir, found.run.id)
        html = await self.server.pools.ask(path.read_bytes) + _frame_script()
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", REPORT_POLICY)
        self.set_header("Cache-Control", "private, no-cache")
        self.set_etag_header_of(html)
        if self.check_etag_header():
            self.set_status(304)
            return
        self.finish(html)

    def set_etag_header_of(self, body: bytes) -> None:
        """Let browsers keep the report: one that was published never changes."""
        self.set_header("Etag", f'"{hash(body) & 0xFFFFFFFFFFFFFFFF:x}"')


@cache
def _frame_script() -> bytes:
    """What lets the page around the report fit the frame to its height and pass its theme on."""
    return b"\n<script>" + template_path("pages/static/frame.js").read_bytes() + b"</script>\n"


def report_file(reports: Path, run: str) -> Path:
    """The published page of a run, or what was kept of a failed one.

    Raises:
        NotFound: There is none (any more).
    """
    if RUN_ID.fullmatch(run) and not run.startswith("."):
        for folder in (reports / run, reports / "failed" / run):
            if (folder / "index.html").is_file():
                return folder / "index.html"
    raise NotFound(f"The page of run {run!r} is not there any more.", kind="report", name=run)
