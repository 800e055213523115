"""Drawing on an outcome map, on each engine: who sees what, what is refused, what is taken back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from kg.domain import Evidence, Measurement, Outcome, Role
from kg.domain.outcomes import Horizon
from kg.errors import Conflict, Forbidden, InvalidRequest, MapCycle, NotFound, NothingToUndo
from kg.graph import KnowledgeGraph
from kg.maps import Maps
from kg.policy import Visitor
from kg.store.protocol import GraphStore
from kg.store.records import get_record

from .conftest import ROAD, WATER, put

A, B, C = "outcome:water", "outcome:health", "outcome:income"


def visitor(name: str, *roles: Role, scopes: tuple[str, ...] = ("unit:A",)) -> Visitor:
    return Visitor(name=name, display_name=name.title(), roles=frozenset(roles or {Role.MEMBER}), scopes=scopes)


@pytest.fixture
def drawn(units: KnowledgeGraph, store: GraphStore) -> KnowledgeGraph:
    """Three outcomes of the water project, the first one measured half way."""
    put(
        store,
        Outcome(id=A, project=WATER, unit="A/Water", title="Serve the water", baseline=0, target=100),
        Outcome(
            id=B, project=WATER, unit="A/Water", title="Fewer ill", horizon=Horizon.INDIRECT, baseline=0, target=10
        ),
        Outcome(id=C, project=WATER, unit="A/Water", title="More income", horizon=Horizon.LONG_TERM),
        Measurement(id="m:1", project=WATER, unit="A/Water", subject=A, date=date(2026, 1, 1), value=50),
        Measurement(id="m:2", project=WATER, unit="A/Water", subject=B, date=date(2026, 1, 1), value=10),
    )
    units.services["maps"] = Maps(store)
    return units


def node(found: Any, key: str) -> Any:
    return next(node for node in found.nodes if node.id == key)


def test_attainment_rolls_up_along_the_weights_and_says_how(drawn: KnowledgeGraph) -> None:
    drawn.link_outcomes(project=WATER, start=A, end=C, weight=3)
    found = drawn.link_outcomes(project="W1", start=B, end=C, weight=1)
    income = node(found, C)
    assert income.attainment is None
    assert income.rolled_up == pytest.approx((3 * 0.5 + 1 * 1.0) / 4)
    assert {part.source: part.share for part in income.parts} == {A: 0.75, B: 0.25}
    assert income.known == pytest.approx(0.8)
    assert node(found, A).x < income.x


def test_a_circle_is_refused_by_the_names_on_it(drawn: KnowledgeGraph) -> None:
    drawn.link_outcomes(project=WATER, start=A, end=B)
    drawn.link_outcomes(project=WATER, start=B, end=C)
    with pytest.raises(MapCycle, match="More income → Serve the water → Fewer ill → More income"):
        drawn.link_outcomes(project=WATER, start=C, end=A)
    with pytest.raises(MapCycle):
        drawn.link_outcomes(project=WATER, start=A, end=A)
    assert len(drawn.outcome_map(project=WATER).links) == 2


def test_of_two_who_would_close_a_circle_at_the_same_moment_one_is_refused(drawn: KnowledgeGraph) -> None:
    def link(pair: tuple[str, str]) -> str:
        try:
            drawn.link_outcomes(project=WATER, start=pair[0], end=pair[1])
        except MapCycle:
            return "refused"
        return "linked"

    for _ in range(5):
        with ThreadPoolExecutor(2) as both:
            assert sorted(both.map(link, [(A, B), (B, A)])) == ["linked", "refused"]
        (held,) = drawn.outcome_map(project=WATER).links
        drawn.unlink_outcomes(project=WATER, start=held.start, end=held.end)


@pytest.mark.parametrize("weight", [-1, 0, float("nan"), float("inf"), "much", 1e9])
def test_a_weight_is_above_zero(drawn: KnowledgeGraph, weight: Any) -> None:
    with pytest.raises(InvalidRequest, match="weight"):
        drawn.link_outcomes(project=WATER, start=A, end=B, weight=weight)


def test_a_stale_change_is_refused_and_the_same_change_twice_is_one(drawn: KnowledgeGraph) -> None:
    drawn.link_outcomes(project=WATER, start=A, end=B, weight=2)
    assert len(drawn.link_outcomes(project=WATER, start=A, end=B, weight=2).links) == 1
    drawn.weigh_link(project=WATER, start=A, end=B, weight=5, was=2)
    with pytest.raises(Conflict, match="weight 5"):
        drawn.weigh_link(project=WATER, start=A, end=B, weight=4, was=2)
    with pytest.raises(Conflict, match="weight 5"):
        drawn.unlink_outcomes(project=WATER, start=A, end=B, was=2)
    assert drawn.unlink_outcomes(project=WATER, start=A, end=B, was=5).links == []
    assert drawn.unlink_outcomes(project=WATER, start=A, end=B).links == []
    with pytest.raises(NotFound):
        drawn.weigh_link(project=WATER, start=A, end=B, weight=4)


def test_moving_an_outcome_is_no_revision_of_it(drawn: KnowledgeGraph, store: GraphStore) -> None:
    before = get_record(store, Outcome, A)
    found = drawn.place_outcomes(project=WATER, places={A: {"x": 40, "y": -7.5}})
    assert (node(found, A).x, node(found, A).y, node(found, A).placed) == (40, -7.5, True)
    after = get_record(store, Outcome, A)
    assert before is not None and after is not None
    assert (after.revision, after.content_hash()) == (before.revision, before.content_hash())
    with pytest.raises(InvalidRequest):
        drawn.place_outcomes(project=WATER, places={A: {"x": float("inf"), "y": 0}})


def test_everyone_takes_back_their_own_last_change_unless_others_built_on_it(drawn: KnowledgeGraph) -> None:
    ann = drawn.as_visitor(visitor("ann"))
    bob = drawn.as_visitor(visitor("bob"))
    ann.link_outcomes(project=WATER, start=A, end=B, weight=2)
    bob.place_outcomes(project=WATER, places={C: {"x": 1, "y": 2}})
    assert ann.undo_map_change(project=WATER).links == []
    assert node(drawn.outcome_map(project=WATER), C).placed
    with pytest.raises(NothingToUndo):
        ann.undo_map_change(project=WATER)
    assert not node(bob.undo_map_change(project=WATER), C).placed
    ann.link_outcomes(project=WATER, start=A, end=B, weight=2)
    bob.weigh_link(project=WATER, start=A, end=B, weight=3)
    with pytest.raises(NothingToUndo):
        ann.undo_map_change(project=WATER)
    assert bob.undo_map_change(project=WATER).links[0].weight == 2


def test_a_draft_is_added_where_it_was_put_and_can_be_taken_back(drawn: KnowledgeGraph) -> None:
    ann = drawn.as_visitor(visitor("ann"))
    found = ann.add_map_outcome(
        project=WATER, title="Time for school", horizon="long_term", place={"x": 9, "y": 8}, metric="hours"
    )
    new = node(found, found.added)
    assert (new.title, new.state, new.x, new.owner, new.metric) == ("Time for school", "draft", 9, "ann", "hours")
    assert found.added not in {node.id for node in ann.undo_map_change(project=WATER).nodes}


def shown_by_a_file(graph: KnowledgeGraph, store: GraphStore, key: str) -> None:
    said = {"project": WATER, "unit": "A/Water", "subject": key, "kind": "link", "title": "x", "link": "https://x.test"}
    put(store, Evidence.parse({"id": "evidence:x"} | said))


def worth_money(graph: KnowledgeGraph, store: GraphStore, key: str) -> None:
    graph.add_benefit(subject=key, date=date(2026, 1, 1), amount=7, currency="EUR")


def aligned(graph: KnowledgeGraph, store: GraphStore, key: str) -> None:
    target = graph.define_objective(title="Water for all", period="2026").objective.id
    graph.align_outcome(outcome=key, target=target)


@pytest.mark.parametrize("built", [shown_by_a_file, worth_money, aligned])
def test_a_draft_that_others_built_on_is_not_taken_back(
    drawn: KnowledgeGraph, store: GraphStore, built: Callable[[KnowledgeGraph, GraphStore, str], None]
) -> None:
    ann = drawn.as_visitor(visitor("ann"))
    key = ann.add_map_outcome(project=WATER, title="Time for school").added
    built(drawn, store, key)
    with pytest.raises(NothingToUndo, match="Others have changed this since"):
        ann.undo_map_change(project=WATER)
    assert node(drawn.outcome_map(project=WATER), key).title == "Time for school"


def test_who_may_not_see_a_project_finds_no_map_and_draws_nothing(drawn: KnowledgeGraph, store: GraphStore) -> None:
    stranger = drawn.as_visitor(visitor("eve", scopes=("unit:B",)))
    for call in (
        lambda: stranger.outcome_map(project=WATER),
        lambda: stranger.link_outcomes(project=WATER, start=A, end=B),
        lambda: stranger.link_outcomes(project=ROAD, start=A, end=B),
        lambda: stranger.place_outcomes(project=ROAD, places={A: {"x": 0, "y": 0}}),
        lambda: stranger.add_map_outcome(project=WATER, title="x"),
        lambda: stranger.undo_map_change(project=WATER),
    ):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(Forbidden):
        drawn.as_visitor(visitor("guest", Role.GUEST)).outcome_map(project=WATER)


def test_a_hidden_outcome_neither_shows_nor_counts_nor_is_named(drawn: KnowledgeGraph, store: GraphStore) -> None:
    put(store, Outcome(id="outcome:x", project=WATER, unit="A/Water", title="The secret", confidential=True))
    drawn.link_outcomes(project=WATER, start=A, end="outcome:x")
    drawn.link_outcomes(project=WATER, start="outcome:x", end=B)
    ann = drawn.as_visitor(visitor("ann"))
    seen = ann.outcome_map(project=WATER)
    assert "outcome:x" not in {node.id for node in seen.nodes}
    assert seen.links == []
    with pytest.raises(MapCycle) as refused:
        ann.link_outcomes(project=WATER, start=B, end=A)
    assert "secret" not in str(refused.value) and "outcome:x" not in json.dumps(refused.value.as_dict())


def test_who_watches_is_told_within_a_second_and_sees_who_else_is_there(drawn: KnowledgeGraph) -> None:
    maps: Maps = drawn.services["maps"]
    told: list[dict[str, Any]] = []
    page = maps.watch(
        WATER, "Ann", lambda: drawn.outcome_map(project=WATER).model_dump(mode="json"),
        lambda text: told.append(json.loads(text)),
    )  # fmt: skip
    assert {"type": "presence", "people": ["Ann"]} in told
    time.sleep(0.4)
    before = len(told)
    started = time.monotonic()
    drawn.link_outcomes(project=WATER, start=A, end=B)
    while len(told) == before and time.monotonic() - started < 5:
        time.sleep(0.02)
    assert told[-1]["map"]["links"] == [{"start": A, "end": B, "weight": 1.0, "by": drawn.visitor.name}]
    assert time.monotonic() - started < 1
    maps.leave(page)
    maps.close()


def test_every_change_is_audited(drawn: KnowledgeGraph, store: GraphStore) -> None:
    drawn.link_outcomes(project=WATER, start=A, end=B)
    drawn.place_outcomes(project=WATER, places={A: {"x": 1, "y": 1}})
    rows = store.read("MATCH (e:AuditEntry) RETURN e.operation AS operation, e.subject AS subject ORDER BY e.seq")
    assert [(row["operation"], row["subject"]) for row in rows] == [("link_outcomes", A), ("place_outcomes", WATER)]
