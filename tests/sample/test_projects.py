"""The sample's projects under the admission review, and its plants under the cross-checks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tongjian.engine import Run, run
from tongjian.records import Catalogue, Store, import_files
from tongjian.rules import Rulebook
from tongjian.sample import SEED, write_sample


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder: Path = tmp_path_factory.mktemp("projects")
    assert write_sample(folder, seed=SEED, plants=60).committed
    return Store.open(folder)


@pytest.fixture(scope="module")
def admission(rulebook: Rulebook, store: Store) -> Run:
    return run(rulebook, store, years=[2025], boundary="admission")


def test_projects_pass_fail_and_stay_unknown(admission: Run) -> None:
    rows = {row["facility"]: row for row in admission.sheet("cn.admission.projects", "project")}
    overall = {name: row["overall"] for name, row in rows.items()}
    assert overall == {
        "SAMPLE-STEEL-001": "pass",
        "SAMPLE-CEMENT-003": "fail",
        "SAMPLE-ALUMINIUM-001": "fail",
        "SAMPLE-REFINING-001": "fail",
        "SAMPLE-AMMONIA-001": "unknown",
    }
    cement = rows["SAMPLE-CEMENT-003"]
    failed = {name for name, value in cement.items() if value == "fail" and "." not in name}
    # 1.55 Mt for 1.7 Mt; above what was filed; 101 against 100; B; 15 of 18; 250 of 300 t NOx.
    assert failed - {"overall"} == {
        "capacity",
        "filing",
        "energy",
        "grade",
        "equipment",
        "regional_cut",
    }
    assert cement["failed"] == 6
    refining = rows["SAMPLE-REFINING-001"]  # 6 Mt is below 10 Mt and replaced one for one
    assert (refining["minimum_size"], refining["capacity"]) == ("fail", "fail")
    aluminium = rows["SAMPLE-ALUMINIUM-001"]  # new captive coal, new capacity in a key region
    assert (aluminium["captive_coal"], aluminium["key_region"]) == ("fail", "fail")


def test_the_ledger_of_replacement(admission: Run) -> None:
    rows = {r["facility"]: r for r in admission.sheet("cn.admission.projects", "replacement")}
    steel = rows["SAMPLE-STEEL-001"]
    assert (steel["ratio"], steel["order"], steel["proof"]) == (1.3, "before", "complete")
    assert steel["days_after"] == -5
    cement = rows["SAMPLE-CEMENT-003"]
    assert (cement["order"], cement["proof"], cement["lines_overdue"]) == ("open", "missing", 1)


CEMENT, HEADER = "SAMPLE-CEMENT-001", "facility,period,process_unit,stream,item,quantity,unit,tier"


def monitor_a_stack(store: Store, folder: Path) -> None:
    """A year of CO2 at the stack of a works, which says that all its sources pass it."""
    unit = next(row for row in store.read_process_units() if row["facility"] == CEMENT)
    stack = f"{unit['process_unit']},stack_co2"
    rows = [f"{CEMENT},2025-{m:02d},{stack},co2_monitored,1000,tCO2,监测" for m in range(1, 13)]
    rows.append(f"{CEMENT},2025,,stack_co2,stack_coverage,全部排放源,,监测")
    path = folder / "stack.csv"
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    report = import_files(store, [path], Catalogue.load())
    assert report.ok, report.problems


def test_cross_checks_run_on_the_whole_sample(
    rulebook: Rulebook, store: Store, tmp_path: Path
) -> None:
    monitor_a_stack(store, tmp_path)
    checks = run(rulebook, store, years=[2025], boundary="checks")
    found = Counter(row["finding"] for row in checks.sheet("cn.checks.power", "power_finding"))
    assert found["usual"] > 25 and found["unknown"] == 0
    # The furnace with ten times its power lies in 2024; nothing of 2025 is far from its peers.
    assert found["high"] + found["low"] <= 3
    carbon = checks.sheet("cn.checks.carbon-chemicals", "carbon_check")
    assert {row["finding"] for row in carbon} <= {"possible", "none"}
    assert checks.accounts is not None
    rows = checks.sheet("cn.checks.monitored-carbon", "stack_check")
    stacks = {row["facility"]: row for row in rows if row["year"] == 2025}
    # Whatever the sector, the account of a plant says what it emits itself.
    direct = {name: row["direct"] for name, row in stacks.items()}
    assert len(direct) == 60 and None not in direct.values()
    ledger: Counter[str] = Counter()
    for line in checks.accounts.lines:
        own = line.category not in ("electricity", "heat") and line.substance == "CO2"
        if (line.boundary, line.year) == ("enterprise", 2025) and own:
            ledger[line.facility] += line.amount_micro
    assert direct == pytest.approx({name: ledger[name] / 1e6 for name in direct}, abs=0.05)
    works = stacks.pop(CEMENT)
    assert (works["coverage"], works["finding"]) == ("stated", "measured_less")
    assert works["ratio"] == pytest.approx(12_000 / works["accounted"])
    assert {row["finding"] for row in stacks.values()} == {"not_monitored"}
