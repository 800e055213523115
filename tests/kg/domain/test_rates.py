"""Money by the rate of its day: directly, the other way round, over a third currency, or not at all."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.domain import ExchangeRate
from kg.domain.rates import Rates, rounded
from kg.errors import NoRate

DAY = date(2026, 3, 1)


def rate(base: str, quote: str, value: str, day: date = DAY) -> ExchangeRate:
    return ExchangeRate(id=f"{base}{quote}{day}", base=base, quote=quote, date=day, rate=Decimal(value))


def test_the_latest_rate_on_or_before_the_day_counts():
    rates = Rates(
        [
            rate("EUR", "USD", "1.1"),
            rate("EUR", "USD", "1.2", DAY + timedelta(30)),
            rate("EUR", "USD", "9", date(2027, 1, 1)),
        ]
    )
    found = [rates.convert(Decimal(100), "EUR", "USD", DAY + timedelta(n)).rounded for n in (0, 29, 30, 60)]
    assert found == [Decimal("110.00"), Decimal("110.00"), Decimal("120.00"), Decimal("120.00")]


def test_a_rate_written_the_other_way_round_is_divided_by():
    made = Rates([rate("EUR", "USD", "1.25")]).convert(Decimal(1000), "USD", "EUR", DAY)
    assert (made.rounded, made.steps[0].inverse, made.how) == (Decimal("800.00"), True, "EUR 1 = USD 1.25 (2026-03-01)")
    newer = Rates([rate("EUR", "USD", "1.25"), rate("USD", "EUR", "0.5", DAY + timedelta(1))])
    assert newer.convert(Decimal(10), "EUR", "USD", DAY + timedelta(1)).rounded == 20


def test_two_rates_over_a_third_currency_do_where_there_is_none_between_two():
    rates = Rates(
        [
            rate("EUR", "USD", "1.2"),
            rate("USD", "CNY", "7"),
            rate("EUR", "GBP", "0.9", date(2020, 1, 1)),
            rate("GBP", "CNY", "9", date(2020, 1, 1)),
        ]
    )
    made = rates.convert(Decimal(10), "EUR", "CNY", DAY)
    assert (made.rounded, [step.quote for step in made.steps]) == (Decimal("84.00"), ["USD", "CNY"])
    assert rates.convert(Decimal(10), "EUR", "CNY", date(2021, 1, 1)).rounded == 81


def test_a_missing_rate_is_named_with_its_day():
    rates = Rates([rate("EUR", "USD", "1.1")])
    with pytest.raises(
        NoRate, match=r"from CHF to EUR on or before 2026-03-01.*rates add CHF EUR RATE --date 2026-03-01"
    ):
        rates.convert(Decimal(1), "CHF", "EUR", DAY)
    with pytest.raises(NoRate, match="The first one known is of 2026-03-01"):
        rates.convert(Decimal(1), "EUR", "USD", DAY - timedelta(1))


def test_coins_are_rounded_once_and_by_currency():
    assert rounded(Decimal("0.125"), "EUR") == Decimal("0.12") and rounded(Decimal("2.5"), "JPY") == Decimal(2)
    assert rounded(Decimal("1e30"), "EUR") == Decimal("1e30")


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False, allow_infinity=False)
values = st.decimals(
    min_value=Decimal("0.0001"), max_value=10_000, places=6, allow_nan=False, allow_infinity=False
).filter(bool)


@given(amounts, values, values)
def test_there_and_back_is_the_same_money(amount, first, second):
    rates = Rates([rate("EUR", "USD", str(first)), rate("USD", "CNY", str(second))])
    for other in ("USD", "CNY"):
        there = rates.convert(amount, "EUR", other, DAY)
        back = rates.convert(there.amount, other, "EUR", DAY)
        assert back.rounded == rounded(amount, "EUR")


@given(amounts, amounts, values)
def test_converting_a_sum_is_summing_what_was_converted(one, other, value):
    rates = Rates([rate("EUR", "USD", str(value))])
    parts = [rates.convert(amount, "EUR", "USD", DAY).amount for amount in (one, other)]
    assert abs(sum(parts) - rates.convert(one + other, "EUR", "USD", DAY).amount) < Decimal("1e-12")
