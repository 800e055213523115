"""The figure of an outcome's progress: what it draws, what it says, and the table beside it; health in words."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date

import pytest

from kg.domain import Milestone, Outcome, Project
from kg.store.records import put_records
from pipelines.messages import Messages
from tests.conftest import NOON
from widgets.rendering.environment import environment
from widgets.rendering.health_words import health_view
from widgets.rendering.progress_figure import HEIGHT, WIDTH, progress_svg, progress_view

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def measured(graph):
    own = {"project": "project:w", "start": "2026-01-01", "due": "2026-12-31", "baseline": 0, "target": 100}
    with graph.store.transaction() as tx:
        put_records(
            tx,
            [
                Project(id="project:w", name="Water"),
                Outcome.parse(
                    {"id": "outcome:s", **own, "title": "<b>Saved</b>", "unit_kind": "currency", "currency": "EUR"}
                ),
                Outcome.parse({"id": "outcome:y", **own, "title": "Certified", "unit_kind": "yes_no", "target": 1}),
                Outcome.parse({"id": "outcome:n", "project": "project:w", "title": "Nothing known"}),
                Milestone(id="ms", project="project:w", title="M", due=date(2026, 1, 1)),
            ],
            at=NOON,
        )
    graph.add_rate(base="EUR", quote="USD", date="2026-01-01", rate="2")
    graph.add_measurement(subject="outcome:s", date="2026-01-31", value=8, source="<i>ledger</i>")
    wrong = graph.add_measurement(subject="outcome:s", date="2026-02-28", value="USD 900").kept.measurement
    graph.correct_measurement(id=wrong.id, value="USD 40", note="misread")
    return graph


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_figure_draws_what_was_expected_and_measured_inside_its_frame(measured, language):
    progress = measured.outcome_progress(outcome="outcome:s")
    figure = ET.fromstring(progress_svg(progress, Messages(language)))
    assert figure.get("role") == "img"
    points = [c for c in figure.iter(f"{SVG}circle") if c.get("class") == "measured"]
    assert len(points) == 2
    assert all(0 <= float(c.get("cx")) <= WIDTH and 0 <= float(c.get("cy")) <= HEIGHT for c in points)
    lines = {line.get("class"): line for line in figure.iter(f"{SVG}polyline")}
    assert len(lines["expected"].get("points").split()) == len(progress.expected) == 13
    said = ET.tostring(figure, "unicode")
    target, title = {
        "en": ("Target EUR 100", "EUR 20 on 28 Feb 2026"),
        "zh": ("目标 EUR 100", "2026年2月28日：EUR 20"),
    }[language]
    assert target in said and title in said
    assert "<b>" not in said


def test_what_the_figure_shows_is_said_in_words_in_both_languages(measured):
    progress = measured.outcome_progress(outcome="outcome:s")
    view = progress_view(progress, Messages("en"))
    assert "Measured on 28 Feb 2026: EUR 20." in view.label and view.state in view.label
    zh = progress_view(progress, Messages("zh"))
    assert "2026年2月28日测得：EUR 20" in zh.label and "从基线 EUR 0 到目标 EUR 100" in zh.label


def test_the_table_says_how_values_were_converted_and_corrected(measured):
    rows = progress_view(measured.outcome_progress(outcome="outcome:s"), Messages("en")).rows
    assert [row.measured for row in rows] == ["EUR 8", "EUR 20", ""]
    assert "USD 40 converted: EUR 1 = USD 2 (2026-01-01)" in rows[1].how and "corrected 1 time" in rows[1].how


def test_yes_and_no_are_told_as_words_and_nothing_known_draws_nothing(measured):
    measured.add_measurement(subject="outcome:y", date="2026-02-01", value="no")
    view = progress_view(measured.outcome_progress(outcome="outcome:y"), Messages("en"))
    assert "1 Feb 2026: no." in view.words[0] and not any("%" in sentence for sentence in view.words)
    assert ">yes</text>" in view.svg
    empty = progress_view(measured.outcome_progress(outcome="outcome:n"), Messages("en"))
    assert (str(empty.svg), empty.state, empty.rows) == ("", "No data yet", [])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_panel_shows_figure_words_and_table_and_escapes_what_people_wrote(measured, language):
    view = progress_view(measured.outcome_progress(outcome="outcome:s"), Messages(language))
    source = '{% from "parts/outcome_progress.html" import progress_panel with context %}{{ progress_panel(view) }}'
    html = environment().from_string(source).render(t=Messages(language), language=language, view=view)
    assert html.count("<svg") == 1 and "<details" in html and "&lt;i&gt;ledger" in html and "<i>ledger" not in html
    assert "[measuring" not in html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_health_spells_its_formula_with_todays_figures(measured, language):
    t = Messages(language)
    view = health_view(measured.project_health(project="project:w"), t)
    assert view.known and view.tone == "bad"
    formula = {"en": "Health = (2 × process 0 + 3 × outcomes", "zh": "健康度 = (2 × 过程 0 + 3 × 成果"}[language]
    assert view.formula[0].startswith(formula)
    assert all("[measuring" not in text for part in view.parts for text in (part.name, part.found, part.how))


def test_health_says_what_is_not_known(graph):
    with graph.store.transaction() as tx:
        put_records(tx, [Project(id="project:w", name="Water")], at=NOON)
    view = health_view(graph.project_health(project="project:w"), Messages("en"))
    assert (view.score, view.known) == ("–", False)
    assert view.said == "Not enough is known of process and outcomes, so there is no figure."
