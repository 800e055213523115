"""The outcome map in two browsers: what one draws the other sees; a circle is refused in words; no axe violations."""

from __future__ import annotations

import os

from axe_core_python.sync_playwright import Axe

from tests.browser.test_accessibility import RULES

ADDRESS = "/apps/outcome_map?project=project:mybinder"


def broken(page) -> list[str]:
    found = Axe().run(page, options=RULES)["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def shot(page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_what_one_drags_the_other_sees_and_a_circle_is_refused(open_page, site):
    made = [
        site.ask("add_map_outcome", project="project:mybinder", title=title, horizon=horizon)["added"]
        for title, horizon in (("Shorter waits", "direct"), ("More courses", "indirect"))
    ]
    first, other = open_page(ADDRESS), open_page(ADDRESS, language="zh", dark=True)
    box, seen = (page.locator(f'[data-node="{made[0]}"]') for page in (first, other))
    box.wait_for(timeout=90_000)
    seen.wait_for(timeout=90_000)
    before = seen.evaluate("box => box.style.left")
    at = box.bounding_box()
    first.mouse.move(at["x"] + 40, at["y"] + 20)
    first.mouse.down()
    first.mouse.move(at["x"] + 90, at["y"] + 60, steps=5)
    first.mouse.up()
    other.wait_for_function(
        "([id, old]) => document.querySelector(`[data-node='${id}']`).style.left !== old", arg=[made[0], before],
        timeout=3_000,
    )  # fmt: skip
    box.focus()
    first.keyboard.press("l")
    first.locator(f'[data-node="{made[1]}"]').focus()
    first.keyboard.press("Enter")
    other.locator(".om-weight").wait_for(timeout=3_000)
    other.locator(f'[data-node="{made[1]}"]').focus()
    other.keyboard.press("l")
    seen.focus()
    other.keyboard.press("Enter")
    other.locator(".om-said.om-bad", has_text="环路").wait_for(timeout=5_000)
    first.locator(".om-weight").focus()
    first.keyboard.press("Delete")
    other.locator(".om-weight").wait_for(state="detached", timeout=3_000)
    first.get_by_role("button", name="Undo").click()
    other.locator(".om-weight").wait_for(timeout=3_000)
    first.get_by_role("button", name="Tidy up").click()
    other.wait_for_function(
        "id => document.querySelector(`[data-node='${id}']`).style.left === '0px'", arg=made[0], timeout=3_000
    )
    third = site.ask("add_map_outcome", project="project:mybinder", title="Cheaper teaching", horizon="long_term")
    target = first.locator(f'[data-node="{third["added"]}"]')
    target.wait_for(timeout=3_000)
    first.get_by_role("button", name="Show all").click()
    start, end = first.locator(f'[data-handle="{made[1]}"]').bounding_box(), target.bounding_box()
    first.mouse.move(start["x"] + 10, start["y"] + 40)
    first.mouse.down()
    first.mouse.move(end["x"] + 60, end["y"] + 40, steps=5)
    first.mouse.up()
    other.locator(".om-weight").nth(1).wait_for(timeout=3_000)
    assert not broken(first) and not broken(other)
    shot(first, "map-en-light")
    shot(other, "map-zh-dark")
    first.set_viewport_size({"width": 390, "height": 844})
    assert first.evaluate("document.documentElement.scrollWidth") <= 390
    shot(first, "map-phone")
