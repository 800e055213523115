"""An owner is a person of the installation: whoever is mistyped could change nothing and would be told of nothing."""

from __future__ import annotations

import pytest

from kg.domain import Outcome, Person
from kg.errors import Forbidden, InvalidRequest, NotFound
from kg.graph import KnowledgeGraph
from kg.operations.people import person_id
from kg.store.records import get_record
from pipelines.outcomes.templates import OutcomeTemplates
from tests.conftest import NOON, Role, visitor

from .conftest import ROAD, WATER, put, two_units


@pytest.fixture
def owned(store) -> KnowledgeGraph:
    """The graph of two units with people of each, asked by jo of the water's."""
    records, edges = two_units()
    people = [
        Person(id=person_id(name), name=name, display_name=shown, scopes=[scope], disabled=name == "gone")
        for name, shown, scope in (
            ("jo", "Jo March", "unit:A"), ("Mei", "梅 Li", "unit:A"), ("rob", "Rob Road", "unit:B"),
            ("gone", "Gone Girl", "unit:A"),
        )
    ]  # fmt: skip
    put(store, *records, *people, edges=edges)
    services = {"outcome_templates": OutcomeTemplates()}
    return KnowledgeGraph(store, visitor("jo", "unit:A"), clock=lambda: NOON, services=services)


def others(check) -> dict[str, str | None]:
    return {finding.code: finding.suggestion for finding in check.others}


def test_a_mistyped_owner_is_refused_with_the_nearest_who_may_see_the_project(owned):
    for call in (
        lambda name: owned.define_outcome(project=WATER, title="Owned", owner=name),
        lambda name: owned.check_outcome(project=WATER, title="Owned", owner=name),
    ):
        with pytest.raises(InvalidRequest, match="Did you mean 'Mei'") as refused:
            call("mej")
        assert {refused.value.fields[name] for name in ("field", "nearest")} == {"owner", "Mei"}
        with pytest.raises(InvalidRequest) as hidden:
            call("robb")
        assert hidden.value.fields["nearest"] is None  # rob is of another unit
    assert owned.list_outcomes(text="Owned").total == 0


def test_an_owner_is_kept_by_the_name_they_sign_in_with(owned):
    for given, kept in (("MEI", "Mei"), ("mei", "Mei"), ("jo march", "jo"), ("JO", "jo")):
        made = owned.define_outcome(project=WATER, title=f"For {given}", owner=given)
        assert made.outcome.owner == kept


def test_a_change_refuses_a_mistyped_owner_and_leaves_the_outcome_as_it_was(owned):
    made = owned.define_outcome(project=WATER, title="Mine")
    with pytest.raises(InvalidRequest, match="nobody here is called 'nobody-at-all'"):
        owned.change_outcome(id=made.outcome.id, owner="nobody-at-all")
    assert owned.get_outcome(id=made.outcome.id).outcome.owner == "jo"
    assert owned.change_outcome(id=made.outcome.id, owner="Mei").outcome.owner == "Mei"
    with pytest.raises(Forbidden):
        owned.change_outcome(id=made.outcome.id, owner="jo")


def test_several_are_given_to_nobody_who_does_not_exist(owned):
    made = owned.define_outcome(project=WATER, title="One of several")
    edited = owned.bulk_edit_outcomes(ids=[made.outcome.id], owner="nobody-at-all")
    assert not edited.written and [row.fields["why"] for row in edited.refused] == ["not_a_person"]
    assert owned.bulk_edit_outcomes(ids=[made.outcome.id], owner="mei").written
    assert get_record(owned.store, Outcome, made.outcome.id).owner == "Mei"


def test_an_imported_owner_whom_nobody_knows_stays_with_a_warning(owned, store):
    imported = Outcome(
        id="outcome:imported", project=WATER, unit="A/Water", title="Imported", owner="meii", origin="defined"
    )
    put(store, imported)
    lead = owned.as_visitor(visitor("fay", "unit:A", role=Role.FACILITATOR))
    assert others(lead.check_outcome(id=imported.id)) == {"unknown_owner": "Mei"}
    changed = lead.change_outcome(id=imported.id, title="Imported, renamed", owner="meii")
    assert (changed.outcome.title, changed.outcome.owner) == ("Imported, renamed", "meii")
    assert others(changed.check) == {"unknown_owner": "Mei"}


def test_an_owner_who_cannot_see_the_outcome_or_sign_in_is_a_warning(owned):
    for name in ("rob", "gone"):
        check = owned.check_outcome(project=WATER, title="Far away", owner=name)
        assert others(check) == {"owner_cannot_see": None}
    assert others(owned.check_outcome(project=WATER, title="Near", owner="Mei")) == {}


def test_where_nobody_signs_in_an_owner_is_just_a_name(store):
    records, edges = two_units()
    put(store, *records, edges=edges)
    alone = KnowledgeGraph(store, clock=lambda: NOON)
    made = alone.define_outcome(project=WATER, title="Alone", owner="my neighbour")
    assert made.outcome.owner == "my neighbour" and others(made.check) == {}


def test_owners_are_offered_who_may_see_the_project_and_only_to_those_who_see_it(owned):
    offered = owned.outcome_owners(project="W1").owners
    assert [(one.name, one.display_name) for one in offered] == [("jo", "Jo March"), ("Mei", "梅 Li")]
    with pytest.raises(NotFound):
        owned.outcome_owners(project=ROAD)
    with pytest.raises(Forbidden):
        owned.as_visitor(visitor("gus", "unit:A", role=Role.GUEST)).outcome_owners(project=WATER)
