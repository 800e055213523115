"""Actions that are carried on: one record, counted once a retrospective."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.domain import OPEN_STATUSES, ActionItem, ActionStatus
from kg.domain.action_steps import FROM, ActionStep, carried, reopened

HELD = ["r1", "r2", "r3"]
actions = st.lists(
    st.builds(
        ActionItem,
        id=st.uuids().map(str),
        project=st.just("p"),
        title=st.just("Mend it"),
        status=st.sampled_from(ActionStatus),
        retrospective=st.sampled_from([None, *HELD]),
    ),
    max_size=6,
)


def after(found: list[ActionItem], retrospective: str) -> list[ActionItem]:
    changed = {action.id: action for action in carried(found, retrospective)}
    return [changed.get(action.id, action) for action in found]


@given(actions, st.lists(st.sampled_from(HELD), max_size=12))
def test_closing_retrospectives_in_any_order_and_again_counts_each_once(found, closings):
    now = found
    for retrospective in closings:
        now = after(now, retrospective)
    for first, last in zip(found, now, strict=True):
        expected = set(closings) - {first.retrospective} if first.status in OPEN_STATUSES else set()
        assert set(last.carried_into) == expected
        assert last.carry_count == len(last.carried_into) == len(expected)
        assert last.status is first.status and last.id == first.id


def test_a_count_from_elsewhere_goes_on():
    (found,) = carried([ActionItem(id="a", project="p", title="t", carry_count=4)], "r1")
    assert (found.carry_count, found.carried_into) == (5, ["r1"])


def test_from_every_status_there_is_a_step_and_closed_ones_lead_back():
    assert all(any(status in FROM[step] for step in ActionStep) for status in ActionStatus)
    done = ActionItem.parse(
        {"id": "a", "project": "p", "title": "t", "status": "effective", "before": 1, "after": 2, "effect_low": 0.5,
         "effect_high": 1.5, "samples": [3, 4], "done_on": "2026-01-01", "reason": "so", "owner": "jo", "metric": "process:x"}
    )  # fmt: skip
    again = reopened(done)
    assert again.status is ActionStatus.OPEN and again.done_on is again.before is again.reason is None
    assert again.samples == [] and (again.owner, again.metric) == ("jo", "process:x")
