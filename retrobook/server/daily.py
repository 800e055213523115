"""What the server does once a day without being asked: scanning for alerts, and writing reminders."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime

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
