"""The organisation's words and the import of values in a browser: by keyboard, without JavaScript, on a phone, by axe."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe

from tests.browser.test_accessibility import RULES

PROJECT = "P010415"


@pytest.fixture(scope="module")
def measured(site):
    """An outcome that values can be imported for, and a template of one's own with a mistake; its title."""
    site.ask(
        "define_outcome", project=PROJECT, template="quality", title="Permits without faults", baseline=20, target=5,
        start="2026-01-01", due="2030-01-01", key="words-and-values",
    )  # fmt: skip
    folder = site.home / "templates" / "outcomes"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mine.yaml").write_text("name: {en: Mine, zh: 我的}\noutcome_typ: quality\n", encoding="utf-8")
    yield "Permits without faults"
    (folder / "mine.yaml").unlink()


def broken(page) -> list[str]:
    found = Axe().run(page, options=RULES)["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def fits(page, width: int, name: str) -> None:
    """No violations, no words missing, nothing wider than the page."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    assert broken(page) == [], name
    assert not re.search(r"\[(vocabulary|value_import|outcomes|measuring)\.", page.content()), name
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def choose(page, text: str) -> None:
    page.set_input_files("[name=file]", {"name": "values.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.locator("form.vi-form button").click()


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "en"), (390, True, "zh")])
def test_words_have_no_axe_violations_and_fit(open_page, site, measured, watch, width, dark, language):
    page = open_page("/vocabulary", width=width, dark=dark, language=language)
    for name, path in (
        ("types", "/vocabulary"), ("metrics", "/vocabulary?part=metrics"), ("templates", "/vocabulary?part=templates"),
        ("nothing", "/vocabulary?part=types&q=zzz"), ("entry", "/vocabulary/metrics/retention_rate"),
        ("type", "/vocabulary/types/quality"),
    ):  # fmt: skip
        page.goto(site.url + path)
        page.eval_on_selector_all(
            "details",
            "folds => folds.forEach((fold) => { if (!fold.dataset.menu && !fold.matches('.menu')) fold.open = true })",
        )
        if name == "templates":
            assert "outcome_typ" in page.locator("[data-broken='mine.yaml']").inner_text()
        fits(page, width, name)
    page.select_option("#f-target", "safety")
    page.locator("button[value=preview]").click()
    page.locator("[data-preview]").wait_for()
    fits(page, width, "preview")
    page.goto(f"{site.url}/vocabulary/metrics/retention_rate")
    page.locator("#act-merge summary").click()
    page.select_option("#f-target", "net_promoter_score")
    page.locator("button[value=preview]").click()
    page.locator("#problem-target").wait_for()
    fits(page, width, "refused")
    watch.errors.clear()  # the answer is 422, which the browser tells of


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "en"), (390, True, "zh")])
def test_importing_values_has_no_axe_violations_and_fits(open_page, measured, watch, width, dark, language):
    page = open_page("/measurements/import", width=width, dark=dark, language=language)
    fits(page, width, "import")
    choose(page, f"outcome,date,value\n{measured},03/04/2026,4\n")
    page.locator("#problem-order").wait_for()
    fits(page, width, "ambiguous")
    day = "02" if language == "en" else "03"
    choose(
        page, f"outcome,date,value\n{measured},2026-03-{day},14\n{measured},2026-03-{day},many\nNo such,2026-03-02,1\n"
    )
    page.locator("[data-rejected='2']").wait_for()
    fits(page, width, "check")
    page.locator("button[value=import]").click()
    page.locator("[data-created='1']").wait_for()
    fits(page, width, "done")
    watch.errors.clear()  # one answer was 422, which the browser tells of


def test_a_kind_is_renamed_merged_split_and_retired_without_javascript(open_page, site):
    site.ask("define_type", key="plain_words", name_en="Plain words", name_zh="直白的话")
    page = open_page("/vocabulary?q=plain+words", script=False)
    page.locator("[data-key=plain_words] a").click()
    page.locator("#act-rename summary").click()
    page.fill("#f-name_en", "Plainer words")
    page.locator("button[value=rename]").click()
    assert page.locator("h1").inner_text() == "Plainer words"
    assert "Plain words" in page.locator("[data-step=changed]").inner_text()
    page.locator("#act-merge summary").click()
    page.select_option("#f-target", "learning")
    page.locator("button[value=preview]").click()
    assert page.get_attribute("[data-preview]", "data-preview") == "0"
    page.locator("button[value=merge]").click()
    assert "learning" in page.locator(".page-head").inner_text()
    page.locator("button[value=split]").click()
    page.locator("#act-retire summary").click()
    page.fill("#f-reason", "Nobody uses it")
    page.locator("button[value=retire]").click()
    assert "Nobody uses it" in page.locator("[data-retired]").inner_text()


def test_a_table_is_checked_and_imported_by_keyboard_without_javascript(open_page, site, measured):
    page = open_page("/outcomes", script=False)
    page.locator("a[href='/measurements/import']").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#f-file")
    page.set_input_files(
        "[name=file]",
        {
            "name": "v.csv",
            "mimeType": "text/csv",
            "buffer": f"成果,日期,数值\n{measured},2026-02-01,11\n".encode("gb18030"),
        },
    )
    page.locator("form.vi-form button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-created='1']")
    page.locator("button[value=import]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".banner.good")
    page.locator(".rows a", has_text=measured).click()
    assert "11 defects" in page.content()


def test_rejected_rows_are_downloaded(open_page, measured):
    page = open_page("/measurements/import")
    choose(page, f"outcome,date,value\n{measured},2026-02-01,=1+1\n")
    with page.expect_download() as download:
        page.get_by_role("link", name="Rejected rows as CSV").click()
    assert download.value.suggested_filename == "rejected-values.csv"
    assert "'=1+1" in Path(download.value.path()).read_text(encoding="utf-8-sig")
