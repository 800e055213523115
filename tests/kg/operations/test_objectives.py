"""Objectives: set by those who steer, rolled up part by part, without rings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kg.domain import Measurement, Outcome, Role
from kg.errors import (
    BadWeight,
    CircularObjectives,
    Conflict,
    DateOrder,
    Forbidden,
    InvalidRequest,
    NotFound,
    OutOfBounds,
    SeveralNamed,
    StandsAbove,
    TargetAtBaseline,
)
from kg.queries import statement
from kg.schema import Label
from tests.conftest import visitor

from .conftest import ROAD, WATER, put


@pytest.fixture
def goals(units, store):
    """An objective with two key results, one measured itself; a half-way outcome aligned with both kinds of place."""
    top = units.define_objective(
        title="Water for every household", period="2026", period_start=date(2026, 1, 1), period_end=date(2026, 12, 31)
    ).objective
    view = units.define_key_result(objective=top.id, title="1,000 taps", baseline=0, target=1000, weight=3)
    view = units.define_key_result(objective=top.id, title="Clean samples", unit_of_measure="%", weight=1)
    taps, clean = view.key_results if view.key_results[0].title == "1,000 taps" else reversed(view.key_results)
    put(
        store,
        Outcome(id="outcome:water", project=WATER, unit="A/Water", title="Serve", baseline=0, target=10, owner="jo"),
        Measurement(id="m:1", subject="outcome:water", date=date(2026, 2, 1), value=5),
        Measurement(id="m:2", subject=taps.id, date=date(2026, 2, 1), value=250),
    )
    return top, taps, clean


def test_attainment_rolls_up_and_shows_how(units, goals):
    top, taps, clean = goals
    units.align_outcome(outcome="outcome:water", target=clean.id, weight=3)
    aligned = units.align_outcome(outcome="outcome:water", target=top.id, weight=1).aligned
    assert {a.target: a.share for a in aligned} == {clean.id: 0.75, top.id: 0.25}
    found = units.objective_view(id=top.title).rollup
    parts = {part.id: part for part in found.parts}
    assert (parts[taps.id].how, parts[taps.id].attainment) == ("measured", 0.25)
    assert (parts[clean.id].how, parts[clean.id].attainment) == ("rolled_up", 0.5)
    assert parts[clean.id].parts[0].alignment == 0.75
    # weights: taps 3, clean 1, the outcome directly a quarter of itself
    assert found.attainment == pytest.approx((3 * 0.25 + 1 * 0.5 + 0.25 * 0.5) / 4.25)
    units.unalign_outcome(outcome="outcome:water", target=clean.id)
    found = units.objective_view(id=top.id).rollup
    assert next(p for p in found.parts if p.id == clean.id).how == "unknown"
    assert found.coverage == pytest.approx((3 + 1) / 5)
    assert found.cautious == pytest.approx((3 * 0.25 + 1 * 0.5) / 5)


def test_objectives_are_listed_by_period_below_their_parents(units, goals):
    top = goals[0]
    child = units.define_objective(title="Pipes first", period="2026", parent=top.title).objective
    units.define_objective(title="Roads", period="2027")
    found = units.list_objectives(period="2026")
    assert [(row.objective.id, row.depth) for row in found.objectives] == [(top.id, 0), (child.id, 1)]
    assert found.periods == ["2027", "2026"]
    with pytest.raises(NotFound, match="Did you mean"):
        units.list_objectives(period="2062")


def test_an_objective_never_stands_below_itself(units, goals):
    top = goals[0]
    child = units.define_objective(title="Pipes", period="2026", parent=top.id).objective
    low = units.define_objective(title="Joints", period="2026", parent=child.id).objective
    with pytest.raises(CircularObjectives, match="Water for every household → Joints → Pipes → Water"):
        units.define_objective(id=top.id, parent=low.id)
    with pytest.raises(CircularObjectives):
        units.define_objective(id=top.id, parent=top.id)
    assert units.define_objective(id=child.id, parent="").objective.parent is None


def test_wrong_weights_dates_and_stale_revisions_are_refused(units, goals):
    top, taps, _ = goals
    for weight in (0, -2):
        with pytest.raises(BadWeight):
            units.align_outcome(outcome="outcome:water", target=top.id, weight=weight)
        with pytest.raises(BadWeight):
            units.define_key_result(id=taps.id, weight=weight)
    with pytest.raises(DateOrder, match="before the start"):
        units.define_objective(title="x", period="y", period_start=date(2026, 2, 1), period_end=date(2026, 1, 1))
    with pytest.raises(DateOrder):
        units.define_key_result(id=taps.id, due=date(2025, 12, 31))
    with pytest.raises(Conflict, match="Read it again"):
        units.define_objective(id=top.id, title="other", revision=7)
    with pytest.raises(InvalidRequest, match="period"):
        units.define_objective(title="Timeless")
    with pytest.raises(NotFound, match="Did you mean"):
        units.align_outcome(outcome="outcome:water", target="1000 taps")


def test_who_steers_sets_objectives_and_owners_align_their_own_outcomes(units, goals):
    top = goals[0]
    jo = units.as_visitor(visitor("jo", "unit:A"))
    pmo = units.as_visitor(visitor("pat", "unit:A", role=Role.PMO))
    with pytest.raises(Forbidden):
        jo.define_objective(title="Mine", period="2026", unit="A")
    with pytest.raises(Forbidden, match="whole organisation"):
        pmo.define_objective(title="Everyone's", period="2026")
    own = pmo.define_objective(title="Ours", period="2026", unit="A").objective
    assert [a.target for a in jo.align_outcome(outcome="outcome:water", target=own.id).aligned] == [own.id]
    with pytest.raises(Forbidden):
        units.as_visitor(visitor("kim", "unit:A")).align_outcome(outcome="outcome:water", target=own.id)
    mei = units.as_visitor(visitor("mei", "unit:B"))
    assert [row.objective.id for row in mei.list_objectives().objectives] == [top.id]
    with pytest.raises(NotFound):
        mei.objective_view(id=own.id)


def test_what_another_place_set_is_not_taken_over(units, goals):
    top, taps, _ = goals
    mia = units.as_visitor(visitor("mia", "unit:A", role=Role.MANAGER))
    assert not mia.objective_view(id=top.id).may_define
    own = mia.define_objective(title="Ours", period="2026", unit="A").objective
    assert mia.objective_view(id=own.id).may_define
    for call in (
        lambda: mia.define_objective(id=top.id, title="Mine", unit="A"),
        lambda: mia.define_key_result(id=taps.id, target=1),
        lambda: mia.define_key_result(id=taps.id, objective=own.id),
        lambda: mia.define_key_result(objective=top.id, title="Another"),
        lambda: mia.define_objective(id=own.id, unit="B"),
    ):
        with pytest.raises(Forbidden):
            call()
    view = units.objective_view(id=top.id)
    assert (view.objective.title, view.objective.unit) == ("Water for every household", None)
    assert [k.target for k in view.key_results if k.id == taps.id] == [1000]


def test_key_results_move_with_their_objective(units, goals):
    top = goals[0]
    view = units.define_objective(id=top.id, unit="A")
    assert {k.unit for k in view.key_results} == {"A"} == {view.objective.unit}
    mia = units.as_visitor(visitor("mia", "unit:A", role=Role.MANAGER))
    assert mia.define_key_result(id=goals[1].id, target=900).objective.id == top.id


def test_an_outcome_out_of_sight_is_not_shown_in_a_roll_up(units, goals, store):
    top = goals[0]
    units.align_outcome(outcome="outcome:road", target=top.id)
    mei, jo = (units.as_visitor(visitor("x", scope)) for scope in ("unit:B", "unit:A"))
    assert any(part.project == ROAD for part in mei.objective_view(id=top.id).rollup.parts)
    assert not any(part.project == ROAD for part in jo.objective_view(id=top.id).rollup.parts)


def test_a_key_result_in_money_reads_other_currencies_converted(units):
    goal = units.define_objective(title="Revenue", period="2026").objective
    (key_result,) = units.define_key_result(
        objective=goal.id, title="Sales", baseline=0, target=1000, unit_of_measure="EUR"
    ).key_results
    units.add_rate(base="JPY", quote="EUR", rate=Decimal("0.006"), date=date(2026, 1, 1))
    units.add_measurement(subject=key_result.id, value="JPY 1000", date=date(2026, 2, 1))
    (part,) = units.objective_view(id=goal.id).rollup.parts
    assert (part.reading.value, part.attainment) == (6, pytest.approx(0.006))


def test_a_key_result_takes_no_figure_or_day_beyond_all_bounds(units):
    goal = units.define_objective(title="Revenue", period="2026").objective
    for bad in ({"target": 1e200}, {"baseline": -1e16}, {"due": date(9999, 12, 31)}):
        with pytest.raises(OutOfBounds, match=f"{next(iter(bad))}: "):
            units.define_key_result(objective=goal.id, title="Sales", **bad)


def test_a_retired_key_result_leaves_the_roll_up_and_alignments_with_it_count_no_more(units, goals):
    top, taps, clean = goals
    units.align_outcome(outcome="outcome:water", target=clean.id, weight=3)
    units.align_outcome(outcome="outcome:water", target=top.id, weight=1)
    said = units.retire_key_result(id="Clean samples", reason="Nobody takes samples.", revision=clean.revision)
    assert (said.id, said.objective) == (clean.id, top.id)
    found = units.objective_view(id=top.id)
    assert [k.id for k in found.key_results] == [taps.id]
    assert [(p.kind, p.alignment) for p in found.rollup.parts] == [("key_result", None), ("outcome", 1.0)]
    assert [a.target for a in units.outcome_alignment(outcome="outcome:water").aligned] == [top.id]
    with pytest.raises(NotFound):
        units.align_outcome(outcome="outcome:water", target=clean.id)
    with pytest.raises(NotFound):
        units.retire_key_result(id=clean.id, reason="Again.")


def test_an_objective_is_retired_with_its_key_results_unless_others_stand_below(units, goals, store):
    top, taps, clean = goals
    child = units.define_objective(title="Pipes", period="2026", parent=top.id).objective
    with pytest.raises(StandsAbove, match=r"'Pipes'\. Retire them first"):
        units.retire_objective(id=top.id, reason="Done with.")
    units.retire_objective(id=child.id, reason="No pipes.")
    with pytest.raises(Conflict, match="Read it again"):
        units.retire_objective(id=top.id, reason="Done with.", revision=7)
    said = units.retire_objective(id=top.id, reason="Done with.")
    assert set(said.key_results) == {taps.id, clean.id}
    assert units.list_objectives().objectives == []
    for label, key in ((Label.OBJECTIVE, top.id), (Label.KEY_RESULT, taps.id)):
        kept = store.read(statement("records.get", label), id=key)[0]["record"]
        assert kept["retired_at"] and kept["retired_reason"] == "Done with."


def test_only_who_may_set_an_objective_retires_it_or_its_key_results(units, goals):
    top, taps, _ = goals
    pmo = units.as_visitor(visitor("pat", "unit:A", role=Role.PMO))
    own = pmo.define_objective(title="Ours", period="2026", unit="A").objective
    for who, goal in ((units.as_visitor(visitor("jo", "unit:A")), own), (pmo, top)):
        with pytest.raises(Forbidden):
            who.retire_objective(id=goal.id, reason="Away.")
    with pytest.raises(Forbidden, match="whole organisation"):
        pmo.retire_key_result(id=taps.id, reason="Away.")
    assert pmo.retire_objective(id=own.id, reason="Away.").title == "Ours"


def test_the_same_form_sent_twice_makes_one_objective_and_one_key_result(units):
    sent = {"title": "Once", "period": "2026", "key": "form-1"}
    first, again = (units.define_objective(**sent).objective for _ in range(2))
    other = units.define_objective(**sent | {"title": "Another"}).objective
    assert first.id == again.id != other.id
    results = {"objective": first.id, "title": "Count", "key": "form-2"}
    units.define_key_result(**results)
    assert len(units.define_key_result(**results).key_results) == 1
    units.retire_objective(id=first.id, reason="Wrong.")
    with pytest.raises(Conflict, match="retired since"):
        units.define_objective(**sent)


def test_a_target_at_the_baseline_is_refused_unless_the_value_should_stay(units, goals):
    top, taps, _ = goals
    with pytest.raises(TargetAtBaseline, match="baseline already"):
        units.define_key_result(objective=top.id, title="Nowhere", baseline=5, target=5)
    with pytest.raises(TargetAtBaseline):
        units.define_key_result(id=taps.id, target=0)
    view = units.define_key_result(objective=top.id, title="Steady", baseline=5, target=5, direction="maintain")
    assert "Steady" in {k.title for k in view.key_results}


def test_what_is_cleared_is_emptied(units, goals):
    top, taps, _ = goals
    assert units.define_objective(id=top.id, clear=["period_end"]).objective.period_end is None
    view = units.define_key_result(id=taps.id, clear=["baseline"])
    assert next(k for k in view.key_results if k.id == taps.id).baseline is None


def test_an_outcome_is_aligned_by_its_title_and_several_of_one_title_are_named_by_their_ids(units, goals, store):
    top = goals[0]
    said = units.align_outcome(outcome="serve", target=top.id)
    assert said.outcome == "outcome:water"
    assert units.unalign_outcome(outcome="Serve · outcome:water", target=top.id).aligned == []
    put(store, Outcome(id="outcome:water:2", project=WATER, unit="A/Water", title="Serve"))
    with pytest.raises(SeveralNamed, match=r"outcome:water, outcome:water:2") as refused:
        units.align_outcome(outcome="Serve", target=top.id)
    assert refused.value.fields["field"] == "outcome"
    with pytest.raises(NotFound):
        units.as_visitor(visitor("mei", "unit:B", role=Role.PMO)).align_outcome(outcome="Serve", target=top.id)


def test_an_owner_may_take_back_the_alignment_of_their_own_outcome_and_no_other(units, goals):
    top = goals[0]
    for key in ("outcome:water", "outcome:road"):
        units.align_outcome(outcome=key, target=top.id)
    assert units.objective_view(id=top.id).may_unalign == ["outcome:road", "outcome:water"]
    jo = units.as_visitor(visitor("jo", "*"))
    assert (jo.objective_view(id=top.id).may_unalign, jo.objective_view(id=top.id).may_define) == (
        ["outcome:water"],
        False,
    )
    assert jo.outcome_alignment(outcome="outcome:water").aligned[0].objective == top.id
