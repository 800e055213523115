"""What is asked of the metric dictionary, and what is told of it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from ..domain import Direction, Metric, UnitKind
from .table import Request, Response


class ListMetrics(Request):
    """Metrics in use whose names or definitions hold these words; with `all` also what was merged or retired."""

    text: str | None = Field(default=None, max_length=500)
    all: bool = False


class FindMetric(Request):
    """What people call it, in either language."""

    name: str = Field(min_length=1, max_length=300)
    limit: int = Field(default=5, ge=1, le=50)


class MetricRequest(Request):
    """Which metric: key or any of its names."""

    metric: str


class RetireMetric(MetricRequest):
    """Which metric is offered no more, and why."""

    reason: str | None = Field(default=None, min_length=1, max_length=10_000)


class MetricWords(Request):
    """What may be said of a metric; what is not given stays."""

    definition_en: str | None = Field(default=None, max_length=10_000)
    definition_zh: str | None = Field(default=None, max_length=10_000)
    formula: str | None = Field(default=None, max_length=10_000)


class DefineMetric(MetricWords):
    """A metric by its key; with `revision` what a metric of this key is from now on."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)
    name_en: str = Field(min_length=1, max_length=200)
    name_zh: str = Field(min_length=1, max_length=200)
    unit_of_measure: str | None = Field(default=None, max_length=100)
    unit_kind: UnitKind = UnitKind.NUMBER
    direction: Direction = Direction.INCREASE
    aliases: list[str] = Field(default=[], max_length=100)
    revision: int | None = None


class RenameMetric(MetricWords):
    """Which metric, and what it is called from now on: its old names stay as aliases."""

    metric: str
    name_en: str | None = Field(default=None, min_length=1, max_length=200)
    name_zh: str | None = Field(default=None, min_length=1, max_length=200)
    add_aliases: list[str] = Field(default=[], max_length=100)
    drop_aliases: list[str] = Field(default=[], max_length=100)
    revision: int | None = None


class MetricInUse(BaseModel):
    """A metric with how many outcomes measured by it the visitor may see; `leads_to` once it was merged."""

    metric: Metric
    outcomes: int = 0
    leads_to: str | None = None


class MetricList(Response):
    """Metrics by key."""

    metrics: list[MetricInUse]
    total: int


class NearMetric(BaseModel):
    """A metric that may be meant, and how alike its name is (0 to 1)."""

    metric: Metric
    likeness: float


class MetricFound(Response):
    """The metric that goes by a name, if there is one, and those that are called something like it."""

    metric: Metric | None = None
    near: list[NearMetric] = []


class MetricView(Response):
    """A metric as it is now; `changed` is false when it was so already.

    `outcomes` are how many outcomes of those that the visitor may see are measured by another one now.
    """

    metric: Metric
    into: Metric | None = None
    outcomes: int = 0
    changed: bool = True
