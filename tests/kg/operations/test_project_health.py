"""Progress of an outcome and health of a project on each engine: every figure can be computed again by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from kg.domain import ActionItem, Measurement, Milestone, Outcome, WorkItem
from kg.domain.health import HealthFormula, ProcessWeights
from kg.errors import InvalidRequest, NotFound
from kg.graph import KnowledgeGraph
from pipelines.errors import FormatError
from pipelines.health_formula import HealthFormulaFile
from tests.conftest import NOON, visitor

from .conftest import ROAD, WATER, put

TODAY = NOON.date()  # 2 March 2026
START, DUE = TODAY - timedelta(days=100), TODAY + timedelta(days=100)
OWN = {"project": WATER, "unit": "A/Water", "start": START.isoformat(), "due": DUE.isoformat()}


def measured(key: str, subject: str, value: float, day: date = TODAY, **more) -> Measurement:
    return Measurement(id=key, project=WATER, unit="A/Water", subject=subject, date=day, value=value, **more)


@pytest.fixture
def works(units, store) -> KnowledgeGraph:
    """The water project half way: two outcomes measured, one not; milestones, actions and work of each sort."""
    records = [
        Outcome.parse({"id": "outcome:a", **OWN, "title": "A", "baseline": 0, "target": 100, "weight": 3}),
        Outcome.parse({"id": "outcome:b", **OWN, "title": "B", "baseline": 0, "target": 100, "state": "accepted"}),
        measured("m:a", "outcome:a", 25),
        measured("m:b", "outcome:b", 5),
        measured("m:b2", "outcome:b", 60, corrects="m:b"),
        Milestone(id="ms:1", project=WATER, title="On time", due=date(2026, 1, 1), reached=date(2026, 1, 1)),
        Milestone(id="ms:2", project=WATER, title="Late", due=date(2026, 1, 1), reached=date(2026, 1, 9)),
        Milestone(id="ms:3", project=WATER, title="Missing", due=date(2026, 2, 1)),
        Milestone(id="ms:4", project=WATER, title="To come", due=date(2026, 5, 1)),
        ActionItem(id="ac:1", project=WATER, retrospective="r", title="Overdue", due=date(2026, 2, 1)),
        ActionItem(id="ac:2", project=WATER, retrospective="r", title="In time", due=date(2026, 4, 1)),
        WorkItem(id="w:1", project=WATER, title="Old", opened_at=NOON - timedelta(days=40), state="Doing"),
        WorkItem(id="w:2", project=WATER, title="New", opened_at=NOON - timedelta(days=3)),
        WorkItem(id="w:3", project=WATER, title="Done", opened_at=NOON - timedelta(days=90), state="已完成"),
    ]
    put(store, *records)
    with store.transaction() as tx:
        tx.write("MATCH (n:Outcome) WHERE n.id = 'outcome:water' SET n.retired_at = '2026-01-01T00:00:00Z'")
    return units


def test_an_outcome_is_read_with_what_was_expected_and_what_was_measured(works):
    found = works.outcome_progress(outcome="outcome:b")
    assert (found.current, found.expected_now, found.progress, found.state) == (60, 50, 0.6, "on_course")
    assert [(p.value, p.expected, p.corrects) for p in found.measured] == [(60, 50, 1)]
    assert found.expected[0].date == START and found.expected[-1].value == 100
    assert found.shortfall == pytest.approx(-0.2) and found.lag == pytest.approx(-0.1)
    behind = works.outcome_progress(outcome="A")
    assert (behind.shortfall, behind.lag, behind.state, behind.next_due) == (
        0.5,
        0.25,
        "behind",
        TODAY + timedelta(days=31),
    )
    assert not behind.overdue


def test_only_visible_outcomes_have_progress(works):
    with pytest.raises(NotFound):
        works.as_visitor(visitor("kim", "unit:B")).outcome_progress(outcome="outcome:a")
    with pytest.raises(NotFound):
        works.as_visitor(visitor("kim", "unit:B")).project_health(project=WATER)


def test_what_is_no_outcome_has_no_expected_trajectory(works, store):
    from kg.domain import KPI

    put(store, KPI(id="kpi:1", name="Leaks"))
    with pytest.raises(InvalidRequest, match="is no outcome"):
        works.outcome_progress(outcome="kpi:1")


def test_health_is_made_of_parts_that_add_up(works):
    found = works.as_visitor(visitor("jo", "unit:A")).project_health(project="W1")
    scores = {part.key: part.score for part in found.parts}
    assert scores == {
        "milestones": pytest.approx(50), "actions": pytest.approx(50), "work": pytest.approx(50),
        "outcomes": pytest.approx(100 * (3 * 0.5 + 1 * 1.0) / 4),
    }  # fmt: skip
    assert found.process == pytest.approx(50) and found.outcomes == pytest.approx(62.5)
    assert found.score == pytest.approx((2 * 50 + 3 * 62.5) / 5)
    assert sum(part.share for part in found.parts) == pytest.approx(1)
    assert found.score == pytest.approx(sum(part.share * part.score for part in found.parts))
    assert [(one.id, one.points) for one in found.counted] == [("outcome:a", 0.5), ("outcome:b", 1.0)]


def test_not_enough_known_gives_no_figure(works, store):
    bare = works.project_health(project=ROAD)
    assert (bare.score, bare.process, bare.outcomes) == (None, None, None)
    assert [(p.key, p.score) for p in bare.parts] == [
        ("milestones", None),
        ("actions", None),
        ("work", None),
        ("outcomes", None),
    ]
    heavy = Outcome.parse(
        {"id": "outcome:c", **OWN, "title": "C", "baseline": 0, "target": 1, "weight": 10, "state": "accepted"}
    )
    put(store, heavy)
    found = works.project_health(project=WATER)
    assert (found.score, found.outcomes, round(found.process)) == (None, None, 50)
    assert found.parts[-1].counts == {"outcomes": 3, "known": 2, "weight": pytest.approx(4 / 14)}


def test_drafts_without_values_and_outcomes_to_come_do_not_count(works, store):
    later = {**OWN, "start": "2026-04-01", "baseline": 0, "target": 1}
    put(
        store,
        Outcome.parse({"id": "outcome:later", **later, "title": "Later", "weight": 50, "state": "accepted"}),
        Outcome.parse({"id": "outcome:draft", **OWN, "title": "Draft", "weight": 50}),
    )
    assert works.project_health(project=WATER).outcomes == pytest.approx(62.5)


def test_the_packaged_formula_is_the_one_that_holds_without_a_file():
    assert HealthFormulaFile()() == HealthFormula()


def test_an_installation_weighs_as_it_likes_and_mistakes_are_named(works, store, tmp_path):
    (tmp_path / "templates").mkdir()
    own = tmp_path / "templates" / "health_formula.yaml"
    own.write_text(
        "process: {weight: 1, milestones: 1, actions: 0, work: 0}\noutcomes: {weight: 0}\nold_work_days: 50\n"
    )
    graph = KnowledgeGraph(store, clock=lambda: NOON, services={"health_formula": HealthFormulaFile(tmp_path)})
    assert graph.project_health(project=WATER).score == pytest.approx(50)
    assert graph.project_health(project=WATER).formula.process == ProcessWeights(
        weight=1, milestones=1, actions=0, work=0
    )
    own.write_text("process: {weight: -1, milestones: 1, actions: 0, work: 0}\noutcomes: {weight: 0}\n")
    with pytest.raises(FormatError, match=r"health_formula.yaml line 1: process, weight"):
        HealthFormulaFile(tmp_path)()
    own.write_text("process: {weight: 0, milestones: 1, actions: 0, work: 0}\noutcomes: {weight: 0}\n")
    with pytest.raises(FormatError, match="cannot both weigh nothing"):
        HealthFormulaFile(tmp_path)()


def test_corrected_values_count_nowhere(works):
    facts = works.project_facts(project=WATER)
    assert [m.value for o in facts.outcomes if o.outcome.id == "outcome:b" for m in o.measurements] == [60]
    series = {s.key: s.count for s in works.action_metrics(project=WATER).series}
    assert series["outcome:b"] == 1


def test_work_is_old_by_the_clock_of_the_graph(works, store):
    later = KnowledgeGraph(store, clock=lambda: datetime.fromisoformat("2026-04-20T12:00:00+00:00"))
    assert {p.key: p.score for p in later.project_health(project=WATER).parts}["work"] == 0
