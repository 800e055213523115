"""`retrobook alerts` and `retrobook decisions`: one JSON document on stdout, and words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from kg.domain import Measurement, Outcome, Person, Project
from kg.graph import KnowledgeGraph
from kg.store.records import put_records
from retrobook.assembly import installed_store
from retrobook.cli.main import main
from retrobook.settings import Settings
from tests.conftest import NOON

TODAY = datetime.now(UTC).date()


@pytest.fixture
def home(tmp_path):
    store = installed_store(Settings(home=tmp_path / "home"), create=True)
    promise = Outcome(
        id="outcome:calls", project="project:b", title="Fewer calls", owner="mei", baseline=200, target=100,
        direction="decrease", start=TODAY - timedelta(days=50), due=TODAY + timedelta(days=50),
    )  # fmt: skip
    value = Measurement(id="m", subject=promise.id, project="project:b", date=TODAY, value=180)
    mei = Person(id="person:mei", name="mei", display_name="Mei", scopes=["*"], language="zh")
    with KnowledgeGraph(store), store.transaction() as tx:
        put_records(tx, [Project(id="project:b", name="Bridge"), mei, promise, value], at=NOON, by="test")
    (tmp_path / "home" / "settings.toml").write_text("encoders = []\n")
    return tmp_path / "home"


def run(home, *words):
    return CliRunner().invoke(main, [*words, "--home", str(home)])


def of_json(home, *words):
    return json.loads(run(home, *words, "--json").stdout)


def test_a_scan_raises_once_and_what_is_raised_is_listed_shown_acknowledged_snoozed_and_closed(home):
    assert len(of_json(home, "alerts", "scan", "--dry-run")["opened"]) == 1
    (alert,) = of_json(home, "alerts", "scan")["opened"]
    assert of_json(home, "alerts", "scan")["opened"] == []
    assert "0 raised" in run(home, "alerts", "scan").stderr
    assert [r["alert"]["id"] for r in of_json(home, "alerts", "list")["alerts"]] == [alert["id"]]
    shown = run(home, "alerts", "show", alert["id"]).stdout
    assert "20 % below expected: measured 180, expected 150" in shown
    assert "No precedent of the like is known yet." in shown
    assert of_json(home, "alerts", "ack", alert["id"])["alert"]["state"] == "acknowledged"
    until = str(TODAY + timedelta(days=4))
    assert of_json(home, "alerts", "snooze", alert["id"], "--until", until)["alert"]["snoozed_until"] == until
    wrong = run(home, "alerts", "snooze", alert["id"], "--until", str(TODAY))
    assert wrong.exit_code == 2 and "from tomorrow on" in wrong.stderr
    closed = of_json(home, "alerts", "close", alert["id"], "--reason", "Known.")
    assert (closed["alert"]["state"], closed["alert"]["reason"]) == ("closed", "Known.")
    assert run(home, "alerts", "ack", alert["id"]).exit_code == 2
    (row,) = of_json(home, "reminders", "list")["messages"]
    assert row["subject"] == "偏离轨道：Fewer calls" and "比预期低 20%" in row["text"]


def test_rules_are_listed_set_and_tested(home):
    assert "behind_trajectory" in run(home, "alerts", "rules").stdout
    assert of_json(home, "alerts", "set", "odd_series", "--on", "--threshold", "9")["rule"]["threshold"] == 9
    found = of_json(home, "alerts", "backtest", "behind_trajectory")
    assert (found["cases"], found["precision"]["value"], found["from_history"]) == (0, None, False)
    assert 0 < found["stated"] < 0.1
    told = run(home, "alerts", "backtest", "behind_trajectory").stdout
    assert "nothing to count" in told and "of series on course" in told
    wrong = run(home, "alerts", "backtest", "behind_trajektory")
    assert wrong.exit_code == 2 and "behind_trajectory" in wrong.stderr


def test_a_release_with_too_few_values_is_said_to_be_untestable(home):
    assert "Too little data" in run(home, "alerts", "attribution", "outcome:calls", str(TODAY)).stdout


def test_decisions_are_kept_with_what_was_known_and_listed(home):
    kept = of_json(home, "decisions", "keep", "project:b", "stop", "--question", "Go on?", "--reason", "Nobody calls.")[
        "decision"
    ]
    assert kept["known"]["outcomes"][0]["shortfall"] == 0.2
    assert "Nobody calls." in run(home, "decisions", "list").stdout
    assert run(home, "decisions", "keep", "project:b", "go", "--question", "q", "--reason", "r").exit_code == 2
