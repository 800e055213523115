"""The record of a run: enough to repeat it, to judge it, and to see that it need not be repeated."""

from __future__ import annotations

import hashlib
import json
import platform
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from kg.domain import RetrospectiveState, Run, RunStatus
from kg.errors import NotFound
from kg.operations.runs import rights_of
from kg.policy import ScopeFilter

from ..errors import BadParameter, RunError, StillOpen
from ..resources import TEMPLATES

PACKAGES = ("retrobook", "papermill", "nbclient", "ipykernel", "plotly")
"""Whose versions a record keeps."""


@dataclass(frozen=True)
class Inputs:
    """What decides what a report says; equal inputs make an equal report."""

    notebook: str
    notebook_sha256: str
    parameters: Mapping[str, Any]
    project: str | None
    unit: str | None
    data_revision: int
    versions: Mapping[str, str]
    rights: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """A digest of all of them."""
        said = [
            self.notebook, self.notebook_sha256, dict(self.parameters), self.data_revision,
            dict(self.versions), list(self.rights),
        ]  # fmt: skip
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def inputs_of(
    graph: Any, notebook: Path, parameters: Mapping[str, Any], project: Any | None, scope: ScopeFilter, home: Path
) -> Inputs:
    """The inputs of a run that is about to start."""
    return Inputs(
        notebook=notebook.stem,
        notebook_sha256=hashlib.sha256(notebook.read_bytes()).hexdigest(),
        parameters=dict(parameters),
        project=project.id if project else None,
        unit=project.unit if project else None,
        data_revision=graph.data_revision().data,
        versions={**versions(), "wording": wording_digest(home)},
        rights=tuple(rights_of(scope)),
    )


def unchanged(graph: Any, inputs: Inputs, home: Path) -> Run | None:
    """The newest good run of the same inputs whose page still stands, or None."""
    found = graph.list_runs(notebook=inputs.notebook, project=inputs.project, latest=False, limit=1000)
    for summary in found.runs:
        run: Run = summary.run
        if run.fingerprint == inputs.fingerprint and run.page and (home / run.page).is_file():
            return run
    return None


def started(inputs: Inputs, revision: int) -> Run:
    """The record of a run that starts now, with a new id."""
    now = datetime.now(UTC)
    return Run(
        id=f"run-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
        notebook=inputs.notebook,
        notebook_sha256=inputs.notebook_sha256,
        parameters=dict(inputs.parameters),
        language=inputs.parameters.get("language"),
        project=inputs.project,
        unit=inputs.unit,
        status=RunStatus.RUNNING,
        fingerprint=inputs.fingerprint,
        graph_revision=revision,
        versions=dict(inputs.versions),
        rights=list(inputs.rights),
        started_at=now,
    )


def succeeded(run: Run, home: Path, folder: Path, notebook: str, page: str, title: str) -> Run:
    """The record of a run whose report stands in `folder`."""
    return run.model_copy(
        update={
            **_ended(run),
            "status": RunStatus.SUCCEEDED,
            "output": str((folder / notebook).relative_to(home)),
            "page": str((folder / page).relative_to(home)),
            "title": title,
        }
    )


def failed(run: Run, error: RunError, home: Path, kept: Iterable[Path]) -> Run:
    """The record of a run that failed, with what was kept of it."""
    places = {path.suffix: str(path.relative_to(home)) for path in kept}
    return run.model_copy(
        update={
            **_ended(run),
            "status": RunStatus.FAILED,
            "output": places.get(".ipynb"),
            "page": places.get(".html"),
            "failed_cell": error.fields.get("cell"),
            "error": error.message,
        }
    )


def visible_project(graph: Any, scope: ScopeFilter, parameters: Mapping[str, Any]) -> Any:
    """The project a run is about, if whom it runs for may see it.

    Raises:
        NotFound: No such project within the scope; names the nearest visible one.
        BadParameter: The period does not run forward.
    """
    key = str(parameters["project"])
    start, end = parameters.get("period_start"), parameters.get("period_end")
    if start and end and str(end) <= str(start):
        raise BadParameter(
            f"The period ends {end}, not after its start {start}. period_end is the first day after the period.",
            parameter="period_end",
            value=str(end),
        )
    try:
        project = graph.project_facts(project=key).project
    except NotFound:
        project = None
    if project is None or not scope.covers(project.id, project.unit, project.confidential):
        listed = graph.list_projects(limit=1000).projects
        visible = [p for p in listed if scope.covers(p.id, p.unit)]
        raise NotFound.among(
            "project", key, [p.id for p in visible] + [p.external_id for p in visible if p.external_id]
        )
    return project


def visible_retrospective(graph: Any, scope: ScopeFilter, key: str) -> tuple[str, Any]:
    """The id of the closed retrospective a run is about and its project, if whom it runs for may see it.

    Raises:
        NotFound: No such retrospective within the scope; names the nearest visible one.
        StillOpen: It is still open: its report is made when it is closed.
    """
    try:
        facts = graph.retrospective_facts(id=key)
    except NotFound:
        facts = None
    project = facts.project if facts else None
    if facts is None or not scope.covers(project.id, project.unit, project.confidential):
        listed = graph.list_records_of(label="Retrospective", limit=100_000).records
        visible = [r["id"] for r in listed if scope.covers(r["project"], r["unit"], bool(r["confidential"]))]
        raise NotFound.among("retrospective", key, visible)
    held = facts.retrospective
    if held.state is RetrospectiveState.OPEN:
        raise StillOpen(
            f"The retrospective {held.title!r} is still open. Close it first: its report is made of what it came to.",
            retrospective=held.id,
            name=held.title,
        )
    return held.id, project


@cache
def versions() -> dict[str, str]:
    """The versions of what makes a report."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "source"
    return found


def wording_digest(home: Path) -> str:
    """A digest of the files that people edit and reports are made with, and of the code that does."""
    digest = hashlib.sha256()
    roots = [TEMPLATES, home / "templates", Path(__file__).parent.parent / "reports"]
    for root in roots:
        for pattern in ("reports/**/*", "messages/*/*report.yaml", "*.py"):
            for path in sorted(root.glob(pattern)):
                if path.is_file():
                    digest.update(path.name.encode())
                    digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _ended(run: Run) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"finished_at": now, "seconds": round((now - run.started_at).total_seconds(), 3)}
