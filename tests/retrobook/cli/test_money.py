"""`retrobook money` and `retrobook strategy`, as a person at a terminal uses them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from kg.domain import Measurement, Outcome, Project
from kg.store.records import put_records
from retrobook.assembly import own_graph
from retrobook.cli import main
from retrobook.settings import Settings
from tests.conftest import NOON


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with own_graph(Settings(home=tmp_path), create=True) as graph, graph.store.transaction() as tx:
        outcome = Outcome(id="outcome:x", project="project:p", title="Hours saved", baseline=0, target=10)
        measured = Measurement(id="m:1", subject=outcome.id, date=NOON.date(), value=4)
        put_records(tx, [Project(id="project:p", name="Payroll", currency="EUR"), outcome, measured], at=NOON)

    def call(*words: str, code: int = 0, as_json: bool = False):
        result = CliRunner().invoke(main, [*words, *(["--json"] if as_json else []), "--home", str(tmp_path)])
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if as_json else result.output

    return call


def test_money_is_entered_corrected_and_summed_up(run):
    run("money", "add-cost", "project:p", "1,000", "--date", "2025-01-01", "--currency", "EUR")
    entered = run(
        "money", "add-benefit", "outcome:x", "1500", "--date", "2025-06-01", "--currency", "EUR", as_json=True
    )  # fmt: skip
    key = entered["entries"][0]["id"]
    run("money", "correct", key, "--amount", "1200.50", "--note", "bill of June")
    assert "1200.50" in run("money", "list", "project:p")
    shown = run("money", "show", "project:p", "--rate", "0.1")
    assert "a return of 20.1%" in shown and "Net present value" in shown
    found = run("money", "show", "project:p", as_json=True)
    assert (found["actual"]["net"], found["discount_rate"], found["rate_from"]) == ("200.50", "0.08", "setting")
    whole = run("money", "portfolio", "EUR", as_json=True)
    assert whole["actual"]["benefits"] == "1200.50"


def test_a_benefit_is_shared_out(run):
    found = run(
        "money", "share-benefit", "300", "--to", "outcome:x=2", "--to", "project:p=1", "--date", "2025-06-01",
        "--currency", "EUR", as_json=True,
    )  # fmt: skip
    assert [round(row["share"], 3) for row in found["entries"]] == [0.667, 0.333]


def test_bad_money_is_refused_with_what_to_do(run):
    refused = run(
        "money", "add-cost", "project:p", "5", "--date", "2025-01-01", "--currency", "EUX", code=2, as_json=True
    )  # fmt: skip
    assert refused["error"]["code"] == "unknown_currency" and refused["error"]["fields"]["nearest"] == "EUR"
    assert "is no amount" in run(
        "money", "add-cost", "project:p", "much", "--date", "2025-01-01", "--currency", "EUR", code=2
    )  # fmt: skip


def test_objectives_are_set_aligned_and_shown(run):
    top = run("strategy", "define", "--title", "Less toil", "--period", "2026", as_json=True)["objective"]["id"]
    run("strategy", "key-result", top, "--title", "Hours", "--baseline", "0", "--target", "100", "--weight", "2")
    assert "100 %" in run("strategy", "align", "outcome:x", "Hours", "--weight", "3")
    found = run("strategy", "show", top, as_json=True)["rollup"]
    assert found["attainment"] == pytest.approx(0.4)
    assert "rolled_up" in run("strategy", "show", "Less toil")
    assert "Less toil" in run("strategy", "objectives", "--period", "2026")
    run("strategy", "unalign", "outcome:x", "Hours")
    assert run("strategy", "show", top, as_json=True)["rollup"]["attainment"] is None
    assert "retired 'Hours'" in run("strategy", "retire", "Hours", "--reason", "Nobody counts hours.")
    run("strategy", "define", "--title", "Below", "--period", "2026", "--parent", top)
    held = run("strategy", "retire", top, "--reason", "Done.", code=2, as_json=True)
    assert held["error"]["code"] == "stands_above"
    run("strategy", "retire", "Below", "--reason", "Done.")
    assert (
        run("strategy", "retire", "Nothing", "--reason", "Done.", code=2, as_json=True)["error"]["code"] == "not_found"
    )
    run("strategy", "key-result", top, "--title", "Hours")
    refused = run("strategy", "align", "outcome:x", "Hours", "--weight", "-1", code=2, as_json=True)
    assert refused["error"]["code"] == "bad_weight"
    refused = run("strategy", "define", "--change", top, "--parent", top, code=2, as_json=True)
    assert refused["error"]["code"] == "circular_objectives"
