from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
import yaml

from kg.policy import Visitor
from pipelines.errors import SourceError
from pipelines.resources import template_path
from pipelines.sources.outcome_types import ensure_outcome_types, outcome_types
from pipelines.sources.sample import load_sample, read_sample


def test_loading_the_sample_twice_changes_nothing(graph, home: Path) -> None:
    told = []
    first = load_sample(graph, home, on_progress=lambda title, done, total: told.append((title, done, total)))
    assert first.rejected == 0
    assert first.people_added == 4
    counts = graph.overview().counts
    assert counts == {
        "Project": 402, "Outcome": 400, "Assessment": 384, "Retrospective": 23, "Lesson": 173, "ActionItem": 124,
    }  # fmt: skip
    assert {title: done for title, done, _ in told} == {
        entry.title: done for entry, done in zip(read_sample().files, (400, 150, 23), strict=True)
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
    assert set(yaml.safe_load(template_path("sample/sample.yaml").read_text(encoding="utf-8"))) == {"files", "people"}
