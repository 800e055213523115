"""The SMART check names each letter that is missing, and the fields that would fill it."""

from __future__ import annotations

from kg.domain import Outcome, smart_gaps

WHOLE = {
    "id": "o", "project": "p", "title": "t", "statement": "Hours fall to 5.", "metric": "hours", "unit_of_measure": "h",
    "baseline": 9, "target": 5, "direction": "decrease", "achievability": "Others did.", "relevance": "Costs.",
    "due": "2027-01-01",
}  # fmt: skip


def gaps(**changed):
    return smart_gaps(Outcome.parse(WHOLE | changed))


def test_a_whole_outcome_lacks_nothing():
    assert gaps() == {}


def test_each_letter_is_named_with_its_fields():
    assert gaps(statement=" ") == {"S": ["statement"]}
    assert gaps(metric=None, baseline=None) == {"M": ["metric", "baseline"]}
    assert gaps(achievability=None, relevance="", due=None) == {
        "A": ["achievability"], "R": ["relevance"], "T": ["due"],
    }  # fmt: skip


def test_a_target_that_is_the_baseline_measures_nothing_unless_it_is_to_be_kept():
    assert gaps(target=9) == {"M": ["target"]}
    assert gaps(target=9, direction="maintain") == {}
