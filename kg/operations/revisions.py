"""Whether somebody changed a record since it was read."""

from __future__ import annotations

from ..domain import Record
from ..errors import Conflict


def require_current(record: Record, read: int | None, what: str) -> None:
    """Let a change pass that was made of the record as it is now.

    Args:
        record: As the graph holds it.
        read: The revision that was read; None when the asker does not say.
        what: What people call it.

    Raises:
        Conflict: Somebody changed it since.
    """
    if read is not None and read != record.revision:
        raise Conflict(
            f"Somebody changed this {what} since you read it (revision {record.revision}, not {read}). "
            "Read it again and repeat your change.",
            id=record.id,
            revision=record.revision,
        )
