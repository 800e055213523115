"""A lesson's page at work: marking it, reviewing it, catching a thought; with the keyboard and without JavaScript."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.browser.test_accessibility import broken

CERTIFICATES_ZH = "证书过期怎么办"


@pytest.fixture(scope="module")
def lesson(site):
    return site.ask("search_lessons", text="certificates expire")["hits"][0]["id"]


@pytest.fixture(scope="module")
def practice(site, lesson):
    made = site.ask("distil_practice", lessons=[lesson], statement="Renew certificates a month early.")
    return made["practice"]["id"]


def count(page, kind: str) -> str:
    shown = page.locator(f"[data-count={kind}]")
    return shown.inner_text() if shown.count() else ""


def test_a_lesson_found_in_chinese_is_marked_applied_and_the_count_grows(open_page, site):
    page = open_page("/?lang=zh", language="zh")
    page.fill("#ask", CERTIFICATES_ZH)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")
    page.goto(f"{page.url}&language=en")
    link = page.locator("[data-hit-link]").first
    assert link.get_attribute("lang") == "en" and "SSL" in link.inner_text()
    link.click()
    page.wait_for_url("**/lessons/**")
    key = page.url
    for number in (1, 2):
        page.locator("[data-act=applied]").click()
        form = page.locator("form[action$='/applied']")
        form.locator("[name=project]").fill(page.locator("#projects option").nth(number).get_attribute("value"))
        form.locator("[name=result]").select_option("better")
        form.locator("button").click()
        page.wait_for_function(
            "n => document.querySelector('[data-count=applied]')?.textContent.includes(`已应用 ${n} 次`)", arg=number
        )
        assert page.url == key  # without leaving the page
    assert page.locator("[data-said]").is_visible()


def test_a_refusal_is_told_beside_the_form_and_nothing_typed_is_lost(open_page, lesson, quiet):
    page = open_page(f"/lessons/{quote(lesson, safe='')}?lang=en")
    page.locator("[data-act=recurred]").click()
    form = page.locator("form[action$='/recurred']")
    form.locator("[name=project]").fill("no such project")
    form.locator("[name=note]").fill("It came back.")
    form.locator("button").click()
    problem = form.locator("[data-act-problem]")
    problem.wait_for(state="visible")
    assert "no such project" in problem.inner_text()
    assert form.locator("[name=note]").input_value() == "It came back."


@pytest.fixture
def quiet(watch):
    """A refused form is logged by the browser itself; that is no fault of the page."""
    yield
    watch.errors[:] = [error for error in watch.errors if "404" not in error]


def test_helped_is_said_and_taken_back_with_the_keyboard(open_page, lesson):
    page = open_page(f"/lessons/{quote(lesson, safe='')}")
    button = page.locator("form[action$='/helped'] button")
    button.focus()
    for expected in ("true", "false"):
        page.keyboard.press("Enter")  # the second time on the control that took the first one's place
        page.wait_for_function(
            "v => document.querySelector(\"form[action$='/helped'] button\").getAttribute('aria-pressed') === v",
            arg=expected,
        )


def test_the_same_forms_work_without_javascript(open_page, lesson):
    page = open_page(f"/lessons/{quote(lesson, safe='')}", script=False)
    page.locator("[data-act=applied]").click()
    form = page.locator("form[action$='/applied']")
    form.locator("[name=project]").fill(page.locator("#projects option").nth(3).get_attribute("value"))
    form.locator("button").click()
    page.wait_for_url("**done=applied")
    assert page.locator("[data-said]").is_visible()
    assert count(page, "applied")


def test_a_thought_brought_by_the_bookmarklet_becomes_a_draft(open_page):
    page = open_page(f"/capture?text={quote('先通知值班人员。')}&title=T&url=https://example.org/a")
    assert page.locator("[name=text]").input_value() == "先通知值班人员。"
    page.locator("[name=project]").first.fill(page.locator("#projects option").first.get_attribute("value"))
    page.locator("form[action$='/capture'] button").click()
    page.wait_for_url("**/lessons/**")
    assert page.get_by_role("link", name="example.org").count() == 1
    page.goto(page.url.split("/lessons/")[0] + "/reviews")
    assert page.get_by_role("link", name="T", exact=True).count() == 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_new_pages_have_no_axe_violations_and_fit_a_phone(open_page, site, lesson, practice, dark, language):
    page = open_page(f"/reviews?lang={language}", dark=dark, language=language, width=390 if dark else 1280)
    key = quote(lesson, safe="")
    found = {}
    for path in (
        "/reviews",
        "/practices",
        f"/practices/{practice}",
        "/capture",
        f"/lessons/{key}",
        f"/lessons/{key}/edit",
    ):
        page.goto(site.url + path)
        if page.locator("[data-act]").count():
            page.locator("[data-act]").last.click()
        if page.locator("details.more > summary").count():
            page.locator("details.more > summary").first.click()
        found[path] = broken(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert not any(found.values()), {path: rules for path, rules in found.items() if rules}
