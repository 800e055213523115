"""The life of an action, on each engine: who may do what with it, and what its figure says when it is closed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kg.domain import (
    OPEN_STATUSES,
    ActionItem,
    ActionStatus,
    Measurement,
    ProcessMetric,
    Project,
    Retrospective,
    Role,
)
from kg.domain.action_steps import FROM, ActionStep, carried
from kg.errors import Conflict, Forbidden, InvalidRequest, NotFound, WrongActionState
from kg.graph import KnowledgeGraph
from kg.opening import open_graph
from kg.operations.action_reading import open_actions
from kg.store.records import put_records
from tests.conftest import NOON, visitor

from .conftest import WATER, put

ACTION, TODAY = "action:water", NOON.date()
OPENED = date(2026, 1, 10)


@pytest.fixture
def leaks(units, store) -> KnowledgeGraph:
    """The water project with a figure that falls after January, and jo's action on it."""
    values = [(date(2025, 12, 1) + timedelta(days=7 * n), 10 + n % 3) for n in range(5)]
    values += [(date(2026, 2, 1) + timedelta(days=4 * n), 4 + n % 3) for n in range(6)]
    figures = [
        ProcessMetric(id=f"m:{day}", project=WATER, name="leaks", date=day, value=value, unit_of_measure="a week")
        for day, value in values
    ]
    served = [
        Measurement(id=f"s:{n}", project=WATER, subject="outcome:water", date=date(2026, 1, n + 1), value=n)
        for n in range(2)
    ]
    action = ActionItem.parse(
        {"id": ACTION, "project": WATER, "unit": "A/Water", "retrospective": "retrospective:water", "title": "Mend it",
         "owner": "jo", "opened_on": OPENED}
    )  # fmt: skip
    put(store, *figures, *served, action)
    return units


def test_a_done_action_is_judged_by_its_figure(leaks):
    jo = leaks.as_visitor(visitor("jo", "unit:A"))
    found = jo.close_action(id=ACTION, done_on=date(2026, 1, 20), metric="process:leaks", direction="decrease")
    action = found.action
    assert action.status is ActionStatus.EFFECTIVE
    assert (action.success_metric, action.samples) == ("leaks", [5, 6])
    assert action.effect_low < action.after - action.before < action.effect_high < 0
    assert found.effect.verdict is ActionStatus.EFFECTIVE and not found.newer
    assert (found.series.unit_of_measure, len(found.points)) == ("a week", 11)
    assert [(step.by, [c.field for c in step.changes][:1]) for step in found.history] == [
        ("test", []), ("test", ["title"]), ("jo", ["status"])
    ]  # fmt: skip


def test_done_without_data_stays_unverified_until_there_are_values(leaks, store):
    assert leaks.close_action(id=ACTION).action.status is ActionStatus.DONE_UNVERIFIED
    found = leaks.measure_action(id=ACTION, metric="process:leaks", direction="decrease")
    assert (found.action.status, found.effect.finding) == (ActionStatus.DONE_UNVERIFIED, "none_after")
    later = [ProcessMetric(id=f"l:{n}", project=WATER, name="leaks", date=TODAY + timedelta(days=n), value=n)
             for n in (1, 2, 3)]  # fmt: skip
    put(store, *later)
    seen = leaks.get_action(id=ACTION)
    assert seen.newer and seen.now.verdict is ActionStatus.EFFECTIVE and seen.effect.finding == "none_after"
    assert leaks.measure_action(id=ACTION).action.status is ActionStatus.EFFECTIVE


def test_figures_to_choose_from_are_those_of_the_project_with_the_number_of_their_values(leaks):
    found = {s.key: s for s in leaks.action_metrics(project="W1").series}
    assert {key: series.count for key, series in found.items()} == {"process:leaks": 11, "outcome:water": 2}
    assert (found["outcome:water"].direction, found["process:leaks"].direction) == ("increase", None)
    with pytest.raises(NotFound, match="Did you mean 'process:leaks'"):
        leaks.update_action(id=ACTION, metric="process:leak")
    with pytest.raises(NotFound):
        leaks.update_action(id=ACTION, metric="outcome:road")


def test_a_chosen_outcome_brings_its_name_and_direction_and_an_empty_text_takes_things_away(leaks):
    action = leaks.update_action(id=ACTION, metric="outcome:water", due=date(2026, 4, 1)).action
    assert (action.success_metric, action.direction, action.due) == ("Serve the water", "increase", date(2026, 4, 1))
    action = leaks.update_action(id=ACTION, metric="", direction="", due="", success_metric="").action
    assert (action.metric, action.direction, action.due, action.success_metric) == (None, None, None, None)
    assert action.owner == "jo"


def test_confidential_figures_tell_nothing_of_an_action_that_everybody_sees(leaks, store):
    secret = [
        ProcessMetric(id=f"c:{n}", project=WATER, name="leaks", date=date(2025, 6, n + 1), value=90, confidential=True)
        for n in range(5)
    ]
    lost = [ProcessMetric(id="c:lost", project=WATER, name="lost", date=OPENED, value=1, confidential=True)]
    put(store, *secret, *lost)
    leaks.close_action(id=ACTION, done_on=date(2026, 1, 20), metric="process:leaks", direction="decrease")
    for who in (leaks, leaks.as_visitor(visitor("jo", "unit:A"))):
        seen = who.get_action(id=ACTION)
        assert (seen.action.samples, len(seen.points), seen.newer) == ([5, 6], 11, False)
    with pytest.raises(NotFound):
        leaks.measure_action(id=ACTION, metric="process:lost")
    jo = leaks.as_visitor(visitor("jo", "unit:A"))
    assert [series.key for series in jo.action_metrics(project=WATER).series] == ["process:leaks", "outcome:water"]


def test_somebody_elses_action_is_closed_by_no_plain_member(leaks):
    ann = leaks.as_visitor(visitor("ann", "unit:A"))
    assert ann.get_action(id=ACTION).permitted == []
    for call, values in (
        ("close_action", {}), ("update_action", {"owner": "ann"}), ("cancel_action", {"reason": "no"}),
        ("reopen_action", {}), ("measure_action", {}),
    ):  # fmt: skip
        with pytest.raises(Forbidden, match="jo"):
            getattr(ann, call)(id=ACTION, **values)
    assert leaks.get_action(id=ACTION).action.status is ActionStatus.OPEN
    pmo = leaks.as_visitor(visitor("pia", "unit:A", role=Role.PMO))
    with pytest.raises(Forbidden):
        pmo.close_action(id=ACTION)
    lead = leaks.as_visitor(visitor("fay", "unit:A", role=Role.FACILITATOR))
    assert lead.close_action(id=ACTION).action.status is ActionStatus.DONE_UNVERIFIED


def test_an_action_of_another_unit_is_not_there(leaks):
    mei = leaks.as_visitor(visitor("mei", "unit:B", role=Role.FACILITATOR))
    for call in ("get_action", "close_action"):
        with pytest.raises(NotFound):
            getattr(mei, call)(id=ACTION)
    assert [row.action.id for row in mei.list_actions().actions] == ["action:road"]
    with pytest.raises(NotFound):
        mei.carry_actions(project=WATER)


def test_a_change_of_what_somebody_else_changed_since_is_refused(leaks):
    read = leaks.get_action(id=ACTION).action.revision
    leaks.update_action(id=ACTION, revision=read, due=date(2026, 4, 1))
    for call, values in (("update_action", {"owner": "ann"}), ("close_action", {}), ("cancel_action", {"reason": "x"})):
        with pytest.raises(Conflict, match="since you read it"):
            getattr(leaks, call)(id=ACTION, revision=read, **values)
    action = leaks.get_action(id=ACTION).action
    assert (action.owner, action.status, action.due) == ("jo", ActionStatus.OPEN, date(2026, 4, 1))


def test_of_two_who_press_at_once_one_is_told(leaks):
    read = leaks.get_action(id=ACTION).action.revision
    start = Barrier(4)

    def press(name: str) -> str:
        facilitator = leaks.as_visitor(visitor(name, "*", role=Role.FACILITATOR))
        start.wait()
        try:
            facilitator.update_action(id=ACTION, revision=read, owner=name)
        except Conflict:
            return "told"
        return name

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(press, ["ann", "ben", "cat", "dan"]))
    assert said.count("told") == 3
    kept = leaks.get_action(id=ACTION)
    assert kept.action.owner in said and kept.action.revision == read + 1


def test_closing_twice_is_refused_and_reopening_keeps_the_end_in_the_history(leaks):
    leaks.close_action(id=ACTION, done_on=date(2026, 1, 20), metric="process:leaks", direction="decrease")
    with pytest.raises(WrongActionState, match="reopen_action"):
        leaks.close_action(id=ACTION)
    found = leaks.reopen_action(id=ACTION)
    assert found.action.status is ActionStatus.OPEN and found.action.done_on is found.action.before is None
    told = [(c.field, c.before, c.after) for step in found.history for c in step.changes if c.field == "status"]
    assert told == [("status", "open", "effective"), ("status", "effective", "open")]


@pytest.mark.parametrize(
    ("day", "what"), [(TODAY + timedelta(days=1), "after today"), (date(2026, 1, 9), "before the")]
)
def test_a_day_on_which_an_action_cannot_have_been_done_is_refused(leaks, day, what):
    with pytest.raises(InvalidRequest, match=what):
        leaks.close_action(id=ACTION, done_on=day)


def test_what_is_done_is_audited(leaks, store):
    leaks.cancel_action(id=ACTION, reason="The pipe is gone.")
    rows = store.read(
        "MATCH (n:AuditEntry) RETURN n.operation AS operation, n.subject AS subject, n.after_hash AS after"
    )
    assert [(r["operation"], r["subject"]) for r in rows] == [("cancel_action", ACTION)] and rows[0]["after"]


def test_lists_are_narrowed_by_owner_project_and_state(leaks):
    def ids(who=leaks, **values):
        return [row.action.id for row in who.list_actions(**values).actions]

    assert ids() == [ACTION, "action:road"]
    assert ids(project="W1") == ids(owner="JO") == ids(retrospective="retrospective:water") == [ACTION]
    assert ids(leaks.as_visitor(visitor("jo", "*")), mine=True) == [ACTION] and ids(mine=True) == []
    leaks.update_action(id=ACTION, due=TODAY - timedelta(days=1))
    found = leaks.list_actions(overdue=True)
    assert [(row.action.id, row.overdue) for row in found.actions] == [(ACTION, True)] and found.overdue == 1
    leaks.close_action(id=ACTION)
    assert ids() == ["action:road"] and ids(open_only=False) == ["action:road", ACTION]
    assert ids(statuses=["done_unverified"]) == [ACTION]
    assert leaks.list_actions(open_only=False).statuses == {"open": 1, "done_unverified": 1}


def test_what_is_late_is_counted_by_the_projects_own_day(leaks, store):
    put(store, Project(id=WATER, name="Water for all", unit="A/Water", external_id="W1", timezone="Pacific/Kiritimati"))
    leaks.update_action(id=ACTION, due=TODAY)  # noon in UTC is tomorrow morning there
    assert leaks.get_action(id=ACTION).overdue


def test_open_actions_start_the_next_retrospective_and_are_counted_once(leaks, store):
    held = Retrospective(id="retrospective:next", project=WATER, unit="A/Water", title="Next", team="Pipes")
    put(store, held)
    for _ in range(2):  # closing it again changes nothing
        with store.transaction() as tx:
            put_records(tx, carried(open_actions(tx, WATER), held.id), at=NOON, by="fay")
    (row,) = leaks.carry_actions(project="W1").actions
    assert (row.action.carry_count, row.action.carried_into) == (1, [held.id])
    assert [name.title for name in leaks.get_action(id=ACTION).carried_into] == ["Next"]
    put(store, ActionItem(id="action:own", project=WATER, unit="A/Water", retrospective=held.id, title="New"))
    with store.transaction() as tx:
        assert carried(open_actions(tx, WATER), held.id) == []
    assert [a.id for a in open_actions(store, WATER)] == [ACTION, "action:own"]
    assert [a.id for a in open_actions(store, WATER, team="Pumps")] == [ACTION]  # of no team; the other is Pipes'
    leaks.close_action(id=ACTION)
    assert [a.id for a in open_actions(store, WATER, team="Pipes")] == ["action:own"]


class ActionMachine(RuleBasedStateMachine):
    """Any order of steps: each is taken where the rules allow it and refused, changing nothing, elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.graph = open_graph(Path(self.folder.name) / "home", create=True)
        action = ActionItem(id="a", project="p", title="t", owner="jo", opened_on=date(2020, 1, 1))
        figures = [
            ProcessMetric(id=f"m{n}", project="p", name="x", date=date(2019 if n < 3 else 2021, 1, n + 1), value=n)
            for n in range(6)
        ]
        with self.graph.store.transaction() as tx:
            put_records(tx, [Project(id="p", name="P"), action, *figures], at=NOON, by="test")
        self.jo = self.graph.as_visitor(visitor("jo", "*"))
        self.status = ActionStatus.OPEN
        self.steps = 1

    def _try(self, step: ActionStep, call: str, **values) -> None:
        before = self.jo.get_action(id="a").action
        if before.status not in FROM[step]:
            with pytest.raises(WrongActionState):
                getattr(self.jo, call)(id="a", **values)
            assert self.jo.get_action(id="a").action == before
            return
        assert step.value in self.jo.get_action(id="a").permitted
        self.status = getattr(self.jo, call)(id="a", revision=before.revision, **values).action.status

    @rule(status=st.sampled_from(["open", "in_progress"]))
    def take_up(self, status) -> None:
        self._try(ActionStep.EDIT, "update_action", status=status)

    @rule(metric=st.sampled_from(["process:x", ""]), direction=st.sampled_from(["increase", "decrease"]))
    def close(self, metric, direction) -> None:
        self._try(ActionStep.CLOSE, "close_action", done_on=date(2020, 6, 1), metric=metric, direction=direction)

    @rule(metric=st.sampled_from(["process:x", ""]))
    def measure(self, metric) -> None:
        self._try(ActionStep.MEASURE, "measure_action", metric=metric)

    @rule()
    def cancel(self) -> None:
        self._try(ActionStep.CANCEL, "cancel_action", reason="so")

    @rule()
    def reopen(self) -> None:
        self._try(ActionStep.REOPEN, "reopen_action")

    @invariant()
    def says_what_it_is(self) -> None:
        action = self.jo.get_action(id="a").action
        assert action.status is self.status
        if action.status in OPEN_STATUSES:
            assert action.done_on is None and action.effect_low is None
        if action.status in (ActionStatus.EFFECTIVE, ActionStatus.NOT_EFFECTIVE):
            assert action.metric and action.effect_low is not None and action.effect_low * action.effect_high > 0
        if action.status is ActionStatus.DONE_UNVERIFIED:
            assert action.effect_low is None

    def teardown(self) -> None:
        self.graph.close()
        self.folder.cleanup()


TestAnyOrderOfSteps = ActionMachine.TestCase
TestAnyOrderOfSteps.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
