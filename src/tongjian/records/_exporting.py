"""Writes activity data to a file that can be imported again (导出活动数据)."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import xlsxwriter

from tongjian.records._columns import in_order, write_parquet
from tongjian.records._given import stored_rows
from tongjian.records._numbers import Number, parse_number
from tongjian.records.schema import ACTIVITY

Format = Literal["csv", "xlsx", "parquet"]


def export_rows(rows: Sequence[Mapping[str, Any]], path: Path, kind: Format) -> None:
    """Write rows of `Store.read_activity`: numbers and units as they were entered.

    CSV (UTF-8 with a mark, for spreadsheets) and XLSX have the headers of the template; Parquet has
    the columns of the store. Importing what was exported changes nothing.
    """
    if kind == "parquet":
        write_parquet("activity", in_order("activity", stored_rows("activity", rows, "")), path)
    elif kind == "csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\r\n")
            writer.writerow([column.heading() for column in ACTIVITY.columns])
            writer.writerows([str(cell) for cell in _cells(row)] for row in rows)
    else:
        _workbook(rows, path)


def _cells(row: Mapping[str, Any]) -> list[Any]:
    entered = {"quantity": row["entered_quantity"], "unit": row["entered_unit"]}
    return [
        (entered.get(name) or row[name]) if name in entered else row[name] or ""
        for name in ACTIVITY.column_names
    ]


def _workbook(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": "Tongjian", "created": datetime(2000, 1, 1)})
        head = book.add_format({"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF"})
        sheet = book.add_worksheet(ACTIVITY.zh)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(ACTIVITY.columns) - 1, 16)
        for at, column in enumerate(ACTIVITY.columns):
            sheet.write_string(0, at, column.heading(), head)
        for number, row in enumerate(rows, start=1):
            for at, cell in enumerate(_cells(row)):
                found = parse_number(cell) if ACTIVITY.columns[at].name == "quantity" else None
                # A number that a spreadsheet holds as exactly as it was typed.
                if isinstance(found, Number) and repr(found.value) in (cell, f"{cell}.0"):
                    sheet.write_number(number, at, found.value)
                else:
                    sheet.write_string(number, at, str(cell))


__all__ = ["Format", "export_rows"]
