"""Layouts of the foreign workbooks on made-up files: what is read, what is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from tongjian.problems import Problem, RecordError
from tongjian.records.readers import (
    Reading,
    read_bc_obps,
    read_uk_ets_accounts,
    read_uk_ets_allocation,
)
from tongjian.records.readers.uk_ets import ALLOCATED, YEARS

Line = Sequence[object]
REPORT = [
    "Account Holder Name",
    "Operator ID",
    "Installation name",
    *(f"Recorded emissions {year}" for year in YEARS),
    "Cumulative emissions",
    "Cumulative surrenders",
    "Static surrender status 2024",
]
PARTS = ("(A) Allocation (Standard)", "(B) Allocation (NER)", "(C) Allocation (Total)")
TABLE = [
    "Installation ID",
    "Installation Name",
    *(f"{part} {year}" for year in ALLOCATED for part in PARTS),
]
HAND: list[Line] = [
    ["", "First", "Second (unregulated)"],
    ["Industrial Process emissions", 10, 0],
    ["Allocated", 100.5, 7],
    ["Allocated Reporting Only", 0, 0],
    ["annual production", 50, 5],
    ["apr dec production", 20, 3],
    ["emission intensity", 1.07, "n/a"],
    ["rd factor", 0.65, "n/a"],
    ["tightening rate", 0.01, "n/a"],
    ["compliance period", 2024, 2024],
    ["allocated", 100.5, 7],
    ["Allocated for compliance", 100.5, 0],
    ["emission limit", 13.91, 0],
    ["excess/credited", 26.29, 0],
]


def written(path: Path, rows: Sequence[Line], sheet: str) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet(sheet)
        for number, cells in enumerate(rows):
            page.write_row(number, 0, cells)
    return path


def refused(reader: Callable[[Path], Reading], path: Path) -> tuple[Problem, ...]:
    with pytest.raises(RecordError) as caught:
        reader(path)
    return caught.value.problems


def test_words_in_the_place_of_an_emission_are_none(tmp_path: Path) -> None:
    line = ["Holder", 7.0, "Works", 10.0, "EXCLUDED", "", 5.0, 15.0, 16.0, "A"]
    reading = read_uk_ets_accounts(written(tmp_path / "a.xlsx", [REPORT, line], "Data"))
    assert [(row["period"], row["item"], row["quantity"]) for row in reading.activity] == [
        ("2021", "emission", 10.0),
        ("2024", "emission", 5.0),
        ("2024", "surrendered", 16.0),
    ]
    (plant,) = reading.facilities
    assert (plant["facility"], plant["name_en"]) == ("UK-ETS-7", "Holder / Works")
    assert reading.published == [
        {"facility": "UK-ETS-7", "emissions": 15, "surrenders": 16, "status": "A", "row": 2}
    ]


def test_every_allocation_is_two_records_and_a_published_total(tmp_path: Path) -> None:
    line = [9.0, "Kiln", *[10.0, 2.0, 12.0] * len(ALLOCATED)]
    reading = read_uk_ets_allocation(written(tmp_path / "a.xlsx", [TABLE, line], "Sheet1"))
    assert len(reading.activity) == 2 * len(ALLOCATED)
    assert {row["total"] for row in reading.published} == {12}


def test_cells_that_are_no_number_are_refused(tmp_path: Path) -> None:
    line = ["Holder", "seven", "Works", 10.0, 0, 0, 0, "x", -1, "A"]
    found = refused(read_uk_ets_accounts, written(tmp_path / "a.xlsx", [REPORT, line], "Data"))
    assert [(one.code, one.place.row, one.place.field) for one in found] == [
        ("records.reader_cell", 2, "Operator ID"),
        ("records.reader_cell", 2, "Cumulative surrenders"),
        ("records.reader_cell", 2, "Cumulative emissions"),
    ]


def test_sheets_columns_and_files_are_needed(tmp_path: Path) -> None:
    found = refused(read_uk_ets_accounts, written(tmp_path / "a.xlsx", [REPORT], "Other"))
    assert [one.code for one in found] == ["records.reader_sheet"]
    found = refused(read_uk_ets_accounts, written(tmp_path / "b.xlsx", [REPORT[:-2]], "Data"))
    assert [one.values["column"] for one in found] == REPORT[-2:]
    assert [one.code for one in refused(read_bc_obps, tmp_path / "none.xlsx")] == [
        "records.reader_file"
    ]


def test_products_of_a_calculation_by_hand(tmp_path: Path) -> None:
    reading = read_bc_obps(written(tmp_path / "a.xlsx", HAND, "Case 1"))
    first = {row["item"]: row["quantity"] for row in reading.activity if row["stream"] == "product"}
    assert first == {
        "allocated": 100.5, "reporting_only": 0.0, "industrial_process": 10.0,
        "production": 50.0, "intensity": 1.07, "period_production": 20.0,
    }  # fmt: skip
    second = {row["item"] for row in reading.activity if row["stream"] == "unregulated"}
    assert "intensity" not in second
    assert [row["limit"] for row in reading.published] == [Decimal("13.91"), 0]
    assert [row["process_unit"] for row in reading.process_units] == ["P1", "P2"]


def test_an_empty_part_of_the_year_means_all_of_it(tmp_path: Path) -> None:
    rows = [["apr dec production", 0, 0] if row[0] == "apr dec production" else row for row in HAND]
    reading = read_bc_obps(written(tmp_path / "a.xlsx", rows, "Case 1"))
    assert [row["quantity"] for row in reading.activity if row["item"] == "period_production"] == [
        50.0,
        5.0,
    ]


def test_rows_and_cells_that_are_not_there_are_named(tmp_path: Path) -> None:
    rows = [row for row in HAND if row[0] != "emission limit"]
    found = refused(read_bc_obps, written(tmp_path / "a.xlsx", rows, "Case 1"))
    assert {(one.code, one.values["column"]) for one in found} == {
        ("records.reader_column", "emission limit")
    }
    rows = [["Allocated", "much", 7] if row[0] == "Allocated" else row for row in HAND]
    found = refused(read_bc_obps, written(tmp_path / "b.xlsx", rows, "Case 1"))
    assert [(one.code, one.values["value"]) for one in found] == [("records.reader_cell", "much")]
