"""What the levels and the tariffs say of the sample province."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tongjian.engine import Run, explain, run
from tongjian.records import Store
from tongjian.rules import load_rulebook
from tongjian.sample import write_sample

PLANTS = 90
YEAR = 2025


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder: Path = tmp_path_factory.mktemp("levels")
    assert write_sample(folder, plants=PLANTS).problems == ()
    return Store.open(folder)


@pytest.fixture(scope="module")
def levels(store: Store) -> Run:
    return run(load_rulebook(), store, boundary="levels", years=[YEAR])


@pytest.fixture(scope="module")
def tariffs(store: Store) -> Run:
    return run(load_rulebook(), store, boundary="tariff", years=[YEAR])


def test_the_rule_sets_of_both_boundaries_run_without_a_word(levels: Run, tariffs: Run) -> None:
    assert sorted(one.ruleset.id for one in levels.results) == [
        "cn.levels",
        "cn.levels.devices-2024",
        "cn.levels.phaseout-2021",
    ]
    assert sorted(one.ruleset.id for one in tariffs.results) == [
        "cn.tariff.aluminium-2021",
        "cn.tariff.cement-2016",
        "cn.tariff.scenario-2024",
        "cn.tariff.steel-2016",
    ]
    assert [problem.text("en") for problem in (*levels.problems, *tariffs.problems)] == []
    assert levels.ledger == tariffs.ledger == []


def test_lines_fall_into_every_class(levels: Run) -> None:
    lines = [*levels.sheet("cn.levels", "energy_line"), *levels.sheet("cn.levels", "power_line")]
    classes = Counter(row["policy_class"] for row in lines)
    assert classes.keys() == {"benchmark", "between", "below_baseline", "not_listed"}
    assert {row["basis"] for row in lines} == {"entered", "account"}
    for row in lines:
        if row["policy_class"] == "below_baseline":
            assert row["gap_baseline"] > 0 and row["tce_to_baseline"] > 0
            assert row["retrofit"] in ("due", "in_time")
        if row["policy_class"] == "benchmark":
            assert row["gap_benchmark"] <= 1e-6 and row["tce_to_benchmark"] == 0


def test_capacities_add_up_from_plants_to_cities_sectors_and_the_province(levels: Run) -> None:
    names = [
        *("capacity", "capacity_at_benchmark", "capacity_between"),
        *("capacity_below_baseline", "capacity_unknown"),
    ]
    sheets = ("facility_levels", "city_levels", "sector_levels", "province_sector_levels")
    (province,) = levels.sheet("cn.levels", "province_levels")
    for name in names:
        for sheet in sheets:
            total = sum(row[name] for row in levels.sheet("cn.levels", sheet))
            assert total == pytest.approx(province[name], abs=1e-3), (sheet, name)
    parts = sum(province[name] for name in names[1:])
    assert parts == pytest.approx(province["capacity"]) and parts > 0
    sectors = {row["sector"]: row for row in levels.sheet("cn.levels", "sector_levels")}
    for sector in ("steel", "refining", "ammonia", "cement", "aluminium"):
        assert sectors[sector]["benchmark_target"] in ("met", "not_met")


def test_phase_out_list_and_devices(levels: Run) -> None:
    units = levels.sheet("cn.levels.phaseout-2021", "listed_unit")
    states = Counter(row["state"] for row in units)
    assert states.keys() == {"listed", "retired", "not_listed"}
    for row in levels.sheet("cn.levels.devices-2024", "province_devices"):
        assert 0 < row["low"] < row["number"]


def test_tariffs_of_the_sample(tariffs: Run) -> None:
    for row in tariffs.sheet("cn.tariff.aluminium-2021", "aluminium_tariff"):
        steps = -(-round(row["excess"], 6) // 20)
        assert row["steps"] == steps
        assert row["before_relief"] == pytest.approx(0.01 * steps)
        assert row["cost"] == pytest.approx(row["surcharge"] * row["purchased"] * 1000)
    steel = Counter(row["state"] for row in tariffs.sheet("cn.tariff.steel-2016", "steel_tariff"))
    assert steel.keys() == {"none", "surcharge", "amount_missing"}
    states = {row["state"] for row in tariffs.sheet("cn.tariff.scenario-2024", "scenario_tariff")}
    assert states == {"scenario_none", "scenario_amount_missing"}
    cement = tariffs.sheet("cn.tariff.cement-2016", "cement_tariff")
    assert {row["state"] for row in cement} == {"amount_missing"}


def test_a_class_is_explained_down_to_the_limit_and_the_entry(levels: Run) -> None:
    line = next(
        row
        for row in levels.sheet("cn.levels", "energy_line")
        if row["stream"] == "lv_blast_furnace" and row["policy_class"] != "benchmark"
    )
    key = {name: line[name] for name in ("facility", "year", "process_unit", "stream")}
    tree = explain(levels, "cn.levels", "energy_line", key, "policy_class")
    values = {node.value for node in tree.walk()}
    assert {line["measured"], 361, 435} <= values
