from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
import yaml

from kg.domain.language import detect_language
from kg.policy import Visitor
from pipelines.errors import SourceError
from pipelines.resources import template_path
from pipelines.sources.outcome_types import ensure_outcome_types, outcome_types
from pipelines.sources.sample import load_sample, read_sample
from pipelines.sources.translations import load_translations


def test_loading_the_sample_twice_changes_nothing(graph, home: Path) -> None:
    told = []
    first = load_sample(graph, home, on_progress=lambda title, done, total: told.append((title, done, total)))
    assert first.rejected == 0
    assert first.people_added == 5
    counts = graph.overview().counts
    assert counts == {
        "Project": 402, "Outcome": 400, "Assessment": 384, "Retrospective": 23, "Lesson": 233, "ActionItem": 124,
    }  # fmt: skip
    sample = read_sample()
    assert {title: done for title, done, _ in told} == {
        entry.title: done for entry, done in zip([*sample.files, *sample.translations], (400, 150, 23, 60), strict=True)
    }
    before = graph.store.revision()
    second = load_sample(graph, home)
    assert (second.changed, second.people_added) == (0, 0)
    assert graph.store.revision() == before
    assert not (home / "rejected").exists()


def test_sample_people_see_their_scope_only(graph, home: Path) -> None:
    load_sample(graph, home)
    people = {person.name: person for person in graph.list_people().people}
    assert {(p.sample, p.has_password) for p in people.values()} == {(True, False)}
    assert people["mei"].language == "zh"

    def projects(name: str) -> set[str]:
        person = people[name]
        visitor = Visitor(name, person.display_name, frozenset(person.roles), tuple(person.scopes))
        found = graph.as_visitor(visitor).list_projects(limit=1000)
        return {project.unit.split("/")[0] for project in found.projects}

    assert projects("mei") == {"Jupyter"}
    assert projects("sam") == {"World Bank"}
    assert projects("noor") == {"World Bank", "NASA"}


def test_the_world_bank_rows_cover_every_outcome_practice_and_region() -> None:
    with template_path("sample/worldbank.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 400
    outcomes = Counter(row["Outcome"] for row in rows)
    assert len(outcomes) == 7
    assert outcomes["Not Rated"] == 16
    assert len({row["Global Practice"] for row in rows} - {""}) == 16
    assert len({row["WB Region"] for row in rows}) == 9


def test_every_file_of_the_sample_is_attributed() -> None:
    text = template_path("sample/ATTRIBUTION.md").read_text(encoding="utf-8")
    for words in (
        "The World Bank: IEG World Bank Project Performance Ratings", "CC BY 4.0",
        "NASA Lessons Learned Information System",
        "Copyright (c) 2017, JupyterHub", "THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS",
        *(entry.file for entry in read_sample().files),
    ):  # fmt: skip
        assert words in text


def test_outcome_types_are_named_in_both_languages() -> None:
    kinds = outcome_types()
    assert len(kinds) >= 12
    assert len({kind.id for kind in kinds}) == len(kinds)
    assert all(kind.name_en and kind.name_zh and kind.description_zh and kind.default_metrics for kind in kinds)
    assert "outcome_type:development_objective" in {kind.id for kind in kinds}


def test_outcome_types_are_added_once(graph, home: Path) -> None:
    assert ensure_outcome_types(graph, home) == len(outcome_types())
    assert ensure_outcome_types(graph, home) == 0


def test_a_broken_sample_of_an_installation_is_named(graph, home: Path) -> None:
    own = home / "templates/sample"
    own.mkdir(parents=True)
    (own / "worldbank.csv").write_text("nothing\n", encoding="utf-8")
    with pytest.raises(SourceError, match="has no column"):
        load_sample(graph, home)


def test_the_list_of_the_sample_is_yaml_people_can_edit() -> None:
    assert set(yaml.safe_load(template_path("sample/sample.yaml").read_text(encoding="utf-8"))) == {
        "files", "translations", "people",
    }  # fmt: skip


def test_sixty_lessons_are_there_in_chinese_beside_their_originals(graph, home: Path) -> None:
    report = load_sample(graph, home).imports[-1]
    assert (report.created, report.rejected, report.notices) == (60, 0, [])
    lessons = {x["id"]: x for x in graph.list_records_of(label="Lesson", limit=1000).records}
    translated = [x for x in lessons.values() if x["translation_of"]]
    assert Counter(x["language"] for x in lessons.values()) == {"en": 173, "zh": 60}
    assert Counter(lessons[x["translation_of"]]["source_system"] for x in translated) == {
        "nasa-llis": 37,
        "mybinder": 23,
    }
    for lesson in translated:
        original = lessons[lesson["translation_of"]]
        assert lesson["source_system"] == "retrobook"
        assert not lesson["title_derived"]
        for name in ("project", "unit", "sector", "state", "polarity", "learnt_on", "topics", "confidential"):
            assert lesson[name] == original[name]
        for name in ("driving_event", "recommendation"):
            assert detect_language(lesson[name]) == "zh"
        assert bool(lesson["lesson"]) <= bool(original["lesson"])  # nothing is said that the original does not say
    linked = graph.store.read("MATCH (t:Lesson)-[:TRANSLATES]->(o:Lesson) RETURN t.translation_of AS said, o.id AS id")
    assert len(linked) == 60
    assert all(row["said"] == row["id"] for row in linked)


def test_a_project_tells_a_translated_lesson_once(graph, home: Path) -> None:
    load_sample(graph, home)
    facts = graph.project_facts(project="project:mybinder")
    assert len(facts.lessons) == 23
    assert {x.language for x in facts.lessons} == {"en"}
    (listed,) = [p for p in graph.list_projects(limit=1000).projects if p.id == "project:mybinder"]
    assert listed.lessons == 23


def test_a_translation_of_a_lesson_that_is_not_there_is_told(graph, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "zh.jsonl"
    file.write_text('{"translation_of": "lesson:none", "title": "无", "lesson": "没有这一条。"}\n', encoding="utf-8")
    report = load_translations(graph, file, "zh")
    assert (report.created, report.notices) == (0, ["There is no lesson 'lesson:none' to translate."])
    file.write_text('{"title": "无"}\n', encoding="utf-8")
    with pytest.raises(SourceError, match="line 1"):
        load_translations(graph, file, "zh")
