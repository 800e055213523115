"""The wall of a retrospective as its people ask for it: on each engine, within what they may see."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from kg.domain import (
    ActionItem,
    Assessment,
    Lesson,
    Measurement,
    Milestone,
    Outcome,
    ProcessMetric,
    Project,
    Retrospective,
    Role,
    WorkItem,
)
from kg.errors import InvalidRequest, NotFound
from kg.graph import KnowledgeGraph
from tests.conftest import NOON, visitor
from tests.kg.operations.conftest import put

OF = {"project": "project:x", "unit": "A"}
PERIOD = {"period_start": "2026-01-01", "period_end": "2026-03-01"}


def lead_times(change: float) -> list[ProcessMetric]:
    """A figure a day for ten weeks; from 1 February on it is lower by `change`."""
    noise = np.random.default_rng(4).normal(scale=0.8, size=70)
    days = [date(2025, 12, 15) + timedelta(days=place) for place in range(70)]
    values = [9 - change * (day >= date(2026, 2, 1)) + float(noise[place]) for place, day in enumerate(days)]
    return [
        ProcessMetric(id=f"pm:{day}", name="lead time", date=day, value=value, unit_of_measure="days", **OF)
        for day, value in zip(days, values, strict=True)
    ]


@pytest.fixture
def wall(store) -> KnowledgeGraph:
    put(
        store,
        Project(id="project:x", name="Cross", unit="A", start=date(2025, 6, 1), timezone="Asia/Shanghai"),
        Project(id="project:bare", name="Bare", unit="A"),
        Milestone(id="ms", title="Opening", due=date(2026, 1, 10), reached=date(2026, 1, 20), **OF),
        Outcome(id="out", title="Faster", metric="hours", baseline=10, target=4, direction="decrease", **OF),
        Measurement(id="me", subject="out", date=date(2026, 2, 3), value=4, **OF),
        Assessment(id="as", subject="project:x", scheme="s", value="good", attained=True, date=date(2026, 2, 4), **OF),
        ActionItem(id="ac", title="Mend the pump", due=date(2026, 1, 15), retrospective="old", **OF),
        Retrospective(id="old", title="January", held_on=date(2026, 1, 2), period_end=date(2026, 1, 1), **OF),
        Retrospective(id="now", title="February", held_on=date(2026, 2, 27), previous="old", **OF),
        Lesson(id="le", lesson="Grease the pump.", learnt_on=date(2026, 1, 2), state="published", **OF),
        Lesson(id="secret", lesson="The pump leaked.", learnt_on=date(2026, 1, 3), state="published", confidential=True, **OF),
        WorkItem(id="w1", title="Pump", opened_at="2026-01-05T00:00:00Z", closed_at="2026-02-28T15:30:00Z",
                 description="long", transitions=[{"at": "2026-01-06T00:00:00Z", "to": "done"},
                                                  {"at": "2026-01-07T00:00:00Z", "to": "open"}], **OF),
        WorkItem(id="w2", title="Valve", opened_at="2026-02-28T16:30:00Z", **OF),
        *lead_times(4),
    )  # fmt: skip
    return KnowledgeGraph(store, clock=lambda: NOON)


def titles(found: Any) -> list[str]:
    return [fact.title for fact in found.facts]


def test_everything_that_happened_stands_on_the_wall_in_order(wall):
    found = wall.wall_facts(project="project:x", **PERIOD)
    assert sorted(titles(found)) == sorted(
        ["looked_back", "lesson_learnt", "lesson_learnt", "work_reopened", "work_flow", "action_overdue",
         "milestone_late", "metric_fell", "outcome_reached", "assessed", "looked_back"]
    )  # fmt: skip
    assert [fact.day for fact in found.facts] == sorted(fact.day for fact in found.facts)
    assert all(date(2026, 1, 1) <= fact.day < date(2026, 3, 1) for fact in found.facts)
    assert len({fact.id for fact in found.facts}) == len(found.facts)
    assert found.missing == [] and found.left_out == {}


def test_days_are_those_of_the_projects_own_zone(wall):
    weeks = {week.start: (week.opened, week.closed) for week in wall.wall_facts(project="project:x", **PERIOD).weeks}
    assert weeks[date(2026, 2, 23)] == (0, 1)  # 15:30 UTC is still 28 February in Shanghai, 16:30 is March
    march = wall.wall_facts(project="project:x", period_start="2026-03-01", period_end="2026-04-01")
    assert [(week.opened, week.closed) for week in march.weeks] == [(1, 0)]


def test_a_change_of_level_is_told_with_its_figures_and_its_day(wall):
    fact = next(f for f in wall.wall_facts(project="project:x", **PERIOD).facts if f.title == "metric_fell")
    assert abs((fact.day - date(2026, 2, 1)).days) <= 1
    assert (round(fact.values["before"]), round(fact.values["after"]), fact.values["unit"]) == (9, 5, "days")
    january = wall.wall_facts(project="project:x", period_start="2026-01-01", period_end="2026-02-01")
    assert "metric_fell" not in titles(january)  # nobody knew yet


def test_a_figure_that_only_wavers_is_no_news(wall):
    put(wall.store, *lead_times(0))
    assert not {"metric_fell", "metric_rose"} & set(titles(wall.wall_facts(project="project:x", **PERIOD)))


def test_a_retrospective_begins_where_the_one_before_it_ended_and_is_no_fact_of_its_own(wall):
    found = wall.wall_facts(retrospective="now")
    assert (found.period_start, found.period_end) == (date(2026, 1, 1), date(2026, 2, 28))
    assert [fact.record for fact in found.facts if fact.title == "looked_back"] == ["old"]


def test_an_empty_period_says_what_is_missing(wall):
    found = wall.wall_facts(project="project:bare", **PERIOD)
    assert found.facts == [] and found.weeks == []
    assert found.missing == [
        "milestones", "work", "measurements", "outcomes", "actions", "retrospectives", "lessons",
    ]  # fmt: skip
    future = wall.wall_facts(project="project:x", period_start="2027-01-01", period_end="2027-02-01")
    assert future.facts == [] and future.missing == []


def test_what_a_visitor_may_not_see_is_not_on_their_wall(wall):
    ada = wall.as_visitor(visitor("ada", "unit:A"))
    assert "secret" not in {fact.record for fact in ada.wall_facts(project="project:x", **PERIOD).facts}
    lead = wall.as_visitor(visitor("top", "unit:A", role=Role.LEAD))
    assert "secret" in {fact.record for fact in lead.wall_facts(project="project:x", **PERIOD).facts}
    far = wall.as_visitor(visitor("far", "unit:B"))
    for ask in ({"project": "project:x"}, {"retrospective": "now"}):
        with pytest.raises(NotFound):
            far.wall_facts(**ask)


def test_of_many_facts_of_a_kind_the_latest_are_shown_and_the_rest_counted(wall):
    put(
        wall.store,
        *(
            Lesson(id=f"l{n}", lesson=f"Lesson {n}.", learnt_on=date(2026, 1, 5) + timedelta(days=n // 2), state="published", **OF)
            for n in range(70)
        ),
    )  # fmt: skip
    found = wall.wall_facts(project="project:x", **PERIOD)
    assert found.left_out == {"lesson": 12} and titles(found).count("lesson_learnt") == 60
    assert "le" not in {fact.record for fact in found.facts}


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ({}, "either"),
        ({"project": "project:x", "retrospective": "now"}, "either"),
        ({"project": "project:x", "period_start": "2026-03-01", "period_end": "2026-03-01"}, "not after"),
    ],
)
def test_a_wall_of_nothing_in_particular_is_refused(wall, ask, said):
    with pytest.raises(InvalidRequest, match=said):
        wall.wall_facts(**ask)
