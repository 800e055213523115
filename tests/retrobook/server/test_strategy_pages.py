"""Pages of objectives over HTTP: what is refused keeps what was typed; changed, retired, aligned by name."""

from __future__ import annotations

import re
from contextlib import ExitStack
from html import unescape

import pytest

BRIDGE = "project:test:bridge"


@pytest.fixture(scope="module")
def people(server):
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(server.sign_in(name, server.add_person(name, units, [role])))
            for name, units, role in (
                ("lea", ["*"], "lead"), ("max", ["unit:Works"], "manager"), ("ann", ["unit:Works"], "member"),
            )
        }  # fmt: skip


@pytest.fixture(scope="module")
def goal(people) -> str:
    made = people["max"].call("define_objective", title="Safe bridges", period="2026", unit="Works").json()
    return made["objective"]["id"]


@pytest.fixture(scope="module")
def outcome(people) -> str:
    made = people["ann"].call("define_outcome", project=BRIDGE, title="Fewer cracks", due="2030-01-01").json()
    return made["outcome"]["id"]


def beside(page: str, field: str) -> str:
    """The words of the problem that stands beside a field."""
    found = re.search(rf'data-problem="{re.escape(field)}">.*?<span>(.*?)</span>', page, re.DOTALL)
    assert found, f"no problem beside {field}"
    return unescape(found[1])


def test_a_manager_who_names_no_unit_keeps_what_was_typed_with_the_reason_beside_the_unit(people):
    max = people["max"]
    form = max.get("/strategy").text
    assert re.search(r'name="unit"[^>]*value="Works"[^>]*required', form)
    typed = {"title": "Quiet <nights>", "period": "2026-Q3", "unit": "", "description": "Long text"}
    refused = max.submit("/strategy", **typed)
    assert refused.status_code == 422
    assert "Name the unit" in beside(refused.text, "unit")
    assert 'value="Quiet &lt;nights&gt;"' in refused.text and ">Long text</textarea>" in refused.text
    foreign = max.submit("/strategy", **typed | {"unit": "Elsewhere"})
    assert foreign.status_code == 403 and "not among your units" in beside(foreign.text, "unit")
    made = max.submit("/strategy", **typed | {"unit": "Works"})
    assert "The objective is set." in made.text


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("period_end", {"period_start": "2026-03-01", "period_end": "2026-02-01"}, "before the start"),
        ("period_start", {"period_start": "soon"}, "“soon” is no day"),
        ("period", {"period": ""}, "which period"),
        ("parent", {"parent": "objective:gone"}, "There is no objective"),
    ],
)
def test_a_refused_objective_says_why_beside_the_field(people, field, typed, words):
    answer = people["lea"].submit("/strategy", **{"title": "Kept", "period": "2026"} | typed)
    assert answer.status_code == 422
    assert words in beside(answer.text, field)
    assert 'value="Kept"' in answer.text


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("baseline", {"baseline": "abc"}, "“abc” is no number"),
        ("target", {"baseline": "5", "target": "5"}, "is the baseline already"),
        ("weight", {"weight": "0"}, "weight"),
        ("weight", {"weight": "nan"}, "no number"),
    ],
)
def test_a_refused_key_result_says_why_beside_the_field(people, goal, field, typed, words):
    answer = people["max"].submit(f"/strategy/{goal}/key-result", **{"title": "Kept", "weight": "1"} | typed)
    assert answer.status_code == 422
    assert words in beside(answer.text, field)
    assert 'value="Kept"' in answer.text


def test_a_target_at_the_baseline_is_refused_in_chinese_too(people, goal):
    answer = people["max"].submit(f"/strategy/{goal}/key-result?lang=zh", title="x", baseline="5", target="5")
    assert "与基线相同" in beside(answer.text, "target")


def test_the_same_post_twice_makes_one_objective(people):
    for _ in range(2):
        people["lea"].submit("/strategy", title="Sent twice", period="2031", key="k-1")
    rows = people["lea"].call("list_objectives", period="2031").json()["objectives"]
    assert [row["objective"]["title"] for row in rows] == ["Sent twice"]


def test_an_unknown_or_ambiguous_outcome_is_told_beside_its_field_and_a_title_is_enough(people, goal, outcome):
    ann = people["ann"]
    path = f"/strategy/{goal}/align"
    wrong = ann.submit(path, outcome="Fewer crack", target=goal)
    assert wrong.status_code == 422
    assert "Did you mean 'Fewer cracks'?" in beside(wrong.text, "outcome")
    assert 'value="Fewer crack"' in wrong.text
    assert f"Fewer cracks · {outcome}" in unescape(wrong.text)
    other = ann.call("define_outcome", project=BRIDGE, title="Fewer cracks", due="2031-01-01").json()["outcome"]["id"]
    several = beside(ann.submit(path, outcome="Fewer cracks", target=goal).text, "outcome")
    assert outcome in several and other in several
    done = ann.submit(path, outcome=f"Fewer cracks · {other}", target=goal)
    assert "The outcome is aligned." in done.text
    assert f'href="/outcomes/{other}"' in done.text
    ann.call("retire_outcome", id=other, reason="Twice.")


def test_an_owner_sees_how_to_take_their_alignment_back_and_others_do_not(people, server, goal, outcome):
    ann = people["ann"]
    assert "The outcome is aligned." in ann.submit(f"/strategy/{goal}/align", outcome=outcome, target=goal).text
    assert f'action="/strategy/{goal}/unalign"' in ann.get(f"/strategy/{goal}").text
    with server.sign_in("bob", server.add_person("bob", ["unit:Works"])) as bob:
        page = bob.get(f"/strategy/{goal}").text
        assert "Fewer cracks" in page and "/unalign" not in page and "/retire" not in page
    assert "taken back" in ann.submit(f"/strategy/{goal}/unalign", outcome=outcome, target=goal).text


def test_an_outcomes_page_leads_to_its_objective_and_to_testing_a_release(people, goal, outcome):
    people["max"].call("align_outcome", outcome=outcome, target=goal)
    page = people["ann"].get(f"/outcomes/{outcome}").text
    assert f'href="/strategy/{goal}"' in page
    link = re.search(r'href="(/alerts/attribution\?outcome=[^"]+)"', page)
    assert link and f'value="{outcome}"' in people["ann"].get(unescape(link[1])).text


def test_a_key_result_and_an_objective_are_changed_and_retired_on_the_page(people):
    max = people["max"]
    goal = max.call("define_objective", title="Short", period="2026", unit="Works", description="Old").json()[
        "objective"
    ]
    path = f"/strategy/{goal['id']}"
    added = max.submit(f"{path}/key-result", title="Count", baseline="1", target="9", direction="increase", weight="1")
    record = re.search(r'name="record" value="([^"]+)"', added.text)[1]
    fields = {"record": record, "title": "Count", "baseline": "", "target": "8", "direction": "decrease", "weight": "2"}
    stale = max.submit(f"{path}/key-result", **fields, revision="7")
    assert stale.status_code == 409 and 'value="8"' in stale.text
    wrong = max.submit(f"{path}/key-result", **fields | {"weight": "abc"}, revision="1")
    assert wrong.status_code == 422 and "“abc” is no number" in beside(wrong.text, "weight")
    changed = max.submit(f"{path}/key-result", **fields, revision="1")
    assert "The key result is changed." in changed.text
    held = max.call("objective_view", id=goal["id"]).json()["key_results"][0]
    assert (held.get("baseline"), held["target"], held["weight"], held["direction"]) == (None, 8, 2, "decrease")
    page = max.submit(f"{path}/change", title="Longer", period="2026", unit="Works", description="", revision="1").text
    assert "The objective is changed." in page and "<h1>Longer</h1>" in page and "Old" not in page
    child = max.call("define_objective", title="Below", period="2026", unit="Works", parent=goal["id"]).json()
    above = max.submit(f"{path}/retire", reason="Done.")
    assert above.status_code == 409 and "Below" in above.text and ">Done.</textarea>" in above.text
    assert max.submit(f"{path}/retire", record=record).status_code == 422
    assert "The key result is out of use." in max.submit(f"{path}/retire", record=record, reason="Wrong.").text
    max.submit(f"/strategy/{child['objective']['id']}/retire", reason="Done.")
    gone = max.submit(f"{path}/retire", reason="Done.")
    assert "The objective is out of use." in gone.text and "Longer" not in gone.text
    assert max.get(path).status_code == 404


@pytest.mark.parametrize("act", ["align", "key-result", "change", "retire"])
def test_the_language_switch_on_a_refused_form_comes_back_to_the_page(people, goal, act):
    answer = people["max"].submit("/language", language="en", next=f"/strategy/{goal}/{act}")
    assert answer.status_code == 200 and answer.url.path == f"/strategy/{goal}"


def test_a_goal_that_is_hidden_or_gone_is_not_found(people, goal):
    assert people["lea"].submit("/strategy/objective:gone/align", outcome="x").status_code == 404
    assert people["max"].submit(f"/strategy/{goal}/nothing").status_code == 404
