"""Pictures of an outcome map: one drawing as SVG, PNG and Mermaid, safe whatever a title says."""

from __future__ import annotations

import io
import itertools
from xml.etree import ElementTree

import pytest
from PIL import Image

from kg.domain.outcomes import Horizon
from kg.operations.outcome_map_views import MapLink, MapNode, OutcomeMap
from pipelines.messages import Messages
from widgets.rendering.outcome_map import mermaid, png, svg

NASTY = '"]; click o1 <script>alert(1)</script> & 供水 \x07'


def drawn(*titles: str) -> OutcomeMap:
    nodes = [
        MapNode(
            id=f"o:{n}", title=title, horizon=Horizon.DIRECT, state="draft", weight=1, x=280.0 * n, y=-50.0 * n,
            placed=True, tidy_x=0, tidy_y=0, attainment=0.5, rolled_up=0.25, known=1,
        )
        for n, title in enumerate(titles)
    ]  # fmt: skip
    links = [MapLink(start=a.id, end=b.id, weight=2) for a, b in itertools.pairwise(nodes)]
    return OutcomeMap(project="p", project_name="Water & more", nodes=nodes, links=links, revision=1)


def test_boxes_far_apart_make_no_huge_picture() -> None:
    far = drawn("Here", "There")
    far.nodes[1].x = far.nodes[1].y = 100_000
    with Image.open(io.BytesIO(png(far, Messages("en")))) as image:
        assert image.width * image.height <= 17_000_000


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_svg_says_in_words_all_that_it_draws(language: str) -> None:
    say = Messages(language)
    tree = ElementTree.fromstring(svg(drawn("Pipes laid", "Fewer ill"), say))
    said = tree.findtext("{*}desc") or ""
    assert "Pipes laid" in said and "Fewer ill" in said and "25%" in said
    assert say("outcome_map.leads", start="Pipes laid", end="Fewer ill", weight="2") in said


def test_no_title_becomes_markup_or_syntax() -> None:
    say = Messages("en")
    ElementTree.fromstring(svg(drawn(NASTY, "b"), say))
    assert "<script" not in svg(drawn(NASTY, "b"), say)
    text = mermaid(drawn(NASTY, "b"), say)
    assert "<script" not in text and '"];' not in text
    assert len(text.splitlines()) == 6
    assert 'o1 -->|"2"| o2' in text


@pytest.mark.parametrize("titles", [(), ("One",), ("Pipes laid", "供水覆盖全部村庄", "x" * 300)])
def test_the_png_is_a_picture_of_any_map(titles: tuple[str, ...]) -> None:
    image = Image.open(io.BytesIO(png(drawn(*titles), Messages("zh"))))
    assert image.format == "PNG" and image.width >= 100
    if titles:
        colours = image.convert("RGB").getcolors(1 << 24) or []
        assert any(colour == (10, 90, 111) for _, colour in colours)
