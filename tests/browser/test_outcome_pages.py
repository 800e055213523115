"""What an outcome hangs on, its values with their corrections, and several outcomes at once, in a browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from axe_core_python.sync_playwright import Axe

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
TODAY = datetime.now(UTC).date()
PROJECT = "P000217"
WORK = 2_500


@pytest.fixture(scope="module")
def plan(site) -> None:
    """A plan of thousands of work items beside a real project of the sample."""
    project = site.ask("project_facts", project=PROJECT)["project"]
    inside = {"project": project["id"], "unit": project["unit"], "source_system": "tracker"}
    records = [
        {"label": "WorkItem", "values": {
            "id": f"work_item:tracker:{n}", "external_id": f"T-{n}", "title": f"Lay pipe {n}", "state": "open", **inside,
        }} for n in range(WORK)
    ] + [
        {"label": "Milestone", "values": {
            "id": f"milestone:tracker:{n}", "external_id": f"M-{n}", "title": title, "due": "2027-01-31", **inside,
        }} for n, title in enumerate(["First pump runs", "All villages served"])
    ]  # fmt: skip
    site.ask("put_records_batch", records=records)
    site.ask("define_kpi", name="Households with water", project=PROJECT)


def defined(site, title: str) -> str:
    made = site.ask(
        "define_outcome", project=PROJECT, template="quality", title=title, baseline=20, target=5,
        start=str(TODAY - timedelta(days=100)), due=str(TODAY + timedelta(days=100)), key=title,
    )  # fmt: skip
    return made["outcome"]["id"]


def clean(page, width: int) -> None:
    """No axe violations, no words without a translation, nothing wider than the screen."""
    found = Axe().run(page, options=RULES)["violations"]
    assert [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]] == []
    assert "[outcome_pages." not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def said(page, words: str) -> None:
    page.get_by_role("status").filter(has_text=words).wait_for()


def test_an_outcome_is_tied_by_name_among_thousands_and_untied(open_page, site, plan, watch):
    page = open_page(f"/outcomes/{defined(site, 'Fewer dry days')}")
    page.fill("#form-link-milestone [name=target]", "first pump runs")
    page.press("#form-link-milestone [name=target]", "Enter")
    said(page, "The link is made.")
    field = page.locator("#form-link-work_item [name=target]")
    assert page.locator("#choices-work_item option[value='Lay pipe 7 · T-7']").count() == 0  # too many to propose all
    field.press_sequentially("pipe T-7")
    page.wait_for_selector("#choices-work_item option[value='Lay pipe 7 · T-7']", state="attached")
    field.fill("Lay pipe 7 · T-7")
    field.press("Enter")
    said(page, "The link is made.")
    page.fill("#form-link-kpi [name=target]", "Households with watr")
    page.press("#form-link-kpi [name=target]", "Enter")
    assert "Did you mean 'Households with water'" in page.locator("#form-link-kpi .problem").inner_text()
    assert page.input_value("#form-link-kpi [name=target]") == "Households with watr"
    watch.errors.clear()  # the answer is 404, which the browser tells of
    assert page.locator("[data-links=work_item] .row-title").inner_text() == "Lay pipe 7"
    page.locator("[data-links=work_item]").get_by_role("button", name=re.compile("Unlink ?: Lay pipe 7")).click()
    said(page, "The link is taken away.")
    page.locator("[data-undo]").click()
    said(page, "The change is taken back.")
    assert page.locator("[data-links=work_item] .row-title").inner_text() == "Lay pipe 7"
    assert "First pump runs" in page.locator("[data-links=milestone] .rows").inner_text()


def test_a_wrong_value_is_corrected_and_another_withdrawn_with_the_reason_beside_it(open_page, site):
    key = defined(site, "Fewer faults by month")
    for days, value in ((60, 18), (30, 150), (10, 14)):
        site.ask("add_measurement", subject=key, value=value, date=str(TODAY - timedelta(days=days)), key=f"d{days}")
    page = open_page(f"/outcomes/{key}")
    shown = page.locator(".oc-value strong").all_inner_texts()
    assert [text.split()[0] for text in shown] == ["14", "150", "18"]  # the newest first
    row = page.locator("[data-measurement]").nth(1)
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    row.locator("[name=value]").fill("15")
    row.get_by_role("button", name="Keep the correction").click()
    assert page.evaluate("document.activeElement.name") == "reason"  # it is needed, and was left out
    row.locator("[name=reason]").fill("A point was lost")
    row.get_by_role("button", name="Keep the correction").click()
    said(page, "The value is corrected.")
    row = page.locator("[data-measurement]").nth(1)
    assert row.locator("strong").inner_text().startswith("15")
    assert row.locator("del").inner_text().split("counts:")[-1].strip().startswith("150")
    assert "Reason: A point was lost" in row.inner_text()
    row = page.locator("[data-measurement]").nth(2)
    row.locator("summary").click()
    row.locator("[name=reason]").fill("Another plant")
    row.get_by_role("button", name="Withdraw the value").click()
    said(page, "The value is withdrawn.")
    row = page.locator("[data-measurement]").nth(2)
    assert row.locator("strong").count() == 0
    assert "Reason: Another plant" in row.inner_text()
    assert page.locator("circle.measured").count() == 2


def test_several_are_ticked_by_keyboard_changed_and_taken_back(open_page, site):
    keys = [defined(site, f"Ticked {n}") for n in range(3)]
    page = open_page("/outcomes?text=Ticked")
    assert page.locator("[data-tick-bar]").is_hidden()
    first = page.get_by_label("Choose “Ticked 2”")
    first.focus()
    page.keyboard.press("Space")
    page.get_by_label("Choose “Ticked 0”").click(modifiers=["Shift"])  # and what lies between
    assert page.locator("[data-ticked]").inner_text() == "3 ticked"
    page.get_by_role("button", name="Tick none").click()
    assert page.locator("[data-tick-bar]").is_hidden()
    page.locator(".oc-bulk summary").click()
    page.get_by_role("link", name="Tick all outcomes on this page").click()
    page.get_by_role("button", name="Change them").click()
    assert page.evaluate("document.activeElement.name") == "owner"
    page.fill("#bulk [name=weight]", "4")
    page.press("#bulk [name=weight]", "Enter")
    said(page, "3 outcomes are changed.")
    weights = [site.ask("get_outcome", id=key)["outcome"]["weight"] for key in keys]
    assert weights == [4, 4, 4]
    page.locator("[data-bulk-said]").get_by_role("button", name="Undo").click()
    said(page, "3 outcomes are as they were before.")
    assert [site.ask("get_outcome", id=key)["outcome"]["weight"] for key in keys] == [1, 1, 1]


def test_several_are_changed_without_javascript_and_a_refusal_names_the_outcome(open_page, site, watch):
    keys = [defined(site, f"Unscripted {n}") for n in range(2)]
    page = open_page("/outcomes?text=Unscripted", script=False)
    page.locator(".oc-bulk summary").click()
    page.get_by_role("link", name="Tick all outcomes on this page").click()
    assert page.locator("input[name=pick]:checked").count() == 2
    site.ask("change_outcome", id=keys[0], target=4)
    page.fill("#bulk [name=weight]", "4")
    page.get_by_role("button", name="Change the ticked ones").click()
    refused = page.locator("[data-bulk-refused]")
    assert "Unscripted 0: Somebody changed this outcome" in refused.inner_text()
    watch.errors.clear()  # the answer is 409, which the browser tells of
    assert [site.ask("get_outcome", id=key)["outcome"]["weight"] for key in keys] == [1, 1]
    assert page.input_value("#bulk [name=weight]") == "4"
    assert page.locator("input[name=pick]:checked").count() == 2
    page.get_by_role("button", name="Change the ticked ones").click()  # now that the row was read again
    assert "2 outcomes are changed." in page.locator("[data-bulk-said]").inner_text()
    page.locator("[data-bulk-said] button").click()
    assert "2 outcomes are as they were before." in page.locator("[data-bulk-said]").inner_text()


@pytest.mark.parametrize(
    ("width", "dark", "language"), [(1280, False, "en"), (390, True, "en"), (390, False, "zh"), (1280, True, "zh")]
)
def test_links_values_and_edits_of_several_have_no_axe_violations_and_fit(
    open_page, site, plan, watch, width, dark, language
):
    key = defined(site, "Looked at closely")
    for days, value in ((60, 18), (30, 150)):
        site.ask("add_measurement", subject=key, value=value, date=str(TODAY - timedelta(days=days)), key=f"d{days}")
    views = site.ask("list_measurements", subject=key)["measurements"]
    for view, values in zip(views[:2], ({"value": 17}, {"withdraw": True}), strict=True):
        if view["corrected_by"] is None and not view["measurement"]["corrects"]:
            site.ask("correct_measurement", id=view["measurement"]["id"], note="a" * 120, **values)
    for kind, target in (("kpi", "Households with water"), ("milestone", "M-1"), ("work_item", "T-12")):
        site.ask("link_outcome", id=key, kind=kind, targets=[target])
    page = open_page(f"/outcomes/{key}?done=changed", width=width, dark=dark, language=language)
    page.eval_on_selector_all("details", "folds => folds.forEach((fold) => (fold.open = true))")
    clean(page, width)
    page.locator("#form-link-milestone [name=target]").fill("x" * 200)
    page.locator("#form-link-milestone button").click()
    page.wait_for_selector("#form-link-milestone .problem")
    watch.errors.clear()
    clean(page, width)
    page.goto(f"{site.url}/outcomes?who=mine")
    page.locator("input[name=pick]").first.check()
    page.eval_on_selector_all("details", "folds => folds.forEach((fold) => (fold.open = true))")
    clean(page, width)
    page.fill("#bulk [name=weight]", "-1")
    page.locator("#bulk button.primary").click()
    page.wait_for_selector("[data-bulk-problem]")
    watch.errors.clear()
    clean(page, width)
    page.fill("#bulk [name=weight]", "2")
    page.locator("#bulk button.primary").click()
    page.wait_for_selector("[data-bulk-said] button, [data-bulk-said]")
    clean(page, width)
    if page.locator("[data-bulk-said] button").count():
        page.locator("[data-bulk-said] button").click()
        page.wait_for_url(lambda url: "undone" in url)
