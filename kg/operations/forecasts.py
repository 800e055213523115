"""What outcomes and projects will have come to when they are due, with intervals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, Field

from ..domain import BenefitEntry, CostEntry, Direction, Measurement, Outcome, Project, Role, UnitKind
from ..domain.forecast import Forecast, ForecastState, forecast_at
from ..domain.money import cumulative
from ..domain.money_entries import MoneyEntry
from ..domain.rates import MissingRate, Rates
from ..domain.returns import total
from ..domain.rollup import reached
from ..domain.series import converted as in_unit
from ..domain.series import in_force
from ..domain.units import Unit
from .action_reading import local_day
from .measured_subjects import rates_between
from .money_reading import (
    ProjectMoney,
    converted,
    money_of,
    reporting_currency,
    until,
)
from .outcome_lookup import visible_outcome
from .projects import find_project
from .table import Context, Request, Response, operation
from .visible_about import visible_about

Level = Field(default=0.9, gt=0.5, lt=1)


class ForecastOutcome(Request):
    """Which outcome; for its due day, or for another one."""

    outcome: str
    at: date | None = None
    level: float = Level


class ForecastProject(Request):
    """Which project; for its end, or for another day."""

    project: str
    at: date | None = None
    level: float = Level
    currency: str | None = Field(default=None, max_length=20)


class OutcomeForecast(Response):
    """An outcome's metric on its due day, if it goes on as it was measured.

    `chance` is how likely the target is reached, if the method fits; `missing` says what keeps it
    from being forecast (`due`, `measurements`, `yes_no`, `target`).
    """

    outcome: str
    title: str
    project: str
    target: float | None = None
    baseline: float | None = None
    unit_of_measure: str | None = None
    due: date | None = None
    forecast: Forecast | None = None
    attainment: float | None = None
    chance: float | None = None
    missing: list[str] = []
    missing_rates: list[MissingRate] = []


class MoneyForecast(BaseModel):
    """What a sum will have come to, what it is today, and what was expected of it in all."""

    forecast: Forecast
    so_far: Decimal
    expected: Decimal


class ProjectForecast(Response):
    """Costs, benefits and outcomes at completion.

    `roi` is that of the two forecasts; it has no interval, since how they hang together is not known.
    """

    project: str
    at: date | None = None
    currency: str | None = None
    cost: MoneyForecast | None = None
    benefit: MoneyForecast | None = None
    roi: float | None = None
    outcomes: list[OutcomeForecast] = []
    missing: list[str] = []


@operation(Role.MEMBER)
def forecast_outcome(context: Context, request: ForecastOutcome) -> OutcomeForecast:
    """Where an outcome's metric will stand when it is due, with an interval."""
    outcome = visible_outcome(context, request.outcome)
    measurements = visible_about(context.store, context.scope, Measurement, [outcome])
    return outcome_forecast(outcome, measurements, rates_between(context.store), request.at, request.level)


@operation(Role.MEMBER)
def forecast_project(context: Context, request: ForecastProject) -> ProjectForecast:
    """What a project will have cost and brought when it ends, and where its outcomes will stand."""
    project = find_project(context.store, request.project, context.scope)
    return project_forecast(
        context, money_of(context, project), rates_between(context.store), request.at, request.level, request.currency
    )


def outcome_forecast(
    outcome: Outcome, measurements: list[Measurement], rates: Rates, at: date | None, level: float
) -> OutcomeForecast:
    """The forecast of one outcome from its measurements."""
    found = OutcomeForecast(
        outcome=outcome.id, title=outcome.title, project=outcome.project, target=outcome.target,
        baseline=outcome.baseline, unit_of_measure=outcome.unit_of_measure, due=at or outcome.due,
    )  # fmt: skip
    values, without = in_unit(in_force(measurements), Unit.of(outcome), rates)
    found.missing_rates = [MissingRate(str(m.currency), str(outcome.currency), m.date) for m, _ in without]
    if found.due is None:
        found.missing.append("due")
    if outcome.unit_kind is UnitKind.YES_NO:
        found.missing.append("yes_no")
    if not values:
        found.missing.append("measurements")
    if outcome.target is None:
        found.missing.append("target")
    if found.due is None or outcome.unit_kind is UnitKind.YES_NO or not values:
        return found
    forecast = forecast_at([(one.measurement.date, one.value) for one in values], found.due, level)
    found.forecast = forecast
    if forecast.state is ForecastState.TOO_FEW:
        found.missing.append("measurements")
    if forecast.value is not None and outcome.target is not None:
        found.attainment = reached(outcome.baseline, outcome.target, outcome.direction, forecast.value)
        above = forecast.chance_above(outcome.target)
        if above is not None and outcome.direction is not Direction.MAINTAIN:
            found.chance = above if outcome.direction is Direction.INCREASE else 1 - above
    return found


def project_forecast(
    context: Context,
    money: ProjectMoney,
    rates: Rates,
    at: date | None = None,
    level: float = 0.9,
    currency: str | None = None,
) -> ProjectForecast:
    """The forecast of a project from its money and its outcomes' measurements."""
    project = money.project
    dues = [outcome.due for outcome in money.outcomes if outcome.due]
    day = at or project.end or max(dues, default=None)
    found = ProjectForecast(project=project.id, at=day, currency=reporting_currency(project, money.entries, currency))
    measured: dict[str, list[Measurement]] = {}
    for measurement in visible_about(context.store, context.scope, Measurement, money.outcomes):
        measured.setdefault(measurement.subject, []).append(measurement)
    found.outcomes = [
        outcome_forecast(outcome, measured.get(outcome.id, []), rates, at, level) for outcome in money.outcomes
    ]
    if day is None:
        found.missing.append("end")
        return found
    today = local_day(context.store, project.id, context.now)
    found.cost = _sum_at(money, CostEntry, found.currency, rates, day, level, today, project)
    found.benefit = _sum_at(money, BenefitEntry, found.currency, rates, day, level, today, project)
    found.missing += [name for name in ("cost", "benefit") if getattr(found, name) is None]
    if found.cost and found.benefit and found.cost.forecast.value and found.benefit.forecast.value is not None:
        found.roi = found.benefit.forecast.value / found.cost.forecast.value - 1
    return found


def _sum_at(
    money: ProjectMoney,
    kind: type[MoneyEntry],
    currency: str | None,
    rates: Rates,
    day: date,
    level: float,
    today: date,
    project: Project,
) -> MoneyForecast | None:
    if currency is None:
        return None
    actual = until(converted(money.of(kind, expected=False), currency, rates).flows, today)
    expected = converted(money.of(kind, expected=True), currency, rates).flows
    if not actual:
        return None
    points = cumulative([(flow.date, flow.amount) for flow in actual], project.start)
    forecast = forecast_at([(when, float(amount)) for when, amount in points], day, level)
    return MoneyForecast(forecast=_no_less(forecast), so_far=total(actual), expected=total(expected))


def _no_less(forecast: Forecast) -> Forecast:
    """A running sum of what was spent or gained does not fall again."""
    if forecast.last is None or forecast.low is None:
        return forecast
    return replace(forecast, low=max(forecast.low, forecast.last))
