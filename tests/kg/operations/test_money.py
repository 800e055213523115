"""Money of projects: entered, shared, corrected, converted, and what it comes to."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import numpy_financial as npf
import pytest

from kg.domain import BenefitEntry, ExchangeRate, Measurement, Outcome, Project, Role
from kg.errors import (
    AlreadyCorrected,
    BadAmount,
    BadWeight,
    ClaimedTwice,
    DatedAhead,
    Forbidden,
    InvalidRequest,
    MoneyStands,
    NotFound,
    NotYours,
    SharedOutOfSight,
    UnknownCurrency,
)
from kg.graph import KnowledgeGraph
from kg.schema import Label
from kg.store.records import get_record, retire_records
from tests.conftest import NOON, visitor

from .conftest import ROAD, WATER, put

TODAY = NOON.date()
DAY = TODAY - timedelta(days=400)


def enter(graph, kind: str, amount: str, days: int = 0, subject: str = WATER, **values):
    method = graph.add_cost if kind == "cost" else graph.add_benefit
    values = {"currency": "EUR", **values}
    return method(subject=subject, date=DAY + timedelta(days=days), amount=Decimal(amount), **values)


def test_expected_and_actual_money_come_to_the_usual_figures(units):
    for kind, amount, days in (("cost", "1000", 0), ("benefit", "600", 365), ("benefit", "700", 730)):
        enter(units, kind, amount, days, expected=True)
    enter(units, "cost", "1200")
    enter(units, "benefit", "300", 365, subject="outcome:water")
    found = units.project_value(project="W1", discount_rate=Decimal("0.1"))
    assert (found.currency, found.base, found.rate_from) == ("EUR", DAY, "request")
    assert found.expected.roi == Decimal("0.3")
    assert float(found.expected.npv) == pytest.approx(npf.npv(0.1, [-1000, 600, 700]))
    assert found.expected.internal_rate.rate == pytest.approx(npf.irr([-1000, 600, 700]))
    assert found.expected.payback.on == DAY + timedelta(days=365 + 209)  # 400 of 700 in the second year
    assert found.expected_to_date.benefits == 600
    assert (found.actual.costs, found.actual.benefits, found.actual.roi) == (1200, 300, Decimal("-0.75"))
    assert [row.actual_benefit for row in found.subjects] == [0, 300]
    assert found.course[-1].actual_cost is None and found.course[0].actual_cost == 1200
    assert {m.code for m in found.missing} == {"no_end", "unmeasured"}


def test_the_discount_rate_is_a_setting_and_a_request_may_ask_for_another(units):
    enter(units, "cost", "100")
    assert (units.project_value(project=WATER).discount_rate, units.project_value(project=WATER).rate_from) == (
        Decimal("0.08"), "default",
    )  # fmt: skip
    units.services["discount_rate"] = Decimal("0.03")
    assert units.project_value(project=WATER).discount_rate == Decimal("0.03")
    with pytest.raises(InvalidRequest, match="above -1"):
        units.project_value(project=WATER, discount_rate=Decimal(-1))


def test_a_benefit_of_several_is_shared_out_and_counted_once(units):
    units.share_benefit(
        contributors=[{"subject": "outcome:water", "weight": 3}, {"subject": "outcome:road", "weight": 1},
                      {"subject": WATER, "weight": 2}],
        date=DAY, amount=Decimal("1000.01"), currency="EUR",
    )  # fmt: skip
    enter(units, "cost", "250", subject=ROAD)
    whole = units.portfolio_value(currency="EUR")
    assert whole.actual.benefits == Decimal("1000.01")
    assert sum(row.actual_benefit for row in whole.projects) == whole.actual.benefits
    assert sum(row.actual_cost for row in whole.projects) == whole.actual.costs == 250
    parts = [units.project_value(project=key).actual.benefits for key in (WATER, ROAD)]
    assert sum(parts) == whole.actual.benefits
    assert parts[0] == pytest.approx(Decimal("1000.01") * 5 / 6, abs=Decimal("1e-6"))


def test_more_than_the_whole_of_a_benefit_cannot_be_claimed(units):
    enter(units, "benefit", "500", shared="grid", share=0.7)
    with pytest.raises(ClaimedTwice, match="70 %"):
        enter(units, "benefit", "500", subject="outcome:road", shared="grid", share=0.4)
    with pytest.raises(InvalidRequest, match="same whole amount"):
        enter(units, "benefit", "400", subject="outcome:road", shared="grid", share=0.3)
    enter(units, "benefit", "500", subject="outcome:road", shared="grid", share=0.3)
    enter(units, "benefit", "500", 30, shared="grid", share=1)  # another day's, whole
    with pytest.raises(ClaimedTwice, match="named twice"):
        units.share_benefit(
            contributors=[{"subject": WATER}, {"subject": "W1"}], date=DAY, amount=Decimal(5), currency="EUR"
        )
    with pytest.raises(BadWeight):
        units.share_benefit(
            contributors=[{"subject": WATER, "weight": -1}], date=DAY, amount=Decimal(5), currency="EUR"
        )


def test_a_correction_is_a_new_entry_and_the_old_one_stays_in_sight(units):
    (first,) = enter(units, "cost", "100").entries
    (second,) = units.correct_money(id=first.id, amount=Decimal(90), note="typed wrongly").entries
    assert (second.amount, second.corrects, second.date) == (90, first.id, first.date)
    assert [row.id for row in units.list_money(subject=WATER).entries] == [second.id]
    shown = {row.id: row.corrected for row in units.list_money(subject=WATER, corrected=True).entries}
    assert shown == {first.id: True, second.id: False}
    with pytest.raises(AlreadyCorrected, match=second.id):
        units.correct_money(id=first.id, amount=Decimal(80))
    (taken_back,) = units.correct_money(id=second.id, amount=Decimal(0)).entries
    assert units.project_value(project=WATER).actual.costs == 0
    with pytest.raises(InvalidRequest, match="say what"):
        units.correct_money(id=taken_back.id)


def test_a_shared_benefit_is_corrected_for_all_who_share_it(units):
    first, _ = units.share_benefit(
        contributors=[{"subject": "outcome:water"}, {"subject": ROAD}], date=DAY, amount=Decimal(100), currency="EUR"
    ).entries
    with pytest.raises(Forbidden, match="may not see"):
        units.as_visitor(visitor("jo", "unit:A", role=Role.PMO)).correct_money(id=first.id, amount=Decimal(80))
    corrected = units.correct_money(id=first.id, amount=Decimal(80)).entries
    assert [row.amount for row in corrected] == [80, 80]
    assert units.portfolio_value(currency="EUR").actual.benefits == 80
    with pytest.raises(ClaimedTwice):
        units.correct_money(id=corrected[0].id, share=0.6)
    units.correct_money(id=corrected[0].id, amount=Decimal(0))  # only this one's part
    assert units.portfolio_value(currency="EUR").actual.benefits == 40


def test_amounts_are_converted_by_the_rate_of_their_day_and_a_missing_one_is_named(units, store):
    put(
        store,
        ExchangeRate(id="rate:1", base="USD", quote="EUR", date=DAY, rate=Decimal("0.5")),
        ExchangeRate(id="rate:2", base="USD", quote="EUR", date=DAY + timedelta(days=10), rate=Decimal("0.25")),
    )
    enter(units, "cost", "100")
    for days in (0, 10):
        enter(units, "benefit", "1000", days, currency="usd")
    early = enter(units, "benefit", "1000", -1, currency="USD")
    found = units.project_value(project=WATER, currency="EUR")
    assert found.actual.benefits == 750
    assert [(m.base, m.quote, m.day) for m in found.missing_rates] == [("USD", "EUR", DAY - timedelta(days=1))]
    assert [m.detail for m in found.missing if m.code == "no_rate"] == [f"USD → EUR, {DAY - timedelta(days=1)}"]
    assert [used.rate for used in found.rates] == [Decimal("0.5"), Decimal("0.25")]
    assert early.missing_rates == []  # the project has no currency of its own to convert to


def test_what_cannot_be_money_is_refused_with_the_reason(units):
    with pytest.raises(BadAmount, match="above zero"):
        enter(units, "cost", "-5")
    with pytest.raises(UnknownCurrency, match="Did you mean EUR"):
        enter(units, "cost", "5", currency="EUX")
    with pytest.raises(DatedAhead, match="expected"):
        enter(units, "benefit", "5", 401)
    with pytest.raises(InvalidRequest, match="at most 1"):
        enter(units, "benefit", "5", share=1.5)
    with pytest.raises(InvalidRequest, match="amount"):
        units.add_cost(subject=WATER, date=DAY, amount="much", currency="EUR")
    with pytest.raises(NotFound, match="outcome:water"):
        enter(units, "cost", "5", subject="outcome:watr")
    with pytest.raises(NotFound):
        units.correct_money(id="cost:none", amount=Decimal(1))


def test_money_of_another_unit_is_as_if_it_were_not_there(units):
    (entry,) = enter(units, "cost", "5", subject=ROAD).entries
    jo = units.as_visitor(visitor("jo", "unit:A"))
    for call in (
        lambda: jo.list_money(subject=ROAD),
        lambda: jo.project_value(project=ROAD),
        lambda: jo.correct_money(id=entry.id, amount=Decimal(1)),
        lambda: enter(jo, "cost", "5", subject="outcome:road"),
    ):
        with pytest.raises(NotFound):
            call()
    assert jo.portfolio_value(currency="EUR").projects == []


def test_a_project_without_money_says_what_is_missing(units):
    found = units.project_value(project=WATER)
    assert found.actual is None and found.expected is None
    assert [m.code for m in found.missing][:1] == ["no_entries"]


def test_outcomes_and_sums_are_forecast_for_the_day_they_are_due(units, store):
    due = TODAY + timedelta(days=90)
    outcome = Outcome(
        id="outcome:pumps", project=WATER, unit="A/Water", title="Pumps that run", baseline=0, target=100,
        start=DAY, due=due,
    )  # fmt: skip
    wrong = Measurement(id="m:wrong", subject=outcome.id, date=TODAY, value=9999)
    values = [
        Measurement(id=f"m:{n}", subject=outcome.id, date=TODAY - timedelta(days=30 * (7 - n)), value=10 * n + n % 2)
        for n in range(8)
    ]
    right = Measurement(id="m:right", subject=outcome.id, date=TODAY, value=72, corrects=wrong.id)
    project = Project(id=WATER, name="Water for all", unit="A/Water", external_id="W1", start=DAY, end=due)
    put(store, project, outcome, wrong, *values, right)
    found = units.forecast_outcome(outcome=outcome.id)
    assert found.forecast.value == pytest.approx(72 + 72 / 210 * 90)
    assert found.forecast.low < found.forecast.value < found.forecast.high
    assert 0.5 < found.chance < 1 and found.attainment == 1
    for n in range(5):
        enter(units, "cost", str(100 + n % 2), 60 * n)
        enter(units, "benefit", "150", 60 * n + 30, subject=outcome.id)
    ahead = units.forecast_project(project=WATER)
    assert ahead.cost.so_far == 502 and ahead.cost.forecast.value > 500
    assert ahead.cost.forecast.low >= 502
    assert ahead.roi > 0
    assert [o.missing for o in ahead.outcomes if o.outcome == outcome.id] == [[]]
    assert units.forecast_outcome(outcome="outcome:water").missing == ["due", "measurements", "target"]


def test_entries_are_audited(units):
    from kg.audit import verify

    enter(units, "cost", "5")
    assert units.list_money(subject=WATER).entries[0].recorded_by == "local"
    assert verify(units.store, "local") == 0


def test_a_correction_says_who_made_it_and_why(units):
    (first,) = enter(units, "cost", "120").entries
    units.correct_money(id=first.id, amount=Decimal(100), reason="A digit was swapped.")
    (wrong,) = enter(units, "cost", "7", 1).entries
    units.correct_money(id=wrong.id, amount=Decimal(0), reason="Of another project.")
    rows = units.list_money(subject=WATER, corrected=True, newest_first=True).entries
    assert [row.date for row in rows] == sorted((row.date for row in rows), reverse=True)
    told = {row.id: row.replaced for row in rows}
    assert (told[first.id].reason, told[first.id].taken_back) == ("A digit was swapped.", False)
    assert (told[wrong.id].reason, told[wrong.id].taken_back) == ("Of another project.", True)
    assert told[first.id].by and told[first.id].at
    with pytest.raises(InvalidRequest, match="what it should have been"):
        units.correct_money(id=told[first.id].id, reason="Because.")


def test_what_is_sent_twice_is_entered_once(units):
    def once():
        return units.add_cost(subject=WATER, date=DAY, amount=Decimal(5), currency="EUR", key="form-1").entries[0].id

    assert once() == once()
    assert (
        units.add_cost(subject=WATER, date=DAY, amount=Decimal(6), currency="EUR", key="form-1").entries[0].id != once()
    )
    for _ in range(2):
        units.share_benefit(
            contributors=[{"subject": WATER, "weight": 1}, {"subject": ROAD, "weight": 1}],
            date=DAY, amount=Decimal(10), currency="EUR", key="form-2",
        )  # fmt: skip
    found = units.portfolio_value(currency="EUR").actual
    assert (found.costs, found.benefits) == (11, 10)


def test_a_value_can_be_asked_for_as_if_an_entry_had_never_been_made(units):
    (cost,) = enter(units, "cost", "100").entries
    enter(units, "benefit", "150")
    (fixed,) = units.correct_money(id=cost.id, amount=Decimal(50)).entries
    assert units.project_value(project=WATER).actual.costs == 50
    assert units.project_value(project=WATER, without=[fixed.id]).actual.costs == 100
    assert units.project_value(project=WATER, without=[cost.id, fixed.id]).actual.costs == 0


def test_an_amount_without_a_direct_rate_is_converted_over_a_third_currency_and_both_rates_are_told(units, store):
    put(
        store,
        ExchangeRate(id="rate:1", base="USD", quote="CNY", date=DAY, rate=Decimal(7)),
        ExchangeRate(id="rate:2", base="EUR", quote="CNY", date=DAY, rate=Decimal(8)),
    )
    enter(units, "cost", "80", currency="USD")
    found = units.project_value(project=WATER, currency="EUR")
    assert (found.actual.costs, found.missing_rates) == (70, [])
    assert [(used.base, used.quote, used.inverse) for used in found.rates] == [
        ("EUR", "CNY", True),
        ("USD", "CNY", False),
    ]


def test_only_who_entered_it_the_owner_and_those_who_judge_correct_an_entry(units, store):
    put(store, Outcome(id="outcome:water", project=WATER, unit="A/Water", title="Serve", owner="ann"))
    ann, bob, jo = (units.as_visitor(visitor(name, "unit:A")) for name in ("ann", "bob", "jo"))
    pat = units.as_visitor(visitor("pat", "unit:A", role=Role.PMO))
    (entry,) = enter(jo, "cost", "5", subject="outcome:water").entries
    (of_project,) = enter(jo, "cost", "7").entries
    may = {
        name: [row.may_correct for row in graph.list_money(subject=WATER).entries]
        for name, graph in (("ann", ann), ("bob", bob), ("jo", jo), ("pat", pat))
    }
    order = [row.id for row in jo.list_money(subject=WATER).entries]
    owners = [key == entry.id for key in order]
    assert may == {"ann": owners, "bob": [False, False], "jo": [True, True], "pat": [True, True]}
    for graph, key in ((bob, entry.id), (bob, of_project.id), (ann, of_project.id)):
        with pytest.raises(NotYours, match="jo entered it"):
            graph.correct_money(id=key, amount=Decimal(0))
    assert jo.project_value(project=WATER).actual.costs == 12
    (once,) = ann.correct_money(id=entry.id, amount=Decimal(6)).entries
    pat.correct_money(id=once.id, amount=Decimal(0))
    jo.correct_money(id=of_project.id, amount=Decimal(8))
    assert jo.project_value(project=WATER).actual.costs == 8


def test_a_shared_amount_is_not_corrected_over_the_head_of_another(units):
    jo, bob = (units.as_visitor(visitor(name, "unit:A")) for name in ("jo", "bob"))
    (own,) = enter(jo, "benefit", "100", shared="deal", share=0.5).entries
    enter(bob, "benefit", "100", subject="outcome:water", shared="deal", share=0.5)
    with pytest.raises(NotYours, match="bob entered it"):
        jo.correct_money(id=own.id, amount=Decimal(1))
    jo.correct_money(id=own.id, amount=Decimal(0))  # her own part she may take back
    assert units.project_value(project=WATER).actual.benefits == 50


def test_no_figure_of_a_share_out_of_sight_is_told(units):
    enter(units, "benefit", "123456", subject=ROAD, shared="deal", share=0.4)
    jo = units.as_visitor(visitor("jo", "unit:A"))
    said = set()
    for amount in ("1", "123456"):  # a wrong amount, and the right one with too large a share
        with pytest.raises(SharedOutOfSight) as error:
            enter(jo, "benefit", amount, shared="deal", share=1)
        said.add((error.value.message, str(error.value.fields)))
    assert len(said) == 1 and not any(figure in str(said) for figure in ("123456", "40", "0.4"))
    enter(jo, "benefit", "123456", shared="deal", share=0.6)
    with pytest.raises(ClaimedTwice, match="100 %"):  # who sees them all is told
        enter(units, "benefit", "123456", subject="outcome:road", shared="deal", share=0.1)


def test_a_share_of_an_outcome_out_of_use_keeps_nobody_out(units, store):
    enter(units, "benefit", "100", subject="outcome:water", shared="deal", share=0.6)
    with store.transaction() as tx:
        retire_records(tx, Label.OUTCOME, ["outcome:water"], at=NOON)
    (made,) = enter(units, "benefit", "100", shared="deal", share=0.6).entries
    (corrected,) = units.correct_money(id=made.id, amount=Decimal(200)).entries
    assert corrected.amount == 200


def test_an_outcome_whose_money_counts_is_not_taken_out_of_use(units):
    (cost,) = enter(units, "cost", "1000", subject="outcome:water").entries
    enter(units, "benefit", "500")
    for call in (
        lambda: units.retire_outcome(id="outcome:water", reason="no more"),
        lambda: units.retire_record(label="Outcome", id="outcome:water"),
    ):
        with pytest.raises(MoneyStands, match="Take them back first"):
            call()
    assert units.project_value(project=WATER).actual.roi == Decimal("-0.5")
    units.correct_money(id=cost.id, amount=Decimal(0), reason="entered for the project")
    enter(units, "cost", "1000")
    units.retire_outcome(id="outcome:water", reason="no more")
    assert units.project_value(project=WATER).actual.roi == Decimal("-0.5")


def test_an_entry_of_a_hidden_outcome_is_hidden(units, store):
    put(store, Outcome(id="outcome:water", project=WATER, unit="A/Water", title="Secret", confidential=True))
    (entry,) = enter(units, "benefit", "5", subject="outcome:water").entries
    assert get_record(store, BenefitEntry, entry.id).confidential
    with pytest.raises(NotFound):
        units.as_visitor(visitor("jo", "unit:A", role=Role.PMO)).correct_money(id=entry.id, amount=Decimal(0))


def test_a_shared_benefit_sent_again_after_a_correction_enters_nothing_new(units):
    said = {
        "contributors": [{"subject": WATER, "weight": 1}, {"subject": "outcome:water", "weight": 1}],
        "date": DAY, "amount": Decimal(100), "currency": "EUR", "key": "k",
    }  # fmt: skip
    first = units.share_benefit(**said)
    units.correct_money(id=first.entries[0].id, amount=Decimal(90))
    before = units.list_money(subject=WATER, corrected=True).total
    again = units.share_benefit(**said)
    assert [row.id for row in again.entries] == [row.id for row in first.entries]
    assert units.list_money(subject=WATER, corrected=True).total == before
    assert units.project_value(project=WATER).actual.benefits == 90
    with pytest.raises(InvalidRequest):
        units.share_benefit(**said | {"key": "another", "shared": first.entries[0].shared})


def test_one_part_sent_again_after_a_correction_enters_nothing_new(units):
    part = {"shared": "deal", "share": 0.8, "key": "k"}
    first = enter(units, "benefit", "100", **part).entries[0]
    units.correct_money(id=first.id, amount=Decimal(90))
    assert enter(units, "benefit", "100", **part).entries[0].id == first.id
    assert units.project_value(project=WATER).actual.benefits == 72


def test_money_counts_up_to_the_day_where_its_project_is_at_home(units, store):
    tomorrow = TODAY + timedelta(days=1)
    put(
        store, Project(id=WATER, name="Water", unit="A/Water", timezone="Asia/Shanghai", end=TODAY + timedelta(days=90))
    )
    late = KnowledgeGraph(store, clock=lambda: NOON.replace(hour=20), services=units.services)
    late.add_cost(subject=WATER, date=tomorrow, amount=Decimal(10), currency="EUR")
    whole = late.portfolio_value(currency="EUR")
    assert (whole.projects[0].actual_cost, whole.on) == (10, tomorrow)
    assert late.project_value(project=WATER).actual.costs == 10
    assert late.forecast_project(project=WATER).cost.so_far == 10
    assert late.portfolio_value(currency="EUR", on=TODAY).projects[0].actual_cost == 0


def test_a_value_kept_before_there_were_bounds_hides_no_other_forecast(units, store):
    put(
        store,
        Outcome(id="outcome:x", project=WATER, unit="A/Water", title="X", due=TODAY + timedelta(days=90), target=5),
    )
    for n, value in enumerate((1, 2, 3, 1e200)):
        put(
            store,
            Measurement(id=f"m:{n}", project=WATER, subject="outcome:x", date=DAY + timedelta(days=n), value=value),
        )
    assert units.forecast_outcome(outcome="outcome:x").forecast.last == 1e200
    assert "outcome:x" in {one.outcome for one in units.project_value(project=WATER).forecast.outcomes}
