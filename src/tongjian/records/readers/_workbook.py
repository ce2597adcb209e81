"""What the readers of published workbooks share: sheets as rows, columns by their headers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from tongjian.problems import Place, Problem, RecordError

Cells = list[list[Any]]


def read_sheets(file: Path, wanted: Sequence[str] = ()) -> dict[str, Cells]:
    """The rows of the sheets named, or of all; raises `RecordError` for what is not there."""
    try:
        book = CalamineWorkbook.from_path(str(file))
        names = list(book.sheet_names)
        missing = [name for name in wanted if name not in names]
        if not missing:
            return {name: book.get_sheet_by_name(name).to_python() for name in wanted or names}
    except (CalamineError, OSError) as error:
        values = {"detail": str(error)}
        problem = Problem("records.reader_file", Place(file=file.name), values)
        raise RecordError(problem) from error
    values = {"sheet": ", ".join(missing), "found": ", ".join(names)}
    raise RecordError(Problem("records.reader_sheet", Place(file=file.name), values))


class Table:
    """A sheet with one header row; collects what is wrong with its cells in `errors`."""

    def __init__(self, file: str, sheet: str, rows: Cells, columns: Iterable[str]) -> None:
        self.file, self.sheet, self.rows = file, sheet, rows[1:]
        self.errors: list[Problem] = []
        header = [" ".join(str(cell).split()) for cell in rows[0]] if rows else []
        self.at = {name: at for at, name in enumerate(header)}
        shown = "; ".join(header) or "-"
        lacking = [name for name in columns if name not in self.at]
        if lacking:
            place = Place(file=file, sheet=sheet, row=1)
            raise RecordError(
                Problem("records.reader_column", place, {"column": name, "found": shown})
                for name in lacking
            )

    def cell(self, row: Sequence[Any], column: str) -> Any:
        at = self.at[column]
        return row[at] if at < len(row) else ""

    def text(self, row: Sequence[Any], column: str) -> str:
        return " ".join(str(self.cell(row, column)).split())

    def whole(self, number: int, row: Sequence[Any], column: str) -> str:
        """An identifier that the publisher writes as a number."""
        amount = self.amount(number, row, column)
        return "" if amount is None else str(int(amount))

    def amount(self, number: int, row: Sequence[Any], column: str) -> Decimal | None:
        """A number that is not below zero; None, and an error, for anything else."""
        found = as_number(self.cell(row, column))
        if found is None or found < 0:
            self.wrong(number, column, self.cell(row, column))
            return None
        return found

    def wrong(self, number: int, column: str, cell: object) -> None:
        values = {"value": str(cell).strip() or "∅", "expected_zh": "≥ 0", "expected_en": "≥ 0"}
        place = Place(file=self.file, sheet=self.sheet, row=number, field=column)
        self.errors.append(Problem("records.reader_cell", place, values))

    def check(self) -> None:
        """Raises `RecordError` with all that was wrong."""
        if self.errors:
            raise RecordError(self.errors)


def as_number(cell: object) -> Decimal | None:
    """A cell as a number, by the digits that it prints."""
    try:
        found = Decimal(str(cell))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
