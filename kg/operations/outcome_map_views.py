"""An outcome map as it is asked for and shown."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from ..domain.outcome_map import FARTHEST, MOST_WEIGHT
from ..domain.outcomes import Horizon
from .table import Request, Response

Weight = Annotated[float, Field(gt=0, le=MOST_WEIGHT, allow_inf_nan=False)]
Coordinate = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST, allow_inf_nan=False)]


class MapKey(Request):
    """Which project's map: its id or external id."""

    project: str = Field(min_length=1, max_length=500)


class LinkKey(MapKey):
    """A link of the map, by the outcomes at its ends."""

    start: str = Field(min_length=1, max_length=500)
    end: str = Field(min_length=1, max_length=500)


class LinkOutcomes(LinkKey):
    """Which outcome leads to which, and how much it counts there."""

    weight: Weight = 1.0


class WeighLink(LinkOutcomes):
    """A link's new weight; `was` is the one that was read: when it is another by now, nothing is written."""

    was: float | None = None


class UnlinkOutcomes(LinkKey):
    """Which link to take away; `was` as for `weigh_link`."""

    was: float | None = None


class Place(BaseModel):
    """A place on the map: the upper left corner of an outcome's box."""

    x: Coordinate
    y: Coordinate


class PlaceOutcomes(MapKey):
    """New places by outcome."""

    places: dict[str, Place] = Field(min_length=1, max_length=1000)


class AddMapOutcome(MapKey):
    """A draft outcome: what it is called, how far from the work it shows, and where it is drawn."""

    title: str = Field(min_length=1, max_length=300)
    horizon: Horizon = Horizon.DIRECT
    metric: str | None = Field(default=None, max_length=300)
    place: Place | None = None


class MapPart(BaseModel):
    """What one source brought to a rolled-up attainment; `source` is None for the outcome's own measurement."""

    source: str | None = None
    weight: float
    attainment: float
    share: float
    brings: float


class MapNode(BaseModel):
    """An outcome on the map: its metric, its own attainment, and the one rolled up with how it came about.

    `attainment` is the share of the way from baseline to target (None when not measured);
    `known` the share of the weights whose attainment is known. `placed` is false where x and y are
    a suggestion.
    """

    id: str
    title: str
    horizon: Horizon
    state: str
    owner: str | None = None
    metric: str | None = None
    unit_of_measure: str | None = None
    baseline: float | None = None
    target: float | None = None
    current: float | None = None
    weight: float
    attainment: float | None = None
    rolled_up: float | None = None
    known: float = 0.0
    parts: list[MapPart] = []
    x: float
    y: float
    placed: bool
    tidy_x: float
    tidy_y: float


class MapLink(BaseModel):
    """One outcome leads to another."""

    start: str
    end: str
    weight: float
    by: str | None = None


class OutcomeMap(Response):
    """A project's outcomes as far as the visitor may see them, and what leads to what."""

    project: str
    project_name: str
    nodes: list[MapNode]
    links: list[MapLink]
    revision: int
    added: str | None = None
    undone: bool = False
