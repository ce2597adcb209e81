"""A recorded series as a station: its rows, its times, what is wrong with them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.monitoring.fleet import day, options, sent, values
from tongjian.monitoring.simulator import Series, member_of, profile_of, read_series
from tongjian.problems import RecordError

START = day("2024-12-31")


def written(folder: Path, times: list[str], kwh: list[str]) -> Path:
    path = folder / "series.csv"
    rows = [f"{time},{value}" for time, value in zip(times, kwh, strict=True)]
    path.write_text("\n".join(["\ufeffdate,kWh", *rows]) + "\n", encoding="utf-8")
    return path


def quarters(ends_with: str) -> list[str]:
    """The ends of the 96 quarters of the last day of 2024; the last is midnight."""
    found = [f"31/12/2024 {n // 4:02d}:{n % 4 * 15:02d}" for n in range(1, 96)]
    return [*found, f"{ends_with} 00:00"]


def read(path: Path, times: str | None = "date") -> Series:
    return read_series(path, {"kWh": "d20001"}, START, 15, times)


def test_hours_are_means_and_what_is_empty_is_not_sent(tmp_path: Path) -> None:
    kwh = [str(number) for number in range(96)]
    kwh[4:8] = ["1.25", "", "2.5", "3"]
    kwh[8:12] = [""] * 4
    asked = options("2024-12-31", "2025-01-01", minutes=15)
    member = member_of(read(written(tmp_path, quarters("01/01/2025"), kwh)), asked, "series")
    telegrams = sent(member, asked)
    hours = values(telegrams, "2061", "d20001")
    assert len(hours) == 23  # nothing was measured in the third
    assert hours[START].values == {"Avg": Decimal("1.50")}
    # Three of the second's four were measured, as many as an hour needs: (1.25 + 2.5 + 3) / 3.
    assert hours[day("2024-12-31T01")].values["Avg"] == Decimal("2.25")
    assert len(values(telegrams, "2051", "d20001")) == 96 - 5
    assert "series" in profile_of([member]) and "[[point]]" not in profile_of([member])


@pytest.mark.parametrize(("ends_with", "mended"), [("01/01/2025", 0), ("31/12/2024", 1)])
def test_a_midnight_may_bear_the_date_that_it_ends(
    tmp_path: Path, ends_with: str, mended: int
) -> None:
    series = read(written(tmp_path, quarters(ends_with), ["1"] * 96))
    assert (series.mended, series.last) == (mended, day("2025-01-01"))


def test_what_cannot_be_replayed_says_where(tmp_path: Path) -> None:
    times = quarters("01/01/2025")
    times[7], times[9] = times[8], "noon"
    path = written(tmp_path, times, ["1"] * 5 + ["1,5"] + ["n/a"] * 2 + ["1"] * 88)
    with pytest.raises(RecordError) as caught:
        read(path)
    found = {(one.place.row, one.place.field, one.values["found"]) for one in caught.value.problems}
    assert found == {
        (7, None, "5"),
        (8, "kWh", "n/a"),
        (9, "kWh", "n/a"),
        (9, "date", "31/12/2024 02:15"),
        (11, "date", "noon"),
    }
    with pytest.raises(RecordError) as caught:
        read_series(path, {"MWh": "d20001"}, START, 15)
    assert caught.value.problems[0].values["expected"] == "date, kWh"
    with pytest.raises(RecordError):
        read(tmp_path / "nowhere.csv")
    # Rows that begin an hour late are not those of the period.
    times = quarters("01/01/2025")
    with pytest.raises(RecordError):
        read_series(written(tmp_path, times[4:], ["1"] * 92), {"kWh": "d1"}, START, 15, "date")
