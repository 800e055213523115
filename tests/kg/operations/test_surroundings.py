"""The graph around a record: bounded, within the scope, the same on both engines."""

from __future__ import annotations

import pytest

from kg.domain import Lesson
from kg.errors import NotFound
from kg.schema import Label, Rel
from tests.conftest import visitor

from .conftest import ROAD, WATER, edge, put


def joined(found) -> set[tuple[str, str, str]]:
    return {(edge.start, edge.relation, edge.end) for edge in found.edges}


def test_a_record_shows_what_it_is_joined_to_in_both_directions(units):
    found = units.surroundings(id=WATER)
    assert joined(found) == {
        (WATER, "HAS_OUTCOME", "outcome:water"), (WATER, "HELD", "retrospective:water"),
        ("lesson:water", "LEARNED_IN", WATER), ("lesson:water:secret", "LEARNED_IN", WATER),
    }  # fmt: skip
    assert found.center.name == "Water for all"
    assert {node.steps for node in found.nodes} == {0, 1}
    assert found.facts["unit"] == "A/Water"
    assert found.further == []


@pytest.mark.parametrize(
    ("key", "label"),
    [("lesson:water", "Lesson"), ("outcome:water", "Outcome"), ("outcome_type:supply", "OutcomeType"),
     ("retrospective:water", "Retrospective"), ("action:water", "ActionItem")],
)  # fmt: skip
def test_any_kind_of_record_is_found_by_its_id(units, key, label):
    found = units.surroundings(id=key)
    assert (found.center.id, found.center.label) == (key, label)
    assert len(found.nodes) > 1
    assert units.surroundings(id=key, label=label) == found


def test_two_steps_lead_to_the_other_project_through_the_kind_of_outcome(units):
    found = units.surroundings(id="outcome:water", depth=2)
    assert ("outcome:road", "OF_TYPE", "outcome_type:supply") in joined(found)
    assert {node.id: node.steps for node in found.nodes}["outcome:road"] == 2


def test_what_a_visitor_may_not_see_is_neither_shown_nor_counted(units):
    jo = units.as_visitor(visitor("jo", "unit:A"))
    assert "lesson:water:secret" not in {node.id for node in jo.surroundings(id=WATER).nodes}
    around = jo.surroundings(id="outcome_type:supply")
    assert joined(around) == {("outcome:water", "OF_TYPE", "outcome_type:supply")}
    assert around.further == []
    for hidden in (ROAD, "lesson:road", "lesson:water:secret", "outcome:road", "nowhere"):
        with pytest.raises(NotFound):
            jo.surroundings(id=hidden)
    two = jo.surroundings(id="outcome:water", depth=2)
    assert not any("road" in node.id for node in two.nodes)


def test_a_confidential_project_is_seen_by_those_it_names(units, store):
    units.put_records_batch(
        records=[
            {"label": "Project", "values": {"id": "project:quiet", "name": "Quiet", "unit": "A", "confidential": True}}
        ]
    )
    put(store, edges=[edge(Rel.HEEDS, Label.PROJECT, "project:quiet", Label.LESSON, "lesson:water")])
    seen = {node.id for node in units.as_visitor(visitor("jo", "unit:A")).surroundings(id="lesson:water").nodes}
    assert "project:quiet" not in seen
    named = units.as_visitor(visitor("mei", "unit:A", "project:project:quiet")).surroundings(id="lesson:water")
    assert "project:quiet" in {node.id for node in named.nodes}


def test_people_and_saved_searches_are_no_place_to_walk_to(units):
    units.add_person(name="mei")
    kept = units.save_search(name="x", text="y")
    for key in (units.list_people().people[0].id, kept.id):
        with pytest.raises(NotFound):
            units.surroundings(id=key)


def test_a_crowd_is_cut_fairly_and_the_rest_counted(units, store):
    crowd = [Lesson(id=f"lesson:many:{n:03}", project=WATER, unit="A/Water", lesson=f"Lesson {n}.") for n in range(130)]
    put(store, *crowd, edges=[edge(Rel.LEARNED_IN, Label.LESSON, x.id, Label.PROJECT, WATER) for x in crowd])
    found = units.surroundings(id=WATER, limit=12)
    assert len(found.nodes) == 13
    assert {"outcome:water", "retrospective:water"} <= {node.id for node in found.nodes}
    (further,) = found.further
    assert (further.relation, further.forward, further.label) == ("LEARNED_IN", False, "Lesson")
    assert (further.shown, further.total) == (10, 132)
