"""Pages around retrospectives as people see them: opening one, sending its link, reading what came out."""

from __future__ import annotations

import pytest

from .test_accessibility import broken

IMPORTED = "/retrospectives/retrospective:mybinder:2018-01-18-ssl-outdated.md"


@pytest.fixture(scope="module")
def board(site):
    """One that is open, with its join code."""
    made = site.ask(
        "create_retrospective", project="mybinder", format="sailboat", title="Spring on the boat", anonymous=True
    )
    return made["retrospective"]["id"], made["join_code"]


@pytest.fixture(scope="module")
def over(site):
    """One that is over, of a project whose reports no other test counts: a topic, an action and a lesson."""
    made = site.ask("create_retrospective", project="P010415", format="start_stop_continue", title="Autumn of upgrades")
    key = made["retrospective"]["id"]

    def play(**move):
        site.ask("play_move", retrospective=key, move=move)

    phases = site.ask("get_retrospective", id=key)["board"]["phases"]
    kinds = [phase["kind"] for phase in phases]
    place = 0
    for kind in ("write", "vote", "discuss"):
        play(move="go_to_phase", phase=kinds.index(kind), seen=place)
        place = kinds.index(kind)
        if kind == "write":
            for number, column in enumerate(("start", "stop", "continue")):
                play(move="add_note", note=f"n{number}", column=column, text=f"Note {number}")
        if kind == "vote":
            play(move="vote", topic="n1", dots=3)
    play(move="write_discussion", topic="n1", text="Deploys after five.", base=0)
    play(move="put_action", action="a1", title="Deploy before lunch", topic="n1")
    play(move="put_lesson", lesson_key="l1", topic="n1", title="Deploy awake", lesson="Watch what you deploy.")
    site.ask("close_retrospective", id=key)
    return key


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_of_retrospectives_breaks_a_rule_of_axe(open_page, site, board, over, watch, dark, language):
    page = open_page("/retrospectives", dark=dark, language=language)
    found = {"/retrospectives": broken(page)}
    for path in ("/retrospectives/new", f"/retrospectives/{board[0]}", f"/retrospectives/{over}", IMPORTED):
        page.goto(site.url + path)
        found[path] = broken(page)
    page.goto(site.url + "/retrospectives/new")
    page.locator("[name=phase-write-on]").uncheck()
    page.locator(".retro-submit .primary").click()
    page.locator("#problem-phases").wait_for()
    found["with problems"] = broken(page)
    watch.errors.clear()  # the answer 422 itself is logged by the browser
    found["door"] = broken(open_page(f"/join/{board[1]}", dark=dark, language=language, signed_in=False))
    assert not any(found.values()), {path: rules for path, rules in found.items() if rules}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_none_is_wider_than_a_phone(open_page, site, board, over, language, script):
    page = open_page("/retrospectives", width=390, language=language, script=script)
    for path in (
        "/retrospectives", "/retrospectives/new", f"/retrospectives/{board[0]}", f"/retrospectives/{over}", IMPORTED,
        "/projects/project:mybinder",
    ):  # fmt: skip
        page.goto(site.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    here = page.locator('.nav [aria-current="page"]')
    assert here.bounding_box()["y"] < 200


@pytest.mark.parametrize("width", [390, 768, 1024, 1280, 1440])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_header_holds_all_its_links_at_every_width(open_page, width, language):
    page = open_page("/retrospectives", width=width, language=language)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    here = page.locator('.nav [aria-current="page"]').bounding_box()
    assert here["x"] >= 0 and here["x"] + here["width"] <= width
    heights = page.locator(".nav a:visible").evaluate_all("links => links.map(link => link.offsetTop)")
    assert len(set(heights)) == 1


def test_phases_follow_the_format_until_they_are_touched(open_page):
    page = open_page("/retrospectives/new?project=mybinder")

    def order():
        return page.locator("[data-phase]").evaluate_all("rows => rows.map(row => row.dataset.phase)")

    assert page.input_value("[name=project]") == "mybinder.org · mybinder"
    assert page.locator("[data-refill]").is_hidden() and page.locator("[data-place]").first.is_hidden()
    page.locator("[name=format][value=four_ls]").check()
    assert page.input_value("[name=votes]") == "6"
    page.get_by_role("button", name="Move “Close” up").press("Enter")
    assert order()[-2] == "close" and page.input_value("[name=phase-close-place]") == "9"
    assert page.evaluate("document.activeElement.dataset.move") == "-1"
    assert "is now phase 9 of 10" in page.locator("[data-moved]").inner_text()
    page.locator("[name=format][value=kpt]").check()
    assert order()[-2] == "close"
    page.get_by_role("button", name="Use the phases of the chosen format").click()
    assert order()[-1] == "close" and page.locator("[data-refill]").is_hidden()


def test_a_form_leads_to_a_link_that_is_copied_and_to_the_board(open_page, site):
    page = open_page("/projects/project:mybinder")
    page.get_by_role("link", name="Hold a retrospective").click()
    page.locator("[name=title]").fill("From the project's page")
    page.get_by_role("button", name="Create the retrospective").click()
    page.wait_for_url("**/retrospectives/retrospective:**")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy]").click()
    page.locator("[data-copy-said]", has_text="Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.input_value("[data-copied-from]") and link.startswith(f"{site.url}/join/")
    board = page.get_by_role("link", name="Open the board").get_attribute("href")
    assert board.startswith("/apps/retro_board?retrospective=")
    page.goto(site.url + "/retrospectives")
    card = page.locator(".retro-open", has_text="From the project's page")
    assert card.get_by_role("link", name="Join “From the project's page”").get_attribute("href") == board


def test_without_a_script_the_form_opens_a_retrospective_too(open_page):
    page = open_page("/retrospectives/new?project=mybinder", script=False)
    page.locator("[name=format][value=five_whys]").check()
    page.get_by_role("button", name="Use the phases of the chosen format").click()
    assert page.locator("[name=format][value=five_whys]").is_checked()
    page.locator("[name=phase-close-place]").fill("1")
    page.locator("[name=title]").fill("Plain")
    page.get_by_role("button", name="Create the retrospective").click()
    page.wait_for_url("**/retrospectives/retrospective:**")
    assert page.locator("h1").inner_text() == "Plain"
    assert page.locator("[data-copy]").is_hidden() and page.locator("[data-copied-from]").is_visible()


def test_what_came_out_links_to_lesson_action_and_project(open_page, over):
    page = open_page(f"/retrospectives/{over}")
    first = page.locator(".retro-topic").first
    assert first.locator(".retro-votes strong").inner_text() == "3" and "Deploys after five." in first.inner_text()
    first.get_by_role("link", name="Deploy awake").click()
    page.wait_for_url("**/lessons/**")
    page.get_by_role("link", name="Autumn of upgrades").click()
    page.wait_for_url("**/retrospectives/**")
    page.locator(".retro-topic").first.get_by_role("link", name="Deploy before lunch").click()
    page.wait_for_url("**/actions/**")
    page.get_by_role("link", name="Autumn of upgrades").click()
    page.wait_for_url("**/retrospectives/**")
