"""Recommendations: honest chances, known grounds, nothing from the future, nothing out of scope."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from kg.errors import InvalidRequest, NotFound
from kg.recommend.attainment import AttainmentModel
from kg.recommend.precedents import Plan, Precedent
from kg.recommend.recommender import Recommender
from kg.recommend.similarity import HALF_LIFE, recency
from tests.conftest import visitor


def precedent(number, attained, text="Rural water supply", year=2010, kind="water", **attributes):
    return Precedent(
        f"p{number}", None, text, f"o{number}", "", kind, Plan(text, attributes, date(year, 1, 1)), attained
    )  # fmt: skip


def synthetic(size=400, seed=1):
    """Projects of two countries whose true chances are .85 and .45."""
    rng = np.random.default_rng(seed)
    for number in range(size):
        country = "A" if rng.random() < 0.5 else "B"
        chance = 0.85 if country == "A" else 0.45
        yield precedent(number, bool(rng.random() < chance), year=int(rng.integers(2000, 2012)), country=country)


def test_a_group_with_many_precedents_speaks_for_itself_and_an_unknown_one_stays_near_the_whole():
    model = AttainmentModel(list(synthetic()))
    a, b, unknown = model.chances([Plan("Rural water supply", {"country": c}, date(2011, 1, 1)) for c in "ABZ"])
    assert a > 0.72 and b < 0.58
    assert abs(unknown - model.rate) < 0.1


def test_intervals_hold_the_true_chance_about_as_often_as_they_say():
    held = []
    for seed in range(20):
        model = AttainmentModel(list(synthetic(160, seed)), width=0.1)
        for country, true in (("A", 0.85), ("B", 0.45)):
            estimate = model.estimate(Plan("Rural water supply", {"country": country}, date(2011, 1, 1)), weight=5)
            assert 0 <= estimate.low < estimate.probability < estimate.high <= 1
            held.append(estimate.low <= true <= estimate.high)
    assert np.mean(held) >= 0.7


def test_more_weight_narrows_the_interval_and_few_precedents_say_too_little_is_known():
    model = AttainmentModel(list(synthetic()))
    plan = Plan("Rural water supply", {"country": "A"}, date(2011, 1, 1))
    wide, narrow = model.estimate(plan, 0), model.estimate(plan, 100)
    assert narrow.high - narrow.low < wide.high - wide.low
    few = AttainmentModel([precedent(1, True), precedent(2, True)]).estimate(plan, 2)
    assert not few.enough and few.probability < 1 and few.high - few.low > 0.3


def test_recent_precedents_weigh_more():
    now = Plan("", {}, date(2020, 1, 1))
    assert recency(now, Plan("", {}, date(2020, 1, 1))) == 1
    assert recency(now, Plan("", {}, date(2020 - int(HALF_LIFE), 1, 1))) == pytest.approx(0.5, abs=0.01)


@pytest.fixture
def asked(graph):
    records, edges = [], []
    kinds = {"kind:water": "Rural water supply", "kind:roads": "Highway rehabilitation"}
    for kind, name in kinds.items():
        key = kind.removeprefix("kind:")
        records.append(
            {
                "label": "OutcomeType",
                "values": {"id": kind, "key": key, "name_en": key, "name_zh": "水" if key == "water" else "路"},
            }
        )
        for n in range(12):
            unit = "Bank/North" if n % 2 else "Bank/South"
            pid, oid = f"p:{key}{n}", f"o:{key}{n}"
            records += [
                {
                    "label": "Project",
                    "values": {
                        "id": pid,
                        "name": f"{name} {n}",
                        "unit": unit,
                        "start": f"20{n:02}-01-01",
                        "attributes": {"country": "A"},
                    },
                },
                {
                    "label": "Outcome",
                    "values": {"id": oid, "project": pid, "unit": unit, "title": "t", "outcome_type": kind},
                },
                {
                    "label": "Assessment",
                    "values": {
                        "id": f"a:{key}{n}",
                        "subject": oid,
                        "project": pid,
                        "unit": unit,
                        "scheme": "s",
                        "value": "v",
                        "attained": n % 3 > 0,
                        "date": f"20{n + 4:02}-01-01",
                    },
                },
            ]
            edges += [
                {"type": "HAS_OUTCOME", "start_label": "Project", "start": pid, "end_label": "Outcome", "end": oid},
                {
                    "type": "ASSESSES",
                    "start_label": "Assessment",
                    "start": f"a:{key}{n}",
                    "end_label": "Outcome",
                    "end": oid,
                },
            ]
    graph.put_records_batch(records=records, relationships=edges)
    graph.services["recommender"] = Recommender(graph.store)
    return graph


def test_a_plan_gets_its_type_with_chance_interval_n_and_paths(asked):
    answer = asked.recommend_outcomes(text="Water supply for rural towns", attributes={"country": "A"})
    best = answer.types[0]
    assert best.outcome_type == "kind:water" and best.fit > 0.5 and best.n == 12
    assert 0 < best.low < best.probability < best.high < 1
    assert best.precedents[0].path[1] == "HAS_OUTCOME" and best.precedents[0].shared == ["country"]
    assert all(p.attained is not None for p in best.precedents)


def test_the_type_asked_about_is_answered_by_key_or_name_and_an_unknown_one_names_the_nearest(asked):
    answer = asked.recommend_outcomes(text="Water supply", outcome_type="路", limit=1)
    assert answer.asked and answer.asked.outcome_type == "kind:roads" and len(answer.types) == 1
    with pytest.raises(NotFound, match="Did you mean"):
        asked.recommend_outcomes(text="x", outcome_type="road")


def test_only_what_was_known_that_day_enters(asked):
    early = asked.recommend_outcomes(text="Water supply", as_of="2008-06-01")
    assert early.precedents_known == 10
    assert all(p.decided.year <= 2008 for kind in early.types for p in kind.precedents)
    with pytest.raises(InvalidRequest, match="future"):
        asked.recommend_outcomes(text="x", as_of="2999-01-01")


def test_precedents_of_another_scope_do_not_enter(asked):
    seen = asked.as_visitor(visitor("n", "unit:Bank/North")).recommend_outcomes(text="Water supply")
    assert seen.precedents_known == 12
    assert all(int(p.project[-1]) % 2 for kind in seen.types for p in kind.precedents)


def test_an_existing_project_is_not_its_own_precedent_and_new_verdicts_are_taken_up(asked):
    answer = asked.recommend_outcomes(project="p:water3")
    assert all(p.project != "p:water3" for kind in answer.types for p in kind.precedents)
    before = answer.precedents_known
    asked.put_records_batch(records=[{"label": "Assessment", "values": {
        "id": "a:water1", "subject": "o:water1", "project": "p:water1", "unit": "Bank/North", "scheme": "s", "value": "w"}}])  # fmt: skip
    assert asked.recommend_outcomes(project="p:water3").precedents_known == before - 1


def test_a_plan_that_says_nothing_is_refused(asked):
    with pytest.raises(InvalidRequest, match="describe the plan"):
        asked.recommend_outcomes(text="  ")
