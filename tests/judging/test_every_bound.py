"""Both sides of every printed bound of levels: on it belongs to its level, above it does not.

The golden cases have each formula on both sides of its bounds; here are all products, 2026.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from tongjian.cases import check_cases, read_cases
from tongjian.rules import Rulebook

LEVELS = Path(__file__).resolve().parents[2] / "src" / "tongjian" / "rulebook" / "levels"
# What is entered, and the sheet that judges it, by table and column.
READ = {
    ("gb-energy", "level"): ("verified_energy", "energy_line"),
    ("gb-power", "level"): ("verified_power", "power_line"),
    ("gb-other", "area"): ("verified_area", "other_line"),
    ("gb-other", "coke"): ("verified_coke", "other_line"),
    ("gb-other", "gas"): ("verified_gas", "other_line"),
    ("gb-other", "oil"): ("verified_oil", "other_line"),
}
Ladder = dict[int, Decimal]


def ladders() -> dict[tuple[str, str, str, str], Ladder]:
    """The printed limits by stream, item, sheet and unit."""
    found: dict[tuple[str, str, str, str], Ladder] = defaultdict(dict)
    for name in ("gb-energy", "gb-power", "gb-other"):
        text = (LEVELS / f"{name}.csv").read_text(encoding="utf-8")
        for row in csv.DictReader(text.splitlines()):
            item, sheet = READ[name, row["column"][:-1]]
            if row["value"] and row["valid_from"] <= "2026-12-31":
                place = (row["stream"], item, sheet, row["unit"])
                found[place][int(row["column"][-1])] = Decimal(row["value"])
    return found


def level(ladder: Ladder, value: Decimal) -> str:
    reached = [number for number, limit in sorted(ladder.items()) if value <= limit]
    return f"level_{reached[0]}" if reached else "above"


def test_both_sides_of_every_bound(rulebook: Rulebook, tmp_path: Path) -> None:
    units: list[dict[str, str]] = []
    inputs: list[dict[str, str]] = []
    expect: list[dict[str, Any]] = []
    printed = ladders()
    for (stream, item, sheet, unit), ladder in printed.items():
        for limit in dict.fromkeys(ladder.values()):
            for value in (limit, limit + Decimal("0.001")):
                name = f"U{len(units)}"
                units.append({"process_unit": name, "kind": "line"})
                inputs.append(
                    {"process_unit": name, "stream": stream, "item": item, "quantity": str(value),
                     "unit": unit}
                )  # fmt: skip
                expect.append(
                    {"sheet": sheet, "column": "gb_level", "where": {"process_unit": name},
                     "label": level(ladder, value)}
                )  # fmt: skip
    case = {
        "id": "EVERY-BOUND",
        "ruleset": "cn.levels",
        "year": 2026,
        "facility": {"sector": "other_industry", "province": "Jiangsu"},
        "process_units": units,
        "inputs": inputs,
        "expect": expect,
        "source": "the printed limits themselves, and 0.001 above them",
    }
    path = tmp_path / "bounds.yaml"
    path.write_text(yaml.safe_dump({"cases": [case]}, allow_unicode=True), encoding="utf-8")

    results = check_cases(read_cases(path), rulebook, ["duckdb"])

    assert [one for one in results if not one.holds] == []
    assert len(results) == len(expect) > 700
    assert len(printed) > 120
