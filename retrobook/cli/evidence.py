"""`retrobook review evidence`: files and links that show an outcome to be true, and looking at them again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ..assembly import reach_graph
from ..settings import read_settings
from .evidence_file import keep_file
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def evidence() -> None:
    """Evidence of outcomes: add, remove and check it."""


@evidence.command()
@click.argument("outcome")
@click.argument("what", metavar="FILE|LINK")
@click.option("--title", help="What it shows.")
@click.option(
    "--kind",
    type=click.Choice(["screenshot", "document", "certificate", "query_result", "link"]),
    help="Guessed when not given.",
)
@click.option("--expires", type=DAY, help="The last day a certificate is good for.")
@home_option
@json_option
@reports_errors
def add(
    outcome: str, what: str, title: str | None, kind: str | None, expires: datetime | None, home: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Add a file or a link to OUTCOME; a link is looked at now."""
    settings = read_settings({"home": home})
    values: dict[str, Any] = {"outcome": outcome, "title": title, "kind": kind}
    values["expires_on"] = expires.date() if expires else None
    if "://" in what:
        values["link"] = what
    else:
        values["sha256"], values["filename"] = keep_file(settings, Path(what))
    with reach_graph(settings) as graph:
        found: Any = graph.add_evidence(**values)
    print_json(found) if as_json else say(f"{outcome} has {len(found.evidence)} piece(s) of evidence.")


@evidence.command()
@click.argument("evidence_id", metavar="EVIDENCE")
@home_option
@json_option
@reports_errors
def remove(evidence_id: str, home: str | None, as_json: bool) -> None:
    """Take a piece of EVIDENCE away; it stays in the history."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.remove_evidence(id=evidence_id)
    print_json(found) if as_json else say(f"{found.outcome} has {len(found.evidence)} piece(s) of evidence.")


@evidence.command()
@click.option("--outcome", help="Of this outcome only.")
@click.option("--project", help="Of this project only.")
@home_option
@json_option
@reports_errors
def check(outcome: str | None, project: str | None, home: str | None, as_json: bool) -> None:
    """Look at evidence again; what changed, vanished or expired puts its outcome in question."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.check_evidence(outcome=outcome, project=project)
        while found.next:
            more: Any = graph.check_evidence(outcome=outcome, project=project, after=found.next)
            found = more.model_copy(
                update={
                    name: getattr(found, name) + getattr(more, name)
                    for name in type(more).model_fields
                    if name != "next"
                }
            )
    if as_json:
        print_json(found)
        return
    print_table(
        ("evidence", "status", "finding", "outcome"),
        ((f.title, f.status, f.finding, f.outcome_title or f.outcome) for f in found.failed),
    )
    say(
        f"{found.checked} looked at, {len(found.failed)} failed, {len(found.unreachable)} not reached; "
        f"in question now: {', '.join(found.in_question) or 'none'}; settled: {', '.join(found.settled) or 'none'}; "
        f"{found.messages} message(s) written."
    )
