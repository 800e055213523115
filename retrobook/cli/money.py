"""`retrobook money`: what projects cost and brought, and what that comes to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import click

from pipelines.messages import Messages
from pipelines.value_words import (
    amount,
    forecast_rows,
    missing_sentences,
    rates_sentence,
    rows_of,
    subject_rows,
    verdict,
)

from ..assembly import reach_records
from ..settings import read_settings
from .lesson_filters import Day
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say

F = TypeVar("F", bound=Callable[..., Any])


class Amount(click.ParamType):
    """A decimal number, with a dot."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            found = Decimal(str(value).replace(",", ""))
        except InvalidOperation:
            self.fail(f"{value!r} is no amount: write 1200 or 1200.50.", param, ctx)
        if not found.is_finite():
            self.fail(f"{value!r} is no amount.", param, ctx)
        return found


def entry_options(command: F) -> F:
    """What an entry of either kind takes."""
    for option in (
        click.option("--note", help="What it is."),
        click.option("--shared", metavar="NAME", help="Name of a benefit that several claim parts of."),
        click.option("--share", type=float, default=1.0, show_default=True, help="The part of it that SUBJECT claims."),
        click.option("--expected", is_flag=True, help="Planned, not actual yet."),
        click.option("--currency", required=True, metavar="CODE", help="ISO code, such as EUR."),
        click.option("--date", "day", type=Day(), required=True, metavar="DAY", help="The day it fell due."),
        click.argument("value", type=Amount(), metavar="AMOUNT"),
        click.argument("subject"),
    ):
        command = option(command)
    return command


@click.group()
def money() -> None:
    """Enter costs and benefits, correct them, and show what they come to."""


@money.command("add-cost")
@entry_options
@home_option
@json_option
@reports_errors
def add_cost(home: str | None, as_json: bool, **values: Any) -> None:
    """Enter that SUBJECT (a project or an outcome) cost AMOUNT."""
    _add("add_cost", home, as_json, values)


@money.command("add-benefit")
@entry_options
@home_option
@json_option
@reports_errors
def add_benefit(home: str | None, as_json: bool, **values: Any) -> None:
    """Enter that SUBJECT (a project or an outcome) brought AMOUNT."""
    _add("add_benefit", home, as_json, values)


@money.command("share-benefit")
@click.argument("value", type=Amount(), metavar="AMOUNT")
@click.option(
    "--to", "contributors", multiple=True, required=True, metavar="SUBJECT=WEIGHT",
    help="Who had a part in it, and how much compared with the others; may be given again.",
)  # fmt: skip
@click.option("--date", "day", type=Day(), required=True, metavar="DAY", help="The day it fell due.")
@click.option("--currency", required=True, metavar="CODE", help="ISO code, such as EUR.")
@click.option("--expected", is_flag=True, help="Planned, not actual yet.")
@click.option("--shared", metavar="NAME", help="What to call it.")
@click.option("--note", help="What it is.")
@home_option
@json_option
@reports_errors
def share_benefit(
    value: Decimal, contributors: tuple[str, ...], day: date, home: str | None, as_json: bool, **values: Any
) -> None:
    """Enter one benefit of AMOUNT that several brought about; it is shared out by weights and counted once."""
    named = []
    for given in contributors:
        subject, _, weight = given.rpartition("=")
        try:
            named.append({"subject": subject, "weight": float(weight)})
        except ValueError:
            raise click.BadParameter(f"{given!r}: write SUBJECT=WEIGHT, such as outcome:x=2.") from None
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.share_benefit(contributors=named, amount=value, date=day, **values)
    _entered(found, as_json)


@money.command()
@click.argument("entry")
@click.option("--amount", "value", type=Amount(), help="The right amount; 0 takes the entry back.")
@click.option("--date", "day", type=Day(), metavar="DAY", help="The right day.")
@click.option("--currency", metavar="CODE", help="The right currency.")
@click.option("--share", type=float, help="The right share.")
@click.option("--note", help="What it was for.")
@click.option("--reason", help="Why it is corrected.")
@home_option
@json_option
@reports_errors
def correct(
    entry: str, value: Decimal | None, day: date | None, home: str | None, as_json: bool, **values: Any
) -> None:
    """Correct ENTRY by a new one; the old one stays in sight."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.correct_money(id=entry, amount=value, date=day, **values)
    _entered(found, as_json)


@money.command("list")
@click.argument("subject")
@click.option("--corrected", is_flag=True, help="Corrected entries too.")
@home_option
@json_option
@reports_errors
def list_(subject: str, corrected: bool, home: str | None, as_json: bool) -> None:
    """List the entries of SUBJECT, a project with its outcomes or one outcome."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.list_money(subject=subject, corrected=corrected, limit=5000)
    print_json(found) if as_json else _print_entries(found.entries)


@money.command()
@click.argument("project")
@click.option("--currency", metavar="CODE", help="Currency of the sums; the project's own when not given.")
@click.option("--rate", type=Amount(), metavar="RATE", help="Discount rate a year: 0.08 is 8 %.")
@home_option
@json_option
@reports_errors
def show(project: str, currency: str | None, rate: Decimal | None, home: str | None, as_json: bool) -> None:
    """Show what PROJECT cost and brought: ROI, net present value, payback, forecast, and what is missing."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.project_value(project=project, currency=currency, discount_rate=rate)
    if as_json:
        print_json(found)
        return
    t = Messages("en")
    click.echo(verdict(found, t))
    if found.base is not None:
        names = ("what", "expected", "to_date", "actual")
        print_table(
            [t(f"value.columns.{name}") for name in names],
            [(row["label"], row["expected"], row["to_date"], row["actual"]) for row in rows_of(found, t, str)],
        )
    if len(found.subjects) > 1:
        names = ("what", "expected_cost", "actual_cost", "expected_benefit", "actual_benefit")
        print_table([t(f"value.subjects.{name}") for name in names], subject_rows(found, t))
    if rows := forecast_rows(found, t):
        names = ("what", "now", "at", "interval", "target", "chance")
        print_table([t(f"value.forecast.{name}") for name in names], [[row[n] for n in names] for row in rows])
    if said := rates_sentence(found, t):
        click.echo(said)
    for sentence in missing_sentences(found, t):
        say(sentence)


@money.command()
@click.argument("currency")
@click.option("--unit", help="Only projects of this unit and those below it.")
@home_option
@json_option
@reports_errors
def portfolio(currency: str, unit: str | None, home: str | None, as_json: bool) -> None:
    """Sum up all projects with money, in CURRENCY; what several share counts once."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.portfolio_value(currency=currency, unit=unit)
    if as_json:
        print_json(found)
        return
    t = Messages("en")
    names = ("expected_cost", "actual_cost", "expected_benefit", "actual_benefit")
    print_table(
        ["Project", *(t(f"value.subjects.{name}") for name in names)],
        [(row.name, *(amount(getattr(row, name), found.currency, t) for name in names)) for row in found.projects],
    )
    if found.actual is not None:
        click.echo(f"{amount(found.actual.net, found.currency, t)} net of {len(found.projects)} projects")
    for missing in found.missing_rates:
        say(t("value.missing.no_rate", detail=f"{missing.base} → {missing.quote}, {missing.day}"))


def _add(operation: str, home: str | None, as_json: bool, values: dict[str, Any]) -> None:
    given = {"amount": values.pop("value"), "date": values.pop("day"), **values}
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = getattr(graph, operation)(**given)
    _entered(found, as_json)


def _entered(found: Any, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    _print_entries(found.entries)
    for missing in found.missing_rates:
        say(Messages("en")("value.missing.no_rate", detail=f"{missing.base} → {missing.quote}, {missing.day}"))


def _print_entries(entries: list[Any]) -> None:
    print_table(
        ("entry", "kind", "date", "amount", "share", "subject", ""),
        (
            (e.id, f"{e.kind}{' expected' * e.expected}", e.date, f"{e.currency} {e.amount:f}",
             f"{e.share:.4g}" if e.share != 1 else "", e.subject_title or e.subject, "corrected" * e.corrected)
            for e in entries
        ),
    )  # fmt: skip
