"""What was decided about a project, why, and what was known then."""

from __future__ import annotations

from datetime import date as CivilDate
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..schema import Label
from .record import NonEmpty, Record, nested


class Decision(Record):
    """Continue, change or stop: with the reason and what was known."""

    label: ClassVar[Label] = Label.DECISION

    project: NonEmpty
    question: NonEmpty
    decision: Annotated[str, Field(pattern="^(continue|change|stop)$")]
    reason: NonEmpty
    known: dict[str, Any] = nested(dict)
    date: CivilDate
    subject: str | None = None
    decided_by: str | None = None
