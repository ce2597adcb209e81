"""US EPA's adipic-acid workbook: measured N2O and the CO2e that EPA itself printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tongjian.engine import Run, run
from tongjian.records import Store
from tongjian.records.readers import Reading, read_epa_adipic
from tongjian.rules import load_rulebook

pytestmark = pytest.mark.real_data

FILE = "e_s_cems_bb_cc_ll_full_data_set.xlsx"
RULESET = "cn.chemicals.ndrc-2013"
GWP = Decimal(298)  # N2O, IPCC AR4, which the publisher uses throughout
# The one row whose figures do not follow from each other within their rounding: the CO2e of 2012
# is 3.2 t below 298 x the printed N2O (0.7 ppm).
ODD = ("US-GHGRP-1004962", 2012)
ODD_DIFFERENCE = Decimal("3.234")


@pytest.fixture(scope="module")
def reading(published_file: Callable[[str], Path]) -> Reading:
    return read_epa_adipic(published_file(FILE))


def test_no_row_is_lost(reading: Reading) -> None:
    assert len(reading.activity) == len(reading.published) == 40
    assert sorted(row["row"] for row in reading.published) == list(range(2, 42))
    years = [row["period"] for row in reading.activity]
    assert min(years) == "2010" and max(years) == "2023"
    assert len(reading.facilities) == 3
    assert {row["sector"] for row in reading.facilities} == {"adipic_acid"}
    assert {row["province"] for row in reading.facilities} == {""}


def test_two_rows_of_one_year_are_two_units(reading: Reading) -> None:
    units = [row["process_unit"] for row in reading.process_units]
    assert len(units) == 3 and len(set(units)) == 3
    rows = Counter((row["facility"], row["period"]) for row in reading.activity)
    twice = sorted(period for (_facility, period), count in rows.items() if count == 2)
    assert twice == ["2016", "2017", "2018", "2019"]
    keys = {(r["facility"], r["period"], r["process_unit"]) for r in reading.activity}
    assert len(keys) == 40


def test_what_is_odd_in_the_sheet_is_said(reading: Reading) -> None:
    codes = Counter(problem.code for problem in reading.problems)
    assert codes == {"records.reader_spaces": 1, "records.reader_units": 4}
    assert {problem.severity for problem in reading.problems} == {"warning"}


def test_tiers_follow_the_method(reading: Reading) -> None:
    tiers = {row["facility"]: row["tier"] for row in reading.activity}
    assert tiers == {
        "US-GHGRP-1004962": "monitored",
        "US-GHGRP-1001781": "tested",
        "US-GHGRP-1002212": "tested",
    }


def test_published_figures_follow_from_each_other(reading: Reading) -> None:
    zero = [row for row in reading.published if row["co2e"] == 0]
    assert len(zero) == 3 and all(row["n2o"] == 0 for row in zero)
    odd = [row for row in reading.published if abs(_difference(row)) > _rounding(row)]
    assert [(row["facility"], row["year"]) for row in odd] == [ODD]
    assert _difference(odd[0]) == ODD_DIFFERENCE


def test_the_engine_gives_the_published_co2e_for_every_row(
    published_file: Callable[[str], Path], tmp_path: Path
) -> None:
    """With GWP AR4, for every row, within the rounding of the printed figures.

    The rule: N2O printed with d decimals is uncertain by half of its last digit, which is
    298 x 0.5 x 10^-d t of CO2e; CO2e is printed in whole tonnes, another 0.5 t.
    """
    reading = read_epa_adipic(published_file(FILE))
    # Every row becomes a facility of its own, so that each can be compared. The rule set is in
    # force from 2013-10-15: earlier years are moved to where it is, N2O is what it is.
    for number, (row, printed) in enumerate(zip(reading.activity, reading.published, strict=True)):
        printed["key"] = row["facility"] = f"row-{number}"
        row["process_unit"] = ""
        row["period"] = str(max(int(row["period"]), 2013))
    names = {"name_zh": "-", "name_en": "-", "sector": "adipic_acid", "province": ""}
    reading.facilities = [{"facility": row["facility"], **names} for row in reading.activity]
    reading.process_units = []
    co2e = _co2e(_run(reading, tmp_path))
    assert len(co2e) == 40
    for printed in reading.published:
        difference = Decimal(co2e[printed["key"]]) - printed["co2e"]
        allowed = _rounding(printed)
        if (printed["facility"], printed["year"]) == ODD:
            allowed = ODD_DIFFERENCE + Decimal("0.001")
        assert abs(difference) <= allowed, printed


def test_facilities_are_the_sum_of_their_units(
    published_file: Callable[[str], Path], tmp_path: Path
) -> None:
    reading = read_epa_adipic(published_file(FILE))
    result = _run(reading, tmp_path)
    printed: dict[tuple[str, int], Decimal] = {}
    allowed: dict[tuple[str, int], Decimal] = {}
    for row in reading.published:
        if row["year"] >= 2013:
            key = (row["facility"], row["year"])
            printed[key] = printed.get(key, Decimal(0)) + row["co2e"]
            allowed[key] = allowed.get(key, Decimal(0)) + _rounding(row)
    found = {
        (line["facility"], line["year"]): Decimal(line["co2e"])
        for line in result.ledger
        if line["substance"] == "N2O" and line["category"] == "adipic_acid"
    }
    assert found.keys() == printed.keys()
    assert all(abs(found[key] - printed[key]) <= allowed[key] for key in printed)
    # Years before the rule set was in force are refused by name, not computed by a later rule.
    refused = {p.values["year"] for p in result.problems if p.code == "engine.edition_unavailable"}
    assert refused == {2010, 2011, 2012}


def test_the_manifest_names_the_other_gwp(
    published_file: Callable[[str], Path], tmp_path: Path
) -> None:
    result = _run(read_epa_adipic(published_file(FILE)), tmp_path)
    assert "gwp.ar4" in str(result.manifest)


def _run(reading: Reading, folder: Path) -> Run:
    store = Store.create(folder)
    assert reading.add_to(store)
    assert not reading.add_to(store)
    return run(load_rulebook(), store, rulesets=[RULESET], binds={"gwp": "gwp.ar4"})


def _co2e(result: Run) -> dict[str, float]:
    return {
        line["facility"]: line["co2e"]
        for line in result.ledger
        if line["substance"] == "N2O" and line["category"] == "adipic_acid"
    }


def _difference(row: dict[str, Any]) -> Decimal:
    n2o, co2e = Decimal(row["n2o"]), Decimal(row["co2e"])
    return GWP * n2o - co2e


def _rounding(row: dict[str, Any]) -> Decimal:
    last_digit = Decimal(1).scaleb(-int(row["n2o_decimals"]))
    return GWP * last_digit / 2 + Decimal("0.5")
