"""What a plan can say in words that precedents use: the values to choose from."""

from __future__ import annotations

from pydantic import BaseModel

from ..domain import Role
from ..recommend.precedents import judged, shared_keys
from .people import Nothing
from .table import Context, Response, operation

OFFERED = 200
"""Values of an attribute that are offered, most frequent first."""


class Choice(BaseModel):
    """A value and how many precedents have it."""

    value: str
    count: int


class AttributeChoices(BaseModel):
    """An attribute of plans with the values that precedents have, and how many have any."""

    name: str
    count: int
    values: list[Choice]


class PlanChoices(Response):
    """What may be said of a plan; `units` are those of the asker's that a new project may go to."""

    attributes: list[AttributeChoices]
    units: list[str]
    any_unit: bool
    precedents: int
    judged: int


@operation(Role.MEMBER)
def plan_choices(context: Context, request: Nothing) -> PlanChoices:
    """Attributes and values that precedents have, most frequent first."""
    past = context.service("recommender").known(context.scope, context.now.date())
    found = []
    for name, counts in shared_keys(past).items():
        values = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:OFFERED]
        found.append(
            AttributeChoices(
                name=name,
                count=sum(counts.values()),
                values=[Choice(value=value, count=count) for value, count in values],
            )
        )
    found.sort(key=lambda item: (-item.count, item.name))
    scope = context.scope
    return PlanChoices(
        attributes=found,
        units=sorted(scope.units),
        any_unit=scope.everything,
        precedents=len(past),
        judged=len(judged(past)),
    )
