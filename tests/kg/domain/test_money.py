"""Shares of a benefit, corrections, and which currencies there are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.domain import BenefitEntry
from kg.domain.money import check_amount, check_currency, check_weight, claimed, cumulative, in_force, shares_of
from kg.errors import BadAmount, BadWeight, UnknownCurrency

WEIGHTS = st.dictionaries(st.text(min_size=1, max_size=8), st.floats(min_value=1e-3, max_value=1e3), min_size=1)


def benefit(key: str, amount: str = "100", **values) -> BenefitEntry:
    return BenefitEntry(
        id=key, subject="outcome:x", date=date(2025, 1, 1), amount=Decimal(amount), currency="EUR", **values
    )


@given(WEIGHTS)
def test_shares_never_claim_more_than_the_whole_and_keep_their_proportions(weights):
    found = shares_of(weights)
    assert sum(Decimal(repr(share)) for share in found.values()) <= 1 + Decimal("1e-12")
    assert all(share > 0 for share in found.values())
    whole = max(1.0, sum(weights.values()))
    assert all(found[name] == pytest.approx(weights[name] / whole, rel=1e-6, abs=1e-9) for name in weights)


@given(WEIGHTS, st.decimals(min_value=1, max_value=10**9, places=2))
def test_the_parts_of_a_benefit_are_the_benefit(weights, amount):
    heavy = {name: weight + 1 for name, weight in weights.items()}
    parts = [claimed(benefit("b", str(amount), share=share)) for share in shares_of(heavy).values()]
    assert sum(parts) == pytest.approx(amount, abs=amount * Decimal("1e-11"))


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf")])
def test_a_weight_is_above_zero(weight):
    with pytest.raises(BadWeight, match="above zero"):
        check_weight(weight)


def test_what_was_corrected_no_longer_counts():
    entries = [benefit("a"), benefit("b", corrects="a"), benefit("c", corrects="b"), benefit("d")]
    assert [entry.id for entry in in_force(entries)] == ["c", "d"]


@pytest.mark.parametrize("amount", ["-5", "0", "1e16", "0.1234567"])
def test_amounts_that_cannot_be_are_refused(amount):
    with pytest.raises(BadAmount, match=r"amount"):
        check_amount(Decimal(amount))


def test_an_unknown_currency_names_the_nearest():
    assert check_currency(" eur ") == "EUR"
    with pytest.raises(UnknownCurrency, match="Did you mean") as told:
        check_currency("EUX")
    assert told.value.fields["nearest"] == "EUR"
    with pytest.raises(UnknownCurrency, match="Did you mean CNY"):
        check_currency("RMB")
    with pytest.raises(UnknownCurrency):
        check_currency("¥")


def test_running_sums_start_from_zero_where_the_work_began():
    days = [date(2025, 1, 10), date(2025, 1, 5), date(2025, 1, 10)]
    found = cumulative([(day, Decimal(5)) for day in days], date(2025, 1, 1))
    assert found == [(date(2025, 1, 1), 0), (date(2025, 1, 5), 5), (date(2025, 1, 10), 15)]
