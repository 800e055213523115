"""`retrobook init`: making an installation."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from kg.connect import live_server

from ..assembly import reach_records
from ..errors import SettingsError
from ..settings import Settings, read_settings
from .options import home_option
from .output import json_option, print_json, reports_errors, say
from .progress import progress_bar


@click.command()
@click.option(
    "--sample/--no-sample", default=None, help="Load the sample portfolio (by default into a new installation only)."
)
@home_option
@json_option
@reports_errors
def init(sample: bool | None, home: str | None, as_json: bool) -> None:
    """Make an installation: its folder, its store and, unless told otherwise, the sample portfolio.

    Doing it again is safe: what is there stays, and the sample is loaded only when asked for.
    """
    from pipelines.sources.outcome_types import ensure_outcome_types
    from pipelines.sources.sample import load_sample

    settings = read_settings({"home": home})
    make_home(settings.home)
    new = _is_new(settings)
    done: dict[str, Any] = {"home": str(settings.home), "new": new, "sample": None}
    with reach_records(settings, create=True) as graph, progress_bar() as bar:
        ensure_outcome_types(graph, settings.home)
        if new if sample is None else sample:
            loaded = load_sample(graph, settings.home, on_progress=bar)
            done["sample"] = {
                "created": loaded.created,
                "changed": loaded.changed,
                "rejected": loaded.rejected,
                "people_added": loaded.people_added,
                "imports": [report.model_dump(mode="json") for report in loaded.imports],
            }
        done["records"] = graph.overview().counts
    if as_json:
        print_json(done)
    say(f"{'Made' if new else 'Found'} the installation {settings.home}.")
    if done["sample"]:
        say(f"Sample portfolio: {done['sample']['created']} records new. Start with `retrobook serve`.")
    elif new:
        say(
            "It is empty. `retrobook init --sample` loads the sample portfolio, `retrobook import` records of your own."
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
