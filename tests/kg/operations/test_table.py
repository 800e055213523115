"""The table is the one source of endpoint, client and OpenAPI document."""

from __future__ import annotations

import pytest

from kg.domain import Role
from kg.errors import Conflict, InvalidRecord, InvalidRequest, NotFound
from kg.operations import OPERATIONS
from kg.operations.openapi import openapi
from tests.conftest import visitor

PROJECT = {"label": "Project", "values": {"id": "p", "name": "P", "external_id": "P168724"}}


def test_every_operation_is_described():
    for row in OPERATIONS:
        assert row.summary.endswith("."), row.name
        assert row.request.__doc__, row.name


def test_the_openapi_document_has_a_path_for_each_row():
    document = openapi("1.2.3")
    assert set(document["paths"]) == {f"/api/operations/{row.name}" for row in OPERATIONS}
    for path in document["paths"].values():
        ref = path["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        assert ref.removeprefix("#/components/schemas/") in document["components"]["schemas"]


def test_an_unknown_operation_names_the_nearest():
    with pytest.raises(NotFound, match="Did you mean 'list_projects'"):
        OPERATIONS["list_project"]


def test_a_bad_request_names_operation_and_field(graph):
    with pytest.raises(InvalidRequest, match="list_projects: limit"):
        graph.list_projects(limit=0)
    with pytest.raises(InvalidRequest, match="colour"):
        graph.list_projects(colour="red")


def test_a_project_is_found_by_its_external_id_and_an_unknown_one_names_the_nearest(graph):
    graph.put_records_batch(records=[PROJECT])
    assert graph.project_facts(project="P168724").project.id == "p"
    with pytest.raises(NotFound, match="Did you mean 'P168724'"):
        graph.project_facts(project="P168742")


def test_a_batch_is_kept_whole_or_not_at_all(graph):
    good = {"label": "Lesson", "values": {"id": "l", "lesson": "x"}}
    bad = {"label": "Lesson", "values": {"id": "m"}}
    with pytest.raises(InvalidRecord, match="record 2"):
        graph.put_records_batch(records=[good, bad])
    edge = {"type": "LEARNED_IN", "start_label": "Lesson", "start": "l", "end_label": "Project", "end": "nowhere"}
    with pytest.raises(InvalidRequest, match="there is no Project 'nowhere'"):
        graph.put_records_batch(records=[good], relationships=[edge])
    assert graph.overview().counts["Lesson"] == 0
    assert graph.list_audit().entries == []


def test_writing_the_same_again_changes_nothing_and_a_change_keeps_the_old_version(graph):
    assert graph.put_records_batch(records=[PROJECT]).created == 1
    revision = graph.overview().revision
    assert graph.put_records_batch(records=[PROJECT]).unchanged == 1
    assert graph.overview().revision == revision
    renamed = {"label": "Project", "values": {**PROJECT["values"], "name": "Q"}}
    assert graph.put_records_batch(records=[renamed]).updated == 1
    assert graph.project_facts(project="p").project.revision == 2
    kept = graph.store.read("MATCH (n:Revision {record_id: 'p'}) RETURN n.body AS body")
    assert len(kept) == 1 and '"name": "P"' in kept[0]["body"]


def test_writes_are_audited_in_an_unbroken_chain(graph):
    graph.put_records_batch(records=[PROJECT])
    graph.as_visitor(visitor("jo", "*")).draft_lesson(project="p", lesson="x")
    trail = graph.list_audit()
    assert [(entry.operation, entry.person) for entry in trail.entries] == [
        ("put_records_batch", "local"),
        ("draft_lesson", "jo"),
    ]
    assert trail.broken_at == 0
    graph.store.write("MATCH (n:AuditEntry {number: 1}) SET n.person = 'someone else'")
    assert graph.list_audit().broken_at == 1


def test_retired_records_leave_lists_but_stay_in_the_graph(graph):
    graph.put_records_batch(
        records=[PROJECT, {"label": "Lesson", "values": {"id": "l", "lesson": "x", "project": "p"}}]
    )
    graph.retire_record(label="Lesson", id="l")
    assert graph.list_records_of(label="Lesson").total == 0
    assert graph.store.read("MATCH (n:Lesson) RETURN count(n) AS n") == [{"n": 1}]


def test_people_are_added_once_and_their_hash_is_never_shown(graph):
    graph.add_person(name="mei", password_hash="$argon2id$secret", scopes=["unit:X"])
    with pytest.raises(Conflict):
        graph.add_person(name="Mei")
    assert "secret" not in graph.list_people().model_dump_json()
    graph.add_person(name="mei", roles=["lead"], replace=True)
    (person,) = graph.list_people().people
    assert person.roles == [Role.LEAD] and person.has_password


def test_facts_are_cut_to_a_half_open_period(graph):
    held = [
        {
            "label": "Retrospective",
            "values": {"id": f"r{d}", "project": "p", "title": "t", "held_on": f"2020-01-{d:02}"},
        }
        for d in (1, 15, 31)
    ]
    graph.put_records_batch(records=[PROJECT, *held])
    facts = graph.project_facts(project="p", period_start="2020-01-01", period_end="2020-01-31")
    assert [r.id for r in facts.retrospectives] == ["r1", "r15"]
    with pytest.raises(InvalidRequest, match="not after its start"):
        graph.project_facts(project="p", period_start="2020-01-31", period_end="2020-01-31")


def test_run_reports_are_for_those_who_may_see_all_the_run_saw(graph):
    graph.put_records_batch(records=[PROJECT])
    common = {
        "notebook": "n", "notebook_sha256": "0", "status": "succeeded", "fingerprint": "f", "project": "p",
        "started_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    graph.put_run(run={**common, "id": "run:all", "rights": ["*", "confidential"]})
    graph.put_run(run={**common, "id": "run:unit", "rights": ["unit:A/B"]})
    seen = graph.as_visitor(visitor("jo", "unit:A")).list_runs()
    assert [item.run.id for item in seen.runs] == ["run:unit"]
    with pytest.raises(NotFound):
        graph.as_visitor(visitor("jo", "unit:A")).get_run(id="run:all")
    assert graph.list_runs().total == 2
