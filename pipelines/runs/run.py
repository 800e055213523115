"""One run of a notebook, from its parameters to a published page."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat

from kg.domain import Run
from kg.errors import KgError
from kg.policy import ScopeFilter

from ..errors import RunError
from ..reports.page import render_page, title_of_report
from ..resources import notebook_path
from . import record
from .check import check_parameters
from .environment import kernel_environment
from .execute import OnProgress, Progress, execute
from .inspection import parameters_of, read_notebook
from .publish import NOTEBOOK, PAGE, incoming, publish, told_where, write_text
from .secrets import referred, scrub_file, scrub_text, scrub_value


def run_report(
    graph: Any,
    home: Path,
    notebook: Path | str,
    parameters: Mapping[str, Any],
    *,
    url: str,
    handle: str,
    visitor_scope: ScopeFilter,
    on_progress: OnProgress | None = None,
    force: bool = False,
    timeout: int = 600,
) -> Run:
    """Run a report notebook and publish its page; the record of the run.

    Unchanged inputs are not run again: the record of the run that stands is given back.

    Args:
        graph: The graph as an admin may use it: runs are recorded here.
        home: The installation's folder.
        notebook: The name of a registered notebook, or a notebook's file.
        parameters: Values by name, as text or typed.
        url: Where the kernel calls operations.
        handle: Whom the kernel works for; void when the caller ends it.
        visitor_scope: What that visitor may see; the report is shown to nobody who may see less.
        on_progress: Told how far the run is.
        force: Run even when nothing changed.
        timeout: Seconds that one cell may take.

    Raises:
        UnknownParameter: A parameter does not exist; names the nearest.
        BadParameter: A parameter is missing or unusable.
        NotFound: The project or retrospective does not exist for this visitor; nothing was started.
        StillOpen: The retrospective is still open.
        RunError: The run failed. It is recorded and kept under `reports/failed`; its id is in
            the error's fields. Earlier reports are untouched.
    """
    path = notebook_file(notebook, home)
    values = check_parameters(parameters_of(read_notebook(path), path.stem), parameters)
    secrets = referred(values)
    project = None
    if values.get("project"):
        project = record.visible_project(graph, visitor_scope, values)
        values["project"] = project.id
    elif values.get("retrospective"):
        values["retrospective"], project = record.visible_retrospective(
            graph, visitor_scope, str(values["retrospective"])
        )

    inputs = record.inputs_of(graph, path, values, project, visitor_scope, home)
    standing = None if force else record.unchanged(graph, inputs, home)
    if standing is not None:
        return standing

    run = record.started(inputs, graph.data_revision().revision)
    graph.put_run(run=run)
    hidden = [handle, *secrets.values()]
    tell = on_progress or (lambda progress: None)
    reports = home / "reports"
    try:
        with incoming(reports, run.id) as folder:
            output = folder / NOTEBOOK
            try:
                with told_where(folder):
                    more = {**secrets, "RETROBOOK_HOME": str(home)} if (home / "templates").is_dir() else secrets
                    env = kernel_environment(url, handle, more=more)
                    execute(path, output, values, kernel_env=env, timeout=timeout, on_progress=tell)
                    scrub_file(output, hidden)
                tell(Progress(1, 1, "page"))
                title = make_page(folder, run, home)
                run = record.succeeded(run, home, publish(folder, reports, run.id), NOTEBOOK, PAGE, title)
            except RunError as error:
                run = _keep_failed(error, run, folder, home, hidden)
                raise
            except BaseException as error:
                run = record.failed(run, RunError(f"The run was ended by {type(error).__name__}."), home, [])
                raise
    finally:
        graph.put_run(run=run)
    return run


def notebook_file(notebook: Path | str, home: Path) -> Path:
    """A notebook's file: the path given, or a registered notebook by name.

    Raises:
        NotFound: No registered notebook has this name; names the nearest.
    """
    path = Path(notebook)
    if path.suffix == ".ipynb" and (isinstance(notebook, Path) or path.is_file()):
        return path
    return notebook_path(str(notebook), home)


def make_page(folder: Path, run: Run, home: Path) -> str:
    """Make the page of the executed notebook in a folder; the report's title."""
    executed = nbformat.read(folder / NOTEBOOK, as_version=4)
    so_far = round((datetime.now(UTC) - run.started_at).total_seconds(), 1)
    write_text(folder / PAGE, render_page(executed, run.model_copy(update={"seconds": so_far}), home))
    return title_of_report(executed, run.notebook)


def _keep_failed(error: RunError, run: Run, folder: Path, home: Path, hidden: list[str]) -> Run:
    """Keep what there is of a failed run; the error loses secrets and learns the run's id."""
    error.message, _ = scrub_text(error.message, hidden)
    error.args = (error.message,)
    error.fields = {**scrub_value(error.fields, hidden), "run": run.id}
    run = record.failed(run, error, home, [])
    with contextlib.suppress(KgError, OSError, ValueError):
        if (folder / NOTEBOOK).exists():
            scrub_file(folder / NOTEBOOK, hidden)
            make_page(folder, run, home)
            kept = publish(folder, home / "reports", run.id, failed=True)
            run = record.failed(run, error, home, kept.iterdir())
            error.fields["kept"] = str(kept)
    return run
