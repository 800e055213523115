"""Pages as people see them: reading, finding, switching; without a mouse, without JavaScript, on a phone."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

CERTIFICATES = "what happens when certificates expire"
CERTIFICATES_ZH = "证书过期怎么办"
SSL = re.compile("outdated SSL certificate", re.I)


def titles(page) -> list[str]:
    return page.locator("[data-hit-link]").all_inner_texts()


def test_the_printed_link_signs_in_and_others_are_asked_to(open_page, site):
    assert open_page("/").locator("h1").inner_text() == "What projects brought, and what they taught"
    stranger = open_page("/projects", signed_in=False)
    assert stranger.url.startswith(f"{site.url}/login")
    assert stranger.locator("input[name=password]").count() == 1


def test_a_wrong_password_is_refused_in_words(open_page, watch):
    page = open_page("/login?lang=zh", signed_in=False)
    page.fill("input[name=name]", "nobody")
    page.fill("input[name=password]", "not the password")
    page.click("main button")
    assert page.locator("[role=alert]").is_visible()
    watch.errors.clear()  # the answer 401 itself is logged by the browser


@pytest.mark.parametrize("question", [CERTIFICATES, CERTIFICATES_ZH])
def test_a_question_in_either_language_finds_the_certificate_lesson(open_page, question):
    page = open_page("/")
    page.fill("#ask", question)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")
    first = page.locator("[data-hit-link]").first
    assert "ssl-outdated" in first.get_attribute("href"), titles(page)
    assert first.get_attribute("lang") == ("zh-CN" if question == CERTIFICATES_ZH else "en")
    assert page.locator("[data-hit]").first.locator(".rb-why summary .rb-arm").count() >= 1


def test_hits_show_marks_and_reasons_that_add_up(open_page):
    page = open_page(f"/search?q={CERTIFICATES}")
    hit = page.locator("[data-hit]").first
    assert hit.locator("mark").count() > 0
    hit.locator(".rb-why summary").click()
    scores = [float(text) for text in hit.locator(".rb-parts td:last-child").all_inner_texts()]
    assert sum(scores[:-1]) == pytest.approx(scores[-1], abs=0.001)


def test_a_hit_opens_its_lesson(open_page):
    page = open_page(f"/search?q={CERTIFICATES}")
    page.get_by_role("link", name=SSL).first.click()
    page.wait_for_url("**/lessons/**")
    assert SSL.search(page.locator("h1").inner_text())
    assert page.get_by_role("link", name="mybinder.org").count() >= 1


def test_filters_are_links_with_counts(open_page):
    page = open_page("/search?q=failure")
    link = page.locator(".rb-facet").first
    name, count = link.locator("span").all_inner_texts()
    link.click()
    page.wait_for_url("**project=**")
    assert int(count) > 0
    assert set(page.locator(".rb-origin a").all_inner_texts()) == {name}
    assert page.locator(".rb-token").inner_text().strip() == name
    page.locator(".rb-token").click()
    assert "project=" not in page.url


def test_results_are_in_the_html_without_javascript(open_page):
    page = open_page(f"/apps/lesson_search?q={CERTIFICATES}", script=False, wait="commit")
    page.wait_for_selector("[data-hit-link]")
    assert any(SSL.search(title) for title in titles(page)[:3])


def test_an_address_with_nonsense_is_answered_with_a_page(open_page, watch):
    page = open_page("/search?q=zzzzqqqq&language=en&page=-3&project=&polarity=neither")
    assert page.locator(".note h2").is_visible() or titles(page)
    page = open_page("/lessons/lesson:none")
    assert page.locator("h1").inner_text() == "There is nothing here"
    page = open_page("/?from=yesterday")
    assert "not a date" in page.locator(".problem").inner_text()
    watch.errors.clear()  # the answer 404 itself is logged by the browser


def test_the_language_switch_holds(open_page):
    page = open_page("/projects?words=road")
    page.get_by_role("button", name="中文").click()
    page.wait_for_selector("h1:has-text('项目')")
    assert "words=road" in page.url
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name="报告", exact=True).click()
    assert page.locator("h1").inner_text() == "项目带来了什么，又教会了我们什么"


def test_dark_follows_the_machine_and_the_toggle_is_remembered(open_page):
    def brightness(page) -> int:
        return int(re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[0])

    assert brightness(open_page("/", dark=True)) < 60
    page = open_page("/")
    assert brightness(page) > 200
    page.locator("[data-theme-toggle]").click()
    assert brightness(page) < 60
    page.goto(page.url.split("?")[0] + "projects")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert brightness(page) < 60


def test_keys_search_and_move_between_hits(open_page):
    page = open_page(f"/search?q={CERTIFICATES}")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("[data-hit-link]").nth(1)
    assert second.evaluate("node => node === document.activeElement")
    page.keyboard.press("k")
    page.keyboard.press("/")
    assert page.locator("#ask").evaluate("node => node === document.activeElement")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lessons/**")


def test_the_first_tab_offers_to_skip_to_the_content(open_page):
    page = open_page("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_wider_than_a_phone(open_page, site, language):
    lesson = site.ask("search_lessons", text=CERTIFICATES)["hits"][0]["id"]
    run = site.ask("list_runs")["runs"][0]["run"]["id"]
    page = open_page("/", width=390, language=language)
    paths = ["/", f"/search?q={CERTIFICATES}", "/lessons/" + quote(lesson, safe=""), "/projects"]
    for path in [*paths, "/projects/project:mybinder", f"/reports/{run}"]:
        page.goto(site.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_a_report_opens_in_each_language_inside_the_product(open_page):
    page = open_page("/")
    cards = page.locator(".report-card", has_text="mybinder.org")
    assert cards.count() == 2
    for word, heading in (("English", "en"), ("中文", "zh")):
        page.goto(page.url.split("#")[0])
        cards.filter(has_text=word).locator("h3 a").click()
        page.wait_for_url("**/reports/**")
        frame = page.frame_locator("iframe[data-report-frame]")
        frame.locator("h1, h2").first.wait_for()
        assert frame.locator("html").get_attribute("lang").startswith(heading)
        page.wait_for_function("document.querySelector('iframe').offsetHeight > 1000")
        page.goto(page.url.split("/reports/")[0])


def test_the_gallery_finds_reports_by_words_period_and_language(open_page):
    page = open_page("/?words=mybinder&report_language=zh")
    assert page.locator(".report-card").count() == 1
    page.get_by_label("Project or words").fill("no such project")
    page.get_by_role("button", name="Find reports").click()
    assert page.locator(".note h3").inner_text() == "No report fits"


def test_refresh_runs_the_report_again_and_opens_it(open_page):
    page = open_page("/")
    cards = page.locator(".report-card", has_text="mybinder.org").filter(has_text="English")
    cards.get_by_role("button", name="Refresh").click()
    page.wait_for_selector(".progress progress")
    page.wait_for_url("**/reports/run-**", timeout=120_000)
    page.frame_locator("iframe[data-report-frame]").locator("h1, h2").first.wait_for()
