"""The language of outcomes as people read it, on each engine: previews do nothing, history says who and why."""

from __future__ import annotations

import pytest

from kg.errors import Forbidden, NotFound
from tests.conftest import Role, visitor

from .conftest import WATER
from .test_outcomes import promises

__all__ = ["promises"]


def test_a_preview_counts_what_follows_and_changes_nothing(promises):
    pmo = promises.as_visitor(visitor("pia", "unit:A", role=Role.PMO))
    look = pmo.preview_merge(of="types", source="supply", target="quality")
    assert (look.outcomes, look.problem) == (1, None)  # the road's is hidden from this unit
    assert promises.preview_merge(of="types", source="supply", target="quality").outcomes == 2
    assert promises.vocabulary_entry(of="types", key="supply").leads_to is None
    assert promises.merge_types(source="supply", target="quality").outcomes == 2
    assert promises.vocabulary_entry(of="types", key="quality").merged_here == ["supply"]
    with pytest.raises(Forbidden):
        promises.as_visitor(visitor("jo", "unit:A")).preview_merge(of="types", source="supply", target="quality")


def test_what_a_merge_would_refuse_its_preview_tells_without_raising(promises):
    promises.define_metric(
        key="stay_days", name_en="Days of staying", name_zh="停留天数", unit_of_measure="days", unit_kind="number"
    )
    promises.define_metric(
        key="leave_days", name_en="Days of leaving", name_zh="离开天数", unit_of_measure="days", unit_kind="number",
        direction="decrease",
    )  # fmt: skip
    promises.define_metric(
        key="stay_hours", name_en="Hours of staying", name_zh="停留时数", unit_of_measure="hours", unit_kind="number"
    )
    told = {
        target: promises.preview_merge(of="metrics", source="stay_days", target=target)
        for target in ("stay_days", "stay_hours", "leave_days", "retention_rate", "nosuch")
    }
    assert {target: look.problem for target, look in told.items()} == {
        "stay_days": "same", "stay_hours": "unit_of_measure", "leave_days": "direction",
        "retention_rate": "unit_kind", "nosuch": "unknown",
    }  # fmt: skip
    assert (told["stay_hours"].mine, told["stay_hours"].other) == ("days", "hours")
    promises.merge_types(source="quality", target="reliability")
    assert promises.preview_merge(of="types", source="reliability", target="quality").problem == "circle"
    assert promises.preview_merge(of="types", source="quality", target="safety").problem == "merged"


def test_the_history_says_who_did_what_when_and_why_and_keeps_the_reason_of_a_retirement(promises):
    pmo = promises.as_visitor(visitor("pia", "unit:A", role=Role.PMO))
    pmo.rename_type(type="safety", name_zh="平安")
    pmo.retire_type(type="safety", reason="Said twice")
    assert promises.vocabulary_entry(of="types", key="safety").type.retired_reason == "Said twice"
    pmo.restore_type(type="safety")
    found = promises.as_visitor(visitor("jo", "unit:A")).vocabulary_entry(of="types", key="safety")
    assert found.type.retired_reason is None
    assert [(step.step, step.by, step.reason) for step in found.steps[:3]] == [
        ("restored", "pia", None), ("retired", "pia", "Said twice"), ("changed", "pia", None),
    ]  # fmt: skip
    assert [(c.field, c.after) for c in found.steps[2].changes] == [("name_zh", "平安")]
    assert all(step.at for step in found.steps)


def test_the_first_change_of_a_metric_that_came_along_is_told_against_what_it_was(promises):
    assert not promises.vocabulary_entry(of="metrics", key="active_users").kept
    promises.define_outcome(project=WATER, title="T", metric="active_users")
    promises.rename_metric(metric="active_users", name_en="Users")
    found = promises.vocabulary_entry(of="metrics", key="active_users")
    assert (found.kept, found.outcomes) == (True, 1)
    (step,) = found.steps
    assert ("name_en", "Active users", "Users") in [(c.field, c.before, c.after) for c in step.changes]
    with pytest.raises(NotFound, match="active_users"):
        promises.vocabulary_entry(of="metrics", key="active_user")
