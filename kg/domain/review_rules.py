"""Who reviews outcomes in which order, on which evidence and by which scale: rules that an organisation edits."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from .evidence import EvidenceKind
from .formats import Bilingual
from .people import Role

AXES = ("impact", "difficulty", "innovation")
LEVELS = 5


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _misfit(reason: str, *place: str | int) -> PydanticCustomError:
    return PydanticCustomError("misfit", "{reason}", {"reason": reason, "place": place})


class Step(_Data):
    """One review: by the owner's direct manager, or by anybody with one of the roles.

    With `direct_manager` the roles say who stands in where there is no manager, or the manager cannot
    see the outcome or had a hand in it.
    """

    review: Literal["manager", "pmo"]
    title: Bilingual
    reviewer: Literal["direct_manager", "role"]
    roles: Annotated[list[Role], Field(min_length=1)]


class Third(_Data):
    """When a third person is asked, and who."""

    title: Bilingual
    gap: int = Field(default=2, ge=1, le=LEVELS - 1)
    roles: Annotated[list[Role], Field(min_length=1)]


class EvidenceNeed(_Data):
    """How many live pieces of evidence there must be, and of which kinds one at least."""

    least: int = Field(default=1, ge=0, le=20)
    kinds: list[EvidenceKind] = Field(default_factory=list)


class EvidenceRules(EvidenceNeed):
    """What evidence is needed; kinds of outcome (by key) may need something else."""

    by_type: dict[str, EvidenceNeed] = Field(default_factory=dict)
    expiring_days: int = Field(default=30, ge=1, le=366)


class Axis(_Data):
    """What is scored from 1 to 5, with words for each of the five."""

    key: Literal["impact", "difficulty", "innovation"]
    name: Bilingual
    question: Bilingual
    anchors: Annotated[list[Bilingual], Field(min_length=LEVELS, max_length=LEVELS)]


class ReviewRules(_Data):
    """The rules of reviews: steps in their order, the third person, evidence and the scale."""

    key: Literal["reviews"] = "reviews"
    steps: Annotated[list[Step], Field(min_length=1, max_length=2)]
    third: Third | None = None
    evidence: EvidenceRules = Field(default_factory=EvidenceRules)
    axes: list[Axis]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        reviews = [step.review for step in self.steps]
        if reviews == ["pmo", "manager"]:
            raise _misfit("the manager reviews before the PMO. Write the step `manager` first", "steps", 0)
        if len(set(reviews)) < len(reviews):
            raise _misfit(f"the review {reviews[1]!r} stands in an earlier step already", "steps", 1)
        if self.third is not None and len(self.steps) < 2:
            raise _misfit("a third person needs two steps before. Add a step, or leave `third` out", "third")
        keys = [axis.key for axis in self.axes]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                raise _misfit(f"the axis {key!r} stands there already", "axes", number, "key")
        if missing := [key for key in AXES if key not in keys]:
            raise _misfit(f"the axis {missing[0]!r} is missing. Name all of {', '.join(AXES)}", "axes")
        for number, step in enumerate(self.steps):
            if Role.GUEST in step.roles:
                raise _misfit("guests review nothing. Take the role `guest` out", "steps", number, "roles")
        if self.third is not None and Role.GUEST in self.third.roles:
            raise _misfit("guests review nothing. Take the role `guest` out", "third", "roles")
        return self

    @property
    def order(self) -> list[str]:
        """The reviews in their order."""
        return [step.review for step in self.steps]

    def step(self, review: str) -> Step | None:
        """The step of a review, or None."""
        return next((step for step in self.steps if step.review == review), None)

    def evidence_for(self, outcome_type: str | None) -> EvidenceNeed:
        """What evidence an outcome of a type needs; types are named by key or id."""
        key = (outcome_type or "").removeprefix("outcome_type:")
        return self.evidence.by_type.get(key, self.evidence)
