"""The pages of alerts in a browser: acknowledged in place, readable on a phone, in the dark, in Chinese, and by axe."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
PROJECT, UNIT = "project:mybinder", "Jupyter/mybinder.org"
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def alert(site) -> str:
    """An outcome that fell 20 % short, another that fell likewise last year and recovered; the alert of the first."""

    def record(label, **values):
        return {"label": label, "values": {"project": PROJECT, "unit": UNIT, **values}}

    records = []
    for key, start, factors in (
        ("now", TODAY - timedelta(days=170), [1, 1.02, 0.98, 0.8]),
        ("then", TODAY - timedelta(days=500), [1, 1, 0.75, 0.8, 1, 1, 1.02, 1, 0.99, 1]),
    ):
        title = "Launches that succeed" if key == "now" else "Builds that are cached"
        promise = {"baseline": 0, "target": 100, "start": str(start), "due": str(start + timedelta(days=400))}
        records.append(record("Outcome", id=f"outcome:browser:{key}", title=title, outcome_type="quality", **promise))
        records += [
            record(
                "Measurement", id=f"m:browser:{key}:{n}", subject=f"outcome:browser:{key}",
                date=str(start + timedelta(days=40 * n)), value=10 * n * factor,
            )
            for n, factor in enumerate(factors, start=1)
        ]  # fmt: skip
    records.append(
        record(
            "ActionItem", id="action:browser:cache", title="Warm the cache every night", status="effective",
            metric="outcome:browser:then",
        )
    )  # fmt: skip
    site.ask("put_records_batch", records=records)
    found = site.ask("scan_alerts")["opened"]
    return next(a["id"] for a in found if a["subject"] == "outcome:browser:now")


def test_an_alert_is_acknowledged_in_place_and_shows_its_precedent(open_page, alert):
    page = open_page(f"/alerts/{alert}")
    assert page.locator(".course-figure .dot.off").count() == 1
    assert "Warm the cache every night" in page.locator(".remedies").inner_text()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_role("status").filter(has_text="You look after this alert now.").wait_for()
    assert page.locator("[data-part=head] .badge").first.inner_text() == "acknowledged"
    page.locator("summary", has_text="Snooze").click()
    page.get_by_role("button", name="Put it off").click()
    page.get_by_role("status").filter(has_text="The alert is put off.").wait_for()


def test_what_is_done_in_a_filtered_list_keeps_the_filter_in_place(open_page, alert):
    page = open_page("/alerts?who=all&rule=behind_trajectory&state=every")
    page.locator("summary", has_text="Snooze").first.click()
    page.get_by_role("button", name="Put it off").first.click()
    page.get_by_role("status").filter(has_text="The alert is put off.").wait_for()
    assert page.locator("[data-part=list] .rows").inner_text().count("Launches that succeed") >= 1
    assert page.locator("[name=back]").first.input_value() == "/alerts?who=all&rule=behind_trajectory&state=every"


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "en"), (390, True, "zh")])
def test_pages_of_alerts_have_no_axe_violations_and_fit(open_page, site, alert, width, dark, language, tmp_path):
    page = open_page("/alerts?who=all", width=width, dark=dark, language=language)
    for place, path in enumerate((
        "/alerts",
        "/alerts?who=all&state=every",
        "/alerts?who=all&state=closed&rule=stalled_milestone",
        "/outcomes/outcome:browser:now",
        f"/alerts/{alert}",
        "/alerts/rules",
        f"/alerts/attribution?outcome=outcome:browser:then&release={TODAY - timedelta(days=300)}",
        f"/projects/{PROJECT}",
    )):  # fmt: skip
        page.goto(site.url + path)
        for fold in page.locator("summary.button").all()[:1]:
            fold.click()
        assert "[alerts." not in page.content(), path
        page.screenshot(
            path=str(Path(os.environ.get("SHOTS") or tmp_path) / f"{width}-alert-{place}.png"), full_page=True
        )
        found = Axe().run(page, options=RULES)["violations"]
        assert [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
