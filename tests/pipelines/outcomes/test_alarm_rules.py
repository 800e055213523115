"""Alarm rules as data: the packaged ones, an organisation's own, and files that are wrong."""

from __future__ import annotations

import re

import pytest

from kg.errors import NotFound
from pipelines.errors import FormatError
from pipelines.outcomes.alarm_rules import AlarmRuleBook
from widgets.rendering.alert_words import formula_words

OWN = """
rules:
  - key: behind_trajectory
    kind: deviation
    name: {en: Ours, zh: 我们的}
    formula: {en: "more than {threshold} of {x}", zh: "超过 {threshold}"}
    threshold: 0.2
  - key: late_stones
    kind: stalled_milestone
    name: {en: Late, zh: 迟}
    formula: {en: late, zh: 迟}
    threshold: 30
"""


@pytest.fixture
def own(tmp_path):
    (tmp_path / "templates").mkdir()
    path = tmp_path / "templates" / "alarms.yaml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_the_default_rule_is_on_at_15_percent_and_unproven_ones_are_off():
    rules = {rule.key: rule for rule in AlarmRuleBook().all()}
    assert (rules["behind_trajectory"].threshold, rules["behind_trajectory"].on) == (0.15, True)
    assert {key for key, rule in rules.items() if not rule.on} == {"gain_behind", "odd_series"}
    assert {rule.kind.value for rule in rules.values()} == {
        "deviation", "missed_measurement", "stalled_milestone", "anomaly",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_formula_in_words_has_its_own_figures_filled_in(language):
    for rule in AlarmRuleBook().all():
        words = formula_words(rule, language)
        assert "{" not in words and len(words) > 60, rule.key
    assert "15" in formula_words(AlarmRuleBook().get("behind_trajectory"), language)


def test_an_organisations_own_file_adds_rules_and_stands_for_packaged_ones(tmp_path, own):
    book = AlarmRuleBook(tmp_path)
    assert book.get("behind_trajectory").name.en == "Ours" and book.get("late_stones").threshold == 30
    assert book.get("missed_measurement").threshold == 1.5
    assert formula_words(book.get("behind_trajectory"), "en") == "more than 20 % of {x}"
    own.write_text(OWN.replace("0.2", "0.3"), encoding="utf-8")
    assert book.get("behind_trajectory").threshold == 0.3  # read again without a restart
    with pytest.raises(NotFound, match="late_stones"):
        book.get("late_stone")


@pytest.mark.parametrize(
    ("wrong", "right", "line", "says"),
    [
        ("kind: deviatoin", "kind: deviation", 4, "Did you mean 'deviation'"),
        ("treshold: 0.2", "threshold: 0.2", 7, "Did you mean 'threshold'"),
        ("threshold: -1", "threshold: 0.2", 7, "greater than 0"),
        ("threshold: 0.2\n    recovered: 0.5", "threshold: 0.2", 8, "above its threshold"),
        ("key: behind_trajectory", "key: late_stones", 8, "Give this one another key"),
        ("name: {en: Ours}", "name: {en: Ours, zh: 我们的}", 5, "zh"),
    ],
)
def test_a_wrong_file_is_named_with_its_line_and_left_out(tmp_path, own, wrong, right, line, says):
    own.write_text(OWN.replace(right, wrong), encoding="utf-8")
    book = AlarmRuleBook(tmp_path)
    (problem,) = book.problems()
    assert problem.fields["line"] == line and says in problem.message
    assert book.get("behind_trajectory").threshold == 0.15
    with pytest.raises(FormatError):
        book.read(own)


def test_chinese_words_of_rules_hold_no_blanks_of_folded_lines():
    words = [text for rule in AlarmRuleBook().all() for text in (rule.formula("zh"), rule.name("zh"))]
    assert len(words) == 10
    for text in words:
        assert not re.search(r"[、。，；：（）]\s|\s[、。，；：（）]|[\u4e00-\u9fff]\s+[\u4e00-\u9fff“]", text), text
    assert "÷ |预期值|，应保持不变时" in words[0] and "÷ |预期值|；" in words[0]
    assert "到期日一步到位、S 形曲线" in words[0] and "低 {threshold} 以上" in words[0]
