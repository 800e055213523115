"""What the server does once a day without being asked: writing reminders."""

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
    """Write reminders at the start and once a day from then on, until cancelled.

    Two servers on one store need no lease for this: a message's id is made of its occasion, so
    whoever comes second finds it written.
    """
    done: date | None = None
    while True:
        today = clock().date()
        if today != done:
            try:
                await server.pools.ask(_remind, server)
                done = today
            except Exception:  # a store that is away for a moment comes back; tried again at the next look
                log.exception("reminders could not be written")
        await asyncio.sleep(look)


def _remind(server: ServerContext) -> None:
    """Write what is due; a day on which nothing is leaves no trace."""
    days = server.settings.reminder_days
    planned = server.graph.due_reminders(days=days)
    if planned.written or planned.dropped:
        server.graph.write_reminders(days=days)
        server.hub.nudge()
