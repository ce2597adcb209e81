"""Targets on the sample province say what its judgements say (目标与判定一致)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongjian.engine import Run, run
from tongjian.records import Store
from tongjian.rules import Rulebook
from tongjian.sample import SEED, write_sample
from tongjian.targets import Evaluation, Region, evaluate_all, gather

YEAR = 2025
SECTORS = {
    "steel": "JS-steel",
    "refining": "JS-ref",
    "ammonia": "JS-nh3",
    "cement": "JS-cem",
    "aluminium": "JS-al",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder: Path = tmp_path_factory.mktemp("targets")
    assert write_sample(folder, seed=SEED, plants=60).committed
    return Store.open(folder)


@pytest.fixture(scope="module")
def judged(rulebook: Rulebook, store: Store) -> dict[str, Run]:
    return {
        name: run(rulebook, store, years=[YEAR], boundary=name) for name in ("levels", "admission")
    }


@pytest.fixture(scope="module")
def found(rulebook: Rulebook, store: Store) -> dict[str, Evaluation]:
    read = ("levels", "admission", "tariff")
    targets = [
        one
        for one in rulebook.targets.values()
        if any(rulebook.rulesets[c.ruleset][-1].doc.boundary in read for c in one.measure.columns())
    ]
    figures = gather(rulebook, store, targets, [YEAR])
    rulesets = {result.ruleset.id for one in figures.runs for result in one.results}
    # Of what is judged on request only that is run which targets read.
    assert rulesets == {column.ruleset for one in targets for column in one.measure.columns()}
    evaluated = evaluate_all(targets, figures, Region("Jiangsu"), YEAR)
    return {one.target.id: one for one in evaluated}


def test_shares_of_capacity_are_those_of_the_province(
    found: dict[str, Evaluation], judged: dict[str, Run]
) -> None:
    rows = {r["sector"]: r for r in judged["levels"].sheet("cn.levels", "province_sector_levels")}
    verdicts = {"met": "met", "not_met": "missed", "unknown": "not_measurable"}
    for sector, name in SECTORS.items():
        for goal, share, said in (
            ("bench", "share_at_benchmark", "benchmark_target"),
            ("base", "share_below_baseline", "baseline_target"),
        ):
            one, row = found[f"{name}-{goal}"], rows[sector]
            assert one.value == pytest.approx(100 * row[share]), one.target.id
            assert one.status == verdicts[row[said]], one.target.id


def test_counts_of_equipment_are_those_of_the_phase_out_list(
    found: dict[str, Evaluation], judged: dict[str, Run]
) -> None:
    rows = judged["levels"].sheet("cn.levels.phaseout-2021", "province_phaseout")
    listed = {row["stream"]: row["listed"] for row in rows}
    assert found["JS-steel-bf1000"].value == listed["listed_blast_furnace"]
    assert found["JS-ref-cdu200"].value == listed["listed_cdu"]
    assert found["JS-al-200ka"].value == listed["listed_prebaked_cell"]
    devices = judged["levels"].sheet("cn.levels.devices-2024", "device_kind")
    steel = [row for row in devices if row["facility"].startswith("SAMPLE-STEEL")]
    below = sum(row["number"] - row["at_saving"] - row["not_entered"] for row in steel)
    assert found["JS-steel-equiplist"].value == below


def test_gates_count_the_projects_that_fail_and_tell_the_open_ones(
    found: dict[str, Evaluation], judged: dict[str, Run]
) -> None:
    rows = judged["admission"].sheet("cn.admission.projects", "project")
    checks = {
        "new-bench": "energy",
        "new-A": "grade",
        "new-eq": "equipment",
        "coal": "captive_coal",
    }
    for sector, name in SECTORS.items():
        mine = [row for row in rows if row["facility"].startswith(f"SAMPLE-{sector.upper()}")]
        assert mine
        for goal, check in checks.items():
            one = found[f"{name}-{goal}"]
            said = [row[check] for row in mine]
            assert one.value == said.count("fail"), one.target.id
            wanted = "off" if "fail" in said else "not_measurable" if "unknown" in said else "met"
            assert one.status == wanted, one.target.id
    assert found["JS-ref-replace"].value == 1  # 6 Mt for 6 Mt: one for one is no reduction
    assert found["JS-ref-replace"].status == "off"


def test_conditions_are_counted_where_they_can_be_decided(found: dict[str, Evaluation]) -> None:
    for name in ("JS-steel-price", "JS-ref-price", "JS-nh3-price", "JS-cem-price", "JS-al-price"):
        one = found[name]
        assert one.status == "rule"
        assert one.coverage is not None and one.value is not None
        assert 0 < one.value <= one.coverage.with_data <= one.coverage.scope
