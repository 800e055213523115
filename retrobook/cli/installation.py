"""`retrobook init`: making an installation."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from kg.connect import live_server

from ..assembly import reach_graph, reach_records
from ..errors import SettingsError
from ..settings import Settings, read_settings
from .meaning import read_meaning
from .options import home_option
from .output import json_option, print_json, reports_errors, say
from .progress import progress_bar


@click.command()
@click.option("--sample/--no-sample", default=False, help="Load the sample portfolio once, and build its reports.")
@home_option
@json_option
@reports_errors
def init(sample: bool, home: str | None, as_json: bool) -> None:
    """Make an installation: its folder, its store and, with --sample, the sample portfolio.

    Doing it again is safe: what is there stays, and the sample is loaded once.
    """
    from pipelines.sources.outcome_types import ensure_outcome_types
    from pipelines.sources.sample import load_sample

    settings = read_settings({"home": home})
    make_home(settings.home)
    new = _is_new(settings)
    done: dict[str, Any] = {"home": str(settings.home), "new": new, "sample": None}
    with reach_records(settings, create=True) as graph, progress_bar() as bar:
        ensure_outcome_types(graph, settings.home)
        if sample:
            loaded = load_sample(graph, settings.home, on_progress=bar)
            done["sample"] = {
                "created": loaded.created,
                "changed": loaded.changed,
                "rejected": loaded.rejected,
                "people_added": loaded.people_added,
                "imports": [report.model_dump(mode="json") for report in loaded.imports],
            }
        done["records"] = graph.overview().counts
    if sample:
        done["reports"] = [run.id for run in _sample_reports(settings)]
    if as_json:
        print_json(done)
    say(f"{'Made' if new else 'Found'} the installation {settings.home}.")
    if done["sample"]:
        new_ones = done["sample"]["created"]
        say(f"Sample portfolio: {new_ones} records new, {len(done['reports'])} reports. Start with `retrobook serve`.")
    elif new:
        say(
            "It is empty. `retrobook init --sample` loads the sample portfolio, `retrobook import` records of your own."
        )


def _sample_reports(settings: Settings) -> list[Any]:
    """The sample's lessons read for their meaning, and its reports; what stands is not made again."""
    from kg.encoders import VectorCache
    from pipelines.resources import template_path
    from pipelines.runs.sample_reports import build_sample_reports

    from ..server.private import host
    from .reporting import for_kernels, scope_of

    cache = VectorCache(settings.cache_dir / "vectors.sqlite")
    cache.adopt(template_path("sample/vectors.sqlite", settings.home))
    cache.close()
    with reach_graph(settings) as graph, progress_bar() as bar:
        read_meaning(graph, bar)
        with host(for_kernels(graph)) as (url, handle):
            return build_sample_reports(
                graph,
                settings.home,
                url=url,
                handle=handle,
                visitor_scope=scope_of(graph),
                on_progress=lambda progress: bar("reports", progress.done, progress.total),
            )


def make_home(home: Path) -> None:
    """The installation's folder, closed to everybody but its owner.

    Raises:
        SettingsError: It cannot be made or used.
    """
    try:
        made = not home.exists()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if made or not any(home.iterdir()):
            home.chmod(0o700)
        if not os.access(home, os.W_OK | os.X_OK):
            raise SettingsError(f"{home} cannot be written to. Choose another folder with --home.", home=str(home))
    except OSError as error:
        raise SettingsError(
            f"The folder {home} cannot be used: {error.strerror or error}. Choose another with --home.", home=str(home)
        ) from error


def _is_new(settings: Settings) -> bool:
    """True when nothing was ever put into this installation's store."""
    if settings.store:
        with reach_records(settings) as graph:
            return bool(graph.overview().revision == 0)
    return not settings.graph_file.exists() and live_server(settings.home) is None
