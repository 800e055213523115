"""`retrobook types`: the organisation's kinds of outcome."""

from __future__ import annotations

from typing import Any

import click

from ..assembly import reach_graph
from ..settings import read_settings
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors
from .vocabulary_lines import tell_entry


@click.group()
def types() -> None:
    """Kinds of outcome: list, define, rename, merge, split and retire them."""


@types.command("list")
@click.option("--all", "everything", is_flag=True, help="Merged and retired ones too.")
@home_option
@json_option
@reports_errors
def list_(everything: bool, home: str | None, as_json: bool) -> None:
    """List the kinds of outcome, with how many outcomes each has."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.list_outcome_types(all=everything)
    if as_json:
        print_json(found)
        return
    print_table(
        ("key", "name", "名称", "outcomes", ""),
        (
            (t.type.key, t.type.name_en, t.type.name_zh, t.outcomes or "",
             f"now {t.leads_to}" if t.leads_to else "retired" if t.type.retired_at else "")
            for t in found.types
        ),
    )  # fmt: skip


@types.command()
@click.argument("key")
@click.option("--en", "name_en", required=True, help="Name in English.")
@click.option("--zh", "name_zh", required=True, help="Name in Chinese.")
@click.option("--description", "description_en", help="What belongs to it, in English.")
@click.option("--description-zh", help="The same in Chinese.")
@home_option
@json_option
@reports_errors
def define(key: str, home: str | None, as_json: bool, **given: Any) -> None:
    """Add the kind KEY to the taxonomy."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.define_type(key=key, **given)
    tell_entry(found, found.type, as_json)


@types.command()
@click.argument("kind")
@click.option("--en", "name_en", help="New name in English.")
@click.option("--zh", "name_zh", help="New name in Chinese.")
@home_option
@json_option
@reports_errors
def rename(kind: str, name_en: str | None, name_zh: str | None, home: str | None, as_json: bool) -> None:
    """Call KIND something else; its key and its outcomes stay."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.rename_type(type=kind, name_en=name_en, name_zh=name_zh)
    tell_entry(found, found.type, as_json)


@types.command()
@click.argument("source")
@click.argument("target")
@home_option
@json_option
@reports_errors
def merge(source: str, target: str, home: str | None, as_json: bool) -> None:
    """Make the kind SOURCE part of TARGET: outcomes go along, its names and imports lead there."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.merge_types(source=source, target=target)
    tell_entry(found, found.type, as_json)


@types.command()
@click.argument("kind")
@home_option
@json_option
@reports_errors
def split(kind: str, home: str | None, as_json: bool) -> None:
    """Undo the merge of KIND; outcomes that were of it go back."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.split_type(type=kind)
    tell_entry(found, found.type, as_json)


@types.command()
@click.argument("kind")
@click.option("--undo", is_flag=True, help="Offer it again.")
@click.option("--reason", help="Why it is offered no more; shown to everybody.")
@home_option
@json_option
@reports_errors
def retire(kind: str, undo: bool, reason: str | None, home: str | None, as_json: bool) -> None:
    """Offer KIND no more; outcomes that are of it stay so."""
    with reach_graph(read_settings({"home": home})) as graph:
        found: Any = graph.restore_type(type=kind) if undo else graph.retire_type(type=kind, reason=reason)
    tell_entry(found, found.type, as_json)
