"""`retrobook measure rates` and `retrobook measure process`: exchange rates, and figures of how work went."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from ..assembly import reach_records
from ..settings import read_settings
from .lesson_filters import Day
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say


@click.group()
def rates() -> None:
    """Exchange rates by day."""


@rates.command("add")
@click.argument("base")
@click.argument("quote")
@click.argument("rate")
@click.option("--date", "day", type=Day(), metavar="DAY", help="The day it holds from; today when not given.")
@home_option
@json_option
@reports_errors
def add_rate(base: str, quote: str, rate: str, day: date | None, home: str | None, as_json: bool) -> None:
    """Keep that one unit of BASE is worth RATE of QUOTE (`EUR USD 1.08`) from a day on."""
    with reach_records(read_settings({"home": home})) as graph:
        kept: Any = graph.add_rate(base=base.upper(), quote=quote.upper(), rate=rate, date=day)
    if as_json:
        print_json(kept)
    say(f"{kept.rate.base} 1 = {kept.rate.quote} {kept.rate.rate} from {kept.rate.date} on.")


@rates.command("list")
@click.option("--currency", metavar="CODE", help="Only rates of this currency.")
@click.option("--until", type=Day(), metavar="DAY", help="Only rates up to this day.")
@click.option("--limit", type=click.IntRange(1, 5000), default=200, show_default=True)
@home_option
@json_option
@reports_errors
def list_rates(currency: str | None, until: date | None, limit: int, home: str | None, as_json: bool) -> None:
    """List exchange rates, the newest first."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.list_rates(currency=currency and currency.upper(), until=until, limit=limit)
    if as_json:
        print_json(found)
        return
    print_table(("date", "one", "is worth"), ((r.date, r.base, f"{r.quote} {r.rate}") for r in found.rates))
    say(f"{len(found.rates)} of {found.total} rates")


@click.group()
def process() -> None:
    """Process metrics: dated figures of how work in a project went."""


@process.command("add", context_settings={"ignore_unknown_options": True})
@click.argument("project")
@click.argument("name")
@click.argument("value")
@click.option("--date", "day", type=Day(), metavar="DAY", help="The day of the figure; today when not given.")
@click.option("--unit", help="What it counts, such as days or %.")
@home_option
@json_option
@reports_errors
def add_process(
    project: str, name: str, value: str, day: date | None, unit: str | None, home: str | None, as_json: bool
) -> None:  # fmt: skip
    """Keep that the figure NAME of PROJECT was VALUE on a day; the same day again changes it."""
    with reach_records(read_settings({"home": home})) as graph:
        kept: Any = graph.add_process_metric(project=project, name=name, value=value, date=day, unit=unit)
    if as_json:
        print_json(kept)
    metric = kept.metric
    say(f"{'Added' if kept.created else 'Kept'} {metric.name}: {metric.value:g} on {metric.date}.")


@process.command("list")
@click.argument("project")
@click.option("--name", help="Only this figure.")
@home_option
@json_option
@reports_errors
def list_process(project: str, name: str | None, home: str | None, as_json: bool) -> None:
    """List the process metrics of PROJECT."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.list_process_metrics(project=project, name=name)
    if as_json:
        print_json(found)
        return
    print_table(
        ("figure", "date", "value", "unit"),
        ((s.name, m.date, f"{m.value:g}", s.unit_of_measure) for s in found.series for m in s.values),
    )
    say(f"{len(found.series)} figures")
