"""What the server does once a day: however often it looks at the calendar, and when the store was away."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
from datetime import timedelta
from types import SimpleNamespace

from kg.domain import ActionItem, Evidence, Measurement, Outcome, OutcomeState, Person, Project
from kg.errors import StoreUnavailable
from kg.graph import KnowledgeGraph
from kg.store.blobs import BlobStore
from kg.store.records import get_record, put_records
from pipelines.outcomes.alarm_rules import AlarmRuleBook
from retrobook.server.daily import check_evidence_daily, remind_daily
from retrobook.server.pools import Pools
from tests.conftest import NOON
from tests.retrobook.server.channel import in_a_loop_of_its_own


def lived(graph: KnowledgeGraph, days: list[int], away: int = 0) -> list[int]:
    """How many messages wait after each look; the store is away for the first few."""
    moment = [NOON]
    asked = KnowledgeGraph(graph.store, clock=lambda: moment[0], services={"alarm_rules": AlarmRuleBook()})
    plan, counts, missing = iter(days), [], [away]

    def clock():
        counts.append(asked.list_outbox().total)
        try:
            moment[0] = NOON + timedelta(days=next(plan))
        except StopIteration:
            raise asyncio.CancelledError from None
        return moment[0]

    def due_reminders(**values):
        if missing[0]:
            missing[0] -= 1
            raise StoreUnavailable("away")
        return asked.due_reminders(**values)

    pools = Pools(questions=1)
    server = SimpleNamespace(
        graph=SimpleNamespace(
            due_reminders=due_reminders, write_reminders=asked.write_reminders,
            due_alerts=asked.due_alerts, scan_alerts=asked.scan_alerts,
        ),
        pools=pools, settings=SimpleNamespace(reminder_days=3), hub=SimpleNamespace(nudge=lambda: None),
    )  # fmt: skip

    async def live() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await remind_daily(server, clock, look=0)

    in_a_loop_of_its_own(live())
    pools.close()
    return counts[1:]


def begin(graph: KnowledgeGraph) -> None:
    mei = Person(id="person:mei", name="mei", display_name="Mei", scopes=["*"])
    action = ActionItem(id="a", project="p", title="Paint", owner="mei", due=NOON.date() + timedelta(days=3))
    with graph.store.transaction() as tx:
        put_records(tx, [Project(id="p", name="P"), mei, action], at=NOON, by="test")


def test_a_look_on_the_same_day_changes_nothing_and_the_next_occasion_is_written(graph):
    begin(graph)
    assert lived(graph, [0, 0, 0, 1, 2, 3, 4, 4, 5]) == [1, 1, 1, 1, 1, 1, 2, 2, 2]
    rows = graph.store.read("MATCH (n:AuditEntry) RETURN n.operation AS operation")
    assert [row["operation"] for row in rows] == ["write_reminders"] * 2  # days without an occasion leave no trace


def test_a_store_that_was_away_is_asked_again_on_the_same_day(graph):
    begin(graph)
    assert lived(graph, [0, 0, 0], away=1) == [0, 1, 1]


def test_evidence_is_looked_at_once_a_day_what_vanished_puts_its_outcome_in_question_and_tells_its_owner(
    graph, tmp_path
):
    outcome = Outcome(id="o", project="p", title="O", owner="mei", state=OutcomeState.ACCEPTED)
    mei = Person(id="person:mei", name="mei", display_name="Mei", scopes=["*"])
    piece = Evidence(id="e", project="p", subject="o", kind="document", title="E", sha256="0" * 64)
    days, nudged = iter([0, 0, 0, 1]), []
    blobs = BlobStore(tmp_path / "blobs")
    left = blobs.put(io.BytesIO(b"never evidence")).sha256
    os.utime(blobs.root / left[:2] / left, (0, 0))
    asked = KnowledgeGraph(graph.store, services={"blobs": blobs})
    pools = Pools(questions=1)
    server = SimpleNamespace(
        graph=asked, pools=pools, hub=SimpleNamespace(nudge=lambda: nudged.append(True)),
        settings=SimpleNamespace(unused_upload_days=7),
    )  # fmt: skip

    def clock():
        try:
            return NOON + timedelta(days=next(days))
        except StopIteration:
            raise asyncio.CancelledError from None

    async def live() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await check_evidence_daily(server, clock, look=0)

    def entries() -> int:
        rows = graph.store.read("MATCH (n:AuditEntry) WHERE n.operation = 'check_evidence' RETURN n.id AS id")
        return len(rows)

    in_a_loop_of_its_own(live())
    assert entries() == 0, "without evidence there is nothing to note"
    assert left in blobs, "a graph without any evidence may not be the one that these files belong to"
    days = iter([0, 0, 0, 1])
    with graph.store.transaction() as tx:
        put_records(tx, [Project(id="p", name="P"), mei, outcome, piece], at=NOON, by="test")
    in_a_loop_of_its_own(live())
    pools.close()
    assert entries() == 2 and nudged == [True]
    assert get_record(graph.store, Outcome, "o").state is OutcomeState.IN_QUESTION
    assert left not in blobs, "the upload that never became evidence went"
    told = [(row.message.to, row.message.kind) for row in asked.list_outbox().messages]
    assert told == [("mei", "evidence_failed")], "two looks, one letter; an installation without rules of reviews, too"


def test_what_falls_short_raises_one_alert_however_often_the_server_looks(graph):
    day = NOON.date()
    promise = Outcome(
        id="o", project="p", title="Calls", owner="mei", baseline=0, target=100, start=day - timedelta(days=50),
        due=day + timedelta(days=50),
    )  # fmt: skip
    value = Measurement(id="m", subject="o", date=day, value=40)
    mei = Person(id="person:mei", name="mei", display_name="Mei", scopes=["*"])
    with graph.store.transaction() as tx:
        put_records(tx, [Project(id="p", name="P"), mei, promise, value], at=NOON, by="test")
    assert lived(graph, [0, 0, 1, 1, 2]) == [1, 1, 1, 1, 1]
    rows = graph.store.read("MATCH (n:AuditEntry) RETURN n.operation AS operation")
    assert [row["operation"] for row in rows] == ["scan_alerts"]
