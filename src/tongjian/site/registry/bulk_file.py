"""Files for registering many at once (批量登记文件): their template, and reading one.

A workbook has a sheet of enterprises and one of plants; a CSV file is one of them, told by its
header. Every value comes as text with the row it stands in.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from pathlib import Path

import xlsxwriter

from tongjian.problems import Place, Problem, RecordError
from tongjian.records import Limits, read_sheets
from tongjian.site.registry.validators import sectors
from tongjian.site.ui.texts import lang, text, texts

LIMITS = Limits(file_bytes=8 << 20, unpacked_bytes=128 << 20, sheet_cells=5_000_000, rows=20_000)
REQUIRED = {
    "enterprises": ("uscc", "name_zh", "division"),
    "plants": ("uscc", "name_zh", "sector", "division"),
}
COLUMNS = {
    "enterprises": ("uscc", "name_zh", "name_en", "division", "park", "address", "fictitious"),
    "plants": (
        *("uscc", "code", "name_zh", "name_en", "sector", "division", "address"),
        *("longitude", "latitude"),
    ),
}
# Told from CSV headers: a plant has a sector, an enterprise has none.
_TELLS = "sector"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: its texts by column, and where each stands."""

    table: str
    file: str
    sheet: str | None
    number: int
    cells: Mapping[str, str]
    titles: Mapping[str, str] = field(repr=False)

    def at(self, column: str = "") -> Place:
        """Where a column of it stands."""
        title = self.titles.get(column) or (column and title_of(column)) or None
        return Place(file=self.file, sheet=self.sheet, row=self.number, field=title)


def title_of(column: str) -> str:
    """What a column is called in the language of the page."""
    return text(f"registry.field_{column}")


def template() -> bytes:
    """An empty workbook to fill in."""
    stream = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        required = book.add_format({"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF"})
        optional = book.add_format({"bold": True, "bg_color": "#D9E2EC"})
        plain = book.add_format({"num_format": "@"})
        for table, columns in COLUMNS.items():
            sheet = book.add_worksheet(text(f"registry.sheet_{table}"))
            sheet.freeze_panes(1, 0)
            for at, column in enumerate(columns):
                style = required if column in REQUIRED[table] else optional
                number = column in ("longitude", "latitude")
                sheet.set_column(at, at, 22, None if number else plain)
                sheet.write_string(0, at, title_of(column), style)
                if column == "sector":
                    words = [getattr(one, lang()) for one in sectors().values()]
                    listed = {"validate": "list", "source": words}
                    sheet.data_validation(1, at, LIMITS.rows, at, listed)
        help_sheet = book.add_worksheet(text("registry.sheet_help"))
        help_sheet.set_column(0, 0, 100)
        for at, line in enumerate(text("registry.bulk_help").splitlines()):
            help_sheet.write_string(at, 0, line)
    return stream.getvalue()


def read(content: bytes, name: str, problems: list[Problem]) -> list[Row]:
    """The rows of a file; everything that prevents reading goes to `problems`."""
    if len(content) > LIMITS.file_bytes:
        values = {"detail": f"> {LIMITS.file_bytes >> 20} MB"}
        problems.append(Problem("site.registry_file", Place(file=name), values))
        return []
    sheets = _workbook(content, name, problems)
    found: list[Row] = []
    known = 0
    for sheet, rows in sheets:
        table = _table(sheet, rows)
        if table is not None:
            known += 1
            found += _rows(table, name, sheet, rows, problems)
    if not known and not problems:
        seen = ", ".join(sheet or name for sheet, _ in sheets) or "—"
        problems.append(Problem("site.registry_no_table", Place(file=name), {"found": seen}))
    if len(found) > LIMITS.rows:
        many = {"rows": len(found), "limit": LIMITS.rows}
        problems.append(Problem("site.registry_too_many", Place(file=name), many))
        return []
    return found


Sheet = tuple[str | None, Sequence[tuple[int, Sequence[object]]]]


def _workbook(content: bytes, name: str, problems: list[Problem]) -> list[Sheet]:
    if not content.startswith(b"PK\x03\x04"):
        rows = _csv(content, name, problems)
        return [(None, rows)] if rows else []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.xlsx"
        path.write_bytes(content)
        try:
            return list(read_sheets(path, LIMITS).items())
        except RecordError as error:
            for one in error.problems:
                problems.append(Problem(one.code, Place(file=name), one.values))
            return []


def _csv(content: bytes, name: str, problems: list[Problem]) -> list[tuple[int, list[object]]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            written = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        values = {"detail": "UTF-8, GB 18030"}
        problems.append(Problem("site.registry_file", Place(file=name), values))
        return []
    reader = csv.reader(StringIO(written, newline=""), strict=True)
    found: list[tuple[int, list[object]]] = []
    try:
        for cells in reader:
            if any(one.strip() for one in cells):
                found.append((reader.line_num, list(cells)))
    except csv.Error as error:
        place = Place(file=name, row=reader.line_num)
        problems.append(Problem("site.registry_file", place, {"detail": str(error)}))
    return found


def _table(sheet: str | None, rows: Sequence[tuple[int, Sequence[object]]]) -> str | None:
    for table in COLUMNS:
        words = texts()[f"registry.sheet_{table}"]
        if sheet is not None and sheet.strip().casefold() in {
            table,
            words["zh"],
            words["en"].casefold(),
        }:
            return table
    if sheet is not None or not rows:
        return None
    columns = {_column(one) for one in rows[0][1]}
    if "uscc" not in columns:
        return None
    return "plants" if _TELLS in columns else "enterprises"


def _column(header: object) -> str | None:
    wanted = str(header).strip().casefold()
    for column in {one for columns in COLUMNS.values() for one in columns}:
        words = texts()[f"registry.field_{column}"]
        if wanted in {column, words["zh"].casefold(), words["en"].casefold()}:
            return column
    return None


def _rows(
    table: str,
    name: str,
    sheet: str | None,
    rows: Sequence[tuple[int, Sequence[object]]],
    problems: list[Problem],
) -> Iterator[Row]:
    if not rows:
        return
    at = {
        column: place
        for place, cell in enumerate(rows[0][1])
        if (column := _column(cell)) in COLUMNS[table]
    }
    missing = [column for column in REQUIRED[table] if column not in at]
    if missing:
        values = {
            f"missing_{one}": ("、" if one == "zh" else ", ").join(
                texts()[f"registry.field_{column}"][one] for column in missing
            )
            for one in ("zh", "en")
        }
        place = Place(file=name, sheet=sheet, row=rows[0][0])
        problems.append(Problem("site.registry_header", place, values))
        return
    titles = {str(column): str(rows[0][1][place]) for column, place in at.items()}
    for number, cells in rows[1:]:
        given = {
            str(column): _text(cells[place]) if place < len(cells) else ""
            for column, place in at.items()
        }
        if any(given.values()):
            yield Row(table, name, sheet, number, given, titles)


def _text(cell: object) -> str:
    """A cell as text; a whole number without its decimal point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


__all__ = ["COLUMNS", "LIMITS", "REQUIRED", "Row", "read", "template", "title_of"]
