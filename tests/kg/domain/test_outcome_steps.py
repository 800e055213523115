"""The way of an outcome, in any order that people can think of: what holds always."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kg.domain import Outcome, OutcomeState, Review, ReviewDecision
from kg.domain.outcome_steps import (
    FROM,
    UNDER_REVIEW,
    OutcomeStep,
    amended,
    medians,
    of_round,
    questioned,
    reopened,
    returned,
    reviewed,
    settled,
    submitted,
    widest_gap,
    withdrawn,
)
from kg.domain.review_rules import AXES, ReviewRules
from kg.errors import WrongOutcomeState
from pipelines.outcomes.review_rules import ReviewRulesFile
from pipelines.resources import TEMPLATES

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES = ReviewRulesFile.check(TEMPLATES / "reviews.yaml")
SCORES = st.fixed_dictionaries({axis: st.integers(1, 5) for axis in AXES})


def one_step() -> ReviewRules:
    values = RULES.model_dump(mode="json")
    return ReviewRules.model_validate(values | {"steps": values["steps"][1:], "third": None})


def draft() -> Outcome:
    return Outcome(id="o", project="p", title="Fewer complaints", owner="ann")


def review(outcome: Outcome, role: str, scores: dict[str, int]) -> Review:
    return Review(
        id=f"{role}:{outcome.round}", subject=outcome.id, round=outcome.round, role=role, reviewer=f"the {role}",
        decision=ReviewDecision.APPROVED, **scores,
    )  # fmt: skip


class TheWayOfAnOutcome(RuleBasedStateMachine):
    """Every step from every state: allowed ones lead where the rules say, all others are refused whole."""

    in_force = RULES

    def __init__(self) -> None:
        super().__init__()
        self.outcome = draft()
        self.reviews: list[Review] = []
        self.submissions: dict[int, int] = {}

    def take(self, step: OutcomeStep, work) -> bool:
        before = self.outcome
        if before.state in FROM[step]:
            self.outcome = work(before)
            return True
        with pytest.raises(WrongOutcomeState) as refused:
            work(before)
        assert refused.value.fields["outcome_state"] == before.state.value
        return False

    @rule()
    def submit(self) -> None:
        if self.take(OutcomeStep.SUBMIT, lambda o: submitted(o, self.in_force, by="ann", at=AT)):
            self.submissions[self.outcome.round] = self.submissions.get(self.outcome.round, 0) + 1
            assert self.outcome.awaits == self.in_force.order[0]

    @rule()
    def withdraw(self) -> None:
        self.take(OutcomeStep.WITHDRAW, withdrawn)

    @rule(title=st.sampled_from(["One", "Other"]))
    def change(self, title: str) -> None:
        was = self.outcome
        if self.take(OutcomeStep.EDIT, lambda o: amended(o, title=title)) and was.state in (
            OutcomeState.ACCEPTED, OutcomeState.IN_QUESTION,
        ):  # fmt: skip
            assert (self.outcome.state, self.outcome.round) == (OutcomeState.DRAFT, was.round + 1)

    @rule()
    def reopen(self) -> None:
        was = self.outcome
        if self.take(OutcomeStep.REOPEN, reopened):
            assert (self.outcome.state, self.outcome.round) == (OutcomeState.DRAFT, was.round + 1)

    @precondition(lambda self: self.outcome.awaits is not None)
    @rule(scores=SCORES)
    def approve(self, scores: dict[str, int]) -> None:
        before = self.outcome
        given = review(before, before.awaits or "", scores)
        if self.take(OutcomeStep.REVIEW, lambda o: reviewed(o, self.in_force, [*self.reviews, given], at=AT)):
            self.reviews.append(given)
            assert self.outcome.awaits != before.awaits

    @rule()
    def give_back(self) -> None:
        self.take(OutcomeStep.RETURN, lambda o: returned(o, "say how it was measured"))

    @rule()
    def evidence_fails(self) -> None:
        self.take(OutcomeStep.QUESTION, questioned)

    @rule()
    def evidence_is_good_again(self) -> None:
        was = self.outcome
        if self.take(OutcomeStep.SETTLE, settled):
            assert self.outcome.state is was.questioned_from

    @invariant()
    def accepted_only_by_every_step_of_this_round(self) -> None:
        given = of_round(self.outcome, self.reviews)
        roles = {r.role for r in given}
        if self.outcome.state is OutcomeState.ACCEPTED:
            assert set(self.in_force.order) <= roles
            first = [r for r in given if r.role != "third"]
            far = self.in_force.third is not None and widest_gap(first) >= self.in_force.third.gap
            assert ("third" in roles) == far
            assert self.outcome.accepted_at == AT
        else:
            assert self.outcome.accepted_at is None or self.outcome.state is OutcomeState.IN_QUESTION

    @invariant()
    def it_waits_for_somebody_exactly_while_it_is_reviewed(self) -> None:
        state = self.outcome.questioned_from or self.outcome.state
        assert (self.outcome.awaits is not None) == (state in UNDER_REVIEW)
        assert (self.outcome.questioned_from is not None) == (self.outcome.state is OutcomeState.IN_QUESTION)

    @invariant()
    def a_round_is_submitted_once(self) -> None:
        assert all(count == 1 for count in self.submissions.values())

    @invariant()
    def returned_says_why(self) -> None:
        assert (self.outcome.state is not OutcomeState.RETURNED) or self.outcome.returned_reason


class ByOneStep(TheWayOfAnOutcome):
    in_force = one_step()


TheWayOfAnOutcome.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
ByOneStep.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestTheWayOfAnOutcome = TheWayOfAnOutcome.TestCase
TestByOneStep = ByOneStep.TestCase


@given(SCORES, SCORES)
def test_a_third_person_is_asked_exactly_when_an_axis_lies_two_apart(one, other):
    first = reviewed(submitted(draft(), RULES, by="ann", at=AT), RULES, [], at=AT)
    both = [review(first, "manager", one), review(first, "pmo", other)]
    then = reviewed(first.model_copy(update={"awaits": "pmo"}), RULES, both, at=AT)
    apart = max(abs(one[axis] - other[axis]) for axis in AXES)
    assert (then.awaits == "third") == (apart >= 2)
    assert (then.state is OutcomeState.ACCEPTED) == (apart < 2)


@given(st.lists(SCORES, min_size=3, max_size=3))
def test_of_three_the_median_counts_so_that_one_alone_decides_nothing(three):
    outcome = draft()
    given_ = [review(outcome, role, scores) for role, scores in zip(("manager", "pmo", "third"), three, strict=True)]
    assert medians(given_) == {axis: sorted(s[axis] for s in three)[1] for axis in AXES}
    assert medians(given_[:2]) == {axis: (three[0][axis] + three[1][axis]) / 2 for axis in AXES}
