"""Runs of notebooks: their records, and which reports a visitor may read."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ..domain import Project, Role, Run, RunStatus
from ..errors import NotFound
from ..policy import ScopeFilter
from ..queries import statement
from ..store.records import get_record, put_records
from .people import Nothing
from .table import Context, Request, Response, operation


class ListRuns(Request):
    """Words and limits to find reports by."""

    text: str | None = Field(default=None, max_length=500)
    project: str | None = None
    notebook: str | None = None
    language: str | None = None
    status: RunStatus | None = RunStatus.SUCCEEDED
    latest: bool = True
    limit: int = Field(default=50, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class RunSummary(BaseModel):
    """A run with the name of its project."""

    run: Run
    project_name: str | None = None


class RunList(Response):
    """A page of runs."""

    runs: list[RunSummary]
    total: int


class RunKey(Request):
    """Which run."""

    id: str


class PutRun(Request):
    """A run to record."""

    run: Run


class DataRevision(Response):
    """`data` is the last change of what reports speak of; runs and people do not count."""

    revision: int
    data: int


@operation(Role.MEMBER)
def data_revision(context: Context, request: Nothing) -> DataRevision:
    """How far the graph's data has come: equal numbers mean equal data."""
    rows = context.store.read(statement("runs.data_revision"))
    return DataRevision(revision=context.store.revision(), data=int(rows[0]["value"] or 0) if rows else 0)


@operation(Role.MEMBER)
def list_runs(context: Context, request: ListRuns) -> RunList:
    """Runs whose reports the visitor may read, newest first.

    `latest` keeps only the newest of the same notebook, project, period and language.
    """
    rows = context.store.read(statement("runs.all"), project=request.project, notebook=request.notebook)
    words = (request.text or "").casefold().split()
    found: list[RunSummary] = []
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        run = Run.from_properties(row["record"])
        if not may_read(run, context.scope):
            continue
        if request.status and run.status is not request.status:
            continue
        if request.language and run.language != request.language:
            continue
        held = f"{run.title} {run.project} {row['project_name']} {run.notebook} {run.parameters}".casefold()
        if not all(word in held for word in words):
            continue
        same = (run.notebook, *(f"{k}={v}" for k, v in sorted(run.parameters.items())), *run.rights)
        if request.latest and same in seen:
            continue
        seen.add(same)
        found.append(RunSummary(run=run, project_name=row["project_name"]))
    return RunList(runs=found[request.offset : request.offset + request.limit], total=len(found))


@operation(Role.MEMBER)
def get_run(context: Context, request: RunKey) -> RunSummary:
    """One run, if the visitor may see all that it could see."""
    run = get_record(context.store, Run, request.id)
    if run is None or not may_read(run, context.scope):
        raise NotFound.among("run", request.id, [])
    project = get_record(context.store, Project, run.project) if run.project else None
    return RunSummary(run=run, project_name=project.name if project else None)


@operation(Role.ADMIN)
def put_run(context: Context, request: PutRun) -> RunSummary:
    """Record a run: when it starts, and again when it ends."""
    with context.store.transaction() as tx:
        put_records(tx, [request.run], at=context.now, by=context.visitor.name)
    return RunSummary(run=request.run)


def rights_of(scope: ScopeFilter) -> list[str]:
    """What a run could see, as kept in its record: sorted scope entries."""
    entries = [f"project:{p}" for p in scope.projects] + [f"unit:{u}" for u in scope.units]
    entries += ["*"] if scope.everything else []
    entries += ["confidential"] if scope.confidential else []
    return sorted(entries)


def may_read(run: Run, scope: ScopeFilter) -> bool:
    """True when the scope covers all that the run could see, its project included."""
    could_see = ScopeFilter(
        everything="*" in run.rights,
        projects=frozenset(r.removeprefix("project:") for r in run.rights if r.startswith("project:")),
        units=frozenset(r.removeprefix("unit:") for r in run.rights if r.startswith("unit:")),
        confidential="confidential" in run.rights,
    )
    return scope.contains(could_see)
