"""Periods as people write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongjian.records._periods import FIRST_YEAR, LAST_YEAR, parse_period

YEARS = st.integers(FIRST_YEAR, LAST_YEAR)
MONTHS = st.integers(1, 12)


@given(YEARS, MONTHS)
def test_every_way_to_write_a_month(year: int, month: int) -> None:
    expected = f"{year}-{month:02d}"
    full_width = str.maketrans("0123456789", "０１２３４５６７８９")
    ways = [
        expected,
        f"{year}-{month}",
        f"{year}/{month}",
        f"{year}/{month:02d}",
        f"{year}年{month}月",
        f"{year}年{month:02d}月份",
        f" {year} 年 {month} 月 ",
        f"{year}{month:02d}",
        expected.translate(full_width),
        f"{year}-{month:02d}-01",
        f"{year}/{month}/1",
        f"{year}年{month}月1日",
        f"{year}-{month:02d}-01 00:00:00",
        int(f"{year}{month:02d}"),
        float(f"{year}{month:02d}"),
        date(year, month, 1),
        datetime(year, month, 1),
    ]
    assert [parse_period(way) for way in ways] == [expected] * len(ways)


@given(YEARS)
def test_every_way_to_write_a_year(year: int) -> None:
    for way in (str(year), f"{year}年", f"{year}年度", f" {year} ", year, float(year)):
        assert parse_period(way) == str(year)


@given(st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)))
def test_only_first_and_last_day_stand_for_the_month(day: date) -> None:
    is_edge = day.day == 1 or day.month != date.fromordinal(day.toordinal() + 1).month
    expected = f"{day.year}-{day.month:02d}" if is_edge else None
    assert parse_period(day) == expected
    assert parse_period(day.isoformat()) == expected


@given(st.one_of(st.text(max_size=12), st.floats(), st.integers(), st.booleans(), st.none()))
def test_anything_else_is_none_or_a_period(cell: object) -> None:
    found = parse_period(cell)
    assert found is None or parse_period(found) == found


@pytest.mark.parametrize(
    "cell",
    [
        "2025-13",
        "2025-00",
        "2025.1",
        "2025.10",
        2025.1,
        "25-03",
        "1850",
        "2999-01",
        "2025Q1",
        "2025-02-30",
        45717,
        True,
        datetime(2025, 3, 1, 8, 30),
        "2025-03-15",
        "",
    ],
)
def test_refuses(cell: object) -> None:
    assert parse_period(cell) is None
