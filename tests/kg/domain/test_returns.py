"""Money: net present value, payback and internal rate against an independent reckoning, and their rules."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy_financial as npf
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kg.domain.returns import (
    Flow,
    Payback,
    PaybackState,
    RateState,
    by_year,
    internal_rate,
    internal_rate_of,
    net_flows,
    npv,
    npv_yearly,
    payback,
    returns_of,
    total,
)

BASE = date(2024, 1, 1)
AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2)
SIGNED = st.decimals(min_value=-(10**6), max_value=10**6, places=2)
RATES = st.decimals(min_value="-0.5", max_value="2", places=4)
DAYS = st.integers(min_value=0, max_value=4000)
FLOWS = st.lists(st.builds(lambda n, a: Flow(BASE + timedelta(days=n), a), DAYS, AMOUNTS), max_size=15)


@given(RATES, st.lists(SIGNED, min_size=1, max_size=30))
def test_yearly_net_present_value_is_that_of_numpy_financial(rate, amounts):
    expected = npf.npv(float(rate), [float(amount) for amount in amounts])
    size = npf.npv(float(rate), [abs(float(amount)) for amount in amounts])
    assert float(npv_yearly(rate, amounts)) == pytest.approx(expected, abs=1e-9 * (size + 1))


@given(RATES, st.lists(SIGNED, min_size=1, max_size=12))
def test_dated_and_yearly_value_agree_where_a_year_has_365_days(rate, amounts):
    flows = [Flow(BASE + timedelta(days=365 * year), amount) for year, amount in enumerate(amounts)]
    assert npv(rate, flows, BASE) == pytest.approx(npv_yearly(rate, amounts), rel=Decimal("1e-20"), abs=Decimal("1e-9"))


def test_dated_value_is_that_of_the_spreadsheet_function():
    days = [date(2008, 1, 1), date(2008, 3, 1), date(2008, 10, 30), date(2009, 2, 15), date(2009, 4, 1)]
    flows = [Flow(day, Decimal(a)) for day, a in zip(days, (-10000, 2750, 4250, 3250, 2750), strict=True)]
    assert npv(Decimal("0.09"), flows, days[0]).quantize(Decimal("0.01")) == Decimal("2086.65")  # Excel's own example
    found = internal_rate(flows)
    assert found.rate == pytest.approx(0.373362535, abs=1e-8)  # and of XIRR


@given(st.lists(st.floats(min_value=1, max_value=1e6), min_size=1, max_size=20), st.floats(min_value=1, max_value=1e6))
def test_the_internal_rate_of_an_investment_is_that_of_numpy_financial(gains, cost):
    found = internal_rate_of([(0.0, -cost), *((float(year), gain) for year, gain in enumerate(gains, start=1))])
    expected = npf.irr([-cost, *gains])
    assume(-0.99 < expected < 900)
    assert found.state is RateState.FOUND
    assert found.rate == pytest.approx(expected, rel=1e-6, abs=1e-8)


@given(st.lists(st.floats(min_value=-1e4, max_value=1e4).map(lambda x: round(x, 2)), min_size=2, max_size=12))
@settings(deadline=None)
def test_every_rate_that_is_named_is_one_and_one_change_of_sign_has_at_most_one(amounts):
    found = internal_rate_of(list(enumerate(map(float, amounts))))
    for rate in found.rates:
        terms = [amount / (1 + rate) ** year for year, amount in enumerate(amounts)]
        assert abs(sum(terms)) <= 1e-6 * max(map(abs, terms))
    signs = [amount > 0 for amount in amounts if amount]
    changes = sum(one != two for one, two in pairwise(signs))
    assert len(found.rates) <= changes
    if found.state is RateState.AMBIGUOUS:
        assert found.rate is None


@pytest.mark.parametrize("roots", [(0.05, 0.25), (-0.2, 0.1, 0.6), (0.1, 0.2, 0.3, 1.5)])
def test_several_rates_are_all_found_and_none_is_preferred(roots):
    amounts = [1.0]
    for root in roots:  # the product of (1 + root) - (1 + r) terms is zero at each of them
        amounts = [a - b for a, b in zip([*amounts, 0.0], [0.0, *(x * (1 + root) for x in amounts)], strict=True)]
    found = internal_rate_of(list(enumerate(amounts)))
    assert found.state is RateState.AMBIGUOUS and found.rate is None
    assert found.rates == pytest.approx(sorted(roots), abs=1e-7)


def test_money_that_never_turns_has_no_internal_rate():
    assert internal_rate([Flow(BASE, Decimal(-5)), Flow(BASE + timedelta(days=9), Decimal(-5))]).state is RateState.NONE
    assert internal_rate([]).state is RateState.NONE
    # two changes of sign, and yet the value is above zero at every rate
    assert internal_rate_of([(0, 10.0), (1, -10.0), (2, 10.0)]).state is RateState.NONE


def test_payback_is_interpolated_between_two_days():
    flows = [Flow(BASE, Decimal(-1000)), Flow(BASE + timedelta(days=100), Decimal(500)),
             Flow(BASE + timedelta(days=200), Decimal(1000))]  # fmt: skip
    found = payback(flows, BASE)
    assert (found.state, found.on) == (PaybackState.REACHED, BASE + timedelta(days=150))
    assert found.years == pytest.approx(Decimal(150) / 365)
    assert payback(flows[:2], BASE) == Payback(PaybackState.NOT_REACHED)
    assert payback(flows[1:], BASE) == Payback(PaybackState.NO_INVESTMENT)


def test_money_that_is_lost_again_is_not_back_until_it_is_back_for_good():
    days = [BASE + timedelta(days=100 * n) for n in range(4)]
    flows = [Flow(d, Decimal(a)) for d, a in zip(days, (-100, 150, -100, 100), strict=True)]
    assert payback(flows, BASE).on == BASE + timedelta(days=250)


@given(FLOWS, FLOWS, st.decimals(min_value=0, max_value=1, places=3))
@settings(deadline=None)
def test_figures_fit_each_other(costs, benefits, rate):
    found = returns_of(costs, benefits, rate, BASE)
    assert found.net == total(benefits) - total(costs) == total(net_flows(costs, benefits))
    assert sum(by_year(net_flows(costs, benefits), BASE), Decimal(0)) == found.net
    assert found.npv == found.present_benefits - found.present_costs
    if found.costs:
        assert (found.roi > 0) == (found.net > 0)
        assert found.benefit_cost_ratio is not None
        if abs(found.npv) > Decimal("1e-20"):
            assert (found.benefit_cost_ratio > 1) == (found.npv > 0)
    else:
        assert found.roi is None and found.benefit_cost_ratio is None
    if found.payback.state is PaybackState.REACHED:
        assert found.net >= 0 and found.payback.on >= BASE


@given(st.lists(st.decimals(min_value=1, max_value=10**5, places=2), min_size=1, max_size=12))
def test_an_investment_pays_back_later_when_its_gains_are_discounted(gains):
    flows = [Flow(BASE, Decimal(-(10**5)))]
    flows += [Flow(BASE + timedelta(days=90 * n), gain) for n, gain in enumerate(gains, start=1)]
    plain, discounted = payback(flows, BASE), payback(flows, BASE, Decimal("0.1"))
    if discounted.state is PaybackState.REACHED:
        assert plain.state is PaybackState.REACHED and plain.years <= discounted.years


def test_a_rate_of_minus_one_is_refused():
    with pytest.raises(ValueError, match="above -1"):
        npv(Decimal(-1), [Flow(BASE, Decimal(1))], BASE)
