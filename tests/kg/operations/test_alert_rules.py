"""Rules with their back-test, attribution and decisions, on each engine."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kg.domain import Measurement, Milestone, Outcome, Project, Role
from kg.errors import Conflict, Forbidden, InvalidRequest, NotFound
from kg.graph import KnowledgeGraph
from pipelines.outcomes.alarm_rules import AlarmRuleBook
from tests.conftest import NOON, visitor

from .conftest import ROAD, WATER, put

TODAY = NOON.date()
DUE = TODAY - timedelta(days=30)
START = DUE - timedelta(days=360)


def past(key: str, factors: list[float], project: str = WATER, unit: str = "A/Water", **more) -> list:
    """An outcome from 100 to 200 that was due a month ago, with monthly values at so many times the expected."""
    promise = Outcome.parse(
        {"id": f"outcome:{key}", "project": project, "unit": unit, "title": key, "baseline": 100, "target": 200,
         "start": START, "due": DUE, **more}
    )  # fmt: skip
    values = [
        Measurement.parse(
            {"id": f"m:{key}:{n}", "subject": promise.id, "project": project, "unit": unit,
             "date": START + timedelta(days=30 * n), "value": factor * (100 + 100 * n / 12)}
        )
        for n, factor in enumerate(factors, start=1)
    ]  # fmt: skip
    return [promise, *values]


@pytest.fixture
def asked(units, store) -> KnowledgeGraph:
    """Three water outcomes (a warned miss, a false alarm, a quiet one), and one of the road."""
    put(
        store,
        *past("fell", [1] * 6 + [0.8] * 6),
        *past("cried", [1] * 5 + [0.8] + [1] * 6),
        *past("quiet", [1] * 12),
        *past("road2", [0.7] * 12, ROAD, "B"),
        Milestone.parse({"id": "milestone:go", "project": WATER, "unit": "A/Water", "title": "Go live",
                         "reached": START + timedelta(days=200)}),
    )  # fmt: skip
    return KnowledgeGraph(store, clock=lambda: NOON, services={"alarm_rules": AlarmRuleBook()})


def test_the_back_test_counts_what_the_asker_may_see(asked):
    water = asked.as_visitor(visitor("ann", "unit:A"))
    found = water.back_test(rule="behind_trajectory")
    assert (found.cases, found.missed, found.alarmed, found.left_out) == (3, 1, 2, 1)
    assert (found.precision.hits, found.precision.of, found.precision.value) == (1, 2, 0.5)
    assert (found.recall.value, found.lead_days) == (1.0, 150)
    assert found.precision.low == pytest.approx(0.0945, abs=1e-4)
    whole = asked.back_test(rule="behind_trajectory")
    assert (whole.cases, whole.missed, whole.recall.hits) == (4, 2, 2)
    assert found.stated >= found.null_alarms.value
    every = {test.rule.key: test for test in water.back_tests().tests}
    assert every["behind_trajectory"] == found and len(every) == 5


def test_another_threshold_and_window_can_be_tried(asked):
    assert asked.back_test(rule="behind_trajectory", threshold=0.25).alarmed == 1
    assert asked.back_test(rule="behind_trajectory", end=DUE).cases == 0
    nothing = asked.back_test(rule="behind_trajectory", start=DUE + timedelta(days=1))
    assert (nothing.cases, nothing.precision.value, nothing.precision.high) == (0, None, 1)
    with pytest.raises(InvalidRequest):
        asked.back_test(rule="behind_trajectory", start=DUE, end=DUE)
    with pytest.raises(NotFound, match="behind_trajectory"):
        asked.back_test(rule="behind_trajectori")


def test_a_release_is_tested_by_day_or_milestone_and_only_of_visible_outcomes(asked, store):
    days = [START + timedelta(days=10 * n) for n in range(36)]
    release = START + timedelta(days=200)
    values = [
        Measurement.parse(
            {"id": f"m:step:{n}", "subject": "outcome:step", "project": WATER, "unit": "A/Water", "date": day,
             "value": 10 + 0.3 * (n % 3) + (5 if day >= release else 0)}
        )
        for n, day in enumerate(days)
    ]  # fmt: skip
    step = Outcome(id="outcome:step", project=WATER, unit="A/Water", title="Step", baseline=10, target=15, due=DUE)
    put(store, step, *values)
    found = asked.attribution_test(outcome=step.id, release="milestone:go")
    assert (found.verdict.value, found.milestone, found.release) == ("supported", "Go live", release)
    assert found.fit is not None and found.fit.low < 5 < found.fit.high and found.as_large == 0
    assert found == asked.attribution_test(outcome=step.id, release=str(release)).model_copy(
        update={"milestone": "Go live"}
    )
    for written in ("go live", "Go live · milestone:go"):
        assert asked.attribution_test(outcome="Step · outcome:step", release=written) == found
    assert len(found.line) == 36 and found.line[0].fitted == found.line[0].without
    with pytest.raises(NotFound, match="milestone:go"):
        asked.attribution_test(outcome=step.id, release="milestone:goo")
    with pytest.raises(InvalidRequest, match="is no day"):
        asked.attribution_test(outcome="outcome:road2", release="soon")
    with pytest.raises(NotFound):
        asked.as_visitor(visitor("mei", "unit:B")).attribution_test(outcome=step.id, release=str(release))
    with pytest.raises(NotFound):
        asked.as_visitor(visitor("mei", "unit:B")).attribution_test(outcome="Step", release=str(release))


def test_a_decision_keeps_what_was_known_that_day_and_is_not_rewritten(asked, store):
    mae = asked.as_visitor(visitor("mae", "unit:A", role=Role.MANAGER))
    values = {"project": WATER, "question": "Go on?", "decision": "change", "reason": "Too slow."}
    kept = mae.decide(**values, known={"budget": "spent"}).decision
    by_id = {o["id"]: o for o in kept.known["outcomes"]}
    assert by_id["outcome:fell"] | {"measured": 160, "expected": 200, "shortfall": 0.2} == by_id["outcome:fell"]
    assert (kept.known["said"], kept.known["open_actions"], kept.decided_by) == ({"budget": "spent"}, 1, "mae")
    revision = store.revision()
    assert mae.decide(**values, known={"budget": "spent"}).decision.id == kept.id and store.revision() == revision
    with pytest.raises(Conflict, match="not rewritten"):
        mae.decide(**values | {"decision": "stop"})
    later = past("fell", [1] * 12)[1:]
    put(store, *later)  # the figures are corrected afterwards
    again = mae.list_decisions(project=WATER).decisions[0].decision
    assert next(o for o in again.known["outcomes"] if o["id"] == "outcome:fell")["measured"] == 160


def test_only_who_answers_for_projects_decides_and_only_on_visible_ones(asked, store):
    values = {"question": "Go on?", "decision": "stop", "reason": "No need."}
    with pytest.raises(Forbidden, match="manager, pmo or lead"):
        asked.as_visitor(visitor("jo", "unit:A")).decide(project=WATER, **values)
    pmo = asked.as_visitor(visitor("pat", "unit:A", role=Role.PMO))
    with pytest.raises(NotFound):
        pmo.decide(project=ROAD, **values)
    with pytest.raises(InvalidRequest, match="after today"):
        pmo.decide(project=WATER, **values, date=TODAY + timedelta(days=1))
    for wrong in ({"decision": "perhaps"}, {"reason": " "}):
        with pytest.raises(InvalidRequest):
            pmo.decide(project=WATER, **values | wrong)
    pmo.decide(project=WATER, **values)
    assert asked.as_visitor(visitor("mei", "unit:B")).list_decisions().total == 0
    put(store, Project(id=WATER, name="Water for all", unit="A/Water", external_id="W1"))
    assert pmo.list_decisions().may_decide
