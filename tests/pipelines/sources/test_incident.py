from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.resources import template_path

REPORT = """\
# 2024-05-01, Disk full

## Summary

The disk was full.

## Lessons learnt

### What went well

- Quick repair

### What went wrong

- No alert

## Action items

### Process improvements

1. Add an alert on free space ([issue](https://example.org/1))
2. Write down how to grow the disk (DONE)
"""


@pytest.fixture
def report(tmp_path: Path):
    folder = tmp_path / "reports"
    folder.mkdir()

    def write(text: str, name: str = "2024-05-01-disk.md") -> Path:
        (folder / name).write_text(text, encoding="utf-8")
        return folder

    return write


def actions(graph) -> dict[str, dict]:
    return {found["title"]: found for found in graph.list_records_of(label="ActionItem").records}


def test_a_report_becomes_retrospective_actions_and_lesson(graph, bring_in, report) -> None:
    found = bring_in("notes", report(REPORT), "incident_notes")
    assert found.records == {"Project": 1, "Retrospective": 1, "Lesson": 1, "ActionItem": 2}
    detail = graph.get_lesson(id="lesson:mybinder:2024-05-01-disk.md#lesson")
    lesson = detail.lesson
    assert (lesson.title, lesson.title_derived, lesson.driving_event) == ("Disk full", False, "The disk was full.")
    assert (lesson.lesson, lesson.topics, str(lesson.learnt_on)) == ("No alert", ["Process"], "2024-05-01")
    assert lesson.recommendation == "- Add an alert on free space\n- Write down how to grow the disk (DONE)"
    assert [(note.column, note.text) for note in detail.retrospective.notes] == [
        ("went_well", "Quick repair"), ("went_wrong", "No alert"),
    ]  # fmt: skip
    assert detail.project.id == "project:mybinder"
    alert, written = (
        actions(graph)["Add an alert on free space"],
        actions(graph)["Write down how to grow the disk (DONE)"],
    )
    assert (alert["status"], alert["opened_on"], alert["area"]) == ("open", "2024-05-01", "Process improvements")
    assert alert["links"] == ["https://example.org/1"]
    assert written["status"] == "done_unverified"


def test_relationships_of_a_report(graph, bring_in, report) -> None:
    assert bring_in("notes", report(REPORT), "incident_notes").relationships == 7
    rows = graph.store.read(
        "MATCH (p:Project)-[:HELD]->(r:Retrospective)-[:PRODUCED]->(a:ActionItem)"
        "-[:ADDRESSES]->(l:Lesson)-[:LEARNED_IN]->(q:Project) "
        "RETURN p.id AS p, q.id AS q"
    )
    assert rows == [{"p": "project:mybinder", "q": "project:mybinder"}] * 2


def test_a_reworded_action_keeps_its_identity_and_what_people_noted(graph, bring_in, report) -> None:
    bring_in("notes", report(REPORT), "incident_notes")
    held = actions(graph)["Add an alert on free space"]
    noted = {k: v for k, v in {**held, "owner": "mei", "status": "in_progress"}.items() if v is not None}
    graph.put_records_batch(records=[{"label": "ActionItem", "values": noted}])
    changed = REPORT.replace("1. Add an alert on free space", "1. Buy disks\n2. Add an alert on free space left")
    found = bring_in("notes", report(changed), "incident_notes")
    assert (found.created, found.notices) == (1, [])
    now = actions(graph)
    assert len(now) == 3
    assert now["Add an alert on free space left"]["id"] == held["id"]
    assert (now["Add an alert on free space left"]["owner"], now["Add an alert on free space left"]["status"]) == (
        "mei",
        "in_progress",
    )


def test_an_action_that_left_its_report_is_kept_and_told(graph, bring_in, report) -> None:
    bring_in("notes", report(REPORT), "incident_notes")
    found = bring_in(
        "notes", report(REPORT.replace("2. Write down how to grow the disk (DONE)\n", "")), "incident_notes"
    )
    assert found.notices == [
        "2024-05-01-disk.md: no longer has the action item 'Write down how to grow the disk (DONE)'; it was kept"
    ]
    assert len(actions(graph)) == 2


def test_a_file_that_is_no_report_is_rejected_the_others_come_in(graph, bring_in, report) -> None:
    report("## Milk\n\n## Bread\n", "shopping.md")
    found = bring_in("notes", report(REPORT), "incident_notes")
    assert (found.rows, found.rejected, found.created) == (2, 1, 5)
    assert "shopping.md" in found.rejections[0]


def test_a_single_file_can_be_imported(graph, bring_in) -> None:
    path = template_path("sample/incidents/2018-01-18-ssl-outdated.md")
    found = bring_in("retrospectives", path, "incident_notes")
    assert found.records["ActionItem"] == 3
    assert "took 2018-01-11" in found.notices[0]
