"""A project's reading list: who may fill it, and who sees what on it."""

from __future__ import annotations

import pytest

from kg.domain import Role
from kg.errors import Forbidden, NotFound
from tests.conftest import visitor

from .conftest import ROAD, WATER


def ids(found) -> list[str]:
    return [lesson.id for lesson in found.lessons]


def test_a_lesson_is_put_on_a_list_once_and_taken_off(units, store):
    assert ids(units.add_lesson_to_project(lesson="lesson:road", project="W1")) == ["lesson:road"]
    revision = store.revision()
    units.add_lesson_to_project(lesson="lesson:road", project=WATER)
    assert store.revision() == revision  # the list says the same
    (entry,) = units.lessons_to_heed(project=WATER).lessons
    assert (entry.project_name, entry.added_by) == ("通往山村的道路", "local")
    assert ids(units.remove_lesson_from_project(lesson="lesson:road", project=WATER)) == []
    assert ids(units.remove_lesson_from_project(lesson="lesson:road", project=WATER)) == []


def test_a_list_is_filled_by_members_who_see_both_the_project_and_the_lesson(units):
    jo = units.as_visitor(visitor("jo", "unit:A"))
    assert ids(jo.add_lesson_to_project(lesson="lesson:water", project=WATER)) == ["lesson:water"]
    for lesson, project in (("lesson:road", WATER), ("lesson:water", ROAD), ("lesson:water:secret", WATER)):
        with pytest.raises(NotFound):
            jo.add_lesson_to_project(lesson=lesson, project=project)
    with pytest.raises(Forbidden):
        units.as_visitor(visitor("guest", "*", role=Role.GUEST)).lessons_to_heed(project=WATER)


def test_a_list_shows_only_what_its_reader_may_see(units):
    for lesson in ("lesson:road", "lesson:water", "lesson:water:secret"):
        units.add_lesson_to_project(lesson=lesson, project=WATER)
    assert len(units.lessons_to_heed(project=WATER).lessons) == 3
    assert ids(units.as_visitor(visitor("jo", "unit:A")).lessons_to_heed(project=WATER)) == ["lesson:water"]
    with pytest.raises(NotFound):
        units.as_visitor(visitor("mei", "unit:B")).lessons_to_heed(project=WATER)


def test_a_retired_lesson_leaves_the_list(units):
    units.add_lesson_to_project(lesson="lesson:road", project=WATER)
    units.retire_record(label="Lesson", id="lesson:road")
    assert ids(units.lessons_to_heed(project=WATER)) == []


def test_projects_are_named_as_far_as_they_may_be_seen(units):
    assert units.name_projects(ids=[ROAD, WATER, "nowhere"]).names == {WATER: "Water for all", ROAD: "通往山村的道路"}
    assert units.as_visitor(visitor("jo", "unit:A")).name_projects(ids=[ROAD, WATER]).names == {WATER: "Water for all"}
    assert units.name_projects(ids=[]).names == {}
