"""Series of measurements from tables: headings in two languages, bad rows kept, never twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.domain import Outcome, Project
from kg.store.records import put_records
from pipelines.errors import MissingColumn, SourceUnreadable
from pipelines.sources.measurements import columns_of, import_measurements
from tests.conftest import NOON

OWN = {"project": "project:w", "start": "2026-01-01", "due": "2026-12-31"}


@pytest.fixture
def series(graph, home, tmp_path):
    records = [
        Project(id="project:w", name="Water", unit="A"),
        Outcome.parse({"id": "outcome:s", **OWN, "title": "居民满意度", "unit_kind": "percent"}),
        Outcome.parse({"id": "outcome:m", **OWN, "title": "Costs saved", "unit_kind": "currency", "currency": "CNY"}),
        Outcome.parse({"id": "outcome:d", **OWN, "title": "Certified", "unit_kind": "yes_no"}),
    ]
    with graph.store.transaction() as tx:
        put_records(tx, records, at=NOON)

    def bring(text: str | bytes, name: str = "series.csv", **more):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_measurements(graph, home, path, **more)

    bring.values = lambda key: [
        (v.measurement.date.isoformat(), v.value, v.measurement.source)
        for v in graph.list_measurements(subject=key, counting=True).measurements
    ]
    bring.graph = graph
    return bring


def test_a_table_becomes_series(series):
    report = series(
        'Outcome,Date,Value,Source,Remarks\noutcome:s,2026-01-31,"61,5 %",survey,first\n'
        "Costs saved,2026/02/28,¥1.2万,ledger,\nCERTIFIED,2026-02-28,yes,,\n"
    )
    assert (report.rows, report.created, report.rejected) == (3, 3, 0)
    assert report.columns == {
        "subject": "Outcome",
        "date": "Date",
        "value": "Value",
        "source": "Source",
        "note": "Remarks",
    }
    assert series.values("outcome:s") == [("2026-01-31", 61.5, "survey")]
    assert series.values("outcome:m") == [("2026-02-28", 12_000, "ledger")]
    assert series.values("outcome:d") == [("2026-02-28", 1, None)]


def test_chinese_headings_in_chinese_encoding_are_read(series):
    text = "指标名称;测量日期;实际值;单位;数据来源\n居民满意度;2026年1月31日;６１;％;问卷调查\nCosts saved;2026-02-01;3;万元;台账\n"
    report = series(text.encode("gb18030"))
    assert (report.created, report.rejections) == (2, [])
    assert series.values("outcome:m") == [("2026-02-01", 30_000, "台账")]
    assert series.values("outcome:s") == [("2026-01-31", 61, "问卷调查")]


def test_rows_that_cannot_be_used_are_kept_with_place_and_reason(series, home):
    report = series(
        "outcome,date,value\n"
        "outcome:s,2026-01-31,61\n"
        "outcome:s,31.01.2026,62\n"
        "outcome:x,2026-01-31,1\n"
        "outcome:s,2027-06-01,64\n"
        "outcome:s,2026-02-10,12 hours\n"
        "outcome:s,,65\n"
        "outcome:m,2026-02-01,USD 5\n"
        "outcome:s,2026-02-11,61,62\n"
        "outcome:s,2026-01-31,66\n"
    )
    assert (report.rows, report.created, report.rejected) == (9, 1, 8)
    kept = [json.loads(line) for line in Path(report.rejected_file).read_text("utf-8").splitlines()]
    assert [(r["row"], r["line"], r["field"]) for r in kept] == [
        (2, 3, "date"), (3, 4, "subject"), (4, 5, "date"), (5, 6, "value"), (6, 7, "date"), (7, 8, "currency"),
        (8, 9, "row"), (9, 10, "value"),
    ]  # fmt: skip
    reasons = " | ".join(r["reason"] for r in kept)
    for words in ("--dates", "There is no measured", "still to come", "expected a percentage", "is empty",
                  "from USD to CNY on or before 2026-02-01", "4 cells", "row 1 gives another value"):  # fmt: skip
        assert words in reasons, words
    assert kept[0]["values"] == {"outcome": "outcome:s", "date": "31.01.2026", "value": "62"}
    assert series.values("outcome:s") == [("2026-01-31", 61, None)]


def test_importing_again_keeps_nothing_twice_and_changed_values_become_corrections(series):
    series("outcome,date,value\noutcome:s,2026-01-31,61\noutcome:s,2026-02-28,64\n")
    again = series("outcome,date,value\noutcome:s,2026-01-31,61\noutcome:s,2026-02-28,64\n", "copy.csv")
    assert (again.created, again.corrected, again.unchanged) == (0, 0, 2)
    changed = series(
        "outcome,date,value\noutcome:s,2026-01-31,61\noutcome:s,2026-02-28,66\n居民满意度,2026-03-01,67%\n"
    )
    assert (changed.created, changed.corrected, changed.unchanged) == (1, 1, 1)
    assert [v for _, v, _ in series.values("outcome:s")] == [61, 66, 67]
    assert len(series.graph.list_measurements(subject="outcome:s").measurements) == 4


def test_what_was_corrected_by_hand_is_not_undone_by_the_same_file(series):
    text = "outcome,date,value\noutcome:s,2026-02-28,6\noutcome:s,2026-01-31,50\n"
    series(text)
    by_value = {v.value: v.measurement.id for v in series.graph.list_measurements(subject="outcome:s").measurements}
    series.graph.correct_measurement(id=by_value[6], value=60, note="a digit was lost")
    series.graph.correct_measurement(id=by_value[50], withdraw=True, note="another survey")
    assert series(text).unchanged == 2
    assert [v for _, v, _ in series.values("outcome:s")] == [60]
    assert series(text.replace(",6\n", ",63\n")).corrected == 1
    assert [v for _, v, _ in series.values("outcome:s")] == [63]


def test_a_check_keeps_nothing(series, home):
    report = series("outcome,date,value\noutcome:s,2026-01-31,61\noutcome:s,nonsense,61\n", check=True)
    assert (report.created, report.rejected, report.rejected_file, report.checked_only) == (1, 1, None, True)
    assert series.values("outcome:s") == [] and not (home / "rejected").exists()


def test_rows_without_an_outcome_are_of_the_one_that_is_named(series):
    report = series("date,value\n01/31/2026,61\n", subject="outcome:s", source="survey", dates=["%m/%d/%Y"])
    assert report.created == 1
    assert series.values("outcome:s") == [("2026-01-31", 61, "survey")]


def test_a_table_that_lacks_a_column_or_names_one_twice_is_refused_whole(series, home, tmp_path):
    with pytest.raises(MissingColumn, match="--outcome ID"):
        series("date,value\n2026-01-31,61\n")
    with pytest.raises(MissingColumn, match="Is it 'valeu'"):
        series("outcome,date,valeu\noutcome:s,2026-01-31,61\n")
    with pytest.raises(SourceUnreadable, match="both mean the value"):
        series("outcome,date,value,实际值\noutcome:s,2026-01-31,61,62\n")
    with pytest.raises(SourceUnreadable, match="never closed"):
        series('outcome,date,value\noutcome:s,2026-01-31,61\noutcome:s,2026-02-28,"62\n')
    assert series.values("outcome:s") == []


def test_an_installation_may_name_its_own_headings(home, tmp_path):
    (home / "templates").mkdir()
    (home / "templates" / "measurement_words.yaml").write_text(
        "headings:\n  subject: [Wirkung]\n  date: [Tag]\n  value: [Wert]\n"
    )
    assert columns_of(["Wirkung", "Tag", "Wert"], tmp_path, home) == {
        "subject": "Wirkung",
        "date": "Tag",
        "value": "Wert",
    }
