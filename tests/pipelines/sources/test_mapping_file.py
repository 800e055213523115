from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import MappingError
from pipelines.sources.mapping_file import load_mapping, mapping_names, parse_mapping

GOOD = """\
kind: projects
format: table
source: own
records:
  project:
    label: Project
    key: id
    fields:
      name: title
"""


def test_every_packaged_mapping_is_good() -> None:
    assert {"incident_notes", "nasa_lessons", "worldbank_ratings"} <= set(mapping_names())
    for name in mapping_names():
        assert load_mapping(name).name == name


def test_a_text_short_for_a_column() -> None:
    mapping = parse_mapping(GOOD, "own.yaml")
    assert mapping.name == "own"
    assert mapping.columns_read() == ["id", "title"]


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ("Projct", "Project", r"line 6: .*'Projct' is not known. Did you mean 'Project'\?"),
        ("nmae", "name", r"line 9: Project has no field 'nmae'. Did you mean 'name'\?"),
        ("feilds", "fields", r"line 8: .*no 'feilds' here. Did you mean 'fields'\?"),
        ("kind: project\n", "kind: projects\n", r"line 1: there is no kind 'project'"),
        ("formt", "format", r"line 2: .*no 'formt' here. Did you mean 'format'\?"),
        ("source: Own System", "source: own", r"line 3: source"),
        ("name: {column: title, map: stats}", "name: title", r"line 9: there is no value map 'stats'"),
        ("name: {colum: title}", "name: title", r"line 9: .*Did you mean 'column'"),
        ("name: {column: a, value: b}", "name: title", r"line 9: .*say one of column"),
        ("external_id: x\n      name: title", "name: title", r"line 9: external_id is made by the import"),
        ("attributes: x\n      name: title", "name: title", r"line 9: Project.attributes takes several columns"),
        ("name: {columns: [a]}", "name: title", r"line 9: Project.name takes one column"),
        ("key: id\n    within: projet", "key: id", r"line 8: there is no record 'projet'. Did you mean 'project'"),
    ],
)
def test_mistakes_are_named_with_line_and_nearest_name(wrong: str, right: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        parse_mapping(GOOD.replace(right, wrong, 1), "own.yaml")


def test_relationships_are_checked() -> None:
    edges = "relationships:\n  - {from: project, type: HAS_OUTCOMES, to: project}\n"
    with pytest.raises(MappingError, match=r"line 11: .*'HAS_OUTCOMES' is not known. Did you mean 'HAS_OUTCOME'"):
        parse_mapping(GOOD + edges, "own.yaml")
    with pytest.raises(MappingError, match=r"line 11: there is no record 'outcome'"):
        parse_mapping(GOOD + edges.replace("OUTCOMES, to: project", "OUTCOME, to: outcome"), "own.yaml")
    with pytest.raises(MappingError, match=r"'project.nowhere' is no place for columns"):
        parse_mapping(GOOD + "unmapped: project.nowhere\n", "own.yaml")


def test_broken_yaml_is_named_by_its_line() -> None:
    with pytest.raises(MappingError, match=r"own.yaml line 2: not YAML"):
        parse_mapping("kind: projects\nformat: ]\n", "own.yaml")
    with pytest.raises(MappingError, match="a list of names and values"):
        parse_mapping("just words", "own.yaml")


def test_people_and_runs_cannot_be_imported() -> None:
    with pytest.raises(MappingError, match="Person cannot be imported"):
        parse_mapping(GOOD.replace("label: Project", "label: Person"), "own.yaml")


def test_yes_and_no_are_words() -> None:
    mapping = parse_mapping(
        GOOD + "missing: [no, null, off]\nmaps: {m: {yes: active, no: closed}}\n".replace("null, ", ""), "o.yaml"
    )
    assert mapping.missing == ["no", "off"]
    assert set(mapping.maps["m"]) == {"yes", "no"}


def test_an_unknown_mapping_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="Did you mean 'nasa_lessons'"):
        load_mapping("nasa_lesson")
    with pytest.raises(MappingError, match=r"no mapping file nowhere.yaml"):
        load_mapping("nowhere.yaml")


def test_an_installations_own_mapping_wins(tmp_path: Path) -> None:
    own = tmp_path / "templates/mappings"
    own.mkdir(parents=True)
    (own / "mine.yaml").write_text(GOOD, encoding="utf-8")
    assert "mine" in mapping_names(tmp_path)
    assert load_mapping("mine", tmp_path).source == "own"


def test_a_mapping_like_another_replaces_what_it_names() -> None:
    mapping = parse_mapping(
        "like: incident_notes\nsource: ours\nnotes:\n  project: project:ours\n  headings: {summary: [Kurz]}\n",
        "ours.yaml",
    )
    assert (mapping.kind, mapping.source) == ("notes", "ours")
    assert mapping.notes.headings.summary == ["Kurz"]
    assert "action items" in mapping.notes.headings.actions
