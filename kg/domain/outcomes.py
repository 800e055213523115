"""What a project promised, what was measured, and who vouches for it."""

from __future__ import annotations

import json
from datetime import date as CivilDate
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..schema import SEALED, Label
from .projects import Currency
from .record import Instant, NonEmpty, Record, Text, nested

Score = Annotated[int, Field(ge=1, le=5)]


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


class ExchangeRate(Record):
    """What one unit of a currency was worth in another on a day; it holds until the next day that is known."""

    label: ClassVar[Label] = Label.EXCHANGE_RATE

    base: Currency
    quote: Currency
    date: CivilDate
    rate: Decimal = Field(gt=0)


class Expected(BaseModel):
    """A point of an expected trajectory."""

    model_config = ConfigDict(extra="forbid")

    date: CivilDate
    value: float


class Outcome(Record):
    """One promised benefit of a project, stated so that it can be checked (SMART).

    `template` is the key of the template it was made from; `metric_key` names a metric of the
    dictionary. `shape` says how the metric is expected to move from `start` to `due`: `points`
    carries its own (`expected`). `kpis`, `milestones` and `work_items` are ids of what it hangs on.
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
    baseline: float | None = None
    target: float | None = None
    relevance: str | None = None
    achievability: Text | None = None
    start: CivilDate | None = None
    due: CivilDate | None = None
    owner: str | None = None
    weight: float = Field(default=1.0, gt=0)
    template: str | None = None
    metric_key: str | None = None
    unit_kind: UnitKind = UnitKind.NUMBER
    currency: Currency | None = None
    shape: Shape = Shape.LINEAR
    expected: list[Expected] = nested(list)
    kpis: list[str] = Field(default_factory=list)
    milestones: list[str] = Field(default_factory=list)
    work_items: list[str] = Field(default_factory=list)
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
    value: float
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


class MoneyEntry(Record):
    """A dated amount; expected and actual ones are kept apart.

    `share` is the part of it that this subject may claim when several contributed to it: each has an
    entry of its own with the whole amount, and `shared` names what they have in common. `reason` says
    why it `corrects` an earlier one; an amount of 0 takes that back.
    """

    subject: NonEmpty
    date: CivilDate
    amount: Decimal
    currency: Currency
    expected: bool = False
    share: float = Field(default=1.0, gt=0, le=1)
    shared: str | None = None
    note: Text | None = None
    corrects: str | None = None
    reason: Text | None = None


class CostEntry(MoneyEntry):
    """Money spent on a project or outcome."""

    label: ClassVar[Label] = Label.COST_ENTRY


class BenefitEntry(MoneyEntry):
    """Money's worth that an outcome brought."""

    label: ClassVar[Label] = Label.BENEFIT_ENTRY


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    SCREENSHOT = "screenshot"
    DOCUMENT = "document"
    CERTIFICATE = "certificate"
    QUERY_RESULT = "query_result"
    LINK = "link"


class EvidenceStatus(StrEnum):
    """What the last check found of a piece of evidence."""

    LIVE = "live"
    CHANGED = "changed"
    MISSING = "missing"
    EXPIRED = "expired"


class Evidence(Record):
    """A file or link that shows an outcome or a lesson to be true.

    Of a link, `sha256` is the digest of what stood there when it was captured: of a page its words, of
    anything else its bytes. `finding` is the key of what the last check saw, `checked_at` when it last
    could be looked at.
    """

    label: ClassVar[Label] = Label.EVIDENCE

    subject: NonEmpty
    kind: EvidenceKind
    title: NonEmpty
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    size: int | None = Field(default=None, gt=0)
    link: str | None = None
    captured_at: Instant | None = None
    expires_on: CivilDate | None = None
    filename: str | None = Field(default=None, max_length=255)
    media_type: str | None = None
    added_by: str | None = None
    status: EvidenceStatus = EvidenceStatus.LIVE
    checked_at: Instant | None = None
    finding: Text | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if not self.sha256 and not self.link:
            raise ValueError("evidence needs a file (sha256) or a link")
        return self


class ReviewDecision(StrEnum):
    """What a reviewer decided."""

    APPROVED = "approved"
    RETURNED = "returned"
    RETIRED = "retired"


class Review(Record):
    """One reviewer's decision and scores on an outcome or a lesson.

    `acting_for` is who gave it in the reviewer's name, when somebody did. In the graph the scores of
    an outcome, and the reason of its approval, lie in one property that hand-written questions do not
    give: nobody sees them before the operations of reviews show them.
    """

    label: ClassVar[Label] = Label.REVIEW

    subject: NonEmpty
    subject_revision: int = Field(default=1, ge=1)
    round: int = Field(default=1, ge=1)
    role: Annotated[str, Field(pattern="^(manager|pmo|third|lesson)$")]
    reviewer: NonEmpty
    acting_for: str | None = None
    decision: ReviewDecision
    impact: Score | None = None
    difficulty: Score | None = None
    innovation: Score | None = None
    reason: Text | None = None

    def to_properties(self) -> dict[str, Any]:
        """The review as node properties, what is blind sealed."""
        return sealed(super().to_properties())

    @classmethod
    def from_properties(cls, properties: dict[str, Any]) -> Self:
        """The review that `to_properties` wrote."""
        return super().from_properties({**properties, **json.loads(properties.get(SEALED) or "{}")})


def sealed(properties: dict[str, Any]) -> dict[str, Any]:
    """The properties of a review with its scores, and the reason of an approval, in the one that is sealed."""
    if properties.get("role") == "lesson":
        return properties
    names = ["impact", "difficulty", "innovation"]
    if properties.get("decision") == ReviewDecision.APPROVED.value:
        names.append("reason")
    hidden = {name: properties[name] for name in names if properties.get(name) is not None}
    if not hidden:
        return properties
    kept = {name: value for name, value in properties.items() if name not in names}
    earlier = json.loads(properties.get(SEALED) or "{}")
    return kept | {SEALED: json.dumps({**earlier, **hidden}, ensure_ascii=False, sort_keys=True)}


class Objective(Record):
    """What an organisation wants of a period (the O of OKR)."""

    label: ClassVar[Label] = Label.OBJECTIVE

    title: NonEmpty
    period: NonEmpty
    period_start: CivilDate | None = None
    period_end: CivilDate | None = None
    parent: str | None = None
    owner: str | None = None
    description: Text | None = None


class KeyResult(Record):
    """A measurable result of an objective (the KR of OKR); measured by measurements of its own, too."""

    label: ClassVar[Label] = Label.KEY_RESULT

    objective: NonEmpty
    title: NonEmpty
    baseline: float | None = None
    target: float | None = None
    unit_of_measure: str | None = None
    direction: Direction = Direction.INCREASE
    weight: float = Field(default=1.0, gt=0)
    due: CivilDate | None = None
    owner: str | None = None


class AlertState(StrEnum):
    """What became of an alert."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Remedy(BaseModel):
    """What a project did that recovered from the like; the precedent it is taken from comes with it.

    `why` is the key of its words (`alerts.why.<why>`). The precedent is `outcome`: it was `deviation`
    short on `fell_on` and back on course on `recovered_on`.
    """

    model_config = ConfigDict(extra="forbid")

    text: str
    lesson: str | None = None
    practice: str | None = None
    action: str | None = None
    project: str | None = None
    project_name: str | None = None
    outcome: str | None = None
    outcome_title: str | None = None
    same_type: bool = False
    deviation: float | None = None
    fell_on: CivilDate | None = None
    recovered_on: CivilDate | None = None
    why: str = ""


class Alert(Record):
    """An outcome or project that is off course, and what came of it.

    `fingerprint` names the occasion: a rule finds the same one once. `deviation` is the share by
    which what was observed falls short of what was expected.
    """

    label: ClassVar[Label] = Label.ALERT

    subject: NonEmpty
    rule: NonEmpty
    fingerprint: str | None = None
    title: str | None = None
    owner: str | None = None
    state: AlertState = AlertState.OPEN
    expected: float | None = None
    observed: float | None = None
    deviation: float | None = None
    observed_on: CivilDate | None = None
    details: dict[str, Any] = nested(dict)
    remedies: list[Remedy] = nested(list)
    opened_at: Instant
    acknowledged_at: Instant | None = None
    acknowledged_by: str | None = None
    snoozed_until: CivilDate | None = None
    escalated_at: Instant | None = None
    escalated_to: str | None = None
    closed_at: Instant | None = None
    closed_by: str | None = None
    reason: Text | None = None


class Decision(Record):
    """Continue, change or stop: with the reason and what was known."""

    label: ClassVar[Label] = Label.DECISION

    project: NonEmpty
    question: NonEmpty
    decision: Annotated[str, Field(pattern="^(continue|change|stop)$")]
    reason: NonEmpty
    known: dict[str, Any] = nested(dict)
    date: CivilDate
    subject: str | None = None
    decided_by: str | None = None
