"""Foreign schemes as rule documents: British Columbia's calculations by hand and the UK ETS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tongjian.engine import Run, explain, run
from tongjian.records import Catalogue, Store
from tongjian.records.readers import (
    Reading,
    read_bc_obps,
    read_uk_ets_accounts,
    read_uk_ets_allocation,
)
from tongjian.rules import load_rulebook

pytestmark = pytest.mark.real_data
FOREIGN = Path(__file__).parents[2] / "examples" / "foreign"
File = Callable[[str], Path]


def computed(scheme: str, ruleset: str, reading: Reading, folder: Path) -> Run:
    """The reading through the ordinary store and the scheme's own documents and catalogue."""
    store = Store.create(folder / scheme)
    reading.add_to(store, Catalogue.load(FOREIGN / scheme / "catalogue"))
    return run(load_rulebook(FOREIGN / scheme), store, [ruleset])


def test_british_columbia_limits_are_those_of_the_workbook(
    published_file: File, tmp_path: Path
) -> None:
    reading = read_bc_obps(published_file("compliance_class_manual_calcs.xlsx"))
    result = computed("british-columbia", "ca.bc.obps", reading, tmp_path)
    assert result.problems == []
    rows = {
        (row["facility"], row["process_unit"]): row
        for row in result.sheet("ca.bc.obps", "product_year")
    }
    assert len(rows) == len(reading.published) == 17
    for printed in reading.published:
        row = rows[printed["facility"], printed["process_unit"]]
        for name in ("compliance", "limit", "excess"):
            assert row[name] == pytest.approx(float(printed[name]), abs=2e-6), printed
    second = [rows["BC-OBPS-2", unit]["limit"] for unit in ("P1", "P2", "P3")]
    assert second == pytest.approx([159.25, 10_175.75, 10_432.5], abs=1e-6)
    plants = {row["facility"]: row for row in result.sheet("ca.bc.obps", "facility_year")}
    two = plants["BC-OBPS-2"]
    assert (two["allocated"], two["emission"]) == pytest.approx((120_001.0077, 70_000.25635))
    assert (two["limit"], two["excess"]) == pytest.approx((20_767.5, 49_232.75635))
    assert two["outcome"] == "obligation"
    assert plants["BC-OBPS-4"]["limit"] == pytest.approx(20_492.731762, abs=1e-6)
    assert plants["BC-OBPS-6"]["limit"] == pytest.approx(7_346.601713, abs=1e-6)


def test_its_parameters_are_those_of_the_documents(published_file: File) -> None:
    reading = read_bc_obps(published_file("compliance_class_manual_calcs.xlsx"))
    book = load_rulebook(FOREIGN / "british-columbia")
    factors = {value.key[0]: value.number for value in book.tables["ca.bc.obps.reduction"].values}
    for row in reading.published:
        if row["stream"] != "unregulated":
            assert factors[row["stream"]] == row["reduction"]
            assert row["tightening"] == book.tables["ca.bc.obps.tightening"].values[0].number


def test_its_numbers_are_explained(published_file: File, tmp_path: Path) -> None:
    reading = read_bc_obps(published_file("compliance_class_manual_calcs.xlsx"))
    result = computed("british-columbia", "ca.bc.obps", reading, tmp_path)
    key = {"facility": "BC-OBPS-4", "year": 2025}
    node = explain(result, "ca.bc.obps", "facility_year", key, "limit")
    said = [one.substituted for one in node.walk() if one.substituted]
    assert any("0.6262" in text for text in said)


def test_uk_statuses_follow_from_emissions_and_surrenders(
    published_file: File, tmp_path: Path
) -> None:
    name = "20250611_Compliance_Report_Emissions_and_Surrenders.xlsx"
    reading = read_uk_ets_accounts(published_file(name))
    result = computed("uk-ets", "uk.ets", reading, tmp_path)
    assert result.problems == []
    rows: dict[str, Any] = {row["facility"]: row for row in result.sheet("uk.ets", "operator")}
    assert len(rows) == len(reading.published) == 1_341
    for printed in reading.published:
        assert rows[printed["facility"]]["emission"] == float(printed["emissions"])
        assert rows[printed["facility"]]["surrendered"] == float(printed["surrenders"])
    told = [row for row in reading.published if row["status"] in ("A", "B")]
    agree = Counter(
        row["status"] for row in told if rows[row["facility"]]["status"] == row["status"]
    )
    assert len(told) == 1_225
    assert agree == {"A": 1_182, "B": 43}


def test_uk_allocation_is_standard_and_new_entrants_reserve(
    published_file: File, tmp_path: Path
) -> None:
    reading = read_uk_ets_allocation(published_file("ukets-allocation-table-december-2025.xlsx"))
    result = computed("uk-ets", "uk.ets", reading, tmp_path)
    assert result.problems == []
    rows = {(row["facility"], row["year"]): row for row in result.sheet("uk.ets", "year")}
    assert len(reading.published) == len(rows) == 482 * 6 == 2_892
    agree = [
        row
        for row in reading.published
        if rows[row["facility"], row["year"]]["allocation"] == float(row["total"])
    ]
    assert len(agree) == 2_892
    assert sum(row["new_entrant"] > 0 for row in rows.values()) > 0
