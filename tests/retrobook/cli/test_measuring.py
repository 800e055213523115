"""`retrobook measure`, as people call it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kg.opening import open_graph
from retrobook.cli import main

TODAY = datetime.now(UTC).date()
START, DUE = (TODAY - timedelta(days=100)).isoformat(), (TODAY + timedelta(days=100)).isoformat()


@pytest.fixture
def run(tmp_path: Path) -> Any:
    home = tmp_path / "home"
    own = {"project": "project:w", "start": START, "due": DUE, "baseline": 0, "target": 100}
    with open_graph(home, create=True) as graph:
        graph.put_records_batch(
            records=[
                {"label": "Project", "values": {"id": "project:w", "name": "Water", "unit": "A"}},
                {"label": "Outcome", "values": {"id": "outcome:s", **own, "title": "Satisfied", "unit_kind": "percent"}},
                {"label": "Outcome", "values": {"id": "outcome:m", **own, "title": "节约", "unit_kind": "currency", "currency": "EUR"}},
                {"label": "Milestone", "values": {"id": "ms:1", "project": "project:w", "title": "Go", "due": START}},
            ]
        )  # fmt: skip

    def command(*args: str) -> Result:
        return CliRunner().invoke(main, ["measure", *args, "--home", str(home)])

    return command


def test_a_value_is_added_listed_and_corrected(run: Any) -> None:
    added = run("add", "Satisfied", "12,5 %", "--source", "survey", "--json")
    assert added.exit_code == 0, added.stderr
    key = json.loads(added.stdout)["kept"]["measurement"]["id"]
    assert "Added 12.5 % on" in added.stderr
    done = run("correct", key, "52,5", "--note", "misread")
    assert done.exit_code == 0 and "Corrected to 52.5 %" in done.stderr
    listed = run("list", "outcome:s", "--json")
    assert [(m["value"], m["counts"]) for m in json.loads(listed.stdout)["measurements"]] == [
        (12.5, False),
        (52.5, True),
    ]
    assert "1 of 2 measurements count" in run("list", "outcome:s").stderr
    assert run("correct", key, "1", "--note", "x").exit_code == 2
    assert run("add", "Satisfied", "-3", "--unit", "%").exit_code == 0


def test_a_value_that_does_not_fit_ends_with_code_two_and_says_what_was_expected(run: Any) -> None:
    done = run("add", "Satisfied", "12 hours", "--json")
    assert done.exit_code == 2 and "expected a percentage" in done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "unit_mismatch"
    assert run("add", "Satisfied", "5", "--date", (TODAY + timedelta(days=3)).isoformat()).exit_code == 2
    assert "Did you mean" in run("add", "Satisfed", "5").stderr


def test_money_needs_the_rate_of_its_day(run: Any) -> None:
    missing = run("add", "节约", "USD 1,200")
    assert missing.exit_code == 2 and "rates add USD EUR RATE" in missing.stderr
    assert run("rates", "add", "eur", "usd", "1.2", "--date", START).exit_code == 0
    done = run("add", "节约", "USD 1,200")
    assert "Added USD 1,200 = EUR 1,000" in done.stderr and "by the rate of its day" in done.stderr
    assert json.loads(run("rates", "list", "--currency", "usd", "--json").stdout)["total"] == 1


def test_a_table_is_imported_and_what_is_rejected_gives_code_two(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text(f"成果,日期,数值\nSatisfied,{START},40%\nSatisfied,{START},41%\n", encoding="utf-8")
    done = run("import", str(file))
    assert done.exit_code == 2 and "1 new" in done.stderr and "row 1 gives another value" in done.stderr
    assert "kept in" in done.stderr
    assert "0 new, 0 corrected, 1 as they were" in run("import", str(file)).stderr


def test_process_metrics_are_added_and_listed(run: Any) -> None:
    assert run("process", "add", "project:w", "lead time", "4", "--unit", "days").exit_code == 0
    assert json.loads(run("process", "list", "project:w", "--json").stdout)["series"][0]["values"][0]["value"] == 4


def test_progress_and_health_say_how_they_came_about(run: Any) -> None:
    run("add", "Satisfied", "25")
    run("add", "节约", "50")
    told = run("progress", "Satisfied")
    assert told.exit_code == 0 and "Behind what was expected" in told.stdout and "50 % short" in told.stdout
    assert json.loads(run("progress", "Satisfied", "--json").stdout)["state"] == "behind"
    health = run("health", "project:w")
    assert "Health = (2 × process 0 + 3 × outcomes 75) ÷ 5 = 45" in health.stdout, health.stdout
    assert json.loads(run("health", "project:w", "--json").stdout)["score"] == pytest.approx(45, abs=1)
