from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.graph import KnowledgeGraph
from pipelines.errors import MappingError, MissingColumn, SourceUnreadable
from pipelines.sources import importer

WORK = """\
kind: work
format: table
source: tracker
missing: [n/a]
records:
  project:
    label: Project
    key: project
    fields: {name: project, unit: {value: Lab}}
  item:
    label: WorkItem
    key: key
    within: project
    fields: {title: summary, estimate: points}
"""


def record(graph: KnowledgeGraph, label: str, key: str) -> dict[str, Any]:
    return graph.get_record_by_id(label=label, id=key).record


def ids(graph: KnowledgeGraph, label: str) -> list[str]:
    return [found["id"] for found in graph.list_records_of(label=label).records]


def test_a_world_bank_row_becomes_project_outcome_and_assessment(graph, bring_in, world_bank_file) -> None:
    report = bring_in(
        "projects",
        world_bank_file("P1,Road,Transport,2020,2024,ICRR,Moderately Satisfactory,2025"),
        "worldbank_ratings",
    )
    assert report.records == {"Project": 1, "Outcome": 1, "Assessment": 1}
    assert (report.created, report.relationships, report.rejected) == (3, 3, 0)
    project = record(graph, "Project", "project:worldbank:P1")
    assert (project["external_id"], project["unit"], project["sector"]) == ("P1", "World Bank/Transport", "Transport")
    assert (project["start"], project["end"], project["status"]) == ("2019-07-01", "2024-06-30", "closed")
    assert project["attributes"]["region"] == "South Asia"
    assert "Outcome" not in str(project["attributes"])
    assert project["known_later"]["ICRR outcome"] == "Moderately Satisfactory"
    assert "ICRR quality of supervision" not in project["known_later"]  # Not Rated is no rating
    facts = graph.project_facts(project="P1")
    (outcome,) = facts.outcomes
    assert outcome.outcome.state == "imported"
    assert outcome.type.name_zh == "发展目标"
    (assessment,) = outcome.assessments
    assert (assessment.scheme, assessment.score, assessment.attained) == ("ieg_six_point", 4, True)
    assert str(assessment.date) == "2025-06-30"


@pytest.mark.parametrize(
    ("rating", "score", "attained"),
    [
        ("Highly Unsatisfactory", 1, False), ("Unsatisfactory", 2, False), ("Moderately Unsatisfactory", 3, False),
        ("Moderately Satisfactory", 4, True), ("Satisfactory", 5, True), ("Highly Satisfactory", 6, True),
    ],
)  # fmt: skip
def test_the_six_point_scale(graph, bring_in, world_bank_file, rating: str, score: int, attained: bool) -> None:
    bring_in("projects", world_bank_file(f"P1,Road,Transport,2020,2024,ICRR,{rating},2025"), "worldbank_ratings")
    found = record(graph, "Assessment", "assessment:worldbank:P1/ICRR/2025")
    assert (found["value"], found["score"], found["attained"]) == (rating, score, attained)


def test_an_unrated_project_is_kept_without_an_assessment(graph, bring_in, world_bank_file) -> None:
    report = bring_in("projects", world_bank_file("P1,Road,,2020,,ICRR,Not Rated,2025"), "worldbank_ratings")
    assert report.records == {"Project": 1, "Outcome": 1}
    project = record(graph, "Project", "project:worldbank:P1")
    assert (project["unit"], project["end"]) == ("World Bank", None)
    assert project["known_later"]["ICRR quality at entry"] == "Satisfactory"


def test_a_project_evaluated_twice_has_two_assessments(graph, bring_in, world_bank_file) -> None:
    text = world_bank_file(
        "P1,Road,Transport,2010,2014,ICRR,Satisfactory,2015",
        "P2,Rail,Transport,2010,2014,ICRR,Satisfactory,2015",
        "P1,Road,Transport,2010,2014,PPAR,Unsatisfactory,2018",
    )
    report = bring_in("projects", text, "worldbank_ratings")
    assert report.records == {"Project": 2, "Outcome": 2, "Assessment": 3}
    assert "1 rows speak of a record that an earlier row made" in report.notices[0]
    known = record(graph, "Project", "project:worldbank:P1")["known_later"]
    assert (known["ICRR outcome"], known["PPAR outcome"]) == ("Satisfactory", "Unsatisfactory")
    (outcome,) = graph.project_facts(project="P1").outcomes
    assert sorted(a.value for a in outcome.assessments) == ["Satisfactory", "Unsatisfactory"]
    again = bring_in("projects", text, "worldbank_ratings")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 7)


def test_records_spoken_of_in_several_batches_settle(graph, bring_in, world_bank_file, monkeypatch) -> None:
    monkeypatch.setattr(importer, "BATCH", 3)
    rows = [f"P{n},Road {n},Transport,2010,2014,ICRR,Satisfactory,2015" for n in range(20)]
    text = world_bank_file("P0,Road 0,Transport,2010,2014,PPAR,Unsatisfactory,2018", *rows)
    assert bring_in("projects", text, "worldbank_ratings").created == 61
    again = bring_in("projects", text, "worldbank_ratings")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 61)


def test_importing_again_writes_nothing(graph, bring_in, world_bank_file) -> None:
    text = world_bank_file("P1,Road,Transport,2020,2024,ICRR,Satisfactory,2025")
    bring_in("projects", text, "worldbank_ratings")
    before = graph.store.revision()
    report = bring_in("projects", text, "worldbank_ratings")
    assert (report.created, report.updated, report.unchanged) == (0, 0, 3)
    assert graph.store.revision() == before


def test_importing_a_changed_row_updates(graph, bring_in, world_bank_file) -> None:
    bring_in("projects", world_bank_file("P1,Road,Transport,2020,2024,ICRR,Satisfactory,2025"), "worldbank_ratings")
    report = bring_in(
        "projects", world_bank_file("P1,New road,Transport,2020,2024,ICRR,Satisfactory,2025"), "worldbank_ratings"
    )
    assert (report.created, report.updated, report.unchanged) == (0, 1, 2)
    assert ids(graph, "Project") == ["project:worldbank:P1"]
    assert record(graph, "Project", "project:worldbank:P1")["name"] == "New road"


def test_importing_again_keeps_what_people_added(graph, bring_in, world_bank_file) -> None:
    text = world_bank_file("P1,Road,Transport,2020,2024,ICRR,Satisfactory,2025")
    bring_in("projects", text, "worldbank_ratings")
    values = {**record(graph, "Project", "project:worldbank:P1"), "tags": ["bridge"], "description": "By hand."}
    graph.put_records_batch(
        records=[{"label": "Project", "values": {k: v for k, v in values.items() if v is not None}}]
    )
    bring_in("projects", text.replace("Road", "New road"), "worldbank_ratings")
    project = record(graph, "Project", "project:worldbank:P1")
    assert (project["name"], project["tags"], project["description"]) == ("New road", ["bridge"], "By hand.")


def test_a_record_that_was_retired_stays_so(graph, bring_in, world_bank_file) -> None:
    text = world_bank_file("P1,Road,Transport,2020,2024,ICRR,Satisfactory,2025")
    bring_in("projects", text, "worldbank_ratings")
    graph.retire_record(label="Project", id="project:worldbank:P1")
    bring_in("projects", text, "worldbank_ratings")
    assert ids(graph, "Project") == []


def test_changed_outcome_types_are_left_alone(graph, bring_in, world_bank_file) -> None:
    text = world_bank_file("P1,Road,Transport,2020,2024,ICRR,Satisfactory,2025")
    bring_in("projects", text, "worldbank_ratings")
    renamed = {"id": "outcome_type:revenue", "key": "revenue", "name_en": "Income", "name_zh": "收入"}
    graph.put_records_batch(records=[{"label": "OutcomeType", "values": renamed}])
    bring_in("projects", text, "worldbank_ratings")
    assert record(graph, "OutcomeType", "outcome_type:revenue")["name_en"] == "Income"


def test_nasa_lessons(graph, bring_in) -> None:
    line = {
        "lesson_id": 10,
        "driving_event": "A joint broke.",
        "lessons_learned": "Find the cause first. Then mend.",
        "recommendations": "Inspect.",
    }
    report = bring_in("lessons", json.dumps(line), "nasa_lessons", "lessons.jsonl")
    assert report.records == {"Project": 1, "Lesson": 1}
    lesson = graph.get_lesson(id="lesson:nasa-llis:10")
    assert (lesson.lesson.title, lesson.lesson.title_derived) == ("Find the cause first", True)
    assert (lesson.lesson.state, lesson.lesson.polarity, lesson.lesson.unit) == ("published", "failure", "NASA")
    assert lesson.project.id == "project:nasa-llis"
    line["lessons_learned"] = "Look before you mend."
    bring_in("lessons", json.dumps(line), "nasa_lessons", "lessons.jsonl")
    assert graph.get_lesson(id="lesson:nasa-llis:10").lesson.title == "Look before you mend"


def test_a_bad_row_is_kept_aside_and_the_others_come_in(graph, home: Path, bring_in, world_bank_file) -> None:
    text = world_bank_file(
        "P1,Road,Transport,2020,2024,ICRR,Satisfactory,2025",
        "P2,Rail,Transport,2020,20x4,ICRR,Satisfactory,2025",
        "P3,,Transport,2020,2024,ICRR,Satisfactory,2025",
        ",Nameless,Transport,2020,2024,ICRR,Satisfactory,2025",
        "P5,Backwards,Transport,2020,2010,ICRR,Satisfactory,2025",
        "P6,Odd,Transport,2020,2024,ICRR,Splendid,2025",
    )
    report = bring_in("projects", text, "worldbank_ratings")
    assert (report.rows, report.rejected) == (6, 5)
    assert ids(graph, "Project") == ["project:worldbank:P1"]
    assert ids(graph, "Outcome") == ["outcome:worldbank:P1/development_objective"]
    kept = [json.loads(line) for line in Path(report.rejected_file).read_text(encoding="utf-8").splitlines()]
    assert Path(report.rejected_file).parent == home / "rejected"
    assert Path(report.rejected_file).stat().st_mode & 0o777 == 0o600
    assert [(row["row"], row["line"], row["field"]) for row in kept] == [
        (2, 3, "Project.end"), (3, 4, "Project.name"), (4, 5, "key"),
        (5, 6, "Project.record"), (6, 7, "Assessment.score"),
    ]  # fmt: skip
    assert kept[0]["file"] == "rows.csv"
    assert kept[0]["column"] == "Final Closing FY"
    assert kept[0]["values"]["Project ID"] == "P2"
    assert "not a fiscal year" in kept[0]["reason"]
    assert "before it starts" in kept[3]["reason"]
    assert report.rejections[0].startswith("rows.csv row 2 (line 3): Project.end, column 'Final Closing FY'")


def test_a_rejected_row_does_not_hold_up_the_record_it_shares(graph, bring_in, world_bank_file) -> None:
    text = world_bank_file(
        "P1,Road,Transport,2010,2014,ICRR,Satisfactory,2015", "P1,Road,Transport,2010,2014,PPAR,Splendid,2018"
    )
    report = bring_in("projects", text, "worldbank_ratings")
    assert report.rejected == 1
    assert ids(graph, "Assessment") == ["assessment:worldbank:P1/ICRR/2015"]
    assert ids(graph, "Project") == ["project:worldbank:P1"]


def test_ragged_rows_are_rejected(graph, bring_in) -> None:
    report = bring_in("work", "key,project,summary,points\nA,Lab,One,1\nB,Lab,Two\n", WORK)
    assert report.rejections == ["rows.csv row 2 (line 3): row: the row has 3 cells, the header has 4"]
    assert ids(graph, "WorkItem") == ["work_item:tracker:A"]


def test_a_missing_column_names_file_column_and_the_nearest(graph, bring_in, world_bank_file) -> None:
    text = world_bank_file("P1,Road,Transport,2020,2024,ICRR,Satisfactory,2025").replace("Project ID", "ProjectID", 1)
    with pytest.raises(MissingColumn, match=r"rows.csv has no column 'Project ID'.*The nearest is 'ProjectID'"):
        bring_in("projects", text, "worldbank_ratings")
    assert ids(graph, "Project") == []


def test_an_optional_column_may_be_missing(graph, bring_in) -> None:
    mapping = WORK.replace("estimate: points", "estimate: {column: points, optional: true}")
    assert bring_in("work", "key,project,summary\nA,Lab,One\n", mapping).created == 2


def test_a_file_broken_late_leaves_the_graph_as_it_was(graph, bring_in, monkeypatch) -> None:
    monkeypatch.setattr(importer, "BATCH", 2)
    good = "".join(f"K{n},Lab,Title,1\n" for n in range(20))
    with pytest.raises(SourceUnreadable, match="line 22: a quote"):
        bring_in("work", f'key,project,summary,points\n{good}"open,Lab,x,1\n', WORK)
    lines = "".join(
        json.dumps({"lesson_id": n, "driving_event": "e", "lessons_learned": "l", "recommendations": "r"}) + "\n"
        for n in range(9)
    )
    with pytest.raises(SourceUnreadable, match="line 10: not JSON"):
        bring_in("lessons", lines + "{broken\n", "nasa_lessons", "x.jsonl")
    assert graph.store.revision() == 0


def test_columns_nobody_mapped_are_kept(graph, bring_in, world_bank_file) -> None:
    text = world_bank_file("P1,Road,Transport,2020,2024,ICRR,Satisfactory,2025")
    text = text.replace("Evaluation FY\n", "Evaluation FY,Surprise\n").replace("Modest,2025\n", "Modest,2025,kept\n")
    report = bring_in("projects", text, "worldbank_ratings")
    assert report.kept_columns == ["Surprise"]
    assert record(graph, "Project", "project:worldbank:P1")["known_later"]["Surprise"] == "kept"
    bring_in("work", "key,project,summary,points,sprint\nA,Lab,One,1,S7\n", WORK)
    (extra,) = graph.list_records_of(label="SourceObject").records
    assert (extra["properties"], extra["project"], extra["unit"]) == ({"sprint": "S7"}, "project:tracker:Lab", "Lab")


def test_missing_words_are_no_values(graph, bring_in) -> None:
    bring_in("work", "key,project,summary,points\nA,Lab,One,N/A\n", WORK)
    assert record(graph, "WorkItem", "work_item:tracker:A")["estimate"] is None


def test_rows_without_a_key_are_known_by_their_cells(graph, bring_in) -> None:
    mapping = WORK.replace("key: key\n", "key: row\n")
    text = "project,summary,points\nLab,One,1\nLab,Two,2\n"
    assert bring_in("work", text, mapping).created == 3
    assert bring_in("work", text, mapping).unchanged == 3


def test_relationships_to_records_that_are_not_there_are_left_out_and_told(graph, bring_in) -> None:
    mapping = WORK + "relationships:\n  - {from: item, type: RELATED_TO, to: {label: Project, column: other}}\n"
    report = bring_in("work", "key,project,summary,points,other\nA,Lab,One,1,Lab\nB,Lab,Two,1,Nowhere\n", mapping)
    assert report.relationships == 1
    assert "1 relationships were left out" in report.notices[0]
    assert "project:tracker:Nowhere" in report.notices[0]


def test_kind_and_mapping_must_agree(graph, bring_in, world_bank_file) -> None:
    with pytest.raises(MappingError, match=r"makes projects, not lessons"):
        bring_in("lessons", world_bank_file(), "worldbank_ratings")
    with pytest.raises(MappingError, match=r"no kind 'projcts'.*Did you mean 'projects'"):
        bring_in("projcts", world_bank_file(), "worldbank_ratings")


def test_chinese_files_in_gb18030_come_in_whole(graph, bring_in) -> None:
    mapping = (
        WORK.replace("key: key", "key: 编号")
        .replace("project: project", "project: x")
        .replace("key: project", "key: 项目")
    )
    mapping = (
        mapping.replace("name: project", "name: 项目")
        .replace("title: summary", "title: 标题")
        .replace("points", "故事点")
    )
    text = "编号,项目,标题,故事点\n1,数字化转型,搭建数据平台,8\n"
    bring_in("work", text.encode("gb18030"), mapping)
    (item,) = graph.list_records_of(label="WorkItem").records
    assert (item["title"], item["estimate"], item["project"]) == ("搭建数据平台", 8.0, "project:tracker:数字化转型")


def test_checking_writes_nothing(graph, home: Path, tmp_path: Path, world_bank_file) -> None:
    from pipelines.sources.mapping_file import load_mapping

    path = tmp_path / "x.csv"
    path.write_text(
        world_bank_file("P1,Road,T,2020,2024,ICRR,Satisfactory,2025", "P2,Road,T,bad,2024,ICRR,Satisfactory,2025")
    )
    report = importer.import_file(graph, home, "projects", path, load_mapping("worldbank_ratings"), check=True)
    assert (report.records, report.rejected, report.rejected_file) == (
        {"Project": 1, "Outcome": 1, "Assessment": 1},
        1,
        None,
    )
    assert graph.store.revision() == 0
    assert not (home / "rejected").exists()
