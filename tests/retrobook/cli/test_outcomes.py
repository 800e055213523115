"""`retrobook outcome`, `metrics` and `types`: one JSON document on stdout, words, and exit codes."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from kg.domain import KPI, Milestone, Project
from kg.graph import KnowledgeGraph
from kg.store.records import put_records
from pipelines.sources.outcome_types import outcome_types
from retrobook.assembly import installed_store
from retrobook.cli.main import main
from retrobook.settings import Settings
from tests.conftest import NOON


@pytest.fixture
def home(tmp_path):
    store = installed_store(Settings(home=tmp_path / "home"), create=True)
    records = [
        Project(id="project:b", name="Bridge", currency="EUR"), *outcome_types(), KPI(id="kpi:k", name="Crossings"),
        Milestone(id="ms:1", project="project:b", title="Open"),
    ]  # fmt: skip
    with KnowledgeGraph(store), store.transaction() as tx:
        put_records(tx, records, at=NOON, by="test")
    return tmp_path / "home"


def run(home, *words, code=0):
    done = CliRunner().invoke(main, [*words, "--home", str(home)])
    assert done.exit_code == code, done.output
    return done


def test_an_outcome_is_defined_checked_changed_tied_shown_and_retired(home):
    assert "satisfaction" in run(home, "outcome", "templates").output
    made = run(home, "outcome", "define", "--project", "project:b", "--template", "retention", "--key", "a")
    key = made.stdout.splitlines()[0]
    assert "T  Timed: missing" in made.output and "Missing: Specific, Measurable, Achievable" in made.output
    refused = run(home, "outcome", "check", key, "--language", "zh", code=2)
    assert "没有写明到底要达成什么" in refused.output and "此类成果的要点" in refused.output
    run(
        home, "outcome", "change", key, "--revision", "1", "--baseline", "70", "--target", "80", "--due", "2099-01-31",
        "--word", "group=commuters", "--relevance", "Commuters pay the tolls.",
        "--achievability", "The old bridge kept 85 %.", "--expect", "2098-01-01=75", "--shape", "points",
    )  # fmt: skip
    assert "can be submitted" in run(home, "outcome", "check", key).output
    tied = json.loads(run(home, "outcome", "link", key, "--kpi", "crossings", "--milestone", "ms:1", "--json").stdout)
    assert [k["title"] for k in tied["kpis"]] == ["Crossings"] and tied["milestones"][0]["id"] == "ms:1"
    shown = run(home, "outcome", "show", key).output
    assert "Retention rate of commuters rises" in shown and "baseline: – → 70.0" in shown
    untied = json.loads(run(home, "outcome", "undo", key, "--json").stdout)
    assert untied["milestones"] == []
    assert json.loads(run(home, "outcome", "undo", key, "--json").stdout)["milestones"][0]["id"] == "ms:1"
    listed = json.loads(run(home, "outcome", "list", "--type", "retention", "--json").stdout)
    assert listed["total"] == 1 and listed["outcomes"][0]["outcome"]["expected"][0]["value"] == 75
    run(home, "outcome", "retire", key, code=2)
    run(home, "outcome", "retire", key, "--reason", "Replaced.")
    assert "0 of 0" in run(home, "outcome", "list").output
    assert "revision" in run(home, "outcome", "retire", key, "--undo").output


def test_bad_input_is_told_with_exit_code_2(home):
    asked = ("outcome", "define", "--project", "project:b", "--title", "T", "--json")
    for words, near in ((("--metric", "x", "--type", "retenton"), "retention"), (("--template", "qualty"), "quality")):
        told = json.loads(run(home, *asked, *words, code=2).stdout)
        assert told["error"]["fields"]["nearest"] == near
    assert "--word: write group" in run(home, *asked, "--word", "group", code=2).output
    assert "weight" in run(home, *asked, "--weight", "-2", code=2).output
    assert "finite" in run(home, *asked, "--target", "nan", code=2).output


def test_the_dictionary_is_found_merged_split_renamed_and_retired(home):
    assert "net_promoter_score" in run(home, "metrics", "find", "净推荐值").output
    run(home, "metrics", "define", "staying", "--en", "Staying", "--zh", "持续率", "--unit", "%", "--kind", "percent")
    merged = run(home, "metrics", "merge", "staying", "retention_rate")
    assert "It leads to retention_rate now" in merged.output
    assert "so already" in run(home, "metrics", "merge", "staying", "retention_rate").output
    assert "now retention_rate" in run(home, "metrics", "list", "--all", "--text", "staying").output
    assert run(home, "metrics", "split", "staying").stdout.startswith("staying: Staying")
    run(home, "metrics", "rename", "staying", "--en", "Loyalty", "--alias", "stickiness")
    found = json.loads(run(home, "metrics", "find", "stickiness", "--json").stdout)
    assert found["metric"]["name_en"] == "Loyalty" and "Staying" in found["metric"]["aliases"]
    run(home, "metrics", "retire", "loyalty")
    run(home, "metrics", "retire", "loyalty", "--undo")
    assert "the direction" in run(home, "metrics", "merge", "churn_rate", "loyalty", code=2).output


def test_kinds_of_outcome_are_edited_from_the_command_line(home):
    run(home, "types", "define", "peace", "--en", "Peace", "--zh", "和平")
    run(home, "types", "rename", "peace", "--en", "Quiet")
    run(home, "outcome", "define", "--project", "project:b", "--title", "No noise", "--type", "和平")
    assert "1 outcomes went along" in run(home, "types", "merge", "quiet", "safety").output
    assert "now safety" in run(home, "types", "list", "--all").output
    assert "1 outcomes came back" in run(home, "types", "split", "quiet").output
    run(home, "types", "retire", "quiet")
    assert "peace" not in run(home, "types", "list").output
    run(home, "types", "retire", "quiet", "--undo")
