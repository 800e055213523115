"""An outcome's measured values beside its expected trajectory: where it stands, as one read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import BaseModel

from ..domain import Measurement, Outcome, Role
from ..domain.outcomes import Direction, Expected, Horizon, OutcomeState, Shape
from ..domain.progress import ProgressState, Standing, expected_series, standing
from ..domain.series import Measured, corrections_of
from ..domain.trajectory import expected_at
from ..errors import InvalidRequest
from .measured_subjects import Subject, counted, find_subject, measurements_of
from .measurement_views import RateUsed, UnitView
from .table import Context, Request, Response, operation


class OutcomeProgressOf(Request):
    """Which outcome: its id, its source's id or its title; `project` tells titles apart."""

    outcome: str
    project: str | None = None


class MeasuredPoint(BaseModel):
    """A value that counts, in the outcome's unit, and what was expected of that day.

    `shown` is what was measured, `corrects` how many earlier records it stands for.
    """

    id: str
    date: date
    value: float
    expected: float | None = None
    shown: str
    rates: list[RateUsed] = []
    source: str | None = None
    note: str | None = None
    recorded_by: str | None = None
    corrects: int = 0


class LeftOut(BaseModel):
    """A value that does not count for want of an exchange rate."""

    id: str
    date: date
    shown: str
    reason: str


class OutcomeProgress(Response):
    """What was expected of an outcome, what was measured, and what that comes to today.

    `progress` is the share of the way from baseline to target that was made, `expected_share` the
    one that is expected by now, `lag` the difference; `shortfall` is the share of the expected
    value that is missing.
    """

    outcome: str
    title: str
    project: str
    metric: str | None = None
    statement: str | None = None
    unit: UnitView
    direction: Direction
    horizon: Horizon
    shape: Shape
    weight: float
    approval: OutcomeState
    owner: str | None = None
    baseline: float | None = None
    target: float | None = None
    start: date | None = None
    due: date | None = None
    today: date
    expected: list[Expected]
    measured: list[MeasuredPoint]
    left_out: list[LeftOut] = []
    current: float | None = None
    measured_on: date | None = None
    attained: bool | None = None
    progress: float | None = None
    expected_now: float | None = None
    expected_share: float | None = None
    shortfall: float | None = None
    lag: float | None = None
    state: ProgressState = ProgressState.NO_DATA
    next_due: date | None = None
    overdue: bool = False


@operation(Role.MEMBER)
def outcome_progress(context: Context, request: OutcomeProgressOf) -> OutcomeProgress:
    """An outcome's measured values beside what was expected of it month by month, and where it stands today."""
    subject = find_subject(context, request.outcome, request.project)
    if not isinstance(subject.record, Outcome):
        raise InvalidRequest(
            f"{subject.title} is no outcome: only outcomes have an expected trajectory.",
            field="outcome",
            why="no_outcome",
            value=subject.title,
        )
    return progress_of(context, subject, subject.record, measurements_of(context, subject))


def progress_of(context: Context, subject: Subject, outcome: Outcome, known: Sequence[Measurement]) -> OutcomeProgress:
    """The progress of a visible outcome by its measurements, corrected ones too."""
    fitting, missing = counted(context, subject, known)
    stands = standing(outcome, [one.as_recorded(subject.unit) for one in fitting], subject.today)
    reached = stands.attainment
    by_id = {m.id: m for m in known}
    return OutcomeProgress(
        outcome=outcome.id, title=outcome.title, project=outcome.project, metric=outcome.metric,
        statement=outcome.statement, unit=UnitView.of(subject.unit), direction=outcome.direction,
        horizon=outcome.horizon, shape=outcome.shape, weight=outcome.weight, approval=outcome.state,
        owner=outcome.owner, baseline=outcome.baseline, target=outcome.target, start=outcome.start, due=outcome.due,
        today=subject.today, expected=expected_series(outcome),
        measured=[_point(one, subject, outcome, by_id) for one in fitting],
        left_out=[
            LeftOut(id=m.id, date=m.date, shown=subject.unit.show(m.value, currency=m.currency), reason=error.message)
            for m, error in missing
        ],
        current=reached.current if reached else None, measured_on=reached.measured_on if reached else None,
        attained=reached.attained if reached else None, progress=reached.progress if reached else None,
        **_against(stands), overdue=bool(stands.next_due and stands.next_due < subject.today),
    )  # fmt: skip


def _against(stands: Standing) -> dict[str, object]:
    return {
        "expected_now": stands.expected, "expected_share": stands.expected_share, "shortfall": stands.shortfall,
        "lag": stands.lag, "state": stands.state, "next_due": stands.next_due,
    }  # fmt: skip


def _point(one: Measured, subject: Subject, outcome: Outcome, by_id: Mapping[str, Measurement]) -> MeasuredPoint:
    measurement = one.measurement
    return MeasuredPoint(
        id=measurement.id, date=measurement.date, value=one.value, expected=expected_at(outcome, measurement.date),
        shown=subject.unit.show(measurement.value, currency=measurement.currency),
        rates=[RateUsed.of(step) for step in one.steps], source=measurement.source, note=measurement.note,
        recorded_by=measurement.recorded_by, corrects=len(corrections_of(measurement, by_id)),
    )  # fmt: skip
