"""What a project promised, and what was measured of it."""

from __future__ import annotations

import json
import math
from datetime import date as CivilDate
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..schema import Label
from .projects import Currency
from .record import Instant, NonEmpty, Record, Text, nested


class Horizon(StrEnum):
    """How far from the work an outcome shows."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    LONG_TERM = "long_term"


class Direction(StrEnum):
    """Which way a metric should move."""

    INCREASE = "increase"
    DECREASE = "decrease"
    MAINTAIN = "maintain"


class UnitKind(StrEnum):
    """What kind of value a metric has, and so how it is read, shown and compared."""

    NUMBER = "number"
    PERCENT = "percent"
    CURRENCY = "currency"
    YES_NO = "yes_no"


class Shape(StrEnum):
    """How a metric is expected to move from baseline to target."""

    LINEAR = "linear"
    STEP = "step"
    S_CURVE = "s_curve"
    POINTS = "points"


class Origin(StrEnum):
    """Whether an outcome was promised here or read from elsewhere."""

    DEFINED = "defined"
    IMPORTED = "imported"


class OutcomeState(StrEnum):
    """Where an outcome stands on its way to being accepted; imported ones skip the gate."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    MANAGER_APPROVED = "manager_approved"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    IN_QUESTION = "in_question"
    IMPORTED = "imported"


class OutcomeType(Record):
    """A kind of benefit, named in both languages.

    `merged_into` is the id of the type it was merged into; `moved` are the outcomes that were of it then.
    """

    label: ClassVar[Label] = Label.OUTCOME_TYPE

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name_en: NonEmpty
    name_zh: NonEmpty
    description_en: Text | None = None
    description_zh: Text | None = None
    default_metrics: list[str] = Field(default_factory=list)
    retired_reason: Text | None = None
    merged_into: str | None = None
    moved: list[str] = Field(default_factory=list)


class Metric(Record):
    """A metric of the organisation's dictionary: one spelling, unit and direction for what units measure.

    `merged_into` is the id of the metric it was merged into; `moved` are the outcomes that were measured by it then.
    """

    label: ClassVar[Label] = Label.METRIC

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name_en: NonEmpty
    name_zh: NonEmpty
    definition_en: Text | None = None
    definition_zh: Text | None = None
    unit_of_measure: str | None = None
    unit_kind: UnitKind = UnitKind.NUMBER
    direction: Direction = Direction.INCREASE
    formula: Text | None = None
    aliases: list[str] = Field(default_factory=list)
    retired_reason: Text | None = None
    merged_into: str | None = None
    moved: list[str] = Field(default_factory=list)


class Expected(BaseModel):
    """A point of an expected trajectory."""

    model_config = ConfigDict(extra="forbid")

    date: CivilDate
    value: float = Field(allow_inf_nan=False)


class Outcome(Record):
    """One promised benefit of a project, stated so that it can be checked (SMART).

    `template` is the key of the template it was made from; `metric_key` names a metric of the
    dictionary. `shape` says how the metric is expected to move from `start` to `due`: `points`
    carries its own (`expected`). `kpis`, `milestones` and `work_items` are ids of what it hangs on,
    `evidence` those of the pieces that it stood on when they were last changed or it was submitted.
    `map_x`, `map_y` are its place on the outcome map. While it is under review `awaits` names the
    review it waits for; `questioned_from` is where it stood before its evidence failed. `bulk_edit`
    marks the revision that a bulk edit made.
    """

    label: ClassVar[Label] = Label.OUTCOME

    project: NonEmpty
    title: NonEmpty
    outcome_type: str | None = None
    horizon: Horizon = Horizon.DIRECT
    statement: Text | None = None
    metric: str | None = None
    unit_of_measure: str | None = None
    direction: Direction = Direction.INCREASE
    baseline: float | None = Field(default=None, allow_inf_nan=False)
    target: float | None = Field(default=None, allow_inf_nan=False)
    relevance: str | None = None
    achievability: Text | None = None
    start: CivilDate | None = None
    due: CivilDate | None = None
    owner: str | None = None
    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    template: str | None = None
    metric_key: str | None = None
    unit_kind: UnitKind = UnitKind.NUMBER
    currency: Currency | None = None
    shape: Shape = Shape.LINEAR
    expected: list[Expected] = nested(list)
    kpis: list[str] = Field(default_factory=list)
    milestones: list[str] = Field(default_factory=list)
    work_items: list[str] = Field(default_factory=list)
    evidence: list[str] = Field(default_factory=list)
    retired_reason: Text | None = None
    map_x: float | None = None
    map_y: float | None = None
    submitted_by: str | None = None
    submitted_at: Instant | None = None
    accepted_at: Instant | None = None
    returned_reason: Text | None = None
    round: int = Field(default=1, ge=1)
    awaits: Annotated[str, Field(pattern="^(manager|pmo|third)$")] | None = None
    questioned_from: OutcomeState | None = None
    tags: list[str] = Field(default_factory=list)
    bulk_edit: str | None = None
    origin: Origin = Origin.DEFINED
    state: OutcomeState = OutcomeState.DRAFT
    valid_from: CivilDate | None = None
    valid_to: CivilDate | None = None

    @classmethod
    def from_properties(cls, properties: dict[str, Any]) -> Self:
        """The record that `to_properties` wrote; expected points that are no numbers are left out."""
        kept = properties.get("expected")
        if isinstance(kept, str) and ("Infinity" in kept or "NaN" in kept):
            points = [point for point in json.loads(kept) if math.isfinite(point["value"])]
            properties = properties | {"expected": json.dumps(points)}
        return super().from_properties(properties)

    @model_validator(mode="after")
    def _imported_says_so(self) -> Self:
        if self.origin is Origin.IMPORTED and self.state is OutcomeState.DRAFT:
            self.state = OutcomeState.IMPORTED
        if self.start and self.due and self.due < self.start:
            raise ValueError(f"is due {self.due} before it starts {self.start}")
        return self


class Assessment(Record):
    """A rating from elsewhere; its scheme maps values to attained yes or no."""

    label: ClassVar[Label] = Label.ASSESSMENT

    subject: NonEmpty
    scheme: NonEmpty
    value: NonEmpty
    score: float | None = None
    attained: bool | None = None
    assessor: str | None = None
    date: CivilDate | None = None
    details: dict[str, str] = nested(dict)


class Measurement(Record):
    """One dated value of an outcome's, KPI's or key result's metric; measurements are only ever added.

    `corrects` is the id of the one that this one stands for; `withdrawn` says that nothing stands
    for it: it was never true. `currency` is the one the value was measured in.
    """

    label: ClassVar[Label] = Label.MEASUREMENT

    subject: NonEmpty
    date: CivilDate
    value: float = Field(allow_inf_nan=False)
    source: str | None = None
    note: Text | None = None
    unit_of_measure: str | None = None
    currency: Currency | None = None
    corrects: str | None = None
    withdrawn: bool = False


class KPI(Record):
    """A figure an organisation follows anyway, to which outcomes can be tied."""

    label: ClassVar[Label] = Label.KPI

    name: NonEmpty
    description: Text | None = None
    unit_of_measure: str | None = None
    direction: Direction = Direction.INCREASE
