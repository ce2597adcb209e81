"""Writes a copy of an imported file in which every error is marked (错误标注副本)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal

import duckdb
import xlsxwriter

from tongjian.problems import Problem, RecordError
from tongjian.records._csv import read_cells
from tongjian.records._limits import Limits
from tongjian.records._parquet import connect, scan
from tongjian.records._text import cell_text
from tongjian.records._xlsx import PROBLEM_SHEET, read_sheets

Lang = Literal["zh", "en"]
_Rows = list[tuple[int, Sequence[object]]]
_ZIP, _PARQUET = b"PK\x03\x04", b"PAR1"
_HEADS = {
    "zh": ("文件", "工作表", "行", "列", "程度", "问题", "改法"),
    "en": ("file", "sheet", "row", "column", "severity", "problem", "repair"),
}
_SEVERITY = {
    "zh": {"error": "错误", "warning": "警告", "note": "提示"},
    "en": {"error": "error", "warning": "warning", "note": "note"},
}
_SHEET_NAME = 31
_HEADER_WITHIN = 10


def write_marked(
    paths: Iterable[Path], problems: Sequence[Problem], target: Path, lang: Lang = "zh"
) -> None:
    """Write `target` (XLSX): a list of `problems`, then every sheet of every file as it was read.

    A cell with an error is red and carries the message as a comment; where only the row is known,
    its first cell is. A file that cannot be read at all is in the list only.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        book.set_properties({"title": "Tongjian", "created": datetime(2000, 1, 1)})
        writer = _Writer(book, lang)
        writer.listed(problems)
        for path in paths:
            offset, sheets = _sheets(path)
            for name, rows in sheets.items():
                mine = [
                    one
                    for one in problems
                    if one.place.file == path.name and one.place.sheet in (None, name)
                ]
                writer.sheet(name or path.stem, rows, mine, offset)


class _Writer:
    """Writes the sheets of a marked copy."""

    def __init__(self, book: Any, lang: Lang) -> None:
        self.book, self.lang = book, lang
        self.names = {PROBLEM_SHEET[lang].casefold()}
        self.head = book.add_format({"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.bad = book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
        self.doubtful = book.add_format({"bg_color": "#FFEB9C", "font_color": "#7F6000"})

    def listed(self, problems: Sequence[Problem]) -> None:
        sheet = self.book.add_worksheet(PROBLEM_SHEET[self.lang])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 4, 12)
        sheet.set_column(5, 6, 60, self.wrap)
        for at, head in enumerate(_HEADS[self.lang]):
            sheet.write_string(0, at, head, self.head)
        for number, one in enumerate(problems, start=1):
            place = one.place
            cells = (place.file, place.sheet, place.row, place.field)
            severity = _SEVERITY[self.lang][one.severity]
            texts = (severity, one.message(self.lang), one.repair(self.lang))
            for at, cell in enumerate((*cells, *texts)):
                _write(sheet, number, at, cell)

    def sheet(self, name: str, rows: _Rows, problems: Sequence[Problem], offset: int = 0) -> None:
        sheet = self.book.add_worksheet(self.name(name))
        marks: dict[tuple[int, int], list[Problem]] = {}
        for one in problems:
            if one.place.row is not None:
                row = one.place.row + offset
                column = _column(rows, row, one.place.field)
                marks.setdefault((row, column), []).append(one)
        written = set()
        for number, cells in rows:
            for at, cell in enumerate(cells):
                mark = marks.get((number, at))
                written.add((number, at))
                _write(sheet, number - 1, at, cell, self.style(mark))
        for (number, at), mark in marks.items():
            if (number, at) not in written:
                sheet.write_blank(number - 1, at, None, self.style(mark))
            text = "\n".join(f"{one.message(self.lang)}\n→ {one.repair(self.lang)}" for one in mark)
            sheet.write_comment(number - 1, at, text, {"x_scale": 2.5, "y_scale": 1.5})

    def style(self, problems: Sequence[Problem] | None) -> Any:
        if not problems:
            return None
        return self.bad if any(one.severity == "error" for one in problems) else self.doubtful

    def name(self, wanted: str) -> str:
        """A name that a sheet may have and no other sheet here has."""
        plain = "".join("_" if letter in "[]:*?/\\'" else letter for letter in wanted) or "sheet"
        found, number = plain[:_SHEET_NAME], 1
        while found.casefold() in self.names:
            number += 1
            found = f"{plain[: _SHEET_NAME - 4]} {number}"
        self.names.add(found.casefold())
        return found


def _column(rows: _Rows, row: int, header: str | None) -> int:
    """Where the column with this header stands: in the nearest rows of the sheet's head."""
    for number, cells in rows[:_HEADER_WITHIN]:
        if header is None or number >= row:
            break
        for at, cell in enumerate(cells):
            if cell_text(cell).strip() == header:
                return at
    return 0


def _write(sheet: Any, row: int, at: int, cell: object, style: Any = None) -> None:
    if cell is None or cell == "":
        if style is not None:
            sheet.write_blank(row, at, None, style)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, at, cell, style)
    elif isinstance(cell, int | float) and abs(cell) < 1e15:
        sheet.write_number(row, at, cell, style)
    elif isinstance(cell, date | datetime | time):
        sheet.write_string(row, at, cell_text(cell), style)
    else:
        sheet.write_string(row, at, cell_text(cell), style)


def _sheets(path: Path) -> tuple[int, Mapping[str, _Rows]]:
    """Every sheet with its rows, and how much higher messages number them; none if unreadable."""
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
        if start.startswith(_ZIP):
            return 0, read_sheets(path, Limits())
        if start.startswith(_PARQUET):  # rows are numbered from 1 there, without a header
            cursor = connect().execute(f"SELECT * FROM {scan(path)}")
            header = [column[0] for column in cursor.description or ()]
            return 1, {"": [(1, header), *enumerate(cursor.fetchall(), start=2)]}
        return 0, {"": read_cells(path)}
    except (OSError, ValueError, RecordError, duckdb.Error):
        return 0, {}


__all__ = ["write_marked"]
