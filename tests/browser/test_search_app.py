"""The grown search app by keyboard: similar lessons, saved searches, the project's list, a walk through the graph."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

SSL = re.compile("outdated SSL certificate", re.I)
SSL_LESSON = "lesson:mybinder:2018-01-18-ssl-outdated.md#lesson"
QUESTION = "证书过期怎么办"
LIVE = "[data-live][data-state=live]"
PROJECT = "P010415"


def state(page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def focused(page, selector: str) -> bool:
    return page.evaluate("selector => document.activeElement.matches(selector)", selector)


def walk_to(page, selector: str) -> None:
    """Look for a neighbour with the arrow keys alone: down each side from its top."""
    for side in ("ArrowLeft", "ArrowRight"):
        for key in (side, side, *["ArrowUp"] * 12):
            page.keyboard.press(key)
        for _ in range(12):
            if focused(page, selector):
                return
            page.keyboard.press("ArrowDown")
    raise AssertionError(f"no way to {selector}")


@pytest.fixture
def app(open_page):
    page = open_page(f"/apps/lesson_search?q={QUESTION}&language=en", language="zh")
    page.wait_for_selector(LIVE)
    return page


def test_a_chinese_question_opens_an_english_lesson_by_keyboard(app):
    assert SSL.search(app.locator("[data-hit-link]").first.inner_text())
    app.keyboard.press("j")
    assert focused(app, "[data-hit-link][lang=en]")
    app.keyboard.press("Enter")
    app.wait_for_url("**/lessons/**")
    assert SSL.search(app.locator("h1").inner_text())


def test_similar_lessons_open_in_place_and_back_returns(app):
    before = app.locator("[data-hit-link]").all_inner_texts()
    app.keyboard.press("j")
    app.keyboard.press("s")
    app.wait_for_selector(".rb-like")
    assert state(app)["like"] == [SSL_LESSON]
    assert not any(SSL.search(title) for title in app.locator("[data-hit-link]").all_inner_texts())
    app.go_back()
    app.wait_for_selector(".rb-like", state="detached")
    assert app.locator("[data-hit-link]").all_inner_texts() == before
    app.go_forward()
    app.wait_for_selector(".rb-like")


def test_a_lesson_is_put_on_my_projects_list_by_keyboard(app, site):
    app.keyboard.press("j")
    app.keyboard.press("a")  # no project yet: it is asked for
    assert focused(app, "#own-project")
    app.keyboard.type(PROJECT)
    app.keyboard.press("Enter")
    app.wait_for_selector("#my-project summary strong")
    project = state(app)["for"][0]
    assert project.endswith(PROJECT)
    app.evaluate("document.activeElement.blur()")
    app.keyboard.press("j")
    app.keyboard.press("a")
    app.wait_for_selector(".rb-act[aria-pressed=true]")
    assert [x["id"] for x in site.ask("lessons_to_heed", project=PROJECT)["lessons"]] == [SSL_LESSON]
    assert "已加入项目清单" in app.locator("[data-announce]").inner_text()
    assert focused(app, "[data-hit-link]")
    app.goto(f"{site.url}/projects/{project}")
    assert SSL.search(app.locator("section:has(#heeded)").inner_text())
    assert app.locator('section:has(#heeded) a[href$="#applied"]').count() == 1
    app.goto(f"{site.url}/apps/lesson_search?q={QUESTION}&language=en")  # the browser remembers the project
    app.wait_for_selector("#my-project summary strong")
    app.locator(".rb-act[aria-pressed=true]").click()
    app.wait_for_selector(".rb-act[aria-pressed=true]", state="detached")
    assert site.ask("lessons_to_heed", project=PROJECT)["lessons"] == []


def test_a_search_is_saved_opened_and_forgotten(app, site):
    saved = app.locator('[data-fold="saved"]')
    saved.locator("summary").click()
    app.fill("#saved-name", "证书到期")
    app.keyboard.press("Enter")
    saved.get_by_role("link", name="证书到期").wait_for()
    assert [s["text"] for s in site.ask("list_saved_searches")["searches"]] == [QUESTION]
    app.goto(f"{site.url}/apps/lesson_search")
    app.wait_for_selector(LIVE)
    saved.locator("summary").click()
    saved.get_by_role("link", name="证书到期").click()
    app.locator("[data-hit-link]").first.wait_for()
    assert state(app)["q"] == [QUESTION]
    assert app.locator("#ask").input_value() == QUESTION
    saved.locator("summary").click()
    saved.get_by_role("button", name="删除“证书到期”").click()
    saved.get_by_role("link", name="证书到期").wait_for(state="detached")
    assert site.ask("list_saved_searches")["searches"] == []


def test_the_graph_is_walked_by_keyboard_and_back(app):
    app.keyboard.press("j")
    app.keyboard.press("g")
    app.wait_for_selector("[data-center].Lesson")
    assert state(app)["around"] == [SSL_LESSON]
    assert focused(app, "[data-center]")
    assert app.locator("[data-lines] path").count() > 4
    for side in ("ArrowLeft", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"):
        app.keyboard.press(side)
    assert focused(app, ".rb-side.left .rb-node")
    walk_to(app, ".rb-node.Retrospective")
    app.keyboard.press("Enter")
    app.wait_for_selector("[data-center].Retrospective")
    assert state(app)["via"] == [SSL_LESSON]
    app.locator(".rb-trail a").click()
    app.wait_for_selector("[data-center].Lesson")
    app.go_back()
    app.wait_for_selector("[data-center].Retrospective")
    app.go_back()
    app.wait_for_selector("[data-center].Lesson")
    app.go_back()
    app.wait_for_selector("[data-hit-link]")


def test_nothing_is_searched_while_an_input_method_composes(app):
    app.evaluate(
        """() => {
          const field = document.getElementById("ask");
          field.focus();
          field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
          field.value = "ji suan";
          field.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
          field.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, key: "j", isComposing: true }));
        }"""
    )
    app.wait_for_timeout(600)
    assert state(app)["q"] == [QUESTION]
    assert focused(app, "#ask")
    app.evaluate(
        """() => {
          const field = document.getElementById("ask");
          field.value = "计算";
          field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
        }"""
    )
    app.wait_for_function("location.search.includes(encodeURIComponent('计算'))")


def test_letters_only_type_in_a_box_and_the_list_of_keys_opens_and_closes(app):
    app.fill("#ask", "")
    app.focus("#ask")
    app.keyboard.type("sagf?/jk")
    assert app.locator("#ask").input_value() == "sagf?/jk"
    assert app.locator("[data-keys][open]").count() == 0
    app.keyboard.press("Escape")
    app.keyboard.press("?")
    app.wait_for_selector("[data-keys][open]")
    app.keyboard.press("j")
    assert focused(app, "[data-keys] button")
    app.keyboard.press("Escape")
    app.wait_for_selector("[data-keys][open]", state="detached")


def test_f_leads_to_the_filters_also_on_a_phone(open_page):
    for width in (1280, 390):
        page = open_page("/search?q=failure", width=width)
        page.keyboard.press("f")
        assert focused(page, ".rb-facet, .rb-facet-group > summary")


def test_period_and_day_are_chosen_and_stay_in_the_address(open_page):
    page = open_page("/apps/lesson_search?q=failure")
    page.wait_for_selector(LIVE)
    page.locator('[data-fold="period"] > summary').click()
    page.fill("#learnt-from", "2018-01-01")
    page.locator(".rb-token").wait_for()
    assert state(page)["from"] == ["2018-01-01"]
    assert focused(page, "#learnt-from")
    page.locator('[data-fold="as_of"] summary').click()
    page.fill("#as-of", "2026-01-02")
    page.wait_for_function("location.search.includes('as_of=2026-01-02')")
    page.locator(".rb-token").nth(1).wait_for()
    page.go_back()
    page.wait_for_function("document.querySelectorAll('.rb-token').length === 1")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_new_views_fit_a_phone(open_page, site, language):
    page = open_page("/", width=390, language=language)
    lesson = SSL_LESSON.replace("#", "%23")
    for path in (f"/search?around={lesson}", "/search?around=outcome_type:development_objective",
                 f"/search?q=x&like={lesson}", f"/search?q=failure&for={PROJECT}&from=2001-01-01&as_of=2026-01-01"):  # fmt: skip
        page.goto(site.url + path)
        for summary in page.locator(".rb-why summary").all()[:1]:
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_without_a_script_the_graph_is_walked_by_links(open_page):
    page = open_page("/search?around=project:mybinder", script=False)
    page.locator(".rb-node.Lesson").first.click()
    assert page.locator("[data-center].Lesson").is_visible()
    page.locator(".rb-trail a").click()
    assert page.locator("[data-center].Project").is_visible()
