"""The Jinja environment that pages and widgets share; everything is escaped by default."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from kg.domain.unit_names import unit_word
from kg.domain.units import Unit
from pipelines.messages import Messages
from pipelines.resources import TEMPLATES

from . import text
from .action_effect import badge_of, figure
from .progress_words import told
from .results import arm_kind
from .walk import page_of

QUIET: dict[str, Any] = {
    "base": "/", "static": "/static/", "path": "/", "theme": None, "visitor": None, "people": [], "xsrf": "",
    "section": "", "own_search": False, "live": False, "view": None, "plan_view": None, "report_css": "",
    "projects": [],
}  # fmt: skip
"""What a page need not say: the values of chrome that most pages leave as they are."""


@cache
def environment(home: Path | None = None) -> Environment:
    """The environment of an installation: its own `templates/pages` wins, file by file.

    Args:
        home: The installation's folder; packaged templates only when not given.
    """
    roots = ([home / "templates" / "pages"] if home else []) + [TEMPLATES / "pages"]
    made = Environment(
        loader=FileSystemLoader([str(root) for root in roots]),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        civil=text.civil,
        instant=text.instant,
        marked=text.marked,
        number=text.number,
        plain=text.plain,
        prose=text.prose,
        unit_word=unit_word,
    )
    made.globals.update(
        action_badge=badge_of,
        action_figure=figure,
        address=text.address,
        arm_kind=arm_kind,
        page_of=page_of,
        told=told,
        unit_of=Unit.of,
        **QUIET,
    )
    return made


def render(name: str, *, language: str, home: Path | None = None, **values: Any) -> str:
    """A template as HTML text in a language.

    Args:
        name: File under `templates/pages`.
        language: `en` or `zh`.
        home: An installation whose own templates and words win.
        **values: What the template shows.
    """
    t = Messages(language, home)
    return environment(home).get_template(name).render(t=t, language=t.language, **values)
