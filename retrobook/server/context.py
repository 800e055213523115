"""What every handler works with: the parts of a running server."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from kg.graph import KnowledgeGraph
from pipelines.messages import Messages
from pipelines.resources import TEMPLATES

from ..settings import Settings
from .events import Hub
from .identity import Identity
from .pools import Pools
from .throttle import Throttle

SHEETS = ("tokens.css", "retrobook.css", "results.css")
"""The style sheets of every page, in their order."""
LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1"}


@dataclass
class ServerContext:
    """The parts of a running server.

    Attributes:
        settings: As read at the entry.
        graph: The graph as the server itself may use it; `graph.as_visitor` for anybody else.
        identity: Finds who asks.
        pools: Where work is done.
        hub: Events for browsers.
        url: Where this server is reached from this machine, with a slash at the end.
        throttle: Counts failed sign-ins.
    """

    settings: Settings
    graph: KnowledgeGraph
    identity: Identity
    pools: Pools
    hub: Hub
    url: str
    throttle: Throttle = field(default_factory=Throttle)
    _look: tuple[tuple[int, ...], str] = field(default=((), ""), repr=False)

    @property
    def secure(self) -> bool:
        """True when browsers reach the server by https."""
        return (self.settings.public_url or "").startswith("https:")

    @cached_property
    def public_host(self) -> str | None:
        """Host and port that browsers use, when a proxy stands before the server."""
        return urlsplit(self.settings.public_url).netloc if self.settings.public_url else None

    @cached_property
    def loopback_only(self) -> bool:
        """True when the server listens on loopback for this machine alone."""
        return self.settings.host in LOOPBACK and not self.settings.public_url

    @cached_property
    def page_folders(self) -> list[Path]:
        """Where page templates and their static files are; the installation's own first."""
        return [self.settings.home / "templates" / "pages", TEMPLATES / "pages"]

    def look(self) -> str:
        """The style sheets of every page in one text, to stand in the page itself.

        A browser paints nothing before it has them: three requests less until it does. An
        edited file shows at once.
        """
        files = [self._static(name) for name in SHEETS]
        stamp = tuple(path.stat().st_mtime_ns for path in files)
        if self._look[0] != stamp:
            self._look = (stamp, "\n".join(plain_css(path.read_text(encoding="utf-8")) for path in files))
        return self._look[1]

    def _static(self, name: str) -> Path:
        found = [folder / "static" / name for folder in self.page_folders]
        return next((path for path in found if path.is_file()), found[-1])

    def messages(self, language: str) -> Messages:
        """The words of a language."""
        found = self._words.get(language)
        if found is None:
            found = self._words[language] = Messages(language, self.settings.home)
        return found

    @cached_property
    def _words(self) -> dict[str, Messages]:
        return {}


def plain_css(text: str) -> str:
    """A style sheet without comments and idle space."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"\s*\n\s*", "\n", text).replace("</", "<\\/").strip()
