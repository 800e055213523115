"""`retrobook actions` and `retrobook reminders`: one JSON document on stdout, and words."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

from kg.domain import ActionItem, Person, ProcessMetric, Project
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
    figures = [
        ProcessMetric(
            id=f"m{n}", project="project:b", name="rust", date=date(2024 if n < 4 else 2026, 1, n + 1), value=n
        )
        for n in range(8)
    ]
    actions = [
        ActionItem(id="action:paint", project="project:b", title="Paint", owner="mei", opened_on=date(2024, 6, 1)),
        ActionItem(id="action:rail", project="project:b", title="Rail", owner="mei", due=TODAY + timedelta(days=5)),
    ]
    mei = Person(id="person:mei", name="mei", display_name="Mei", scopes=["*"], language="zh")
    with KnowledgeGraph(store), store.transaction() as tx:
        put_records(tx, [Project(id="project:b", name="Bridge"), mei, *actions, *figures], at=NOON, by="test")
    return tmp_path / "home"


def run(home, *words):
    return CliRunner().invoke(main, [*words, "--home", str(home)])


def test_actions_are_listed_closed_by_a_figure_and_shown(home):
    assert [row["action"]["id"] for row in json.loads(run(home, "actions", "list", "--json").stdout)["actions"]] == [
        "action:rail", "action:paint",
    ]  # fmt: skip
    done = run(
        home, "actions", "close", "action:paint", "--done-on", "2025-01-01", "--metric", "process:rust",
        "--direction", "increase", "--json",
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert (said["action"]["status"], said["effect"]["n_before"], said["effect"]["n_after"]) == ("effective", 4, 4)
    shown = run(home, "actions", "show", "action:paint").output
    assert "rust: 1.5 on average before, 5.5 after" in shown and "Welch" in shown
    assert "1 of 1 actions" in run(home, "actions", "list").output
    assert len(json.loads(run(home, "actions", "list", "--all", "--json").stdout)["actions"]) == 2


def test_a_wrong_name_day_or_second_end_is_told_with_exit_code_2(home):
    missing = run(home, "actions", "show", "action:pant", "--json")
    assert missing.exit_code == 2 and json.loads(missing.stdout)["error"]["fields"]["nearest"] == "action:paint"
    assert run(home, "actions", "close", "action:paint", "--done-on", "soon").exit_code == 2
    assert run(home, "actions", "cancel", "action:paint", "--reason", "Rust wins.").exit_code == 0
    again = run(home, "actions", "cancel", "action:paint", "--reason", "Rust wins.")
    assert again.exit_code == 2 and "reopen_action" in again.output


def test_reminders_follow_the_setting_and_are_written_once(home):
    assert json.loads(run(home, "reminders", "run", "--json").stdout)["written"] == []
    (home / "settings.toml").write_text("reminder_days = 7\n")
    assert len(json.loads(run(home, "reminders", "run", "--dry-run", "--json").stdout)["written"]) == 1
    assert json.loads(run(home, "reminders", "list", "--json").stdout)["messages"] == []
    assert len(json.loads(run(home, "reminders", "run", "--json").stdout)["written"]) == 1
    assert "0 written, 1 known already" in run(home, "reminders", "run").output
    listed = json.loads(run(home, "reminders", "list", "--state", "waiting", "--json").stdout)
    assert [m["message"]["to"] for m in listed["messages"]] == ["mei"] and "到期：Rail" in listed["messages"][0][
        "subject"
    ]
