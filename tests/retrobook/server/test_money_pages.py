"""Money on a project's page over HTTP: entered, shared out, corrected, taken back; refusals beside what was typed."""

from __future__ import annotations

import re
from contextlib import ExitStack
from html import unescape

import pytest

BRIDGE = "project:test:bridge"
PAGE = f"/projects/{BRIDGE}"
FIELDS = {"kind": "cost", "amount": "1,000", "currency": "EUR", "date": "2026-01-10", "expected": "", "note": "Steel"}


@pytest.fixture(scope="module")
def people(server):
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(server.sign_in(name, server.add_person(name, units, [role])))
            for name, units, role in (
                ("ann", ["unit:Works"], "member"), ("bob", ["unit:Works"], "member"), ("pat", ["unit:Works"], "pmo"),
                ("gus", ["unit:Works"], "guest"), ("tom", ["unit:Works/tunnel"], "member"),
            )
        }  # fmt: skip


@pytest.fixture(scope="module")
def outcomes(people):
    made = [
        people["ann"].call("define_outcome", project=BRIDGE, due="2030-01-01", title=title, key=title).json()
        for title in ("Faster crossings", "Fewer repairs")
    ]
    return [one["outcome"]["id"] for one in made]


def entries(browser, **values) -> list[dict]:
    answer = browser.call("list_money", subject=BRIDGE, **values)
    assert answer.status_code == 200, answer.text
    return answer.json()["entries"]


def beside(page: str, field: str) -> str:
    """The words of the problem that stands beside a field."""
    found = re.search(rf'data-problem="{re.escape(field)}">.*?<span>(.*?)</span>', page, re.DOTALL)
    assert found, f"no problem beside {field}"
    return unescape(found[1])


def test_what_is_entered_is_listed_and_shows_at_once_what_it_changed(people, outcomes):
    ann = people["ann"]
    cost = ann.submit(f"{PAGE}/money/add", **FIELDS, key="a")
    assert cost.status_code == 200 and "The cost is entered." in cost.text
    gained = ann.submit(
        f"{PAGE}/money/add",
        **FIELDS | {"kind": "benefit", "amount": "1,500", "date": "2026-03-10", "subject": outcomes[0]}, key="b",
    )  # fmt: skip
    effect = re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", " ", gained.text.split('class="value-effect"')[1].split("</dl>")[0])
    )
    assert "Return on investment −100% → 50%" in effect
    assert "Paid back Not yet → 19 Feb 2026" in effect
    assert "So far it brought EUR 1,500 for EUR 1,000: a return of 50%." in gained.text
    assert gained.text.index("EUR 1,500</strong>") < gained.text.index("EUR 1,000</strong>")  # the newest first
    assert [row["subject"] for row in entries(ann)] == [BRIDGE, outcomes[0]]


def test_the_same_form_sent_twice_enters_once(people):
    before = len(entries(people["ann"]))
    for _ in range(2):
        people["ann"].submit(f"{PAGE}/money/add", **FIELDS | {"note": "Twice"}, key="twice")
    assert len(entries(people["ann"])) == before + 1


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("currency", {"currency": "EUX"}, "Did you mean EUR?"),
        ("currency", {"currency": ""}, "three-letter code"),
        ("amount", {"amount": "much"}, "“much” is no amount"),
        ("amount", {"amount": "-5"}, "above zero"),
        ("amount", {"amount": "USD 5"}, "The amount says USD"),
        ("date", {"date": "2999-01-01"}, "is after today"),
        ("date", {"date": "soon"}, "Give the day"),
        ("weight:project:test:bridge", {"kind": "benefit", "weight:project:test:bridge": "0"}, "above zero, not 0"),
        ("weight:project:test:bridge", {"kind": "benefit", "weight:project:test:bridge": "-1"}, "above zero, not -1"),
        ("weight:project:test:bridge", {"kind": "benefit", "weight:project:test:bridge": "half"}, "no number"),
        ("weights", {"weight:project:test:bridge": "1"}, "A cost belongs to the project or to one outcome"),
    ],
)  # fmt: skip
def test_what_is_refused_keeps_what_was_typed_with_the_reason_beside_the_field(people, field, typed, words):
    before = entries(people["ann"])
    sent = FIELDS | {"note": "<b>Steel</b> & rope"} | typed
    answer = people["ann"].submit(f"{PAGE}/money/add", **sent)
    assert answer.status_code == 422
    assert words in beside(answer.text, field)
    assert 'value="&lt;b&gt;Steel&lt;/b&gt; &amp; rope"' in answer.text
    for name, text in typed.items():
        if name not in ("kind",) and text:
            assert f'value="{text}"' in answer.text, name
    assert entries(people["ann"]) == before


def test_refusals_are_told_in_chinese_too(people):
    answer = people["ann"].submit(f"{PAGE}/money/add?lang=zh", **FIELDS | {"currency": "RMB", "amount": "多"})
    assert "您是不是要填 CNY" in beside(answer.text, "currency")
    assert "“多”不是金额" in beside(answer.text, "amount")


def test_a_benefit_of_several_is_shared_out_by_weights_and_more_than_all_of_it_is_refused(people, outcomes):
    ann = people["ann"]
    shared = FIELDS | {"kind": "benefit", "amount": "400", "date": "2026-04-01", "note": "Toll"}
    weights = {f"weight:{outcomes[0]}": "3", f"weight:{outcomes[1]}": "1"}
    assert ann.submit(f"{PAGE}/money/add", **shared, **weights).status_code == 200
    rows = {row["subject"]: row for row in entries(ann) if row["note"] == "Toll"}
    assert [rows[key]["claimed"] for key in outcomes] == ["300.00", "100.00"]
    named = shared | {"date": "2026-04-02", "shared": "The ring road"}
    assert ann.submit(f"{PAGE}/money/add", **named, **{f"weight:{outcomes[0]}": "0.6"}).status_code == 200
    twice = ann.submit(f"{PAGE}/money/add", **named | {"note": "Again"}, **{f"weight:{outcomes[1]}": "0.6"})
    assert twice.status_code == 422
    assert "Others claim 60 % of The ring road already" in beside(twice.text, "weights")


def test_a_correction_strikes_the_old_entry_through_and_says_who_and_why(people):
    ann = people["ann"]
    (entry,) = [row for row in entries(ann) if row["note"] == "Steel" and row["kind"] == "cost"][:1]
    form = ann.get(f"{PAGE}?correct={entry['id']}").text
    assert "Save the correction" in form and 'value="1,000"' in form
    typed = {"entry": entry["id"], **FIELDS, "amount": "1,200"}
    silent = ann.submit(f"{PAGE}/money/correct", **typed)
    assert silent.status_code == 422 and "Say why" in beside(silent.text, "reason")
    assert 'value="1,200"' in silent.text
    done = ann.submit(f"{PAGE}/money/correct", **typed, reason="The invoice said more.")
    assert "The entry is corrected." in done.text
    now = done.text.index("EUR 1,200</strong>")
    assert done.text.index("<del>EUR 1,000</del>", now) < done.text.index("</strong>", now + 20)  # right below it
    assert re.search(r"Corrected by ann, [^<]+: The invoice said more\.", done.text)
    late = ann.submit(f"{PAGE}/money/correct", **typed, reason="Me too.")
    assert late.status_code == 422 and "corrected already" in late.text


def test_an_entry_is_taken_back_with_a_reason(people):
    ann = people["ann"]
    ann.submit(f"{PAGE}/money/add", **FIELDS | {"note": "Of another bridge"})
    (entry,) = [row for row in entries(ann) if row["note"] == "Of another bridge"]
    assert ann.submit(f"{PAGE}/money/correct", entry=entry["id"], do="take_back").status_code == 422
    gone = ann.submit(f"{PAGE}/money/correct", entry=entry["id"], do="take_back", reason="Not ours.")
    assert "The entry is taken back." in gone.text
    assert re.search(r"Taken back by ann, [^<]+: Not ours\.", gone.text)
    (last,) = [row for row in entries(ann, corrected=True) if row["corrects"] == entry["id"]]
    assert (last["amount"], last["reason"]) == ("0", "Not ours.")


def test_only_those_who_may_correct_an_entry_are_offered_to(people):
    ann, bob, pat = (people[name] for name in ("ann", "bob", "pat"))
    entered = ann.submit(f"{PAGE}/money/add", **FIELDS | {"note": "Mine"}, key="mine")
    assert entered.status_code == 200
    (entry,) = [row for row in entries(ann) if row["note"] == "Mine"]
    link = f"?correct={entry['id'].replace(':', '%3A')}"
    assert [link in browser.get(PAGE).text for browser in (ann, bob, pat)] == [True, False, True]
    asked = [f'value="{entry["id"]}"' in browser.get(f"{PAGE}{link}").text for browser in (ann, bob, pat)]
    assert asked == [True, False, True]
    refused = bob.submit(f"{PAGE}/money/correct", entry=entry["id"], do="take_back", reason="Not hers.")
    assert refused.status_code == 403
    assert entry["id"] in {row["id"] for row in entries(ann)}
    assert pat.submit(f"{PAGE}/money/correct", entry=entry["id"], do="take_back", reason="Not ours.").status_code == 200


def test_an_unchanged_correction_is_refused(people):
    ann = people["ann"]
    ann.submit(f"{PAGE}/money/add", **FIELDS | {"note": "As it was"})
    (entry,) = [row for row in entries(ann) if row["note"] == "As it was"]
    same = ann.submit(
        f"{PAGE}/money/correct", entry=entry["id"], **FIELDS | {"note": "As it was"}, reason="Nothing really."
    )
    assert same.status_code == 422 and beside(same.text, "amount")


def test_guests_and_strangers_to_a_project_enter_nothing(people):
    assert people["gus"].get(PAGE).status_code == 403
    assert people["gus"].submit(f"{PAGE}/money/add", **FIELDS).status_code == 403
    assert people["tom"].submit(f"{PAGE}/money/add", **FIELDS).status_code == 404
    (entry, *_) = entries(people["ann"])
    stranger = people["tom"].submit(
        "/projects/project:test:tunnel/money/correct", entry=entry["id"], do="take_back", reason="Mine now."
    )
    assert stranger.status_code == 404
    assert entry in entries(people["ann"])


def test_chinese_pages_name_units_in_chinese(people):
    ann = people["ann"]
    made = ann.call(
        "define_outcome", project=BRIDGE, title="Time saved", key="hours", metric="Hours saved", unit_of_measure="hours",
        baseline=0, target=120, start="2026-01-01", due="2030-01-01",
    ).json()["outcome"]["id"]  # fmt: skip
    for day, value in (("2026-01-05", "5"), ("2026-01-20", "30")):
        assert ann.call("add_measurement", subject=made, value=value, date=day).status_code == 200
    for path, words in (
        (PAGE, ("120 小时", "30 小时")),
        (f"/outcomes/{made}", ("120 小时", "30 小时")),
        ("/outcomes", ("30 小时",)),
    ):
        page = ann.get(f"{path}?lang=zh").text
        assert all(word in page for word in words), path
        assert "hours<" not in page and " hours" not in page.replace("Hours saved", ""), path


def test_a_project_without_money_offers_to_enter_some_and_an_expected_entry_changes_what_is_expected(people):
    tunnel = "/projects/project:test:tunnel"
    page = people["tom"].get(tunnel).text
    assert "No costs or benefits are on record yet" in page and 'id="value-enter"' in page
    done = people["tom"].submit(f"{tunnel}/money/add", **FIELDS | {"expected": "yes", "date": "2999-01-01"})
    assert done.status_code == 422 and "give a value from 1900-01-01 to 2200-12-31" in done.text.lower()
    assert 'aria-describedby="add-problem-date"' in done.text and "=&#34;" not in done.text
    done = people["tom"].submit(f"{tunnel}/money/add", **FIELDS | {"expected": "yes", "date": "2100-01-01"})
    effect = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", done.text.split('class="value-effect"')[1].split("</dl>")[0]))
    assert "Return on investment Not known → −100%" in effect
    assert "Net present value (by days) Not known → EUR −1,000" in effect


def test_correcting_one_part_of_a_benefit_shared_in_thirds_leaves_every_share_as_it_was(people, outcomes):
    ann = people["ann"]
    shared = FIELDS | {"kind": "benefit", "amount": "300", "date": "2026-05-01", "note": "Thirds"}
    weights = {f"weight:{outcomes[0]}": "1", f"weight:{outcomes[1]}": "2"}
    assert ann.submit(f"{PAGE}/money/add", **shared, **weights).status_code == 200

    def parts() -> dict[str, dict]:
        return {row["subject"]: row for row in entries(ann) if row["note"] == "Thirds"}

    before = {key: row["share"] for key, row in parts().items()}
    for key, amount in zip(outcomes, ("330", "360"), strict=True):
        entry = parts()[key]
        form = ann.get(f"{PAGE}?correct={entry['id']}").text
        share = re.search(r'name="share"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="share"', form)
        assert share, "the form shows the share"
        typed = shared | {"entry": entry["id"], "amount": amount, "share": share[1] or share[2], "reason": "More."}
        answer = ann.submit(f"{PAGE}/money/correct", **typed)
        assert answer.status_code == 200, re.findall(r'role="alert">[^<]*', answer.text)
    after = parts()
    assert {key: row["share"] for key, row in after.items()} == before
    assert {row["amount"] for row in after.values()} == {"360"}
