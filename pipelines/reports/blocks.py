"""What a report's cells show: pieces of HTML and figures, each readable without a page around it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..resources import TEMPLATES
from .wording import Wording

PLOTLY = "application/vnd.plotly.v1+json"
METADATA = "retrobook"


@dataclass(frozen=True)
class Block:
    """A piece of a report.

    Attributes:
        html: The piece, complete and escaped.
        says: What the page should know of it: `title`, `subtitle`.
    """

    html: str
    says: dict[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.html)).strip()
        return {"text/html": self.html, "text/plain": text[:2000]}, {METADATA: self.says} if self.says else {}


@dataclass(frozen=True)
class Figure:
    """A Plotly figure with what it shows in words and as a table.

    Attributes:
        spec: `data` and `layout` as Plotly takes them.
        title: Its heading.
        note: How to read it.
        alt: What it shows, for those who do not see it.
        headings: Column headings of its data.
        rows: Its data.
        height: Height in pixels, kept free while it is drawn.
    """

    spec: dict[str, Any]
    title: str
    note: str
    alt: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    height: int = 320

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        says = {
            "title": self.title, "note": self.note, "alt": self.alt, "height": self.height,
            "headings": list(self.headings), "rows": [[str(cell) for cell in row] for row in self.rows],
        }  # fmt: skip
        table = render("_table.html.j2", None, headings=self.headings, rows=says["rows"])
        return {
            PLOTLY: {**self.spec, "config": {"displayModeBar": False, "responsive": True}},
            "text/html": f"<figure><figcaption>{Markup.escape(self.title)}</figcaption>{table}</figure>",
            "text/plain": f"{self.title}: {self.alt}",
        }, {"retrobook": {"figure": says}}


def render(template: str, say: Wording | None, **values: Any) -> str:
    """A template of `templates/reports` filled in; the installation's own one wins."""
    home = os.environ.get("RETROBOOK_HOME")
    return _environment(home).get_template(template).render(say=say, **values).strip()


def section(template: str, say: Wording, **values: Any) -> Block:
    """A section of a report from its template."""
    return Block(render(template, say, **values))


@cache
def _environment(home: str | None) -> Environment:
    roots = ([str(Path(home) / "templates" / "reports")] if home else []) + [str(TEMPLATES / "reports")]
    return Environment(
        loader=FileSystemLoader(roots), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
