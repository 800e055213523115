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
)
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
