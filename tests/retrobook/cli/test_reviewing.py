"""`retrobook review` and reporting lines: each step from the command line."""

from __future__ import annotations

import io
import json
import os
from datetime import date

import pytest
from click.testing import CliRunner

from kg.domain import Outcome, Person, Project, Role
from kg.graph import KnowledgeGraph
from kg.operations.people import person_id
from kg.policy import Visitor
from kg.store.blobs import BlobStore
from kg.store.records import put_records
from retrobook.assembly import installed_store, own_graph
from retrobook.cli.main import main
from retrobook.settings import Settings
from tests.conftest import NOON

OUTCOME = "outcome:b"
SCORES = ("--impact", "4", "--difficulty", "3", "--innovation", "2")


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    records = [Project(id="project:b", name="Bridge", external_id="B1", project="project:b")]
    records += [
        Person(id=person_id(name), name=name, display_name=name, roles=[role], scopes=["*"])
        for name, role in (("ann", Role.MEMBER), ("mia", Role.MANAGER), ("pia", Role.PMO))
    ]
    records.append(
        Outcome(
            id=OUTCOME, project="project:b", title="Shorter ways", statement="The way takes half as long.",
            metric="minutes", unit_of_measure="min", direction="decrease", baseline=40, target=20, relevance="Health",
            achievability="It is built.", due=date(2030, 1, 1), owner="ann",
        )
    )  # fmt: skip
    store = installed_store(Settings(home=folder), create=True)
    with KnowledgeGraph(store), store.transaction() as tx:
        put_records(tx, records, at=NOON, by="test")
    (folder / "settings.toml").write_text("encoders = []\n")
    return folder


def run(home, *words):
    return CliRunner().invoke(main, [*words, "--home", str(home)])


def told(home, *words) -> dict:
    done = run(home, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_an_outcome_goes_from_evidence_to_accepted(home, tmp_path):
    refused = run(home, "review", "submit", OUTCOME)
    assert refused.exit_code == 2 and "0 live piece" in refused.output
    file = tmp_path / "figures.csv"
    file.write_text("week,minutes\n1,38\n", encoding="utf-8")
    added = told(home, "review", "evidence", "add", OUTCOME, str(file), "--title", "Figures")
    assert added["evidence"][0]["evidence"]["kind"] == "query_result"
    assert told(home, "people", "manager", "ann", "mia")["changed"] == 1
    sent = told(home, "review", "submit", OUTCOME)
    assert (sent["outcome"]["state"], sent["waits_for"]) == ("submitted", ["mia"])
    not_mine = run(home, "review", "approve", OUTCOME, *SCORES)
    assert not_mine.exit_code == 2 and "added evidence to it" in not_mine.output
    assert told(home, "review", "withdraw", OUTCOME)["outcome"]["state"] == "draft"
    told(home, "review", "evidence", "remove", added["evidence"][0]["evidence"]["id"])
    with own_graph(Settings(home=home, encoders=[])) as graph:
        ann, mia = (graph.as_visitor(Visitor.of(person(graph, name))) for name in ("ann", "mia"))
        ann.bulk_edit_outcomes(ids=[OUTCOME], add_tags=["seen"])
        digest = graph.services["blobs"].put_file(file).sha256
        ann.add_evidence(outcome=OUTCOME, sha256=digest, filename="figures.csv")
        read = ann.submit_outcome(id=OUTCOME).outcome.revision
        scores = {"impact": 4, "difficulty": 3, "innovation": 2}
        with pytest.raises(Exception, match="somebody else must review it"):
            graph.review_outcome(id=OUTCOME, revision=read, decision="approved", scores=scores)
        mia.review_outcome(id=OUTCOME, revision=read, decision="approved", scores=scores)
    blind = run(home, "review", "score", OUTCOME)
    assert "waits for pmo" in blind.output


def person(graph, name) -> Person:
    from kg.operations.people import find_person

    return find_person(graph.store, name)


def test_what_waits_and_what_was_found_are_told_in_words_and_as_json(home, tmp_path):
    listed = run(home, "review", "list")
    assert listed.exit_code == 0 and "0 waiting" in listed.output
    assert told(home, "review", "list") == {"items": [], "total": 0, "counts": {}}
    file = tmp_path / "c.pdf"
    file.write_bytes(b"%PDF-1.7")
    sent = told(home, "review", "evidence", "add", OUTCOME, str(file), "--expires", "2031-01-01")
    digest = sent["evidence"][0]["evidence"]["sha256"]
    assert "1 looked at, 0 failed" in run(home, "review", "evidence", "check").output
    (home / "blobs" / digest[:2] / digest).unlink()
    found = told(home, "review", "evidence", "check", "--outcome", OUTCOME)
    assert [f["finding"] for f in found["failed"]] == ["file_missing"]
    assert "file_missing" in run(home, "review", "evidence", "check").output
    assert told(home, "review", "agreement")["pairs"] == 0
    assert "from 5 rounds on" in run(home, "review", "agreement").output


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.png", b"<script>", "web page or script"),
        ("a.pdf", b"", "0 bytes"),
        ("a.exe", b"MZ\x90\x00", "Windows program"),
    ],
)
def test_a_file_that_is_no_evidence_is_refused_and_not_kept(home, tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    refused = run(home, "review", "evidence", "add", OUTCOME, str(tmp_path / name))
    assert refused.exit_code == 2 and message in refused.output
    assert not list((home / "blobs").glob("*/*"))


def test_a_link_into_the_own_network_is_refused(home):
    refused = run(home, "review", "evidence", "add", OUTCOME, "http://127.0.0.1:9/x")
    assert refused.exit_code == 2 and "private network" in refused.output


def test_a_bulk_edit_and_its_undo(home):
    assert told(home, "review", "bulk", OUTCOME, "--owner", "mia", "--add-tag", "q1")["changed"] == [OUTCOME]
    assert "1 changed" in run(home, "review", "undo").output
    refused = run(home, "review", "bulk", OUTCOME, "outcome:none", "--owner", "mia")
    assert "0 changed" in refused.output and "1 refused" in refused.output


def test_a_chart_comes_from_a_file_and_a_mistake_names_its_line(home, tmp_path):
    chart = tmp_path / "chart.csv"
    chart.write_text("Person,Manager,unit\nann,mia,x\nmia,pia,x\n", encoding="utf-8")
    assert told(home, "people", "chart", str(chart))["changed"] == 2
    assert {line["person"]: line["manager"] for line in told(home, "people", "chart")["lines"]} == {
        "ann": "mia", "mia": "pia", "pia": None
    }  # fmt: skip
    chart.write_text("person,manager\nann,pia\nzoe,mia\n", encoding="utf-8")
    assert "line 2: There is no person 'zoe'" in run(home, "people", "chart", str(chart)).output
    chart.write_text("name,boss\nann,pia\n", encoding="utf-8")
    assert "lacks the column 'manager'" in run(home, "people", "chart", str(chart)).output
    assert {line["manager"] for line in told(home, "people", "chart")["lines"]} == {"mia", "pia", None}


def test_rules_are_shown_and_a_file_of_them_is_checked(home, tmp_path):
    shown = run(home, "review", "rules")
    assert shown.exit_code == 0 and "2 apart ask a third person: pmo, lead" in shown.output
    own = tmp_path / "reviews.yaml"
    own.write_text("steps: []\naxes: []\n", encoding="utf-8")
    wrong = run(home, "review", "rules", str(own))
    assert wrong.exit_code == 2 and "line 1: steps" in wrong.output


def test_uploads_that_never_became_evidence_are_shown_and_removed_and_evidence_stays(home, tmp_path):
    file = tmp_path / "figures.csv"
    file.write_text("week,minutes\n1,38\n", encoding="utf-8")
    used = told(home, "review", "evidence", "add", OUTCOME, str(file))["evidence"][0]["evidence"]["sha256"]
    never = BlobStore(home / "blobs").put(io.BytesIO(b"never evidence")).sha256
    for digest in (used, never):
        os.utime(home / "blobs" / digest[:2] / digest, (0, 0))
    assert "1 unused upload(s), 14 bytes, found" in run(home, "review", "clean-uploads", "--dry-run").output
    (home / "settings.toml").write_text("encoders = []\nunused_upload_days = 30\n")
    assert [file["sha256"] for file in told(home, "review", "clean-uploads")["files"]] == [never]
    assert list(BlobStore(home / "blobs")) == [used]
