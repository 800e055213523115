"""Reviews as a visitor may see them: nobody sees another's scores before their own are in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from pydantic import BaseModel

from ..domain import Evidence, EvidenceStatus, Outcome, Review, ReviewDecision, smart_gaps
from ..domain.outcome_steps import FROM, UNDER_REVIEW, OutcomeStep, medians, of_round, scores_by_axis
from ..domain.outcomes import OutcomeState
from ..domain.review_rules import AXES
from ..policy import Visitor
from ..queries import statement
from ..schema import Label
from ..store.protocol import GraphStore
from ..store.records import records_about
from .action_reading import local_day
from .outcome_lookup import may_change_outcome
from .outcome_reading import hands_in, rules_in_force
from .outcome_reviewers import may_review, turn_of
from .projects import visible_names
from .table import Context, Response
from .visible_about import visible_about


class OutcomeLink(BaseModel):
    """Another outcome, to be gone to."""

    id: str
    title: str
    project: str | None = None


class EvidenceView(BaseModel):
    """A piece of evidence: whether it counts today, and what else the same file is evidence of.

    `finding` is the key of what is wrong with it, None when nothing is.
    """

    evidence: Evidence
    live: bool
    finding: str | None = None
    expires_in_days: int | None = None
    also_supports: list[OutcomeLink] = []


class ReviewView(BaseModel):
    """A review; while it is `hidden`, its scores and the reason of an approval are left out."""

    id: str
    role: str
    round: int
    reviewer: str
    decision: ReviewDecision
    scores: dict[str, int] = {}
    reason: str | None = None
    at: datetime | None = None
    hidden: bool = False
    mine: bool = False


class OutcomeReview(Response):
    """An outcome on its way: what it waits for, its evidence, reviews as the visitor may see them, and steps.

    `my_review` is the review that the visitor may give now, `not_mine` the error code and words of
    why there is none. `waits_for` names whose turn it is: a person, or roles. `scores` are the
    medians that count, `gaps` the differences per axis, both once the visitor may see the scores.
    """

    outcome: Outcome
    project_name: str | None = None
    awaits: str | None = None
    waits_for: list[str] = []
    waits_for_person: bool = False
    my_review: str | None = None
    not_mine: str | None = None
    why_not: str | None = None
    reviews: list[ReviewView] = []
    scores: dict[str, float] = {}
    gaps: dict[str, int] = {}
    third_asked: bool = False
    evidence: list[EvidenceView] = []
    smart: dict[str, list[str]] = {}
    permitted: list[str] = []


def review_of(context: Context, outcome: Outcome) -> OutcomeReview:
    """An outcome on its way, as the visitor may see it."""
    store, visitor = context.store, context.visitor
    rules = rules_in_force(context)
    reviews = records_about(store, Review, [outcome.id])
    evidence = records_about(store, Evidence, [outcome.id])
    seen = visible_about(store, context.scope, Evidence, [outcome])
    hands = hands_in(store, outcome, evidence)  # all of it counts, whoever may see it
    mine, why = may_review(store, visitor, outcome, rules, reviews, evidence)
    turn = turn_of(store, outcome, rules, reviews, hands)
    closed = closed_rounds(store, {outcome.id: outcome}, reviews, visitor)
    open_ = (outcome.id, outcome.round) not in closed
    given = of_round(outcome, reviews)
    waits = [turn.person] if turn and turn.person else [role.value for role in turn.roles] if turn else []
    under_review = outcome.state in UNDER_REVIEW
    return OutcomeReview(
        outcome=outcome,
        project_name=visible_names(context, [outcome.project]).get(outcome.project),
        awaits=outcome.awaits,
        waits_for=waits,
        waits_for_person=bool(turn and turn.person),
        my_review=mine,
        not_mine=why.code if why and under_review else None,
        why_not=why.message if why and under_review else None,
        reviews=[
            view_review(visitor, review, (outcome.id, review.round) not in closed) for review in _in_order(reviews)
        ],
        scores=medians(given) if open_ and not under_review else {},
        gaps={axis: max(s) - min(s) for axis, s in scores_by_axis(given).items() if len(s) > 1} if open_ else {},
        third_asked=outcome.awaits == "third" or any(review.role == "third" for review in given),
        evidence=view_evidence(context, seen, local_day(store, outcome.project, context.now)),
        smart=smart_gaps(outcome),
        permitted=permitted_steps(visitor, outcome, mine),
    )


def permitted_steps(visitor: Visitor, outcome: Outcome, mine: str | None) -> list[str]:
    """The steps that the visitor may take with an outcome as it stands."""
    changes = may_change_outcome(visitor, outcome)
    found = [
        step.value
        for step in (OutcomeStep.EDIT, OutcomeStep.SUBMIT, OutcomeStep.WITHDRAW, OutcomeStep.REOPEN)
        if changes and outcome.state in FROM[step]
    ]
    if mine:
        found += [OutcomeStep.REVIEW.value, OutcomeStep.RETURN.value]
    return found


def masked(context: Context, reviews: Sequence[Review]) -> list[Review]:
    """Reviews of any subjects, as records, with what the visitor may not see yet left out."""
    subjects = sorted({review.subject for review in reviews if review.role != "lesson"})
    rows = context.store.read(statement("records.get_many", Label.OUTCOME), ids=subjects) if subjects else []
    outcomes = {row["record"]["id"]: Outcome.from_properties(row["record"]) for row in rows}  # retired ones, too
    closed = closed_rounds(context.store, outcomes, records_about(context.store, Review, subjects), context.visitor)
    return [
        _without_scores(r) if (r.subject, r.round) in closed and not is_own(context.visitor, r) else r for r in reviews
    ]


def is_own(visitor: Visitor, review: Review) -> bool:
    """True for a review that was given in the visitor's name."""
    return review.reviewer.casefold() == visitor.name.casefold()


def view_review(visitor: Visitor, review: Review, sees: bool) -> ReviewView:
    """A review as the visitor may see it."""
    mine = is_own(visitor, review)
    shown = review if sees or mine else _without_scores(review)
    return ReviewView(
        id=review.id,
        role=review.role,
        round=review.round,
        reviewer=review.reviewer,
        decision=review.decision,
        scores={axis: value for axis in AXES if (value := getattr(shown, axis)) is not None},
        reason=shown.reason,
        at=review.recorded_at,
        hidden=shown is not review,
        mine=mine,
    )


def view_evidence(context: Context, evidence: Sequence[Evidence], today: date) -> list[EvidenceView]:
    """Evidence with whether it counts today and what else the same file supports."""
    digests = sorted({piece.sha256 for piece in evidence if piece.sha256})
    rows = (
        context.store.read(statement("outcome_reviews.same_file"), digests=digests, **context.scope.parameters())
        if digests
        else []
    )
    found = []
    for piece in sorted(evidence, key=lambda e: (e.captured_at.isoformat() if e.captured_at else "", e.id)):
        others = {row["id"]: row for row in rows if row["sha256"] == piece.sha256 and row["id"] != piece.subject}
        found.append(
            EvidenceView(
                evidence=piece,
                live=is_live(piece, today),
                finding=finding_of(piece, today),
                expires_in_days=(piece.expires_on - today).days if piece.expires_on else None,
                also_supports=[
                    OutcomeLink(id=r["id"], title=r["title"], project=r["project"]) for r in others.values()
                ],
            )
        )
    return found


def is_live(piece: Evidence, today: date) -> bool:
    """True when a piece of evidence counts: found as it was, and not expired."""
    return piece.status is EvidenceStatus.LIVE and not (piece.expires_on and piece.expires_on < today)


def finding_of(piece: Evidence, today: date) -> str | None:
    """The key of what is wrong with a piece of evidence."""
    if piece.expires_on and piece.expires_on < today:
        return "expired"
    return piece.finding


def _in_order(reviews: Iterable[Review]) -> list[Review]:
    order = {"manager": 0, "pmo": 1, "third": 2}
    return sorted(reviews, key=lambda r: (r.round, order.get(r.role, 3), r.id))


def goes_on(outcome: Outcome) -> bool:
    """True while an outcome is reviewed; what is in question goes on, too, if it had not been accepted."""
    return OutcomeState(outcome.questioned_from or outcome.state) in UNDER_REVIEW


def closed_rounds(
    store: GraphStore, outcomes: dict[str, Outcome], reviews: Sequence[Review], visitor: Visitor | None = None
) -> set[tuple[str, int]]:
    """Rounds of outcomes whose scores the visitor may not see yet; without one, nobody who gave none of them.

    While a round goes on only who has given theirs in it sees the others', of earlier rounds neither: not
    the owner, who could pass them on. Nor does anybody see those of a round that was broken off (it was
    withdrawn, or changed while in question) before the outcome is accepted: the next round asks again.
    """
    own = [r for r in reviews if visitor is not None and is_own(visitor, r)]
    given = {(r.subject, r.round) for r in own if r.decision is ReviewDecision.APPROVED}
    found: set[tuple[str, int]] = set()
    for key, outcome in outcomes.items():
        rounds = {(key, review.round) for review in reviews if review.subject == key} | {(key, outcome.round)}
        if goes_on(outcome):
            found |= set() if (key, outcome.round) in given else rounds
        elif OutcomeState(outcome.questioned_from or outcome.state) is not OutcomeState.ACCEPTED and len(rounds) > 1:
            ended = {(r.subject, r.round) for r in reviews if r.decision is ReviewDecision.RETURNED}
            broken_off = rounds - ended - {(key, outcome.round)}
            found |= broken_off - _accepted_rounds(store, key) if broken_off else set()
    return found


def _accepted_rounds(store: GraphStore, key: str) -> set[tuple[str, int]]:
    """Rounds in which an outcome was accepted before it was changed."""
    bodies = [json.loads(row["body"]) for row in store.read(statement("records.revisions_of"), id=key)]
    return {(key, int(body.get("round", 1))) for body in bodies if body.get("state") == OutcomeState.ACCEPTED.value}


def _without_scores(review: Review) -> Review:
    emptied: dict[str, object] = dict.fromkeys(AXES)
    if review.decision is ReviewDecision.APPROVED:
        emptied["reason"] = None
    return review.model_copy(update=emptied)
