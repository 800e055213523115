"""Outcome templates: the packaged ones are whole in both languages; own ones are checked with their line."""

from __future__ import annotations

import re
import string

import pytest

from kg.domain import Outcome, smart_gaps
from kg.domain.metric_names import names_of, plain_name
from kg.domain.outcome_templates import OWN_BLANKS
from kg.errors import NotFound
from pipelines.errors import FormatError
from pipelines.outcomes.templates import ORDER, OutcomeTemplates
from pipelines.resources import TEMPLATES
from pipelines.sources.outcome_types import outcome_types

HAN = re.compile(r"[\u4e00-\u9fff]")
GOOD = (TEMPLATES / "outcomes" / "quality.yaml").read_text(encoding="utf-8")


def own(tmp_path, text: str, name: str = "ours.yaml") -> OutcomeTemplates:
    folder = tmp_path / "templates" / "outcomes"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return OutcomeTemplates(tmp_path)


def test_every_packaged_template_is_sound_and_knows_its_type_and_metrics():
    templates = OutcomeTemplates()
    assert templates.problems() == []
    assert tuple(t.key for t in templates.all()) == ORDER


@pytest.mark.parametrize("template", OutcomeTemplates().all(), ids=lambda t: t.key)
def test_a_template_speaks_both_languages_and_fills_its_statement(template):
    metric = next(m for m in OutcomeTemplates().metrics() if m.key == template.metric)
    assert (metric.unit_kind, metric.direction) == (template.unit_kind, template.direction)
    words = [template.name, template.description, *(getattr(template.smart, letter) for letter in "smart")]
    words += [e.what for e in template.evidence] + [p.why for p in template.process_metrics]
    assert all(HAN.search(w.zh) and not HAN.search(w.en) for w in words)
    outcome = Outcome.parse(
        {"id": "o", "project": "p", "title": "T", "metric": metric.name_en, "unit_kind": metric.unit_kind,
         "unit_of_measure": metric.unit_of_measure or "EUR", "currency": "EUR" if metric.unit_kind == "currency" else None,
         "baseline": 10, "target": 20, "due": "2027-01-31", "relevance": "r", "achievability": "a"}
    )  # fmt: skip
    for language in ("en", "zh"):
        words_given = {blank.key: f"<{blank.key}>" for blank in template.blanks}
        said, missing = template.filled(outcome, words_given, language, "P")
        assert missing == [] and "20" in said and "2027-01-31" in said and "[" not in said
        assert all(word in said for word in words_given.values())
        assert smart_gaps(Outcome.parse(outcome.model_dump() | {"statement": said})) == {}
        bare, lacking = template.filled(Outcome(id="o", project="p", title="T"), {}, language, "P")
        assert set(lacking) == {n for _, n, _, _ in string.Formatter().parse(template.statement(language)) if n}
        assert all(f"[{blank.ask(language)}]" in bare for blank in template.blanks)


def test_no_two_metrics_of_the_dictionary_share_a_name_and_all_types_have_one():
    metrics = OutcomeTemplates().metrics()
    names = [name for m in metrics for name in {plain_name(own_name) for own_name in names_of(m)}]
    assert len(names) == len(set(names))
    for kind in outcome_types():
        for wanted in kind.default_metrics:
            assert plain_name(wanted) in names, f"{kind.key}: {wanted}"
    assert all(HAN.search(m.name_zh) and m.definition_en and HAN.search(m.definition_zh or "") for m in metrics)
    assert all(m.unit_of_measure or m.unit_kind == "currency" for m in metrics)


@pytest.mark.parametrize(
    ("found", "written", "field", "said"),
    [
        ("direction: decrease", "direction: decreases", "direction", "Did you mean 'decrease'"),
        ("unit_kind: number", "unit_knd: number", "unit_knd", "Did you mean 'unit_kind'"),
        ("metric: defects_per_release", "metric: defects_per_releas", "metric", "Did you mean 'defects_per_release'"),
        ("metric: rework_share", "metric: rework", "process_metrics 1 metric", "no metric 'rework'"),
        ("{releases} releases", "{release} releases", "statement, en", "the placeholder {release} is not known"),
        ("至少统计 {releases} 次发布", "", "statement, zh", "stands in one language only"),
        ("- key: releases", "- key: target", "blanks 2, key", "filled from the outcome itself"),
        ("{what} fall", "{what fall", "statement, en", "not written well"),
        ("{what} fall", "{what!r} fall", "statement, en", "is no placeholder"),
        ("shape: linear", "shape: points", "shape", "cannot know the points"),
        ("months: 9", "months: nine", "months", "whole number"),
        ("kind: query_result", "kind: query", "evidence 1, kind", "query"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(tmp_path, found, written, field, said):
    assert found in GOOD
    text = GOOD.replace(found, written, 1)
    templates = own(tmp_path, text)
    (problem,) = templates.problems()
    assert problem.fields["field"] == field and said in problem.message
    assert problem.fields["line"] > 1 and f"ours.yaml line {problem.fields['line']}: " in problem.message


def test_own_templates_add_to_the_packaged_ones_or_stand_for_them(tmp_path):
    templates = own(tmp_path, GOOD.replace('en: "Quality"', 'en: "Our quality"'), "quality.yaml")
    assert templates.get("quality").name.en == "Our quality"
    own(tmp_path, GOOD, "ours.yaml")
    assert [t.key for t in templates.all()][-1] == "ours"
    own(tmp_path, "name: [", "ours.yaml")
    assert "ours" not in [t.key for t in templates.all()] and len(templates.problems()) == 1
    with pytest.raises(FormatError):
        templates.get("ours")
    with pytest.raises(NotFound, match="Did you mean 'quality'"):
        templates.get("qualty")


def test_an_own_dictionary_stands_for_the_packaged_one(tmp_path):
    (tmp_path / "templates").mkdir()
    path = tmp_path / "templates" / "metrics.yaml"
    path.write_text("- {key: wells, name_en: Wells, name_zh: 水井}\n", encoding="utf-8")
    templates = OutcomeTemplates(tmp_path)
    assert [m.key for m in templates.metrics()] == ["wells"]
    assert "there is no metric" in templates.problems()[0].message  # what packaged templates name is missing


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("# ours\n- {key: Wells, name_en: Wells, name_zh: 水井数量}\n", 2, "String should match pattern"),
        ("wells: 1\n", 1, "list of metrics"),
        (
            "- {key: a, name_en: A, name_zh: 甲}\n- {key: b, name_en: B, name_zh: 乙, aliases: [a]}\n",
            2,
            "shares a name",
        ),
        ("- {key: a\n", 2, "not YAML"),
    ],
)
def test_a_wrong_dictionary_is_named_with_its_line_and_the_packaged_one_stays(tmp_path, text, line, said):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "metrics.yaml").write_text(text, encoding="utf-8")
    templates = OutcomeTemplates(tmp_path)
    assert len(templates.metrics()) == len(OutcomeTemplates().metrics())
    (problem,) = templates.problems()
    assert problem.fields["line"] == line and said in problem.message


def test_what_a_statement_is_filled_with_is_no_pattern_again():
    template = OutcomeTemplates().get("quality")
    outcome = Outcome(id="o", project="p", title="T", metric="{target}", baseline=1, target=2)
    said, _ = template.filled(outcome, {"what": "{due} %s {0}", "releases": "3"}, "en", "P")
    assert "{target} of {due} %s {0}" in said
    assert "metric" in OWN_BLANKS
