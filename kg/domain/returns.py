"""What dated money comes to: return, net present value, payback, benefit/cost ratio, internal rate.

Sums are decimal. Discounting is by days (`npv`, a year is 365 days, as spreadsheets do in XNPV) and
by whole years (`npv_yearly`). An internal rate is only named where there is exactly one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum

from .rate_roots import rates_of

YEAR = Decimal(365)
_DIGITS = 40


@dataclass(frozen=True)
class Flow:
    """An amount on a day; costs are negative where both kinds stand in one row."""

    date: date
    amount: Decimal


class PaybackState(StrEnum):
    """Whether the money came back."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    NO_INVESTMENT = "no_investment"


@dataclass(frozen=True)
class Payback:
    """When the money is back for good.

    Attributes:
        state: Whether it comes back; `no_investment` when the balance was never below zero.
        on: The day from which the balance stays at zero or above.
        years: From the base day to that day, exactly.
    """

    state: PaybackState
    on: date | None = None
    years: Decimal | None = None


class RateState(StrEnum):
    """Whether there is an internal rate of return."""

    FOUND = "found"
    NONE = "none"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class InternalRate:
    """The rate at which the net present value is zero; `rates` are all there are, lowest first."""

    state: RateState
    rate: float | None = None
    rates: tuple[float, ...] = ()


@dataclass(frozen=True)
class Returns:
    """What costs and benefits come to at a discount rate; a ratio without costs is None."""

    costs: Decimal
    benefits: Decimal
    net: Decimal
    present_costs: Decimal
    present_benefits: Decimal
    npv: Decimal
    npv_yearly: Decimal
    roi: Decimal | None
    benefit_cost_ratio: Decimal | None
    payback: Payback
    discounted_payback: Payback
    internal_rate: InternalRate


def returns_of(costs: Sequence[Flow], benefits: Sequence[Flow], rate: Decimal, base: date) -> Returns:
    """All figures of some costs and benefits.

    Args:
        costs: What was or will be spent, as positive amounts.
        benefits: What was or will be gained.
        rate: Discount rate a year, above -1: 0.08 is 8 %.
        base: The day that present values are of.
    """
    net = net_flows(costs, benefits)
    spent, gained = total(costs), total(benefits)
    present_costs, present_benefits = npv(rate, costs, base), npv(rate, benefits, base)
    return Returns(
        costs=spent,
        benefits=gained,
        net=gained - spent,
        present_costs=present_costs,
        present_benefits=present_benefits,
        npv=present_benefits - present_costs,
        npv_yearly=npv_yearly(rate, by_year(net, base)),
        roi=(gained - spent) / spent if spent else None,
        benefit_cost_ratio=present_benefits / present_costs if present_costs else None,
        payback=payback(net, base),
        discounted_payback=payback(net, base, rate),
        internal_rate=internal_rate(net),
    )


def total(flows: Iterable[Flow]) -> Decimal:
    """The plain sum."""
    return sum((flow.amount for flow in flows), Decimal(0))


def net_flows(costs: Iterable[Flow], benefits: Iterable[Flow]) -> list[Flow]:
    """Benefits less costs, day by day in order."""
    days: dict[date, Decimal] = {}
    for sign, flows in ((-1, costs), (1, benefits)):
        for flow in flows:
            days[flow.date] = days.get(flow.date, Decimal(0)) + sign * flow.amount
    return [Flow(day, days[day]) for day in sorted(days)]


def npv(rate: Decimal, flows: Iterable[Flow], base: date) -> Decimal:
    """The value on the base day of dated amounts, discounted by days.

    Raises:
        ValueError: The rate is -1 or less.
    """
    return sum((_discounted(flow, rate, base) for flow in flows), Decimal(0))


def npv_yearly(rate: Decimal, amounts: Iterable[Decimal]) -> Decimal:
    """The present value of one amount a year; the first is not discounted.

    Raises:
        ValueError: The rate is -1 or less.
    """
    growth = _growth(rate)
    with localcontext() as context:
        context.prec = _DIGITS
        return sum((amount / growth**year for year, amount in enumerate(amounts)), Decimal(0))


def by_year(flows: Iterable[Flow], base: date) -> list[Decimal]:
    """Sums by whole years since the base day, the first one first; what is earlier counts to the first."""
    sums: dict[int, Decimal] = {}
    for flow in flows:
        before = (flow.date.month, flow.date.day) < (base.month, base.day)
        year = max(0, flow.date.year - base.year - before)
        sums[year] = sums.get(year, Decimal(0)) + flow.amount
    return [sums.get(year, Decimal(0)) for year in range(max(sums, default=-1) + 1)]


def payback(flows: Sequence[Flow], base: date, rate: Decimal = Decimal(0)) -> Payback:
    """When the balance of net flows gets to zero for good; with a rate, of discounted ones.

    A gain is taken to come in evenly since the flow before it, so that the day is interpolated.
    """
    balance, below, before = Decimal(0), False, base
    crossing: tuple[Decimal, date, date] | None = None
    with localcontext() as context:
        context.prec = _DIGITS
        for flow in sorted(flows, key=lambda flow: flow.date):
            amount = _discounted(flow, rate, base)
            if balance < 0 <= balance + amount:
                crossing = (-balance / amount, before, flow.date)
            balance += amount
            below = below or balance < 0
            before = flow.date
        if not below:
            return Payback(PaybackState.NO_INVESTMENT)
        if balance < 0 or crossing is None:
            return Payback(PaybackState.NOT_REACHED)
        share, start, stop = crossing
        days = (start - base).days + share * (stop - start).days
        whole = days.to_integral_value(rounding="ROUND_CEILING")
        return Payback(PaybackState.REACHED, base + timedelta(days=int(whole)), days / YEAR)


def internal_rate(flows: Sequence[Flow]) -> InternalRate:
    """The yearly rate at which dated amounts are worth nothing, if there is exactly one."""
    if not flows:
        return InternalRate(RateState.NONE)
    first = min(flow.date for flow in flows)
    return internal_rate_of([((flow.date - first).days / 365, float(flow.amount)) for flow in flows])


def internal_rate_of(terms: Sequence[tuple[float, float]]) -> InternalRate:
    """The same of (years, amount) pairs."""
    found = tuple(rates_of(terms))
    if len(found) == 1:
        return InternalRate(RateState.FOUND, found[0], found)
    return InternalRate(RateState.AMBIGUOUS if found else RateState.NONE, None, found)


def _discounted(flow: Flow, rate: Decimal, base: date) -> Decimal:
    growth = _growth(rate)
    if not rate:
        return flow.amount
    with localcontext() as context:
        context.prec = _DIGITS
        return flow.amount / growth ** (Decimal((flow.date - base).days) / YEAR)


def _growth(rate: Decimal) -> Decimal:
    if rate <= -1:
        raise ValueError(f"a discount rate is above -1, not {rate}")
    return 1 + rate
