"""Records that were merged into others: where each of them leads to now."""

from __future__ import annotations

from collections.abc import Mapping


def end_of_merges(into: Mapping[str, str | None], key: str | None) -> str | None:
    """Where a chain of merges ends; a chain that runs in a circle leads nowhere and ends where it was entered.

    Args:
        into: What each record was merged into; None, or not there, for one that was not.
        key: Where to begin.
    """
    seen: set[str] = set()
    here = key
    while here is not None and here not in seen:
        seen.add(here)
        further = into.get(here)
        if further is None:
            return here
        here = further
    return key


def leading_to(into: Mapping[str, str | None], key: str) -> set[str]:
    """All records that are now this one: itself and everything that was merged into it."""
    return {key} | {other for other in into if end_of_merges(into, other) == key}
