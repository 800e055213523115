"""The outcome map as arithmetic: acyclic, rolled up along weights, every outcome at a place of its own."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.domain.outcome_map import Link, cycle_closed_by, cycle_in, in_order, layers, roll_up, suggested_places
from kg.domain.outcomes import Horizon

KEYS = [f"o{n}" for n in range(8)]
WEIGHT = st.floats(0.01, 100)


@st.composite
def any_links(draw: st.DrawFn) -> list[Link]:
    pairs = draw(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)), max_size=20, unique=True))
    return [Link(a, b, draw(WEIGHT)) for a, b in pairs]


@st.composite
def acyclic(draw: st.DrawFn) -> list[Link]:
    kept: list[Link] = []
    for link in draw(any_links()):
        if cycle_closed_by(kept, link) is None:
            kept.append(link)
    return kept


OWN = st.fixed_dictionaries({key: st.none() | st.floats(-2, 3) for key in KEYS})
HORIZONS = st.fixed_dictionaries({key: st.sampled_from(Horizon) for key in KEYS})


@given(any_links())
def test_a_map_grown_link_by_link_stays_acyclic_and_a_refused_link_names_a_real_cycle(links: list[Link]) -> None:
    kept: list[Link] = []
    for link in links:
        way = cycle_closed_by(kept, link)
        assert (way is None) == (cycle_in([*kept, link]) is None)
        if way is None:
            kept.append(link)
            continue
        steps = {(held.start, held.end) for held in [*kept, link]}
        assert way[0] == way[-1] == link.start
        assert all(step in steps for step in itertools.pairwise(way))
    assert cycle_in(kept) is None


@given(any_links())
def test_a_cycle_that_is_found_is_one(links: list[Link]) -> None:
    way = cycle_in(links)
    if way is None:
        assert set(in_order(KEYS, links)) == set(KEYS)
    else:
        steps = {(link.start, link.end) for link in links}
        assert way[0] == way[-1] and all(step in steps for step in itertools.pairwise(way))
        with pytest.raises(ValueError, match="circle"):
            in_order(KEYS, links)


@given(OWN, acyclic())
def test_rolled_up_attainment_stays_within_its_parts_and_shares_sum_to_one(
    own: dict[str, float | None], links: list[Link]
) -> None:
    for rolled in roll_up(own, {}, links).values():
        if rolled.value is None:
            assert not rolled.parts and rolled.known == 0
            continue
        values = [part.attainment for part in rolled.parts]
        assert 0 <= min(values) <= rolled.value <= max(values) <= 1
        assert sum(part.share for part in rolled.parts) == pytest.approx(1)
        assert sum(part.brings for part in rolled.parts) == pytest.approx(rolled.value)
        assert 0 < rolled.known <= 1


@given(OWN, acyclic(), st.floats(0.1, 50))
def test_weights_count_only_against_each_other(own: dict[str, float | None], links: list[Link], factor: float) -> None:
    once = roll_up(own, dict.fromkeys(KEYS, 1.0), links)
    more = roll_up(own, dict.fromkeys(KEYS, factor), [Link(k.start, k.end, k.weight * factor) for k in links])
    for key in KEYS:
        assert (once[key].value is None) == (more[key].value is None)
        if (value := once[key].value) is not None:
            assert more[key].value == pytest.approx(value)


@given(OWN, acyclic(), st.sampled_from(KEYS))
def test_more_of_one_outcome_never_means_less_of_another(
    own: dict[str, float | None], links: list[Link], key: str
) -> None:
    low, high = roll_up({**own, key: 0.0}, {}, links), roll_up({**own, key: 1.0}, {}, links)
    for other in KEYS:
        before, after = low[other].value, high[other].value
        assert (before is None) == (after is None)
        assert before is None or after is None or after >= before - 1e-9


@given(HORIZONS, acyclic())
def test_every_outcome_has_a_place_of_its_own_behind_what_leads_to_it(
    horizons: dict[str, Horizon], links: list[Link]
) -> None:
    places = suggested_places(horizons, links)
    assert len(set(places.values())) == len(KEYS)
    column = layers(horizons, links)
    assert all(column[link.start] < column[link.end] and places[link.start][0] < places[link.end][0] for link in links)


def test_the_roll_up_is_the_weighted_mean_of_own_and_what_leads_to_it() -> None:
    links = [Link("a", "c", 3.0), Link("b", "c", 1.0)]
    rolled = roll_up({"a": 1.0, "b": 0.2, "c": 0.5}, {"c": 1.0}, links)["c"]
    assert rolled.value == pytest.approx((3 * 1.0 + 1 * 0.2 + 1 * 0.5) / 5)
    assert [(part.source, part.share) for part in rolled.parts] == [(None, 0.2), ("a", 0.6), ("b", 0.2)]


def test_what_is_not_measured_is_left_out_and_said() -> None:
    rolled = roll_up({"a": 0.5, "b": None, "c": None}, {}, [Link("a", "c", 1.0), Link("b", "c", 2.0)])["c"]
    assert rolled.value == 0.5
    assert rolled.known == pytest.approx(0.25)
