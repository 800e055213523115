"""`retrobook measure progress` and `retrobook measure health`: against what was expected, and all in all."""

from __future__ import annotations

from typing import Any

import click

from pipelines.messages import Messages
from widgets.rendering.health_words import health_view
from widgets.rendering.progress_figure import progress_view
from widgets.rendering.progress_words import told

from ..assembly import reach_graph, reach_records
from ..settings import read_settings
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say


@click.command()
@click.argument("outcome")
@click.option("--project", metavar="ID", help="Only outcomes of this project, where several have one title.")
@home_option
@json_option
@reports_errors
def progress(outcome: str, project: str | None, home: str | None, as_json: bool) -> None:
    """Show where OUTCOME stands: what was measured, beside what was expected."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.outcome_progress(outcome=outcome, project=project)
    if as_json:
        print_json(found)
        return
    view = progress_view(found, Messages("en"))
    click.echo(f"{found.title}: {view.state}")
    for sentence in view.words:
        click.echo(sentence)
    print_table(("day", "measured", "expected", "how"), ((r.day, r.measured, r.expected, r.how) for r in view.rows))


@click.command()
@click.argument("project")
@home_option
@json_option
@reports_errors
def health(project: str, home: str | None, as_json: bool) -> None:
    """Show the health of PROJECT from 0 to 100, with its formula and all parts."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.project_health(project=project)
    if as_json:
        print_json(found)
        return
    t = Messages("en")
    view = health_view(found, t)
    click.echo(f"{found.name}: {view.score} {t('measuring.health.of_100')}. {view.said}")
    for line in view.formula:
        click.echo(line)
    print_table(
        ("part", "score", "counts", "what was found"),
        ((p.name, p.score, f"{p.share} %", p.found) for p in view.parts),
    )
    if found.counted:
        print_table(
            ("outcome", "measured", "expected today", "score", "state"),
            (
                (
                    o.title, told(o.unit.unit(), o.current, "en"), told(o.unit.unit(), o.expected_now, "en"),
                    "" if o.points is None else round(100 * o.points), t(f"measuring.states.{o.state.value}"),
                )
                for o in found.counted
            ),
        )  # fmt: skip
    say(f"{len(found.counted)} outcomes have begun.")
