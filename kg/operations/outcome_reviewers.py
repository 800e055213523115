"""Whose turn it is to review an outcome: the direct manager, the PMO, a third person; never one's own."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain import Evidence, Outcome, Person, Review, Role
from ..domain.outcome_steps import OutcomeStep, of_round, require_outcome_state
from ..domain.review_rules import ReviewRules
from ..errors import Forbidden, KgError, NotYourReview, OwnWork
from ..policy import Visitor
from ..queries import statement
from ..store.protocol import GraphStore
from .outcome_reading import hands_in, is_for_trying, names_of
from .people import person_id


@dataclass(frozen=True)
class Turn:
    """Whose review an outcome waits for: a person by name, or anybody with one of the roles."""

    review: str
    person: str | None
    roles: tuple[Role, ...]


def manager_of(store: GraphStore, name: str | None) -> Person | None:
    """Whom somebody reports to, if that is known."""
    if not name:
        return None
    rows = store.read(statement("outcome_reviews.manager_of"), id=person_id(name))
    return Person.from_properties(rows[0]["record"]) if rows else None


def turn_of(
    store: GraphStore, outcome: Outcome, rules: ReviewRules, reviews: list[Review], hands: set[str]
) -> Turn | None:
    """Whose turn it is, or None when the outcome waits for nobody.

    The direct manager's turn goes to those who stand in where nobody is set, or the manager is
    disabled, cannot see the outcome, had a hand in it or has reviewed it already.
    """
    if outcome.awaits is None:
        return None
    if outcome.awaits == "third":
        return Turn("third", None, tuple(rules.third.roles) if rules.third else (Role.PMO, Role.LEAD))
    step = rules.step(outcome.awaits)
    if step is None:  # the rules were changed while it waited
        return Turn(outcome.awaits, None, tuple(role for each in rules.steps for role in each.roles))
    if step.reviewer == "direct_manager":
        manager = manager_of(store, outcome.owner)
        used = hands | _reviewers(outcome, reviews)
        if manager is not None and not manager.disabled and manager.name.casefold() not in used:
            scope = Visitor.of(manager).scope()
            if scope.covers(outcome.project, outcome.unit, outcome.confidential):
                return Turn(step.review, manager.name, ())
    return Turn(step.review, None, tuple(step.roles))


def require_turn(
    store: GraphStore,
    visitor: Visitor,
    outcome: Outcome,
    rules: ReviewRules,
    reviews: list[Review],
    evidence: list[Evidence] | None = None,
) -> str:
    """The review that the visitor may give now: manager, pmo or third.

    Raises:
        WrongOutcomeState: It is not being reviewed.
        OwnWork: The visitor had a hand in it.
        NotYourReview: The visitor has reviewed it already, or somebody else has to.
        Forbidden: The visitor's role does not reach.
    """
    require_outcome_state(outcome, OutcomeStep.REVIEW)
    hands = hands_in(store, outcome, evidence)
    turn = turn_of(store, outcome, rules, reviews, hands)
    assert turn is not None
    trial = visitor.acting_for is not None and is_for_trying(store, outcome)
    own = {visitor.name.casefold()} if trial else names_of(visitor)
    used = {r.reviewer.casefold() for r in of_round(outcome, reviews)} if trial else _reviewers(outcome, reviews)
    if own & hands:
        raise OwnWork(
            f"{visitor.display_name} owns this outcome, wrote or changed what it promises, submitted it or "
            "added evidence to it; somebody else must review it.",
            id=outcome.id,
            operation="review_outcome",
        )
    if own & used:
        raise NotYourReview(
            "You have reviewed this outcome in this round already; the next review is another person's.",
            id=outcome.id, review_role=turn.review, problem="reviewed_already", who="",
        )  # fmt: skip
    if turn.person is not None:
        if visitor.name.casefold() != turn.person.casefold():
            raise NotYourReview(
                f"This outcome waits for the review of its owner's direct manager, {turn.person}.",
                id=outcome.id, review_role=turn.review, problem="managers_turn", who=turn.person,
            )  # fmt: skip
        return turn.review
    if not any(visitor.has(role) for role in turn.roles):
        names = ", ".join(role.value for role in turn.roles)
        raise Forbidden(
            f"{visitor.display_name} may not give the {turn.review} review: it needs one of the roles {names}.",
            operation="review_outcome",
            needed=names,
        )
    return turn.review


def may_review(
    store: GraphStore,
    visitor: Visitor,
    outcome: Outcome,
    rules: ReviewRules,
    reviews: list[Review],
    evidence: list[Evidence] | None = None,
) -> tuple[str | None, KgError | None]:
    """The review the visitor may give, or why there is none."""
    try:
        return require_turn(store, visitor, outcome, rules, reviews, evidence), None
    except KgError as error:
        return None, error


def _reviewers(outcome: Outcome, reviews: list[Review]) -> set[str]:
    given = of_round(outcome, reviews)
    return {name.casefold() for review in given for name in (review.reviewer, review.acting_for) if name}
