from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from kg.domain import Lesson, Project, WorkItem
from pipelines.sources.values import (
    BadValue,
    Shape,
    as_date,
    as_instant,
    as_list,
    as_number,
    as_yes_no,
    fiscal_year,
    shape_of,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", "1234.5"), ("$1,200", "1200"), ("(12.5)", "-12.5"), ("-0.5", "-0.5"), ("12 %", "12"),
        ("¥3,000", "3000"),
        ("1.5万", "15000"), ("2亿", "200000000"), ("1 000", "1000"), ("−3", "-3"), (7, "7"), (2.5, "2.5"),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: object, number: str) -> None:
    assert as_number(text) == Decimal(number)


def test_numbers_with_units_and_decimal_commas() -> None:
    assert as_number("58 days", unit="days") == 58
    assert as_number("1.234,5", decimal=",") == Decimal("1234.5")


@pytest.mark.parametrize("text", ["abc", "", "1.2.3", "nan", "inf", "12 days", "--"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(BadValue):
        as_number(text)


@pytest.mark.parametrize(
    "text",
    ["2026-03-01", "2026/3/1", "2026.03.01", "2026年3月1日", "20260301", "2026-03-01T10:00:00Z", "2026-03-01 10:00"],
)
def test_year_first_dates(text: str) -> None:
    assert as_date(text) == date(2026, 3, 1)


def test_other_dates_need_the_mapping_to_say_how() -> None:
    with pytest.raises(BadValue, match="expected YYYY-MM-DD; name other forms"):
        as_date("03/01/2026")
    assert as_date("03/01/2026", ["%m/%d/%Y"]) == date(2026, 3, 1)
    with pytest.raises(BadValue, match="no day of the calendar"):
        as_date("2026-02-30")


def test_instants_without_an_offset_are_utc() -> None:
    assert as_instant("2026-03-01T10:00:00") == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert as_instant("2026-03-01T10:00:00+08:00").utcoffset().total_seconds() == 8 * 3600
    assert as_instant("2026-03-01") == datetime(2026, 3, 1, tzinfo=UTC)


def test_fiscal_years_are_named_by_their_end() -> None:
    assert fiscal_year("2020", "july", "start") == date(2019, 7, 1)
    assert fiscal_year("FY2020", "july", "end") == date(2020, 6, 30)
    assert fiscal_year("FY20", "october", "start") == date(2019, 10, 1)
    assert fiscal_year("2020", "january", "start") == date(2020, 1, 1)
    assert fiscal_year("2020", "january", "end") == date(2020, 12, 31)
    assert fiscal_year("2024", "march", "end") == date(2024, 2, 29)
    with pytest.raises(BadValue, match="not a fiscal year"):
        fiscal_year("20x1", "july", "end")


def test_lists_and_yes_no() -> None:
    assert as_list("a; b；c\nd") == ["a", "b", "c", "d"]
    assert as_list("a,b", ",") == ["a", "b"]
    assert as_list(["x", 1]) == ["x", "1"]
    assert (as_yes_no("是"), as_yes_no("No")) == (True, False)
    with pytest.raises(BadValue):
        as_yes_no("maybe")


def test_shapes_come_from_the_records() -> None:
    assert shape_of(Project, "start") is Shape.DATE
    assert shape_of(Project, "budget") is Shape.DECIMAL
    assert shape_of(Project, "attributes") is Shape.MAPPING
    assert shape_of(Project, "tags") is Shape.LIST
    assert shape_of(Project, "confidential") is Shape.YES_NO
    assert shape_of(WorkItem, "opened_at") is Shape.INSTANT
    assert shape_of(WorkItem, "estimate") is Shape.NUMBER
    assert shape_of(Lesson, "impact") is Shape.INTEGER
    assert shape_of(Lesson, "lesson") is Shape.TEXT
