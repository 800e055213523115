"""A project's health as people meet it: read, opened by keyboard, whole on a phone, and without a broken rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from .test_accessibility import broken

TODAY = datetime.now(UTC).date()
PROJECT = "project:browser:measured"


@pytest.fixture(scope="module")
def measured(site):
    """A project with an outcome that is behind, and a milestone that was reached."""
    start, due = str(TODAY - timedelta(days=100)), str(TODAY + timedelta(days=100))
    promised = {"id": "outcome:browser:measured", "project": PROJECT, "title": "节约云成本", "start": start, "due": due}
    values = promised | {"baseline": 0, "target": 100_000, "unit_kind": "currency", "currency": "CNY"}
    records = [
        {"label": "Project", "values": {"id": PROJECT, "name": "Cheaper clouds", "unit": "Browser"}},
        {"label": "Outcome", "values": values},
        {"label": "Milestone", "values": {"id": f"{PROJECT}:go", "project": PROJECT, "title": "Go", "due": start, "reached": start}},
    ]  # fmt: skip
    site.ask("put_records_batch", records=records)
    site.ask("add_measurement", subject=promised["id"], value="2.5万元", key="once")
    return PROJECT


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("language", "width"), [("en", 1200), ("zh", 390)])
def test_the_health_of_a_project_is_read_and_opened_without_a_mouse(open_page, measured, dark, language, width):
    page = open_page(f"/projects/{measured}", dark=dark, language=language, width=width)
    card = page.locator(".health-card")
    assert card.locator(".health-score strong").inner_text() == "70"
    card.locator("summary").focus()
    page.keyboard.press("Enter")
    card.get_by_text("CNY 25,000").wait_for()
    assert "÷ 5 = 70" in card.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert broken(page) == []
