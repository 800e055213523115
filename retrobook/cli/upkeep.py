"""`retrobook doctor` and `retrobook backup`: trusting an installation."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.connect import live_server

from ..assembly import installed_store, reach_graph
from ..settings import read_settings
from .options import home_option
from .output import FAILED, json_option, print_json, print_table, reports_errors, say


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--restore", is_flag=True, help="Restore FILE into an empty home instead.")
@home_option
@json_option
@reports_errors
def backup(file: Path | None, restore: bool, home: str | None, as_json: bool) -> None:
    """Write a backup (to FILE, or into the installation's backups folder).

    It may be taken while the server runs.
    """
    from ..backups import create_backup, default_path, restore_backup

    settings = read_settings({"home": home})
    if restore:
        if file is None:
            raise click.UsageError("Say which FILE to restore.")
        done = restore_backup(file, settings)
    elif live_server(settings.home):
        with reach_graph(settings) as graph:
            done = graph.make_backup().model_dump()
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            Path(done["path"]).replace(file)
            done["path"] = str(file)
    else:
        store = installed_store(settings)
        try:
            done = create_backup(store, settings, file or default_path(settings))
        finally:
            store.close()
    if as_json:
        print_json(done)
    else:
        say(f"{'Restored from' if restore else 'Backed up to'} {done['path']}.")


@click.command()
@home_option
@json_option
@reports_errors
def doctor(home: str | None, as_json: bool) -> None:
    """Check the installation and say what to mend; exit code 1 when something must be."""
    from ..health import examine

    findings = examine(read_settings({"home": home}))
    if as_json:
        print_json([finding.as_dict() for finding in findings])
    else:
        marks = {"good": "ok", "warning": "note", "bad": "FAIL"}
        print_table(("", "what", "found", "to do"), ((marks[f.state], f.what, f.found, f.to_do) for f in findings))
    if any(finding.state == "bad" for finding in findings):
        sys.exit(FAILED)
