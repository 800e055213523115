"""The whole way of an outcome over HTTP: everybody with a sign-in of their own, blind, and two people at once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime
from html import unescape

import pytest

from kg.domain import Outcome
from kg.errors import by_code
from kg.store.records import put_records
from pipelines.messages import Messages

from .conftest import RunningServer, two_projects

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
ROLES = {"ann": "member", "mia": "manager", "pia": "pmo", "pol": "pmo", "lea": "lead"}
KEYS = [f"outcome:test:{number}" for number in range(6)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    found = RunningServer(tmp_path_factory.mktemp("reviews") / "home")

    def fill(graph):
        two_projects(graph)
        said = {
            "project": "project:test:bridge", "unit": "Works/bridge", "title": "Shorter ways", "owner": "ann",
            "statement": "The way takes half as long.", "metric": "minutes", "unit_of_measure": "min",
            "direction": "decrease", "baseline": 40, "target": 20, "relevance": "Health", "achievability": "Built.",
            "due": date(2030, 1, 1),
        }  # fmt: skip
        with graph.store.transaction() as tx:
            outcomes = [Outcome.parse({"id": key, **said}) for key in KEYS]
            put_records(tx, outcomes, at=datetime(2026, 1, 1, tzinfo=UTC), by="test")

    found.fill(fill)
    found.start()
    yield found
    if found.process is not None:
        found.stop()


@pytest.fixture(scope="module")
def people(server):
    with ExitStack() as stack:
        found = {}
        for name, role in ROLES.items():
            password = server.add_person(name, ["unit:Works"], [role])
            found[name] = stack.enter_context(server.sign_in(name, password))
        with server.graph() as graph:
            graph.set_manager(person="ann", manager="mia")
        yield found


def said(answer) -> dict:
    assert answer.status_code == 200, answer.text
    return answer.json()


def submit(people, key: str, content: bytes = PNG) -> dict:
    ann = people["ann"]
    headers = {"Content-Type": "application/octet-stream", "Origin": str(ann.base_url).rstrip("/")}
    sent = ann.post("/evidence/upload", params={"filename": "chart.png"}, content=content, headers=headers).json()
    said(ann.call("add_evidence", outcome=key, sha256=sent["sha256"], filename=sent["filename"]))
    return said(ann.call("submit_outcome", id=key))


def score(browser, key: str, revision: int | None = None, **scores: int):
    read = revision or said(browser.call("outcome_review", id=key))["outcome"]["revision"]
    given = {"impact": 3, "difficulty": 3, "innovation": 3} | scores
    return browser.call("review_outcome", id=key, revision=read, decision="approved", scores=given)


def test_from_evidence_to_accepted_by_three_who_did_not_see_each_others_scores(people):
    key = KEYS[0]
    refused = people["ann"].call("submit_outcome", id=key)
    assert (refused.status_code, refused.json()["code"]) == (422, "evidence_needed")
    submit(people, key)
    own = score(people["ann"], key)
    assert (own.status_code, own.json()["code"]) == (403, "own_work")
    assert [i["kind"] for i in said(people["mia"].call("my_inbox"))["items"]] == ["review"]
    assert said(score(people["mia"], key, impact=5))["awaits"] == "pmo"
    blind = said(people["pia"].call("outcome_review", id=key))
    assert blind["reviews"][0]["hidden"] and blind["reviews"][0]["scores"] == {}
    assert said(score(people["pia"], key, impact=2))["awaits"] == "third"
    assert said(people["pol"].call("my_inbox"))["items"][0]["kind"] == "third"
    done = said(score(people["pol"], key, impact=3))
    assert (done["outcome"]["state"], done["scores"]["impact"]) == ("accepted", 3.0)
    with_evidence = said(people["ann"].call("outcome_review", id=key))
    assert [e["live"] for e in with_evidence["evidence"]] == [True]


def test_of_two_who_decide_at_the_same_moment_one_is_told_to_read_again(people):
    key = KEYS[1]
    submit(people, key)
    said(score(people["mia"], key))
    read = said(people["pia"].call("outcome_review", id=key))["outcome"]["revision"]
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda name: score(people[name], key, read), ("pia", "pol")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    late = next(answer for answer in answers if answer.status_code == 409).json()
    assert late["code"] == "stale_review" and "read it again" in late["message"]
    assert len(said(people["ann"].call("outcome_review", id=key))["reviews"]) == 2


def test_the_pmo_reads_how_far_reviewers_agree_from_five_rounds_on_and_everybody_the_rules(people):
    page = people["pia"].get("/outcomes/reviewing").text
    assert "2 rounds with scores of the direct manager and of the PMO are over." in page
    assert "Figures are given from 5 such rounds on" in page and "data-axis" not in page
    for key, manager, pmo in zip(KEYS[3:], (4, 2, 1), (4, 3, 1), strict=True):
        submit(people, key, PNG + key.encode())
        said(score(people["mia"], key, impact=manager))
        said(score(people["pia"], key, impact=pmo))
    page = people["pia"].get("/outcomes/reviewing").text
    assert "5 rounds with scores of the direct manager and of the PMO are over." in page
    assert "In 1 of them a third person was asked." in page
    figures = said(people["pia"].call("review_agreement"))["axes"]
    impact = next(axis for axis in figures if axis["axis"] == "impact")
    row = page[page.index('data-axis="impact"') :].split("</tr>")[0]
    assert f">{impact['kappa']:.2f}<" in row and ">60 %<" in row
    plain = people["ann"].get("/outcomes/reviewing")
    assert plain.status_code == 200 and "data-axis" not in plain.text
    assert "Routine: done many times here" in plain.text
    chinese = people["pia"].get("/outcomes/reviewing?lang=zh").text
    assert "评审人的一致程度" in chinese and "常规工作" in chinese


def test_one_file_for_two_outcomes_shows_to_the_reviewer(people):
    submit(people, KEYS[2])
    shown = said(people["mia"].call("outcome_review", id=KEYS[2]))
    assert {other["id"] for other in shown["evidence"][0]["also_supports"]} == set(KEYS[:2])


def test_an_ordinary_click_that_is_refused_says_why_in_both_languages(people):
    """What a reviewer or owner forgets, on the page itself; KEYS[2] waits for mia."""
    refused = [
        ("mia", "review", {"decision": "approved", "score_impact": "3", "revision": "9"},
         "Still without a score: difficulty, innovation.", "尚未评分：难度、创新性。"),
        ("mia", "review", {"decision": "returned", "revision": "9"}, "Give a reason", "请填写理由"),
        ("mia", "review", {"decision": "", "revision": "9"}, "“decision” is missing", "请填写“决定”"),
        ("mia", "review", {"decision": "approved"}, "“revision” is missing", "请填写“版本”"),
        ("ann", "retire", {"reason": ""}, "“reason” is missing", "请填写“理由”"),
        ("ann", "measure", {"value": "5", "date": "2999-01-01"}, "“date” cannot be 2999-01-01", "“日期”不能是 2999-01-01"),
        ("ann", "measure", {"value": "5", "date": "soon"}, "“date” has to be a date", "“日期”应为日期"),
        ("ann", "measure", {}, "“value” is missing", "请填写“数值”"),
        ("ann", "evidence", {}, "Evidence is either a file or a link", "证据应为文件或链接"),
        ("ann", "evidence", {"sha256": "zz", "filename": "a.png"}, "Choose it again", "请重新选择"),
        ("ann", "link", {"kind": "kpi"}, "Choose or write what the outcome hangs on", "请选择或填写成果要关联的内容"),
    ]  # fmt: skip
    for name, act, fields, english, chinese in refused:
        for language, words in (("en", english), ("zh", chinese)):
            page = people[name].submit(f"/outcomes/{KEYS[2]}/{act}?lang={language}", **fields)
            assert 400 <= page.status_code < 500, (act, fields, page.status_code)
            alerts = re.findall(r'role="alert"[^>]*>(.*?)</(?:p|div|section)>', unescape(page.text), re.DOTALL)
            assert any(words in alert for alert in alerts), (act, fields, language, alerts)


def test_a_role_that_is_missing_is_named_in_chinese(people):
    refused = people["ann"].call("define_type", key="x", name_en="X", name_zh="某")
    assert refused.status_code == 403
    words = Messages("zh").error(by_code()["forbidden"]("no", **refused.json()["fields"]))
    assert words == "您无权执行或查看此内容。所需角色：PMO。"


def test_refusals_have_words_in_chinese_that_fill_in_what_they_need(people):
    zh = Messages("zh")

    def words(answer) -> str:
        body = answer.json()
        return zh.error(by_code()[body["code"]](body["message"], **body["fields"]))

    waits = words(score(people["lea"], KEYS[2]))
    assert waits == "这次直接上级评审不由您完成：须由负责人的直接上级评审：mia"
    edit = words(people["ann"].call("submit_outcome", id=KEYS[2]))
    assert "“待评审”，不能提交" in edit
    stale = words(score(people["mia"], KEYS[2], 1))
    assert "第 1 版" in stale
