"""What the server does once a day without being asked: alerts, reminders, evidence, uploads left behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime

from kg.domain import Evidence
from kg.policy import ScopeFilter
from kg.store.records import list_records

from .context import ServerContext

log = logging.getLogger(__name__)

LOOK = 600.0
"""Seconds between looks at the calendar: a machine that slept through midnight catches up soon."""


async def remind_daily(
    server: ServerContext, clock: Callable[[], datetime] = lambda: datetime.now(UTC), look: float = LOOK
) -> None:
    """Scan for alerts and write reminders at the start and once a day from then on, until cancelled.

    Two servers on one store need no lease for this: the id of an alert or a message is made of its occasion, so
    whoever comes second finds it written.
    """
    done: date | None = None
    while True:
        today = clock().date()
        if today != done:
            try:
                await server.pools.ask(_scan, server)
                await server.pools.ask(_remind, server)
                done = today
            except Exception:  # a store that is away for a moment comes back; tried again at the next look
                log.exception("alerts and reminders could not be written")
        await asyncio.sleep(look)


async def check_evidence_daily(
    server: ServerContext, clock: Callable[[], datetime] = lambda: datetime.now(UTC), look: float = LOOK
) -> None:
    """Look at all evidence again once a day, until cancelled: failures put outcomes in question and tell owners.

    Then uploads that never became evidence go.
    """
    done: date | None = None
    while True:
        today = clock().date()
        if today != done:
            try:
                after: str | None = None
                while (after := await server.pools.ask(_check_evidence, server, after)) is not None:
                    pass
                await server.pools.ask(_clean_uploads, server)
                done = today
            except Exception:  # a store that is away for a moment comes back; tried again at the next look
                log.exception("evidence could not be checked")
        await asyncio.sleep(look)


def _check_evidence(server: ServerContext, after: str | None) -> str | None:
    """Look at some files and links again, and say after which to go on; without evidence there is nothing to note."""
    everything = ScopeFilter(everything=True, confidential=True)
    if not any(piece.sha256 for piece in list_records(server.graph.store, Evidence, everything)):
        return None
    found = server.graph.check_evidence(after=after)
    if found.in_question or found.settled or found.messages:
        server.hub.nudge()
    return str(found.next) if found.next else None


def _clean_uploads(server: ServerContext) -> None:
    """Remove old uploads that never became evidence.

    Where the graph knows no evidence at all nothing is removed: it may be a new graph beside files of another.
    """
    days = server.settings.unused_upload_days
    found = server.graph.unused_uploads(days=days)
    if found.total and found.evidence:
        server.graph.clean_uploads(days=days)


def _remind(server: ServerContext) -> None:
    """Write what is due; a day on which nothing is leaves no trace."""
    days = server.settings.reminder_days
    planned = server.graph.due_reminders(days=days)
    if planned.written or planned.dropped:
        server.graph.write_reminders(days=days)
        server.hub.nudge()


def _scan(server: ServerContext) -> None:
    """Raise and close what is due; a day on which nothing is leaves no trace."""
    due = server.graph.due_alerts()
    if due.opened or due.recovered or due.woken or due.escalated:
        server.graph.scan_alerts()
        server.hub.nudge()
