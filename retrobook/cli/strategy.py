"""`retrobook strategy`: objectives by period, their key results, and the outcomes aligned with them."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from kg.errors import NotFound

from ..assembly import reach_records
from ..settings import read_settings
from .lesson_filters import Day
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say


@click.group()
def strategy() -> None:
    """Set objectives and key results, align outcomes with them, and see how far they are."""


@strategy.command()
@click.option("--period", help="Only objectives of this period.")
@home_option
@json_option
@reports_errors
def objectives(period: str | None, home: str | None, as_json: bool) -> None:
    """List objectives, each below its parent, with how far they have come."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.list_objectives(period=period)
    if as_json:
        print_json(found)
        return
    print_table(
        ("objective", "period", "title", "reached", "measured", "key results", "outcomes"),
        (
            (row.objective.id, row.objective.period, "  " * row.depth + row.objective.title,
             _share(row.attainment), _share(row.coverage), row.key_results, row.outcomes)
            for row in found.objectives
        ),
    )  # fmt: skip
    say(f"{len(found.objectives)} objectives")


@strategy.command()
@click.argument("objective")
@home_option
@json_option
@reports_errors
def show(objective: str, home: str | None, as_json: bool) -> None:
    """Show OBJECTIVE and, part by part, how its attainment is computed."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.objective_view(id=objective)
    print_json(found) if as_json else _tell(found)


@strategy.command()
@click.option("--title", help="What is wanted.")
@click.option("--period", help="Of which period, such as 2026-Q1.")
@click.option("--start", "period_start", type=Day(), metavar="DAY", help="The period's first day.")
@click.option("--until", "period_end", type=Day(), metavar="DAY", help="The period's last day.")
@click.option("--parent", metavar="OBJECTIVE", help="The objective above it.")
@click.option("--unit", help="The unit it is of; the whole organisation's when not given.")
@click.option("--owner", help="Name to sign in with.")
@click.option("--change", "key", metavar="OBJECTIVE", help="Change this one instead of setting a new one.")
@home_option
@json_option
@reports_errors
def define(home: str | None, as_json: bool, key: str | None, **values: Any) -> None:
    """Set an objective of a period, or change one."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.define_objective(id=key, **values)
    print_json(found) if as_json else _tell(found)


@strategy.command("key-result")
@click.argument("objective")
@click.option("--title", help="What shows that it is reached.")
@click.option("--baseline", type=float, help="Value at the start.")
@click.option("--target", type=float, help="Value to reach.")
@click.option("--measure", "unit_of_measure", help="Unit of measure.")
@click.option("--direction", type=click.Choice(["increase", "decrease", "maintain"]), help="Which way it should move.")
@click.option("--weight", type=float, help="How much it counts among the objective's parts.")
@click.option("--due", type=Day(), metavar="DAY", help="When it is due.")
@click.option("--change", "key", metavar="KEY_RESULT", help="Change this one instead of setting a new one.")
@home_option
@json_option
@reports_errors
def key_result(
    objective: str, due: date | None, key: str | None, home: str | None, as_json: bool, **values: Any
) -> None:
    """Set a key result of OBJECTIVE, or change one."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.define_key_result(objective=objective, due=due, id=key, **values)
    print_json(found) if as_json else _tell(found)


@strategy.command()
@click.argument("outcome")
@click.argument("target")
@click.option("--weight", type=float, default=1.0, show_default=True, help="Compared with its other alignments.")
@home_option
@json_option
@reports_errors
def align(outcome: str, target: str, weight: float, home: str | None, as_json: bool) -> None:
    """Align OUTCOME, its id or title, with TARGET, an objective or key result."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.align_outcome(outcome=outcome, target=target, weight=weight)
    print_json(found) if as_json else _aligned(found)


@strategy.command()
@click.argument("outcome")
@click.argument("target")
@home_option
@json_option
@reports_errors
def unalign(outcome: str, target: str, home: str | None, as_json: bool) -> None:
    """Take OUTCOME's alignment with TARGET back."""
    with reach_records(read_settings({"home": home})) as graph:
        found: Any = graph.unalign_outcome(outcome=outcome, target=target)
    print_json(found) if as_json else _aligned(found)


@strategy.command()
@click.argument("goal", metavar="OBJECTIVE|KEY_RESULT")
@click.option("--reason", required=True, help="Why it is taken out of use.")
@home_option
@json_option
@reports_errors
def retire(goal: str, reason: str, home: str | None, as_json: bool) -> None:
    """Take an objective that none stands below, with its key results, or one key result out of use."""
    with reach_records(read_settings({"home": home})) as graph:
        try:
            key, operation = graph.objective_view(id=goal).objective.id, graph.retire_objective
        except NotFound:
            key, operation = goal, graph.retire_key_result
        found: Any = operation(id=key, reason=reason)
    if as_json:
        print_json(found)
        return
    say(
        f"retired {found.title!r} ({found.id})"
        + (f" with {len(found.key_results)} key results" * bool(found.key_results))
    )


def _aligned(found: Any) -> None:
    print_table(
        ("aligned with", "title", "weight", "share of the outcome"),
        [(a.target, a.title, f"{a.weight:g}", _share(a.share)) for a in found.aligned],
    )


def _tell(found: Any) -> None:
    rows: list[tuple[Any, ...]] = []

    def add(part: Any, depth: int) -> None:
        how = part.how if part.counted else "shown only"
        contributes = "" if part.contributes is None or not part.counted else f"{100 * part.contributes:.1f}"
        rows.append(
            (part.id, "  " * depth + part.title, part.kind.replace("_", " "), _share(part.attainment), how,
             _share(part.share) if depth else "", contributes)
        )  # fmt: skip
        for child in part.parts:
            add(child, depth + 1)

    add(found.rollup, 0)
    print_table(("", found.objective.period, "kind", "reached", "how", "share", "brings points"), rows)
    say(f"measured: {_share(found.rollup.coverage)}; with the rest at nothing: {_share(found.rollup.cautious)}")


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"
