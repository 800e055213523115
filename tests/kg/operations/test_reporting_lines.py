"""Who reports to whom, and how far reviewers agree, on each engine."""

from __future__ import annotations

import pytest
from sklearn.metrics import cohen_kappa_score

from kg.errors import Conflict, InvalidRequest, NotFound

from .conftest import put
from .outcome_factory import Reviews


@pytest.fixture
def reviews(units, tmp_path) -> Reviews:
    return Reviews(units, tmp_path)


def lines(found) -> dict:
    return {line.person: line.manager for line in found.lines if line.manager}


def test_a_person_has_one_manager_that_can_be_changed_and_taken_away(reviews):
    graph = reviews.graph
    assert lines(graph.reporting_lines()) == {"ann": "mia"}
    assert lines(graph.set_manager(person="ann", manager="max")) == {"ann": "max"}
    assert graph.set_manager(person="ann", manager="max").changed == 0
    assert lines(graph.set_manager(person="ann")) == {}


def test_circles_strangers_and_oneself_are_refused(reviews):
    graph = reviews.graph
    graph.set_manager(person="mia", manager="lea")
    with pytest.raises(Conflict, match=r"circle: .*ann"):
        graph.set_manager(person="lea", manager="ann")
    with pytest.raises(InvalidRequest, match="themselves"):
        graph.set_manager(person="ann", manager="ann")
    with pytest.raises(NotFound, match="Did you mean 'mia'"):
        graph.set_manager(person="ann", manager="mya")
    assert lines(graph.reporting_lines()) == {"ann": "mia", "mia": "lea"}


def test_a_chart_is_set_whole_or_not_at_all(reviews):
    chart = [
        {"person": "bob", "manager": "max"},
        {"person": "max", "manager": "lea"},
        {"person": "ann", "manager": "?"},
    ]
    with pytest.raises(NotFound, match="line 3: "):
        reviews.graph.set_managers(lines=chart)
    assert lines(reviews.graph.reporting_lines()) == {"ann": "mia"}
    assert reviews.graph.set_managers(lines=chart[:2]).changed == 2


def test_agreement_over_many_outcomes_is_that_of_scikit_learn_and_tells_nothing_of_open_rounds(reviews):
    pairs = [(1, 2), (3, 3), (5, 4), (2, 2), (4, 5), (5, 2)]
    for number, (manager, pmo) in enumerate(pairs):
        key = f"outcome:n{number}"
        put(reviews.store, reviews.outcome(key))
        reviews.submit(outcome=key)
        reviews.score("mia", key, impact=manager)
        reviews.score("pia", key, impact=pmo)
    found = reviews.of("pia").review_agreement()
    assert (found.pairs, found.third) == (5, 0), "the last waits for a third person"
    reviews.score("pol", "outcome:n5", impact=4)
    found = reviews.of("pia").review_agreement()
    impact, difficulty, _ = found.axes
    theirs = cohen_kappa_score(*zip(*pairs, strict=True), labels=[1, 2, 3, 4, 5], weights="quadratic")
    assert impact.kappa == pytest.approx(theirs) and (found.pairs, found.third) == (6, 1)
    assert impact.exact == pytest.approx(2 / 6) and impact.within_one == pytest.approx(5 / 6)
    assert impact.bias == pytest.approx((1 + 0 - 1 + 0 + 1 - 3) / 6)
    assert difficulty.kappa is None and difficulty.exact == 1
    assert reviews.of("pia").review_agreement(unit="B").pairs == 0


def test_the_scale_has_words_for_each_score_in_both_languages(reviews):
    found = reviews.of("bob").review_rules()
    assert found.largest_file == 1 << 16 and "png" in found.accepted and "html" not in found.accepted
    rules = found.rules
    assert [axis.key for axis in rules.axes] == ["impact", "difficulty", "innovation"]
    assert all(len(axis.anchors) == 5 and all(a.en and a.zh for a in axis.anchors) for axis in rules.axes)
    assert (rules.order, rules.third.gap) == (["manager", "pmo"], 2)
