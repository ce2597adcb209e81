"""One plant computed from its records alone gives what the run gave, to the last bit."""

from __future__ import annotations

import pytest

from tongjian.engine import PlantYear, Prepared, Run, read_years, run
from tongjian.records import Store
from tongjian.rules import Rulebook
from tongjian.sample import write_sample


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook) -> Run:
    """Every rule set over a fictitious province of plants of every sector, with planted faults."""
    folder = tmp_path_factory.mktemp("province")
    write_sample(folder, plants=24)
    return run(rulebook, Store.open(folder))


def test_every_plant_year_and_rule_set_comes_out_as_in_the_run(province: Run) -> None:
    compared = 0
    for result in province.results:
        program = result.ruleset.program
        if program.goes_beyond_plants or result.ruleset.doc.results_of:
            continue
        for year in result.years:
            prepared = Prepared.of(province.rulebook, result.ruleset, year, province.binds)
            mine = province.select(ruleset=result.ruleset.id, year=year)
            for facility in sorted({line.facility for line in mine}):
                years = read_years(result.ruleset, (year,))
                plant = PlantYear.read(province.snapshot, facility, year, years)
                expected = [line for line in mine if line.facility == facility]
                assert sorted(plant.lines(prepared), key=str) == sorted(expected, key=str)
                compared += 1
    assert compared > 100


def test_records_can_be_put_in_replaced_and_taken_out(province: Run) -> None:
    line = province.lines[0]
    plant = PlantYear.read(province.snapshot, line.facility, line.year, {line.year})
    key, row = next(iter(plant.records.items()))
    changed = plant.changed({key: {**row, "quantity": 7.0}}, {}, None)
    assert changed.records[key]["quantity"] == 7.0 and plant.records[key] == row
    assert key not in plant.changed({key: None}, {}, None).records
    unit = next(iter(plant.units))
    assert unit not in plant.changed({}, {unit: None}, None).units
    assert plant.changed({}, {}, {"facility": "X"}).facility == {"facility": "X"}
