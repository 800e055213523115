"""A whole retrospective with three people: a facilitator, somebody on a phone, and a guest."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

import pytest

from retrobook.server.passwords import hash_password

PROJECT = "P010415"
WORD = f"zeppelin{secrets.token_hex(3)}"
"""A word of this run alone, so that search can only find what this retrospective kept."""


@dataclass
class Person:
    """One page of one browser context."""

    page: object

    def phase(self, kind: str) -> None:
        self.page.wait_for_selector(f"[data-screen=board][data-phase={kind}]")

    def write(self, column: str, text: str) -> None:
        field = self.page.locator(f"[data-quick-add={column}]")
        field.fill(text)
        field.press("Enter")
        self.page.wait_for_selector(f"[data-column={column}] [data-mine=true]:has-text('{text}')")

    def note(self, text: str):
        return self.page.locator("[data-note]", has_text=text)


@pytest.fixture
def opened(site):
    site.ask(
        "add_person", name="wei", display_name="Wei", roles=["member"], scopes=["*"], language="zh",
        password_hash=hash_password("correct horse"), replace=True,
    )  # fmt: skip
    return site.ask(
        "create_retrospective", project=PROJECT, format="start_stop_continue", title=f"Looking back {WORD}",
        phases=[{"kind": kind} for kind in ("check_in", "write", "group", "vote", "discuss", "actions", "close")],
    )  # fmt: skip


@pytest.fixture
def people(site, opened, browser, watch):
    """The facilitator signed in as the owner, a participant on a phone by password, and a guest by the link."""
    contexts = []

    def page(width: int, language: str):
        context = browser.new_context(
            viewport={"width": width, "height": 844}, locale="zh-CN" if language == "zh" else "en-GB",
            has_touch=width < 600,
        )  # fmt: skip
        context.set_default_timeout(60_000)
        contexts.append(context)
        made = context.new_page()
        watch.on(made, site.url)
        return made

    key = opened["retrospective"]["id"]
    lead, phone, guest = page(1280, "en"), page(390, "zh"), page(1280, "en")
    lead.goto(site.link)
    lead.goto(f"{site.url}/apps/retro_board?retrospective={key}")
    phone.goto(f"{site.url}/login?next=/join/{opened['join_code']}")
    phone.fill("[name=name]", "wei")
    phone.fill("[name=password]", "correct horse")
    phone.press("[name=password]", "Enter")
    guest.goto(f"{site.url}/join/{opened['join_code']}")
    guest.fill("[name=name]", "Guest Gao")
    guest.press("[name=name]", "Enter")
    yield Person(lead), Person(phone), Person(guest)
    for context in contexts:
        context.close()


def drag(page, start, end) -> None:
    a, b = start.bounding_box(), end.bounding_box()
    page.mouse.move(a["x"] + a["width"] / 2, a["y"] + 12)
    page.mouse.down()
    page.mouse.move(a["x"] + a["width"] / 2 + 12, a["y"] + 30, steps=4)
    page.mouse.move(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2, steps=12)
    page.mouse.up()


def go_on(lead: Person, *others: Person, to: str) -> None:
    lead.page.click("[data-action=next]")
    for person in (lead, *others):
        person.phase(to)


def test_three_people_run_a_whole_retrospective(site, opened, people, watch):
    key = opened["retrospective"]["id"]
    lead, phone, guest = people
    lead.phase("check_in")
    phone.phase("check_in")
    guest.page.wait_for_selector("[data-screen=waiting]")
    lead.page.click("[data-action=admit]")
    guest.phase("check_in")

    go_on(lead, phone, guest, to="write")
    lead.write("start", f"Rehearse the {WORD} launch")
    lead.write("stop", f"Stop launching the {WORD} on Fridays")
    phone.write("stop", "周五发布没有人值班")
    guest.write("continue", "Pairing works well")
    lead.page.wait_for_selector("[data-column=continue] [data-others='1']")
    assert lead.note("Pairing works well").count() == 0, "what others write stays hidden until the reveal"
    lead.page.click("[data-action=reveal]")
    lead.page.click("[data-action=confirm]")
    guest.page.wait_for_selector("[data-note]:has-text('周五发布没有人值班')")

    go_on(lead, phone, guest, to="group")
    drag(lead.page, lead.note("周五发布没有人值班"), lead.note(f"Stop launching the {WORD}"))
    lead.page.wait_for_selector("[data-topic] [data-note] >> nth=1")
    phone.page.wait_for_selector("[data-topic] [data-note] >> nth=1")

    go_on(lead, phone, guest, to="vote")
    for person in people:
        person.page.locator("[data-topic]", has_text=WORD).filter(has_text="周五").locator(
            "[data-action=vote-more]"
        ).click()
    lead.page.wait_for_selector(".rb-voted:has-text('3')")
    assert lead.page.locator("[data-votes]").count() == 0, "totals are hidden while people vote"

    go_on(lead, phone, guest, to="discuss")
    lead.page.wait_for_selector("[data-votes='3'], :text('3 votes')")
    lead.page.click("[data-action=new-lesson]")
    form = lead.page.locator("[data-form=lesson]")
    form.locator("[name=title]").fill(f"Launch the {WORD} when someone is on call")
    form.locator("[name=lesson]").fill(f"A {WORD} launched on a Friday has nobody to look after it.")
    form.locator("[name=recommendation]").fill(f"Launch the {WORD} from Monday to Wednesday.")
    lead.page.click("[data-action=save-lesson]")
    guest.page.wait_for_selector("[data-lesson]")

    go_on(lead, phone, guest, to="actions")
    form = lead.page.locator("[data-form=action]")
    form.locator("[name=title]").fill(f"Write a {WORD} rota")
    form.locator("[name=owner]").fill("Wei")
    form.locator("[name=due]").fill("2027-01-15")
    lead.page.click("[data-action=save-action]")
    phone.page.wait_for_selector(f"[data-board-action]:has-text('{WORD}')")

    go_on(lead, phone, guest, to="close")
    lead.page.click("[data-action=close]")
    lead.page.click("[data-action=confirm]")
    lead.page.wait_for_selector("a[href*='/retrospectives/']:visible")
    phone.page.wait_for_selector("[data-screen=over]")

    found = site.ask("search_lessons", text=WORD)["hits"]
    assert found[0]["title"] == f"Launch the {WORD} when someone is on call"
    kept = site.ask("get_retrospective", id=key)["retrospective"]
    assert {note["text"] for note in kept["notes"]} >= {"Pairing works well", "周五发布没有人值班"}
    assert kept["topics"][0]["votes"] == 3

    following = site.ask("create_retrospective", project=PROJECT, format="start_stop_continue", title="The next one")
    lead.page.goto(f"{site.url}/apps/retro_board?retrospective={following['retrospective']['id']}")
    lead.page.click("[data-action=next]")
    lead.phase("previous")
    lead.page.wait_for_selector(f"[data-earlier]:has-text('Write a {WORD} rota')")
    [action] = [
        a
        for a in site.ask("earlier_actions", retrospective=following["retrospective"]["id"])["actions"]
        if WORD in a["action"]["title"]
    ]
    assert action["action"]["owner"] == "wei"
    assert re.fullmatch(r"\d+", str(action["action"]["carry_count"]))
