"""The quarter-hour load of a steel works: mended stamps, months, energy and CO2."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from tongjian.engine import Run, run
from tongjian.problems import EngineError, Problem
from tongjian.records import Store
from tongjian.records.readers import Reading, read_uci_steel
from tongjian.records.readers.uci_steel import (
    FACILITY,
    STEP,
    QuarterHour,
    read_quarter_hours,
)
from tongjian.rules import load_rulebook

pytestmark = pytest.mark.real_data

FILE = "Steel_industry_data.csv"
ENERGY = "cn.energy.gbt2589-2020"
STEEL = "cn.steel.ndrc-2013"
TOTAL_KWH = Decimal("959636.71")
TOTAL_CO2 = Decimal("403.81")
QUOTIENT = Decimal("0.4208")
"""Published CO2 over published energy, t/MWh."""
PRINTED_FACTOR = Decimal("0.4585")
"""What the publisher multiplied each quarter hour by, t/MWh, before rounding to 0.01 t."""


@pytest.fixture(scope="module")
def file(published_file: Callable[[str], Path]) -> Path:
    return published_file(FILE)


@pytest.fixture(scope="module")
def quarters(file: Path) -> tuple[list[QuarterHour], list[Problem]]:
    return read_quarter_hours(file)


@pytest.fixture(scope="module")
def reading(file: Path) -> Reading:
    return read_uci_steel(file)


def test_no_row_is_lost_and_totals_are_the_published_ones(
    quarters: tuple[list[QuarterHour], list[Problem]], reading: Reading
) -> None:
    assert len(quarters[0]) == 35_040
    assert sum(month["rows"] for month in reading.published) == 35_040
    assert sum(month["kwh"] for month in reading.published) == TOTAL_KWH
    assert sum(month["co2"] for month in reading.published) == TOTAL_CO2
    assert [row["period"] for row in reading.activity] == [f"2018-{m:02d}" for m in range(1, 13)]
    total = sum(Decimal(str(row["quantity"])) for row in reading.activity)
    assert total * 1000 == TOTAL_KWH


def test_midnights_are_mended_and_said(
    quarters: tuple[list[QuarterHour], list[Problem]], reading: Reading
) -> None:
    ends = [quarter.end for quarter in quarters[0]]
    assert ends[0] == datetime(2018, 1, 1, 0, 15)
    # The last interval ends on 1 January but is energy of 31 December.
    assert ends[-1] == datetime(2019, 1, 1, 0, 0)
    assert quarters[0][-1].period == "2018-12"
    assert {later - earlier for earlier, later in pairwise(ends)} == {STEP}
    (warning,) = reading.problems
    assert (warning.code, warning.severity) == ("records.reader_midnight", "warning")
    assert warning.values["count"] == 365
    assert {month["rows"] for month in reading.published} == {28 * 96, 30 * 96, 31 * 96}


def test_the_published_co2_is_energy_by_one_factor_rounded_per_quarter_hour(
    quarters: tuple[list[QuarterHour], list[Problem]],
) -> None:
    """0.4585 t/MWh, rounded to 0.01 t, explains every row but 47 of one day that print zero.

    The quotient of the totals, 0.4208, is therefore no emission factor: loads below 10.9 kWh
    round to nothing, which loses 36 t of 440 t over the year.
    """
    half = Decimal("0.005")
    odd = [
        quarter
        for quarter in quarters[0]
        if abs(quarter.kwh / 1000 * PRINTED_FACTOR - quarter.co2) > half
    ]
    assert len(odd) == 47
    assert {quarter.end.date().isoformat() for quarter in odd} == {"2018-01-02"}
    assert {quarter.co2 for quarter in odd} == {Decimal(0)}
    lost = TOTAL_KWH / 1000 * PRINTED_FACTOR - TOTAL_CO2
    assert lost.quantize(Decimal("0.1")) == Decimal("36.2")


def test_the_year_2018_is_refused(reading: Reading, tmp_path: Path) -> None:
    """The standard is in force from 2021-04-01: an earlier year is refused, not computed."""
    store = Store.create(tmp_path)
    assert reading.add_to(store)
    with pytest.raises(EngineError) as caught:
        run(load_rulebook(), store, rulesets=[ENERGY])
    (problem,) = caught.value.problems
    assert problem.code == "engine.edition_unavailable"
    assert problem.values["year"] == 2018
    assert "2018" in problem.message("zh") and "2021-04-01" in problem.message("en")


def test_the_same_load_in_2023(file: Path, tmp_path: Path) -> None:
    result = _as_2023(file, tmp_path, QUOTIENT)
    energy = _amount(result, ENERGY, "energy_electricity")
    assert energy == pytest.approx(959.63671 * 0.1229, abs=1e-5)
    co2 = Decimal(str(_amount(result, STEEL, "electricity")))
    assert co2 == pytest.approx(TOTAL_KWH / 1000 * QUOTIENT, abs=Decimal("0.00002"))
    # With the quotient the total is the published one; the bound is that of 35,040 roundings.
    assert abs(co2 - TOTAL_CO2) < Decimal("0.01")
    assert abs(co2 - TOTAL_CO2) <= Decimal("0.005") * 35_040


def test_with_the_factor_of_the_quarter_hours_the_total_is_higher(
    file: Path, tmp_path: Path
) -> None:
    co2 = _amount(_as_2023(file, tmp_path, PRINTED_FACTOR), STEEL, "electricity")
    assert co2 == pytest.approx(439.993, abs=0.001)
    assert abs(co2 - float(TOTAL_CO2)) <= 0.005 * 35_040


def _as_2023(file: Path, folder: Path, factor: Decimal) -> Run:
    reading = read_uci_steel(file)
    for row in reading.activity:
        row["period"] = row["period"].replace("2018", "2023")
    reading.activity += [
        {**row, "item": "factor", "quantity": float(factor), "unit": "tCO2/MWh"}
        for row in reading.activity
    ]
    store = Store.create(folder)
    assert reading.add_to(store)
    result = run(load_rulebook(), store, rulesets=[ENERGY, STEEL])
    assert [problem for problem in result.problems if problem.severity == "error"] == []
    return result


def _amount(result: Run, ruleset: str, category: str) -> float:
    (line,) = [
        line
        for line in result.ledger
        if line["ruleset"] == ruleset and line["category"] == category
    ]
    assert (line["facility"], line["year"], line["missing"]) == (FACILITY, 2023, 0)
    return float(line["amount"])
