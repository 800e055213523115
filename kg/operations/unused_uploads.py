"""Uploads that never became evidence: found, and removed after some days."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from ..domain import Role
from ..queries import statement
from ..store.blobs import Blob
from .table import Context, Request, Response, operation

KEEP_DAYS = 7
"""So long an upload may wait to become evidence."""


class UnusedUploads(Request):
    """Files count as left over when their last upload is so many days ago."""

    days: int = Field(default=KEEP_DAYS, ge=1, le=3_650)


class UnusedFile(BaseModel):
    """A kept file that no evidence refers to."""

    sha256: str
    size: int


class UploadsLeft(Response):
    """Files that no evidence refers to: nor did any that was taken away or changed since.

    `total` is how many there are, `bytes` their size; `evidence` says how many files evidence does refer to.
    """

    files: list[UnusedFile]
    total: int
    bytes: int
    evidence: int


SHOWN = 1_000


@operation(Role.ADMIN)
def unused_uploads(context: Context, request: UnusedUploads) -> UploadsLeft:
    """Uploads that never became evidence and are old enough to be removed; nothing is."""
    found = _unused(context, _before(context, request))
    return _told(context, found)


@operation(Role.ADMIN, audited=True)
def clean_uploads(context: Context, request: UnusedUploads) -> UploadsLeft:
    """Remove uploads that never became evidence; a file that any evidence refers to, or did, stays."""
    blobs, before = context.service("blobs"), _before(context, request)
    gone = blobs.remove_unwanted(_unused(context, before), before, lambda digests: _referred_to(context, digests))
    broken_off = blobs.drop_incoming(before)
    context.audit["subject"] = f"{len(gone)} unused uploads removed, {broken_off} broken off"
    return _told(context, gone)


def _before(context: Context, request: UnusedUploads) -> datetime:
    return context.now - timedelta(days=request.days)


def _unused(context: Context, before: datetime) -> list[Blob]:
    old = context.service("blobs").uploaded_before(before)
    used = _referred_to(context, [blob.sha256 for blob in old])
    return [blob for blob in old if blob.sha256 not in used]


def _referred_to(context: Context, digests: list[str]) -> set[str]:
    """Those digests that evidence names: in use, taken away, or as it was before it changed."""
    used = _of_evidence(context)
    rest = [digest for digest in digests if digest not in used]
    if rest:
        rows = context.store.read(statement("outcome_reviews.revisions_naming"), digests=rest)
        used |= {digest for row in rows for digest in rest if digest in row["body"]}
    return used & set(digests)


def _of_evidence(context: Context) -> set[str]:
    return {row["sha256"] for row in context.store.read(statement("outcome_reviews.digests"))}


def _told(context: Context, files: list[Blob]) -> UploadsLeft:
    return UploadsLeft(
        files=[UnusedFile(sha256=blob.sha256, size=blob.size) for blob in files[:SHOWN]],
        total=len(files),
        bytes=sum(blob.size for blob in files),
        evidence=len(_of_evidence(context)),
    )
