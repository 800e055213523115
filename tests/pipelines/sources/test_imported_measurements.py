"""Measurements of the generic import pass the checks of those that people add; rows that do not are kept aside."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from kg.domain import KPI, ExchangeRate, Outcome, Project
from kg.store.records import put_records
from tests.conftest import NOON

MAPPING = """\
kind: measurements
format: table
source: ledger
records:
  value:
    label: Measurement
    key: id
    fields: {subject: outcome, date: day, value: value, currency: {column: currency, optional: true}}
"""
OWN = {"project": "project:w", "unit": "A", "start": "2026-01-01", "due": "2026-12-31"}


@pytest.fixture
def measured(graph, bring_in):
    """Import rows of `id,outcome,day,value,currency` into a graph with something of each kind of unit."""
    records = [
        Project(id="project:w", name="Water", unit="A"),
        Outcome.parse({"id": "outcome:s", **OWN, "title": "Satisfaction", "unit_kind": "percent"}),
        Outcome.parse({"id": "outcome:m", **OWN, "title": "Saved", "unit_kind": "currency", "currency": "CNY"}),
        Outcome.parse({"id": "outcome:d", **OWN, "title": "已认证", "unit_kind": "yes_no"}),
        Outcome.parse({"id": "outcome:h", **OWN, "title": "Hours", "unit_of_measure": "hours", "confidential": True}),
        KPI(id="kpi:calls", name="Calls"),
        ExchangeRate.parse({"id": "rate:e", "base": "EUR", "quote": "CNY", "date": "2026-02-01", "rate": "8"}),
    ]
    with graph.store.transaction() as tx:
        put_records(tx, records, at=NOON)

    def run(*rows: str, mapping: str = MAPPING):
        return bring_in("measurements", "id,outcome,day,value,currency\n" + "\n".join(rows) + "\n", mapping)

    return run


def values(graph, key: str) -> list[tuple[str, float, str | None]]:
    found = graph.list_measurements(subject=key, counting=True).measurements
    return [(v.measurement.date.isoformat(), v.measurement.value, v.measurement.currency) for v in found]


def test_values_are_read_by_the_unit_of_what_they_are_of(graph, measured):
    report = measured(
        'a,outcome:s,2026-02-01,"12,5 %",', "b,Saved,2026-02-01,1.2万,", "c,已认证,2026-02-01,是,", "d,Calls,2026-02-01,7,",
        "e,outcome:h,2026-02-01,3 hours,", "f,Saved,2026-02-02,100,EUR",
    )  # fmt: skip
    assert (report.created, report.rejected) == (6, 0), report.rejections
    assert values(graph, "outcome:s") == [("2026-02-01", 12.5, None)]
    assert values(graph, "outcome:m") == [("2026-02-01", 12_000, "CNY"), ("2026-02-02", 100, "EUR")]
    assert values(graph, "outcome:d") == [("2026-02-01", 1, None)]
    assert [v.measurement.confidential for v in graph.list_measurements(subject="outcome:h").measurements] == [True]
    assert any("another currency" in notice for notice in report.notices)
    rows = graph.store.read("MATCH (o:Outcome)-[:MEASURED_BY]->(m:Measurement) RETURN o.id AS id ORDER BY id")
    assert [row["id"] for row in rows] == ["outcome:d", "outcome:h", "outcome:m", "outcome:m", "outcome:s"]


def test_what_add_measurement_would_refuse_is_kept_aside_with_the_reason(graph, measured):
    ahead = (graph.now() + timedelta(days=3)).date()
    report = measured(
        "a,outcome:s,2026-02-01,EUR 5,", "b,outcome:m,2026-02-01,12 %,", "c,outcome:d,2026-02-01,7,",
        f"d,outcome:s,{ahead},5 %,", "e,outcome:x,2026-02-01,5,", "f,outcome:m,2026-02-01,5,USD",
        "g,outcome:h,2026-02-01,5 days,", "h,outcome:s,2026-02-01,50 %,",
    )  # fmt: skip
    assert (report.rows, report.created, report.rejected) == (8, 1, 7)
    kept = [json.loads(line) for line in Path(report.rejected_file).read_text().splitlines()]
    assert [(row["row"], row["field"], row["column"]) for row in kept] == [
        (1, "Measurement.value", "value"), (2, "Measurement.value", "value"), (3, "Measurement.value", "value"),
        (4, "Measurement.date", "day"), (5, "Measurement.subject", "outcome"),
        (6, "Measurement.currency", "currency"),
        (7, "Measurement.value", "value"),
    ]  # fmt: skip
    reasons = [row["reason"] for row in kept]
    for reason, words in zip(
        reasons, ("percentage", "money", "yes or no", "still to come", "outcome:s", "USD", "hours"), strict=True
    ):
        assert words in reason, reason
    assert kept[0]["values"]["id"] == "a"
    assert values(graph, "outcome:m") == []


def test_importing_again_keeps_nothing_twice(graph, measured):
    rows = ("a,Satisfaction,2026-02-01,50 %,", "b,outcome:m,2026-02-01,12 %,", "c,Saved,2026-02-02,100,EUR")
    measured(*rows)
    again = measured(*rows)
    assert (again.created, again.updated, again.unchanged, again.rejected) == (0, 0, 2, 1)


def test_a_check_run_finds_the_same_and_writes_nothing(graph, measured, home, tmp_path):
    from pipelines.sources.importer import import_file
    from pipelines.sources.mapping_file import parse_mapping

    path = tmp_path / "v.csv"
    path.write_text("id,outcome,day,value\na,outcome:s,2026-02-01,50 %\nb,outcome:s,2026-02-01,EUR 5\n")
    report = import_file(graph, home, "measurements", path, parse_mapping(MAPPING, "own.yaml"), check=True)
    assert (report.created, report.rejected) == (0, 1) and values(graph, "outcome:s") == []


BOTH = """\
kind: measurements
format: table
source: ledger
maps: {kinds: {p: percent, n: number}}
records:
  project:
    label: Project
    key: [{value: own}]
    fields: {name: {value: Own}, unit: {value: A}}
  outcome:
    label: Outcome
    key: outcome
    within: project
    when: [kind]
    fields: {title: outcome, unit_kind: {column: kind, map: kinds}, origin: {value: imported}}
  value:
    label: Measurement
    key: id
    when: [id]
    fields: {subject: outcome, date: day, value: value}
"""


def test_what_is_measured_may_come_with_the_same_file(graph, bring_in):
    head = "id,outcome,kind,day,value\n"
    report = bring_in(
        "measurements",
        head
        + "a,Happy,p,2026-02-01,50 %\nb,Happy,p,2026-02-02,7 hours\nc,Later,,2026-02-01,5\nd,Later,n,2026-02-02,6\n"
        "e,Broken,n,2026-02-01,5 %\nf,Broken,,2026-02-02,5\n",
        BOTH,
    )
    assert [line.split(":")[0].split("(")[0].strip() for line in report.rejections] == [
        f"rows.csv row {n}" for n in (2, 3, 5, 6)
    ]
    assert "later row" in report.rejections[1] and "rejected" in report.rejections[3]
    assert values(graph, "Happy") == [("2026-02-01", 50.0, None)]
    mended = bring_in("measurements", head + "c,Later,,2026-02-01,5\n", BOTH)
    assert (mended.created, mended.rejected) == (1, 0) and len(values(graph, "Later")) == 2
