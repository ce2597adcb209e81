"""A case as the files that an accountant would import."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from tongjian.cases._document import Case, InputRow
from tongjian.rules import CompiledRuleSet

Inputs = dict[str, list[dict[str, str]]]
"""Rows of facilities, process units and activity data."""


def case_inputs(case: Case, edition: CompiledRuleSet, name: str) -> Inputs:
    """The rows of a case, whose plant is called `name`."""
    facility = {
        "facility": name,
        "name_zh": "算例",
        "name_en": "golden case",
        "sector": case.facility.get("sector", edition.doc.sectors[0]),
        "province": case.facility.get("province", "Jiangsu"),
        "city": case.facility.get("city", ""),
        "division": "",
        "fictitious": "true",
    }
    units = [
        {
            "facility": name,
            "name_zh": unit["process_unit"],
            "name_en": unit["process_unit"],
            "kind": "",
            "technology": "",
            "abatement": "",
            "capacity": "",
            "capacity_unit": "",
            **unit,
        }
        for unit in case.process_units
    ]
    activity = [
        {
            "facility": name,
            **{column: getattr(row, column) for column in InputRow.__slots__},
            "tier": row.tier or "calculated",
        }
        for row in case.inputs
    ]
    return {"facilities": [facility], "process_units": units, "activity": activity}


def together(several: Iterable[Inputs]) -> Inputs:
    """The rows of several cases."""
    found: Inputs = {"facilities": [], "process_units": [], "activity": []}
    for inputs in several:
        for name, rows in inputs.items():
            found[name] += rows
    return found


def write_inputs(inputs: Inputs, folder: Path) -> list[Path]:
    """The rows as CSV files in `folder`."""
    files = []
    for name, rows in inputs.items():
        if rows:
            path = folder / f"{name}.csv"
            # A case may describe one process unit in more words than another.
            columns = dict.fromkeys(column for row in rows for column in row)
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(columns), restval="")
                writer.writeheader()
                writer.writerows(rows)
            files.append(path)
    return files
