"""A retrospective as one HTML file that needs nothing else: for mail, for an archive, for paper."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kg.operations.retrospective_facts import RetrospectiveFacts
from kg.operations.wall import Wall

from ..reports import retrospective_sections as sections
from ..reports.retrospective_wording import RetrospectiveWording
from ..resources import TEMPLATES, template_path


def page_of(
    facts: RetrospectiveFacts,
    wall: Wall | None,
    say: RetrospectiveWording,
    home: Path | None = None,
    *,
    paper: bool = False,
) -> str:
    """The whole retrospective as a page without scripts; with `paper`, laid out for A4."""
    blocks = sections.everything(facts, wall, say)
    roots = ([str(home / "templates" / "reports")] if home else []) + [str(TEMPLATES / "reports")]
    environment = Environment(
        loader=FileSystemLoader(roots), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    names = ["pages/static/tokens.css", "reports/report.css"] + (["reports/paper.css"] if paper else [])
    css = "\n".join(template_path(name, home).read_text(encoding="utf-8") for name in names)
    return environment.get_template("retro_export.html.j2").render(
        say=say,
        held=facts.retrospective,
        contents=[block.says for block in blocks if "section" in block.says],
        pieces=[Markup(block.html) for block in blocks],  # noqa: S704  (made by our templates, which escape)
        css=Markup(css),  # noqa: S704
        paper=paper,
    )
