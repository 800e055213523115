"""Nothing is tuned to rows: other names, other languages, gaps, few rows, one verdict, many rows."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from kg.recommend.attainment import AttainmentModel
from kg.recommend.precedents import Plan, Precedent, size_of
from kg.recommend.recommender import Models

TEXTS = {"water": "Rural water supply", "road": "Highway repair", "学校": "乡村学校建设与教师培训"}


def corpus(size, seed=0, **more):
    random = np.random.default_rng(seed)
    found = []
    for n in range(size):
        kind = list(TEXTS)[n % 3]
        country = "AB"[int(random.random() < 0.5)]
        good = bool(random.random() < (0.9 if country == "A" else 0.4))
        plan = Plan(f"{TEXTS[kind]} {n}", {"country": country, "kind of loan": "x"}, date(2000 + n % 15, 1, 1))
        found.append(Precedent(f"p{n}", None, plan.text, f"o{n:05}", "", kind, plan, good))
    return found


def renamed(precedent):
    facts = {f"列 {key}|=": value for key, value in precedent.plan.attributes.items()}
    return replace(precedent, plan=replace(precedent.plan, attributes=facts))


def first(models, plan):
    return models.advise(plan, 1).types[0]


def test_other_names_of_attributes_and_another_order_of_rows_change_nothing():
    past = corpus(300)
    plan = Plan("Rural water supply", {"country": "B"}, date(2014, 1, 1))
    told = first(Models(past), plan)
    other = replace(plan, attributes={"列 country|=": "B"})
    shuffled = [renamed(past[n]) for n in np.random.default_rng(5).permutation(len(past))]
    again = first(Models(shuffled), other)
    assert (again.outcome_type, again.estimate.n) == (told.outcome_type, told.estimate.n) == ("water", 100)
    assert again.estimate.probability == pytest.approx(told.estimate.probability, abs=0.02)


def test_a_chinese_plan_finds_its_kind():
    assert first(Models(corpus(90)), Plan("乡村教师培训学校")).outcome_type == "学校"


def test_facts_left_open_leave_the_chance_near_the_whole():
    model = AttainmentModel(corpus(600))
    bare = model.chances([model.typed(Plan("", {}, date(2012, 1, 1)), "water")])[0]
    assert abs(bare - model.rate) < 0.15


def test_a_fact_that_gives_the_type_away_does_not_mislead_a_plan_without_it():
    past = [replace(p, plan=replace(p.plan, attributes={"sector": p.outcome_type})) for p in corpus(150)]
    models = Models(past)
    assert [first(models, Plan(text)).outcome_type for text in TEXTS.values()] == list(TEXTS)


@pytest.mark.parametrize("size", [0, 1, 2, 4, 7, 19, 20, 25])
@pytest.mark.parametrize("verdicts", ["mixed", "all", "none", "unknown"])
def test_few_rows_or_one_verdict_give_a_cautious_answer(size, verdicts):
    told = {"mixed": None, "all": True, "none": False, "unknown": "?"}[verdicts]
    past = [p if told is None else replace(p, attained=None if told == "?" else told) for p in corpus(size)]
    advice = Models(past).advise(Plan("Rural water supply", {"country": "A"}), 3, ["road"])
    for item in advice.types:
        estimate = item.estimate
        assert 0 <= estimate.low <= estimate.probability <= estimate.high <= 1
        assert 0 < estimate.probability < 1
        assert estimate.enough is False or estimate.n >= 5
    if not size or verdicts == "unknown":
        assert advice.near == () and not any(item.estimate.enough for item in advice.types)


def test_rows_without_dates_texts_or_attributes_are_borne():
    past = corpus(60)
    past[::2] = [replace(p, plan=Plan("", {}, None)) for p in past[::2]]
    assert first(Models(past), Plan("Rural water", {"nobody": "knows"})).estimate.n > 0
    bare = [replace(p, plan=Plan("", {}, None)) for p in past]
    assert Models(bare).advise(Plan("x"), 3).types


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(20_000_000, "USD 1e7 to 3e7"), (5e6, "USD 3e6 to 1e7"), (0, None), (None, None), (1, "USD 1e0 to 3e0")],
)
def test_a_budget_is_known_to_its_order(amount, expected):
    assert size_of(amount, "USD") == expected


def test_five_thousand_precedents_are_learnt_in_seconds_and_answered_at_once():
    past = corpus(5_000)
    begun = time.perf_counter()
    models = Models(past)
    models.advise(Plan("Rural water supply", {"country": "A"}), 3)
    learnt = time.perf_counter() - begun
    begun = time.perf_counter()
    models.advise_all([Plan(f"Rural water supply {n}", {"country": "A"}) for n in range(64)], 3, [()] * 64)
    assert learnt < 90 and time.perf_counter() - begun < 15
