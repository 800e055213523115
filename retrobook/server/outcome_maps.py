"""`/projects/<id>/outcome-map.<format>`: the map of a project's outcomes as a file to keep."""

from __future__ import annotations

from urllib.parse import quote, unquote

from widgets.rendering.outcome_map import KINDS, picture

from .pages import Page
from .retro_exports import FILE_POLICY


class OutcomeMapFile(Page):
    """The file itself, for who may see the project: what is hidden from them is not on it."""

    async def get(self, key: str, form: str) -> None:
        """The picture, made in a thread."""
        found = await self.ask("outcome_map", project=unquote(key))
        body = await self.server.pools.ask(picture, found, form, self.t)
        name = f"{found.project_name} outcome-map.{form}".replace("/", "-")
        self.set_header("Content-Type", KINDS[form])
        self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name, safe='')}")
        self.set_header("Content-Security-Policy", FILE_POLICY)
        self.set_header("Cache-Control", "private, no-store")
        self.finish(body)


ROUTES = [(r"/projects/([^/]+)/outcome-map\.(svg|png|mmd)", OutcomeMapFile)]
