"""A case as the files that an accountant would import."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from tongjian.cases._document import Case, InputRow
from tongjian.rules import CompiledRuleSet

_UNIT = dict.fromkeys(("kind", "technology", "abatement", "capacity", "capacity_unit"), "")
Inputs = dict[str, list[dict[str, str]]]
"""Rows of facilities, process units and activity data."""


def case_inputs(case: Case, edition: CompiledRuleSet, name: str) -> Inputs:
    """The rows of a case, whose plant is called `name`; further plants keep their names."""
    facilities = [_facility(edition, {**case.facility, "facility": name})]
    facilities += [_facility(edition, one) for one in case.facilities]
    units = [
        {**_UNIT, "facility": name, "name_zh": unit["process_unit"], **unit}
        for unit in case.process_units
    ]
    activity = [
        {
            **{column: getattr(row, column) for column in InputRow.__slots__},
            "facility": row.facility or name,
            "tier": row.tier or "calculated",
        }
        for row in case.inputs
    ]
    return {"facilities": facilities, "process_units": units, "activity": activity}


def _facility(edition: CompiledRuleSet, given: Mapping[str, str]) -> dict[str, str]:
    plain = {
        "name_zh": "算例",
        "name_en": "golden case",
        "sector": edition.doc.sectors[0],
        "province": "Jiangsu",
        "city": "",
        "division": "",
        "fictitious": "true",
    }
    return {**plain, **given}


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
