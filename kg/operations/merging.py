"""What merging, splitting and retiring do to a record of a dictionary, whichever dictionary it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from ..domain import Metric, OutcomeType
from ..errors import Conflict, InvalidRequest

D = TypeVar("D", OutcomeType, Metric)


def merged(source: D, target: D, moved: list[str], what: str) -> D:
    """The record as part of another one.

    Args:
        source: What is merged; not part of another one yet.
        target: What it becomes part of.
        moved: Ids of the outcomes that go along, so that a split finds them.
        what: What errors call it.

    Raises:
        InvalidRequest: The two are one.
        Conflict: The source is part of something else already.
    """
    if source.id == target.id:
        raise InvalidRequest(
            f"target: {source.key} cannot be merged into itself; {target.key} is what both names lead to.",
            field="target", name=source.key, why="itself",
        )  # fmt: skip
    if source.merged_into is not None:
        raise Conflict(
            f"The {what} {source.key} is part of another one already ({source.merged_into}). Split it off first.",
            name=source.key, merged_into=source.merged_into,
        )  # fmt: skip
    return _with(source, merged_into=target.id, moved=sorted(moved))


def split(source: D) -> D:
    """The record as one of its own again."""
    return _with(source, merged_into=None, moved=[])


def retired(record: D, at: datetime | None, reason: str | None = None) -> D:
    """The record out of use from an instant on, and why; or in use again."""
    return _with(record, retired_at=at, retired_reason=reason)


def without_moved(record: D) -> D:
    """The record as people may see it: which outcomes a merge moved is told to nobody who may not see them."""
    return record.model_copy(update={"moved": []})


def _with(record: D, **values: Any) -> D:
    return type(record).parse(record.model_dump() | values)
