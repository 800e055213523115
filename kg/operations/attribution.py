"""Attribution: whether the figures support that a release moved an outcome's metric."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from ..analysis.interrupted import PLACEBO_SHARE, Fit, Reason, Verdict, course_of, interrupted
from ..domain import Direction, Measurement, Milestone, Outcome, Role
from ..domain.alarms import by_day
from ..errors import InvalidRequest, NotFound
from ..store.records import get_record, list_records, records_about
from .action_metrics import Point
from .measured_subjects import in_own_unit
from .table import Context, Request, Response, operation


class AttributionRequest(Request):
    """Which outcome, and when the release was: a day, or the id of a milestone that was reached."""

    outcome: str
    release: str = Field(min_length=1, max_length=300)


class FitView(BaseModel):
    """What was fitted: changes of level and of the trend in a month, and the average effect with its 95 % interval."""

    level: float
    trend: float
    step: float
    bend: float
    effect: float
    low: float
    high: float
    lags: int


class PlaceboView(BaseModel):
    """A date at which nothing was released, and the effect found there."""

    date: date
    effect: float


class LinePoint(BaseModel):
    """A point of the fitted course: as it was, and as it would have gone on without the release."""

    date: date
    fitted: float
    without: float


class Attribution(Response):
    """What an interrupted time series with placebo dates says of a release; see `kg.analysis.interrupted`."""

    outcome: Outcome
    release: date
    milestone: str | None = None
    verdict: Verdict
    reason: Reason
    direction: Direction
    n_before: int
    n_after: int
    fit: FitView | None = None
    placebos: list[PlaceboView] = []
    as_large: int = 0
    placebo_share: float = PLACEBO_SHARE
    points: list[Point] = []
    line: list[LinePoint] = []


@operation(Role.MEMBER)
def attribution_test(context: Context, request: AttributionRequest) -> Attribution:
    """Whether an outcome's figures support that a release moved them, with the series and the fitted course."""
    outcome = get_record(context.store, Outcome, request.outcome)
    scope = context.scope
    if outcome is None or not scope.covers(outcome.project, outcome.unit, outcome.confidential):
        known = list_records(context.store, Outcome, scope)
        raise NotFound.among("outcome", request.outcome, [o.id for o in known])
    release, milestone = _release(context, outcome, request.release)
    measured = records_about(context.store, Measurement, [outcome.id])
    seen = [m for m in measured if outcome.confidential or not m.confidential]
    values = by_day(in_own_unit(context.store, outcome, seen))
    found = interrupted(values, release, outcome.direction)
    fit = found.fit
    return Attribution(
        outcome=outcome,
        release=release,
        milestone=milestone,
        verdict=found.verdict,
        reason=found.reason,
        direction=outcome.direction,
        n_before=found.n_before,
        n_after=found.n_after,
        fit=FitView(**vars(fit)) if fit else None,
        placebos=[PlaceboView(date=p.day, effect=p.effect) for p in found.placebos],
        as_large=found.as_large,
        points=[Point(date=day, value=value) for day, value in values],
        line=_line(fit, release, [day for day, _ in values]) if fit else [],
    )


def _line(fit: Fit, release: date, days: list[date]) -> list[LinePoint]:
    return [
        LinePoint(
            date=day,
            fitted=course_of(fit, release, day, released=True),
            without=course_of(fit, release, day, released=False),
        )
        for day in days
    ]


def _release(context: Context, outcome: Outcome, text: str) -> tuple[date, str | None]:
    try:
        return date.fromisoformat(text), None
    except ValueError:
        milestone = get_record(context.store, Milestone, text)
    if milestone is None or milestone.project != outcome.project:
        known = list_records(context.store, Milestone, context.scope, outcome.project)
        if not known:
            raise InvalidRequest(
                f"release: {text!r} is no day (write 2026-03-02), and the project has no milestones.",
                field="release", why="not_a_date", value=text, operation="attribution_test",
            ) from None  # fmt: skip
        raise NotFound.among("milestone", text, [m.id for m in known])
    day = milestone.reached or milestone.due
    if day is None:
        raise InvalidRequest(
            f"release: the milestone {milestone.title!r} has no day yet.",
            field="release",
            why="no_day_yet",
            value=milestone.title,
            operation="attribution_test",
        )
    return day, milestone.title
