"""Meters: from readings to quantities, each number worked out by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongjian.monitoring.sources import (
    Consumption,
    Meter,
    MeterFile,
    MeterReading,
    Step,
    consumption,
    ratio,
    read_meter_file,
    totals,
)
from tongjian.monitoring.sources._stamps import mended, stamp
from tongjian.problems import RecordError

START = datetime(2025, 1, 31, 22)
HOUR = timedelta(hours=1)
FOUR = Meter(span=Fraction(10_000))


def hourly(*registers: str, meter: str = "A", first: datetime = START) -> list[MeterReading]:
    return [
        MeterReading(first + number * HOUR, Decimal(one), meter, number + 2)
        for number, one in enumerate(registers)
    ]


def amounts(found: Consumption) -> list[Fraction | None]:
    return [step.amount for step in found.steps]


def codes(found: Consumption) -> list[str]:
    return [one.code.removeprefix("monitoring.") for one in found.problems]


def test_steps_times_the_multiplier_exactly() -> None:
    # Transformers 300/5 A and 10000/100 V: 60 x 100 = 6000.
    current, voltage = ratio("300/5"), ratio("10000/100")
    assert current and voltage
    found = consumption(hourly("0.1", "0.3", "0.35"), Meter(multiplier=current * voltage))
    assert amounts(found) == [1200, 300] and codes(found) == []


def test_a_register_that_begins_again() -> None:
    found = consumption(hourly("9990.5", "9999", "3.25"), FOUR)
    assert amounts(found) == [Fraction("8.5"), Fraction("4.25")]
    assert [step.how for step in found.steps] == ["counted", "rolled"]
    assert codes(found) == ["meter_rollover"]


def test_backwards_is_no_rollover_when_it_would_go_most_of_the_way_around() -> None:
    found = consumption(hourly("5000", "4990", "4995"), FOUR)
    # 4990 alone would explain it, but 4995 is below 5000 as well: the step stays unknown.
    assert amounts(found) == [None, 5] and codes(found) == ["meter_backwards"]
    assert "5000" in found.problems[0].text("zh") and "4990" in found.problems[0].text("en")
    assert amounts(consumption(hourly("5000", "4990", "4995"), Meter())) == [None, 5]


def test_one_wrong_reading_is_left_out() -> None:
    found = consumption(hourly("100", "10", "104"), Meter())
    assert found.steps == [Step(START, START + 2 * HOUR, Fraction(4))]
    assert codes(found) == ["meter_outlier"]

    bounded = Meter(most_per_hour=Fraction(50))
    found = consumption(hourly("100", "9000", "104", "106"), bounded)
    assert amounts(found) == [4, 2] and codes(found) == ["meter_outlier"]
    found = consumption(hourly("100", "300", "302"), bounded)
    assert amounts(found) == [None, 2] and codes(found) == ["meter_too_fast"]


def test_an_exchange_with_both_readings_loses_nothing() -> None:
    old, new = hourly("500", "507"), hourly("12", "15", meter="B", first=START + HOUR)
    found = consumption([*old, *new], Meter())
    assert amounts(found) == [7, 3] and codes(found) == ["meter_exchange"]

    late = hourly("12", "15", meter="B", first=START + 3 * HOUR)
    found = consumption([*old, *late], Meter())
    assert amounts(found) == [7, None, 3] and codes(found) == ["meter_exchange_gap"]


def test_readings_twice_and_out_of_order() -> None:
    one = hourly("1", "2", "4")
    found = consumption([one[2], one[0], one[1], one[1]], Meter())
    assert amounts(found) == [1, 2] and codes(found) == ["meter_twice"]
    other = MeterReading(one[1].time, Decimal(3), "A", 9)
    assert codes(consumption([*one, other], Meter())) == ["meter_two_values"]


def test_a_step_over_a_border_is_shared_by_time_or_left() -> None:
    # From 31 January 22:00 to 1 February 04:00: 2 of 6 hours, 60 of 180, lie in January.
    steps = [Step(START, START + 6 * HOUR, Fraction(180))]
    january, february = totals(steps, "month")
    assert (january.amount, january.spread, january.known_s) == (60, 60, 7200)
    assert (february.amount, february.complete) == (120, False)
    january, february = totals(steps, "month", spread=False)
    assert (january.amount, january.across, february.amount) == (0, 180, 0)
    assert [one.amount for one in totals(steps, "hour")] == [30] * 6
    assert totals([Step(START, START + HOUR, None)], "day")[0].unknown_s == 3600


@given(
    st.lists(st.integers(0, 4_999), min_size=1, max_size=30),
    st.integers(0, 9_999),
    st.sampled_from(["hour", "day", "month", "year"]),
)
def test_whatever_was_consumed_comes_out(used: list[int], first: int, period: str) -> None:
    """Any consumption below half a turn per reading survives rollovers and sharing exactly."""
    shown, registers = first, [first]
    for one in used:
        shown = (shown + one) % 10_000
        registers.append(shown)
    found = consumption(hourly(*map(str, registers)), FOUR)
    assert amounts(found) == used
    assert sum(one.amount for one in totals(found.steps, period)) == sum(used)  # type: ignore[arg-type]


def test_midnights_of_their_own_day() -> None:
    quarter = timedelta(minutes=15)
    right = [datetime(2018, 1, 1) + quarter * number for number in range(1, 96 * 3 + 1)]
    wrong = [time - timedelta(days=1) if time.hour == time.minute == 0 else time for time in right]
    assert mended(wrong) == (right, 3)
    assert mended(right) == (right, 0)
    # A clock that was set back an hour is no midnight, and stays.
    back = [datetime(2018, 1, 1, 1), datetime(2018, 1, 1, 2), datetime(2018, 1, 1, 1)]
    assert mended(back) == (back, 0)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025-06-30 24:00", datetime(2025, 7, 1)),
        ("2025/6/3 8:15", datetime(2025, 6, 3, 8, 15)),
        ("2025年6月3日8时15分", datetime(2025, 6, 3, 8, 15)),
        ("20250603081500", datetime(2025, 6, 3, 8, 15)),
        ("2025-06-03T08:15:30", datetime(2025, 6, 3, 8, 15, 30)),
        ("2025-06-24", datetime(2025, 6, 24)),
        ("2025-02-30", None),
        ("2025-06-3012:00", None),
        ("24:00", None),
    ],
)
def test_times_as_they_are_written(text: str, time: datetime | None) -> None:
    assert stamp(text) == time


def test_a_file_with_chinese_heads_in_gb18030(tmp_path: Path) -> None:
    file = tmp_path / "抄表.csv"
    rows = '表号,抄表时间,示数\nA,2025-01-01,9990\nA,2025-02-01,"1,010"\nA,2025-03-01,1020\n'
    file.write_bytes(rows.encode("gb18030"))
    meter = Meter(span=Fraction(10_000), multiplier=Fraction(60))
    found = read_meter_file(file, MeterFile(), meter)
    months = totals(found.steps, "month")
    assert [(one.start.month, one.amount) for one in months] == [(1, 61_200), (2, 600)]
    assert all(one.complete for one in months)


def test_quantities_of_intervals(tmp_path: Path) -> None:
    file = tmp_path / "load.csv"
    file.write_text(
        "time,value\n2025-01-01 00:15,1\n2025-01-01 00:30,2\n2025-01-01 01:00,4\n"
        "2025-01-01 01:15,-1\n2025-01-01 01:30,8\n",
        encoding="utf-8",
    )
    found = read_meter_file(file, MeterFile(quantities=True), Meter())
    assert amounts(found) == [1, 2, None, 4, None, 8]
    assert codes(found) == ["meter_negative", "meter_missing"]
    first, second = totals(found.steps, "hour")
    assert (first.amount, first.unknown_s, second.amount) == (7, 900, 8)


def test_everything_wrong_with_a_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("time,value\nyesterday,1\n2025-01-01,many\n", encoding="utf-8")
    with pytest.raises(RecordError) as caught:
        read_meter_file(file, MeterFile(), Meter())
    assert [one.place.row for one in caught.value.problems] == [2, 3]
    file.write_text("when,what\n1,1\n", encoding="utf-8")
    with pytest.raises(RecordError) as caught:
        read_meter_file(file, MeterFile(), Meter())
    assert [one.code for one in caught.value.problems] == ["monitoring.meter_column"] * 2
    assert ratio("5/0") is None and ratio("a") is None and ratio("1/2/3") is None
