"""Whatever the plant, the products of every allocation add up to it."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import Records
from tongjian.engine import compute_sheets, run
from tongjian.records import Store
from tongjian.rules import Rulebook, load_rulebook
from tongjian.sample import write_sample

UNITS = ("A", "B", "C", "")
STREAMS = {"ethylene": "product.chemical", "urea": "product.chemical", "tar": "fuel.liquid"}
PARTS = ("combustion", "process", "electricity", "heat", "upstream", "credit", "total", "biogenic")
amounts = st.floats(1.0, 1e6, allow_subnormal=False)
plants = st.fixed_dictionaries(
    {
        "power": st.dictionaries(st.sampled_from(UNITS), amounts, min_size=1),
        "made": st.dictionaries(
            st.tuples(st.sampled_from(UNITS), st.sampled_from(list(STREAMS))), amounts, min_size=1
        ),
        "used": st.dictionaries(st.sampled_from(UNITS), amounts),
        "prices": st.tuples(amounts, amounts, amounts),
        "energies": st.tuples(amounts, amounts, amounts),
        "upstream": st.floats(0.01, 1.0),
    }
)
numbers = count()


def _records(folder: Path, plant: dict[str, Any]) -> Records:
    records = Records(folder).facility("F1", sector="other_industry")
    power = {"class": "energy.electricity"}
    for unit in UNITS[:3]:
        records.unit("F1", unit)
    for unit, mwh in plant["power"].items():
        at = {"process_unit": unit, **power}
        records.add("electricity", "purchased", mwh, "MWh", "F1", "2024", **at)
        records.add("electricity", "factor", 0.5, "tCO2/MWh", "F1", "2024", **at)
    proof = {**power, "evidence": "EPD"}
    records.add(
        "electricity", "upstream_factor", plant["upstream"], "tCO2e/MWh", "F1", "2024", **proof
    )
    for (unit, stream), tonnes in plant["made"].items():
        at = {"process_unit": unit, "class": STREAMS[stream]}
        records.add(stream, "net_output", tonnes, "t", "F1", "2024", **at)
    made = {stream for _, stream in plant["made"]}
    for unit, tonnes in plant["used"].items():
        stream = min(made)  # what it was used for is a product of the plant
        at = {"process_unit": unit, "class": STREAMS[stream]}
        records.add(stream, "used_for", tonnes, "t", "F1", "2024", **at)
    values = zip(STREAMS, plant["prices"], plant["energies"], strict=True)
    for stream, price, energy in values:
        at = {"class": STREAMS[stream]}
        records.add(stream, "price", price, "CNY/t", "F1", "2024", **at)
        records.add(stream, "energy_content", energy, "GJ/t", "F1", "2024", **at)
    return records


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plants")


@given(plants)
@settings(max_examples=40)
def test_the_products_are_the_plant(folder: Path, plant: dict[str, Any]) -> None:
    rulebook = load_rulebook()
    snapshot = _records(folder / str(next(numbers)), plant).snapshot()
    compiled = rulebook.ruleset("product.generic", 2024)
    assert compiled is not None
    sheets = compute_sheets(rulebook, compiled, snapshot, [2024])
    (whole,) = sheets["plant_part"]
    for allocation in ("by_mass", "by_energy", "by_economic", "by_subdivision"):
        rows = sheets[allocation]
        assert {row["stream"] for row in rows} == {stream for _, stream in plant["made"]}
        for part in PARTS:
            total = sum(row[part] for row in rows)
            # A gram for each sum on the way, and the last digits of a double.
            bound = 2e-5 + 1e-12 * abs(whole["total"])
            assert total == pytest.approx(whole[part], abs=bound), (allocation, part)


def test_the_sample_province_reconciles_with_the_rules_of_its_sectors(
    rulebook: Rulebook, tmp_path: Path
) -> None:
    # What the process units emit adds up to the total of the sector's own rules, for every plant.
    write_sample(tmp_path, plants=40, months=12)
    store = Store.open(tmp_path)
    seen: dict[str, int] = {}
    for name in ("chemicals", "steel", "cement", "aluminium", "refining"):
        found = run(rulebook, store, [f"product.{name}"], [2024])
        sectors = found.results[0].ruleset.doc.sectors
        for row in found.sheet(f"product.{name}", "plant_part"):
            if row["sector"] in sectors and row["difference"] is not None:
                assert abs(row["difference"]) < 0.001, row["facility"]
                seen[name] = seen.get(name, 0) + 1
        for allocation in ("by_mass", "by_subdivision"):
            rows = found.sheet(f"product.{name}", allocation)
            by_plant: dict[str, float] = {}
            for row in rows:
                by_plant[row["facility"]] = by_plant.get(row["facility"], 0.0) + row["total"]
            for row in found.sheet(f"product.{name}", "plant_part"):
                if row["facility"] in by_plant:
                    assert by_plant[row["facility"]] == pytest.approx(row["total"], abs=1e-4)
    assert set(seen) == {"chemicals", "steel", "cement", "aluminium", "refining"}
