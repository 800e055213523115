"""`retrobook actions`: what retrospectives agreed to change, and whether it helped."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from kg.domain import ActionStatus
from pipelines.messages import Messages
from widgets.rendering.action_effect import effect_words

from ..assembly import reach_records
from ..settings import read_settings
from .lesson_filters import Day
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say


@click.group()
def actions() -> None:
    """List, show, close and cancel actions."""


@actions.command("list")
@click.option("--project", metavar="ID", help="Only actions of this project.")
@click.option("--owner", help="Only actions of this owner.")
@click.option(
    "--status", "statuses", multiple=True, type=click.Choice([s.value for s in ActionStatus]),
    help="Only actions that stand so; may be given again. Without it the open ones are listed.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Closed and cancelled ones too.")
@click.option("--overdue", is_flag=True, help="Only those that should have been done by now.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@home_option
@json_option
@reports_errors
def list_(
    project: str | None, owner: str | None, statuses: tuple[str, ...], everything: bool, overdue: bool, limit: int,
    home: str | None, as_json: bool,
) -> None:  # fmt: skip
    """List actions, the most pressing first: often carried over, then by due day, then by age."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.list_actions(
            project=project, owner=owner, statuses=list(statuses), open_only=not everything, overdue=overdue,
            limit=limit,
        )  # fmt: skip
    if as_json:
        print_json(found)
        return
    print_table(
        ("action", "title", "project", "owner", "due", "carried", "status"),
        (
            (r.action.id, r.action.title, r.project_name, r.action.owner,
             f"{r.action.due or ''}{' overdue' * r.overdue}", r.action.carry_count or "", r.action.status.value)
            for r in found.actions
        ),
    )  # fmt: skip
    say(f"{len(found.actions)} of {found.total} actions; {found.open} open, {found.overdue} overdue")


@actions.command()
@click.argument("action")
@home_option
@json_option
@reports_errors
def show(action: str, home: str | None, as_json: bool) -> None:
    """Show ACTION: whether it helped, and what happened to it."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.get_action(id=action)
    print_json(found) if as_json else _tell(found)


@actions.command()
@click.argument("action")
@click.option("--done-on", type=Day(), metavar="DAY", help="The day it was done; today when not given.")
@click.option("--metric", metavar="KEY", help="Figure that shows success: an outcome's id or process:<name>.")
@click.option("--direction", type=click.Choice(["increase", "decrease"]), help="Which way the figure should move.")
@click.option("--reason", help="A note.")
@home_option
@json_option
@reports_errors
def close(
    action: str, done_on: date | None, metric: str | None, direction: str | None, reason: str | None,
    home: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Close ACTION as done; its figure, if it has one, says whether it helped."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.close_action(id=action, done_on=done_on, metric=metric, direction=direction, reason=reason)
    print_json(found) if as_json else _tell(found)


@actions.command()
@click.argument("action")
@click.option("--reason", required=True, help="Why it is given up.")
@home_option
@json_option
@reports_errors
def cancel(action: str, reason: str, home: str | None, as_json: bool) -> None:
    """Give ACTION up, with the reason."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.cancel_action(id=action, reason=reason)
    print_json(found) if as_json else _tell(found)


def _tell(found: Any) -> None:
    action, t = found.action, Messages("en")
    facts = [
        ("title", action.title), ("status", t(f"pages.action_status.{action.status.value}")), ("owner", action.owner),
        ("project", found.project_name), ("due", action.due), ("opened", action.opened_on), ("done", action.done_on),
        ("carried", action.carry_count or None), ("success shows in", action.success_metric), ("reason", action.reason),
    ]  # fmt: skip
    print_table(("", action.id), [(name, value) for name, value in facts if value is not None])
    if found.effect is not None:
        name = found.series.name if found.series else action.success_metric or action.metric or ""
        for sentence in effect_words(found.effect, action, name, t):
            click.echo(sentence)
    if found.newer:
        click.echo(t("actions.effect.newer"))
