"""What shows that an outcome came true: a file by its digest, or a link as it was captured."""

from __future__ import annotations

from datetime import date as CivilDate
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from ..schema import Label
from .record import Instant, NonEmpty, Record, Text


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    SCREENSHOT = "screenshot"
    DOCUMENT = "document"
    CERTIFICATE = "certificate"
    QUERY_RESULT = "query_result"
    LINK = "link"


class EvidenceStatus(StrEnum):
    """What the last check found of a piece of evidence."""

    LIVE = "live"
    CHANGED = "changed"
    MISSING = "missing"
    EXPIRED = "expired"


class Evidence(Record):
    """A file or link that shows an outcome or a lesson to be true.

    Of a link, `sha256` is the digest of what stood there when it was captured: of a page its words, of
    anything else its bytes. `finding` is the key of what the last check saw, `checked_at` when it last
    could be looked at.
    """

    label: ClassVar[Label] = Label.EVIDENCE

    subject: NonEmpty
    kind: EvidenceKind
    title: NonEmpty
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    size: int | None = Field(default=None, gt=0)
    link: str | None = None
    captured_at: Instant | None = None
    expires_on: CivilDate | None = None
    filename: str | None = Field(default=None, max_length=255)
    media_type: str | None = None
    added_by: str | None = None
    status: EvidenceStatus = EvidenceStatus.LIVE
    checked_at: Instant | None = None
    finding: Text | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if not self.sha256 and not self.link:
            raise ValueError("evidence needs a file (sha256) or a link")
        return self
