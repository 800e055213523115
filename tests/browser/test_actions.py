"""The pages of actions in a browser: closed in place, readable on a phone, in the dark, in Chinese, and by axe."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from axe_core_python.sync_playwright import Axe

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
PROJECT, UNIT = "project:mybinder", "Jupyter/mybinder.org"
TODAY = datetime.now(UTC).date()
OPENED, DONE = TODAY - timedelta(days=60), TODAY - timedelta(days=30)


@pytest.fixture(scope="module")
def story(site):
    """A figure that falls, an action that is open, one that is done without data."""

    def record(label, **values):
        return {"label": label, "values": {"project": PROJECT, "unit": UNIT, **values}}

    days = [OPENED - timedelta(days=5 * n + 1) for n in range(6)] + [DONE + timedelta(days=4 * n + 1) for n in range(6)]
    records = [
        record("ProcessMetric", id=f"pm:browser:{day}", name="Failed launches", date=str(day), value=30 - n * 2 + n % 3)
        for n, day in enumerate(sorted(days))
    ]
    for key, values in {
        "canary": {"title": "Deploy to one node first", "carry_count": 2, "due": str(TODAY)},
        "rota": {"title": "Publish the rota", "status": "done_unverified", "done_on": str(DONE)},
    }.items():
        records.append(record("ActionItem", id=f"action:browser:{key}", opened_on=str(OPENED), **values))
    site.ask("put_records_batch", records=records)


def test_closing_shows_in_place_whether_it_helped(open_page, story):
    page = open_page("/actions/action:browser:canary")
    page.locator("summary", has_text="Close…").click()
    form = page.locator("form[action$='/close']")
    form.locator("[name=metric]").select_option("process:Failed launches")
    form.locator("[name=direction]").select_option("decrease")
    form.locator("[name=done_on]").fill(DONE.isoformat())
    form.get_by_role("button").click()
    page.get_by_role("heading", name="Did it help?").wait_for()
    assert page.locator(".verdict").inner_text() == "It helped"
    assert page.locator(".effect-plot .dot.before").count() == 6
    assert page.get_by_role("status").inner_text() == "The action is closed."
    page.get_by_role("button", name="Open again").click()
    page.locator("summary", has_text="Close…").wait_for()  # the revision that the form holds is the new one
    assert page.locator(".verdict").count() == 0


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "en"), (390, True, "zh")])
def test_pages_of_actions_have_no_axe_violations_and_fit(open_page, site, story, width, dark, language):
    page = open_page("/actions?who=all&status=all", width=width, dark=dark, language=language)
    for path in (
        "/actions",
        "/actions?who=all&status=all",
        "/actions/action:browser:rota",
        "/actions/action:browser:canary",
    ):
        page.goto(site.url + path)
        for fold in page.locator("summary.button").all()[:1]:
            fold.click()
        found = Axe().run(page, options=RULES)["violations"]
        assert [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width
