"""The foreign examples by themselves: sound, and right on numbers worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tongjian.engine import Run, run
from tongjian.records import Catalogue, Store
from tongjian.records.readers import Reading
from tongjian.rules import load_rulebook

FOREIGN = Path(__file__).parents[2] / "examples" / "foreign"
Entry = tuple[str, float, str]


def computed(scheme: str, ruleset: str, folder: Path, *entries: dict[str, Any]) -> Run:
    reading = Reading("by hand", activity=list(entries))
    for facility in dict.fromkeys(row["facility"] for row in entries):
        names = dict.fromkeys(("name_zh", "name_en", "province", "city", "division"), "")
        sector = load_rulebook(FOREIGN / scheme).rulesets[ruleset][0].doc.sectors[0]
        plant = {"facility": facility, "sector": sector, "fictitious": True}
        reading.facilities.append({**names, **plant})
    store = Store.create(folder / scheme)
    reading.add_to(store, Catalogue.load(FOREIGN / scheme / "catalogue"))
    return run(load_rulebook(FOREIGN / scheme), store, [ruleset])


def entries(facility: str, year: int, stream: str, *given: Entry) -> list[dict[str, Any]]:
    return [
        {
            "facility": facility,
            "period": str(year),
            "process_unit": "",
            "stream": stream,
            "item": item,
            "quantity": quantity,
            "unit": unit,
            "tier": "calculated",
            "evidence": "",
        }
        for item, quantity, unit in given
    ]


def test_a_limit_tightens_by_what_is_no_process_emission(tmp_path: Path) -> None:
    """2026: 0.65 - 0.75 x 0.01 x 2 = 0.635; 2 x 1,000 x 0.635 = 1,270; 2,000 / 2 - 1,270."""
    given: list[Entry] = [
        ("allocated", 2500, "tCO2e"), ("reporting_only", 500, "tCO2e"),
        ("industrial_process", 500, "tCO2e"), ("production", 2000, "t"),
        ("period_production", 1000, "t"), ("intensity", 2, "tCO2e/t"),
    ]  # fmt: skip
    other = entries("F", 2026, "unregulated", ("allocated", 70, "tCO2e"), ("production", 5, "t"))
    result = computed(
        "british-columbia", "ca.bc.obps", tmp_path, *entries("F", 2026, "product", *given), *other
    )
    assert result.problems == []
    rows = {row["stream"]: row for row in result.sheet("ca.bc.obps", "product_year")}
    assert rows["product"]["limit"] == pytest.approx(1270)
    assert rows["product"]["excess"] == pytest.approx(-270)
    assert (rows["unregulated"]["compliance"], rows["unregulated"]["limit"]) == (0, 0)
    (plant,) = result.sheet("ca.bc.obps", "facility_year")
    assert (plant["allocated"], plant["outcome"]) == (2570, "credit")


def test_a_regulated_product_needs_its_intensity(tmp_path: Path) -> None:
    given: list[Entry] = [
        ("allocated", 100, "tCO2e"), ("production", 10, "t"), ("period_production", 10, "t"),
    ]  # fmt: skip
    result = computed(
        "british-columbia", "ca.bc.obps", tmp_path, *entries("F", 2025, "product", *given)
    )
    assert {one.code for one in result.problems} == {"engine.missing_input"}


def test_status_and_allocation_of_the_uk(tmp_path: Path) -> None:
    """Emissions of 2023 and 2024 together against all surrenders; one allowance short is B."""
    rows = []
    for name, surrendered in (("A", 300.0), ("B", 299.0)):
        rows += entries(name, 2023, "uk_allowance", ("emission", 100, "tCO2e"))
        last: list[Entry] = [
            ("emission", 200, "tCO2e"), ("surrendered", surrendered, "tCO2e"),
            ("standard", 150, "tCO2e"), ("new_entrant", 20, "tCO2e"),
        ]  # fmt: skip
        rows += entries(name, 2024, "uk_allowance", *last)
    result = computed("uk-ets", "uk.ets", tmp_path, *rows)
    found = {row["facility"]: row for row in result.sheet("uk.ets", "operator")}
    assert [(found[name]["status"], found[name]["missing"]) for name in "AB"] == [
        ("A", 0), ("B", 1),
    ]  # fmt: skip
    year = next(row for row in result.sheet("uk.ets", "year") if row["year"] == 2024)
    assert (year["allocation"], year["gap"]) == (170, 30)
