"""Public series sent as telegrams: the load of a steel works, the stack of a gas turbine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.monitoring.fleet import day, kept, options, sent, served, values
from tongjian.monitoring.hj212 import Telegram
from tongjian.monitoring.simulator import (
    Options,
    Series,
    Truth,
    member_of,
    read_series,
    station_of,
)
from tongjian.problems import RecordError

pytestmark = pytest.mark.real_data
QUARTER = 15


def stand(folder: Path, series: Series, asked: Options) -> list[Telegram]:
    """What stands in the journal after the series was sent."""
    member = member_of(series, asked, "series")

    async def play() -> None:
        async with served(folder, [member]) as (_, port):
            await station_of(member, asked, Truth()).run("127.0.0.1", port)

    asyncio.run(play())
    return kept(folder)


def test_the_frozen_analyser_of_the_gas_turbine_arrives(
    published_file: Callable[[str], Path], tmp_path: Path
) -> None:
    """102 hours at 60.38, from row 1337 on, as published."""
    path = published_file("gt_2011.csv")
    series = read_series(path, {"NOX": "a21002", "TEY": "p00001"}, day("2011-01-01"), 60)
    assert series.value.shape == (2, 7411)
    asked = options("2011-02-20", "2011-03-07")
    found = values(stand(tmp_path, series, asked), "2061", "a21002")
    assert len(found) == 15 * 24
    frozen = [start for start, one in found.items() if one.values["Avg"] == Decimal("60.380")]
    first = series.first + (1337 - 1) * (day("2011-01-01T01") - day("2011-01-01"))
    assert len(frozen) == 102
    assert (frozen[0], frozen[-1]) == (first, first + 101 * (frozen[1] - frozen[0]))
    assert found[first].values.keys() == {"Avg"}


def test_the_load_of_a_steel_works_with_its_midnights_mended(
    published_file: Callable[[str], Path], tmp_path: Path
) -> None:
    path = published_file("Steel_industry_data.csv")
    columns = {"Usage_kWh": "d20001"}
    series = read_series(path, columns, day("2018-01-01"), QUARTER, "date")
    assert (series.value.shape, series.mended) == ((1, 35_040), 365)
    assert series.last == day("2019-01-01")
    asked = options("2018-01-01", "2018-01-03", minutes=QUARTER)
    telegrams = stand(tmp_path, series, asked)
    quarters = values(telegrams, "2051", "d20001")
    hours = values(telegrams, "2061", "d20001")
    assert (len(quarters), len(hours)) == (192, 48)
    # 00:15 ends the quarter that begins at midnight; the first hour is the mean of four.
    assert quarters[day("2018-01-01")].values["Avg"] == Decimal("3.17")
    mean = sum((Decimal(text) for text in ("3.17", "4", "3.24", "3.31")), Decimal(0)) / 4
    assert hours[day("2018-01-01")].values["Avg"] == round(mean, 2)
    with pytest.raises(RecordError) as caught:
        read_series(path, {"kWh": "d20001"}, day("2018-01-01"), QUARTER)
    assert "Usage_kWh" in str(caught.value.problems[0].values["expected"])


def test_a_whole_series_is_what_the_file_says(published_file: Callable[[str], Path]) -> None:
    path = published_file("gt_2015.csv")
    series = read_series(path, {"NOX": "a21002"}, day("2015-01-01"), 60)
    asked = options("2015-01-01", str(series.last))
    hours = values(sent(member_of(series, asked, ""), asked), "2061", "a21002")
    lines = path.read_text(encoding="utf-8-sig").split()[1:]
    assert [one.values["Avg"] for one in hours.values()] == [
        Decimal(line.rpartition(",")[2]) for line in lines
    ]
