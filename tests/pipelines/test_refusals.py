"""What is wrong with a request reads as a sentence in both languages, with the field's own name."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kg.errors import Forbidden, InvalidRequest
from kg.graph import parse_request
from kg.operations.table import OPERATIONS
from pipelines.messages import LANGUAGES, Messages

HAN = re.compile(r"[\u4e00-\u9fff]")
TOLD_BY_PROGRAMS = re.compile(r"should|Input|String|valid |\[errors|\{|_")
USELESS: list[Any] = [
    "",
    "no such thing",
    "x" * 20_000,
    -1e12,
    1e12,
    float("nan"),
    [],
    {},
    [{}],
    None,
    [1] * 9_999,
    {"": {}},
]
"""What no field, or hardly one, can be."""


def refusals() -> list[tuple[str, InvalidRequest]]:
    """Every way in which a field of an operation refuses one of those values, each told once."""
    found: dict[tuple[str, str, str], InvalidRequest] = {}
    for row in OPERATIONS:
        for name in row.request.model_fields:
            for value in USELESS:
                try:
                    parse_request(row, {name: value})
                except InvalidRequest as error:
                    found.setdefault((row.name, error.fields["field"], error.fields.get("why", "")), error)
    return [(key[0], error) for key, error in found.items()]


def test_every_field_of_a_request_has_a_name_in_both_languages():
    names = {name for row in OPERATIONS for name in row.request.model_fields}
    for language in LANGUAGES:
        t = Messages(language)
        assert {name for name in names if f"errors.fields.{name}" not in t} == set()


def test_every_refusal_of_a_request_reads_as_a_sentence_in_both_languages():
    en, zh = (Messages(language) for language in LANGUAGES)
    told = refusals()
    assert len(told) > 400
    for operation, error in told:
        english, chinese = en.error(error), zh.error(error)
        shown = str(error.fields.get("value") or "\0"), str(error.fields.get("choices") or "\0")
        for words in (english, chinese):
            bare = words.replace(shown[0], "").replace(shown[1], "")
            assert operation not in bare and not TOLD_BY_PROGRAMS.search(bare), (operation, error.fields, words)
        assert HAN.search(chinese), (operation, error.fields, chinese)
        assert english[-1] in ".?" and chinese[-1] in "。？", (operation, english, chinese)


@pytest.mark.parametrize(
    ("operation", "values", "english", "chinese"),
    [
        ("review_outcome", {"decision": "approved", "scores": {"impact": 3}},
         "An approval scores every axis. Still without a score: difficulty, innovation.",
         "通过时须为每个维度评分，尚未评分：难度、创新性。"),
        ("review_outcome", {"decision": "returned"},
         "Give a reason, so that its author knows what to change.", "请填写理由，让对方知道需要修改什么。"),
        ("review_outcome", {"decision": "approved", "scores": {"impact": 9}},
         "The score of impact cannot be 9: scores go from 1 to 5.", "影响力的评分不能是 9，评分范围为 1 到 5。"),
        ("retire_outcome", {"reason": ""}, "“reason” is missing: fill it in.", "请填写“理由”。"),
        ("change_outcome", {"weight": -1}, "“weight” has to be greater than 0.", "“权重”须大于 0。"),
        ("change_outcome", {"due": "soon"}, "“due” has to be a date written as 2026-03-02, not “soon”.",
         "“期限”应为日期，写成 2026-03-02 的形式，不能是“soon”。"),
        ("change_outcome", {"currency": "euro"}, "Write the currency as three capital letters, for example EUR or CNY.",
         "币种请写成三个大写字母，例如 EUR 或 CNY。"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do(operation: str, values: dict[str, Any], english: str, chinese: str):
    with pytest.raises(InvalidRequest) as refused:
        parse_request(OPERATIONS[operation], {"id": "outcome:one", "revision": 1} | values)
    assert Messages("en").error(refused.value) == english
    assert Messages("zh").error(refused.value) == chinese


def test_a_review_without_a_reason_or_a_score_is_told_of_at_its_own_field():
    for decision, field in (("approved", "scores"), ("returned", "reason")):
        with pytest.raises(InvalidRequest) as refused:
            parse_request(OPERATIONS["review_outcome"], {"id": "o", "revision": 1, "decision": decision})
        assert refused.value.fields["field"] == field


def test_a_role_that_is_needed_is_named_as_people_know_it():
    zh = Messages("zh")
    assert zh.error(Forbidden("no", needed="manager, pmo")) == "您无权执行或查看此内容。所需角色：经理、PMO。"
    assert zh.error(Forbidden("no")) == "您无权执行或查看此内容。"


def test_a_refusal_in_its_own_english_words_leaves_out_the_names_of_programs():
    error = InvalidRequest("define_kpi: unit: name it.", operation="define_kpi", field="unit")
    assert Messages("en").error(error) == "Name it."
