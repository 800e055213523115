"""The reports that come with the sample portfolio, so that a first visit finds something to read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kg.domain import Run
from kg.errors import NotFound
from kg.policy import ScopeFilter

from .execute import OnProgress, Progress
from .run import run_report

NOTEBOOK = "project_retrospective"
WANTED = (
    ("project:mybinder", "en"),
    ("project:mybinder", "zh"),
    ("project:worldbank:P058056", "en"),
    ("project:worldbank:P006454", "zh"),
)
"""Project and language: one with many look backs, one that went very well, one that did not."""


def build_sample_reports(
    graph: Any,
    home: Path,
    *,
    url: str,
    handle: str,
    visitor_scope: ScopeFilter,
    on_progress: OnProgress | None = None,
    force: bool = False,
) -> list[Run]:
    """Run the sample's reports; those whose inputs did not change stand as they are.

    Args:
        graph: The graph as an admin may use it.
        home: The installation's folder.
        url: Where kernels call operations.
        handle: Whom they work for.
        visitor_scope: What that visitor may see.
        on_progress: Told before each report and after the last; `step` is the project's name.
        force: Run all of them.

    Raises:
        RunError: A report failed; those before it stand.
    """
    tell = on_progress or (lambda progress: None)
    wanted = list(_wanted(graph))
    runs = []
    for number, (project, language, name) in enumerate(wanted):
        tell(Progress(number, len(wanted), name))
        values = {"project": project, "language": language}
        runs.append(
            run_report(
                graph, home, NOTEBOOK, values, url=url, handle=handle, visitor_scope=visitor_scope, force=force
            )
        )  # fmt: skip
    tell(Progress(len(wanted), len(wanted), ""))
    return runs


def _wanted(graph: Any) -> Iterator[tuple[str, str, str]]:
    for project, language in WANTED:
        try:
            yield project, language, graph.project_facts(project=project).project.name
        except NotFound:
            continue  # an installation may have the sample in part only
