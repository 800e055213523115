"""`retrobook decisions`: continue, change or stop a project, with the reason and what was known."""

from __future__ import annotations

from typing import Any

import click

from ..assembly import reach_records
from ..settings import read_settings
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say


@click.group()
def decisions() -> None:
    """Keep and list decisions on projects."""


@decisions.command("list")
@click.option("--project", metavar="ID", help="Only decisions on this project.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@home_option
@json_option
@reports_errors
def list_(project: str | None, limit: int, home: str | None, as_json: bool) -> None:
    """List decisions, the latest first."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.list_decisions(project=project, limit=limit)
    if as_json:
        print_json(found)
        return
    print_table(
        ("date", "project", "decision", "question", "reason", "by"),
        (
            (d.date, row.project_name, d.decision, d.question, d.reason, d.decided_by)
            for row in found.decisions
            for d in (row.decision,)
        ),
    )
    say(f"{len(found.decisions)} of {found.total} decisions")


@decisions.command()
@click.argument("project")
@click.argument("decision", type=click.Choice(["continue", "change", "stop"]))
@click.option("--question", required=True, help="What is decided.")
@click.option("--reason", required=True, help="Why.")
@home_option
@json_option
@reports_errors
def keep(project: str, decision: str, question: str, reason: str, home: str | None, as_json: bool) -> None:
    """Keep a DECISION on PROJECT with its reason; what is known today is kept with it."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.decide(project=project, decision=decision, question=question, reason=reason)
    if as_json:
        print_json(found)
    else:
        known = found.decision.known
        say(
            f"{found.project_name}: {decision}. Kept with {len(known['outcomes'])} outcomes, "
            f"{len(known['alerts'])} alerts, {known['open_actions']} open actions ({found.decision.id})"
        )
