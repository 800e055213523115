"""The app *Lesson search*: the list is there before the kernel, then the widget brings it to life."""

from __future__ import annotations

LIVE = "[data-live][data-state=live]"


def test_the_list_comes_first_and_stays_when_the_widget_takes_over(open_page):
    page = open_page("/apps/lesson_search?q=what happens when certificates expire", wait="commit")
    page.wait_for_selector("[data-hit-link]")
    before = page.locator("[data-hit-link]").all_inner_texts()
    page.wait_for_selector(LIVE)
    assert page.locator("[data-hit-link]").all_inner_texts() == before
    assert page.locator("[data-search-panel]").count() == 1


def test_typing_searches_in_either_language_and_keeps_the_address(open_page):
    page = open_page("/apps/lesson_search")
    page.wait_for_selector(LIVE)
    page.fill("#ask", "证书过期怎么办")
    first = page.locator("[data-hit-link]").first
    page.get_by_role("link", name="证书即将过期").first.wait_for()
    assert "ssl-outdated" in first.get_attribute("href")
    assert "q=%E8%AF%81" in page.url
    assert page.locator("#ask").evaluate("node => node === document.activeElement")


def test_a_filter_narrows_the_list_and_back_undoes_it(open_page):
    page = open_page("/apps/lesson_search?q=failure")
    page.wait_for_selector(LIVE)
    link = page.locator(".rb-facet").first
    name = link.locator("span").first.inner_text()
    link.click()
    page.locator(".rb-token").wait_for()
    assert set(page.locator(".rb-origin a").all_inner_texts()) == {name}
    assert "project=" in page.url
    page.go_back()
    page.locator(".rb-token").wait_for(state="detached")


def test_nothing_found_is_said_and_leads_on(open_page):
    page = open_page("/apps/lesson_search?q=failure&project=project:none", language="zh")
    page.wait_for_selector(LIVE)
    assert page.locator(".note h2").inner_text() == "没有找到相关经验"
    page.get_by_role("link", name="清除全部条件").click()
    page.locator("[data-hit-link]").first.wait_for()


def test_a_hit_of_the_app_opens_its_lesson(open_page):
    page = open_page("/apps/lesson_search?q=certificates")
    page.wait_for_selector(LIVE)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lessons/**")
