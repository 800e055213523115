"""The way of an outcome from draft to accepted, as rules: which step may follow which state, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from statistics import median
from typing import Any

from ..errors import WrongOutcomeState
from .outcome_reviews import Review, ReviewDecision
from .outcomes import Outcome, OutcomeState
from .review_rules import AXES, ReviewRules

State = OutcomeState

UNDER_REVIEW = frozenset({State.SUBMITTED, State.MANAGER_APPROVED})


class OutcomeStep(StrEnum):
    """What may be done to an outcome."""

    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    REVIEW = "review"
    RETURN = "return"
    QUESTION = "question"
    SETTLE = "settle"


FROM: dict[OutcomeStep, frozenset[OutcomeState]] = {
    OutcomeStep.EDIT: frozenset({State.DRAFT, State.RETURNED, State.ACCEPTED, State.IN_QUESTION, State.IMPORTED}),
    OutcomeStep.SUBMIT: frozenset({State.DRAFT, State.RETURNED, State.IN_QUESTION}),
    OutcomeStep.WITHDRAW: UNDER_REVIEW,
    OutcomeStep.REOPEN: frozenset({State.ACCEPTED, State.IN_QUESTION}),
    OutcomeStep.REVIEW: UNDER_REVIEW,
    OutcomeStep.RETURN: UNDER_REVIEW | {State.ACCEPTED, State.IN_QUESTION},
    OutcomeStep.QUESTION: UNDER_REVIEW | {State.ACCEPTED},
    OutcomeStep.SETTLE: frozenset({State.IN_QUESTION}),
}
"""The states from which a step may be taken."""


def require_outcome_state(outcome: Outcome, step: OutcomeStep) -> None:
    """Let a step pass, or say why not.

    Raises:
        WrongOutcomeState: The outcome stands where the step cannot be taken.
    """
    if outcome.state in FROM[step]:
        return
    names = ", ".join(sorted(state.value for state in FROM[step]))
    hint = ""
    if step in (OutcomeStep.EDIT, OutcomeStep.SUBMIT) and outcome.state in UNDER_REVIEW:
        hint = " It is being reviewed: withdraw it first (withdraw_outcome)."
    raise WrongOutcomeState(
        f"The outcome is {outcome.state.value}; to {step.value} it, it must be one of: {names}.{hint}",
        id=outcome.id,
        outcome_state=outcome.state.value,
        outcome_step=step.value,
        allowed=sorted(state.value for state in FROM[step]),
    )


def submitted(outcome: Outcome, rules: ReviewRules, *, by: str, at: datetime) -> Outcome:
    """The outcome as it waits for its first review; coming again it starts a new round."""
    require_outcome_state(outcome, OutcomeStep.SUBMIT)
    again = outcome.state is not State.DRAFT
    return _with(
        outcome,
        state=State.SUBMITTED, awaits=rules.order[0], submitted_by=by, submitted_at=at, accepted_at=None,
        returned_reason=None, questioned_from=None, round=outcome.round + again,
    )  # fmt: skip


def withdrawn(outcome: Outcome) -> Outcome:
    """The outcome as its owner works on it again; reviews given so far count no more."""
    require_outcome_state(outcome, OutcomeStep.WITHDRAW)
    return _with(outcome, state=State.DRAFT, awaits=None, round=outcome.round + 1)


def amended(outcome: Outcome, **values: Any) -> Outcome:
    """The outcome with something changed: one that was accepted or in question starts a new round as a draft."""
    require_outcome_state(outcome, OutcomeStep.EDIT)
    if outcome.state in (State.ACCEPTED, State.IN_QUESTION):
        values |= {
            "state": State.DRAFT, "round": outcome.round + 1, "accepted_at": None, "awaits": None,
            "questioned_from": None,
        }  # fmt: skip
    return _with(outcome, **values)


def reopened(outcome: Outcome) -> Outcome:
    """The accepted outcome, or the one in question, as a draft of a new round to be changed."""
    require_outcome_state(outcome, OutcomeStep.REOPEN)
    return amended(outcome)


def reviewed(outcome: Outcome, rules: ReviewRules, reviews: Iterable[Review], *, at: datetime) -> Outcome:
    """The outcome after an approval: it waits for the next review, for a third person, or is accepted.

    Args:
        outcome: As it was reviewed.
        rules: The order, and the gap that asks a third.
        reviews: All reviews of its round, this approval among them.
        at: Now.
    """
    require_outcome_state(outcome, OutcomeStep.REVIEW)
    given = of_round(outcome, reviews)
    done = {review.role for review in given}
    waiting = [review for review in rules.order if review not in done]
    if not waiting and rules.third is not None and "third" not in done and widest_gap(given) >= rules.third.gap:
        waiting = ["third"]
    if waiting:
        return _with(outcome, state=State.MANAGER_APPROVED, awaits=waiting[0])
    return _with(outcome, state=State.ACCEPTED, awaits=None, accepted_at=at)


def returned(outcome: Outcome, reason: str) -> Outcome:
    """The outcome back with its owner, with the reason."""
    require_outcome_state(outcome, OutcomeStep.RETURN)
    return _with(
        outcome, state=State.RETURNED, awaits=None, accepted_at=None, questioned_from=None, returned_reason=reason
    )


def questioned(outcome: Outcome) -> Outcome:
    """The outcome in question, since evidence of it failed; it remembers where it stood."""
    require_outcome_state(outcome, OutcomeStep.QUESTION)
    return _with(outcome, state=State.IN_QUESTION, questioned_from=outcome.state)


def settled(outcome: Outcome) -> Outcome:
    """The outcome where it stood before: all its evidence was found as it was."""
    require_outcome_state(outcome, OutcomeStep.SETTLE)
    return _with(outcome, state=outcome.questioned_from or State.RETURNED, questioned_from=None)


def of_round(outcome: Outcome, reviews: Iterable[Review]) -> list[Review]:
    """Reviews of the outcome's present round."""
    return [review for review in reviews if review.subject == outcome.id and review.round == outcome.round]


def widest_gap(reviews: Iterable[Review]) -> int:
    """The largest difference between two scores on one axis; 0 with fewer than two."""
    return max((max(scores) - min(scores) for scores in scores_by_axis(reviews).values() if scores), default=0)


def medians(reviews: Iterable[Review]) -> dict[str, float]:
    """What counts on each axis: the median of the approving reviewers' scores."""
    return {axis: float(median(scores)) for axis, scores in scores_by_axis(reviews).items() if scores}


def scores_by_axis(reviews: Iterable[Review]) -> dict[str, list[int]]:
    """Scores of approvals, axis by axis."""
    given = [review for review in reviews if review.decision is ReviewDecision.APPROVED]
    return {axis: [value for r in given if (value := getattr(r, axis)) is not None] for axis in AXES}


def _with(outcome: Outcome, **values: Any) -> Outcome:
    return Outcome.parse(outcome.model_dump() | values)
