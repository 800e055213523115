"""Values as people write them, by kind; what does not fit says what was expected."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.domain.numerals import NotANumber, split_number
from kg.domain.outcomes import UnitKind
from kg.domain.units import Unit, read_value
from kg.domain.written import read_written, same_unit
from kg.errors import UnitMismatch

PERCENT, NUMBER, YES_NO = Unit(UnitKind.PERCENT), Unit(UnitKind.NUMBER), Unit(UnitKind.YES_NO)
EUR, CNY, HOURS = Unit(UnitKind.CURRENCY, "EUR"), Unit(UnitKind.CURRENCY, "CNY"), Unit(UnitKind.NUMBER, name="hours")


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("12,5 %", PERCENT, "12.5"), ("１２％", PERCENT, "12"), ("百分之12", PERCENT, "12"), ("3 个百分点", PERCENT, "3"),
        ("12 percent", PERCENT, "12"), ("1.2万", NUMBER, "12000"), ("3千万", NUMBER, "30000000"), ("2.5 million", NUMBER, "2500000"),
        ("3,000", NUMBER, "3000"), ("1.234,56", NUMBER, "1234.56"), ("1,234.56", NUMBER, "1234.56"), ("1 234,5", NUMBER, "1234.5"),
        ("1'234'567", NUMBER, "1234567"), ("1,23,456", NUMBER, "123456"), ("0,125", NUMBER, "0.125"), ("−7", NUMBER, "-7"),
        ("(300)", NUMBER, "-300"), (".5", NUMBER, "0.5"), ("是", YES_NO, "1"), ("No", YES_NO, "0"), ("未达成", YES_NO, "0"), ("1", YES_NO, "1"),
        ("¥3,000", CNY, "3000"), ("3万元", CNY, "30000"), ("RMB 1.5亿", CNY, "150000000"), ("-¥3", CNY, "-3"),
        ("120 k€", EUR, "120000"), ("1.200,50 EUR", EUR, "1200.50"), ("12 小时", HOURS, "12"), ("12 h", HOURS, "12"), ("7.5", HOURS, "7.5"),
    ],
)  # fmt: skip
def test_what_people_type_is_read(text, unit, value):
    assert read_value(text, unit).amount == Decimal(value)


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("12 hours", PERCENT, "expected a percentage, such as 12.5 %; this is a number of hours"),
        ("12 %", NUMBER, "expected a number, such as 1,200; this is a percentage"),
        ("yes", EUR, "expected an amount of money, such as EUR 1,200; this is yes or no"),
        ("2", YES_NO, "expected yes or no; this is a number"),
        ("12 days", HOURS, "expected a number of hours, such as 12; this is in 'days'"),
        ("¥3", EUR, "write CNY 3 or JPY 3"),
        ("5", Unit(UnitKind.CURRENCY), "it names no currency"),
        ("$5 EUR", EUR, "two currencies"),
        ("EUR 5 %", EUR, "both an amount of money and a percentage"),
        ("12-15", NUMBER, "more than one number"),
        ("1,23,45", NUMBER, "groups of three"),
        ("1.2.3,4,5", NUMBER, "contradict"),
        ("--3", NUMBER, "sign"),
        ("12,", NUMBER, "ends with a separator"),
        ("", NUMBER, "it is empty"),
        ("a lot", NUMBER, "no number"),
    ],
)
def test_what_does_not_fit_says_what_was_expected(text, unit, words):
    with pytest.raises(UnitMismatch) as refused:
        read_value(text, unit)
    assert words in refused.value.message
    assert refused.value.fields["kind"] == unit.kind.value


def test_a_unit_beside_the_value_speaks_too():
    assert read_value("3", CNY, "万元").amount == 30_000
    assert read_value(3, EUR, "USD million").amount == 3_000_000 and read_value(3, EUR, "USD").currency == "USD"
    assert read_value("12", HOURS, "小时").amount == 12
    assert read_value("5", PERCENT, "%").amount == 5
    with pytest.raises(UnitMismatch, match="the unit beside it is yes or no"):
        read_value("5 %", PERCENT, "yes/no")
    with pytest.raises(UnitMismatch, match="the value is in EUR and the unit beside it is USD"):
        read_value("5 EUR", EUR, "USD")
    with pytest.raises(UnitMismatch, match="'days'"):
        read_value("5", HOURS, "days")


def test_a_shared_sign_means_the_metrics_own_currency():
    assert read_value("$5", Unit(UnitKind.CURRENCY, "AUD")).currency == "AUD"
    assert read_value("¥5", Unit(UnitKind.CURRENCY, "JPY")).currency == "JPY"
    assert read_value("$5", EUR).currency == "USD"
    assert read_value("¥5", EUR, currency="JPY").currency == "JPY"


def test_a_share_where_a_percentage_is_expected_is_taken_as_written_and_doubted():
    assert read_value("0.93", PERCENT).doubts == ("share_as_percent",)
    assert read_value("0.93 %", PERCENT).doubts == () and read_value("0", PERCENT).doubts == ()


def test_the_name_of_a_unit_tells_its_kind():
    kinds = [Unit.named(name).kind for name in ("%", "US$", "是/否", "hours", "m3 per 100 km2", "USD million", None)]
    assert kinds == ["percent", "currency", "yes_no", *["number"] * 4]
    assert Unit.named(None, currency="CHF") == Unit(UnitKind.CURRENCY, "CHF")
    assert read_value("3 m3", Unit.named("m³")).amount == 3
    assert read_value("3 m", Unit.named("m")).amount == 3 and read_value("3 m", NUMBER).amount == 3_000_000
    assert same_unit("小时", "Hours") and not same_unit("days", "hours")


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4),
    st.sampled_from([PERCENT, NUMBER, EUR, CNY, HOURS, Unit(UnitKind.CURRENCY, "JPY")]),
    st.sampled_from(["en", "zh"]),
)
def test_what_is_shown_is_read_back(value, unit, language):
    """A known ambiguity: a decimal point before exactly three digits is a decimal point, a comma groups them."""
    assert read_value(unit.show(value, language), unit).amount == value


@given(st.booleans(), st.sampled_from(["en", "zh"]))
def test_yes_and_no_are_read_back(value, language):
    assert read_value(YES_NO.show(float(value), language), YES_NO).amount == int(value)


@given(st.text(max_size=30))
def test_any_text_is_a_value_or_a_refusal(text):
    for unit in (PERCENT, NUMBER, EUR, YES_NO, HOURS):
        try:
            assert read_value(text, unit).amount.is_finite()
        except UnitMismatch as error:
            assert "expected" in error.message
    try:
        split_number(text)
        read_written(text)
    except NotANumber as error:
        assert str(error)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("hours", "12 小时"), ("h", "12 小时"), ("Hours", "12 小时"), ("hours/week", "12 小时/周"), ("contracts", "12 份合同"),
     ("widgets", "12 widgets"), ("widgets/week", "12 widgets/week"), ("工时", "12 工时")],
)  # fmt: skip
def test_a_unit_is_named_in_chinese_and_what_is_shown_is_read_again(name, shown):
    unit = Unit(UnitKind.NUMBER, name=name)
    assert unit.show(12, "zh") == shown
    assert unit.show(12, "en") == f"12 {name}"
    assert read_value(shown, unit).amount == 12
