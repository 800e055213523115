"""An outcome map as a picture: Mermaid text, SVG that is read out, PNG."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Sequence
from html import escape
from math import sqrt
from pathlib import Path
from typing import Any

from kg.operations.outcome_map_views import MapNode, OutcomeMap
from pipelines.messages import Messages

BOX_W, BOX_H, EDGE = 220.0, 92.0, 24.0
MOST_PIXELS = 16_000_000
"""Of a PNG: boxes may lie far apart, and a picture of that is made smaller."""
LETTERS = 26
"""Letters of a box's line; a Chinese one counts twice."""
STYLE = """
.om-s-paper{fill:#ffffff}.om-s-box{fill:#f7f5f1;stroke:#8a8f94}.om-s-title{fill:#1e252d;font-weight:600}
.om-s-small{fill:#4c5763}.om-s-track{fill:#ddd8ce}.om-s-bar{fill:#0a5a6f}.om-s-link{stroke:#4c5763;fill:none}
.om-s-head{fill:#4c5763}.om-s-weight{fill:#1e252d;paint-order:stroke;stroke:#ffffff;stroke-width:4px}
"""
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)
"""Where letters of both languages are found, the best first; the last lacks Chinese."""
KINDS = {"svg": "image/svg+xml", "png": "image/png", "mmd": "text/plain; charset=utf-8"}


def picture(found: OutcomeMap, form: str, say: Messages) -> bytes:
    """The map as a file: `svg`, `png` or `mmd` (Mermaid)."""
    if form == "png":
        return png(found, say)
    return (svg(found, say) if form == "svg" else mermaid(found, say)).encode("utf-8")


def mermaid(found: OutcomeMap, say: Messages) -> str:
    """The map as a Mermaid flowchart; titles are quoted, so that no title can become syntax."""
    names = {node.id: f"o{number}" for number, node in enumerate(found.nodes, start=1)}
    lines = ["flowchart LR"]
    for horizon in ("direct", "indirect", "long_term"):
        inside = [node for node in found.nodes if node.horizon.value == horizon]
        if inside:
            lines.append(f'  subgraph {horizon}["{_quoted(say(f"outcome_map.horizon.{horizon}"))}"]')
            lines += [f'    {names[node.id]}["{"<br>".join(map(_quoted, _lines(node, say)))}"]' for node in inside]
            lines.append("  end")
    lines += [f'  {names[link.start]} -->|"{link.weight:g}"| {names[link.end]}' for link in found.links]
    return "\n".join(lines) + "\n"


def svg(found: OutcomeMap, say: Messages) -> str:
    """The map as inline SVG: with a title and a description that say all that is drawn."""
    left, top, width, height = _frame(found.nodes)
    at = {node.id: (node.x - left, node.y - top) for node in found.nodes}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="om-picture" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" role="img" aria-labelledby="om-t om-d"'
        ' font-family="system-ui, Noto Sans CJK SC, sans-serif" font-size="13">',
        f'<title id="om-t">{_xml(say("outcome_map.title_of", project=found.project_name))}</title>',
        f'<desc id="om-d">{_xml(spoken(found, say))}</desc><style>{STYLE}</style>',
        '<defs><marker id="om-a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"'
        ' orient="auto"><path class="om-s-head" d="M0 0L10 5L0 10z"/></marker></defs>',
        f'<rect class="om-s-paper" width="{width:g}" height="{height:g}"/>',
    ]
    for link in found.links:
        (x1, y1), (x2, y2) = _line(at[link.start], at[link.end])
        parts.append(
            f'<path class="om-s-link" d="M{x1:g} {y1:g}C{x1 + 40:g} {y1:g} {x2 - 40:g} {y2:g} {x2:g} {y2:g}"'
            f' marker-end="url(#om-a)"/><text class="om-s-weight" x="{(x1 + x2) / 2:g}" y="{(y1 + y2) / 2 - 4:g}"'
            f' text-anchor="middle">{link.weight:g}</text>'
        )
    for node in found.nodes:
        x, y = at[node.id]
        parts.append(f'<g transform="translate({x:g} {y:g})"><title>{_xml("; ".join(_lines(node, say)))}</title>')
        parts.append(f'<rect class="om-s-box" width="{BOX_W:g}" height="{BOX_H:g}" rx="8"/>')
        for number, line in enumerate(_boxed(node, say)):
            kind = "title" if number < 2 else "small"
            parts.append(f'<text class="om-s-{kind}" x="12" y="{22 + 17 * number}">{_xml(line)}</text>')
        if node.rolled_up is not None:
            parts.append(
                f'<rect class="om-s-track" x="12" y="{BOX_H - 14:g}" width="{BOX_W - 24:g}" height="6" rx="3"/>'
            )
            parts.append(
                f'<rect class="om-s-bar" x="12" y="{BOX_H - 14:g}" width="{(BOX_W - 24) * node.rolled_up:g}"'
                ' height="6" rx="3"/>'
            )
        parts.append("</g>")
    return "".join([*parts, "</svg>"])


def png(found: OutcomeMap, say: Messages, scale: float = 2.0) -> bytes:
    """The map as a PNG, drawn at the same places as the SVG; large maps are made smaller."""
    from PIL import Image, ImageDraw

    left, top, width, height = _frame(found.nodes)
    scale = min(scale, 12_000 / max(width, height), sqrt(MOST_PIXELS / (width * height)))
    image = Image.new("RGB", (max(1, round(width * scale)), max(1, round(height * scale))), "#ffffff")
    draw, font = ImageDraw.Draw(image), _font(13 * scale)

    def spot(x: float, y: float) -> tuple[float, float]:
        return (x * scale, y * scale)

    at = {node.id: (node.x - left, node.y - top) for node in found.nodes}
    for link in found.links:
        (x1, y1), (x2, y2) = _line(at[link.start], at[link.end])
        curve = [_bezier(x1, y1, x2, y2, step / 24) for step in range(25)]
        draw.line([spot(*point) for point in curve], fill="#4c5763", width=max(1, round(scale)))
        draw.polygon([spot(x2, y2), spot(x2 - 9, y2 - 5), spot(x2 - 9, y2 + 5)], fill="#4c5763")
        draw.text(spot((x1 + x2) / 2, (y1 + y2) / 2 - 16), f"{link.weight:g}", "#1e252d", font=font, stroke_width=3,
                  stroke_fill="#ffffff")  # fmt: skip
    for node in found.nodes:
        x, y = at[node.id]
        draw.rounded_rectangle([spot(x, y), spot(x + BOX_W, y + BOX_H)], 8 * scale, "#f7f5f1", "#8a8f94")
        for number, line in enumerate(_boxed(node, say)):
            draw.text(spot(x + 12, y + 8 + 17 * number), line, "#1e252d" if number < 2 else "#4c5763", font=font)
        if node.rolled_up is not None:
            far, low = x + 12 + (BOX_W - 24) * node.rolled_up, y + BOX_H - 14
            draw.rectangle([spot(x + 12, low), spot(x + BOX_W - 12, low + 6)], "#ddd8ce")
            draw.rectangle([spot(x + 12, low), spot(far, low + 6)], "#0a5a6f")
    kept = io.BytesIO()
    image.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def spoken(found: OutcomeMap, say: Messages) -> str:
    """All that a map shows, in sentences."""
    titles = {node.id: node.title for node in found.nodes}
    if not found.nodes:
        return say("outcome_map.empty")
    said = ["; ".join(_lines(node, say)) for node in found.nodes]
    said += [
        say("outcome_map.leads", start=titles[link.start], end=titles[link.end], weight=f"{link.weight:g}")
        for link in found.links
    ]
    return ". ".join(said)


def share(value: float | None, say: Messages) -> str:
    """An attainment in words."""
    return say("outcome_map.unknown") if value is None else f"{value:.0%}"


def stands(node: MapNode, say: Messages) -> str:
    """Where an outcome stands, in words."""
    if node.attainment is None and node.rolled_up is None:
        return say("outcome_map.unknown")
    return say("outcome_map.stands", own=share(node.attainment, say), rolled=share(node.rolled_up, say))


def _lines(node: MapNode, say: Messages) -> list[str]:
    said = [node.title, say(f"outcome_map.horizon.{node.horizon.value}")]
    if node.metric:
        said.append(node.metric)
    return [*said, stands(node, say)]


def _boxed(node: MapNode, say: Messages) -> list[str]:
    title = _wrap(node.title, 2)
    metric = _wrap(node.metric or say(f"outcome_map.horizon.{node.horizon.value}"), 1)
    standing = _wrap(stands(node, say), 1, 36)
    return [*title, *([""] if len(title) < 2 else []), *metric, *standing]


def _wrap(text: str, most: int, letters: int = LETTERS) -> list[str]:
    """Text in lines of a box, cut with an ellipsis."""
    lines, line, breadth = [], "", 0
    for piece in _pieces(text):
        wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in piece)
        if line and breadth + wide > letters:
            lines.append(line.rstrip())
            line, breadth = "", 0
        line, breadth = line + piece, breadth + wide
    lines.append(line.rstrip())
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1][: letters - 1] + "…"]


def _pieces(text: str) -> list[str]:
    found: list[str] = []
    for char in text:
        joins = found and not found[-1].endswith(" ") and unicodedata.east_asian_width(char) not in "WF"
        if joins and len(found[-1]) < LETTERS and unicodedata.east_asian_width(found[-1][-1]) not in "WF":
            found[-1] += char
        else:
            found.append(char)
    return found


def _frame(nodes: Sequence[MapNode]) -> tuple[float, float, float, float]:
    if not nodes:
        return 0.0, 0.0, BOX_W, BOX_H
    left, top = min(node.x for node in nodes) - EDGE, min(node.y for node in nodes) - EDGE
    right, low = max(node.x for node in nodes) + BOX_W + EDGE, max(node.y for node in nodes) + BOX_H + EDGE
    return left, top, right - left, low - top


Point = tuple[float, float]


def _line(start: Point, end: Point) -> tuple[Point, Point]:
    return (start[0] + BOX_W, start[1] + BOX_H / 2), (end[0], end[1] + BOX_H / 2)


def _bezier(x1: float, y1: float, x2: float, y2: float, t: float) -> Point:
    a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
    return a * x1 + b * (x1 + 40) + c * (x2 - 40) + d * x2, (a + b) * y1 + (c + d) * y2


def _font(size: float) -> Any:
    from PIL import ImageFont

    load: Callable[..., Any] = ImageFont.truetype
    for path in FONTS:
        if Path(path).is_file():
            return load(path, size)
    return ImageFont.load_default(size)


def _quoted(text: str) -> str:
    return "".join(c if c.isalnum() or c in " .,;:%·–-" else f"#{ord(c)};" for c in " ".join(text.split()))


def _xml(text: str) -> str:
    return escape("".join(c for c in text if c >= " " or c in "\n\t"))
