from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import SourceUnreadable
from pipelines.sources.guess import guess_mapping
from pipelines.sources.importer import import_file
from pipelines.sources.mapping_file import parse_mapping


@pytest.fixture
def try_out(graph, home: Path, tmp_path: Path):
    """Guess a mapping for a text and import the text with it."""

    def run(content: str | bytes, name: str = "rows.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        guess = guess_mapping(path)
        mapping = parse_mapping(guess.text, "guess.yaml")
        return guess, import_file(graph, home, guess.kind, path, mapping)

    return run


def test_chinese_projects(graph, try_out) -> None:
    text = (
        "项目编号,项目名称,部门,开始日期,结束日期,预算,项目状态,评价结果\n"
        "X1,智慧园区,信息中心,2024年3月1日,2024年12月31日,120万,已完成,优\n"
        "X2,数据治理,数据部,2025年1月1日,,80万,进行中,暂无\n"
    )
    guess, report = try_out(text.encode("gb18030"), "项目台账.csv")
    assert (guess.kind, report.rejected, report.records) == ("projects", 0, {"Project": 2})
    first, second = graph.list_records_of(label="Project").records
    assert (first["name"], first["unit"], first["start"], first["budget"]) == (
        "智慧园区",
        "信息中心",
        "2024-03-01",
        "1200000",
    )
    assert (first["external_id"], first["status"], second["status"]) == ("X1", "closed", "active")
    assert first["known_later"] == {"评价结果": "优"}
    assert second["known_later"] == {}
    assert any("currency" in line for line in guess.text.splitlines() if "UNSURE" in line)


def test_chinese_lessons(graph, try_out) -> None:
    text = "编号,项目名称,事件,教训,改进建议,记录日期\n1,甲项目,上线失败,未做演练,上线前演练,2025-05-06\n"
    guess, report = try_out(text)
    assert (guess.kind, report.rejected) == ("lessons", 0)
    (lesson,) = graph.list_records_of(label="Lesson").records
    assert (lesson["driving_event"], lesson["lesson"], lesson["recommendation"]) == (
        "上线失败",
        "未做演练",
        "上线前演练",
    )
    assert (lesson["language"], lesson["learnt_on"], lesson["external_id"]) == ("zh", "2025-05-06", "1")
    (project,) = graph.list_records_of(label="Project").records
    assert project["name"] == "甲项目"


def test_tracker_items(graph, try_out) -> None:
    guess, report = try_out("issuekey,title,description,storypoint,split_mark\nM-1,One,Text,3,train\nM-2,Two,,5,test\n")
    assert (guess.kind, report.records) == ("work", {"Project": 1, "WorkItem": 2, "SourceObject": 2})
    assert [item["estimate"] for item in graph.list_records_of(label="WorkItem").records] == [3.0, 5.0]
    assert any("which project" in item for item in guess.unsure)


def test_dates_that_may_be_read_two_ways_say_so(try_out) -> None:
    guess, _ = try_out("project id,project name,start date\n1,A,03/04/2024\n2,B,05/06/2024\n")
    assert any("%m/%d/%Y or %d/%m/%Y" in item for item in guess.unsure)
    sure, report = try_out("project id,project name,start date\n1,A,03/04/2024\n2,B,25/06/2024\n")
    assert not any("start date" in item for item in sure.unsure)
    assert report.rejected == 0


def test_a_table_of_anything_is_kept_as_objects(graph, try_out) -> None:
    guess, report = try_out("node_id,Contract_size,Description\n1,7.9,Programming\n2,2.0,Support\n", "contract.csv")
    assert (guess.kind, report.records) == ("objects", {"SourceObject": 2})
    first = graph.list_records_of(label="SourceObject").records[0]
    assert (first["kind"], first["external_id"]) == ("contract", "1")
    assert first["properties"] == {"Contract_size": "7.9", "Description": "Programming"}


def test_reports_in_a_folder(graph, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "postmortems"
    folder.mkdir()
    (folder / "2025-01-02-disk.md").write_text(
        "# Disk full\n\n## Summary\n\nIt was full.\n\n## Action items\n\n- Add alert\n"
    )
    guess = guess_mapping(folder)
    report = import_file(graph, home, "notes", folder, parse_mapping(guess.text, "g.yaml"))
    assert report.records == {"Project": 1, "Retrospective": 1, "Lesson": 1, "ActionItem": 1}


@pytest.mark.parametrize("header", ['a"b', "yes", "no", "x: y", "#1", "{c}", "2020", "- d", "中 文", "it's"])
def test_odd_column_names_survive(try_out, header: str) -> None:
    cell = header.replace('"', '""')
    guess, report = try_out(f'id,"{cell}"\n1,u\n2,v\n')
    assert (guess.kind, report.rejected, report.kept_columns) == ("objects", 0, [])


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('a,b\n1,"open\n')
    with pytest.raises(SourceUnreadable, match="line 2"):
        guess_mapping(tmp_path / "x.csv")
