"""The revision of a record that a form says was read."""

from __future__ import annotations


def revision_of(text: str | None) -> int | None:
    """The revision that was read; None when the form says none that could be."""
    return int(text) if text and text.isdecimal() and len(text) <= 15 else None


def revision_read(text: str | None) -> dict[str, int]:
    """The same as a value to ask an operation with; empty when there is none."""
    read = revision_of(text)
    return {} if read is None else {"revision": read}
