"""What the commands of the vocabulary say of a kind or metric that they changed."""

from __future__ import annotations

from typing import Any

import click

from .output import print_json, say


def tell_entry(found: Any, entry: Any, as_json: bool) -> None:
    """Print a changed entry, where it leads and how many outcomes went along.

    Args:
        found: The answer of the operation.
        entry: The kind or metric in it.
        as_json: One JSON document instead of words.
    """
    if as_json:
        print_json(found)
        return
    click.echo(f"{entry.key}: {entry.name_en} · {entry.name_zh}")
    if entry.merged_into:
        say(f"It leads to {found.into.key} now; {found.outcomes} outcomes went along.")
    elif found.outcomes:
        say(f"{found.outcomes} outcomes came back.")
    if not found.changed:
        say("It was so already.")
