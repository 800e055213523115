"""Which facts a period holds: half-open, from what was known until its end, each once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kg.domain import ActionItem, Alert, Lesson, Measurement, Milestone, Outcome, Retrospective, WorkItem
from kg.domain.wall import Fact, Period, in_order
from kg.domain.wall_past import action_facts, lesson_facts, retrospective_facts
from kg.domain.wall_plans import alert_facts, milestone_facts, outcome_facts
from kg.domain.wall_work import work_facts

Q1 = Period(date(2026, 1, 1), date(2026, 4, 1), date(2026, 5, 1))


def told(facts: Any) -> list[tuple[str, str, str]]:
    return [(fact.title, fact.day.isoformat(), fact.tone.value) for fact in facts]


def milestone(due: str | None = None, reached: str | None = None) -> Milestone:
    return Milestone.parse({"id": "m", "project": "p", "title": "Opening", "due": due, "reached": reached})


@pytest.mark.parametrize(
    ("due", "reached", "facts"),
    [
        ("2026-02-01", "2026-01-30", [("milestone_reached", "2026-01-30", "good")]),
        ("2026-02-01", "2026-02-13", [("milestone_late", "2026-02-13", "bad")]),
        (None, "2026-01-01", [("milestone_reached", "2026-01-01", "good")]),
        ("2026-03-31", None, [("milestone_open", "2026-03-31", "bad")]),
        ("2026-03-30", "2026-04-20", [("milestone_open", "2026-03-30", "bad")]),
        ("2026-04-01", None, []),
        ("2025-12-31", None, []),
        ("2025-12-01", "2026-01-05", [("milestone_late", "2026-01-05", "bad")]),
    ],
)
def test_milestones_are_reached_late_or_open_within_the_half_open_period(due, reached, facts):
    assert told(milestone_facts([milestone(due, reached)], Q1)) == facts


def test_a_milestone_that_is_still_to_come_is_due_not_late():
    running = Period(date(2026, 1, 1), date(2026, 4, 1), date(2026, 2, 1))
    assert told(milestone_facts([milestone("2026-03-01")], running)) == [("milestone_due", "2026-03-01", "neutral")]


def outcome(**more: Any) -> Outcome:
    values = {"id": "o", "project": "p", "title": "Faster", "metric": "days", "baseline": 10, "target": 4,
              "direction": "decrease", "start": "2025-10-01", "due": "2026-06-30"}  # fmt: skip
    return Outcome.parse(values | more)


def measured(*points: tuple[str, float]) -> dict[str, list[Measurement]]:
    return {"o": [Measurement.parse({"id": f"x{day}", "subject": "o", "date": day, "value": v}) for day, v in points]}


@pytest.mark.parametrize(
    ("more", "points", "facts"),
    [
        ({}, [("2026-02-01", 6), ("2026-03-01", 4), ("2026-03-15", 3)], [("outcome_reached", "2026-03-01", "good")]),
        ({}, [("2026-02-01", 4), ("2026-03-01", 7)], [("outcome_measured", "2026-03-01", "neutral")]),
        ({}, [("2026-03-01", 9)], [("outcome_behind", "2026-03-01", "bad")]),
        ({}, [("2026-03-01", 7)], [("outcome_measured", "2026-03-01", "neutral")]),
        ({"due": "2026-02-28"}, [("2026-02-01", 6)], [("outcome_missed", "2026-02-28", "bad")]),
        ({"due": "2026-02-28"}, [], [("outcome_unmeasured", "2026-02-28", "bad")]),
        ({"due": "2026-04-01"}, [], []),
        ({}, [("2025-12-31", 4)], []),
        ({}, [("2026-04-01", 4)], []),
    ],
)
def test_outcomes_reach_miss_or_fall_behind_as_measured_until_the_end(more, points, facts):
    assert told(outcome_facts([outcome(**more)], measured(*points), Q1)) == facts


def test_an_outcome_without_a_target_is_told_by_its_figures_alone():
    found = list(outcome_facts([outcome(target=None)], measured(("2025-12-01", 9), ("2026-02-01", 6)), Q1))
    assert told(found) == [("outcome_measured", "2026-02-01", "neutral")]
    assert (found[0].values["earlier"], found[0].values["value"], found[0].values["target"]) == (9, 6, None)


def test_an_alert_is_told_when_it_opens_and_when_it_closes():
    alert = Alert.parse({"id": "a", "subject": "o", "rule": "trajectory", "opened_at": "2026-01-05T10:00:00Z",
                         "closed_at": "2026-03-31T23:30:00Z"})  # fmt: skip
    found = list(alert_facts([alert], {"o": "Faster"}, Q1))
    assert told(found) == [("alert_opened", "2026-01-05", "bad"), ("alert_closed", "2026-03-31", "good")]
    assert {fact.values["name"] for fact in found} == {"Faster"}
    tokyo = Period(Q1.start, Q1.end, Q1.today, "Asia/Tokyo")  # there it is April already
    assert told(alert_facts([alert], {}, tokyo)) == [("alert_opened", "2026-01-05", "bad")]


def action(key: str, **more: Any) -> ActionItem:
    values = {"id": f"action:{key}", "project": "p", "title": f"Mend {key}", "opened_on": "2025-12-01", "owner": "zoe"}
    return ActionItem.parse(values | more)


def test_earlier_actions_are_done_overdue_carried_or_told_together():
    found = list(
        action_facts(
            [
                action("a", status="effective", done_on="2026-02-01", before=5, after=3),
                action("b", status="done_unverified", done_on="2026-02-02"),
                action("c", due="2026-03-01"),
                action("d", carry_count=3),
                action("e"), action("f", opened_on="2025-11-01"),
                action("g", status="effective", done_on="2026-04-01"),
                action("h", opened_on="2026-04-02"),
            ],
            Q1,
        )
    )  # fmt: skip
    assert {fact.title for fact in found} == {
        "action_effective", "action_done", "action_overdue", "action_carried", "actions_open",
    }  # fmt: skip
    by = {fact.title: fact for fact in found}
    assert (by["action_overdue"].values["days"], by["action_carried"].values["count"]) == (30, 3)
    assert (by["actions_open"].values["count"], by["actions_open"].values["name"]) == (2, "Mend f")
    assert all(Q1.holds(fact.day) for fact in found)
    assert "zoe" not in str([fact.model_dump() for fact in found])


def test_of_an_action_that_was_carried_over_the_latest_is_told():
    chain = [action("a", carry_count=2), action("b", carried_from="action:a", carry_count=3)]
    assert [fact.record for fact in action_facts(chain, Q1)] == ["action:b"]


def test_the_retrospective_itself_its_actions_and_lessons_are_no_earlier_ones():
    own = Retrospective.parse({"id": "r1", "project": "p", "title": "Now", "held_on": "2026-03-31"})
    earlier = Retrospective.parse({"id": "r0", "project": "p", "title": "Then", "held_on": "2026-01-01"})
    mine = action("mine", retrospective="r1")
    draft = Lesson.parse({"id": "l", "project": "p", "lesson": "x", "retrospective": "r1", "learnt_on": "2026-03-31"})
    assert [fact.record for fact in retrospective_facts([own, earlier], [mine], Q1, "r1")] == ["r0"]
    assert list(action_facts([mine], Q1, "r1")) == [] and list(lesson_facts([draft], Q1, "r1")) == []


def test_lessons_are_told_once_and_as_what_they_are():
    lessons = [
        Lesson.parse({"id": key, "project": "p", "lesson": "x.", "learnt_on": "2026-02-01", **more})
        for key, more in {
            "a": {"state": "published", "polarity": "success"}, "b": {"translation_of": "a", "state": "published"},
            "c": {"state": "draft", "polarity": "failure"}, "d": {"state": "retired"},
        }.items()
    ]  # fmt: skip
    assert [(fact.record, fact.title, fact.tone) for fact in lesson_facts(lessons, Q1)] == [
        ("a", "lesson_learnt", "good"), ("c", "lesson_drafted", "bad"),
    ]  # fmt: skip


def work(key: int, opened: str, closed: str | None = None, **more: Any) -> WorkItem:
    return WorkItem.parse(
        {"id": f"work:{key}", "project": "p", "title": f"Item {key}", "opened_at": f"{opened}T09:00:00Z",
         "closed_at": f"{closed}T17:00:00Z" if closed else None, **more}
    )  # fmt: skip


def test_weeks_tell_what_was_opened_and_closed_and_quiet_weeks_too():
    items = [work(1, "2026-01-05", "2026-01-07"), work(2, "2026-01-06"), work(3, "2025-12-01", "2026-01-20")]
    facts, weeks = work_facts(items, Q1)
    assert [(week.start.isoformat(), week.opened, week.closed) for week in weeks] == [
        ("2026-01-05", 2, 1), ("2026-01-12", 0, 0), ("2026-01-19", 0, 1),
    ]  # fmt: skip
    assert told(facts) == [("work_flow", "2026-01-05", "neutral")]
    assert (facts[0].values["opened"], facts[0].values["closed"]) == (2, 2)


def test_the_first_week_is_cut_at_the_start_of_the_period():
    _, weeks = work_facts([work(1, "2026-01-02")], Q1)
    assert [week.start for week in weeks] == [date(2026, 1, 1)]


def test_what_was_finished_and_opened_again_stands_out():
    again = [
        {"at": "2026-01-05T00:00:00Z", "to": "Done"}, {"at": "2026-01-09T00:00:00Z", "to": "In progress"},
        {"at": "2026-01-10T00:00:00Z", "to": "已关闭"}, {"at": "2026-02-11T00:00:00Z", "to": "待办"},
        {"at": "nonsense", "to": "Done"}, {"to": "Done"}, {},
    ]  # fmt: skip
    facts, weeks = work_facts([work(1, "2026-01-01", transitions=again)], Q1)
    reopened = next(fact for fact in facts if fact.title == "work_reopened")
    assert (reopened.day, reopened.values["count"], reopened.record) == (date(2026, 2, 11), 2, "work:1")
    assert sum(week.reopened for week in weeks) == 2


def test_what_took_far_longer_than_work_here_takes_stands_out_and_else_nothing():
    usual = [work(key, "2026-01-05", f"2026-01-{7 + key % 4:02}") for key in range(20)]
    long = work(90, "2025-09-01", "2026-02-10")
    waiting = work(91, "2025-10-01")
    titles = {fact.title: fact for fact in work_facts([*usual, long, waiting], Q1)[0]}
    assert titles["work_long"].record == "work:90" and titles["work_waiting"].record == "work:91"
    assert titles["work_long"].values["days"] == 162 and titles["work_waiting"].until == Q1.last
    assert [fact.title for fact in work_facts(usual, Q1)[0]] == ["work_flow"]
    assert "work_long" not in {fact.title for fact in work_facts([long, *usual[:3]], Q1)[0]}


def test_work_that_began_after_the_period_is_not_told():
    assert work_facts([work(1, "2026-04-01", "2026-04-02")], Q1) == ([], [])


def test_facts_stand_in_order_of_time_and_keep_their_ids_whatever_became_of_them():
    open_, late = (
        next(iter(milestone_facts([m], Q1))) for m in (milestone("2026-03-31"), milestone("2026-02-01", "2026-02-13"))
    )
    assert [fact.day for fact in in_order([open_, late])] == [late.day, open_.day]
    assert (open_.id, late.id) == ("m#due", "m#reached")
    assert Fact.model_validate(late.model_dump(mode="json")) == late


def test_an_unknown_zone_is_read_as_utc():
    moment = datetime(2026, 1, 1, 23, tzinfo=UTC)
    assert Period(None, date(2026, 4, 1), date(2026, 4, 1), "No/Such").day(moment) == moment.date()
    assert Period(None, date(2026, 4, 1), date(2026, 4, 1), "Asia/Shanghai").day(moment) == moment.date() + timedelta(
        days=1
    )
