"""Words, dates and texts from records, as a page shows them."""

from __future__ import annotations

from datetime import date

import plotly.graph_objects as go
import pytest

from pipelines.messages import Messages
from pipelines.reports.wording import Wording, first_words, untimed


@pytest.fixture(params=["en", "zh"])
def say(request: pytest.FixtureRequest) -> Wording:
    return Wording(Messages(request.param))


def test_dates_are_said_as_each_language_says_them() -> None:
    assert Wording(Messages("en")).day(date(2018, 3, 5)) == "5 Mar 2018"
    assert Wording(Messages("zh")).day(date(2018, 3, 5)) == "2018年3月5日"
    assert Wording(Messages("zh")).span(date(2018, 3, 5), None) == "2018年3月5日起"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>x", "<img src=x onerror=alert(1)>x", "[x](javascript:alert(1))",
        "![x](https://example.org/a.png)", "<iframe src=//example.org></iframe>x", "<svg/onload=alert(1)>x",
        "<iframe src=x", "<<b>script>alert(1)</script>x",
    ],
)  # fmt: skip
def test_no_markup_of_a_record_reaches_the_page(say: Wording, text: str) -> None:
    for made in (say.prose(text), say.prose(text, inline=True), say.typed(text), say.data(text)):
        lowered = str(made).lower()
        assert not any(tag in lowered for tag in ("<script", "<img", "<iframe", "<svg", 'href="javascript'))


def test_markdown_of_a_record_is_shown_as_meant(say: Wording) -> None:
    assert "<code>a &lt; b</code>" in say.prose("run `a < b` now")
    assert '<a href="https://example.org/x" rel="noopener noreferrer" target="_blank">' in say.prose(
        "see https://example.org/x."
    )


def test_long_texts_are_cut_at_a_sentence_and_titles_lose_their_date() -> None:
    text = "First sentence that says it all, and at some length too. " + "Then more words follow. " * 20
    assert first_words(text, 80) == "First sentence that says it all, and at some length too."
    assert untimed("2018-01-18, certificate") == "certificate"
    assert untimed("incident date: 2019-02-20, logs") == "logs"
    assert untimed("2018-01-18") == "2018-01-18"


def test_figures_are_what_plotly_takes() -> None:
    from kg.domain import Project, Retrospective
    from kg.operations.projects import ProjectFacts
    from pipelines.reports.figures import pulse

    held = [
        Retrospective(id=f"r{n}", project="p", title="t", held_on=date(2018, n, 1),
                      notes=[{"key": "k", "column": "went_wrong", "text": "x"}])
        for n in (1, 2)
    ]  # fmt: skip
    facts = ProjectFacts(
        project=Project(id="p", name="P"),
        outcomes=[],
        retrospectives=held,
        actions=[],
        lessons=[],
        milestones=[],
        revision=1,
    )
    figure = pulse(facts, Wording(Messages("en")))
    assert figure is not None
    go.Figure(figure.spec)
    data, metadata = figure._repr_mimebundle_()
    assert "text/html" in data and metadata["retrobook"]["figure"]["rows"]


def test_what_somebody_typed_here_is_shown_with_its_tags_and_loses_nothing(say: Wording) -> None:
    made = say.typed("use <b>bold</b> and <script>x</script>, see https://example.org/x.")
    assert "&lt;b&gt;bold&lt;/b&gt;" in made and "&lt;script&gt;x" in made
    assert '<a href="https://example.org/x"' in made
