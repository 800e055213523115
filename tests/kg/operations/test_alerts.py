"""Alerts: an occasion raises one, tells its owner what helped others, and ends when it is over."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from kg.domain import (
    ActionItem,
    Alert,
    ExchangeRate,
    Lesson,
    Measurement,
    Milestone,
    Outcome,
    Person,
    Project,
    Relationship,
    Role,
)
from kg.errors import Conflict, Forbidden, InvalidRequest, NotFound, WrongAlertState
from kg.graph import KnowledgeGraph
from kg.operations.alert_material import Material
from kg.queries import statement
from kg.schema import Label, Rel
from kg.store.records import retire_records
from pipelines.notify.letters import letter
from pipelines.outcomes.alarm_rules import AlarmRuleBook
from tests.conftest import NOON, visitor

from .conftest import ROAD, WATER, put

TODAY = NOON.date()
RAIL = "project:rail"


def outcome(key: str, **values) -> Outcome:
    fields = {
        "id": f"outcome:{key}", "project": WATER, "unit": "A/Water", "title": f"Serve {key}", "owner": "jo",
        "baseline": 0, "target": 100, "start": TODAY - timedelta(days=200), "due": TODAY + timedelta(days=200),
        "outcome_type": "outcome_type:supply",
    }  # fmt: skip
    return Outcome.parse(fields | values)


def measured(key: str, *values: float, last: date = TODAY, every: int = 20, **more) -> list[Measurement]:
    """Values of an outcome, the last one on a day."""
    days = [last - timedelta(days=every * back) for back in range(len(values))][::-1]
    return [
        Measurement.parse({"id": f"m:{key}:{day}", "subject": f"outcome:{key}", "date": day, "value": value, **more})
        for day, value in zip(days, values, strict=True)
    ]


def on_course(*factors: float, last: date = TODAY, every: int = 20, length: int = 400, start: date | None = None):
    """Values of the standard outcome at so many times the expected value."""
    begin = start or TODAY - timedelta(days=200)
    days = [last - timedelta(days=every * back) for back in range(len(factors))][::-1]
    return [f * 100 * (day - begin).days / length for f, day in zip(factors, days, strict=True)]


def recovered_elsewhere() -> list:
    """A rail project of the same unit: 25 % short a year ago, back on course, with a lesson and a measured action."""
    start = TODAY - timedelta(days=500)
    rail = {"project": RAIL, "unit": "A/Rail"}
    values = on_course(1, 0.75, 0.78, 1.0, 1.02, last=TODAY - timedelta(days=110), every=40, start=start)
    fell = TODAY - timedelta(days=110 + 40 * 3)
    return [
        Project(id=RAIL, name="Rail to the coast", unit="A/Rail"),
        outcome("rail", **rail, start=start, due=start + timedelta(days=400)),
        *measured("rail", *values, last=TODAY - timedelta(days=110), every=40, **rail),
        ActionItem.parse(
            {"id": "action:rail", **rail, "title": "Weekly call with the suppliers", "status": "effective",
             "metric": "outcome:rail", "done_on": fell + timedelta(days=20)}
        ),
        Lesson.parse(
            {"id": "lesson:rail", **rail, "lesson": "Suppliers wait.", "recommendation": "Agree on penalties early.",
             "state": "published", "learnt_on": fell + timedelta(days=50)}
        ),
        Lesson.parse(
            {"id": "lesson:rail:secret", **rail, "confidential": True, "lesson": "Hush.", "recommendation": "Hush money.",
             "state": "published", "learnt_on": fell + timedelta(days=50)}
        ),
    ]  # fmt: skip


@pytest.fixture
def team(units, store):
    """jo owns in unit A and reports to mae; lee leads everything; the rules are the packaged ones."""
    jo, mae = (
        Person(id="person:jo", name="jo", display_name="Jo", scopes=["unit:A"]),
        Person(id="person:mae", name="mae", display_name="Mae", scopes=["unit:A"], roles=[Role.MANAGER], language="zh"),
    )
    lee = Person(id="person:lee", name="lee", display_name="Lee", scopes=["*"], roles=[Role.LEAD])
    edge = Relationship(type=Rel.REPORTS_TO, start_label=Label.PERSON, start=jo.id, end_label=Label.PERSON, end=mae.id)
    put(store, jo, mae, lee, edges=[edge])
    return at(units, 0)


def at(graph, days: int) -> KnowledgeGraph:
    """The graph some days later."""
    services = {"alarm_rules": AlarmRuleBook()}
    return KnowledgeGraph(graph.store, clock=lambda: NOON + timedelta(days=days), services=services)


def short_by(share: float) -> list:
    values = on_course(1, 1, 1, 1 - share)
    return [outcome("well"), *measured("well", *values)]


def test_a_planted_20_percent_shortfall_raises_one_alert_and_none_on_the_second_run(team, store):
    put(store, *short_by(0.20), *recovered_elsewhere())
    found = team.scan_alerts()
    (alert,) = found.opened
    assert (alert.rule, alert.subject, alert.owner) == ("behind_trajectory", "outcome:well", "jo")
    assert alert.deviation == pytest.approx(0.20) and (alert.observed, alert.expected) == (40, 50)
    revision = store.revision()
    again = team.scan_alerts()
    assert (again.opened, again.messages, again.standing) == ([], 0, 1)
    assert store.revision() == revision
    assert team.list_alerts().total == 1


def test_it_reaches_the_outbox_with_remedies_and_their_precedents(team, store):
    put(store, *short_by(0.20), *recovered_elsewhere())
    team.scan_alerts()
    (row,) = team.list_outbox().messages
    assert (row.message.to, row.message.kind) == ("jo", "alert_opened")
    english, chinese = letter(row.message, "en", site="https://r.example.org"), letter(row.message, "zh")
    assert english.subject == "Off course: Serve well"
    assert "20 % below expected: 40 was measured on 2 Mar 2026, 50 was expected" in english.text
    assert "1. Weekly call with the suppliers (Rail to the coast)" in english.text
    assert "2. Agree on penalties early. (Rail to the coast)" in english.text
    assert f"https://r.example.org/alerts/{row.message.subject}" in english.text
    assert "past outcomes that you may see" in english.text and "errs on at most" in english.text
    assert "比预期低 20%" in chinese.text and "落后于预期轨迹" in chinese.text
    assert "Hush" not in str(row.message)


def test_it_tells_how_good_its_rule_was_on_past_outcomes_that_its_reader_may_see(team, store):
    start, end = TODAY - timedelta(days=500), TODAY - timedelta(days=100)
    hidden = {"project": "project:hidden", "unit": "B"}
    put(store, *short_by(0.20), Project(id="project:hidden", name="Hidden", unit="B"))
    for key, factors, inside in (("missed", (1, 0.7, 0.7), {}), ("made", (1, 1, 1), {}), ("unseen", (1, 0.6), hidden)):
        values = on_course(*factors, last=end, every=60, start=start)
        put(store, outcome(key, start=start, due=end, **inside), *measured(key, *values, last=end, every=60, **inside))
    team.scan_alerts()
    (row,) = [row for row in team.list_outbox().messages if row.message.kind == "alert_opened"]
    told = row.message.values
    assert (told["tested_missed"], told["tested_caught"]) == ("1", "1")  # the one of unit B is not the reader's
    assert (told["tested_alarmed"], told["tested_right"], told["tested_lead"]) == ("1", "1", "60")
    text = letter(row.message, "en").text
    assert "It warned of 1 of 1 that missed their target." in text
    assert f"errs on at most {told['tested_stated']} % of series" in text


def test_remedies_name_the_precedent_and_why_the_best_proven_first(team, store):
    put(store, *short_by(0.20), *recovered_elsewhere())
    (alert,) = team.scan_alerts().opened
    assert [(r.why, r.action or r.lesson) for r in alert.remedies] == [
        ("action_effective", "action:rail"), ("lesson", "lesson:rail"),
    ]  # fmt: skip
    first = alert.remedies[0]
    assert (first.project_name, first.outcome, first.same_type) == ("Rail to the coast", "outcome:rail", True)
    assert first.deviation == pytest.approx(0.25) and first.fell_on < first.recovered_on < TODAY


def test_without_a_precedent_no_remedy_is_made_up(team, store):
    put(store, *short_by(0.20))
    (alert,) = team.scan_alerts().opened
    assert alert.remedies == []
    text = letter(team.list_outbox().messages[0].message, "en").text
    assert "No precedent of the like is known yet." in text


def test_a_remedy_of_a_project_that_the_reader_may_not_see_is_only_counted(team, store):
    put(store, *short_by(0.20), *recovered_elsewhere())
    (alert,) = team.scan_alerts().opened
    narrow = team.as_visitor(visitor("ann", "unit:A/Water"))
    found = narrow.get_alert(id=alert.id)
    assert (found.alert.remedies, found.hidden) == ([], 2)
    assert narrow.list_alerts().alerts[0].alert.remedies == []
    with pytest.raises(InvalidRequest):  # nor as a plain record
        narrow.list_records_of(label="Alert")
    with pytest.raises(NotFound):
        team.as_visitor(visitor("mei", "unit:B")).get_alert(id=alert.id)


@pytest.mark.parametrize(("share", "alerts"), [(0.14, 0), (0.15, 0), (0.16, 1)])
def test_the_threshold_is_more_than_15_percent(team, store, share, alerts):
    put(store, *short_by(share))
    assert len(team.scan_alerts().opened) == alerts


def test_an_alert_closes_by_itself_when_the_outcome_recovers_and_says_so(team, store):
    put(store, *short_by(0.20))
    (alert,) = team.scan_alerts().opened
    later = at(team, 5)
    day = TODAY + timedelta(days=5)
    (value,) = on_course(0.88, last=day)
    put(store, *measured("well", value, last=day))
    assert later.scan_alerts().recovered == []  # better, not yet within 10 %
    put(store, *measured("well", on_course(0.93, last=day)[0], last=day))
    (closed,) = later.scan_alerts().recovered
    assert (closed.id, closed.state.value, closed.details["ended"]) == (alert.id, "closed", "recovered")
    assert [m.message.kind for m in later.list_outbox().messages] == ["alert_opened", "alert_recovered"]
    assert later.scan_alerts().messages == 0


def test_a_new_fall_after_a_recovery_is_a_new_occasion(team, store):
    put(store, *short_by(0.20))
    (first,) = team.scan_alerts().opened
    back, down = TODAY + timedelta(days=10), TODAY + timedelta(days=20)
    put(store, *measured("well", on_course(1, last=back)[0], last=back))
    at(team, 10).scan_alerts()
    put(store, *measured("well", on_course(0.7, last=down)[0], last=down))
    (second,) = at(team, 20).scan_alerts().opened
    assert second.fingerprint != first.fingerprint


def test_closed_by_a_person_the_same_occasion_raises_no_other(team, store):
    put(store, *short_by(0.20))
    (alert,) = team.scan_alerts().opened
    jo = team.as_visitor(visitor("jo", "unit:A"))
    with pytest.raises(InvalidRequest):
        jo.close_alert(id=alert.id, reason="")
    found = jo.close_alert(id=alert.id, reason="The meter was changed.")
    assert (found.alert.state.value, found.alert.closed_by, found.permitted) == ("closed", "jo", [])
    day = TODAY + timedelta(days=10)
    put(store, *measured("well", on_course(0.8, last=day)[0], last=day))
    assert at(team, 10).scan_alerts().opened == []
    with pytest.raises(WrongAlertState):
        jo.acknowledge_alert(id=alert.id)
    assert [c.field for step in found.history for c in step.changes] == ["state", "closed_by", "reason"]


def test_an_unacknowledged_alert_goes_to_the_manager_once_and_an_acknowledged_one_to_nobody(team, store):
    put(store, *short_by(0.20), outcome("dam"), *measured("dam", *on_course(1, 1, 0.7)))
    ids = {a.subject: a.id for a in team.scan_alerts().opened}
    team.as_visitor(visitor("jo", "unit:A")).acknowledge_alert(id=ids["outcome:dam"])
    assert at(team, 6).scan_alerts().escalated == []
    (handed,) = at(team, 7).scan_alerts().escalated
    assert (handed.id, handed.escalated_to) == (ids["outcome:well"], "mae")
    assert at(team, 8).scan_alerts().escalated == []
    (message,) = [r.message for r in team.list_outbox().messages if r.message.kind == "alert_escalated"]
    assert message.to == "mae" and "已有 7 天无人确认" in letter(message, "zh").text
    mae = team.as_visitor(visitor("mae", "unit:A"))
    assert [r.alert.id for r in mae.list_alerts(mine=True).alerts] == [handed.id]
    assert mae.acknowledge_alert(id=handed.id).alert.acknowledged_by == "mae"


def test_without_a_manager_it_goes_to_a_lead_and_without_an_owner_the_lead_is_told_at_once(team, store):
    put(store, outcome("dam", owner=None), *measured("dam", *on_course(1, 1, 0.7)))
    found = team.scan_alerts()
    assert (found.without_owner, found.messages) == (1, 1)
    assert [r.message.to for r in team.list_outbox().messages] == ["lee"]
    put(store, outcome("pipe", owner="ghost"), *measured("pipe", *on_course(1, 1, 0.7)))
    assert team.scan_alerts().unreached == 1


def test_a_snoozed_alert_comes_back_on_its_day(team, store):
    put(store, *short_by(0.20))
    (alert,) = team.scan_alerts().opened
    jo = team.as_visitor(visitor("jo", "unit:A"))
    with pytest.raises(InvalidRequest, match="from tomorrow on"):
        jo.snooze_alert(id=alert.id, until=TODAY)
    jo.snooze_alert(id=alert.id, until=TODAY + timedelta(days=5), reason="Waiting for the report.")
    assert at(team, 4).scan_alerts().woken == []
    (woken,) = at(team, 5).scan_alerts().woken
    assert (woken.state.value, woken.snoozed_until) == ("open", None)
    assert [r.message.kind for r in team.list_outbox().messages] == ["alert_opened", "alert_woken"]
    assert at(team, 11).scan_alerts().escalated == []  # counted from when it came back
    assert len(at(team, 12).scan_alerts().escalated) == 1


def test_only_its_owner_or_who_answers_for_projects_acts_and_on_what_they_read(team, store):
    put(store, *short_by(0.20))
    (alert,) = team.scan_alerts().opened
    ann = team.as_visitor(visitor("ann", "unit:A"))
    assert ann.get_alert(id=alert.id).permitted == []
    with pytest.raises(Forbidden, match="It goes to jo"):
        ann.acknowledge_alert(id=alert.id)
    mae = team.as_visitor(visitor("mae", "unit:A", role=Role.MANAGER))
    with pytest.raises(Conflict, match="revision"):
        mae.close_alert(id=alert.id, reason="x", revision=99)
    for call in ("scan_alerts", "due_alerts"):
        with pytest.raises(Forbidden):
            getattr(mae, call)()


def test_a_missed_measurement_is_spoken_of_after_one_and_a_half_intervals_until_measured(team, store):
    put(store, outcome("well"), *measured("well", *on_course(1, 1, 1, 1)))
    assert at(team, 30).due_alerts().opened == []
    (alert,) = at(team, 31).scan_alerts().opened
    assert (alert.rule, alert.details["days"], alert.details["usual"]) == ("missed_measurement", 31, 20)
    assert at(team, 32).scan_alerts().opened == []
    day = TODAY + timedelta(days=33)
    put(store, *measured("well", *on_course(1, last=day), last=day))
    (closed,) = at(team, 33).scan_alerts().recovered
    assert closed.id == alert.id
    assert "not been measured for 31 days" in letter(team.list_outbox().messages[0].message, "en").text


def test_a_stalled_milestone_is_spoken_of_until_it_is_reached(team, store):
    stone = Milestone.parse(
        {"id": "milestone:pump", "project": WATER, "unit": "A/Water", "title": "Pump runs", "due": TODAY}
    )
    put(store, stone, outcome("well", milestones=[stone.id]), *measured("well", *on_course(1, 1)))
    assert at(team, 7).due_alerts().opened == []
    (alert,) = at(team, 8).scan_alerts().opened
    assert (alert.rule, alert.subject, alert.owner, alert.details["late"]) == ("stalled_milestone", stone.id, "jo", 8)
    assert at(team, 9).scan_alerts().opened == []
    put(store, Milestone.parse(stone.model_dump() | {"reached": TODAY + timedelta(days=10)}))
    assert [a.id for a in at(team, 10).scan_alerts().recovered] == [alert.id]


def test_an_odd_series_is_spoken_of_once_its_rule_is_on(team, store):
    wobble = [1, 1.01, 0.99, 1, 1.01, 0.99, 1, 1.01, 0.99, 1.01, 1, 1.0]
    put(store, outcome("well"), *measured("well", *on_course(*wobble, 1.1, 1.12, 1.12, every=10), every=10))
    assert team.scan_alerts().opened == []
    team.set_alarm_rule(rule="odd_series", on=True)
    (alert,) = team.scan_alerts().opened
    assert alert.rule == "odd_series" and alert.details["measure"] > 8


def test_what_is_over_or_gone_raises_nothing_and_ends_its_alert(team, store):
    put(store, *short_by(0.20), outcome("old", due=TODAY - timedelta(days=31)), *measured("old", 1, 1, 1))
    (alert,) = team.scan_alerts().opened
    assert alert.subject == "outcome:well"
    with store.transaction() as tx:
        retire_records(tx, Label.OUTCOME, ["outcome:well"], at=NOON)
    (closed,) = team.scan_alerts().recovered
    assert closed.details["ended"] == "gone"
    put(store, outcome("road", project=ROAD, unit="B"), *measured("road", *on_course(1, 0.5), project=ROAD, unit="B"))
    put(store, Project(id=ROAD, name="R", unit="B", status="closed"))
    assert team.scan_alerts().opened == []


def test_a_corrected_value_does_not_count_and_one_in_another_currency_does_by_the_rate_of_its_day(team, store):
    wrong, right = measured("well", 10, last=TODAY)[0], measured("well", 50, last=TODAY)[0]
    fixed = Measurement.parse(right.model_dump() | {"id": "m:fix", "corrects": wrong.id})
    put(store, outcome("well", unit_kind="currency", currency="EUR"), *measured("well", 45, last=TODAY - timedelta(20)))
    put(store, wrong, fixed)
    dollars = measured("well", 1, last=TODAY)[0].model_dump() | {"id": "m:usd", "currency": "USD"}
    put(store, Measurement.parse(dollars))
    assert team.scan_alerts().opened == []  # without a rate it is left out
    put(store, ExchangeRate(id="rate:1", base="USD", quote="EUR", date=TODAY - timedelta(5), rate=Decimal("50")))
    assert team.scan_alerts().opened == []  # a dollar is what was expected
    put(store, ExchangeRate(id="rate:2", base="EUR", quote="USD", date=TODAY, rate=Decimal("2")))
    (alert,) = team.scan_alerts().opened
    seen = team.get_alert(id=alert.id)
    assert (alert.deviation, seen.points[-1].value) == (pytest.approx(0.99), 0.5)


def test_a_scan_reads_the_rates_once_for_all_outcomes(team, store, monkeypatch):
    for rate, (name, code) in enumerate((("one", "USD"), ("two", "GBP"), ("three", "CNY")), start=1):
        put(store, outcome(name, unit_kind="currency", currency="EUR"))
        put(store, Measurement.parse(measured(name, 1, last=TODAY)[0].model_dump() | {"currency": code}))
        put(store, ExchangeRate(id=f"rate:{code}", base=code, quote="EUR", date=TODAY, rate=Decimal(rate)))

    class Counting:
        asked: list[str] = []

        def read(self, query, **values):
            self.asked.append(query)
            return store.read(query, **values)

    material = Material(Counting())
    assert {key: values[-1][1] for key, values in material.values.items() if values} == {
        "outcome:one": 1, "outcome:two": 2, "outcome:three": 3
    }  # fmt: skip
    assert Counting.asked.count(statement("measurements.rates_of")) == 1


def test_a_lead_who_sees_everything_sets_a_rule_and_nobody_else(team, store):
    put(store, *short_by(0.20))
    narrow = team.as_visitor(visitor("kim", "unit:A", role=Role.LEAD))
    with pytest.raises(Forbidden, match="counts for all units"):
        narrow.set_alarm_rule(rule="behind_trajectory", on=False)
    with pytest.raises(Forbidden):
        team.as_visitor(visitor("jo", "unit:A")).set_alarm_rule(rule="behind_trajectory", on=False)
    lee = team.as_visitor(visitor("lee", "*", role=Role.LEAD))
    with pytest.raises(NotFound, match="behind_trajectory"):
        lee.set_alarm_rule(rule="behind_trajektory", on=False)
    assert lee.set_alarm_rule(rule="behind_trajectory", on=True, threshold=0.30).rule.recovered == pytest.approx(0.2)
    assert team.scan_alerts().opened == []
    lee.set_alarm_rule(rule="behind_trajectory", on=True)
    (view,) = [v for v in lee.list_alarm_rules().rules if v.rule.key == "behind_trajectory"]
    assert (view.rule.threshold, view.changed_by) == (0.15, "lee")
    assert len(team.scan_alerts().opened) == 1


def test_two_scans_at_once_leave_one_alert_and_one_message(team, store):
    put(store, *short_by(0.20))
    first = team.due_alerts().opened[0]
    put(store, Alert.parse(first.model_dump()))
    assert at(team, 0).scan_alerts().opened == []


@pytest.mark.parametrize(
    "bad", [{"due": "9999-12-31"}, {"start": "0001-01-01", "due": "0001-01-01"}, {"due": "9999-12-31", "target": 1e300}]
)
def test_one_odd_record_stops_no_scan_of_others(team, store, bad):
    put(store, *short_by(0.20), outcome("odd", **bad), *measured("odd", 1, 2, 3, 1e300))
    assert "outcome:well" in {alert.subject for alert in team.scan_alerts().opened}


@pytest.mark.parametrize(("language", "words"), [("en", "no longer running"), ("zh", "已不在进行中")])
def test_an_alert_of_a_project_that_is_over_ends_and_is_handed_to_nobody(team, store, language, words):
    put(store, *short_by(0.20))
    (alert,) = team.scan_alerts().opened
    put(store, Project(id=WATER, name="Water for all", unit="A/Water", external_id="W1", status="closed"))
    found = at(team, 8).scan_alerts()
    assert (found.escalated, found.standing) == ([], 0)
    assert [(a.id, a.state.value, a.details["ended"]) for a in found.recovered] == [
        (alert.id, "closed", "project_over")
    ]
    told = [m.message for m in team.list_outbox().messages if m.message.kind == "alert_recovered"]
    assert [message.to for message in told] == ["jo"]
    said = letter(told[0], language)
    assert words in said.text and alert.title in said.subject
    assert said.subject.startswith("Alert closed" if language == "en" else "预警已关闭")
