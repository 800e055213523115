"""No page breaks a rule of WCAG A or AA that axe can see, in either theme."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from axe_core_python.sync_playwright import Axe

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def broken(page) -> list[str]:
    found = Axe().run(page, options=RULES)["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_have_no_axe_violations(open_page, site, dark, language):
    lesson = site.ask("search_lessons", text="certificates expire")["hits"][0]["id"]
    run = next(r["run"]["id"] for r in site.ask("list_runs")["runs"] if r["run"]["language"] == language)
    page = open_page("/", dark=dark, language=language)
    paths = ["/", "/search?q=certificates expire", "/search", "/lessons/" + quote(lesson, safe=""), "/projects"]
    paths += ["/projects/project:mybinder", f"/reports/{run}"]
    around = quote(lesson, safe="")
    paths += [f"/search?around={around}&via=project:mybinder", f"/search?q=x&like={around}&for=P010415"]
    found = {}
    for path in paths:
        page.goto(site.url + path)
        if "search?q" in path:
            page.locator(".rb-why summary").first.click()
            page.locator("#my-project summary").click()
        if path == "/":
            page.locator("[data-menu] summary").click()
        found[path] = broken(page)
    found["/login"] = broken(open_page("/login", dark=dark, language=language, signed_in=False))
    found["phone"] = broken(open_page("/search?q=certificates expire", width=390, dark=dark, language=language))
    assert not any(found.values()), {path: rules for path, rules in found.items() if rules}


def test_the_live_app_has_no_axe_violations(open_page):
    page = open_page("/apps/lesson_search?q=certificates expire")
    page.wait_for_selector("[data-live][data-state=live]")
    assert broken(page) == []
    page.keyboard.press("?")
    page.wait_for_selector("[data-keys][open]")
    assert broken(page) == []
