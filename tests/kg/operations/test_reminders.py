"""Reminders of actions: each occasion makes one message, to whom it concerns, and none twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kg.domain import ActionItem, OutboxMessage, Person, ProcessMetric, Role
from kg.errors import Conflict, Forbidden, NotFound
from kg.schema import Label
from tests.conftest import NOON, visitor

from .conftest import ROAD, WATER, put

TODAY = NOON.date()


def action(key: str, **values) -> ActionItem:
    fields = {"id": f"action:{key}", "project": WATER, "unit": "A/Water", "title": f"Mend {key}", "owner": "jo"}
    return ActionItem.parse(fields | values)


@pytest.fixture
def team(units, store):
    """jo sees the water, mei the road, dan is disabled; ghost never signs in."""
    put(
        store,
        Person(id="person:jo", name="jo", display_name="Jo", scopes=["unit:A"]),
        Person(id="person:mei", name="mei", display_name="梅", scopes=["unit:B"], language="zh"),
        Person(id="person:dan", name="dan", display_name="Dan", scopes=["*"], disabled=True),
    )
    return units


def kinds(found) -> list[tuple[str, str, str]]:
    return sorted((m.to, m.kind, m.subject) for m in found.written)


def test_due_soon_overdue_and_often_carried_actions_are_spoken_of(team, store):
    put(
        store,
        action("soon", due=TODAY + timedelta(days=3)),
        action("today", due=TODAY),
        action("later", due=TODAY + timedelta(days=4)),
        action("late", due=TODAY - timedelta(days=1)),
        action("often", carry_count=2),
        action("once", carry_count=1),
        action("done", due=TODAY, status="done_unverified"),
    )
    found = team.write_reminders()
    assert kinds(found) == [
        ("jo", "action_carried", "action:often"),
        ("jo", "action_due", "action:soon"),
        ("jo", "action_due", "action:today"),
        ("jo", "action_overdue", "action:late"),
    ]
    values = {m.subject: m.values for m in found.written}
    assert values["action:late"] == {"title": "Mend late", "project": "Water for all", "due": "2026-03-01"}
    assert values["action:often"]["times"] == "2"
    assert kinds(team.due_reminders(days=4)) == [("jo", "action_due", "action:later")]


def test_running_again_writes_nothing(team, store):
    put(store, action("soon", due=TODAY), action("often", carry_count=3))
    assert len(team.write_reminders().written) == 2
    revision = store.revision()
    again = team.write_reminders()
    assert (again.written, again.known, again.dropped) == ([], 2, 0)
    assert store.revision() == revision


def test_two_that_run_at_once_leave_one_message(team, store):
    """What both found due is written by both: the same records, so one of each."""
    put(store, action("soon", due=TODAY))
    first, second = team.due_reminders().written, team.due_reminders().written
    assert first == second and len(first) == 1
    put(store, *first)
    put(store, *second)
    assert team.list_outbox().total == 1


def test_an_overdue_action_is_spoken_of_once_a_week(team, store):
    put(store, action("late", due=TODAY))
    written = [len(team.write_reminders(today=TODAY + timedelta(days=n)).written) for n in range(1, 16)]
    assert written == [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]
    assert team.list_outbox().states == {"waiting": 1, "dropped": 2}  # nobody is told thrice at once


def test_what_is_out_of_date_is_dropped_before_it_is_delivered(team, store):
    put(store, action("soon", due=TODAY), action("far", due=TODAY))
    team.write_reminders()
    team.close_action(id="action:soon")
    team.update_action(id="action:far", due=TODAY + timedelta(days=60))
    assert team.write_reminders().dropped == 2
    assert team.list_outbox().states == {"dropped": 2}
    team.update_action(id="action:far", due=TODAY)  # the occasion is back, and with it the message
    assert [m.subject for m in team.write_reminders().written] == ["action:far"]
    assert team.list_outbox().states == {"dropped": 1, "waiting": 1}


def test_a_delivered_message_stays_delivered(team, store):
    put(store, action("soon", due=TODAY))
    (message,) = team.write_reminders().written
    team.mark_delivered(id=message.id, channel="mail", error="mailbox full")
    failed = team.list_outbox(state="failed").messages[0].message
    assert (failed.attempts, failed.error, failed.delivered_at) == (1, "mailbox full", None)
    team.mark_delivered(id=message.id, channel="mail")
    assert team.write_reminders().written == []
    kept = team.list_outbox(state="delivered").messages[0].message
    assert (kept.channel, kept.attempts, kept.error, kept.delivered_at) == ("mail", 2, None, NOON)
    with pytest.raises(Conflict, match="delivered already"):
        team.mark_delivered(id=message.id, channel="mail")
    with pytest.raises(NotFound):
        team.mark_delivered(id="message:none", channel="mail")


def test_nobody_is_told_of_what_they_may_not_see_and_it_is_counted(team, store):
    put(
        store,
        action("mei", owner="mei", due=TODAY),  # not her unit
        action("dan", owner="dan", due=TODAY),
        action("ghost", owner="ghost", due=TODAY),
        action("nobody", owner=None, due=TODAY),
        action("secret", confidential=True, due=TODAY),
        action("road", owner="mei", project=ROAD, unit="B", due=TODAY),
    )
    found = team.write_reminders()
    assert kinds(found) == [("mei", "action_due", "action:road")]
    assert (found.unreached, found.without_owner) == (4, 1)
    assert [row.language for row in team.list_outbox().messages] == ["zh"]


def test_an_action_closed_too_early_to_tell_is_spoken_of_when_there_are_values(team, store):
    figures = [
        ProcessMetric(id=f"b{n}", project=WATER, name="leaks", date=date(2026, 1, n + 1), value=n) for n in range(3)
    ]
    early = {"metric": "process:leaks", "opened_on": "2026-02-01", "done_on": "2026-02-10", "status": "done_unverified"}
    put(store, action("early", samples=[3, 0], **early), *figures)
    assert team.write_reminders().written == []
    later = [
        ProcessMetric(id=f"a{n}", project=WATER, name="leaks", date=date(2026, 2, n + 15), value=n) for n in range(3)
    ]
    put(store, *later)
    (message,) = team.write_reminders().written
    assert message.kind == "action_measurable"
    put(store, ProcessMetric(id="a9", project=WATER, name="leaks", date=date(2026, 2, 25), value=1))
    assert team.write_reminders().written == []
    team.measure_action(id="action:early", direction="decrease")
    assert team.write_reminders().dropped == 1


def test_the_outbox_is_ones_own(team, store):
    put(store, action("soon", due=TODAY), action("road", owner="mei", project=ROAD, unit="B", due=TODAY))
    team.write_reminders()
    jo = team.as_visitor(visitor("jo", "unit:A", role=Role.LEAD))
    assert [row.message.to for row in jo.list_outbox().messages] == ["jo"]
    for call in ("write_reminders", "due_reminders"):
        with pytest.raises(Forbidden):
            getattr(jo, call)()
    with pytest.raises(Exception, match="OutboxMessage"):  # nor by way of records of any kind
        jo.list_records_of(label=Label.OUTBOX_MESSAGE.value)


def test_messages_outlive_the_process(team, store, engine):
    put(store, action("soon", due=TODAY))
    team.write_reminders()
    store.close()
    again = engine.open()
    try:
        rows = again.read("MATCH (m:OutboxMessage) RETURN properties(m) AS record")
        assert [OutboxMessage.from_properties(row["record"]).subject for row in rows] == ["action:soon"]
    finally:
        again.close()
