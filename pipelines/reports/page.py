"""A finished notebook as one page: no input cells, nothing fetched from anywhere, read at once.

plotly.js is packed into the page once, compressed, and unpacked only after the first paint.
"""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from kg.domain import Run, RunStatus

from ..messages import Messages
from ..resources import TEMPLATES, template_path
from .blocks import METADATA, PLOTLY
from .wording import Wording

HIDDEN_TAGS = frozenset({"notebook-only", "parameters", "injected-parameters"})
FAILED_TAG = "failed"
_IMAGES = ("image/png", "image/jpeg", "image/svg+xml")


@dataclass
class Contents:
    """What a notebook came to: its pieces in order, and what they say of themselves."""

    pieces: list[Markup] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    sections: list[dict[str, Any]] = field(default_factory=list)
    says: dict[str, Any] = field(default_factory=dict)


def render_page(notebook: Any, run: Run, home: Path | None = None) -> str:
    """The page of an executed notebook.

    Args:
        notebook: The executed notebook, secrets already removed.
        run: Its record.
        home: The installation; its own templates win.
    """
    say = Wording(Messages(run.language or "en", home))
    contents = contents_of(notebook, say)
    roots = ([str(home / "templates" / "reports")] if home else []) + [str(TEMPLATES / "reports")]
    environment = Environment(
        loader=FileSystemLoader(roots), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    return environment.get_template("page.html.j2").render(
        say=say,
        run=run,
        title=title_of_report(notebook, run.notebook),
        contents=contents,
        made={"day": say.day(run.started_at.date()), "time": f"{run.started_at:%H:%M}"},
        failed=run.status is RunStatus.FAILED,
        css=Markup(_text("pages/static/tokens.css", home) + _text("reports/report.css", home)),  # noqa: S704
        script=Markup(_text("reports/report.js", home)),  # noqa: S704
        plotly=Markup(_plotly()) if contents.figures else "",  # noqa: S704
        figures=Markup(_json(contents.figures)),  # noqa: S704
    )


def title_of_report(notebook: Any, otherwise: str) -> str:
    """What a report calls itself: its first block's title, else the notebook's first heading."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            title = output.get("metadata", {}).get(METADATA, {}).get("title")
            if title:
                return str(title)
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            return str(cell.source.splitlines()[0][2:].strip())
    return otherwise.replace("_", " ").capitalize()


def contents_of(notebook: Any, say: Wording) -> Contents:
    """The outputs and texts of a notebook, as far as it ran; code is left out."""
    found = Contents()
    for number, cell in enumerate(notebook.cells):
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown" and not tags & HIDDEN_TAGS:
            found.pieces.append(say.prose(cell.source))
        elif cell.cell_type == "code":
            if FAILED_TAG in tags:
                found.pieces.append(_failed_cell(number, cell, say))
            for output in cell.outputs:
                _add_output(found, output, say)
            if FAILED_TAG in tags:
                break
    return found


def _add_output(found: Contents, output: Any, say: Wording) -> None:
    if output.output_type == "stream":
        if output.name == "stdout":
            found.pieces.append(Markup(f'<pre class="output">{escape(_joined(output.text))}</pre>'))  # noqa: S704
        return
    if output.output_type not in ("display_data", "execute_result"):
        return
    says = output.metadata.get(METADATA, {})
    if "section" in says:
        found.sections.append({"anchor": says["section"], "title": says["heading"]})
    found.says |= {key: value for key, value in says.items() if key not in ("figure", "section", "heading")}
    if PLOTLY in output.data:
        found.pieces.append(_figure(found, output.data[PLOTLY], says.get("figure", {}), say))
    elif "text/html" in output.data:
        found.pieces.append(Markup(_joined(output.data["text/html"])))  # noqa: S704  (a frame of its own confines it)
    elif "text/markdown" in output.data:
        found.pieces.append(say.prose(_joined(output.data["text/markdown"])))
    elif kind := next((kind for kind in _IMAGES if kind in output.data), None):
        found.pieces.append(_image(kind, _joined(output.data[kind])))
    elif "text/plain" in output.data:
        found.pieces.append(Markup(f'<pre class="output">{escape(_joined(output.data["text/plain"]))}</pre>'))  # noqa: S704


def _figure(found: Contents, spec: dict[str, Any], says: dict[str, Any], say: Wording) -> Markup:
    number = len(found.figures)
    found.figures.append({"data": spec.get("data", []), "layout": spec.get("layout", {})})
    template = Environment(loader=FileSystemLoader(str(TEMPLATES / "reports")), autoescape=True).get_template
    return Markup(  # noqa: S704
        template("_figure.html.j2").render(
            say=say, number=number, title=says.get("title", ""), note=says.get("note", ""), alt=says.get("alt", ""),
            height=says.get("height") or spec.get("layout", {}).get("height") or 360,
            headings=says.get("headings", []), rows=says.get("rows", []),
        )
    )  # fmt: skip


def _failed_cell(number: int, cell: Any, say: Wording) -> Markup:
    errors = [output for output in cell.outputs if output.output_type == "error"]
    said = f"{errors[0].ename}: {errors[0].evalue}" if errors else ""
    return Markup(  # noqa: S704
        f'<section class="failed-cell" id="failed-cell"><h2>{escape(say("provenance.failed_cell", cell=number))}</h2>'
        f"<pre><code>{escape(cell.source)}</code></pre><pre class='error'>{escape(said)}</pre></section>"
    )


def _image(kind: str, data: str) -> Markup:
    raw = data.encode() if kind == "image/svg+xml" else base64.b64decode(data)
    return Markup(f'<img alt="" src="data:{kind};base64,{base64.b64encode(raw).decode()}">')  # noqa: S704


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _text(name: str, home: Path | None) -> str:
    return template_path(name, home).read_text(encoding="utf-8")


@cache
def _plotly() -> str:
    """plotly.js as the installed package has it: gzip, base64."""
    source = resources.files("plotly").joinpath("package_data/plotly.min.js").read_bytes()
    return base64.b64encode(gzip.compress(source, 9, mtime=0)).decode()
