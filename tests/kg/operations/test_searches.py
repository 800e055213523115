"""Searches that people keep: their own alone, the same on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kg.domain import Lesson, Role
from kg.errors import Conflict, Forbidden, InvalidRequest, NotFound
from kg.operations import searches
from tests.conftest import NOON, visitor

from .conftest import put


def test_a_search_is_kept_whole_and_found_again_by_its_owner(units):
    limits = {"unit": ["A"], "polarity": ["failure"], "learnt_from": "2020-01-01"}
    units.save_search(name="漏水", text="漏水怎么办", filters=limits, project="project:water", as_of="2026-01-01")
    (kept,) = units.list_saved_searches().searches
    assert (kept.name, kept.text, kept.project) == ("漏水", "漏水怎么办", "project:water")
    assert kept.filters.model_dump(mode="json", exclude_defaults=True) == limits
    assert str(kept.as_of) == "2026-01-01"


def test_the_same_name_replaces_and_a_forgotten_one_may_come_back(units):
    first = units.save_search(name="leaks", text="leaks")
    assert units.save_search(name="Leaks", text="water leaks").id == first.id
    assert [s.text for s in units.list_saved_searches().searches] == ["water leaks"]
    units.forget_search(id=first.id)
    assert units.list_saved_searches().searches == []
    units.save_search(name="Leaks", text="water leaks")
    assert len(units.list_saved_searches().searches) == 1


def test_nobody_else_sees_or_forgets_a_saved_search(units):
    jo, mei = (units.as_visitor(visitor(name, "*")) for name in ("jo", "mei"))
    kept = jo.save_search(name="private", text="Who leaked it?")
    assert mei.list_saved_searches().searches == []
    assert units.list_saved_searches().searches == []  # not even an administrator
    for call in (mei.forget_search, mei.see_search, units.see_search):
        with pytest.raises(NotFound):
            call(id=kept.id)
    for graph in (mei, units):
        with pytest.raises(InvalidRequest):
            graph.list_records_of(label="SavedSearch")
        with pytest.raises(InvalidRequest):
            graph.get_record_by_id(label="SavedSearch", id=kept.id)
    assert "jo" not in kept.id and "private" not in kept.id
    forged = {"label": "SavedSearch", "values": {"id": kept.id, "person": "mei", "name": "x", "text": "y"}}
    with pytest.raises(InvalidRequest):
        units.put_records_batch(records=[forged])


def test_a_hundred_are_enough_and_names_have_an_end(units, monkeypatch):
    monkeypatch.setattr(searches, "MOST", 2)
    for name in ("one", "two"):
        units.save_search(name=name, text="x")
    with pytest.raises(Conflict, match="Forget one first"):
        units.save_search(name="three", text="x")
    units.save_search(name="two", text="changed")  # the same name is no further search
    with pytest.raises(InvalidRequest, match="name"):
        units.save_search(name="x" * 101, text="x")
    with pytest.raises(Forbidden):
        units.as_visitor(visitor("guest", "*", role=Role.GUEST)).save_search(name="x", text="x")


def test_what_came_since_the_last_look_is_counted_until_it_is_seen(units, store):
    clock = [NOON]
    units._clock = lambda: clock[0]
    kept = units.save_search(name="people", text="ask the people")
    other = units.save_search(name="stones", text="granite")
    clock[0] = NOON + timedelta(days=1)
    put(
        store,
        Lesson(id="lesson:new", project="project:water", unit="A/Water", lesson="Ask the people twice."),
        at=clock[0],
    )
    counted = {s.id: s.new for s in units.list_saved_searches().searches}
    assert counted == {kept.id: 1, other.id: 0}
    clock[0] = NOON + timedelta(days=2)
    units.see_search(id=kept.id)
    assert {s.new for s in units.list_saved_searches().searches} == {0}


def test_what_is_new_is_counted_within_the_askers_scope(units, store):
    jo = units.as_visitor(visitor("jo", "unit:B"))
    jo.save_search(name="people", text="ask the people")
    later = NOON + timedelta(days=1)
    put(
        store,
        Lesson(id="lesson:new", project="project:water", unit="A/Water", lesson="Ask the people twice."),
        at=later,
    )
    assert [s.new for s in jo.list_saved_searches().searches] == [0]
