"""The graph as a whole: its health, its size, its audit trail."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from .. import audit
from ..domain import AuditEntry, Role
from ..queries import statement
from ..schema import Label
from .people import Nothing
from .table import Context, Request, Response, operation

COUNTED = (
    Label.PROJECT, Label.OUTCOME, Label.ASSESSMENT, Label.RETROSPECTIVE, Label.LESSON, Label.ACTION_ITEM,
)  # fmt: skip


class HealthReport(Response):
    """What the store says of itself."""

    engine: str
    version: str
    revision: int
    nodes: int
    writable: bool


class Overview(Response):
    """How much there is within the visitor's scope, by kind of record."""

    counts: dict[str, int]
    revision: int


class ListAudit(Request):
    """Whose chain, and how much of it."""

    server: str = "local"
    limit: int = Field(default=200, ge=1, le=10_000)


class AuditTrail(Response):
    """Audit entries, and where the chain breaks."""

    entries: list[AuditEntry]
    broken_at: int


@operation(Role.MEMBER)
def health(context: Context, request: Nothing) -> HealthReport:
    """Whether the store answers, and what it is."""
    state = context.store.health()
    return HealthReport(
        engine=state.engine, version=state.version, revision=state.revision, nodes=state.nodes, writable=state.writable
    )


@operation(Role.MEMBER)
def overview(context: Context, request: Nothing) -> Overview:
    """Counts of what the visitor may see."""
    params: dict[str, Any] = context.scope.parameters()
    counts = {
        label.value: int(context.store.read(statement("records.count_visible", label), **params)[0]["count"])
        for label in COUNTED
    }
    return Overview(counts=counts, revision=context.store.revision())


@operation(Role.ADMIN)
def list_audit(context: Context, request: ListAudit) -> AuditTrail:
    """The newest entries of a server's audit chain, and where the chain is broken (0: nowhere)."""
    rows = context.store.read(statement("audit.chain"), server=request.server)
    entries = [AuditEntry.from_properties(row["record"]) for row in rows[-request.limit :]]
    return AuditTrail(entries=entries, broken_at=audit.verify(context.store, request.server))
