"""`retrobook store`: the graph in and out of files and engines."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from kg.connect import live_server
from kg.errors import Conflict
from kg.store.exchange import copy_graph

from ..assembly import installed_store, store_at
from ..settings import Settings, read_settings
from .options import home_option
from .output import json_option, print_json, reports_errors, say


@click.group()
def store() -> None:
    """Export, load and copy the whole graph."""


@store.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@home_option
@json_option
@reports_errors
def export(file: Path, home: str | None, as_json: bool) -> None:
    """Write the graph to FILE as JSON Lines; the file appears whole or not at all."""
    graph = _store_of(read_settings({"home": home}))
    try:
        counts = graph.export(file)
    finally:
        graph.close()
    _report("exported", counts, file, as_json)


@store.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@home_option
@json_option
@reports_errors
def load(file: Path, home: str | None, as_json: bool) -> None:
    """Load an export: restores it into an empty store, merges it into another."""
    graph = _store_of(read_settings({"home": home}), create=True)
    try:
        counts = graph.load(file)
    finally:
        graph.close()
    _report("loaded", counts, file, as_json)


@store.command()
@click.option("--to", "target", required=True, help="neo4j://host:7687, or the path of an embedded graph file.")
@click.option("--from", "origin", help="Copy from this store instead of the installation's.")
@home_option
@json_option
@reports_errors
def copy(target: str, origin: str | None, home: str | None, as_json: bool) -> None:
    """Copy the graph into another store, such as a Neo4j server.

    The name and password for Neo4j come from the settings (RETROBOOK_NEO4J_USER,
    RETROBOOK_NEO4J_PASSWORD), never from the command line.
    """
    settings = read_settings({"home": home})
    source = store_at(origin, settings) if origin else _store_of(settings)
    try:
        goal = store_at(target, settings)
        try:
            with tempfile.TemporaryDirectory(prefix="retrobook-") as folder:
                counts = copy_graph(source, goal, Path(folder) / "graph.jsonl")
        finally:
            goal.close()
    finally:
        source.close()
    _report("copied", counts, target, as_json)


def _store_of(settings: Settings, *, create: bool = False) -> Any:
    live = live_server(settings.home)
    if live and not settings.store:
        raise Conflict(
            f"A server (process {live['pid']}) owns this installation's graph. Stop it first; "
            "`retrobook backup` works while it runs.",
            pid=live["pid"],
        )
    return installed_store(settings, create=create)


def _report(done: str, counts: dict[str, int], where: object, as_json: bool) -> None:
    if as_json:
        print_json({done: counts, "where": str(where)})
    else:
        say(f"{done.capitalize()} {sum(counts.values())} nodes and relationships: {where}")
