"""A typed edge between two records."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..schema import Label, Rel
from .record import Instant

ENDS: dict[Rel, tuple[frozenset[Label], frozenset[Label]]] = {
    Rel.HAS_OUTCOME: (frozenset({Label.PROJECT}), frozenset({Label.OUTCOME})),
    Rel.OF_TYPE: (frozenset({Label.OUTCOME}), frozenset({Label.OUTCOME_TYPE})),
    Rel.LEADS_TO: (frozenset({Label.OUTCOME}), frozenset({Label.OUTCOME})),
    Rel.ALIGNS_WITH: (frozenset({Label.OUTCOME}), frozenset({Label.OBJECTIVE, Label.KEY_RESULT})),
    Rel.MEASURED_BY: (
        frozenset({Label.OUTCOME, Label.KPI, Label.KEY_RESULT}),
        frozenset({Label.MEASUREMENT, Label.KPI}),
    ),
    Rel.SUPPORTS: (frozenset({Label.EVIDENCE}), frozenset({Label.OUTCOME, Label.LESSON})),
    Rel.ASSESSES: (frozenset({Label.ASSESSMENT}), frozenset({Label.OUTCOME, Label.PROJECT})),
    Rel.HELD: (frozenset({Label.PROJECT}), frozenset({Label.RETROSPECTIVE})),
    Rel.PRODUCED: (frozenset({Label.RETROSPECTIVE}), frozenset({Label.ACTION_ITEM, Label.LESSON})),
    Rel.ADDRESSES: (frozenset({Label.ACTION_ITEM}), frozenset({Label.LESSON})),
    Rel.CARRIED_FROM: (frozenset({Label.ACTION_ITEM}), frozenset({Label.ACTION_ITEM})),
    Rel.LEARNED_IN: (frozenset({Label.LESSON}), frozenset({Label.PROJECT})),
    Rel.ABOUT: (frozenset({Label.LESSON, Label.ALERT}), frozenset({Label.OUTCOME_TYPE, Label.OUTCOME})),
    Rel.RECURRED_IN: (frozenset({Label.LESSON}), frozenset({Label.PROJECT, Label.RETROSPECTIVE})),
    Rel.CONTRADICTS: (frozenset({Label.LESSON}), frozenset({Label.LESSON})),
    Rel.SUPERSEDES: (frozenset({Label.LESSON}), frozenset({Label.LESSON})),
    Rel.TRANSLATES: (frozenset({Label.LESSON}), frozenset({Label.LESSON})),
    Rel.DISTILLED_FROM: (frozenset({Label.PRACTICE}), frozenset({Label.LESSON})),
    Rel.APPLIED: (frozenset({Label.PROJECT}), frozenset({Label.LESSON, Label.PRACTICE})),
    Rel.HEEDS: (frozenset({Label.PROJECT}), frozenset({Label.LESSON})),
    Rel.OWNS: (frozenset({Label.PERSON}), frozenset({Label.OUTCOME, Label.ACTION_ITEM})),
    Rel.MEMBER_OF: (frozenset({Label.PERSON}), frozenset({Label.TEAM})),
    Rel.REPORTS_TO: (frozenset({Label.PERSON}), frozenset({Label.PERSON})),
}
"""Which kinds a relationship may join; RELATED_TO joins anything."""


class Relationship(BaseModel):
    """An edge; the same two records are joined at most once by one type."""

    model_config = ConfigDict(extra="forbid")

    type: Rel
    start_label: Label
    start: str
    end_label: Label
    end: str
    properties: dict[str, str | int | float | bool] = Field(default_factory=dict)
    recorded_at: Instant | None = None
    recorded_by: str | None = None
    source_system: str | None = None

    @model_validator(mode="after")
    def _joins_what_it_may(self) -> Self:
        if self.type in ENDS:
            starts, ends = ENDS[self.type]
            if self.start_label not in starts or self.end_label not in ends:
                raise ValueError(f"{self.type} cannot join {self.start_label} to {self.end_label}")
        if self.start == self.end and self.type in {Rel.LEADS_TO, Rel.SUPERSEDES, Rel.CONTRADICTS, Rel.REPORTS_TO}:
            raise ValueError(f"{self.type} cannot join {self.start} to itself")
        return self

    def to_properties(self) -> dict[str, Any]:
        """The edge's properties as both engines keep them."""
        own = {
            "recorded_at": self.recorded_at.isoformat().replace("+00:00", "Z") if self.recorded_at else None,
            "recorded_by": self.recorded_by,
            "source_system": self.source_system,
        }
        return {**self.properties, **{name: value for name, value in own.items() if value is not None}}
