"""What a plan says, and what there is to answer it from."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from ..errors import InvalidRequest
from ..recommend.precedents import Plan, size_of
from .recommendation_views import Known, Reason
from .table import Context

if TYPE_CHECKING:  # clients and kernels import the table of operations: no model may come with it
    from ..recommend.recommender import Advice, Models

ENOUGH = 5
"""Fewer judged precedents than this, and too little is known of anything."""


class PlanFacts(BaseModel):
    """What is known of a plan: words, and facts named as past projects name theirs."""

    text: str = Field(default="", max_length=100_000)
    attributes: dict[str, str] = Field(default={}, max_length=100)
    sector: str | None = None
    unit: str | None = None
    budget: float | None = Field(default=None, ge=0)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")

    def facts(self) -> dict[str, str]:
        """All attributes together."""
        said = {"sector": self.sector, "unit": self.unit, "budget": size_of(self.budget, self.currency)}
        return {name: value for name, value in said.items() if value} | self.attributes


def known_day(context: Context, as_of: date | None) -> date:
    """The day whose knowledge enters; one in the future is refused."""
    day = as_of or context.now.date()
    if day > context.now.date():
        raise InvalidRequest(f"as_of {day} lies in the future.", field="as_of", why="to_come", value=str(day))
    return day


def models_for(context: Context, as_of: date | None, own: str | None) -> Models:
    """What is learnt from the precedents that the asker may see, without a project of their own."""
    models: Models = context.service("recommender").models(context.scope, as_of, without=own, today=context.now.date())
    return models


def passed_over_of(models: Models, plans: list[Plan]) -> list[str]:
    """Attributes of plans that no precedent has; what the form always asks for is not complained of."""
    given = {name for plan in plans for name in plan.attributes}
    return sorted(given - models.attributes - {"unit", "budget"})


def how_well(models: Models, advice: Advice) -> tuple[Known, Reason | None]:
    """Whether the answer can be leant on, and why not."""
    if not models.judged:
        return Known.TOO_LITTLE, Reason.NO_PRECEDENTS
    if any(item.estimate.enough for item in advice.types):
        return Known.ENOUGH, None
    few = all(item.estimate.n < ENOUGH for item in advice.types)
    return Known.TOO_LITTLE, Reason.FEW_JUDGED if few else Reason.NOTHING_LIKE_IT
