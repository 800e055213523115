"""The outcome map in two browsers: what one draws the other sees; a circle is refused in words; no axe violations."""

from __future__ import annotations

import os

import pytest
from axe_core_python.sync_playwright import Axe

from retrobook.server.passwords import hash_password
from tests.browser.test_accessibility import RULES

PASSWORD = "correct horse"
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
    typed = first.locator(".om-forms input")
    typed.fill("Half a title")
    third = site.ask("add_map_outcome", project="project:mybinder", title="Cheaper teaching", horizon="long_term")
    target = first.locator(f'[data-node="{third["added"]}"]')
    target.wait_for(timeout=3_000)
    assert typed.input_value() == "Half a title"  # what others add takes nothing from somebody who types
    assert typed.evaluate("field => field === document.activeElement")
    typed.fill("")
    first.get_by_role("button", name="Show all").click()
    start, end = first.locator(f'[data-handle="{made[1]}"]').bounding_box(), target.bounding_box()
    first.mouse.move(start["x"] + 10, start["y"] + 40)
    first.mouse.down()
    first.mouse.move(end["x"] + 60, end["y"] + 40, steps=5)
    first.mouse.up()
    other.locator(".om-weight").nth(1).wait_for(timeout=3_000)
    other.locator("[data-unlink]").nth(1).focus()
    other.keyboard.press("Enter")
    first.locator(".om-weight").nth(1).wait_for(state="detached", timeout=3_000)
    kept = other.evaluate("document.activeElement.dataset.node ?? document.activeElement.dataset.unlink")
    assert kept  # a keyboard goes on from the link's start, not from the top of the page
    assert not broken(first) and not broken(other)
    shot(first, "map-en-light")
    shot(other, "map-zh-dark")
    first.set_viewport_size({"width": 390, "height": 844})
    assert first.evaluate("document.documentElement.scrollWidth") <= 390
    shot(first, "map-phone")


PROJECT = "project:worldbank:P010415"
TWO = f"/apps/outcome_map?project={PROJECT}"


@pytest.fixture
def sign_in(site, browser, watch):
    """A page of somebody who signed in with their own password, in a browser of their own."""
    contexts = []

    def opened(name: str, **more: object):
        site.ask(
            "add_person", name=name, display_name=name.title(), roles=["facilitator"], scopes=["*"],
            password_hash=hash_password(PASSWORD), replace=True,
        )  # fmt: skip
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | more))
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        watch.on(page, site.url)
        page.goto(f"{site.url}/login")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield opened
    for context in contexts:
        context.close()


def zoom_of(page) -> float:
    return page.eval_on_selector(".om-plane", "plane => new DOMMatrix(getComputedStyle(plane).transform).a")


def where(page, node: str) -> dict[str, float]:
    """Where a box is on the screen, in one look: drawing again replaces it."""
    return page.evaluate(
        "id => document.querySelector(`[data-node='${CSS.escape(id)}']`).getBoundingClientRect().toJSON()", node
    )


def inside(page) -> bool:
    """True when every box of the map is within the stage."""
    return page.evaluate(
        """() => { const s = document.querySelector(".om-stage").getBoundingClientRect();
        return [...document.querySelectorAll(".om-node")].every((node) => { const b = node.getBoundingClientRect();
        return b.left >= s.left - 1 && b.top >= s.top - 1 && b.right <= s.right + 1 && b.bottom <= s.bottom + 1; }); }"""
    )


@pytest.fixture(scope="module")
def made(site):
    """The boxes of a map that only these tests draw on."""
    return [
        site.ask("add_map_outcome", project=PROJECT, title=title, horizon=horizon)["added"]
        for title, horizon in (
            ("Fewer permits wait", "direct"), ("More houses", "indirect"), ("Cheaper rents", "long_term")
        )
    ]  # fmt: skip


@pytest.fixture
def spread(site, made):
    """Its boxes, lying far apart."""
    places = {key: {"x": 300 + 900 * n, "y": 200 + 500 * n} for n, key in enumerate(made)}
    site.ask("place_outcomes", project=PROJECT, places=places)
    return made


def test_two_accounts_draw_on_one_map_at_once_and_see_each_others_changes_and_presence(sign_in, spread, site):
    ida, ulf = sign_in("ida"), sign_in("ulf")
    for page in (ida, ulf):
        page.goto(site.url + TWO)
    for page in (ida, ulf):
        page.locator(f'[data-node="{spread[0]}"]').wait_for(timeout=90_000)
    for page in (ida, ulf):  # each reads that both are here
        page.wait_for_function(
            "() => ['Ida', 'Ulf'].every((name) => document.querySelector('.om-people').textContent.includes(name))",
            timeout=10_000,
        )
    left = "id => document.querySelector(`[data-node='${id}']`).style.left"
    before = [ulf.evaluate(left, spread[0]), ida.evaluate(left, spread[1])]
    ida.locator(f'[data-node="{spread[0]}"]').focus()
    ulf.locator(f'[data-node="{spread[1]}"]').focus()
    ida.keyboard.press("ArrowRight")
    ulf.keyboard.press("ArrowLeft")
    moved = "([id, old]) => document.querySelector(`[data-node='${id}']`).style.left !== old"
    ulf.wait_for_function(moved, arg=[spread[0], before[0]], timeout=5_000)
    ida.wait_for_function(moved, arg=[spread[1], before[1]], timeout=5_000)
    ida.keyboard.press("l")
    ida.locator(f'[data-node="{spread[1]}"]').focus()
    ida.keyboard.press("Enter")
    held = f'[data-link="{spread[0]}|{spread[1]}"]'
    ulf.locator(held).wait_for(timeout=5_000)
    ulf.locator(held).focus()
    ulf.keyboard.press("Delete")
    ida.locator(held).wait_for(state="detached", timeout=5_000)
    ulf.goto(site.url)  # whoever leaves the page leaves the map
    ida.wait_for_function(
        "() => !document.querySelector('.om-people').textContent.includes('Ulf')", timeout=30_000
    )  # fmt: skip


def test_a_map_fits_into_the_view_at_first_and_zooms_by_key_button_wheel_and_stays_where_the_pointer_is(
    open_page, spread
):
    page = open_page(TWO)
    box = page.locator(f'[data-node="{spread[1]}"]')
    box.wait_for(timeout=90_000)
    first = zoom_of(page)
    assert first < 1
    assert inside(page)
    box.focus()
    page.keyboard.press("+")
    assert zoom_of(page) == pytest.approx(first * 1.25, rel=1e-3)
    assert "Zoom" in page.locator(".om-said[role=status]").inner_text()
    page.keyboard.press("-")
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom out").click()
    assert zoom_of(page) == pytest.approx(first, rel=1e-3)
    page.locator(".om-stage").scroll_into_view_if_needed()
    at = where(page, spread[1])
    x, y = at["x"] + 20, at["y"] + 20
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    for _ in range(4):
        page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function(
        "was => new DOMMatrix(getComputedStyle(document.querySelector('.om-plane')).transform).a > was * 1.9", arg=first
    )
    grown = where(page, spread[1])
    assert (x - grown["x"]) / grown["width"] == pytest.approx(20 / at["width"], abs=0.02)  # the same spot of the box
    for node in spread:  # what the keyboard goes to comes into view
        page.locator(f'[data-node="{node}"]').focus()
        stage, seen = page.locator(".om-stage").bounding_box(), where(page, node)
        assert stage["x"] <= seen["x"] < stage["x"] + stage["width"]
        assert stage["y"] <= seen["y"] < stage["y"] + stage["height"]
    page.keyboard.press("0")
    assert inside(page)


def test_on_a_phone_a_finger_drags_a_box_and_two_fingers_zoom(sign_in, spread, site):
    page = sign_in("ida", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(site.url + TWO)
    box = page.locator(f'[data-node="{spread[0]}"]')
    box.wait_for(timeout=90_000)
    page.locator(".om-stage").scroll_into_view_if_needed()
    assert inside(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not broken(page)
    shot(page, "map-phone-touch")
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        placed = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": placed})

    at, scrolled, before = where(page, spread[0]), page.evaluate("scrollY"), zoom_of(page)
    x, y = at["x"] + at["width"] / 3, at["y"] + at["height"] / 2
    fingers("touchStart", (x, y))
    for step in range(1, 6):
        fingers("touchMove", (x + 8 * step, y + 12 * step))
    fingers("touchEnd")
    page.locator(".om-said[role=status]", has_text="is moved").wait_for(timeout=5_000)
    moved = where(page, spread[0])
    assert moved["x"] - at["x"] == pytest.approx(40, abs=4)
    assert moved["y"] - at["y"] == pytest.approx(60, abs=4)
    assert page.evaluate("scrollY") == scrolled
    kept = site.ask("outcome_map", project=PROJECT)["nodes"]
    place = next(node for node in kept if node["id"] == spread[0])
    assert place["y"] == pytest.approx(200 + 60 / before, abs=20)

    stage = page.locator(".om-stage").bounding_box()
    middle = (stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2)
    fingers("touchStart", (middle[0] - 30, middle[1]))
    fingers("touchStart", (middle[0] - 30, middle[1]), (middle[0] + 30, middle[1]))
    for step in range(1, 7):
        fingers("touchMove", (middle[0] - 30 - 10 * step, middle[1]), (middle[0] + 30 + 10 * step, middle[1]))
    fingers("touchEnd")
    assert zoom_of(page) == pytest.approx(before * 3, rel=0.1)
    assert page.evaluate("visualViewport.scale") == 1  # the map, not the page
