"""Roll-up: parts sum to the whole, an outcome is never counted twice, and rings are found."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.domain import Direction, KeyResult, Objective, Outcome
from kg.domain.rollup import Alignment, Part, Reading, Strategy, alignment_shares, reached, ring

DAY = date(2026, 3, 1)
WEIGHT = st.floats(min_value=0.01, max_value=100)
REACHED = st.one_of(st.none(), st.floats(min_value=0, max_value=1))


@st.composite
def strategies(draw):
    """A few objectives in a tree, key results, and outcomes aligned with any of them."""
    n = draw(st.integers(1, 4))
    objectives = [
        Objective(id=f"o{i}", title=f"O{i}", period="2026",
                  parent=f"o{draw(st.integers(0, i - 1))}" if i and draw(st.booleans()) else None)
        for i in range(n)
    ]  # fmt: skip
    key_results = [
        KeyResult(id=f"k{i}", objective=f"o{draw(st.integers(0, n - 1))}", title=f"K{i}", weight=draw(WEIGHT))
        for i in range(draw(st.integers(0, 4)))
    ]
    outcomes = {
        f"x{i}": Outcome(id=f"x{i}", project="p", title=f"X{i}", weight=draw(WEIGHT))
        for i in range(draw(st.integers(0, 4)))
    }
    targets = [record.id for record in (*objectives, *key_results)]
    pairs = draw(st.sets(st.tuples(st.sampled_from(sorted(outcomes) or ["gone"]), st.sampled_from(targets))))
    alignments = [Alignment(outcome, target, draw(WEIGHT)) for outcome, target in sorted(pairs)]
    readings = {
        key: Reading(value=1, on=DAY, attainment=share)
        for key in [*(k.id for k in key_results), *outcomes]
        if (share := draw(REACHED)) is not None
    }
    return Strategy(objectives, key_results, outcomes, alignments, readings)


def every(part: Part):
    yield part
    for child in part.parts:
        yield from every(child)


@given(strategies())
def test_parts_sum_to_the_whole_and_nothing_leaves_its_bounds(strategy):
    for objective in strategy.objectives:
        for part in every(strategy.roll_up(objective)):
            assert 0 <= part.coverage <= 1 + 1e-9 and 0 <= part.cautious <= 1 + 1e-9
            assert part.attainment is None or 0 <= part.attainment <= 1 + 1e-9
            if part.how == "rolled_up":
                assert sum(child.share for child in part.parts) == pytest.approx(1)
                assert sum(child.contributes or 0 for child in part.parts) == pytest.approx(part.attainment)
                assert part.cautious <= part.attainment * part.coverage + 1e-9 or any(c.parts for c in part.parts)
            if part.how == "unknown":
                assert part.attainment is None and part.coverage == 0


@given(strategies())
def test_an_outcome_is_never_counted_twice(strategy):
    roots = [o for o in strategy.objectives if o.parent is None]
    given_away: dict[str, float] = {}
    for root in roots:
        for part in every(strategy.roll_up(root)):
            if part.kind == "outcome":
                given_away[part.id] = given_away.get(part.id, 0.0) + part.alignment
    assert all(share == pytest.approx(1) for share in given_away.values())


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), WEIGHT), unique_by=lambda a: a[:2]))
def test_shares_of_an_outcome_sum_to_one(alignments):
    shares = alignment_shares(Alignment(*a) for a in alignments)
    for key in {outcome for outcome, _, _ in alignments}:
        assert sum(share for (outcome, _), share in shares.items() if outcome == key) == pytest.approx(1)


@given(st.lists(st.integers(0, 7), min_size=8, max_size=8), st.integers(0, 7), st.integers(0, 7))
def test_a_ring_is_found_exactly_when_one_would_close(links, child, parent):
    parents = {f"o{i}": f"o{link}" if link < i else None for i, link in enumerate(links)}
    above, node = set(), f"o{parent}"
    while node is not None:
        above.add(node)
        node = parents[node]
    assert bool(ring(f"o{child}", f"o{parent}", parents)) == (f"o{child}" in above)


def test_a_measured_key_result_counts_by_itself_and_what_hangs_on_it_is_only_shown():
    strategy = Strategy(
        [Objective(id="o", title="O", period="2026")],
        [KeyResult(id="k", objective="o", title="K")],
        {"x": Outcome(id="x", project="p", title="X")},
        [Alignment("x", "k", 2.0)],
        {"k": Reading(value=5, on=DAY, attainment=0.5), "x": Reading(value=1, on=DAY, attainment=1.0)},
    )
    (key_result,) = strategy.roll_up(strategy.objectives[0]).parts
    assert (key_result.how, key_result.attainment) == ("measured", 0.5)
    assert [part.counted for part in key_result.parts] == [False]


@pytest.mark.parametrize(
    ("baseline", "target", "direction", "value", "share"),
    [
        (0, 10, Direction.INCREASE, 4, 0.4), (10, 0, Direction.DECREASE, 4, 0.6), (0, 10, Direction.INCREASE, 14, 1),
        (0, 10, Direction.INCREASE, -3, 0), (None, 10, Direction.INCREASE, 9, 0), (None, 5, Direction.DECREASE, 4, 1),
        (5, 5, Direction.MAINTAIN, 5, 1), (5, None, Direction.INCREASE, 9, None),
    ],
)  # fmt: skip
def test_the_way_to_a_target_is_a_share(baseline, target, direction, value, share):
    found = reached(baseline, target, direction, value)
    assert found is None if share is None else found == pytest.approx(share)
