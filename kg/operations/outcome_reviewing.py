"""Submitting an outcome, and reviewing it: manager, PMO, and a third person where the two are far apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import Field, model_validator

from ..domain import Evidence, Outcome, Review, ReviewDecision, Role, derive_id, smart_gaps
from ..domain.outcome_steps import (
    UNDER_REVIEW,
    OutcomeStep,
    reopened,
    require_outcome_state,
    returned,
    reviewed,
    submitted,
    withdrawn,
)
from ..domain.outcomes import Direction
from ..domain.review_rules import AXES, LEVELS, ReviewRules
from ..errors import EvidenceNeeded, Forbidden, NotSmart, OwnWork, StaleReview
from ..store.records import put_records, records_about
from .action_reading import local_day
from .outcome_lookup import may_change_outcome, visible_outcome
from .outcome_messages import tell_step
from .outcome_reading import hands_in, ids_of, names_of, rules_in_force
from .outcome_review_views import OutcomeReview, is_live, review_of
from .outcome_reviewers import require_turn
from .refusals import unfit
from .table import Context, Request, operation
from .visible_about import visible_about


class OutcomeReviewKey(Request):
    """Which outcome."""

    id: str


class SubmitOutcome(Request):
    """Which outcome, and the revision of it that was read: when it changed since, nothing is submitted."""

    id: str
    revision: int | None = None


class ReviewOutcome(Request):
    """A decision on an outcome as it was read: approving needs a score on every axis, returning a reason.

    `revision` is the one that was read: when somebody changed or reviewed the outcome since, nothing is kept.
    """

    id: str
    revision: int
    decision: ReviewDecision
    scores: dict[str, int] = {}
    reason: str | None = Field(default=None, max_length=10_000)

    @model_validator(mode="after")
    def _is_whole(self) -> ReviewOutcome:
        if self.decision is ReviewDecision.RETIRED:
            raise unfit("approved_or_returned", "decision", "an outcome is approved or returned")
        if unknown := sorted(set(self.scores) - set(AXES)):
            said = f"there is no axis {unknown[0]!r}; score {', '.join(AXES)}"
            raise unfit("one_of", "scores", said, value=unknown[0], choices=", ".join(AXES))
        for axis, score in self.scores.items():
            if not 1 <= score <= LEVELS:
                said = f"the score of {axis} is {score}; scores go from 1 to {LEVELS}"
                raise unfit("bad_score", "scores", said, axis=axis, score=score, levels=LEVELS)
        if self.decision is ReviewDecision.APPROVED and (missing := [a for a in AXES if a not in self.scores]):
            said = f"an approval scores every axis; {', '.join(missing)} has none"
            raise unfit("unscored", "scores", said, axes=", ".join(missing))
        if self.decision is ReviewDecision.RETURNED and not self.reason:
            said = "an outcome is returned with a reason, so that its owner knows what to change"
            raise unfit("no_reason", "reason", said)
        return self


class ReturnOutcome(Request):
    """Which outcome goes back to its owner, why, and the revision that was read."""

    id: str
    reason: str = Field(min_length=1, max_length=10_000)
    revision: int | None = None


@operation(Role.MEMBER)
def outcome_review(context: Context, request: OutcomeReviewKey) -> OutcomeReview:
    """Where an outcome stands: evidence, reviews as far as one may see them yet, and whose turn it is."""
    return review_of(context, visible_outcome(context, request.id))


@operation(Role.MEMBER, audited=True)
def submit_outcome(context: Context, request: SubmitOutcome) -> OutcomeReview:
    """Hand an outcome in for review: stated so that it can be checked, with live evidence."""
    outcome = _mine(context, request.id, "submit_outcome")
    _require_revision(outcome, request.revision)
    rules = rules_in_force(context)
    require_outcome_state(outcome, OutcomeStep.SUBMIT)
    require_smart(outcome)
    evidence = records_about(context.store, Evidence, [outcome.id])
    require_evidence(context, outcome, rules, evidence)
    owned = outcome.model_copy(update={"owner": outcome.owner or context.visitor.name, "evidence": ids_of(evidence)})
    return _keep(context, outcome, submitted(owned, rules, by=context.visitor.name, at=context.now))


@operation(Role.MEMBER, audited=True)
def withdraw_outcome(context: Context, request: SubmitOutcome) -> OutcomeReview:
    """Take an outcome back from review to work on it; reviews given so far count no more."""
    outcome = _mine(context, request.id, "withdraw_outcome")
    _require_revision(outcome, request.revision)
    return _keep(context, outcome, withdrawn(outcome))


@operation(Role.MEMBER, audited=True)
def reopen_outcome(context: Context, request: SubmitOutcome) -> OutcomeReview:
    """Open an accepted outcome, or one in question, for changes: a draft that is reviewed again in a new round."""
    outcome = _mine(context, request.id, "reopen_outcome")
    _require_revision(outcome, request.revision)
    return _keep(context, outcome, reopened(outcome))


@operation(Role.MEMBER, audited=True)
def review_outcome(context: Context, request: ReviewOutcome) -> OutcomeReview:
    """Approve an outcome with scores, or return it with a reason, when it is one's turn."""
    outcome = visible_outcome(context, request.id)
    rules = rules_in_force(context)
    earlier = records_about(context.store, Review, [outcome.id])
    _require_revision(outcome, request.revision)
    role = require_turn(context.store, context.visitor, outcome, rules, earlier)
    approves = request.decision is ReviewDecision.APPROVED
    review = _review(context, outcome, role, request.decision, request.reason, request.scores if approves else {})
    if approves:
        changed = reviewed(outcome, rules, [*earlier, review], at=context.now)
    else:
        changed = returned(outcome, request.reason or "")
    return _keep(context, outcome, changed, review)


@operation(Role.MEMBER, audited=True)
def return_outcome(context: Context, request: ReturnOutcome) -> OutcomeReview:
    """Give an outcome back with a reason: as its reviewer, or as PMO also one that was accepted or is in question."""
    outcome = visible_outcome(context, request.id)
    _require_revision(outcome, request.revision)
    require_outcome_state(outcome, OutcomeStep.RETURN)
    rules = rules_in_force(context)
    if outcome.state in UNDER_REVIEW:
        earlier = records_about(context.store, Review, [outcome.id])
        role = require_turn(context.store, context.visitor, outcome, rules, earlier)
    else:
        role = rules.order[-1]
        _require_last(context, outcome, rules)
    review = _review(context, outcome, role, ReviewDecision.RETURNED, request.reason, {})
    return _keep(context, outcome, returned(outcome, request.reason), review)


def require_smart(outcome: Outcome) -> None:
    """Let an outcome pass that can be checked.

    Raises:
        NotSmart: Letters are missing; names each with its fields.
    """
    gaps = smart_gaps(outcome)
    if not gaps:
        return
    names = {"S": "Specific", "M": "Measurable", "A": "Achievable", "R": "Relevant", "T": "Time-bound"}
    told = "; ".join(f"{letter} ({names[letter]}): {', '.join(fields)}" for letter, fields in gaps.items())
    same = outcome.target is not None and outcome.target == outcome.baseline
    same = same and outcome.direction is not Direction.MAINTAIN
    hint = f" The target equals the baseline ({outcome.baseline:g}): it would promise no change." if same else ""
    raise NotSmart(
        f"The outcome cannot be submitted yet; fill in {told}.{hint}",
        id=outcome.id, gaps=gaps, letters=", ".join(gaps), told=told, target_is_baseline=same,
    )  # fmt: skip


def require_evidence(context: Context, outcome: Outcome, rules: ReviewRules, evidence: Sequence[Evidence]) -> None:
    """Let an outcome pass that has the evidence the rules ask for.

    Raises:
        EvidenceNeeded: Says how much of what is missing, or which piece is not live any more.
    """
    need = rules.evidence_for(outcome.outcome_type)
    today: date = local_day(context.store, outcome.project, context.now)
    live = [piece for piece in evidence if is_live(piece, today)]
    seen = {piece.id for piece in visible_about(context.store, context.scope, Evidence, [outcome])}
    failed = [piece.title for piece in evidence if piece not in live and piece.id in seen]
    shown = sum(piece.id in seen for piece in live)
    if len(live) < len(evidence):
        named = f": {', '.join(failed)}. Remove or replace them first" if failed else ". Ask who sees all of it"
        raise EvidenceNeeded(
            f"Evidence of this outcome changed, vanished or expired{named}.",
            id=outcome.id, failed=failed, least=need.least, live=shown, problem="failed",
        )  # fmt: skip
    if len(live) < need.least:
        raise EvidenceNeeded(
            f"The outcome has {shown} live piece(s) of evidence; it needs at least {need.least}. "
            "Add a file or a link that shows it.",
            id=outcome.id, failed=[], least=need.least, live=shown, problem="too_few",
        )  # fmt: skip
    if need.kinds and not any(piece.kind in need.kinds for piece in live):
        kinds = ", ".join(kind.value for kind in need.kinds)
        raise EvidenceNeeded(
            f"Outcomes of this kind need evidence of one of these kinds: {kinds}.",
            id=outcome.id, failed=[], least=need.least, live=shown, kinds=kinds, problem="kinds",
        )  # fmt: skip


def _review(
    context: Context, outcome: Outcome, role: str, decision: ReviewDecision, reason: str | None, scores: dict[str, int]
) -> Review:
    # One review a round and role; one that takes back what was accepted stands beside those that accepted it.
    after = [] if outcome.state in UNDER_REVIEW else [f"v{outcome.revision}"]
    return Review.parse(
        {
            "id": derive_id("review", outcome.id, f"r{outcome.round}", role, *after),
            "project": outcome.project,
            "unit": outcome.unit,
            "confidential": outcome.confidential,
            "subject": outcome.id,
            "subject_revision": outcome.revision,
            "round": outcome.round,
            "role": role,
            "reviewer": context.visitor.name,
            "acting_for": context.visitor.acting_for,
            "decision": decision,
            "reason": reason,
            **scores,
        }
    )


def _mine(context: Context, key: str, operation: str) -> Outcome:
    outcome = visible_outcome(context, key)
    if not may_change_outcome(context.visitor, outcome):
        raise Forbidden(
            f"{context.visitor.display_name} may not do this with the outcome of {outcome.owner or 'somebody else'}: "
            "its owner may, and facilitators, managers and the PMO.",
            operation=operation,
            needed=Role.FACILITATOR.value,
        )
    return outcome


def _require_last(context: Context, outcome: Outcome, rules: ReviewRules) -> None:
    visitor, roles = context.visitor, rules.steps[-1].roles
    if not any(visitor.has(role) for role in roles):
        names = ", ".join(role.value for role in roles)
        raise Forbidden(
            f"{visitor.display_name} may not take back an acceptance: it needs one of the roles {names}.",
            operation="return_outcome",
            needed=names,
        )
    if names_of(visitor) & hands_in(context.store, outcome):
        raise OwnWork(
            f"{visitor.display_name} had a hand in this outcome; somebody else must judge it.",
            id=outcome.id,
            operation="return_outcome",
        )


def _require_revision(outcome: Outcome, revision: int | None) -> None:
    if revision is not None and revision != outcome.revision:
        raise StaleReview(
            f"This outcome was changed or reviewed since you read it (it is at revision {outcome.revision}, you read "
            f"{revision}). Nothing was kept: read it again and decide then.",
            id=outcome.id,
            revision=outcome.revision,
            read=revision,
        )


def _keep(context: Context, before: Outcome, after: Outcome, *beside: Review) -> OutcomeReview:
    with context.store.transaction() as tx:
        put_records(tx, [*beside, after], at=context.now, by=context.visitor.name)
    tell_step(context, after)
    context.audit.update(subject=after.id, before_hash=before.content_hash(), after_hash=after.content_hash())
    return review_of(context, visible_outcome(context, after.id))
