"""The home page until the report gallery takes its place."""

from __future__ import annotations

from .pages import Page


class Home(Page):
    """`/`: that it works, and as whom."""

    async def get(self) -> None:
        """The page."""
        overview = await self.ask("overview")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(f"<!doctype html><title>Retrobook</title><p>{overview.counts}")


ROUTES = [(r"/", Home)]
