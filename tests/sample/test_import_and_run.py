"""The sample passes the import, and a run finds what was planted in it and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tongjian.engine import Run, run
from tongjian.records import Catalogue, ImportReport, Store, import_files
from tongjian.rules import load_rulebook
from tongjian.sample import SEED, generate, planted_faults, write_files, write_sample

PLANTS, MONTHS = 60, 24


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ImportReport]:
    folder = tmp_path_factory.mktemp("workspace")
    return folder, write_sample(folder, seed=SEED, plants=PLANTS, months=MONTHS)


@pytest.fixture(scope="module")
def result(imported: tuple[Path, ImportReport]) -> Run:
    return run(load_rulebook(), Store.open(imported[0]))


def test_the_import_takes_everything_without_a_word(imported: tuple[Path, ImportReport]) -> None:
    report = imported[1]
    data = generate(SEED, PLANTS, MONTHS)
    assert report.committed and report.problems == ()
    rows = len(data.activity) + len(data.facilities) + len(data.process_units)
    assert report.rows_new == rows


def test_importing_again_changes_nothing(
    imported: tuple[Path, ImportReport], tmp_path: Path
) -> None:
    store = Store.open(imported[0])
    before = store.digest
    data = generate(SEED, PLANTS, MONTHS)
    report = import_files(store, write_files(tmp_path, data), Catalogue.load())
    assert (report.rows_new, report.problems, store.digest) == (0, (), before)


def test_files_are_the_same_bytes(tmp_path: Path) -> None:
    data = generate(2, 8, 2)
    first = [path.read_bytes() for path in write_files(tmp_path / "a", data)]
    again = [path.read_bytes() for path in write_files(tmp_path / "b", generate(2, 8, 2))]
    assert first == again


def test_every_planted_fault_shows(result: Run) -> None:
    faults = planted_faults(SEED, PLANTS, MONTHS)
    assert len(faults) == 10
    for fault in faults:
        found = [problem for problem in result.problems if fault["facility"] in problem.text("en")]
        for shown in fault["shown"]:
            fits = [
                problem
                for problem in found
                if problem.code == shown["code"]
                and problem.values.get("check", "") == shown["check"]
                and fault["first_period"] in problem.text("en")
            ]
            assert fits, (fault["id"], shown)
        if not fault["shown"]:
            assert [problem for problem in found if problem.severity == "error"] == []


def test_nothing_but_the_planted_faults_shows(result: Run) -> None:
    faulty = {fault["facility"] for fault in planted_faults(SEED, PLANTS, MONTHS) if fault["shown"]}
    for problem in result.problems:
        if problem.severity == "error":
            assert any(name in problem.text("en") for name in faulty), problem.text("en")
    incomplete = {line["facility"] for line in result.ledger if line["missing"]}
    assert incomplete <= faulty


# tCO2e (or tce) per t of the main product, wide enough for good and poor plants alike.
RANGES = {
    ("coking", "enterprise"): (1.6, 2.2),
    ("bof", "enterprise"): (1.5, 2.1),
    ("eaf", "enterprise"): (0.28, 0.62),
    ("eaf_gas", "enterprise"): (0.28, 0.62),
    ("integrated", "ets"): (0.70, 0.88),
    ("integrated", "energy"): (0.100, 0.130),
    ("grid", "energy"): (1.60, 1.80),
    ("captive", "enterprise"): (10.0, 13.0),
    ("captive", "ets"): (1.5, 1.9),
    ("dual", "enterprise"): (2.2, 2.5),
    ("thermal", "enterprise"): (4.0, 9.0),
    ("gas", "enterprise"): (0.6, 2.6),
    ("coal_powder", "enterprise"): (2.0, 4.2),
    ("fuel", "energy"): (0.05, 0.10),
}
MAIN = {
    "steel": "crude_steel",
    "cement": "clinker",
    "aluminium": "aluminium",
    "nitric_acid": "nitric_acid",
    "adipic_acid": "adipic_acid",
    "ammonia": "ammonia",
    "refining": "crude_processed",
}


def _intensities(result: Run, folder: Path) -> Iterator[tuple[str, str, float]]:
    from tongjian.sample.plants import plan

    plants = {plant.facility: plant for plant in plan(SEED, PLANTS)}
    suspects = {fault["facility"] for fault in planted_faults(SEED, PLANTS, MONTHS)}
    output: dict[tuple[str, int], float] = defaultdict(float)
    for row in Store.open(folder).read_activity():
        plant = plants[row["facility"]]
        if row["item"] in ("produced", "processed") and row["stream"] == MAIN.get(plant.sector):
            output[row["facility"], row["year"]] += row["quantity"]
    totals: dict[tuple[str, int, str], float] = defaultdict(float)
    for line in result.ledger:
        if line["boundary"] == "pollutants":
            continue
        amount: Any = line["amount"] if line["boundary"] == "energy" else line["co2e"]
        totals[line["facility"], line["year"], line["boundary"]] += amount
    for (facility, year, boundary), total in totals.items():
        made = output.get((facility, year))
        if made and facility not in suspects:
            yield plants[facility].route, boundary, total / made


def test_intensities_lie_around_published_ones(
    result: Run, imported: tuple[Path, ImportReport]
) -> None:
    seen = set()
    for route, boundary, value in _intensities(result, imported[0]):
        if (route, boundary) in RANGES:
            low, high = RANGES[route, boundary]
            assert low <= value <= high, (route, boundary, value)
            seen.add((route, boundary))
    assert seen >= {("bof", "enterprise"), ("eaf", "enterprise"), ("integrated", "ets")}
