"""The check of an outcome in words: every finding has its problem and its mend in both languages."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import kg.domain.outcome_check as module
from kg.domain import Metric, Outcome, smart_gaps
from kg.domain.outcome_check import check
from kg.domain.smart import LETTERS
from kg.operations.outcome_checks import LetterCheck, OutcomeCheck
from kg.operations.outcome_fields import CLEARABLE
from pipelines.messages import Messages
from widgets.rendering.outcome_check import check_letters, check_line, verdict

TODAY = date(2026, 3, 2)
SOURCE = Path(module.__file__).read_text(encoding="utf-8")
WEAK = set(re.findall(r'_weak\("[SMART]?", "(\w+)"', SOURCE)) | {
    "maintain_moves", "wrong_way", "short_achievability", "short_relevance", "unknown_owner", "owner_cannot_see",
}  # fmt: skip
MISSING = {f"no_{field}" for fields in smart_gaps(Outcome(id="o", project="p", title="T")).values() for field in fields}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_finding_has_words(language):
    t = Messages(language)
    known = {key.split(".")[0] for key in t.section("outcomes.check")}
    assert known == WEAK | MISSING | {"target_is_baseline"}
    assert all(f"outcomes.fields.{name}" in t for name in CLEARABLE)


def test_a_check_is_told_letter_by_letter():
    outcome = Outcome.parse(
        {"id": "o", "project": "p", "title": "T", "statement": "全面提升居民的满意程度和获得感", "metric": "满意",
         "unit_of_measure": "points", "baseline": 3, "target": 2, "due": date(2027, 1, 1), "owner": "jo"}
    )  # fmt: skip
    near = Metric(id="m", key="satisfaction_score", name_en="Satisfaction score", name_zh="满意度得分")
    findings = check(outcome, TODAY, None, near)
    told = OutcomeCheck(
        ready=False,
        letters=[
            LetterCheck(
                letter=letter,
                missing=letter in "AR",
                weak=letter in "SMT",
                findings=[f for f in findings if f.letter == letter],
            )
            for letter in LETTERS
        ],
        others=[],
        outcome=outcome,
    )
    zh, en = Messages("zh"), Messages("en")
    assert verdict(told, zh) == "还不能提交，缺少：可实现、相关。"
    assert verdict(told, en) == "It cannot be submitted yet. Missing: Achievable, Relevant."
    letters = {letter.letter: letter for letter in check_letters(told, zh)}
    assert letters["S"].lines[0].problem == "“提升”只说了方向，没有说程度。"
    assert letters["M"].lines[0].problem == "从 3 到 2 与指标应有的方向相反。"
    assert "“满意度得分”（satisfaction_score）" in letters["M"].lines[1].mend
    assert letters["A"].state_name == "缺少" and letters["S"].state == "weak"
    assert "“Satisfaction score” (satisfaction_score)" in check_line(findings[2], en).mend


def test_kinds_of_value_are_named_in_the_readers_language():
    metric = Metric(id="m", key="k", name_en="K", name_zh="甲", unit_kind="percent")
    outcome = Outcome(id="o", project="p", title="T", metric="K", unit_kind="yes_no", unit_of_measure="0/1")
    finding = next(f for f in check(outcome, TODAY, metric) if f.code == "other_kind")
    assert check_line(finding, Messages("zh")).problem == "该指标通常为“百分比”，这里却是“是或否”。"
