"""A year of quarter hours whose every day ends with a midnight of its own date."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tongjian.monitoring.sources import Meter, MeterFile, read_meter_file, totals

pytestmark = pytest.mark.real_data


def test_nothing_of_the_year_is_lost(published_file: Callable[[str], Path]) -> None:
    file = published_file("Steel_industry_data.csv")
    how = MeterFile(time="date", value="Usage_kWh", form="%d/%m/%Y %H:%M", quantities=True)

    found = read_meter_file(file, how, Meter())

    assert [one.code for one in found.problems] == ["monitoring.meter_midnight"]
    assert found.problems[0].values["count"] == 365
    assert len(found.steps) == 35_040 and all(step.seconds == 900 for step in found.steps)
    (year,) = totals(found.steps, "year")
    assert year.complete and year.amount == Fraction(Decimal("959636.71"))
    months, days, hours = (totals(found.steps, one) for one in ("month", "day", "hour"))  # type: ignore[arg-type]
    assert [len(months), len(days), len(hours)] == [12, 365, 8760]
    for of in (months, days, hours):
        assert all(one.complete and not one.spread for one in of)
        assert sum(one.amount for one in of) == year.amount
