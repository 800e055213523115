"""Chains of merges lead somewhere, whatever was merged into what; names lead to metrics in either language."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg.domain import Metric
from kg.domain.merges import end_of_merges, leading_to
from kg.domain.metric_names import named, nearest_metrics, plain_name

KEYS = [f"t{n}" for n in range(8)]


@given(st.dictionaries(st.sampled_from(KEYS), st.one_of(st.none(), st.sampled_from(KEYS))))
def test_every_chain_ends_and_ends_of_ends_stay(into):
    for key in KEYS:
        end = end_of_merges(into, key)
        assert end in KEYS and end_of_merges(into, end) == end
        assert key in leading_to(into, end)


@given(st.permutations(KEYS))
def test_what_is_merged_one_after_the_other_leads_to_the_last(order):
    into = dict(pairwise(order))
    assert {end_of_merges(into, key) for key in KEYS} == {order[-1]}
    assert leading_to(into, order[-1]) == set(KEYS)


def test_a_circle_ends_where_it_was_entered():
    assert end_of_merges({"a": "b", "b": "a"}, "a") == "a"
    assert end_of_merges({}, None) is None


def metric(key, en, zh, *aliases, **more):
    return Metric(id=f"metric:{key}", key=key, name_en=en, name_zh=zh, aliases=list(aliases), **more)


KNOWN = [
    metric("churn_rate", "Churn rate", "流失率", "客户流失率"),
    metric("retention_rate", "Retention rate", "留存率", "Customer retention"),
    metric("old_retention", "Stickiness", "黏性", merged_into="metric:retention_rate"),
]


def test_a_name_is_found_whatever_its_case_width_hyphens_and_language():
    for name in ("churn rate", "CHURN-RATE", "ｃｈｕｒｎ＿ｒａｔｅ", " churn  rate ", "流失率", "客户流失率"):
        assert named(KNOWN, name) is KNOWN[0]
    assert named(KNOWN, "stickiness") is KNOWN[2] and named(KNOWN, "loyalty") is None


def test_names_like_it_are_suggested_the_nearest_first_and_none_that_was_merged():
    for name, key in (
        ("retension rate", "retention_rate"),
        ("用户流失", "churn_rate"),
        ("rate of churn", "churn_rate"),
    ):
        assert nearest_metrics(KNOWN, name)[0][0].key == key
    assert nearest_metrics(KNOWN, "sticky-ness") == [] and nearest_metrics(KNOWN, "  ") == []


@given(st.text(max_size=40))
def test_any_text_may_be_looked_for(text):
    assert all(0 < likeness <= 1 for _, likeness in nearest_metrics(KNOWN, text))
    assert plain_name(plain_name(text)) == plain_name(text)
