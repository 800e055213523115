"""The evidence that a project's outcomes rest on, and how far their acceptance is."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from pydantic import BaseModel

from ..domain import Evidence, OutcomeState, Review, Role
from ..store.records import records_about
from .money_reading import money_of
from .projects import find_project
from .table import Context, Request, Response, operation
from .visible_about import visible_about


class ProjectEvidenceOf(Request):
    """Which project."""

    project: str


class OutcomeStanding(BaseModel):
    """Where an outcome stands; its reviews are counted once it is accepted: until then they are blind."""

    outcome: str
    title: str
    state: OutcomeState
    accepted_at: datetime | None = None
    reviews: int = 0


class ProjectEvidence(Response):
    """Outcomes and their evidence, the evidence in the order of the outcomes."""

    project: str
    outcomes: list[OutcomeStanding]
    evidence: list[Evidence]


@operation(Role.MEMBER)
def project_evidence(context: Context, request: ProjectEvidenceOf) -> ProjectEvidence:
    """The evidence of a project's outcomes, with what its last check found."""
    project = find_project(context.store, request.project, context.scope)
    outcomes = money_of(context, project).outcomes
    keys = [outcome.id for outcome in outcomes]
    place = {key: number for number, key in enumerate(keys)}
    found = visible_about(context.store, context.scope, Evidence, outcomes)
    reviews = Counter(review.subject for review in records_about(context.store, Review, keys))
    return ProjectEvidence(
        project=project.id,
        outcomes=[
            OutcomeStanding(
                outcome=outcome.id, title=outcome.title, state=outcome.state, accepted_at=outcome.accepted_at,
                reviews=reviews[outcome.id] if outcome.state is OutcomeState.ACCEPTED else 0,
            )
            for outcome in outcomes
        ],
        evidence=sorted(found, key=lambda item: (place[item.subject], item.id)),
    )  # fmt: skip
