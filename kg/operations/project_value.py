"""What a project brought for what it cost: expected against actual, in one currency."""

from __future__ import annotations

from datetime import UTC
from datetime import date as CivilDate
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

from ..domain import BenefitEntry, CostEntry, Project, Role
from ..domain.money import check_currency, claimed
from ..domain.money_entries import MoneyEntry
from ..domain.rates import MissingRate, Rates, Step
from ..domain.returns import Flow, Returns, returns_of, total
from ..errors import InvalidRequest
from ..store.records import list_records
from .action_reading import local_day
from .forecasts import ProjectForecast, project_forecast
from .measured_subjects import rates_between
from .money_reading import (
    Converted,
    ProjectMoney,
    converted,
    money_of,
    reporting_currency,
    until,
)
from .projects import find_project
from .table import Context, Request, Response, operation

DISCOUNT_RATE = Decimal("0.08")
"""Where the installation sets none."""


class ProjectValueOf(Request):
    """Which project; in which currency, at which discount rate (0.08 is 8 %) and as of which day.

    `without` names entries to leave out, as if they had never been made: what they correct counts again.
    """

    project: str
    currency: str | None = Field(default=None, max_length=20)
    discount_rate: Decimal | None = None
    on: CivilDate | None = None
    level: float = Field(default=0.9, gt=0.5, lt=1)
    forecast: bool = True
    without: list[str] = Field(default=[], max_length=100)


class PortfolioValueOf(Request):
    """In which currency, and of which unit with all below it."""

    currency: str = Field(max_length=20)
    unit: str | None = None
    discount_rate: Decimal | None = None
    on: CivilDate | None = None


class Missing(BaseModel):
    """What is not known, as a key of the words and what they need."""

    code: Literal[
        "no_entries", "no_costs", "no_benefits", "no_expected", "no_actual", "no_rate", "no_end", "no_currency",
        "unmeasured", "too_few_values",
    ]  # fmt: skip
    detail: str | None = None


class SubjectValue(BaseModel):
    """Costs and benefits of the project itself or of one outcome; these sum to the project's."""

    subject: str
    title: str
    expected_cost: Decimal
    actual_cost: Decimal
    expected_benefit: Decimal
    actual_benefit: Decimal


class Sums(BaseModel):
    """Running sums on a day."""

    date: CivilDate
    expected_cost: Decimal
    expected_benefit: Decimal
    actual_cost: Decimal | None = None
    actual_benefit: Decimal | None = None


class ProjectValue(Response):
    """What was expected (in all, and up to the day) and what came of it; `missing` says what is not known.

    Amounts of other currencies are converted by the rate of their own day (`rates`); those without
    one are left out and named in `missing_rates`. `base` is the day that present values are of: that
    of the first flow.
    """

    project: str
    project_name: str
    on: CivilDate
    currency: str | None = None
    discount_rate: Decimal
    rate_from: Literal["request", "setting", "default"]
    base: CivilDate | None = None
    entries: int = 0
    expected: Returns | None = None
    expected_to_date: Returns | None = None
    actual: Returns | None = None
    subjects: list[SubjectValue] = []
    course: list[Sums] = []
    rates: list[Step] = []
    missing: list[Missing] = []
    missing_rates: list[MissingRate] = []
    forecast: ProjectForecast | None = None


class PortfolioRow(BaseModel):
    """A project's money."""

    project: str
    name: str
    unit: str | None = None
    expected_cost: Decimal
    expected_benefit: Decimal
    actual_cost: Decimal
    actual_benefit: Decimal


class PortfolioValue(Response):
    """All visible projects with money, what they come to together, and its returns.

    Where no day is asked for, each project counts up to its own today; `on` is the latest of them.
    """

    currency: str
    on: CivilDate
    discount_rate: Decimal
    projects: list[PortfolioRow]
    expected: Returns | None = None
    actual: Returns | None = None
    missing_rates: list[MissingRate] = []


class _Sides:
    """The four rows of flows that all figures are made of."""

    def __init__(self, money: ProjectMoney, currency: str, rates: Rates, day: CivilDate) -> None:
        def flows(kind: type[MoneyEntry], expected: bool) -> Converted:
            return converted(money.of(kind, expected=expected), currency, rates)

        parts = [flows(kind, expected) for expected in (True, False) for kind in (CostEntry, BenefitEntry)]
        self.expected_costs, self.expected_benefits = parts[0].flows, parts[1].flows
        self.actual_costs, self.actual_benefits = until(parts[2].flows, day), until(parts[3].flows, day)
        self.used = set().union(*(part.used for part in parts))
        self.missing = [missing for part in parts for missing in part.missing]

    @property
    def expected(self) -> list[Flow]:
        return [*self.expected_costs, *self.expected_benefits]

    @property
    def actual(self) -> list[Flow]:
        return [*self.actual_costs, *self.actual_benefits]


@operation(Role.MEMBER)
def project_value(context: Context, request: ProjectValueOf) -> ProjectValue:
    """What a project cost and brought, expected against actual: ROI, present value, payback, forecast."""
    project = find_project(context.store, request.project, context.scope)
    day = request.on or local_day(context.store, project.id, context.now)
    rate, source = _discount_rate(context, request.discount_rate)
    money, rates = money_of(context, project, request.without), rates_between(context.store)
    wanted = check_currency(request.currency) if request.currency else None
    found = ProjectValue(
        project=project.id, project_name=project.name, on=day, discount_rate=rate, rate_from=source,
        currency=reporting_currency(project, money.entries, wanted), entries=len(money.entries),
    )  # fmt: skip
    if found.currency is not None and money.entries:
        _fill(found, _Sides(money, found.currency, rates, day), rate)
        found.subjects = _subjects(money, found.currency, rates, day)
    if request.forecast:
        found.forecast = project_forecast(context, money, rates, None, request.level, found.currency)
    found.missing = _missing(money, found)
    return found


@operation(Role.MEMBER)
def portfolio_value(context: Context, request: PortfolioValueOf) -> PortfolioValue:
    """What all visible projects cost and brought together; a shared benefit counts once."""
    currency, (rate, _) = check_currency(request.currency), _discount_rate(context, request.discount_rate)
    rates, today = rates_between(context.store), request.on or context.now.astimezone(UTC).date()
    days: list[CivilDate] = []
    spent: list[Flow] = []
    gained: list[Flow] = []
    planned: tuple[list[Flow], list[Flow]] = ([], [])
    found = PortfolioValue(currency=currency, on=today, discount_rate=rate, projects=[])
    for project in _projects_with_money(context, request.unit):
        days.append(request.on or local_day(context.store, project.id, context.now))
        sides = _Sides(money_of(context, project), currency, rates, days[-1])
        found.missing_rates += [missing for missing in sides.missing if missing not in found.missing_rates]
        spent += sides.actual_costs
        gained += sides.actual_benefits
        planned[0].extend(sides.expected_costs)
        planned[1].extend(sides.expected_benefits)
        found.projects.append(
            PortfolioRow(
                project=project.id, name=project.name, unit=project.unit,
                expected_cost=total(sides.expected_costs), expected_benefit=total(sides.expected_benefits),
                actual_cost=total(sides.actual_costs), actual_benefit=total(sides.actual_benefits),
            )
        )  # fmt: skip
    found.on = max(days, default=today)
    base = min((flow.date for flow in (*spent, *gained, *planned[0], *planned[1])), default=None)
    if base is not None:
        found.expected = returns_of(*planned, rate, base) if any(planned) else None
        found.actual = returns_of(spent, gained, rate, base) if spent or gained else None
    return found


def _projects_with_money(context: Context, unit: str | None) -> list[Project]:
    """Visible projects that have an entry, by name."""
    scope = context.scope
    owners = {entry.project for kind in (CostEntry, BenefitEntry) for entry in list_records(context.store, kind, scope)}
    projects = [project for project in list_records(context.store, Project, scope) if project.id in owners]
    inside = [p for p in projects if unit is None or p.unit == unit or str(p.unit).startswith(f"{unit}/")]
    return sorted(inside, key=lambda p: (p.name.casefold(), p.id))


def _fill(found: ProjectValue, sides: _Sides, rate: Decimal) -> None:
    flows = [*sides.expected, *sides.actual]
    found.rates = sorted(sides.used, key=lambda used: (used.base, used.quote, used.date))
    found.missing_rates = sorted(set(sides.missing), key=lambda m: (m.day, m.base, m.quote))
    if not flows:
        return
    found.base = base = min(flow.date for flow in flows)
    if sides.expected:
        found.expected = returns_of(sides.expected_costs, sides.expected_benefits, rate, base)
        due = until(sides.expected_costs, found.on), until(sides.expected_benefits, found.on)
        found.expected_to_date = returns_of(*due, rate, base)
    if sides.actual:
        found.actual = returns_of(sides.actual_costs, sides.actual_benefits, rate, base)
    last = max((flow.date for flow in sides.actual), default=None)
    for when in sorted({flow.date for flow in flows}):
        real = last is not None and when <= last
        found.course.append(
            Sums(
                date=when,
                expected_cost=total(until(sides.expected_costs, when)),
                expected_benefit=total(until(sides.expected_benefits, when)),
                actual_cost=total(until(sides.actual_costs, when)) if real else None,
                actual_benefit=total(until(sides.actual_benefits, when)) if real else None,
            )
        )


def _subjects(money: ProjectMoney, currency: str, rates: Rates, day: CivilDate) -> list[SubjectValue]:
    names = {money.project.id: money.project.name, **{o.id: o.title for o in money.outcomes}}
    rows = []
    for subject, title in names.items():
        own = ProjectMoney(money.project, [], [entry for entry in money.entries if entry.subject == subject])
        if not own.entries:
            continue
        sides = _Sides(own, currency, rates, day)
        rows.append(
            SubjectValue(
                subject=subject, title=title, expected_cost=total(sides.expected_costs),
                actual_cost=total(sides.actual_costs), expected_benefit=total(sides.expected_benefits),
                actual_benefit=total(sides.actual_benefits),
            )
        )  # fmt: skip
    return rows


def _missing(money: ProjectMoney, found: ProjectValue) -> list[Missing]:
    """What keeps the figures from being whole."""
    said = [Missing(code="no_rate", detail=f"{m.base} → {m.quote}, {m.day}") for m in found.missing_rates]
    if not money.entries:
        said.append(Missing(code="no_entries"))
    else:
        kinds = {(type(entry), entry.expected) for entry in money.entries if claimed(entry)}
        said += [Missing(code="no_expected")] if not any(expected for _, expected in kinds) else []
        said += [Missing(code="no_actual")] if all(expected for _, expected in kinds) else []
        said += [Missing(code="no_costs")] if not any(kind is CostEntry for kind, _ in kinds) else []
        said += [Missing(code="no_benefits")] if not any(kind is BenefitEntry for kind, _ in kinds) else []
    if found.forecast is not None:
        said += [Missing(code="no_end")] if "end" in found.forecast.missing else []
        for outcome in found.forecast.outcomes:
            if "measurements" in outcome.missing:
                code: Literal["too_few_values", "unmeasured"] = "too_few_values" if outcome.forecast else "unmeasured"
                said.append(Missing(code=code, detail=outcome.title))
    return said


def _discount_rate(context: Context, asked: Decimal | None) -> tuple[Decimal, Literal["request", "setting", "default"]]:
    if asked is not None:
        if not -1 < asked <= 1:
            raise InvalidRequest(
                f"A discount rate is above -1 and at most 1, not {asked}: 0.08 is 8 % a year.", field="discount_rate"
            )
        return asked, "request"
    setting = context.services.get("discount_rate")
    return (Decimal(setting), "setting") if setting is not None else (DISCOUNT_RATE, "default")
