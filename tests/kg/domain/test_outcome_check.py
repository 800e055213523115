"""The check of an outcome: each letter that is missing or weak, and none that is not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.domain import Direction, Metric, Outcome, UnitKind, smart_gaps
from kg.domain.outcome_check import Severity, check

TODAY = date(2026, 3, 2)
WHOLE = {
    "id": "o", "project": "p", "title": "Stay", "statement": "Retention of paying users rises from 70 % to 80 %.",
    "metric": "Retention rate", "metric_key": "retention_rate", "unit_of_measure": "%", "unit_kind": "percent",
    "baseline": 70.0, "target": 80.0, "relevance": "Those who stay pay the rent.", "owner": "jo",
    "achievability": "Two precedents reached 82 %.", "start": date(2026, 3, 2), "due": date(2027, 3, 2),
}  # fmt: skip
METRIC = Metric(
    id="metric:retention_rate", key="retention_rate", name_en="Retention rate", name_zh="留存率", unit_of_measure="%",
    unit_kind=UnitKind.PERCENT,
)  # fmt: skip


def codes(metric=METRIC, near=None, **changed) -> list[str]:
    return [f.code for f in check(Outcome.parse(WHOLE | changed), TODAY, metric, near)]


def test_a_whole_outcome_leaves_nothing_to_mend():
    assert codes() == []


@pytest.mark.parametrize(
    ("changed", "code", "letter", "severity"),
    [
        ({"statement": " "}, "no_statement", "S", "missing"),
        ({"statement": "Improve how long our users stay"}, "vague", "S", "weak"),
        ({"statement": "显著提升用户的留存情况，让用户更加满意"}, "vague", "S", "weak"),
        ({"statement": "Retention of [who stays] rises to 80 %"}, "blank_left", "S", "weak"),
        ({"statement": "80 % stay"}, "short_statement", "S", "weak"),
        ({"metric": None}, "no_metric", "M", "missing"),
        ({"baseline": None}, "no_baseline", "M", "missing"),
        ({"target": 70.0}, "target_is_baseline", "M", "missing"),
        ({"direction": "decrease"}, "wrong_way", "M", "weak"),
        ({"direction": "maintain"}, "maintain_moves", "M", "weak"),
        ({"target": 130.0}, "odd_percent", "M", "weak"),
        ({"baseline": 0.7, "target": 0.8}, "share_not_percent", "M", "weak"),
        ({"shape": "points"}, "no_points", "M", "weak"),
        ({"unit_of_measure": "points"}, "other_unit", "M", "weak"),
        ({"unit_kind": "number"}, "other_kind", "M", "weak"),
        ({"achievability": None}, "no_achievability", "A", "missing"),
        ({"achievability": "Yes."}, "short_achievability", "A", "weak"),
        ({"relevance": ""}, "no_relevance", "R", "missing"),
        ({"relevance": "重要"}, "short_relevance", "R", "weak"),
        ({"due": None}, "no_due", "T", "missing"),
        ({"start": None, "due": date(2026, 3, 1)}, "due_past", "T", "weak"),
        ({"start": None}, "no_start", "T", "weak"),
        ({"owner": None}, "no_owner", "", "weak"),
    ],
)
def test_each_gap_is_named_with_its_letter(changed, code, letter, severity):
    found = {f.code: f for f in check(Outcome.parse(WHOLE | changed), TODAY, METRIC)}
    assert code in found
    assert (found[code].letter, found[code].severity) == (letter, severity)


def test_a_vague_word_beside_a_figure_does_no_harm():
    assert codes(statement="Improve the retention of paying users from 70 % to 80 %") == []
    assert codes(statement="将付费用户的留存率从 70% 提升到 80%") == []


def test_a_metric_of_no_dictionary_is_weak_and_the_nearest_is_named():
    found = check(Outcome.parse(WHOLE | {"metric": "Retention"}), TODAY, None, METRIC)
    assert [(f.code, f.values["key"], f.values["zh"]) for f in found] == [("near_metric", "retention_rate", "留存率")]
    assert codes(metric=None, near=None) == ["own_metric"]


def test_keeping_a_level_needs_no_change():
    assert codes(direction="maintain", target=70.0) == []


texts = st.one_of(st.none(), st.sampled_from(["", "  ", "A pump for every village by 2027, 40 of them", "好"]))
figures = st.one_of(st.none(), st.floats(-1e6, 1e6), st.sampled_from([0.0, 1.0, 70.0]))
days = st.one_of(st.none(), st.integers(-900, 900).map(lambda n: TODAY + timedelta(days=n)))


@given(
    statement=texts, metric=texts, unit_of_measure=texts, achievability=texts, relevance=texts, baseline=figures,
    target=figures, due=days, direction=st.sampled_from(Direction), unit_kind=st.sampled_from(UnitKind),
    shape=st.sampled_from(["linear", "step", "s_curve", "points"]), known=st.booleans(),
)  # fmt: skip
def test_the_check_misses_exactly_the_letters_that_a_submission_lacks(known, **values):
    outcome = Outcome.parse({"id": "o", "project": "p", "title": "T", **values})
    found = check(outcome, TODAY, METRIC if known else None)
    gaps = smart_gaps(outcome)
    missing = {(f.letter, f.field) for f in found if f.severity is Severity.MISSING}
    assert missing == {(letter, field) for letter, fields in gaps.items() for field in fields}
    weak = [f for f in found if f.severity is Severity.WEAK]
    assert not {f.field for f in weak} & {field for _, field in missing}
    order = ["SMART".find(f.letter) if f.letter else 5 for f in found]
    assert order == sorted(order)
