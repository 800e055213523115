"""`retrobook reminders`: the outbox of messages to owners of actions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.domain import MessageState
from pipelines.notify.letters import letter

from ..assembly import reach_records
from ..settings import read_settings
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say


@click.group()
def reminders() -> None:
    """Write reminders of actions, and list the outbox."""


@reminders.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@home_option
@json_option
@reports_errors
def run(dry_run: bool, home: str | None, as_json: bool) -> None:
    """Write the reminders that are due into the outbox, each once; a running server does so every day."""
    settings = read_settings({"home": home})
    with reach_records(settings) as graph:
        ask = graph.due_reminders if dry_run else graph.write_reminders
        found: Any = ask(days=settings.reminder_days)
    if as_json:
        print_json(found)
        return
    _print([(message, "en") for message in found.written], settings.public_url, settings.home)
    say(
        f"{len(found.written)} {'due' if dry_run else 'written'}, {found.known} known already, {found.dropped} out of "
        f"date; nobody to remind: {found.without_owner} without owner, {found.unreached} whose owner does not sign in "
        "or may not see it"
    )


@reminders.command("list")
@click.option("--state", type=click.Choice([s.value for s in MessageState]), help="Only messages in this state.")
@home_option
@json_option
@reports_errors
def list_(state: str | None, home: str | None, as_json: bool) -> None:
    """List the outbox, each message in its reader's language."""
    settings = read_settings({"home": home})
    with reach_records(settings) as graph:
        found: Any = graph.list_outbox(state=state)
    if as_json:
        said = [letter(r.message, r.language, site=settings.public_url, home=settings.home) for r in found.messages]
        rows = [
            row.model_dump(mode="json") | {"subject": words.subject, "text": words.text}
            for row, words in zip(found.messages, said, strict=True)
        ]
        print_json({"messages": rows, "total": found.total, "states": found.states})
        return
    _print([(row.message, row.language) for row in found.messages], settings.public_url, settings.home)
    say(f"{len(found.messages)} of {found.total} messages")


def _print(messages: list[tuple[Any, str]], site: str | None, home: Path) -> None:
    print_table(
        ("to", "state", "message", "id"),
        ((m.to, m.state.value, letter(m, language, site=site, home=home).subject, m.id) for m, language in messages),
    )
