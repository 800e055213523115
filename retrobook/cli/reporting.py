"""`retrobook report`: run a report notebook and say where its page is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from kg.domain import Role
from kg.graph import KnowledgeGraph
from kg.policy import ScopeFilter, Visitor

from ..assembly import reach_graph
from ..settings import read_settings
from .options import home_option
from .output import json_option, print_json, print_table, reports_errors, say


@click.command()
@click.argument("notebook")
@click.option("-p", "--parameter", "assignments", multiple=True, metavar="NAME=VALUE", help="May be given again.")
@click.option("--force", is_flag=True, help="Run even when nothing has changed.")
@click.option("--help-parameters", is_flag=True, help="Show the notebook's parameters and stop.")
@home_option
@json_option
@reports_errors
def report(
    notebook: str, assignments: tuple[str, ...], force: bool, help_parameters: bool, home: str | None, as_json: bool
) -> None:
    """Run NOTEBOOK, a registered report or a notebook's file, and publish its page."""
    from pipelines.runs import (
        check_parameters,
        notebook_file,
        parameters_of,
        read_notebook,
        run_report,
        split_assignments,
    )

    from ..server.private import host

    settings = read_settings({"home": home})
    path = notebook_file(notebook, settings.home)
    known = parameters_of(read_notebook(path), path.stem)
    if help_parameters:
        _show_parameters(known, as_json)
        return
    values = check_parameters(known, split_assignments(assignments))
    with reach_graph(settings) as graph, host(for_kernels(graph)) as (url, handle), _progress() as tell:
        run = run_report(
            graph, settings.home, path, values, url=url, handle=handle, visitor_scope=scope_of(graph),
            on_progress=tell, force=force, timeout=settings.run_timeout_seconds,
        )  # fmt: skip
    page = settings.home / (run.page or "")
    if as_json:
        print_json({"run": run.model_dump(mode="json"), "page": str(page)})
        return
    say(f"{run.title}: {run.seconds or 0:.1f} s.")
    click.echo(str(page))


def for_kernels(graph: Any) -> Any:
    """The graph as a run's kernel may use it: all that its owner sees, nothing that only admins do."""
    if not isinstance(graph, KnowledgeGraph):
        return graph  # a client: the endpoint that hosts it refuses what only admins do
    owner = graph.visitor
    scopes = ("*",) if scope_of(graph).everything else owner.scopes
    return graph.as_visitor(
        Visitor(owner.name, owner.display_name, frozenset({Role.LEAD}), scopes, owner.language, "kernel")
    )


def scope_of(graph: Any) -> ScopeFilter:
    """What whoever asks may see, here or at a running server."""
    if isinstance(graph, KnowledgeGraph):
        return graph.visitor.scope()
    who = graph.who_am_i()
    roles = frozenset(Role(role) for role in who.roles)
    return Visitor(who.name, who.display_name, roles, tuple(who.scopes), who.language, who.via).scope()


def _show_parameters(known: Any, as_json: bool) -> None:
    if as_json:
        print_json([{**vars(p), "choices": list(p.choices)} for p in known])
        return
    if not known:
        say("The notebook has no parameters.")
        return
    print_table(
        ("name", "kind", "default", "meaning"),
        (
            (p.name, " | ".join(p.choices) or p.kind, "(required)" if p.required else p.default, p.help)
            for p in known
        ),
    )  # fmt: skip


@contextmanager
def _progress() -> Iterator[Any]:
    """A progress bar on stderr; nothing when stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=None)

        def tell(progress: Any) -> None:
            words = {"cells": "running cells", "page": "making the page"}.get(progress.step, progress.step)
            bar.update(task, description=words, completed=progress.done, total=progress.total)

        yield tell
