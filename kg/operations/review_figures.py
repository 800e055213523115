"""The rules of reviews as pages show them, and how far reviewers agree."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel

from ..domain import Outcome, Review, ReviewDecision, Role
from ..domain.agreement import weighted_kappa
from ..domain.media import ACCEPTED
from ..domain.review_rules import AXES, ReviewRules
from ..store.records import list_records
from .outcome_reading import rules_in_force
from .outcome_review_views import closed_rounds
from .people import Nothing
from .projects import find_project
from .table import Context, Request, Response, operation

FEWEST_PAIRS = 5
"""Of fewer rounds a figure would tell single scores."""


class ReviewRulesView(Response):
    """The steps in their order, when a third person is asked, the evidence needed, and the anchored scale.

    `largest_file` is in bytes, `accepted` are the endings of files that are taken.
    """

    rules: ReviewRules
    largest_file: int
    accepted: list[str]


class AgreementRequest(Request):
    """Of which project or unit, reviewed since when; all that the visitor may see when not given."""

    project: str | None = None
    unit: str | None = None
    since: date | None = None


class AxisAgreement(BaseModel):
    """How far manager and PMO agree on an axis.

    `kappa` is Cohen's with quadratic weights; None where all scores are the same so that chance explains
    everything. `exact` and `within_one` are shares of pairs, `bias` how much higher the
    PMO scores on average.
    """

    axis: str
    kappa: float | None = None
    exact: float | None = None
    within_one: float | None = None
    bias: float | None = None


class ReviewAgreement(Response):
    """Agreement axis by axis over rounds that are over; `third` is how often a third person was asked.

    With fewer pairs than `fewest` there are no figures.
    """

    outcomes: int
    pairs: int
    third: int
    axes: list[AxisAgreement]
    fewest: int = FEWEST_PAIRS


@operation(Role.MEMBER)
def review_rules(context: Context, request: Nothing) -> ReviewRulesView:
    """Who reviews in which order, what evidence is needed, and what each score means in both languages."""
    return ReviewRulesView(
        rules=rules_in_force(context), largest_file=context.service("blobs").limit, accepted=list(ACCEPTED)
    )


@operation(Role.PMO)
def review_agreement(context: Context, request: AgreementRequest) -> ReviewAgreement:
    """How far managers and the PMO agree beyond chance, axis by axis, over many outcomes."""
    project = find_project(context.store, request.project, context.scope).id if request.project else None
    outcomes = {o.id: o for o in list_records(context.store, Outcome, context.scope, project)}
    rounds: dict[tuple[str, int], dict[str, Review]] = {}
    reviews = [r for r in list_records(context.store, Review, context.scope, project) if r.subject in outcomes]
    closed = closed_rounds(context.store, outcomes, reviews)
    for review in reviews:
        if review.decision is not ReviewDecision.APPROVED or (review.subject, review.round) in closed:
            continue
        if request.unit and not f"{review.unit or ''}/".startswith(request.unit + "/"):
            continue
        if request.since and review.recorded_at and review.recorded_at.date() < request.since:
            continue
        rounds.setdefault((review.subject, review.round), {})[review.role] = review
    both = [given for given in rounds.values() if {"manager", "pmo"} <= given.keys()]
    return ReviewAgreement(
        outcomes=len({given["pmo"].subject for given in both}),
        pairs=len(both),
        third=sum("third" in given for given in both),
        axes=[_agreement(axis, both) for axis in AXES] if len(both) >= FEWEST_PAIRS else [],
    )


def _agreement(axis: str, both: list[dict[str, Review]]) -> AxisAgreement:
    scores = [(getattr(given["manager"], axis), getattr(given["pmo"], axis)) for given in both]
    pairs = [(a, b) for a, b in scores if a is not None and b is not None]
    if not pairs:
        return AxisAgreement(axis=axis)
    count = len(pairs)
    return AxisAgreement(
        axis=axis,
        kappa=weighted_kappa(pairs),
        exact=sum(a == b for a, b in pairs) / count,
        within_one=sum(abs(a - b) <= 1 for a, b in pairs) / count,
        bias=sum(b - a for a, b in pairs) / count,
    )
