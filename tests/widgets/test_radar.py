"""The radar: what it draws, what it says to those who cannot see it, and what it leaves out."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from pipelines.retrospectives import Formats
from widgets.rendering.radar import HEIGHT, WIDTH, lines_of, radar_svg

SVG = "{http://www.w3.org/2000/svg}"
AXES = ["Speed", "Fun", "Teamwork", "Mission"]


def drawn(*series, axes=AXES) -> ET.Element:
    return ET.fromstring(radar_svg(axes, list(series), title="Team health", none="hidden"))


def outlines(figure: ET.Element, number: int) -> list[ET.Element]:
    (group,) = [g for g in figure.iter(f"{SVG}g") if f"radar-{number}" in g.get("class")]
    return [each for each in group if each.tag in {f"{SVG}polygon", f"{SVG}path"}]


def test_every_value_is_said_in_words():
    figure = drawn(("March", [3.5, 4, 2, 5]), ("January", [3, 3, 3, None]))
    assert figure.get("role") == "img"
    assert figure.get("aria-label") == (
        "Team health. March: Speed 3.5, Fun 4, Teamwork 2, Mission 5. January: Speed 3, Fun 3, Teamwork 3, Mission hidden"
    )
    assert [text for text in ("Speed", "Mission") if text in ET.tostring(figure, "unicode")] == ["Speed", "Mission"]


def test_a_hidden_value_is_a_gap_not_a_zero():
    (whole,) = outlines(drawn(("March", [3, 4, 2, 5])), 0)
    assert whole.tag == f"{SVG}polygon" and len(whole.get("points").split()) == 4
    broken = outlines(drawn(("March", [3, None, 2, 5])), 0)
    assert [each.tag for each in broken] == [f"{SVG}path"] * 2  # Teamwork to Mission, Mission to Speed
    figure = drawn(("March", [3, None, 2, 5]))
    assert len(list(figure.iter(f"{SVG}circle"))) == 3


def test_series_differ_without_colour():
    figure = drawn(("March", [3, 4, 2, 5]), ("January", [3, 3, 3, 3]))
    assert outlines(figure, 0)[0].get("stroke-dasharray") is None
    assert outlines(figure, 1)[0].get("stroke-dasharray")
    assert len(list(figure.iter(f"{SVG}circle"))) == 4 and len(list(figure.iter(f"{SVG}rect"))) == 4


def test_a_better_value_lies_further_out_and_none_lies_outside():
    def radius(value: float) -> float:
        (mark, *_) = drawn(("March", [value, 3, 3, 3])).iter(f"{SVG}circle")
        return HEIGHT / 2 - float(mark.get("cy"))

    assert 0 < radius(1) < radius(3) < radius(5) == radius(9)


@pytest.mark.parametrize("axes", [[], ["A"], ["A", "B"]])
def test_too_few_axes_make_no_radar(axes):
    assert radar_svg(axes, [("Now", [3.0] * len(axes))], title="x") == ""


def test_nothing_to_show_makes_no_radar():
    assert radar_svg(AXES, [("Now", [None] * 4)], title="x") == "" == radar_svg(AXES, [], title="x")


def test_words_of_people_cannot_become_markup():
    svg = radar_svg(['<script>"', "b&b", "c"], [("<i>", [1, 2, 3])], title='"><x>')
    assert "<script" not in svg and "<i>" not in svg and "<x>" not in svg
    ET.fromstring(svg)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("key", [each.key for each in Formats().question_sets()])
def test_the_labels_of_every_packaged_set_stay_within_the_figure(key, language):
    axes = [each.title(language) for each in Formats().questions(key).questions]
    figure = drawn(("Now", [3.0] * len(axes)), axes=axes)
    for label in figure.iter(f"{SVG}text"):
        for span in label:
            wide = sum(13 if ord(letter) >= 0x2E80 else 7.2 for letter in span.text)
            x, y = float(span.get("x")), float(span.get("y"))
            left = {"start": x, "middle": x - wide / 2, "end": x - wide}[label.get("text-anchor")]
            assert left >= 0 and left + wide <= WIDTH and 12 <= y <= HEIGHT - 2, span.text


def test_labels_break_at_words_and_chinese_between_characters():
    assert lines_of("Health of what we build") == ["Health of what", "we build"]
    assert lines_of("团队健康") == ["团队健康"]
    assert lines_of("我们做出来的东西质量如何") == ["我们做出来的东", "西质量如何"]
