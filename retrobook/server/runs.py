"""Reports made from the browser: asked for, queued, run in the pool, their progress told as events."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from kg.domain import Role
from kg.errors import InvalidRequest, KgError, NotFound
from kg.policy import Visitor, allow

from .context import ServerContext
from .handlers import Handler, parse_json
from .identity import Known

log = logging.getLogger(__name__)

NOTEBOOK = re.compile(r"[A-Za-z0-9_-]{1,80}")

PER_VISITOR = 3
KEPT = 200
RunReport = Callable[..., Any]


@dataclass
class Job:
    """A report that was asked for.

    Attributes:
        id: Names it in events and at `/reports/jobs/<id>`.
        notebook: The report's notebook.
        person: Who asked; only they hear of it.
        status: `queued`, `running`, `succeeded` or `failed`.
        step: Steps done, of `steps`; `name` says which one it is.
        run: The run's id, once there is one.
        error: What went wrong.
    """

    id: str
    notebook: str
    person: str
    status: str = "queued"
    step: int = 0
    steps: int = 0
    name: str = ""
    run: str | None = None
    url: str | None = None
    error: dict[str, Any] | None = None
    visitor: Visitor | None = field(default=None, repr=False)

    def public(self) -> dict[str, Any]:
        """What its person is told."""
        told = asdict(self)
        del told["visitor"]
        return {"job": told.pop("id"), **told}


class Jobs:
    """The reports asked for since the server started.

    Args:
        server: The running server.
        run_report: How a report is run (`pipelines.runs.run_report`).
    """

    def __init__(self, server: ServerContext, run_report: RunReport) -> None:
        self._server = server
        self._run_report = run_report
        self._jobs: dict[str, Job] = {}

    def ask(self, visitor: Visitor, notebook: str, parameters: dict[str, Any], *, force: bool = False) -> Job:
        """Queue a report with the visitor's rights.

        Raises:
            Forbidden: Guests read, they do not run.
            InvalidRequest: This visitor has enough of them waiting.
        """
        allow(visitor, "run_report", Role.MEMBER)
        waiting = [job for job in self._of(visitor) if job.status in ("queued", "running")]
        if len(waiting) >= PER_VISITOR:
            raise InvalidRequest(
                f"{PER_VISITOR} of your reports are in the making; wait for one.",
                field="notebook",
                why="reports_waiting",
                most=PER_VISITOR,
            )
        job = Job(secrets.token_urlsafe(9), notebook, visitor.name, visitor=visitor)
        self._jobs[job.id] = job
        for old in [old for old in self._jobs.values() if old.status in ("succeeded", "failed")][:-KEPT]:
            del self._jobs[old.id]
        self._server.pools.runs.submit(self._run, job, visitor, parameters, force)
        return job

    def get(self, visitor: Visitor, job_id: str) -> Job:
        """A job of this visitor.

        Raises:
            NotFound: They have none with this id.
        """
        job = self._jobs.get(job_id)
        if job is None or not _same(job.visitor, visitor):
            raise NotFound("You have no such report in the making.", kind="job", name=job_id)
        return job

    def running(self) -> bool:
        """True while a report is being made."""
        return any(job.status == "running" for job in self._jobs.values())

    def _of(self, visitor: Visitor) -> list[Job]:
        return [job for job in self._jobs.values() if _same(job.visitor, visitor)]

    def _run(self, job: Job, visitor: Visitor, parameters: dict[str, Any], force: bool) -> None:
        server = self._server
        job.status = "running"
        self._tell(job)
        handle = server.identity.handles.open(visitor)
        try:
            run = self._run_report(
                server.graph,
                server.settings.home,
                job.notebook,
                parameters,
                url=server.url,
                handle=handle,
                visitor_scope=visitor.scope(),
                on_progress=partial(self._progress, job),
                force=force,
                timeout=server.settings.run_timeout_seconds,
            )
            job.status, job.run, job.url = "succeeded", run.id, f"/reports/{run.id}"
        except KgError as error:
            job.status, job.error, job.run = "failed", error.as_dict(), error.fields.get("run")
        except Exception:
            log.exception("the run of %s failed", job.notebook)
            job.status, job.error = "failed", KgError("The server failed on this run; its log says why.").as_dict()
        finally:
            server.identity.handles.revoke(handle)
            self._tell(job)
            server.hub.nudge()

    def _progress(self, job: Job, progress: Any) -> None:
        job.step, job.steps, job.name = progress.done, progress.total, progress.step
        self._tell(job)

    def _tell(self, job: Job) -> None:
        visitor = job.visitor
        self._server.hub.publish("run", job.public(), lambda known: _hears(known, visitor))


class AskForReport(Handler):
    """`POST /reports/run` with `{notebook, parameters, force}`: 202 and the job."""

    async def post(self) -> None:
        """Queue it; a form's fields other than `notebook` and `force` are parameters."""
        jobs: Jobs = self.settings["jobs"]
        if self.request.headers.get("Content-Type", "").startswith("application/json"):
            asked = parse_json(self.request.body)
        else:
            fields = {name: self.get_body_argument(name) for name in self.request.body_arguments}
            own = {"notebook", "force", "_xsrf", "next"}
            asked = {name: fields[name] for name in ("notebook", "force") if name in fields}
            asked["parameters"] = {name: value for name, value in fields.items() if name not in own}
        notebook, parameters = asked.get("notebook"), asked.get("parameters", {})
        if not isinstance(notebook, str) or not NOTEBOOK.fullmatch(notebook):
            raise InvalidRequest("Name a registered report notebook.", field="notebook", why="missing")
        if not isinstance(parameters, dict):
            raise InvalidRequest("The parameters are not an object.", field="parameters")
        job = jobs.ask(self.known.visitor, notebook, parameters, force=bool(asked.get("force")))
        self.write_json(job.public(), 202)


class JobState(Handler):
    """`GET /reports/jobs/<id>`: how far it is, for those who cannot listen."""

    async def get(self, job: str) -> None:
        """The job."""
        jobs: Jobs = self.settings["jobs"]
        self.write_json(jobs.get(self.known.visitor, job).public())


def _same(one: Visitor | None, other: Visitor) -> bool:
    return one is not None and (one.name, one.acting_for) == (other.name, other.acting_for)


def _hears(known: Known, visitor: Visitor | None) -> bool:
    return _same(visitor, known.visitor)
