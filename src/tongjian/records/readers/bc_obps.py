"""British Columbia's workbook of compliance calculations made by hand (output-based pricing).

Each sheet is a case: products in columns, parameters and results in rows with a label. The
compliance period of 2024 is April to December; where that row is empty the whole year counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from tongjian.problems import Place, Problem, RecordError
from tongjian.records.readers._workbook import Cells, as_number, read_sheets
from tongjian.records.readers.reading import Reading, Row

# Items and the labels of their rows; the sheets of different cases word some differently.
_ITEMS: dict[str, tuple[str, ...]] = {
    "allocated": ("Allocated", "Allocated total"),
    "reporting_only": ("Allocated Reporting Only", "Allocated non-industrial reporting only"),
    "industrial_process": ("Industrial Process emissions",),
    "biogenic_process": ("biogenic industrial emissions (overlap with woody biomass)",),
    "production": ("annual production",),
    "intensity": ("emission intensity",),
}
_OPTIONAL = {"biogenic_process"}
_PERIOD, _YEAR, _EXCESS = "apr dec production", "compliance period", ("excess/credited", "excess")
_RESULTS = {
    "compliance": ("Allocated for compliance",),
    "limit": ("emission limit",),
    "excess": _EXCESS,
}
_PARAMETERS = {"reduction": ("rd factor",), "tightening": ("tightening rate",)}
_UNITS = {"production": "t", "period_production": "t", "intensity": "tCO2e/t"}
_STREAMS = {
    "pulp and paper: chemical pulp": "chemical_pulp",
    "pulp and paper: lime recovered by kiln": "lime_recovered",
}


def read_bc_obps(path: Path | str) -> Reading:
    """Every product of every case, with the limits and excesses of the workbook beside them.

    `published` has facility, process_unit, year, reduction, tightening, compliance, limit and
    excess. Raises `RecordError` with the rows and cells that could not be read.
    """
    file = Path(path)
    reading, problems = Reading(source=file.name), list[Problem]()
    for number, (name, rows) in enumerate(read_sheets(file).items(), start=1):
        sheet = _Sheet(file.name, name, rows)
        facility = f"BC-OBPS-{number}"
        reading.facilities.append(_plant(facility, name))
        for at in sheet.products():
            _product(reading, sheet, facility, at)
        problems += sheet.errors
    if problems:
        raise RecordError(problems)
    return reading


class _Sheet:
    """One case: rows found by their labels."""

    def __init__(self, file: str, name: str, rows: Cells) -> None:
        self.file, self.name = file, name
        self.header: Sequence[Any] = rows[0] if rows else []
        self.rows: dict[str, Sequence[Any]] = {}
        for row in rows:
            self.rows.setdefault(str(row[0]).strip() if row else "", row)
        self.errors: list[Problem] = []

    def products(self) -> list[int]:
        """The columns from the second on that are headed and have a production."""
        found = self.rows.get(_ITEMS["production"][0], [])
        return [
            at
            for at, title in enumerate(self.header)
            if at and str(title).strip() and at < len(found) and as_number(found[at]) is not None
        ]

    def number(self, labels: Sequence[str], at: int, *, needed: bool = True) -> Decimal | None:
        """The number of a row in a column; "n/a" and nothing are none."""
        label = next((one for one in labels if one in self.rows), None)
        if label is None:
            if needed:
                place = Place(file=self.file, sheet=self.name)
                values = {"column": labels[0], "found": "; ".join(filter(None, self.rows)) or "-"}
                self.errors.append(Problem("records.reader_column", place, values))
            return None
        cell = self.rows[label][at]
        found = as_number(cell)
        if found is None and str(cell).strip() not in ("", "n/a"):
            place = Place(file=self.file, sheet=self.name, field=label)
            values = {"value": str(cell), "expected_zh": "数", "expected_en": "a number"}
            self.errors.append(Problem("records.reader_cell", place, values))
        return found


def _product(reading: Reading, sheet: _Sheet, facility: str, at: int) -> None:
    title = " ".join(str(sheet.header[at]).split())
    year = sheet.number((_YEAR,), at)
    if year is None:
        return
    unit, regulated = f"P{at}", "unregulated" not in title
    stream = _STREAMS.get(title, "product" if regulated else "unregulated")
    reading.process_units.append(_unit(facility, unit, title))
    amounts = {
        item: sheet.number(labels, at, needed=item not in _OPTIONAL)
        for item, labels in _ITEMS.items()
    }
    part = sheet.number((_PERIOD,), at)
    amounts["period_production"] = part or amounts["production"]
    for item, amount in amounts.items():
        if amount is not None:
            reading.activity.append(
                {
                    "facility": facility,
                    "period": str(int(year)),
                    "process_unit": unit,
                    "stream": stream,
                    "item": item,
                    "quantity": float(amount),
                    "unit": _UNITS.get(item, "tCO2e"),
                    "tier": "calculated",
                    "evidence": sheet.name,
                }
            )
    results = {name: sheet.number(labels, at) for name, labels in _RESULTS.items()}
    given = {name: sheet.number(labels, at) for name, labels in _PARAMETERS.items()}
    where = {"facility": facility, "process_unit": unit, "stream": stream, "year": int(year)}
    reading.published.append({**where, **results, **given})


def _plant(facility: str, name: str) -> Row:
    return {
        "facility": facility,
        "name_zh": f"手算工作簿 {name}",
        "name_en": f"Calculation by hand, {name}",
        "sector": "bc_obps",
        "province": "",
        "city": "",
        "division": "",
        "fictitious": True,
    }


def _unit(facility: str, unit: str, title: str) -> Row:
    return {
        "facility": facility,
        "process_unit": unit,
        "name_zh": title,
        "name_en": title,
        "kind": "",
        "technology": "",
        "abatement": "",
        "capacity": None,
        "capacity_unit": "",
    }


__all__ = ["read_bc_obps"]
