"""`retrobook metrics`: the metric dictionary, so that units speak one language."""

from __future__ import annotations

from typing import Any

import click

from kg.domain import Direction, UnitKind

from ..assembly import reach_graph
from ..settings import read_settings
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say
from .vocabulary_lines import tell_entry


@click.group()
def metrics() -> None:
    """The metric dictionary: list, find, define, rename, merge, split and retire metrics."""


@metrics.command("list")
@click.option("--text", help="Only metrics whose names or definitions hold these words, in either language.")
@click.option("--all", "everything", is_flag=True, help="Merged and retired ones too.")
@home_option
@json_option
@reports_errors
def list_(text: str | None, everything: bool, home: str | None, as_json: bool) -> None:
    """List the metrics of the dictionary, with how many outcomes each measures."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.list_metrics(text=text, all=everything)
    if as_json:
        print_json(found)
        return
    print_table(
        ("key", "name", "名称", "unit", "moves", "outcomes", ""),
        (
            (m.metric.key, m.metric.name_en, m.metric.name_zh,
             m.metric.unit_of_measure or m.metric.unit_kind.value, m.metric.direction.value, m.outcomes or "",
             f"now {m.leads_to}" if m.leads_to else "retired" if m.metric.retired_at else "")
            for m in found.metrics
        ),
    )  # fmt: skip
    say(f"{found.total} metrics")


@metrics.command()
@click.argument("name")
@home_option
@json_option
@reports_errors
def find(name: str, home: str | None, as_json: bool) -> None:
    """Find the metric that goes by NAME in either language, and those that are called something like it."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.find_metric(name=name)
    if as_json:
        print_json(found)
        return
    rows = [("it is", found.metric)] if found.metric else []
    rows += [(f"{n.likeness:.2f}", n.metric) for n in found.near]
    print_table(
        ("", "key", "name", "名称", "also"),
        ((how, m.key, m.name_en, m.name_zh, ", ".join(m.aliases)) for how, m in rows),
    )


@metrics.command()
@click.argument("key")
@click.option("--en", "name_en", required=True, help="Name in English.")
@click.option("--zh", "name_zh", required=True, help="Name in Chinese.")
@click.option("--unit", "unit_of_measure", help="Unit that both languages read, such as %, h or d.")
@click.option(
    "--kind", "unit_kind", type=click.Choice([k.value for k in UnitKind]), default="number", show_default=True
)
@click.option("--direction", type=click.Choice([d.value for d in Direction]), default="increase", show_default=True)
@click.option("--alias", "aliases", multiple=True, help="Another name in either language; may be given again.")
@click.option("--definition", "definition_en", help="What is counted, and how, in English.")
@click.option("--definition-zh", help="The same in Chinese.")
@click.option("--formula", help="How it is computed.")
@click.option("--revision", type=int, help="Change the metric that has this revision.")
@home_option
@json_option
@reports_errors
def define(key: str, home: str | None, as_json: bool, **given: Any) -> None:
    """Add the metric KEY to the dictionary; with --revision say what it is from now on."""
    said = {name: list(value) if name == "aliases" else value for name, value in given.items()}
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.define_metric(key=key, **said)
    tell_entry(found, found.metric, as_json)


@metrics.command()
@click.argument("metric")
@click.option("--en", "name_en", help="New name in English.")
@click.option("--zh", "name_zh", help="New name in Chinese.")
@click.option("--alias", "add_aliases", multiple=True, help="A further name; may be given again.")
@click.option("--drop-alias", "drop_aliases", multiple=True, help="A name that leads here no more; may be given again.")
@home_option
@json_option
@reports_errors
def rename(
    metric: str, name_en: str | None, name_zh: str | None, add_aliases: tuple[str, ...], drop_aliases: tuple[str, ...],
    home: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Call METRIC something else; its old names still lead to it."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.rename_metric(
            metric=metric, name_en=name_en, name_zh=name_zh, add_aliases=list(add_aliases),
            drop_aliases=list(drop_aliases),
        )  # fmt: skip
    tell_entry(found, found.metric, as_json)


@metrics.command()
@click.argument("source")
@click.argument("target")
@home_option
@json_option
@reports_errors
def merge(source: str, target: str, home: str | None, as_json: bool) -> None:
    """Make the metric SOURCE part of TARGET: outcomes go along, its names lead there."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.merge_metrics(source=source, target=target)
    tell_entry(found, found.metric, as_json)


@metrics.command()
@click.argument("metric")
@home_option
@json_option
@reports_errors
def split(metric: str, home: str | None, as_json: bool) -> None:
    """Undo the merge of METRIC; outcomes that were measured by it go back."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.split_metric(metric=metric)
    tell_entry(found, found.metric, as_json)


@metrics.command()
@click.argument("metric")
@click.option("--undo", is_flag=True, help="Offer it again.")
@click.option("--reason", help="Why it is offered no more; shown to everybody.")
@home_option
@json_option
@reports_errors
def retire(metric: str, undo: bool, reason: str | None, home: str | None, as_json: bool) -> None:
    """Offer METRIC no more; outcomes that are measured by it stay so."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.restore_metric(metric=metric) if undo else graph.retire_metric(metric=metric, reason=reason)
    tell_entry(found, found.metric, as_json)
