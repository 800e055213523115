"""Pages of outcomes over HTTP: only what one may see, refusals beside what was typed, changes, and retirement."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.retrobook.server.conftest import RunningServer, two_projects

BRIDGE = "project:test:bridge"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    found = RunningServer(tmp_path_factory.mktemp("installation") / "home")
    found.fill(two_projects)
    found.start()
    yield found
    if found.process is not None:
        found.stop()


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
    assert stale.status_code == 422
    assert 'value="Second"' in stale.text
    assert people["ann"].call("get_outcome", id=key).json()["outcome"]["title"] == "First"


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
