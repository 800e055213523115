"""The app *Start a project*: the answer is there before the kernel; a ticked type becomes a draft."""

from __future__ import annotations

import pytest
from axe_core_python.sync_playwright import Axe

from tests.browser.test_accessibility import RULES

PLAN = "/apps/start_project?text=Rural+water+supply+for+small+towns&sector=Water&instrument=IPF"
LIVE = "[data-plan-panel] [data-live][data-state=live]"


def broken(page) -> list[str]:
    found = Axe().run(page, options=RULES)["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def test_a_recommended_type_is_adopted_into_a_draft_and_seen_on_the_project_page(open_page):
    page = open_page(PLAN)
    page.wait_for_selector(LIVE)
    page.get_by_role("checkbox", name="Development objective").check()
    page.fill("[data-adopt-form] [name=name]", "Water for the small towns")
    page.fill("[data-adopt-form] [name=start]", "2026-01-01")
    page.fill("[data-adopt-form] [name=end]", "2030-12-31")
    page.click("[data-adopt-button]")
    drafts = page.locator("[data-adopted]")
    drafts.wait_for()
    assert "1 draft outcome in Water for the small towns" in drafts.inner_text()
    assert "90 % interval" in drafts.inner_text() and "Still to fill" in drafts.inner_text()
    assert page.evaluate("document.activeElement.hasAttribute('data-adopted')")
    page.click("[data-adopt-button]")  # once more: the same drafts, not new ones
    page.wait_for_function("!document.querySelector('[data-adopt-button]').hasAttribute('aria-busy')")
    page.click("[data-adopted-project]")
    page.wait_for_url("**/projects/**")
    assert page.locator("h1").inner_text() == "Water for the small towns"
    row = page.locator("table tbody tr")
    assert row.count() == 1 and "Development objective" in row.inner_text() and "Draft" in row.inner_text()
    page.get_by_role("link", name="Recommended outcomes").click()
    page.wait_for_selector(LIVE)
    assert "project=" in page.url and "Water for the small towns" in page.locator(".rb-plan-about").inner_text()
    assert page.locator("[name=into][value=existing]").is_checked()


def test_the_answer_is_there_before_the_kernel_and_without_it(open_page):
    page = open_page(PLAN, script=False)
    assert page.locator(".rb-type").count() >= 1
    assert "90 % interval" in page.locator(".rb-chance").first.inner_text()
    assert page.locator("[data-adopt-button]").is_disabled()


def test_a_plan_is_asked_about_by_keyboard_and_keeps_its_address(open_page):
    page = open_page("/apps/start_project", language="zh")
    page.wait_for_selector(LIVE)
    page.locator("[data-plan-main]").focus()
    page.keyboard.type("Highway rehabilitation")
    page.keyboard.press("Control+Enter")
    page.locator(".rb-type").first.wait_for()
    assert "text=Highway+rehabilitation" in page.url
    assert "90% 区间" in page.locator(".rb-chance").first.inner_text()
    dots = page.locator(".rb-scatter .dot").count()
    page.get_by_text("以表格查看").click()
    assert dots > 20 and page.locator(".rb-plan-tall tbody tr").count() == dots


def test_nothing_known_and_nothing_ticked_are_said(open_page):
    page = open_page("/apps/start_project?text=zzqx+wvvk")
    page.wait_for_selector(LIVE)
    assert "Too little is known" in page.locator(".rb-plan-little").inner_text()
    page.click("[data-adopt-button]")
    assert "Tick at least one" in page.locator("[data-adopt-problem]").inner_text()
    page.locator("[data-adopt-type]").first.check()
    page.click("[data-adopt-button]")
    assert "Give the new project a name" in page.locator("[data-adopt-problem]").inner_text()
    page.goto(page.url.split("?")[0] + "?text=x&as_of=2999-01-01")
    assert page.locator(".note.error").count() == 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
def test_the_app_has_no_axe_violations_and_fits_the_width(open_page, dark, width):
    page = open_page(PLAN, dark=dark, width=width, language="zh" if dark else "en")
    page.wait_for_selector(LIVE)
    page.evaluate("document.querySelectorAll('[data-plan-panel] details').forEach((box) => { box.open = true; })")
    page.locator("[data-adopt-type]").first.check()
    page.fill("[data-adopt-form] [name=name]", f"Checked {width} {dark}")
    page.click("[data-adopt-button]")
    page.locator("[data-adopted]").wait_for()
    assert broken(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
