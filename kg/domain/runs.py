"""The record of a notebook run and of an audited write."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from ..schema import Label
from .record import Instant, NonEmpty, Record, Text, nested


class RunStatus(StrEnum):
    """How a run stands or ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Run(Record):
    """One execution of a parameterised notebook: enough to repeat it and to judge it.

    `rights` is the digest of what the run could see; only visitors who may see as much
    are shown its report.
    """

    label: ClassVar[Label] = Label.RUN

    notebook: NonEmpty
    notebook_sha256: str
    title: str | None = None
    parameters: dict[str, Any] = nested(dict)
    language: str | None = None
    status: RunStatus
    fingerprint: str
    graph_revision: int = 0
    versions: dict[str, str] = nested(dict)
    rights: list[str] = nested(list)
    started_at: Instant
    finished_at: Instant | None = None
    seconds: float | None = None
    output: str | None = None
    page: str | None = None
    failed_cell: int | None = None
    error: Text | None = None


class AuditEntry(Record):
    """Who did what and when; each entry carries the digest of the one before it."""

    label: ClassVar[Label] = Label.AUDIT

    operation: NonEmpty
    person: str
    at: Instant
    subject: str | None = None
    before_hash: str | None = None
    after_hash: str | None = None
    server: str
    number: int
    previous_digest: str
    digest: str
