"""What an operator asks of a running server."""

from __future__ import annotations

from typing import Any

from ..domain import Role
from .people import Nothing
from .table import Context, Response, operation


class BackupReport(Response):
    """Where a backup was written, and how much is in it."""

    path: str
    bytes: int
    counts: dict[str, int]


@operation(Role.ADMIN)
def make_backup(context: Context, request: Nothing) -> BackupReport:
    """Write a backup into the installation's own backups folder."""
    made: dict[str, Any] = context.service("backups")(context.store)
    return BackupReport.model_validate(made)
