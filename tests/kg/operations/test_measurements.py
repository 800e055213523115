"""Measurements on each engine: added, corrected, converted, refused with what was expected."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest

from kg.domain import KPI, KeyResult, Measurement, Outcome, ProcessMetric, Role
from kg.errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    MeasuredOtherwise,
    NoRate,
    NotFound,
    NotYours,
    OutOfBounds,
    UnitMismatch,
)
from kg.graph import KnowledgeGraph
from kg.store.records import get_record
from tests.conftest import NOON, visitor

from .conftest import ROAD, WATER, put

SAVED, SERVED, DONE = "outcome:saved", "outcome:served", "outcome:done"


@pytest.fixture
def measured(units, store):
    """The water project with outcomes of each kind, a KPI and a key result of the organisation."""
    own = {"project": WATER, "unit": "A/Water", "start": "2026-01-01", "due": "2026-12-31", "owner": "jo"}
    records = [
        Outcome.parse({"id": SAVED, **own, "title": "Costs saved", "unit_kind": "currency", "currency": "EUR",
                       "baseline": 0, "target": 10_000}),
        Outcome.parse({"id": SERVED, **own, "title": "居民满意度", "unit_kind": "percent", "baseline": 60, "target": 90,
                       "external_id": "NPS-1"}),
        Outcome.parse({"id": DONE, **own, "title": "Certified", "unit_kind": "yes_no", "baseline": 0, "target": 1}),
        Outcome.parse({"id": "outcome:twin", "project": ROAD, "unit": "B", "title": "Costs saved"}),
        KPI(id="kpi:leaks", name="Leaks a week", unit_of_measure="leaks"),
        KeyResult(id="kr:1", objective="objective:1", title="Half the leaks", baseline=10, target=5),
    ]  # fmt: skip
    put(store, *records)
    return units


def add(graph, subject, day, value, **more):
    return graph.add_measurement(subject=subject, date=day, value=value, **more)


def test_values_are_kept_in_the_unit_of_their_metric(measured):
    kept = add(measured, SERVED, "2026-02-01", "７２,５ %", source="survey", note="n = 40")
    assert (kept.kept.value, kept.kept.shown, kept.created) == (72.5, "72.5 %", True)
    assert add(measured, DONE, "2026-02-01", "是").kept.shown == "yes"
    assert add(measured, DONE, "2026-02-02", False).kept.value == 0
    assert add(measured, SAVED, "2026-02-01", "1.2万").kept.measurement.currency == "EUR"
    assert add(measured, "kpi:leaks", "2026-02-01", 12, unit="leaks").kept.value == 12
    assert add(measured, "kr:1", "2026-02-01", "8").title == "Half the leaks"


def test_what_is_measured_is_found_by_the_name_people_use(measured):
    assert add(measured, "居民满意度", "2026-02-01", 70).subject == SERVED
    assert add(measured, "NPS-1", "2026-02-01", 70).subject == SERVED
    assert add(measured, "leaks a WEEK", "2026-02-01", 3).subject == "kpi:leaks"
    with pytest.raises(InvalidRequest, match="means 2 things"):
        add(measured, "Costs saved", "2026-02-01", 70)
    assert add(measured, "Costs saved", "2026-02-01", 70, project=WATER).subject == SAVED
    with pytest.raises(NotFound, match="Did you mean 'Certified'"):
        add(measured, "Certfied", "2026-02-01", "yes")


@pytest.mark.parametrize(
    ("subject", "value", "more", "words"),
    [
        (SERVED, "12 hours", {}, "expected a percentage"),
        (SERVED, "USD 3", {}, "this is an amount of money"),
        (SAVED, "12 %", {}, "expected an amount of money, such as EUR 1,200"),
        (SAVED, "¥3,000", {}, "write CNY 3,000 or JPY 3,000"),
        (SAVED, "EUR 5", {"currency": "USD"}, "the unit beside it is USD"),
        (DONE, "0.5", {}, "expected yes or no"),
        ("kpi:leaks", "7 hours", {}, "this is in 'hours'"),
        ("kpi:leaks", "about seven", {}, "no number"),
        ("kpi:leaks", float("nan"), {}, "finite"),
    ],
)
def test_a_value_of_another_unit_is_refused_with_what_was_expected(measured, subject, value, more, words):
    with pytest.raises(UnitMismatch, match=words):
        add(measured, subject, "2026-02-01", value, **more)
    assert measured.list_measurements(subject=subject).measurements == []


def test_days_to_come_are_refused_and_days_before_the_start_are_remarked(measured):
    with pytest.raises(InvalidRequest, match="still to come"):
        add(measured, SERVED, "2026-03-03", 70)
    kept = add(measured, SERVED, "2025-12-31", "0.7")
    assert [remark.key for remark in kept.remarks] == ["share_as_percent", "before_start"]


def test_the_same_key_keeps_one_measurement(measured):
    first = add(measured, SERVED, "2026-02-01", 70, key="survey-7")
    again = add(measured, SERVED, "2026-02-01", "70 %", key="survey-7")
    assert (first.created, again.created) == (True, False)
    assert first.kept.measurement.id == again.kept.measurement.id
    with pytest.raises(Conflict, match="used for another"):
        add(measured, SERVED, "2026-02-01", 71, key="survey-7")
    assert measured.list_measurements(subject=SERVED).counting == 1


def test_a_correction_counts_and_what_it_corrects_stays_in_the_history(measured, store):
    wrong = add(measured, SERVED, "2026-02-01", 7).kept.measurement
    add(measured, SERVED, "2026-01-15", 65)
    right = measured.correct_measurement(id=wrong.id, value="70 %", note="a digit was lost").kept
    assert (right.value, right.before, right.measurement.note) == (70, [wrong.id], "a digit was lost")
    with pytest.raises(Conflict, match="is corrected already"):
        measured.correct_measurement(id=wrong.id, value=71, note="again")
    last = measured.correct_measurement(id=right.measurement.id, value=71, note="counted again").kept
    listed = measured.list_measurements(subject=SERVED)
    assert [(v.value, v.counts, v.corrected_by) for v in listed.measurements] == [
        (65, True, None), (7, False, right.measurement.id), (70, False, last.measurement.id), (71, True, None),
    ]  # fmt: skip
    assert last.before == [wrong.id, right.measurement.id]
    counting = measured.list_measurements(subject=SERVED, counting=True)
    assert ([v.value for v in counting.measurements], counting.counting) == ([65, 71], 2)
    kept = store.read("MATCH (n:Measurement) WHERE n.subject = $s RETURN n.value AS v ORDER BY v", s=SERVED)
    assert [row["v"] for row in kept] == [7, 65, 70, 71]


def test_the_same_correction_again_keeps_nothing_new_and_a_record_is_corrected_once(measured):
    wrong = add(measured, SERVED, "2026-02-01", 7).kept.measurement
    first = measured.correct_measurement(id=wrong.id, value=70, note="a digit was lost")
    again = measured.correct_measurement(id=wrong.id, value=70, note="a digit was lost")
    assert (first.created, again.created) == (True, False)
    assert first.kept.measurement.id == again.kept.measurement.id
    with pytest.raises(InvalidRequest, match="says the same"):
        measured.correct_measurement(id=first.kept.measurement.id, value=70, note="again")


def test_of_two_who_correct_at_once_one_is_told_of_the_other(measured):
    wrong = add(measured, SERVED, "2026-02-01", 7).kept.measurement
    together = Barrier(2)

    def correct(value):
        together.wait(10)
        try:
            return measured.correct_measurement(id=wrong.id, value=value, note="misread").kept.value
        except Conflict as refused:
            return refused.message

    with ThreadPoolExecutor(2) as pool:
        kept, refused = sorted(pool.map(correct, (70, 71)), key=lambda answer: isinstance(answer, str))
    assert "is corrected already" in str(refused)
    counting = measured.list_measurements(subject=SERVED, counting=True).measurements
    assert [v.value for v in counting] == [kept]


def test_a_corrected_amount_stays_in_the_currency_it_was_measured_in(measured):
    measured.add_rate(base="EUR", quote="USD", date="2026-01-01", rate="2")
    wrong = add(measured, SAVED, "2026-02-01", "USD 1,200").kept.measurement
    right = measured.correct_measurement(id=wrong.id, value="1,300", note="misread").kept
    assert (right.shown, right.value) == ("USD 1,300", 650)
    assert measured.correct_measurement(id=right.measurement.id, value="EUR 700", note="paid so").kept.value == 700


def test_a_withdrawn_measurement_counts_no_more_until_it_is_corrected_back(measured):
    wrong = add(measured, SERVED, "2026-02-01", 70).kept.measurement
    gone = measured.correct_measurement(id=wrong.id, withdraw=True, note="another project's").kept
    assert measured.list_measurements(subject=SERVED).counting == 0
    with pytest.raises(Conflict, match="nothing stands there"):
        measured.correct_measurement(id=gone.measurement.id, withdraw=True, note="again")
    measured.correct_measurement(id=gone.measurement.id, value=70, note="it was ours")
    assert measured.list_measurements(subject=SERVED).counting == 1
    with pytest.raises(InvalidRequest, match="new value"):
        measured.correct_measurement(id=wrong.id, note="nothing")


def test_only_who_recorded_it_the_owner_or_a_judge_corrects_it(measured):
    mo = measured.as_visitor(visitor("mo", "unit:A"))
    wrong = add(mo, SERVED, "2026-02-01", 70).kept.measurement
    with pytest.raises(NotYours, match="recorded by mo"):
        measured.as_visitor(visitor("kim", "unit:A")).correct_measurement(id=wrong.id, value=71, note="x")
    with pytest.raises(NotFound):
        measured.as_visitor(visitor("kim", "unit:B")).correct_measurement(id=wrong.id, value=71, note="x")
    mine = mo.correct_measurement(id=wrong.id, value=71, note="x").kept.measurement
    jo = measured.as_visitor(visitor("jo", "unit:A"))
    owned = jo.correct_measurement(id=mine.id, value=72, note="x").kept.measurement
    pmo = measured.as_visitor(visitor("pat", "unit:A", role=Role.PMO))
    assert pmo.correct_measurement(id=owned.id, value=73, note="x").kept.value == 73


def test_who_may_not_see_an_outcome_can_neither_measure_nor_list_it(measured):
    stranger = measured.as_visitor(visitor("kim", "unit:B"))
    for call in (lambda: add(stranger, SERVED, "2026-02-01", 70), lambda: stranger.list_measurements(subject=SERVED)):
        with pytest.raises(NotFound) as refused:
            call()
        assert SERVED not in str(refused.value.fields.get("nearest"))
    assert add(stranger, "kpi:leaks", "2026-02-01", 3).created


def test_money_of_another_currency_is_converted_by_the_rate_of_its_day(measured):
    with pytest.raises(NoRate, match="from USD to EUR on or before 2026-02-01"):
        add(measured, SAVED, "2026-02-01", "USD 1,200")
    measured.add_rate(base="EUR", quote="USD", date="2026-01-01", rate="1.25")
    measured.add_rate(base="EUR", quote="USD", date="2026-02-15", rate="2")
    kept = add(measured, SAVED, "2026-02-01", "USD 1,200")
    assert (kept.kept.value, kept.kept.shown) == (960, "USD 1,200")
    assert [(r.base, r.quote, r.inverse) for r in kept.kept.rates] == [("EUR", "USD", True)]
    assert kept.remarks[0].values["into"] == "EUR 960" and "2026-01-01" in kept.remarks[0].values["how"]
    assert add(measured, SAVED, "2026-02-20", "1,200 $").kept.value == 600
    late = measured.add_rate(base="EUR", quote="USD", date="2026-02-01", rate="1.5")
    assert late.created and not measured.add_rate(base="EUR", quote="USD", date="2026-02-01", rate="1.5").created
    assert [v.value for v in measured.list_measurements(subject=SAVED).measurements] == [800, 600]
    found = measured.convert_money(amount="100", base="USD", quote="EUR", date="2026-03-01")
    assert found.amount == Decimal("50.00")
    assert [r.rate for r in measured.list_rates(currency="USD", until="2026-02-10").rates] == [
        Decimal("1.5"), Decimal("1.25"),
    ]  # fmt: skip


def test_an_imported_value_without_a_rate_is_shown_and_left_out(measured, store):
    put(
        store,
        Measurement(
            id="m:x", project=WATER, unit="A/Water", subject=SAVED, date=date(2026, 2, 1), value=5, currency="CHF"
        ),
    )
    view = measured.list_measurements(subject=SAVED).measurements[0]
    assert (view.value, view.counts) == (None, False) and "CHF to EUR" in view.missing_rate


def test_only_the_pmo_keeps_rates_and_only_of_days_gone_by(measured):
    with pytest.raises(Forbidden):
        measured.as_visitor(visitor("jo", "unit:A")).add_rate(base="EUR", quote="USD", date="2026-02-15", rate="2")
    with pytest.raises(InvalidRequest, match="still to come"):
        measured.add_rate(base="EUR", quote="USD", date="2026-04-01", rate="2")
    with pytest.raises(InvalidRequest, match="two currencies"):
        measured.add_rate(base="EUR", quote="EUR", date="2026-02-01", rate="2")


def test_process_metrics_stand_by_name_and_day(measured, store):
    put(
        store,
        ProcessMetric(id="secret", project=WATER, confidential=True, name="leaks", date=date(2026, 1, 1), value=1),
    )
    jo = measured.as_visitor(visitor("jo", "unit:A"))
    assert jo.add_process_metric(
        project=WATER, name="lead time", date="2026-02-01", value="3 days", unit="days"
    ).created
    assert not jo.add_process_metric(project="W1", name="lead time", date="2026-02-01", value="4").created
    jo.add_process_metric(project=WATER, name="lead time", date="2026-01-01", value=5)
    with pytest.raises(UnitMismatch, match="number of days"):
        jo.add_process_metric(project=WATER, name="lead time", date="2026-01-02", value="5 hours")
    found = jo.list_process_metrics(project=WATER)
    assert [(s.name, s.unit_of_measure, [m.value for m in s.values]) for s in found.series] == [
        ("lead time", "days", [5, 4])
    ]  # fmt: skip
    assert len(measured.list_process_metrics(project=WATER).series) == 2


def rows(*values: tuple[str, str, float]) -> list[dict[str, object]]:
    return [{"row": n, "subject": s, "date": day, "value": v} for n, (s, day, v) in enumerate(values, start=1)]


def test_an_import_corrects_nothing_that_its_sender_may_not_correct(measured):
    ann, bob = (measured.as_visitor(visitor(name, "unit:A")) for name in ("ann", "bob"))
    ann.import_measurements(rows=rows((SERVED, "2026-02-01", 70)))
    done = bob.import_measurements(rows=rows((SERVED, "2026-02-01", 10), (SERVED, "2026-02-02", 71)))
    assert (done.created, done.corrected, [bad.code for bad in done.rejected]) == (1, 0, [NotYours.code])
    assert measured.import_measurements(rows=rows((SERVED, "2026-02-01", 69))).corrected == 1  # the owner of all may


def test_an_import_that_expects_what_a_check_found_keeps_nothing_when_something_changed(measured):
    given = rows((SERVED, "2026-02-01", 70), (SERVED, "2026-02-02", 71))
    check = measured.import_measurements(rows=given, check=True)
    assert [row.unit.unit().show(row.value) for row in check.kept] == ["70 %", "71 %"]
    assert measured.list_measurements(subject=SERVED).measurements == []
    measured.import_measurements(rows=rows((SERVED, "2026-02-02", 60)))
    with pytest.raises(Conflict, match="check them again"):
        measured.import_measurements(rows=given, expect=check.digest)
    assert len(measured.list_measurements(subject=SERVED).measurements) == 1
    again = measured.import_measurements(rows=given, check=True)
    assert (again.created, again.corrected) == (1, 1)
    assert measured.import_measurements(rows=given, expect=again.digest).corrected == 1


@pytest.mark.parametrize(
    ("day", "value", "field"),
    [("1899-12-31", 5, "date"), ("2026-02-01", 1e200, "value"), ("2026-02-01", "9" * 17, "value")],
)
def test_values_beyond_all_bounds_are_refused_one_by_one_and_row_by_row(measured, day, value, field):
    with pytest.raises(OutOfBounds, match=f"{field}: .* out of bounds"):
        add(measured, SERVED, day, value)
    rows = [
        {"row": 1, "subject": SERVED, "date": day, "value": value},
        {"row": 2, "subject": SERVED, "date": "2026-02-01", "value": 70},
    ]
    found = measured.import_measurements(rows=rows)
    assert [(bad.row, bad.field, bad.code) for bad in found.rejected] == [(1, field, "out_of_bounds")]
    assert found.created == 1


def test_the_same_key_the_next_day_is_the_same_measurement_still(measured):
    first = measured.add_measurement(subject=SERVED, value=70, key="k")
    later = KnowledgeGraph(measured.store, clock=lambda: NOON + timedelta(days=1), services=measured.services)
    again = later.add_measurement(subject=SERVED, value=70, key="k")
    assert (again.created, again.kept.measurement) == (False, first.kept.measurement)
    with pytest.raises(Conflict, match="key"):
        later.add_measurement(subject=SERVED, value=71, key="k")
    with pytest.raises(Conflict, match="key"):
        later.add_measurement(subject=SERVED, value=70, key="k", date=NOON.date() + timedelta(days=1))


def test_a_process_metric_is_kept_in_the_currency_of_its_unit_only(measured):
    kept = measured.add_process_metric(project=WATER, name="cost", value="EUR 5", unit="EUR", date="2026-02-01")
    assert kept.metric.value == 5
    for more in ({"unit": "EUR"}, {}):
        with pytest.raises(UnitMismatch, match=r"USD.* is kept in EUR"):
            measured.add_process_metric(project=WATER, name="cost", value="USD 5", **more)
    with pytest.raises(OutOfBounds):
        measured.add_process_metric(project=WATER, name="lines", value=1e200)


HOURS = "outcome:hours"


@pytest.fixture
def in_hours(measured, store):
    put(store, Outcome.parse({"id": HOURS, "project": WATER, "unit": "A/Water", "title": "Waiting time", "owner": "jo",
                              "unit_of_measure": "hours", "baseline": 40, "target": 20, "direction": "decrease"}))  # fmt: skip
    return measured


@pytest.mark.parametrize(
    "other",
    [
        {"unit_of_measure": "days"},
        {"unit_kind": "percent"},
        {"unit_kind": "currency", "currency": "EUR"},
        {"clear": ["unit_of_measure"]},
    ],
)
def test_what_was_measured_keeps_its_unit_until_the_values_are_withdrawn(in_hours, store, other):
    kept = add(in_hours, HOURS, "2026-02-01", "30 hours").kept
    with pytest.raises(MeasuredOtherwise, match=r"measured in hours count already \(1\).* Withdraw"):
        in_hours.change_outcome(id=HOURS, **other)
    assert get_record(store, Outcome, HOURS).unit_of_measure == "hours"
    in_hours.correct_measurement(id=kept.measurement.id, withdraw=True, note="in another unit")
    assert in_hours.change_outcome(id=HOURS, **other).outcome.unit_of_measure != "hours"


def test_another_spelling_or_everything_else_may_change_of_what_was_measured(in_hours):
    add(in_hours, HOURS, "2026-02-01", 30)
    changed = in_hours.change_outcome(id=HOURS, unit_of_measure="h", target=10).outcome
    assert (changed.unit_of_measure, changed.target) == ("h", 10)


def test_undo_gives_no_measured_value_another_unit(in_hours):
    changed = in_hours.change_outcome(id=HOURS, unit_of_measure="days").outcome
    add(in_hours, HOURS, "2026-02-01", "2 days")
    with pytest.raises(MeasuredOtherwise, match="in days"):
        in_hours.undo_outcome_change(id=HOURS, revision=changed.revision)


def test_a_unit_may_be_named_where_there_was_none_and_stays_then(measured, store):
    put(store, Outcome(id="outcome:bare", project=WATER, unit="A/Water", title="Bare", owner="jo"))
    add(measured, "outcome:bare", "2026-02-01", 30)
    assert measured.change_outcome(id="outcome:bare", unit_of_measure="hours").outcome.unit_of_measure == "hours"
    with pytest.raises(MeasuredOtherwise):
        measured.change_outcome(id="outcome:bare", unit_of_measure="days")


def test_money_may_be_reported_in_another_currency_since_it_is_converted(measured):
    add(measured, SAVED, "2026-02-01", "EUR 100")
    measured.add_rate(base="EUR", quote="CNY", rate=Decimal(8), date=date(2026, 1, 1))
    assert measured.change_outcome(id=SAVED, currency="CNY", unit_of_measure="CNY").standing.current == 800


def test_kpis_and_key_results_keep_their_unit_likewise(measured):
    kpi = measured.define_kpi(name="Losses", unit_of_measure="litres").kpi
    add(measured, kpi.id, "2026-02-01", 12)
    with pytest.raises(MeasuredOtherwise):
        measured.define_kpi(name="Losses", unit_of_measure="%", revision=kpi.revision)
    goal = measured.define_objective(title="Less loss", period="2026").objective
    (key_result,) = measured.define_key_result(
        objective=goal.id, title="Half", target=5, unit_of_measure="litres"
    ).key_results
    add(measured, key_result.id, "2026-02-01", 8)
    with pytest.raises(MeasuredOtherwise):
        measured.define_key_result(id=key_result.id, unit_of_measure="EUR")
    assert measured.define_key_result(id=key_result.id, unit_of_measure="litres", target=4).key_results[0].target == 4
