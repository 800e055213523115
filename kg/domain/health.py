"""The health of a project: process and outcomes as one figure whose formula can be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .outcomes import Direction, Outcome
from .progress import Standing
from .projects import Milestone, WorkItem
from .retrospectives import OPEN_STATUSES, ActionItem
from .trajectory import staying, strayed
from .wall_work import DONE

Weight = Field(ge=0, le=1000)


class ProcessWeights(BaseModel):
    """What process counts beside outcomes, and what its parts count beside each other."""

    model_config = ConfigDict(extra="forbid")

    weight: float = Weight
    milestones: float = Weight
    actions: float = Weight
    work: float = Weight


class OutcomeWeight(BaseModel):
    """What outcomes count beside process."""

    model_config = ConfigDict(extra="forbid")

    weight: float = Weight


class HealthFormula(BaseModel):
    """The weights and limits of the formula (`templates/health_formula.yaml`)."""

    model_config = ConfigDict(extra="forbid")

    key: str = "health_formula"
    process: ProcessWeights = ProcessWeights(weight=2, milestones=3, actions=2, work=1)
    outcomes: OutcomeWeight = OutcomeWeight(weight=3)
    late_milestone_costs: float = Field(default=0.5, ge=0, le=1)
    old_work_days: int = Field(default=30, ge=1)
    least_way: float = Field(default=0.2, gt=0, le=1)
    stay_within: float = Field(default=0.2, gt=0, le=1)
    least_known: float = Field(default=0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _weighs_something(self) -> Self:
        if self.process.weight + self.outcomes.weight <= 0:
            raise ValueError("process and outcomes cannot both weigh nothing")
        if self.process.weight > 0 and self.process.milestones + self.process.actions + self.process.work <= 0:
            raise ValueError("the parts of process cannot all weigh nothing")
        return self


class HealthPart(BaseModel):
    """A part of the figure: its score, 0 to 100, or None when not enough is known.

    `counts` are the figures it was made from; `share` is what it counts in the whole, once all
    that is not known is left out.
    """

    key: str
    score: float | None
    weight: float
    share: float = 0.0
    counts: dict[str, float] = {}


def milestone_part(milestones: Iterable[Milestone], today: date, formula: HealthFormula) -> HealthPart:
    """Milestones that fell due: late ones lose all of their point, ones reached late a part of it."""
    due = [m for m in milestones if m.due and (m.due <= today or m.reached)]
    missing = [m for m in due if m.reached is None and m.due and m.due < today]
    late = [m for m in due if m.reached and m.due and m.reached > m.due]
    waiting = [m for m in due if m.reached is None and m.due == today]
    known = len(due) - len(waiting)
    lost = len(missing) + formula.late_milestone_costs * len(late)
    score = 100 * (1 - lost / known) if known else None
    counts = {"due": known, "missing": len(missing), "late": len(late)}
    return HealthPart(key="milestones", score=score, weight=formula.process.milestones, counts=counts)


def action_part(actions: Sequence[ActionItem], today: date, formula: HealthFormula) -> HealthPart:
    """Open actions with a day that are not overdue; where none is open, those that were ended speak for it."""
    open_ones = [a for a in actions if a.status in OPEN_STATUSES and a.due]
    overdue = [a for a in open_ones if a.due and a.due < today]
    ended = [a for a in actions if a.status not in OPEN_STATUSES]
    score = 100 * (1 - len(overdue) / len(open_ones)) if open_ones else 100.0 if ended else None
    counts = {"open": len(open_ones), "overdue": len(overdue), "ended": len(ended)}
    return HealthPart(key="actions", score=score, weight=formula.process.actions, counts=counts)


def work_part(items: Iterable[WorkItem], now: datetime, formula: HealthFormula) -> HealthPart:
    """Work in progress that is not old; not known without work whose beginning is known."""
    going = [
        item
        for item in items
        if item.opened_at and not item.closed_at and (item.state or "").strip().casefold() not in DONE
    ]
    ages = [(now - item.opened_at).days for item in going if item.opened_at]
    old = sum(age > formula.old_work_days for age in ages)
    score = 100 * (1 - old / len(ages)) if ages else None
    counts: dict[str, float] = {"going": len(ages), "old": old, "days": formula.old_work_days}
    return HealthPart(key="work", score=score, weight=formula.process.work, counts=counts)


def outcome_points(outcome: Outcome, stands: Standing, formula: HealthFormula) -> float | None:
    """What an outcome contributes, 0 to 1: all of it when it is where it is expected; None when not known.

    A metric that should stay keeps all of it within half of `stay_within` (with the packaged formula,
    where it counts as attained), and nothing is left at `stay_within`.
    """
    if stands.attainment is None or stands.lag is None:
        return None
    if outcome.direction is Direction.MAINTAIN and outcome.target is not None:
        off = strayed(outcome.baseline, outcome.target, stands.attainment.current)
        return staying(min(stands.lag, off), formula.stay_within)
    if stands.attainment.attained:
        return 1.0
    if stands.expected_share is None:
        lost = stands.lag / formula.stay_within
    else:
        lost = stands.lag / max(stands.expected_share, formula.least_way)
    return min(1.0, max(0.0, 1.0 - lost))


def outcome_part(points: Iterable[tuple[float, float | None]], formula: HealthFormula) -> HealthPart:
    """Outcomes by weight; not known when those that are known carry too little of it.

    Args:
        points: Weight and points of each outcome that has begun.
        formula: The formula.
    """
    every = list(points)
    known = [(weight, value) for weight, value in every if value is not None]
    whole, carried = sum(weight for weight, _ in every), sum(weight for weight, _ in known)
    enough = bool(known) and carried >= formula.least_known * whole
    score = 100 * sum(weight * value for weight, value in known) / carried if enough else None
    counts = {"outcomes": len(every), "known": len(known), "weight": carried / whole if whole else 0.0}
    return HealthPart(key="outcomes", score=score, weight=formula.outcomes.weight, counts=counts)


def weighted(parts: Sequence[HealthPart]) -> float | None:
    """The weighted mean of the parts that are known; None when none is."""
    known = [part for part in parts if part.score is not None and part.weight > 0]
    whole = sum(part.weight for part in known)
    return sum((part.score or 0.0) * part.weight for part in known) / whole if whole else None


def with_shares(parts: Sequence[HealthPart], whole: float) -> list[HealthPart]:
    """The parts with what each that is known counts of a whole."""
    total = sum(part.weight for part in parts if part.score is not None)
    return [
        part.model_copy(update={"share": whole * part.weight / total if part.score is not None and total else 0.0})
        for part in parts
    ]
