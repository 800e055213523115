"""Who vouches for an outcome, with which scores; scores lie sealed where records are kept."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from ..schema import SEALED, Label
from .record import NonEmpty, Record, Text

Score = Annotated[int, Field(ge=1, le=5)]


class ReviewDecision(StrEnum):
    """What a reviewer decided."""

    APPROVED = "approved"
    RETURNED = "returned"
    RETIRED = "retired"


class Review(Record):
    """One reviewer's decision and scores on an outcome or a lesson.

    `acting_for` is who gave it in the reviewer's name, when somebody did. In the graph the scores of
    an outcome, and the reason of its approval, lie in one property that hand-written questions do not
    give: nobody sees them before the operations of reviews show them.
    """

    label: ClassVar[Label] = Label.REVIEW

    subject: NonEmpty
    subject_revision: int = Field(default=1, ge=1)
    round: int = Field(default=1, ge=1)
    role: Annotated[str, Field(pattern="^(manager|pmo|third|lesson)$")]
    reviewer: NonEmpty
    acting_for: str | None = None
    decision: ReviewDecision
    impact: Score | None = None
    difficulty: Score | None = None
    innovation: Score | None = None
    reason: Text | None = None

    def to_properties(self) -> dict[str, Any]:
        """The review as node properties, what is blind sealed."""
        return sealed(super().to_properties())

    @classmethod
    def from_properties(cls, properties: dict[str, Any]) -> Self:
        """The review that `to_properties` wrote."""
        return super().from_properties({**properties, **json.loads(properties.get(SEALED) or "{}")})


def sealed(properties: dict[str, Any]) -> dict[str, Any]:
    """The properties of a review with its scores, and the reason of an approval, in the one that is sealed."""
    if properties.get("role") == "lesson":
        return properties
    names = ["impact", "difficulty", "innovation"]
    if properties.get("decision") == ReviewDecision.APPROVED.value:
        names.append("reason")
    hidden = {name: properties[name] for name in names if properties.get(name) is not None}
    if not hidden:
        return properties
    kept = {name: value for name, value in properties.items() if name not in names}
    earlier = json.loads(properties.get(SEALED) or "{}")
    return kept | {SEALED: json.dumps({**earlier, **hidden}, ensure_ascii=False, sort_keys=True)}
