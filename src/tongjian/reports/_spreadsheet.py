"""How a workbook is written (工作簿): sheets of plain numbers, headings in two languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any

from tongjian.problems import LANGUAGES
from tongjian.reports._words import Words
from tongjian.rules import Rounding

# A workbook has to bear a date; this one says nothing and never changes.
_CREATED = datetime(2000, 1, 1)
_ROWS = 1_000_000
_TEXT = 32_767
_HEADER_ROW = 2
_SAFE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the phrase of its heading, its width in characters, how its cells are written."""

    text: str
    width: int = 14
    places: int | None = None
    """Decimals of its numbers; None for text."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A number that is shown with the decimals of its unit; the cell holds all digits."""

    value: float
    unit: str
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: the phrase of its name, its columns and rows."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]


def write_sheets(sheets: Iterable[Sheet], words: Words, banner: str) -> bytes:
    """A workbook of `sheets` as bytes; `banner` stands at the top of each."""
    # Only who writes a workbook pays for the import.
    import xlsxwriter

    stream = BytesIO()
    with xlsxwriter.Workbook(stream, _SAFE) as book:
        book.set_properties({"title": words.text("title"), "created": _CREATED})
        writer = _Writer(book, words, banner)
        for sheet in sheets:
            writer.write(sheet)
    return stream.getvalue()


class _Writer:
    """Writes sheets with one set of formats."""

    def __init__(self, book: Any, words: Words, banner: str) -> None:
        self.book, self.words, self.banner = book, words, banner
        plain = {"valign": "top", "font_size": 10}
        self.title = book.add_format({"bold": True, "font_size": 14, "font_color": "#24507A"})
        self.warning = book.add_format({"bold": True, "font_color": "#7A4A00"})
        self.header = book.add_format(
            {**plain, "bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EEF2F6"}
        )
        self.plain = book.add_format(plain)
        self.numbers = {
            places: book.add_format({**plain, "num_format": _format(places)})
            for places in range(13)
        }
        self.general = book.add_format({**plain, "num_format": "General"})

    def write(self, sheet: Sheet) -> None:
        """One sheet, or several where its rows are too many for one."""
        rows, part = iter(sheet.rows), 1
        while True:
            piece = list(islice(rows, _ROWS))
            if not piece and part > 1:
                return
            self.write_part(sheet, piece, part)
            part += 1

    def write_part(self, sheet: Sheet, rows: Sequence[Sequence[object]], part: int) -> None:
        name = self.words.text(sheet.name) + ("" if part == 1 else f" {part}")
        page = self.book.add_worksheet(name)
        page.write_string(0, 0, f"{self.words.text('title')} · {name}", self.title)
        page.write_string(1, 0, self.banner, self.warning)
        page.set_row(_HEADER_ROW, 30)
        for number, column in enumerate(sheet.columns):
            page.set_column(number, number, column.width)
            page.write_string(_HEADER_ROW, number, bilingual(column.text), self.header)
        for at, row in enumerate(rows, start=_HEADER_ROW + 1):
            for number, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
                self.cell(page, at, number, column, value)
        last = max(_HEADER_ROW + len(rows), _HEADER_ROW)
        page.autofilter(_HEADER_ROW, 0, last, len(sheet.columns) - 1)
        page.freeze_panes(_HEADER_ROW + 1, 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(_HEADER_ROW)
        page.set_footer("&L&A&R&P / &N")

    def cell(self, page: Any, row: int, number: int, column: Column, value: object) -> None:
        if value is None or value == "":
            return
        if isinstance(value, Reported):
            places = value.rounding.places.get(value.unit, 2)
            page.write_number(row, number, value.value, self.numbers[places])
        elif isinstance(value, int | float) and not isinstance(value, bool):
            kind = self.general if column.places is None else self.numbers[column.places]
            page.write_number(row, number, value, kind)
        else:
            page.write_string(row, number, str(value)[:_TEXT], self.plain)


def bilingual(text: str) -> str:
    """A heading in both languages."""
    return "\n".join(Words(lang).text(text) for lang in LANGUAGES)


def _format(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")


__all__ = ["Column", "Reported", "Sheet", "bilingual", "write_sheets"]
