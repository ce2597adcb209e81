"""Finds the table in the rows of a file: header recognition, place of every cell."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice, repeat
from operator import itemgetter

from tongjian.problems import Place, Problem
from tongjian.records._text import cell_text, is_blank, look_up_form, show
from tongjian.records.schema import TABLES, Table
from tongjian.records.schema import table as table_called

# Titles and notes often stand above the header.
_HEADER_WITHIN = 10
# One recognised word may be a coincidence, two are a header.
_HEADER_NEEDS = 2

Row = tuple[int, Sequence[object]]
Sink = Callable[[Problem], None]


@dataclass(frozen=True, slots=True)
class RawTable:
    """A recognised table (已识别的表) of one file; `rows` can be read once.

    Cells come in the order of the table's columns, with the row number a spreadsheet shows. `size`
    is about how many rows there are, as known before they are read.
    """

    table: Table
    file: str
    sheet: str | None
    headers: dict[str, str]
    rows: Iterable[Row]
    size: int = 0

    def place(self, row: int | None = None, column: str | None = None) -> Place:
        """The place of a row or a cell, with the header as the file writes it."""
        header = None if column is None else self.headers.get(column, column)
        return Place(file=self.file, sheet=self.sheet, row=row, field=header)

    def source(self, row: int) -> str:
        """The place of a row as the store keeps it: ``file.xlsx!活动数据!17``."""
        return f"{self.file}!{self.sheet}!{row}" if self.sheet else f"{self.file}!{row}"


def column_for(header: object, table: Table) -> str | None:
    """The column of `table` that a header means: by Chinese, English or canonical name."""
    names = _header_names(table.name)
    text = unicodedata.normalize("NFKC", cell_text(header)).replace("*", " ")
    whole = names.get(look_up_form(text))
    if whole is not None:
        return whole
    parts = (names.get(look_up_form(part)) for part in text.replace("\n", "/").split("/"))
    return next((part for part in parts if part is not None), None)


def recognise(
    rows: Iterable[Row],
    file: str,
    sheet: str | None,
    sink: Sink,
    expected: Table | None = None,
    stray_is_error: bool = False,
    size: int = 0,
) -> RawTable | None:
    """The table that `rows` hold, or None when no header is found or it is not complete.

    Without `expected` the headers decide which table it is. With `stray_is_error` a cell beyond
    the headers is an error (in a CSV it means a shifted row), otherwise one warning.
    """
    iterator = iter(rows)
    head = list(islice(iterator, _HEADER_WITHIN))
    tables = TABLES if expected is None else (expected,)
    found = _find_header(head, tables)
    if found is None:
        sink(_no_header(head, tables, Place(file=file, sheet=sheet)))
        return None
    index, table = found
    number, cells = head[index]
    place = Place(file=file, sheet=sheet, row=number)
    positions = _positions(cells, table, place, sink)
    if positions is None:
        return None
    headers = {name: cell_text(cells[at]).strip() for name, at in positions.items()}
    raw = RawTable(
        table,
        file,
        sheet,
        headers,
        _body(
            chain(head[index + 1 :], iterator),
            [positions.get(name) for name in table.column_names],
            [at for at, header in enumerate(cells) if is_blank(header)],
            len(cells),
            _Strays(Place(file=file, sheet=sheet), stray_is_error, sink),
        ),
        size,
    )
    return raw


def looks_like_table(head: Sequence[Row]) -> Table | None:
    """The table whose required columns are all in a header near the top, if any."""
    found = _find_header(head[:_HEADER_WITHIN], TABLES)
    if found is None:
        return None
    names = {column_for(cell, found[1]) for cell in head[found[0]][1]}
    return found[1] if {column.name for column in found[1].required} <= names else None


@cache
def _header_names(table: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for column in table_called(table).columns:
        for name in (column.name, column.zh, column.en, column.heading(), *column.aliases):
            names.setdefault(look_up_form(name), column.name)
    return names


def _find_header(head: Sequence[Row], tables: Sequence[Table]) -> tuple[int, Table] | None:
    best: tuple[int, int, Table] | None = None
    for index, (_number, cells) in enumerate(head):
        for table in tables:
            score = len({column_for(cell, table) for cell in cells} - {None})
            if score >= _HEADER_NEEDS and (best is None or score > best[0]):
                best = (score, index, table)
    return None if best is None else best[1:]


def _positions(
    cells: Sequence[object], table: Table, place: Place, sink: Sink
) -> dict[str, int] | None:
    positions: dict[str, int] = {}
    usable = True
    for at, header in enumerate(cells):
        if is_blank(header):
            continue
        name = column_for(header, table)
        if name is None:
            sink(_extra_column(header, table, place))
        elif name in positions:
            usable = False
            first = show(cells[positions[name]])
            values = {"header": show(header), "first": first, "column": table.column(name).zh}
            values["column_en"] = table.column(name).en
            sink(Problem("records.duplicate_header", place, values))
        else:
            positions[name] = at
    missing = [column for column in table.required if column.name not in positions]
    if missing:
        usable = False
        values = {
            "table_zh": table.zh,
            "table_en": table.en,
            "columns_zh": "、".join(column.zh for column in missing),
            "columns_en": ", ".join(column.en for column in missing),
        }
        sink(Problem("records.missing_columns", place, values))
    return positions if usable else None


def _body(
    rows: Iterable[Row],
    positions: Sequence[int | None],
    unnamed: Sequence[int],
    width: int,
    strays: _Strays,
) -> Iterator[Row]:
    # None for columns that are not there stands behind the last cell.
    pick = itemgetter(*(width if at is None else at for at in positions))
    for number, cells in rows:
        length = len(cells)
        if (length > width or unnamed) and strays.spoil(number, cells, unnamed, width):
            continue
        picked = pick((*cells[:width], *repeat(None, width + 1 - length)))
        if not all(map(is_blank, picked)):
            yield number, picked


@dataclass(slots=True)
class _Strays:
    """Values that stand under no header."""

    place: Place
    is_error: bool
    sink: Sink
    seen: bool = False

    def spoil(self, row: int, cells: Sequence[object], unnamed: Sequence[int], width: int) -> bool:
        """Report a stray value; whether the row is useless because of it."""
        if self.seen:
            return False
        outside = [cells[at] for at in unnamed if at < len(cells)] + list(cells[width:])
        stray = next((cell for cell in outside if not is_blank(cell)), None)
        if stray is None:
            return False
        self.seen = not self.is_error
        place = Place(file=self.place.file, sheet=self.place.sheet, row=row)
        values = {"value": show(stray), "columns": width}
        if self.is_error:
            self.sink(Problem("records.row_too_long", place, values))
        else:
            self.sink(Problem("records.stray_cell", place, values, severity="warning"))
        return self.is_error


def _extra_column(header: object, table: Table, place: Place) -> Problem:
    names = _header_names(table.name)
    near = difflib.get_close_matches(look_up_form(cell_text(header)), names, n=1, cutoff=0.5)
    column = table.column(names[near[0]]) if near else None
    values = {
        "header": show(header),
        "hint_zh": f"若为“{column.zh}”，请改写表头。" if column else "",
        "hint_en": f"If it is '{column.en}', correct the header. " if column else "",
    }
    return Problem("records.extra_column", place, values, severity="warning")


def _no_header(head: Sequence[Row], tables: Sequence[Table], place: Place) -> Problem:
    first = next((cells for _number, cells in head if not all(map(is_blank, cells))), ())
    values = {
        "found": ", ".join(show(cell) for cell in first[:12] if not is_blank(cell)) or "—",
        "expected_zh": "；".join(
            f"{table.zh}：{'、'.join(column.zh for column in table.required)}" for table in tables
        ),
        "expected_en": "; ".join(
            f"{table.en}: {', '.join(column.en for column in table.required)}" for table in tables
        ),
    }
    return Problem("records.no_header", place, values)
