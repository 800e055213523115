"""An outcome's whole way in a browser: defined, measured, evidenced, reviewed blind by three, accepted, reported."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from axe_core_python.sync_playwright import Axe

from retrobook.server.passwords import hash_password

PASSWORD, HASH = "correct horse", hash_password("correct horse")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100"
    "18dd8db00000000049454e44ae426082"
)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
TODAY = datetime.now(UTC).date()
PROJECT = "P010415"
PEOPLE = {"olga": "member", "marc": "manager", "petra": "pmo", "piotr": "pmo"}


@pytest.fixture(scope="module")
def people(site):
    for name, role in PEOPLE.items():
        site.ask(
            "add_person", name=name, display_name=name.title(), roles=[role], scopes=["*"], password_hash=HASH,
            replace=True,
        )  # fmt: skip
    site.ask("set_manager", person="olga", manager="marc")


@pytest.fixture
def sign_in(site, browser, people):
    """A page of somebody who signed in with their own password."""
    contexts = []

    def opened(name: str):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{site.url}/login")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield opened
    for context in contexts:
        context.close()


def score(page, impact: int) -> None:
    for axis, level in (("impact", impact), ("difficulty", 3), ("innovation", 3)):
        page.check(f"[name=score_{axis}][value='{level}']")
    page.get_by_role("button", name="Approve with these scores").click()
    page.get_by_role("status").filter(has_text="Your scores are kept.").wait_for()


def from_inbox(site, page, kind: str, title: str) -> None:
    page.goto(f"{site.url}/outcomes/inbox")
    page.locator(f"[data-kind={kind}]").get_by_role("link", name=title).click()
    page.wait_for_selector("#form-review")


def test_from_a_template_to_acceptance_by_three_blind_reviews_and_into_the_report(site, browser, sign_in):
    title = "Clerks save hours on permits"
    olga = sign_in("olga")
    olga.goto(f"{site.url}/outcomes/new?project={PROJECT}")
    olga.locator("button[name=template][value=hours_saved]").click()
    olga.fill("[name=title]", title)
    olga.get_by_role("button", name="Check", exact=True).click()
    assert olga.get_attribute("[data-ready]", "data-ready") == "no"
    assert olga.get_attribute("[data-letter=R]", "data-state") == "missing"
    assert "Nobody knows where it starts." in olga.locator("#problem-baseline").inner_text()
    assert olga.input_value("[name=title]") == title

    olga.fill("[name=word_who]", "Clerks of the permit office")
    olga.fill("[name=word_task]", "building permits")
    olga.fill("[name=baseline]", "none")
    olga.fill("[name=target]", "40")
    olga.fill("[name=start]", str(TODAY - timedelta(days=200)))
    olga.fill("[name=due]", str(TODAY + timedelta(days=100)))
    olga.fill("[name=owner]", "olga")
    olga.fill("[name=relevance]", "It serves the objective of permits within a month; applicants would miss it.")
    olga.fill("[name=achievability]", "Two of six steps fall away; the pilot in one office saved 9 hours a week.")
    olga.get_by_role("button", name="Check", exact=True).click()
    assert "does not fit: expected a number" in olga.locator("#problem-baseline").inner_text()
    assert olga.input_value("[name=target]") == "40"
    olga.fill("[name=baseline]", "0")
    olga.get_by_role("button", name="Check", exact=True).click()
    assert olga.get_attribute("[data-ready]", "data-ready") == "yes"
    assert "Clerks of the permit office save 40" in olga.input_value("[name=statement]")
    olga.get_by_role("button", name="Keep as draft").click()
    olga.get_by_role("status").filter(has_text="kept as a draft").wait_for()
    address = olga.url.split("?")[0]

    for days, value in ((120, "12"), (20, "31")):
        if not olga.locator("#form-measure").is_visible():
            olga.locator("summary", has_text="Add a measurement").click()
        olga.fill("#form-measure [name=value]", value)
        olga.fill("#form-measure [name=date]", str(TODAY - timedelta(days=days)))
        olga.get_by_role("button", name="Add the value").click()
        olga.get_by_role("status").filter(has_text="The value is added.").wait_for()
    assert olga.locator("circle.measured").count() == 2

    olga.get_by_role("button", name="Submit for review").click()
    assert "evidence" in olga.locator("[data-problem]").inner_text()
    olga.set_input_files("[data-upload] [name=file]", {"name": "hours.png", "mimeType": "image/png", "buffer": b""})
    olga.get_by_role("button", name="Upload the file").click()
    assert "0 bytes" in olga.locator("[data-upload-problem]:not([hidden])").inner_text()
    olga.set_input_files("[data-upload] [name=file]", {"name": "hours.png", "mimeType": "image/png", "buffer": PNG})
    olga.get_by_role("button", name="Upload the file").click()
    olga.get_by_role("status").filter(has_text="The evidence is added.").wait_for()
    with olga.expect_download() as download:
        olga.get_by_role("link", name="hours.png").click()
    assert download.value.suggested_filename == "hours.png"
    olga.get_by_role("button", name="Submit for review").click()
    olga.get_by_role("status").filter(has_text="handed in for review").wait_for()
    assert "marc" in olga.locator("[data-waits]").inner_text()
    assert olga.locator("#form-review").count() == 0
    assert "somebody else reviews it" in olga.locator("[data-not-mine]").inner_text()
    key = address.rsplit("/", 1)[1]
    refused = olga.evaluate(
        """async (key) => (await fetch(`/outcomes/${key}/review`, {method: "POST", headers: {Accept: "application/json"},
        body: new URLSearchParams({_xsrf: document.querySelector("[name=_xsrf]").value, decision: "approved",
        score_impact: 5, score_difficulty: 5, score_innovation: 5,
        revision: document.querySelector("[name=revision]").value})})).json()""",
        key,
    )
    assert refused["code"] == "own_work"

    marc, petra, piotr = sign_in("marc"), sign_in("petra"), sign_in("piotr")
    from_inbox(site, marc, "review", title)
    marc.get_by_role("button", name="Approve with these scores").click()
    assert marc.locator("#form-review .problem").is_visible()  # an approval scores every axis
    assert [rule["id"] for rule in Axe().run(marc, options=RULES)["violations"]] == []
    score(marc, 5)
    from_inbox(site, petra, "review", title)
    told = petra.locator("tr[data-role=manager]").inner_text()
    assert "hidden until your own are in" in told
    assert "5" not in told.split("approved")[1]
    score(petra, 2)
    assert petra.locator("tr[data-role=manager] td.number").first.inner_text().strip() == "5"
    assert petra.locator("[data-third]").is_visible()
    from_inbox(site, piotr, "third", title)
    assert piotr.locator("tr[data-role] td.number").count() == 0  # neither of the two can be seen
    score(piotr, 3)
    olga.reload()
    assert olga.get_attribute("[data-state]", "data-state") == "accepted"
    assert olga.locator("tr[data-median] td").first.inner_text().strip() == "3"

    subject = key.replace("%3A", ":")
    day = str(TODAY - timedelta(days=30))
    site.ask("add_cost", subject=subject, date=day, amount="10000", currency="USD")
    site.ask("add_benefit", subject=subject, date=day, amount="25000", currency="USD")
    owner = browser.new_page()
    owner.goto(site.link)
    text = report(site, owner)
    owner.close()
    assert title in text
    assert "hours.png" in text
    assert re.search(r"150(\.0)? ?%", text)  # (25,000 - 10,000) / 10,000


def report(site, page) -> str:
    """The words of a fresh report of the project, asked for and read as whom the page signed in."""
    job = page.evaluate(
        """async (project) => (await fetch("/reports/run", {method: "POST", headers: {"Content-Type": "application/json",
        "X-XSRFToken": document.querySelector("[name=_xsrf]").value}, body: JSON.stringify({
        notebook: "project_retrospective", parameters: {project, language: "en"}, force: true})})).json()""",
        PROJECT,
    )
    for _ in range(240):
        job = page.request.get(f"{site.url}/reports/jobs/{job['job']}").json()
        if job["status"] in ("succeeded", "failed"):
            break
        time.sleep(1)
    assert job["status"] == "succeeded", job
    return page.request.get(f"{site.url}/reports/{job['run']}/content").text()


@pytest.fixture(scope="module")
def drafted(site, people) -> str:
    """An outcome of the owner with a measurement and evidence that can be reviewed."""
    found = site.ask(
        "define_outcome", project=PROJECT, template="quality", title="Fewer faults", baseline=20, target=5,
        start=str(TODAY - timedelta(days=100)), due=str(TODAY + timedelta(days=100)), key="browser",
    )  # fmt: skip
    key = found["outcome"]["id"]
    site.ask("add_measurement", subject=key, value=15, date=str(TODAY - timedelta(days=10)), key="one")
    return key


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "en"), (390, True, "zh")])
def test_pages_of_outcomes_have_no_axe_violations_and_fit(open_page, site, drafted, width, dark, language, tmp_path):
    page = open_page("/outcomes", width=width, dark=dark, language=language)
    for place, path in enumerate((
        "/outcomes?who=all", "/outcomes/inbox", "/outcomes/reviewing", "/outcomes/new", f"/outcomes/new?project={PROJECT}&template=compliance",
        f"/outcomes/{drafted}", f"/outcomes/{drafted}/edit",
    )):  # fmt: skip
        page.goto(site.url + path)
        page.eval_on_selector_all("details.oc-fold", "folds => folds.forEach((fold) => (fold.open = true))")
        assert "[outcome_pages." not in page.content(), path
        page.screenshot(path=str(tmp_path / f"{place}.png"), full_page=True)
        found = Axe().run(page, options=RULES)["violations"]
        assert [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_what_is_refused_keeps_what_was_typed_without_javascript(open_page, drafted, watch):
    page = open_page(f"/outcomes/{drafted}", script=False)
    form = page.locator("#form-measure")
    if not form.is_visible():
        page.locator("summary", has_text="Add a measurement").click()
    form.locator("[name=value]").fill("a lot")
    form.locator("[name=source]").fill("the counter")
    form.get_by_role("button").click()
    assert form.locator(".problem").is_visible()
    assert form.locator("[name=value]").input_value() == "a lot"
    assert form.locator("[name=source]").input_value() == "the counter"
    watch.errors.clear()  # the answer is 400, which the browser tells of
