"""Evidence of outcomes: files that were uploaded, links as they were on a day, certificates that expire."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, Field, model_validator

from ..domain import Evidence, EvidenceKind, Outcome, Relationship, Role
from ..domain.media import LOOKED_AT, media_type, safe_filename
from ..domain.outcome_steps import amended
from ..errors import Conflict, Forbidden, InvalidRequest, StaleReview
from ..policy import require_visible
from ..schema import Label, Rel
from ..store.records import get_record, put_records, put_relationships, records_about, retire_records
from .action_reading import local_day
from .outcome_lookup import may_change_outcome, visible_outcome
from .outcome_reading import ids_of
from .outcome_review_views import EvidenceView, view_evidence
from .refusals import unfit
from .table import Context, Request, Response, operation
from .visible_about import of_visible_subjects, visible_about


class AddEvidence(Request):
    """A file that was uploaded (its `sha256`, with its name) or a link, and the outcome it shows.

    A link is looked at once: what stands there then is what later checks compare with. `expires_on`
    is the last day a certificate is good for.
    """

    outcome: str
    kind: EvidenceKind | None = None
    title: str | None = Field(default=None, max_length=500)
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    filename: str | None = Field(default=None, max_length=500)
    link: str | None = Field(default=None, max_length=2_000)
    expires_on: date | None = None
    revision: int | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> AddEvidence:
        if (self.sha256 is None) == (self.link is None):
            raise unfit("file_or_link", "link", "evidence is either an uploaded file (sha256) or a link")
        if self.sha256 and not self.filename:
            raise unfit("missing", "filename", "say what the file is called (filename)")
        if self.kind is EvidenceKind.LINK and not self.link:
            raise unfit("missing", "link", "evidence of the kind link needs a link")
        return self


class EvidenceKey(Request):
    """Which piece of evidence."""

    id: str


class RemoveEvidence(EvidenceKey):
    """Which piece of evidence to take away, and the revision of its outcome that was read."""

    revision: int | None = None


class EvidenceOf(Request):
    """Of which outcome."""

    outcome: str


class EvidenceList(Response):
    """Evidence of an outcome, the oldest first; `revision` is the outcome's."""

    outcome: str
    revision: int
    state: str
    evidence: list[EvidenceView]


class EvidenceFound(Response):
    """A piece of evidence."""

    found: EvidenceView


class _Looked(BaseModel):
    """What was found of a new piece before anything was written."""

    sha256: str
    size: int
    media_type: str | None = None
    filename: str | None = None
    link: str | None = None


def _look(context: Context, request: AddEvidence) -> _Looked:
    """Look at the file or the link while no writer waits."""
    changeable_outcome(context, request.outcome, "add_evidence")
    if request.sha256 is not None:
        blobs = context.service("blobs")
        name = safe_filename(request.filename or "")
        blobs.renew(request.sha256)  # from now on nobody takes it for an upload that was left behind
        blob = blobs.verify(request.sha256)
        head, tail = blobs.ends(request.sha256, LOOKED_AT)
        kind = media_type(head, tail, name)
        return _Looked(sha256=blob.sha256, size=blob.size, media_type=kind, filename=name)
    captured = context.service("links").capture(request.link or "")
    return _Looked(
        sha256=captured.sha256, size=captured.size, media_type=captured.media_type or None, link=captured.url
    )


@operation(Role.MEMBER, audited=True, ahead=_look)
def add_evidence(context: Context, request: AddEvidence) -> EvidenceList:
    """Add a file or a link that shows an outcome to be true; an accepted outcome starts a new round."""
    outcome = changeable_outcome(context, request.outcome, "add_evidence")
    _require_read(outcome, request.revision)
    looked: _Looked = context.ahead
    today = local_day(context.store, outcome.project, context.now)
    if request.expires_on is not None and request.expires_on < today:
        raise InvalidRequest(
            f"expires_on: it expired on {request.expires_on}; evidence has to be good today ({today}).",
            field="expires_on", why="expired", value=str(request.expires_on), today=str(today),
            operation="add_evidence",
        )  # fmt: skip
    held = visible_about(context.store, context.scope, Evidence, [outcome])
    if same := next((piece for piece in held if piece.sha256 == looked.sha256), None):
        raise Conflict(
            f"The same content is evidence of this outcome already: {same.title!r}.", id=same.id, name=same.title
        )
    kind = request.kind or _kind_of(looked, request.expires_on)
    values: dict[str, Any] = looked.model_dump(exclude_none=True)
    piece = Evidence.parse(
        {
            "id": f"evidence:{uuid4().hex}",
            "project": outcome.project,
            "unit": outcome.unit,
            "confidential": outcome.confidential,
            "subject": outcome.id,
            "kind": kind,
            "title": request.title or looked.filename or looked.link,
            "captured_at": context.now,
            "checked_at": context.now,
            "expires_on": request.expires_on,
            "added_by": context.visitor.name,
            **values,
        }
    )
    supports = Relationship(
        type=Rel.SUPPORTS, start_label=Label.EVIDENCE, start=piece.id, end_label=Label.OUTCOME, end=outcome.id
    )
    changed = amended(outcome, evidence=ids_of([*held, piece]))
    with context.store.transaction() as tx:
        put_records(tx, [piece, changed], at=context.now, by=context.visitor.name)
        put_relationships(tx, [supports], at=context.now, by=context.visitor.name)
    context.audit.update(subject=piece.id, after_hash=piece.content_hash())
    return evidence_of(context, outcome.id)


@operation(Role.MEMBER, audited=True)
def remove_evidence(context: Context, request: RemoveEvidence) -> EvidenceList:
    """Take a piece of evidence away; it stays in the history, and an accepted outcome starts a new round."""
    piece = visible_evidence(context, request.id)
    outcome = changeable_outcome(context, piece.subject, "remove_evidence")
    _require_read(outcome, request.revision)
    held = records_about(context.store, Evidence, [outcome.id])
    changed = amended(outcome, evidence=ids_of(held, without=piece.id))
    with context.store.transaction() as tx:
        retire_records(tx, Label.EVIDENCE, [piece.id], at=context.now, by=context.visitor.name)
        put_records(tx, [changed], at=context.now, by=context.visitor.name)
    context.audit.update(subject=piece.id, before_hash=piece.content_hash())
    return evidence_of(context, outcome.id)


@operation(Role.MEMBER)
def list_evidence(context: Context, request: EvidenceOf) -> EvidenceList:
    """Evidence of an outcome: whether each piece counts today, and what else the same file supports."""
    return evidence_of(context, request.outcome)


@operation(Role.MEMBER)
def get_evidence(context: Context, request: EvidenceKey) -> EvidenceFound:
    """One piece of evidence."""
    piece = visible_evidence(context, request.id)
    today = local_day(context.store, piece.project or "", context.now)
    return EvidenceFound(found=view_evidence(context, [piece], today)[0])


def evidence_of(context: Context, key: str) -> EvidenceList:
    """Evidence of a visible outcome."""
    outcome = visible_outcome(context, key)
    today = local_day(context.store, outcome.project, context.now)
    return EvidenceList(
        outcome=outcome.id,
        revision=outcome.revision,
        state=outcome.state.value,
        evidence=view_evidence(context, visible_about(context.store, context.scope, Evidence, [outcome]), today),
    )


def visible_evidence(context: Context, key: str) -> Evidence:
    """A piece of evidence that the visitor may see.

    Raises:
        NotFound: No such piece, or a hidden one.
    """
    piece = get_record(context.store, Evidence, key)
    if piece is not None and not of_visible_subjects(context.store, context.scope, [piece]):
        piece = None
    require_visible(context.scope, "evidence", key, piece)
    assert piece is not None
    return piece


def changeable_outcome(context: Context, key: str, operation: str) -> Outcome:
    """An outcome to whose evidence the visitor may add; a reviewer may too, and reviews it no more then.

    Raises:
        NotFound: No such outcome, or a hidden one.
        Forbidden: It is somebody else's.
    """
    outcome = visible_outcome(context, key)
    if not may_change_outcome(context.visitor, outcome):
        raise Forbidden(
            f"{context.visitor.display_name} may not change the evidence of {outcome.owner or 'somebody else'}'s "
            "outcome: its owner may, and facilitators, managers and the PMO.",
            operation=operation,
            needed=Role.FACILITATOR.value,
        )
    amended(outcome)  # says at once when it is being reviewed
    return outcome


def _require_read(outcome: Outcome, revision: int | None) -> None:
    if revision is not None and revision != outcome.revision:
        raise StaleReview(
            f"This outcome was changed since you read it (it is at revision {outcome.revision}, you read {revision}). "
            "Nothing was kept: read it again.",
            id=outcome.id,
            revision=outcome.revision,
            read=revision,
        )


def _kind_of(looked: _Looked, expires_on: date | None) -> EvidenceKind:
    if looked.link is not None:
        return EvidenceKind.LINK
    if expires_on is not None:
        return EvidenceKind.CERTIFICATE
    kind = looked.media_type or ""
    if kind.startswith("image/"):
        return EvidenceKind.SCREENSHOT
    return EvidenceKind.QUERY_RESULT if kind in ("text/csv", "application/json") else EvidenceKind.DOCUMENT
