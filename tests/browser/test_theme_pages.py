"""Themes of the sample's incident reports in a browser: sensible, readable on a phone, and open to everyone."""

from __future__ import annotations

from datetime import date

import pytest

from kg.domain import Project, Retrospective
from kg.domain.retrospectives import Answers
from kg.store.records import put_records
from pipelines.retrospectives import Formats
from tests.conftest import NOON
from tests.retrobook.server.conftest import RunningServer

from .test_accessibility import broken

LATE = ("noticed", "unnoticed", "realized", "notified", "notice")


def test_the_incident_reports_show_that_outages_are_noticed_late(open_page):
    page = open_page("/retrospectives/themes")
    cards = page.locator(".theme")
    assert 5 <= cards.count() <= 12
    texts = [cards.nth(n).inner_text() for n in range(cards.count())]
    late = next(n for n, text in enumerate(texts[:3]) if "notice" in text.lower() and "went wrong" in text)
    cards.nth(late).locator("h2 a").click()
    page.wait_for_selector(".theme-part")
    notes = page.locator(".theme-notes .prose").all_inner_texts()
    assert len(notes) >= 7
    assert sum(any(word in note.lower() for word in LATE) for note in notes) >= 0.6 * len(notes)
    assert page.locator("h1").inner_text() in " ".join(notes)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_theme_pages_have_no_axe_violations_and_fit_a_phone(open_page, site, dark, language):
    for width in (1280, 390):
        page = open_page("/retrospectives/themes", dark=dark, language=language, width=width)
        found = {"themes": broken(page)}
        page.locator(".theme h2 a").first.click()
        page.wait_for_selector(".theme-part")
        found["theme"] = broken(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.goto(f"{site.url}/retrospectives/health")
        found["health"] = broken(page)
        assert not any(found.values()), found


def test_the_radar_and_its_table_have_no_axe_violations(tmp_path, browser):
    server = RunningServer(tmp_path / "home")
    sets = Formats().questions("team_health").questions
    records = [Project(id="project:a", name="Alpha", unit="Works")]
    for month in (1, 2, 3):
        health = [Answers.of(q.key, [month + 1] * (4 if q.key == "fun" else 6), q.title.en, q.title.zh) for q in sets]
        records.append(
            Retrospective(
                id=f"retrospective:{month}", project="project:a", unit="Works", title=f"Sprint {month}", team="Blue",
                held_on=date(2026, month, 5), health=health, health_set="team_health", mood=Answers.of("mood", [3] * 6),
            )
        )  # fmt: skip

    def fill(graph):
        with graph.store.transaction() as tx:
            put_records(tx, records, at=NOON, by="test")

    server.fill(fill)
    server.start()
    try:
        for width, scheme, language in ((1280, "light", "en"), (390, "dark", "zh")):
            context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
            page = context.new_page()
            page.goto(server.opening_url)
            page.goto(f"{server.url}retrospectives/health?lang={language}")
            assert page.locator("svg.radar").is_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert broken(page) == []
            context.close()
    finally:
        server.stop()
