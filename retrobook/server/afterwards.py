"""What the server does by itself once an operation has succeeded."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from kg.errors import KgError
from kg.policy import Visitor

from .runs import Jobs

log = logging.getLogger(__name__)

REPORT = "retrospective"
"""The report notebook of one retrospective."""


def afterwards(operation: str, jobs: Jobs, visitor: Visitor, answered: bytes) -> None:
    """Do what follows from an operation; that it cannot be done is logged, and takes nothing back.

    Args:
        operation: Its name.
        jobs: Reports in the making.
        visitor: Who called it: what follows is done with their rights.
        answered: Its response.
    """
    follow = _FOLLOWS.get(operation)
    if follow is None:
        return
    try:
        follow(jobs, visitor, answered)
    except KgError as error:
        log.warning("%s succeeded, but what follows did not: %s", operation, error)


def _report(jobs: Jobs, visitor: Visitor, answered: bytes) -> None:
    """The report of a retrospective that was just closed."""
    key = json.loads(answered)["retrospective"]["id"]
    jobs.ask(visitor, REPORT, {"retrospective": key, "language": visitor.language})


_FOLLOWS: dict[str, Callable[[Jobs, Visitor, bytes], None]] = {"close_retrospective": _report}
