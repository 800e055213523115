"""Objectives and the money of a project in a browser: drilled down, on a phone, in the dark, in Chinese, by axe."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

import pytest
from axe_core_python.sync_playwright import Axe

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
PROJECT, UNIT = "project:mybinder", "Jupyter/mybinder.org"
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def story(site):
    """An objective with a measured key result and an aligned outcome; costs and benefits of its project."""

    def record(label, **values):
        return {"label": label, "values": {"project": PROJECT, "unit": UNIT, **values}}

    outcome = "outcome:browser:launches"
    records = [
        record(
            "Outcome", id=outcome, title="Launches that work", baseline=80, target=99, unit_of_measure="%",
            start=str(TODAY - timedelta(days=300)), due=str(TODAY + timedelta(days=90)),
        ),
        *(
            record("Measurement", id=f"m:browser:launches:{n}", subject=outcome, value=80 + 2 * n + n % 2,
                   date=str(TODAY - timedelta(days=30 * (7 - n))))
            for n in range(7)
        ),
    ]  # fmt: skip
    site.ask("put_records_batch", records=records)
    top = site.ask("define_objective", title="Binders people trust", period="2026", period_start="2026-01-01")
    key = top["objective"]["id"]
    site.ask("define_key_result", objective=key, title="Happy maintainers", baseline=0, target=10)
    site.ask("define_objective", title="Calm weekends", period="2026", parent=key)
    site.ask("align_outcome", outcome=outcome, target="Happy maintainers")
    for expected in (True, False):
        for n in range(5):
            day = date(2025, 1, 1) + timedelta(days=40 * n)
            money = {"currency": "USD", "expected": expected}
            site.ask("add_cost", subject=PROJECT, date=str(day), amount=str(1000 + 100 * expected), **money)
            site.ask("add_benefit", subject=outcome, date=str(day + timedelta(days=20)), amount="1400", **money)
    return key


def test_an_objective_opens_down_to_its_outcomes_and_takes_a_key_result(open_page, story):
    page = open_page("/strategy")
    page.get_by_role("link", name="Binders people trust").click()
    page.get_by_role("heading", name="How this is computed").wait_for()
    assert page.get_by_text("Launches that work").first.is_visible()
    page.locator("summary", has_text="Add a key result").click()
    form = page.get_by_role("form", name="Add a key result")
    form.locator("[name=title]").fill("Fewer pages at night")
    form.locator("[name=target]").fill("3")
    form.get_by_role("button").click()
    page.get_by_role("status").wait_for()
    assert page.get_by_role("status").inner_text() == "The key result is set."
    assert page.get_by_text("Fewer pages at night").first.is_visible()


def test_goals_are_refused_changed_and_retired_without_javascript_on_a_phone(open_page, site, story, refusals):
    page = open_page("/strategy", script=False, width=390)
    page.get_by_text("Set an objective").click()
    form = page.get_by_role("form", name="Set an objective")
    form.get_by_label("Title").fill("Fewer surprises")
    form.get_by_label("Period").fill("2032")
    form.get_by_label("First day").fill("2032-06-01")
    form.get_by_label("Last day").fill("2032-01-01")
    form.get_by_role("button", name="Save").click()
    assert "before the start" in form.locator("[data-problem=period_end]").inner_text()
    assert form.get_by_label("Title").input_value() == "Fewer surprises"
    assert form.get_by_label("Last day").get_attribute("aria-invalid") == "true"
    form.get_by_label("Last day").fill("2032-12-31")
    form.get_by_role("button", name="Save").click()
    assert page.get_by_role("status").inner_text() == "The objective is set."
    page.get_by_text("Align an outcome").click()
    align = page.get_by_role("form", name="Align an outcome")
    align.get_by_label("Outcome").fill("launches that work")
    align.get_by_role("button", name="Save").click()
    outcome = page.get_by_role("link", name="Launches that work")
    assert outcome.get_attribute("href") == "/outcomes/outcome:browser:launches"
    page.get_by_role("button", name="Take back Launches that work").click()
    page.locator("#change summary").click()
    change = page.get_by_role("form", name="Change this objective")
    change.get_by_label("Title").fill("No surprises")
    change.get_by_role("button", name="Save").click()
    assert page.get_by_role("heading", level=1).inner_text() == "No surprises"
    page.locator("#retire summary").click()
    end = page.get_by_role("form", name="Take out of use No surprises")
    end.get_by_label("Why").fill("It was a test.")
    end.get_by_role("button", name="Take it out of use").click()
    assert page.get_by_role("status").inner_text() == "The objective is out of use."
    assert "No surprises" not in page.get_by_role("main").inner_text()


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "en"), (390, True, "zh")])
def test_refused_goals_have_no_axe_violations_and_fit(open_page, site, story, refusals, width, dark, language):
    page = open_page(f"/strategy/{story}", width=width, dark=dark, language=language)
    forms = (
        ("#key-result", {"title": "x", "baseline": "5", "target": "5"}),
        ("#align", {"outcome": "nothing of the kind"}),
        ("[id^='key-result:']", {"weight": "abc"}),
    )
    for number, (place, typed) in enumerate(forms):
        fold = page.locator(place).first
        if fold.get_attribute("open") is None:
            fold.locator("summary").click()
        for name, text in typed.items():
            fold.locator(f"[name={name}]").fill(text)
        fold.locator("button.primary").click()
        page.locator("[data-problem]").first.wait_for()
        found = Axe().run(page, options=RULES)["violations"]
        assert [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]] == [], place
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
        assert "[value." not in page.content() and "[outcomes." not in page.content()
        if os.environ.get("SHOTS"):
            page.screenshot(path=f"{os.environ['SHOTS']}/{width}-refused-{number}.png", full_page=True)


def test_a_projects_page_tells_what_it_brought_for_what_it_cost(open_page, story):
    page = open_page(f"/projects/{PROJECT}")
    assert page.locator(".value-verdict").inner_text() == (
        "So far it brought USD 7,000 for USD 5,000: a return of 40%."
    )


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "en"), (390, True, "zh")])
def test_pages_of_objectives_and_money_have_no_axe_violations_and_fit(open_page, site, story, width, dark, language):
    page = open_page("/strategy", width=width, dark=dark, language=language)
    for path in ("/strategy", "/strategy?period=2026", f"/strategy/{story}", f"/projects/{PROJECT}"):
        page.goto(site.url + path)
        for fold in page.locator(".goal-acts summary, .value-more summary").all():
            fold.click()
        found = Axe().run(page, options=RULES)["violations"]
        assert [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert "[value." not in page.content()
        if os.environ.get("SHOTS"):
            page.screenshot(path=f"{os.environ['SHOTS']}/{width}-{path.split('/')[1]}-{len(path)}.png", full_page=True)


@pytest.fixture
def refusals(watch):
    """Chromium logs an answer that refuses a form as an error."""
    yield
    watch.errors[:] = [error for error in watch.errors if "422" not in error]


def test_a_benefit_is_entered_and_corrected_without_javascript_and_shows_what_it_changed(open_page, story, refusals):
    page = open_page(f"/projects/{PROJECT}", script=False, width=390)
    page.locator("#value-enter > summary").click()
    form = page.get_by_role("form", name="Enter a cost or benefit")
    form.get_by_label("Benefit", exact=True).check()
    form.get_by_label("Amount").fill("500")
    form.get_by_label("Currency").fill("UDS")
    form.get_by_label("What for").fill("Quiet nights")
    form.get_by_role("button", name="Save").click()
    assert "Did you mean USD?" in form.locator("[data-problem=currency]").inner_text()
    assert form.get_by_label("What for").input_value() == "Quiet nights"
    assert form.get_by_label("Currency").get_attribute("aria-invalid") == "true"
    form.get_by_label("Currency").fill("USD")
    form.get_by_role("button", name="Save").click()
    said = page.locator("[data-said]")
    assert "The benefit is entered." in said.inner_text()
    assert "40% → 50%" in said.inner_text()
    entry = page.locator(".value-entry", has_text="Quiet nights").first
    entry.get_by_role("link", name="Correct").click()
    fix = page.get_by_role("form", name="Correct this entry")
    fix.get_by_label("Amount").fill("250")
    fix.get_by_label("Why it is corrected").fill("Half of it was luck.")
    fix.get_by_role("button", name="Save the correction").click()
    assert "50% → 45%" in page.locator("[data-said]").inner_text()
    gone = page.locator(".value-entry.gone", has_text="Quiet nights")
    assert gone.locator("del").inner_text() == "USD 500"
    assert "Half of it was luck." in gone.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "en"), (390, True, "zh")])
def test_forms_of_money_with_problems_have_no_axe_violations(open_page, story, refusals, width, dark, language):
    page = open_page(f"/projects/{PROJECT}", width=width, dark=dark, language=language)
    page.locator(".value-entry a").first.click()
    page.locator(".value-entry form button.primary").click()
    page.locator("[data-problem=reason]").wait_for()
    assert Axe().run(page, options=RULES)["violations"] == []
    page.locator("#value-enter > summary").click()
    page.locator("#value-enter details summary").click()
    page.locator("[name^='weight:']").first.fill("0")
    page.locator("#value-enter button.primary").click()
    page.locator("[data-problem=amount]").wait_for()
    found = Axe().run(page, options=RULES)["violations"]
    assert [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
