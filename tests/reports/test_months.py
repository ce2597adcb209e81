"""What documents ask of the engine: a plant's year by month, and the values that one plant read."""

from __future__ import annotations

from math import fsum

import pytest

from tests.reports.conftest import Plants, facility, nitric_rows, steel_rows
from tongjian.engine import factors_used, plant_months, run
from tongjian.rules import load_rulebook

MONTHS = [f"2025-{month:02d}" for month in range(1, 13)]
STEEL, ENERGY, ACID = "cn.steel.ndrc-2013", "cn.energy.gbt2589-2020", "cn.chemicals.ndrc-2013"


@pytest.fixture(scope="module")
def monthly(tmp_path_factory):
    activity = [
        row
        for number, month in enumerate(MONTHS, 1)
        for row in steel_rows("S1", month, number * 1e4)
    ]
    activity += [row for month in MONTHS for row in nitric_rows("N1", month)]
    plants = Plants(
        tmp_path_factory.mktemp("months"),
        activity,
        [
            facility("S1", "steel", "南京市", "320100"),
            facility("N1", "nitric_acid", "南京市", "320100"),
        ],
        [("N1", "NA1", "一线", "Line 1", "acid_unit", "dual_pressure", "nscr", None, None)],
    )
    return run(load_rulebook(), plants.snapshot())


def sums(found):
    total: dict[str, list[float]] = {}
    for month in found.values():
        for category, value in month.items():
            total.setdefault(category, []).append(value)
    return {category: fsum(values) for category, values in total.items()}


def test_months_add_up_to_the_year_source_by_source(monthly):
    found = plant_months(monthly, "S1", 2025, STEEL)

    assert list(found) == MONTHS
    year = {
        line.category: line.co2e_micro / 1e6
        for line in monthly.select(facility="S1", year=2025, ruleset=STEEL)
    }
    assert sums(found) == pytest.approx(year, abs=1e-4)
    # The coke of December is twelve times that of January, all else is the same each month.
    assert found["2025-12"]["flux"] == found["2025-01"]["flux"]


def test_energy_by_month_is_in_its_own_unit(monthly):
    found = plant_months(monthly, "S1", 2025, ENERGY, by_mass=True)

    lines = monthly.select(facility="S1", year=2025, ruleset=ENERGY)
    year = {line.category: line.as_row()["amount"] for line in lines}
    assert sums(found) == pytest.approx(year, abs=1e-4)
    assert plant_months(monthly, "S1", 2025, ENERGY) == {month: {} for month in MONTHS}


def test_one_gas_by_month_is_in_tonnes_of_it(monthly):
    """20 000 t of acid at 90 % use of NSCR each month; the same each month."""
    found = plant_months(monthly, "N1", 2025, ACID, "N2O", by_mass=True)

    [line] = [
        one
        for one in monthly.select(facility="N1", year=2025, ruleset=ACID, substance="N2O")
        if one.amount_micro
    ]
    tonnes = line.as_row()["amount"]
    assert [month[line.category] for month in found.values()] == pytest.approx([tonnes / 12] * 12)


def test_a_year_without_months_has_none(finished):
    assert plant_months(finished, "S2", 2025, STEEL) is None


def test_each_plant_has_read_its_part_of_the_values(finished):
    def keys(found):
        return {(one.table.id, one.value.column, one.value.key) for one in found}

    whole = keys(factors_used(finished))
    parts = [keys(factors_used(finished, one)) for one in ("S1", "S2", "N1")]
    assert set().union(*parts) == whole
    acid = {key for key in parts[2] if key[0].startswith("n2o.")}
    assert acid and not acid & parts[0]
