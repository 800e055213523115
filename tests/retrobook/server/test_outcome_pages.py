"""Pages of outcomes over HTTP: only what one may see, refusals beside what was typed, changes, and retirement."""

from __future__ import annotations

from contextlib import ExitStack
from html import unescape

import pytest

BRIDGE = "project:test:bridge"


@pytest.fixture(scope="module")
def people(server):
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(server.sign_in(name, server.add_person(name, ["unit:Works"], [role])))
            for name, role in {"ann": "member", "bob": "member", "mia": "manager"}.items()
        }


def defined(browser, title: str) -> str:
    made = browser.call("define_outcome", project=BRIDGE, due="2030-01-01", title=title, key=title)
    assert made.status_code == 200, made.text
    return made.json()["outcome"]["id"]


def test_a_form_that_is_refused_keeps_what_was_typed_and_says_why_beside_the_field(people):
    fields = {
        "project": BRIDGE, "template": "", "title": "Fewer <b>faults</b>", "baseline": "many", "do": "save",
    }  # fmt: skip
    answer = people["ann"].submit("/outcomes/new", **fields)
    assert answer.status_code == 422
    assert 'value="Fewer &lt;b&gt;faults&lt;/b&gt;"' in answer.text
    assert 'id="problem-baseline"' in answer.text
    backwards = people["ann"].submit(
        "/outcomes/new", **fields | {"baseline": "5", "start": "2026-05-01", "due": "2026-04-01"}
    )
    assert backwards.status_code == 422
    assert 'aria-invalid="true"' in backwards.text


def test_the_same_form_sent_twice_makes_one_draft(people):
    fields = {"project": BRIDGE, "template": "", "title": "Once", "do": "save", "key": "form-1"}
    first = people["ann"].submit("/outcomes/new", **fields)
    second = people["ann"].submit("/outcomes/new", **fields)
    assert first.url.path.startswith("/outcomes/outcome:own:")
    assert first.url == second.url


def test_another_member_reads_and_measures_but_neither_submits_nor_changes(people):
    key = defined(people["ann"], "Ann's own")
    page = people["bob"].get(f"/outcomes/{key}").text
    assert 'id="form-submit"' not in page
    assert 'id="form-retire"' not in page
    assert people["bob"].submit(f"/outcomes/{key}/submit").status_code == 403
    assert people["bob"].submit(f"/outcomes/{key}/edit", title="Mine", do="save", revision="1").status_code == 422
    assert people["bob"].call("get_outcome", id=key).json()["outcome"]["title"] == "Ann's own"


def test_a_change_of_what_somebody_changed_meanwhile_is_refused(people):
    key = defined(people["ann"], "Two at once")
    changed = people["ann"].submit(f"/outcomes/{key}/edit", title="First", do="save", revision="1")
    assert changed.url.query == b"done=changed"
    stale = people["mia"].submit(f"/outcomes/{key}/edit", title="Second", do="save", revision="1")
    assert stale.status_code == 409
    assert 'value="Second"' in stale.text
    assert people["ann"].call("get_outcome", id=key).json()["outcome"]["title"] == "First"


def test_after_a_stale_save_both_versions_are_shown_and_saving_again_is_possible(people):
    key = defined(people["ann"], "Meanwhile")
    form = {
        "title": "Mine",
        "relevance": "As it was",
        "weight": "1",
        "unit_kind": "number",
        "baseline": "",
        "do": "save",
    }
    done = people["ann"].submit(f"/outcomes/{key}/edit", title="First", relevance="Theirs", do="save", revision="1")
    assert done.status_code == 200
    for language, now, yours in (
        ("en", "Now: Theirs", "In your form: As it was"),
        ("zh", "现在：Theirs", "您的表单：As it was"),
    ):
        stale = people["mia"].submit(f"/outcomes/{key}/edit?lang={language}", **form, revision="1")
        assert stale.status_code == 409
        assert now in stale.text and yours in stale.text
        assert 'data-field="title"' in stale.text and 'data-field="weight"' not in stale.text
        assert 'name="since" value="1"' in stale.text
        assert 'name="revision" value="2"' in stale.text and 'value="Mine"' in stale.text
    taken = people["mia"].submit(
        f"/outcomes/{key}/edit", **form | {"do": "check"}, take="relevance=Theirs", revision="2", since="1"
    )
    assert ">Theirs</textarea>" in taken.text and 'name="revision" value="2"' in taken.text
    both = taken.text.split("data-meanwhile")[1]  # what is not decided yet stays in sight
    assert 'data-field="title"' in both and 'data-field="relevance"' not in both
    again = people["mia"].submit(f"/outcomes/{key}/edit", **form | {"relevance": "Theirs"}, revision="2")
    assert again.status_code == 200 and again.url.path == f"/outcomes/{key}"
    kept = people["ann"].call("get_outcome", id=key).json()["outcome"]
    assert (kept["title"], kept["relevance"]) == ("Mine", "Theirs")


@pytest.mark.parametrize("revision", ["abc", "", "9" * 6000, "-1", "²"])
def test_a_revision_that_is_none_is_a_stale_save_and_no_breakdown(people, revision):
    key = defined(people["ann"], "Unread")
    answer = people["ann"].submit(f"/outcomes/{key}/edit", title="Overwritten", do="save", revision=revision)
    assert answer.status_code == 409
    assert people["ann"].call("get_outcome", id=key).json()["outcome"]["title"] == "Unread"
    assert people["ann"].submit(f"/outcomes/{key}/submit", revision=revision).status_code < 500


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"unit_kind": "percent", "baseline": "40", "target": "65%"}, {"baseline": 40, "target": 65}),
        ({"unit_kind": "percent", "baseline": "12,5 %", "target": "65 %"}, {"baseline": 12.5, "target": 65}),
        ({"unit_kind": "number", "unit_of_measure": "hours", "target": "1,000"}, {"target": 1000}),
        ({"unit_kind": "number", "target": "1.2万"}, {"target": 12000}),
        ({"unit_kind": "currency", "currency": "eur", "target": "EUR 4,000"}, {"target": 4000, "currency": "EUR"}),
        ({"unit_kind": "currency", "currency": "", "target": "CNY 4,000"}, {"target": 4000, "currency": "CNY"}),
        ({"unit_kind": "yes_no", "baseline": "no", "target": "yes"}, {"baseline": 0, "target": 1}),
        ({"unit_kind": "number", "weight": ""}, {"weight": 1}),
        ({"unit_kind": "number", "weight": "2"}, {"weight": 2}),
    ],
)  # fmt: skip
def test_figures_of_an_outcome_are_read_as_measurements_are(people, typed, kept):
    fields = {"project": BRIDGE, "template": "", "title": "Read as written", "do": "save"}
    answer = people["ann"].submit("/outcomes/new", **fields | typed)
    assert answer.url.path.startswith("/outcomes/outcome:own:"), answer.text[:400]
    made = people["ann"].call("get_outcome", id=answer.url.path.removeprefix("/outcomes/")).json()["outcome"]
    assert {name: made[name] for name in kept} == kept


def test_an_emptied_weight_is_one_again(people):
    key = defined(people["ann"], "Weighed")
    people["ann"].submit(f"/outcomes/{key}/edit", title="Weighed", weight="3", do="save", revision="1")
    assert people["ann"].call("get_outcome", id=key).json()["outcome"]["weight"] == 3
    people["ann"].submit(f"/outcomes/{key}/edit", title="Weighed", weight="", do="save", revision="2")
    assert people["ann"].call("get_outcome", id=key).json()["outcome"]["weight"] == 1


@pytest.mark.parametrize(
    ("typed", "field", "english", "chinese"),
    [
        ({"target": "EUR 5", "unit_kind": "percent"}, "target", "does not fit", "应填写百分数"),
        ({"target": "USD 5", "unit_kind": "currency", "currency": "EUR"}, "target", "The amount says USD", "USD"),
        ({"weight": "-1"}, "weight", "has to be greater than 0", "“权重”须大于 0"),
        ({"weight": "heavy"}, "weight", "does not fit", "应填写数字"),
        ({"start": "2026-05-01", "due": "2026-04-01"}, "due", "before the start", "早于开始日期"),
        ({"title": ""}, "title", "“title” is missing", "请填写“标题”"),
        ({"owner": "an"}, "owner", "Did you mean “ann”?", "您是不是要找“ann”？"),
    ],
)  # fmt: skip
def test_a_refused_form_says_why_in_the_readers_language(people, typed, field, english, chinese):
    fields = {"project": BRIDGE, "template": "", "title": "Refused", "do": "save"}
    for language, words in (("en", english), ("zh", chinese)):
        answer = people["ann"].submit(f"/outcomes/new?lang={language}", **fields | typed)
        assert answer.status_code == 422
        beside = answer.text.split(f'id="problem-{field}">')[1].split("</span>")[0]
        assert words in unescape(beside), beside


def test_an_edited_outcome_is_never_left_without_a_title(people):
    key = defined(people["ann"], "Titled")
    answer = people["ann"].submit(f"/outcomes/{key}/edit", title="", do="save", revision="1")
    assert answer.status_code == 422 and 'id="problem-title"' in answer.text


def test_the_form_of_somebody_elses_outcome_leads_to_the_outcome(people):
    key = defined(people["ann"], "Not Bob's")
    assert 'name="revision"' in people["ann"].get(f"/outcomes/{key}/edit").text
    led = people["bob"].get(f"/outcomes/{key}/edit")
    assert led.url.path == f"/outcomes/{key}" and 'name="do" value="save"' not in led.text


def test_the_form_proposes_those_who_may_see_the_project_and_nobody_else(people, server):
    with server.sign_in("tim", server.add_person("tim", ["unit:Works/tunnel"], ["member"])):
        form = people["ann"].get(f"/outcomes/new?project={BRIDGE}&template=none").text
    offered = form.split('<datalist id="owners">')[1].split("</datalist>")[0]
    assert 'value="ann"' in offered and 'value="mia"' in offered
    assert 'value="tim"' not in offered


def test_an_emptied_field_is_emptied(people):
    key = defined(people["ann"], "Emptied")
    assert people["ann"].call("get_outcome", id=key).json()["outcome"]["due"]
    fields = {"title": "Emptied", "due": "", "relevance": "", "baseline": "20", "do": "save", "revision": "1"}
    assert people["ann"].submit(f"/outcomes/{key}/edit", **fields).url.query == b"done=changed"
    outcome = people["ann"].call("get_outcome", id=key).json()["outcome"]
    assert (outcome["due"], outcome["baseline"]) == (None, 20)


def test_an_outcome_taken_out_of_use_leaves_the_list(people):
    key = defined(people["ann"], "Dropped")
    gone = people["ann"].submit(f"/outcomes/{key}/retire", reason="Not any more", revision="1")
    assert (gone.url.path, gone.url.query) == ("/outcomes", b"done=retired")
    assert "Dropped" not in people["ann"].get("/outcomes").text
    assert people["ann"].get(f"/outcomes/{key}").status_code == 404


def test_what_does_not_exist_is_not_found(people):
    assert people["ann"].get("/outcomes/outcome:nosuch").status_code == 404
    assert people["ann"].submit("/outcomes/outcome:nosuch/fly").status_code == 404
    assert people["ann"].get("/outcomes/new?project=nosuch&template=quality").status_code == 400


def test_a_suggestion_is_taken_over_into_its_field(people):
    fields = {"project": BRIDGE, "template": "", "title": "Suggested", "unit_of_measure": "faults"}
    page = people["ann"].submit("/outcomes/new", **fields, take="due=2030-03-04")
    assert page.status_code == 200
    assert 'name="due" type="date" value="2030-03-04"' in page.text
    assert 'value="faults"' in page.text


@pytest.fixture(scope="module")
def plan(server, people):
    """Milestones, work items and KPIs of the bridge, and a milestone of the tunnel that its people do not see."""
    unit = "Works/bridge"
    rows = [
        ("Milestone", f"milestone:bridge:{n}", {"external_id": f"MS-{n}", "source_system": "plan", "title": title})
        for n, title in enumerate(["Deck closed", "Pylons stand"])
    ] + [
        ("WorkItem", f"work_item:bridge:{n}", {"external_id": f"WI-{n}", "source_system": "tracker", "title": title})
        for n, title in enumerate(["Pour the deck", "Paint the rail", "Paint the rail"])
    ]  # fmt: skip
    records = [
        {"label": label, "values": {"id": key, "project": BRIDGE, "unit": unit, **values}}
        for label, key, values in rows
    ]
    hidden = {"id": "milestone:tunnel:0", "project": "project:test:tunnel", "unit": "Works/tunnel", "title": "Dug"}
    records.append({"label": "Milestone", "values": hidden})
    with server.graph() as graph:
        graph.put_records_batch(records=records)
        graph.define_kpi(name="Crossings a day", project="bridge")


def tied(browser, key: str) -> dict[str, list[str]]:
    found = browser.call("get_outcome", id=key).json()
    return {kind: [one["title"] for one in found[kind]] for kind in ("kpis", "milestones", "work_items")}


def test_what_an_outcome_hangs_on_is_tied_by_name_shown_and_untied_from_its_page(people, plan):
    ann, key = people["ann"], defined(people["ann"], "Hangs on much")
    page = ann.get(f"/outcomes/{key}").text
    assert '<option value="Deck closed · MS-0">' in page
    for kind, written in (
        ("milestone", "deck CLOSED"),
        ("work_item", "Pour the deck · WI-0"),
        ("kpi", "Crossings a day"),
    ):
        revision = str(ann.call("get_outcome", id=key).json()["outcome"]["revision"])
        done = ann.submit(f"/outcomes/{key}/link", kind=kind, target=written, revision=revision)
        assert done.url.query == b"done=linked", done.text
    assert tied(ann, key) == {
        "kpis": ["Crossings a day"], "milestones": ["Deck closed"], "work_items": ["Pour the deck"],
    }  # fmt: skip
    page = people["bob"].get(f"/outcomes/{key}").text
    assert "Deck closed" in page
    assert 'action="/outcomes/' + key.replace(":", "%3A") + '/unlink"' not in page
    gone = ann.submit(f"/outcomes/{key}/unlink", kind="milestone", target="milestone:bridge:0", revision="4")
    assert gone.url.query == b"done=unlinked"
    assert tied(ann, key)["milestones"] == []


@pytest.mark.parametrize(
    ("kind", "written", "said"),
    [
        ("milestone", "Dek closed", "Did you mean &#39;Deck closed&#39;"),
        ("work_item", "WI-77", "There is no work item"),
        ("work_item", "Paint the rail", "WI-2, WI-1"),
        ("kpi", "Crossing a day", "Did you mean &#39;Crossings a day&#39;"),
        ("milestone", "Dug", "There is no milestone"),
        ("milestone", "", "Choose or write"),
    ],
)
def test_a_link_that_misses_names_the_nearest_beside_its_field_and_ties_nothing(people, plan, kind, written, said):
    ann, key = people["ann"], defined(people["ann"], f"Misses {kind} {written}")
    answer = ann.submit(f"/outcomes/{key}/link", kind=kind, target=written, revision="1")
    assert 400 <= answer.status_code < 500
    assert said in answer.text
    assert f'href="#form-link-{kind}"' in answer.text
    assert not written or f'value="{written}"' in answer.text
    assert tied(ann, key) == {"kpis": [], "milestones": [], "work_items": []}


def test_links_of_somebody_elses_outcome_of_a_stale_one_and_of_a_hidden_milestone_are_refused(people, server, plan):
    ann, key = people["ann"], defined(people["ann"], "Not yours to tie")
    link = f"/outcomes/{key}/link"
    assert people["bob"].submit(link, kind="milestone", target="MS-0", revision="1").status_code == 403
    local = server.sign_in("lim", server.add_person("lim", ["unit:Works/bridge"], ["manager"]))
    forged = local.submit(link, kind="milestone", target="milestone:tunnel:0", revision="1")
    assert (forged.status_code, "Dug" in forged.text) == (404, False)
    ann.submit(link, kind="milestone", target="MS-0", revision="1")
    stale = people["mia"].submit(link, kind="milestone", target="MS-1", revision="1")
    assert (stale.status_code, "Somebody changed this outcome" in stale.text) == (409, True)
    assert ann.submit(link, kind="sky", target="MS-1", revision="2").status_code == 400
    assert tied(ann, key)["milestones"] == ["Deck closed"]


def measured(browser, key: str, day: str, value: str) -> str:
    kept = browser.call("add_measurement", subject=key, date=day, value=value)
    assert kept.status_code == 200, kept.text
    return kept.json()["kept"]["measurement"]["id"]


def test_a_corrected_value_is_struck_through_with_who_and_why_and_the_newest_comes_first(people):
    ann, key = people["ann"], defined(people["ann"], "Miscounted")
    measured(ann, key, "2026-02-01", "12")
    wrong = measured(ann, key, "2026-03-01", "310")
    fields = {"measurement": wrong, "date": "2026-03-01", "date_before": "2026-03-01", "do": "correct"}
    refused = ann.submit(f"/outcomes/{key}/correct", **fields, value="31", reason="")
    assert refused.status_code == 400
    assert f'id="form-correct-{wrong}"' in refused.text and 'value="31"' in refused.text
    done = ann.submit(f"/outcomes/{key}/correct", **fields, value="31", reason="A point was lost")
    assert done.url.query == b"done=corrected"
    page = done.text
    assert "310, 1 Mar 2026</del>" in page
    assert "Corrected by ann" in page and "Reason: A point was lost" in page
    assert page.index("<strong>31</strong>") < page.index("<strong>12</strong>")
    again = people["mia"].submit(f"/outcomes/{key}/correct", **fields, value="32", reason="No, 32")
    assert (again.status_code, "is corrected already" in again.text) == (409, True)


def test_a_withdrawn_value_counts_no_more_and_can_be_given_again(people):
    ann, key = people["ann"], defined(people["ann"], "Withdrawn")
    wrong = measured(ann, key, "2026-03-01", "7")
    done = ann.submit(f"/outcomes/{key}/correct", measurement=wrong, reason="Another bridge", value="9", do="withdraw")
    assert done.url.query == b"done=value_withdrawn"
    assert "Withdrawn by ann" in done.text and "Reason: Another bridge" in done.text
    assert ann.call("get_outcome", id=key).json()["standing"]["current"] is None
    views = ann.call("list_measurements", subject=key).json()["measurements"]
    last = next(view["measurement"]["id"] for view in views if view["corrected_by"] is None)
    back = ann.submit(f"/outcomes/{key}/correct", measurement=last, reason="It was ours", value="8", do="correct")
    assert back.url.query == b"done=corrected"
    assert "Given again by ann" in back.text
    assert ann.call("get_outcome", id=key).json()["standing"]["current"] == 8


def test_only_who_recorded_it_the_owner_and_reviewing_roles_correct_and_only_from_its_own_page(people):
    ann, bob = people["ann"], people["bob"]
    key, other = defined(ann, "Whose value"), defined(ann, "Another page")
    hers, his = measured(ann, key, "2026-03-01", "7"), measured(bob, key, "2026-03-02", "8")
    page = bob.get(f"/outcomes/{key}").text
    assert f'id="form-correct-{his}"' in page and f'id="form-correct-{hers}"' not in page
    refused = bob.submit(f"/outcomes/{key}/correct", measurement=hers, value="1", reason="x")
    assert (refused.status_code, "may not correct" in refused.text) == (403, True)
    assert ann.submit(f"/outcomes/{other}/correct", measurement=hers, value="1", reason="x").status_code == 404
    assert ann.submit(f"/outcomes/{key}/correct", measurement=his, value="9", reason="misread").status_code == 200


def test_the_last_change_is_taken_back_and_restored_but_never_somebody_elses_later_one(people, plan):
    ann, key = people["ann"], defined(people["ann"], "Undone")
    changed = ann.submit(f"/outcomes/{key}/edit", title="Renamed", due="2030-01-01", do="save", revision="1")
    assert "data-undo>Undo" in changed.text
    assert "data-undo>" not in people["bob"].get(f"/outcomes/{key}?done=changed").text
    assert people["bob"].submit(f"/outcomes/{key}/undo", revision="2").status_code == 403
    undone = ann.submit(f"/outcomes/{key}/undo", revision="2")
    assert undone.url.query == b"done=undone"
    assert ann.call("get_outcome", id=key).json()["outcome"]["title"] == "Undone"
    assert "data-undo>Restore the change" in undone.text
    assert ann.submit(f"/outcomes/{key}/undo", revision="2").status_code == 409
    ann.submit(f"/outcomes/{key}/undo", revision="3")
    assert ann.call("get_outcome", id=key).json()["outcome"]["title"] == "Renamed"
    ann.submit(f"/outcomes/{key}/link", kind="kpi", target="Crossings a day", revision="4")
    ann.submit(f"/outcomes/{key}/undo", revision="5")
    assert tied(ann, key)["kpis"] == []


def test_a_defined_outcome_has_no_change_to_take_back(people):
    key = defined(people["ann"], "Fresh")
    assert "data-undo-last" not in people["ann"].get(f"/outcomes/{key}?done=changed").text
    assert people["ann"].submit(f"/outcomes/{key}/undo", revision="1").status_code == 409
    assert people["ann"].submit(f"/outcomes/{key}/undo").status_code == 400


def boxes(browser, *keys: str) -> list[str]:
    return [f"{browser.call('get_outcome', id=key).json()['outcome']['revision']}:{key}" for key in keys]


def weights(browser, *keys: str) -> list[float]:
    return [browser.call("get_outcome", id=key).json()["outcome"]["weight"] for key in keys]


def test_several_are_changed_at_once_and_undo_takes_back_exactly_that_edit(people):
    ann = people["ann"]
    keys = [defined(ann, f"Several {n}") for n in range(3)]
    page = ann.get("/outcomes?who=mine&text=Several").text
    assert page.count('name="pick"') == 3 and page.count(" checked") == 0
    assert ann.get("/outcomes?who=mine&text=Several&tick=all").text.count(" checked") == 3
    done = ann.submit(
        "/outcomes/bulk?who=mine&text=Several", pick=boxes(ann, *keys), weight="3", due="2031-02-03",
        horizon="long_term", add_tags="water，north",
    )  # fmt: skip
    assert done.status_code == 200 and "3 outcomes are changed." in done.text
    assert done.url.params["text"] == "Several"
    first = done.url.params["edit"]
    outcome = ann.call("get_outcome", id=keys[0]).json()["outcome"]
    assert (outcome["weight"], outcome["due"], outcome["tags"]) == (3, "2031-02-03", ["water", "north"])
    later = defined(ann, "Later edit")
    ann.submit("/outcomes/bulk", pick=boxes(ann, later), weight="5")
    undone = ann.submit("/outcomes/bulk/undo", edit=first)
    assert "3 outcomes are as they were before." in undone.text
    assert weights(ann, *keys, later) == [1, 1, 1, 5]
    again = ann.submit("/outcomes/bulk/undo", edit=first)
    assert (again.status_code, "taken back already" in again.text) == (404, True)
    assert weights(ann, later) == [5]


def test_a_bulk_edit_with_refusals_names_each_outcome_and_why_and_writes_nothing(people, server):
    ann, bob = people["ann"], people["bob"]
    mine, stale, hers = defined(bob, "Bob's good one"), defined(bob, "Bob's stale one"), defined(ann, "Ann's bulk one")
    tunnel = people["mia"].call("define_outcome", project="tunnel", title="Secret dig", key="s").json()["outcome"]["id"]
    near = server.sign_in("nil", server.add_person("nil", ["unit:Works/bridge"], ["manager"]))
    ticked = boxes(bob, mine, stale, hers)
    people["mia"].submit(f"/outcomes/{stale}/edit", title="Bob's stale one", baseline="4", do="save", revision="1")
    refused = bob.submit("/outcomes/bulk?who=mine", pick=ticked, weight="7")
    assert refused.status_code == 409
    said = refused.text.split("data-bulk-refused")[1].split("</ul>")[0]
    assert "<strong>Ann&#39;s bulk one</strong>: This outcome belongs to ann" in said
    assert "<strong>Bob&#39;s stale one</strong>: Somebody changed this outcome since you read it" in said
    assert 'name="weight" inputmode="decimal" maxlength="20" autocomplete="off" value="7"' in refused.text
    assert weights(bob, mine, stale, hers) == [1, 1, 1]
    forged = near.submit("/outcomes/bulk", pick=[f"1:{tunnel}", f"1:{mine}"], weight="7")
    assert forged.status_code == 409 and "Secret dig" not in forged.text
    assert weights(people["mia"], tunnel, mine) == [1, 1]
    some = bob.submit("/outcomes/bulk", pick=ticked, weight="7", do="others")
    assert "1 outcome is changed." in some.text
    assert weights(bob, mine, stale, hers) == [7, 1, 1]
    theirs = ann.submit("/outcomes/bulk/undo", edit=some.url.params["edit"])
    assert theirs.status_code == 404
    assert weights(bob, mine) == [7]


def test_the_undo_of_an_edit_that_somebody_built_on_is_refused_with_the_name(people):
    ann = people["ann"]
    keys = [defined(ann, f"Built on {n}") for n in range(2)]
    edit = ann.submit("/outcomes/bulk", pick=boxes(ann, *keys), weight="2").url.params["edit"]
    people["mia"].submit(f"/outcomes/{keys[0]}/edit", title="Built on 0", weight="4", do="save", revision="2")
    refused = ann.submit("/outcomes/bulk/undo", edit=edit)
    assert refused.status_code == 409
    assert "<strong>Built on 0</strong>" in refused.text and "Nothing was taken back" in refused.text
    assert weights(ann, *keys) == [4, 2]
    ann.submit("/outcomes/bulk", pick=boxes(ann, keys[1]), weight="9")
    again = ann.submit("/outcomes/bulk/undo", edit=edit)
    assert (again.status_code, weights(ann, *keys)) == (409, [4, 9])
    assert "1 of the outcomes of this edit were edited again" in again.text


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"weight": "2"}, 422, "Tick at least one"),
        ({"pick": "own"}, 422, "Fill in what shall change"),
        ({"pick": "own", "weight": "heavy"}, 400, "has to be a number"),
        ({"pick": "own", "weight": "-1"}, 400, "weight"),
        ({"pick": "own", "due": "soon"}, 400, "due"),
        ({"pick": "outcome:without-revision", "weight": "2"}, 400, "Choose the outcomes"),
    ],
)
def test_a_bulk_form_that_cannot_be_used_says_so_and_writes_nothing(people, fields, status, said):
    ann, key = people["ann"], defined(people["ann"], "Unusable")
    given = {name: boxes(ann, key) if value == "own" else value for name, value in fields.items()}
    answer = ann.submit("/outcomes/bulk", **given)
    assert (answer.status_code, weights(ann, key)) == (status, [1])
    assert said in answer.text.split("data-bulk-problem")[1][:200]


def test_refusals_speak_chinese_too(people):
    ann, hers = people["bob"], defined(people["ann"], "别人的成果")
    refused = ann.submit("/outcomes/bulk?lang=zh", pick=boxes(ann, hers), weight="2")
    said = refused.text.split("data-bulk-refused")[1].split("</ul>")[0]
    assert "未保存任何修改" in said and "您无权执行" in said


def test_a_history_shows_signs_as_they_were_typed(people):
    key = defined(people["ann"], "Signs")
    said = "Teachers' time & R&D don't <wait>"
    for relevance in (said, "Plain"):
        assert people["ann"].call("change_outcome", id=key, relevance=relevance).status_code == 200
    page = people["ann"].get(f"/outcomes/{key}").text
    assert "Teachers&#39; time &amp; R&amp;D don&#39;t &lt;wait&gt;" in page
    assert "&amp;#39;" not in page and "&amp;amp;" not in page
