"""The organisation's words over HTTP: found in both languages, changed by the PMO only, merged after a look."""

from __future__ import annotations

import re
from contextlib import ExitStack

import pytest

from tests.retrobook.server.conftest import RunningServer, two_projects

BRIDGE = "project:test:bridge"
ROLES = {"ann": "member", "pam": "pmo", "lea": "facilitator"}
BROKEN = """name: {en: Mine, zh: 我的}
description: {en: What it is, zh: 说明}
outcome_type: qualty
metric: net_promoter_score
unit_kind: number
direction: increase
months: 6
statement: {en: "{metric} rises", zh: "{metric}上升"}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("installation") / "home"
    found = RunningServer(home)
    found.fill(two_projects)
    (home / "templates" / "outcomes").mkdir(parents=True)
    (home / "templates" / "outcomes" / "mine.yaml").write_text(BROKEN, encoding="utf-8")
    found.start()
    with found.graph() as graph:
        for key, en, zh in (("quality", "Quality", "质量"), ("safety", "Safety", "安全"), ("speed", "Speed", "速度")):
            graph.define_type(key=key, name_en=en, name_zh=zh)
        for number in range(3):
            graph.define_outcome(
                project=BRIDGE, title=f"Happier {number}", metric="nps", outcome_type="quality", key=str(number)
            )
    yield found
    if found.process is not None:
        found.stop()


@pytest.fixture(scope="module")
def people(server):
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(server.sign_in(name, server.add_person(name, ["*"], [role])))
            for name, role in ROLES.items()
        }


def revision_of(page: str) -> str:
    return re.search(r'name="revision" value="(\d+)"', page)[1]


def test_words_are_found_in_either_language_with_unit_direction_and_use(people):
    by_chinese = people["ann"].get("/vocabulary?part=metrics&q=净推荐值").text
    by_alias = people["ann"].get("/vocabulary?part=metrics&q=promoter+score").text
    for page in (by_chinese, by_alias):
        row = re.search(r'<li data-key="net_promoter_score">.*?</li>', page, re.DOTALL)[0]
        assert "points" in row
        assert "shall rise" in row
        assert "3 outcomes" in row
    assert 'data-count="types">0<' in by_chinese
    assert (
        'data-key="net_promoter_score"' in people["ann"].get("/vocabulary?q=净推荐值").text
    )  # the part that has it opens
    zh = people["ann"].get("/vocabulary?part=metrics&q=nps&lang=zh").text
    assert "应上升" in zh
    assert "3 项成果" in zh


def test_who_is_not_of_the_pmo_reads_but_is_offered_nothing_and_may_do_nothing(people, server):
    for name in ("ann", "lea"):
        page = people[name].get("/vocabulary/metrics/net_promoter_score").text
        assert 'name="do"' not in page
        for fields in (
            {"do": "rename", "name_en": "Mine", "name_zh": "我的"}, {"do": "retire", "reason": "no"},
            {"do": "preview", "target": "satisfaction_score"}, {"do": "merge", "target": "satisfaction_score", "outcomes": "3"},
        ):  # fmt: skip
            assert people[name].submit("/vocabulary/metrics/net_promoter_score", **fields).status_code == 403
        assert people[name].submit("/vocabulary", part="types", key="x", name_en="X", name_zh="叉").status_code == 403
        assert (
            people[name]
            .call("preview_merge", of="metrics", source="net_promoter_score", target="satisfaction_score")
            .status_code
            == 403
        )
    with server.graph() as graph:
        assert graph.vocabulary_entry(of="metrics", key="net_promoter_score").metric.name_en == "Net promoter score"


def test_a_new_name_is_kept_with_who_and_when_and_the_old_one_still_leads_there(people):
    page = people["pam"].get("/vocabulary/metrics/active_users").text
    done = people["pam"].submit(
        "/vocabulary/metrics/active_users", do="rename", revision=revision_of(page),
        name_en="People who use it", name_zh="使用人数", definition_en="Counted monthly",
    )  # fmt: skip
    assert done.url.query == b"done=renamed"
    assert re.search(r'data-step="\w+">.*?20\d\d · pam<', done.text, re.DOTALL)
    assert "<del>Active users</del> → People who use it" in done.text
    assert "Active users" in re.search(r"<dd data-aliases>(.*?)</dd>", done.text)[1]
    found = people["pam"].call("find_metric", name="Active users").json()
    assert found["metric"]["name_en"] == "People who use it"
    fields = {"do": "rename", "revision": revision_of(done.text)}
    second = people["pam"].submit("/vocabulary/metrics/active_users", **fields, name_en="Users", name_zh="用户")
    assert second.url.query == b"done=renamed"
    again = people["pam"].submit("/vocabulary/metrics/active_users", **fields, name_en="Third", name_zh="第三")
    assert again.status_code == 422
    assert "Somebody else changed it" in again.text


def test_a_name_that_another_has_is_refused_beside_its_field_with_what_was_typed(people):
    page = people["pam"].submit(
        "/vocabulary/types/speed", do="rename", name_en="Quality", name_zh="速度", description_en="How <fast>"
    )
    assert page.status_code == 422
    assert re.search(
        r'name="name_en" value="Quality"[^>]*aria-invalid="true" aria-describedby="problem-name_en"', page.text
    )
    assert "How &lt;fast&gt;" in page.text
    empty = people["pam"].submit("/vocabulary/types/speed", do="rename", name_en="", name_zh="速度")
    assert 'id="problem-name_en"' in empty.text
    alias = people["pam"].submit("/vocabulary/metrics/net_promoter_score", do="alias", aliases="客户满意度评分, CSAT")
    assert alias.status_code == 422
    assert 'id="problem-aliases"' in alias.text


def test_further_names_come_and_go(people):
    done = people["pam"].submit("/vocabulary/metrics/net_promoter_score", do="alias", aliases="Recommend score，推荐分")
    assert done.url.query == b"done=aliased"
    assert people["ann"].call("find_metric", name="推荐分").json()["metric"]["key"] == "net_promoter_score"
    gone = people["pam"].submit("/vocabulary/metrics/net_promoter_score", do="alias", drop="推荐分")
    assert gone.url.query == b"done=aliased"
    assert people["ann"].call("find_metric", name="推荐分").json()["metric"] is None
    assert people["pam"].submit("/vocabulary/metrics/net_promoter_score", do="alias").status_code == 422


def test_a_merge_shows_first_how_many_outcomes_follow_then_does_it_and_can_be_undone(people):
    path = "/vocabulary/types/quality"
    look = people["pam"].submit(path, do="preview", target="safety")
    assert look.status_code == 200
    assert 'data-preview="3"' in look.text
    assert people["ann"].call("vocabulary_entry", of="types", key="quality").json()["leads_to"] is None
    stale = people["pam"].submit(path, do="merge", target="safety", outcomes="2")
    assert stale.status_code == 422
    done = people["pam"].submit(path, do="merge", target="safety", outcomes="3")
    assert done.url.query == b"done=merged"
    assert "part of safety" in done.text
    assert 'data-step="merged"' in done.text
    assert 'data-outcomes="3"' in people["ann"].get("/vocabulary/types/safety").text
    assert 'data-key="quality"' not in people["ann"].get("/vocabulary").text
    assert 'data-key="quality"' in people["ann"].get("/vocabulary?all=1").text
    circle = people["pam"].submit("/vocabulary/types/safety", do="preview", target="quality")
    assert circle.status_code == 422
    assert "would be a circle" in circle.text
    back = people["pam"].submit(path, do="split")
    assert back.url.query == b"done=split"
    assert 'data-outcomes="3"' in back.text


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("net_promoter_score", "net_promoter_score", "cannot become part of itself"),
        ("net_promoter_score", "retention_rate", "is measured as number"),
        ("net_promoter_score", "", "Choose what it shall become part of"),
        ("net_promoter_score", "nosuch", "no longer in use"),
    ],
)
def test_what_does_not_merge_is_refused_beside_the_field(people, source, target, words):
    page = people["pam"].submit(f"/vocabulary/metrics/{source}", do="preview", target=target)
    assert page.status_code == 422
    assert words in re.search(r'id="problem-target">(.*?)</span>', page.text, re.DOTALL)[1]
    assert "data-preview" not in page.text


def test_retiring_needs_a_reason_that_everybody_reads_and_can_be_undone(people):
    path = "/vocabulary/types/speed"
    refused = people["pam"].submit(path, do="retire", reason=" ")
    assert refused.status_code == 422
    assert 'id="problem-reason"' in refused.text
    done = people["pam"].submit(path, do="retire", reason="Said twice <here>")
    assert done.url.query == b"done=retired"
    page = people["ann"].get(path).text
    assert "Said twice &lt;here&gt;" in page
    assert "pam" in page
    assert 'data-key="speed"' not in people["ann"].get("/vocabulary").text
    back = people["pam"].submit(path, do="restore")
    assert back.url.query == b"done=restored"
    assert re.findall(r'data-step="(\w+)"', back.text)[:2] == ["restored", "retired"]
    assert "data-retired" not in back.text
    assert "Said twice" in back.text  # the history keeps it


def test_a_new_metric_and_what_is_wrong_with_one(people):
    fields = {
        "part": "metrics", "key": "wait_days", "name_en": "Days of waiting", "name_zh": "等待天数",
        "unit_kind": "number", "unit_of_measure": "days", "direction": "decrease", "aliases": "queue time，排队天数",
    }  # fmt: skip
    bad = people["pam"].submit("/vocabulary", **fields | {"key": "Wait Days", "name_zh": ""})
    assert bad.status_code == 422
    assert 'id="problem-name_zh"' in bad.text
    assert 'value="Days of waiting"' in bad.text
    bad = people["pam"].submit("/vocabulary", **fields | {"key": "Wait Days"})
    assert "small letters" in re.search(r'id="problem-key">(.*?)</span>', bad.text, re.DOTALL)[1]
    made = people["pam"].submit("/vocabulary", **fields)
    assert (made.url.path, made.url.query) == ("/vocabulary/metrics/wait_days", b"done=defined")
    assert people["ann"].call("find_metric", name="排队天数").json()["metric"]["key"] == "wait_days"
    twice = people["pam"].submit("/vocabulary", **fields | {"name_en": "Another", "name_zh": "另一个", "aliases": ""})
    assert "already" in re.search(r'id="problem-key">(.*?)</span>', twice.text, re.DOTALL)[1]


def test_a_template_of_ones_own_with_a_mistake_is_told_with_file_line_field_and_nearest(people):
    page = people["lea"].get("/vocabulary?part=templates").text
    told = re.search(r'data-broken="mine.yaml">(.*?)</li>', page, re.DOTALL)[1]
    assert re.search(r"line \d", told)
    assert "<code>" in told
    assert "/home/" not in told
    assert "data-broken" not in people["ann"].get("/vocabulary?part=templates").text


def test_what_is_not_there_is_not_found_and_strangers_sign_in_first(people, server):
    assert people["ann"].get("/vocabulary/metrics/nosuch").status_code == 404
    assert people["ann"].get("/vocabulary/colours/nps").status_code == 404
    assert people["pam"].submit("/vocabulary/metrics/net_promoter_score", do="fly").status_code == 404
    with server.client() as stranger:
        assert stranger.get("/vocabulary").headers["Location"].startswith("/login")


def test_the_list_of_outcomes_leads_to_the_words(people):
    assert 'href="/vocabulary"' in people["ann"].get("/outcomes").text
