"""Two workbooks of the UK emissions trading scheme: the registry's report and free allocation.

The report gives the verified emissions of each year, the surrenders of all years together and the
status that the registry has given; operators of aircraft stand below those of installations. What
is written in the place of a number (EXCLUDED, nothing) is no emission.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tongjian.records.readers._workbook import Table, as_number, read_sheets
from tongjian.records.readers.reading import Reading, Row

YEARS = (2021, 2022, 2023, 2024)
ALLOCATED = (2021, 2022, 2023, 2024, 2025, 2026)
_REPORT, _ALLOCATION = "Data", "Sheet1"
_STATUS = "Static surrender status 2024"


def read_uk_ets_accounts(path: Path | str) -> Reading:
    """Emissions and surrenders of every operator, with the published sums and status beside them.

    `published` has facility, emissions (cumulative), surrenders, status ("" where none is given)
    and the row of the sheet. Raises `RecordError` with everything that could not be read.
    """
    file = Path(path)
    emissions = {year: f"Recorded emissions {year}" for year in YEARS}
    total, surrendered = "Cumulative emissions", "Cumulative surrenders"
    columns = ["Operator ID", "Account Holder Name", "Installation name", *emissions.values()]
    rows = read_sheets(file, [_REPORT])[_REPORT]
    table = Table(file.name, _REPORT, rows, [*columns, total, surrendered, _STATUS])
    reading = Reading(source=f"{file.name}!{_REPORT}")
    for number, row in enumerate(table.rows, start=2):
        name = _facility(table.whole(number, row, "Operator ID"))
        title = " / ".join(
            filter(None, (table.text(row, one) for one in ("Account Holder Name", columns[2])))
        )
        reading.facilities.append(_plant(name, title))
        for year, column in emissions.items():
            amount = as_number(table.cell(row, column))
            if amount is not None:
                reading.activity.append(_entry(name, year, "emission", amount, number))
        cumulative = table.amount(number, row, surrendered) or Decimal(0)
        reading.activity.append(_entry(name, YEARS[-1], "surrendered", cumulative, number))
        reading.published.append(
            {
                "facility": name,
                "emissions": table.amount(number, row, total),
                "surrenders": cumulative,
                "status": table.text(row, _STATUS),
                "row": number,
            }
        )
    table.check()
    return reading


def read_uk_ets_allocation(path: Path | str) -> Reading:
    """Free allocation of every installation and year, with the published totals beside it.

    `published` has facility, year, total and the row of the sheet. Raises `RecordError` like
    `read_uk_ets_accounts`.
    """
    file = Path(path)
    parts = {"standard": "(A) Allocation (Standard)", "new_entrant": "(B) Allocation (NER)"}
    total = "(C) Allocation (Total)"
    names = [f"{one} {year}" for year in ALLOCATED for one in (*parts.values(), total)]
    rows = read_sheets(file, [_ALLOCATION])[_ALLOCATION]
    table = Table(file.name, _ALLOCATION, rows, ["Installation ID", "Installation Name", *names])
    reading = Reading(source=f"{file.name}!{_ALLOCATION}")
    for number, row in enumerate(table.rows, start=2):
        name = _facility(table.whole(number, row, "Installation ID"))
        reading.facilities.append(_plant(name, table.text(row, "Installation Name")))
        for year in ALLOCATED:
            for item, column in parts.items():
                amount = table.amount(number, row, f"{column} {year}") or Decimal(0)
                reading.activity.append(_entry(name, year, item, amount, number))
            published = table.amount(number, row, f"{total} {year}")
            reading.published.append(
                {"facility": name, "year": year, "total": published, "row": number}
            )
    table.check()
    return reading


def _facility(operator: str) -> str:
    return f"UK-ETS-{operator}"


def _plant(name: str, title: str) -> Row:
    return {
        "facility": name,
        "name_zh": title or name,
        "name_en": title or name,
        "sector": "uk_ets",
        "province": "",
        "city": "",
        "division": "",
        "fictitious": False,
    }


def _entry(name: str, year: int, item: str, amount: Decimal, number: int) -> Row:
    return {
        "facility": name,
        "period": str(year),
        "process_unit": "",
        "stream": "uk_allowance",
        "item": item,
        "quantity": float(amount),
        "unit": "tCO2e",
        "tier": "monitored",
        "evidence": f"row {number}",
    }


__all__ = ["read_uk_ets_accounts", "read_uk_ets_allocation"]
