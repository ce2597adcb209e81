"""The adipic-acid workbook of US EPA's Greenhouse Gas Reporting Program (subpart E).

One row per facility and year, or two where a facility reports under two FRS numbers. The sheet is
typed by hand: identifiers come as numbers or as text with stray blanks, figures are rounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from tongjian.problems import Place, Problem, RecordError
from tongjian.records.readers.reading import Reading, Row

SHEET = "Adipic Acid"

# Columns by words that their headers contain (compared without case, blanks and punctuation).
_HEADERS = {
    "report": "ghgrp id",
    "frs": "frs id",
    "year": "year",
    "name": "facility name",
    "city": "city",
    "state": "state",
    "co2e": "total reported emissions under subpart e",
    "n2o": "n2o emissions from adipic acid production",
    "method": "are n2o emissions estimated for this production unit",
    "alternate": "name of alternate method",
}
_EXACT = ("year", "city", "state")
_FIRST_YEAR, _LAST_YEAR = 2010, 2100


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of the sheet, understood."""

    number: int
    report: str
    frs: str
    year: int
    name: str
    place: str
    n2o: Decimal
    co2e: Decimal
    tier: str


def read_epa_adipic(path: Path | str) -> Reading:
    """Measured N2O per facility, unit and year, with the published CO2e beside it.

    `published` has facility, process_unit, year, n2o, n2o_decimals (decimals printed), co2e and
    the row of the sheet. Raises `RecordError` with everything that could not be understood.
    """
    file = Path(path)
    rows = _sheet(file)
    columns, header = _columns(rows, file.name)
    sheet = _Sheet(file.name, columns, header)
    lines = [
        line
        for number, cells in enumerate(rows[1:], start=2)
        if (line := sheet.line(number, cells)) is not None
    ]
    if sheet.errors:
        raise RecordError(sheet.errors)
    return _reading(file.name, lines, sheet)


def _sheet(file: Path) -> list[list[Any]]:
    try:
        workbook = CalamineWorkbook.from_path(str(file))
        if SHEET in workbook.sheet_names:
            return workbook.get_sheet_by_name(SHEET).to_python()
    except (CalamineError, OSError) as error:
        values = {"detail": str(error)}
        problem = Problem("records.reader_file", Place(file=file.name), values)
        raise RecordError(problem) from error
    values = {"sheet": SHEET, "found": ", ".join(workbook.sheet_names)}
    raise RecordError(Problem("records.reader_sheet", Place(file=file.name), values))


def _columns(rows: list[list[Any]], file: str) -> tuple[dict[str, int], list[str]]:
    header = [" ".join(str(cell).split()) for cell in rows[0]] if rows else []
    plain = [_plain(cell) for cell in header]
    columns, problems = {}, []
    for name, words in _HEADERS.items():
        wanted = _plain(words)
        found = [
            at
            for at, cell in enumerate(plain)
            if (cell == wanted if name in _EXACT else wanted in cell)
        ]
        if found:
            columns[name] = found[0]
        else:
            place = Place(file=file, sheet=SHEET, row=1)
            values = {"column": words, "found": "; ".join(header) or "-"}
            problems.append(Problem("records.reader_column", place, values))
    if problems:
        raise RecordError(problems)
    return columns, header


def _plain(text: object) -> str:
    # The publisher writes N20 (with a zero) in one header and N2O in another.
    return re.sub(r"[^a-z0-9]", "", str(text).casefold()).replace("n20", "n2o")


class _Sheet:
    """Reads cells and collects what is wrong with them."""

    def __init__(self, file: str, columns: dict[str, int], header: list[str]) -> None:
        self.file, self.columns, self.header = file, columns, header
        self.errors: list[Problem] = []
        self.spaced: list[int] = []
        self.methods: list[tuple[int, str]] = []

    def line(self, number: int, cells: Sequence[Any]) -> _Line | None:
        """One row; None for an empty row or one with errors, which are noted."""
        if not any(str(cell).strip() for cell in cells):
            return None
        before = len(self.errors)
        report = self._identifier(number, cells, "report")
        frs = self._identifier(number, cells, "frs")
        year = self._number(number, cells, "year", _FIRST_YEAR, _LAST_YEAR, whole=True)
        n2o = self._number(number, cells, "n2o", 0, None)
        co2e = self._number(number, cells, "co2e", 0, None)
        if len(self.errors) > before:
            return None
        return _Line(
            number=number,
            report=report,
            frs=frs,
            year=int(year),
            name=self._text(cells, "name"),
            place=", ".join(filter(None, (self._text(cells, n) for n in ("city", "state")))),
            n2o=n2o,
            co2e=co2e,
            tier=self._tier(number, cells),
        )

    def place(self, number: int, name: str) -> Place:
        """The place of a cell, with the header as the publisher writes it."""
        header = self.header[self.columns[name]]
        return Place(file=self.file, sheet=SHEET, row=number, field=header)

    def _cell(self, cells: Sequence[Any], name: str) -> Any:
        at = self.columns[name]
        return cells[at] if at < len(cells) else ""

    def _text(self, cells: Sequence[Any], name: str) -> str:
        return " ".join(str(self._cell(cells, name)).split())

    def _identifier(self, number: int, cells: Sequence[Any], name: str) -> str:
        cell = self._cell(cells, name)
        text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
        found = "".join(text.split())
        if found != text:
            self.spaced.append(number)
        if not found.isdigit():
            self._wrong(number, name, cell, "123456", "123456")
            return ""
        return found

    def _number(
        self,
        number: int,
        cells: Sequence[Any],
        name: str,
        low: int,
        high: int | None,
        whole: bool = False,
    ) -> Decimal:
        cell = self._cell(cells, name)
        text = "".join(str(cell).split()).replace(",", "")
        if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
            value = Decimal(text).normalize()
            fits = low <= value and (high is None or value <= high)
            if fits and not (whole and value != int(value)):
                return value
        top = "" if high is None else f"–{high}"
        self._wrong(number, name, cell, f"≥ {low}{top}", f"≥ {low}{top}")
        return Decimal(0)

    def _wrong(self, number: int, name: str, cell: object, zh: str, en: str) -> None:
        values = {"value": str(cell).strip() or "∅", "expected_zh": zh, "expected_en": en}
        self.errors.append(Problem("records.reader_cell", self.place(number, name), values))

    def _tier(self, number: int, cells: Sequence[Any]) -> str:
        """How the figure was come by, told from the publisher's words about the method."""
        method, alternate = (_plain(self._text(cells, n)) for n in ("method", "alternate"))
        if "sitespecificemissionfactor" in method:
            return "tested"
        if "continuous" in alternate:
            return "monitored"
        self.methods.append((number, self._text(cells, "method") or "∅"))
        return "calculated"


def _reading(file: str, lines: list[_Line], sheet: _Sheet) -> Reading:
    reading = Reading(source=f"{file}!{SHEET}", problems=_warnings(file, lines, sheet))
    units: dict[str, list[str]] = {}
    for line in lines:
        known = units.setdefault(line.report, [])
        if line.frs not in known:
            known.append(line.frs)
    for report in units:
        newest = max((one for one in lines if one.report == report), key=lambda one: one.year)
        reading.facilities.append(
            {
                "facility": _facility(report),
                "name_zh": newest.name,
                "name_en": newest.name,
                "sector": "adipic_acid",
                "province": "",
                "city": newest.place,
                "division": "",
                "fictitious": False,
            }
        )
    repeated: dict[tuple[str, str, int], int] = {}
    registered: set[tuple[str, str]] = set()
    for line in lines:
        key = (line.report, line.frs, line.year)
        repeated[key] = repeated.get(key, 0) + 1
        unit = f"FRS-{line.frs}" if len(units[line.report]) > 1 else ""
        if repeated[key] > 1:
            unit = f"{unit or 'FRS-' + line.frs}-{repeated[key]}"
        if unit and (line.report, unit) not in registered:
            registered.add((line.report, unit))
            reading.process_units.append(_unit(line, unit))
        reading.activity.append(_activity(line, unit))
        reading.published.append(_published(line, unit))
    return reading


def _facility(report: str) -> str:
    return f"US-GHGRP-{report}"


def _unit(line: _Line, unit: str) -> Row:
    name = f"FRS {line.frs}"
    return {
        "facility": _facility(line.report),
        "process_unit": unit,
        "name_zh": name,
        "name_en": name,
        "kind": "acid_unit",
        "technology": "",
        "abatement": "",
        "capacity": None,
        "capacity_unit": "",
    }


def _activity(line: _Line, unit: str) -> Row:
    return {
        "facility": _facility(line.report),
        "period": str(line.year),
        "process_unit": unit,
        "stream": "adipic_acid",
        "item": "n2o_measured",
        "quantity": float(line.n2o),
        "unit": "tN2O",
        "tier": line.tier,
        "evidence": f"GHGRP {line.report}/{line.year}",
    }


def _published(line: _Line, unit: str) -> Row:
    exponent = line.n2o.as_tuple().exponent
    return {
        "facility": _facility(line.report),
        "process_unit": unit,
        "year": line.year,
        "n2o": line.n2o,
        "n2o_decimals": max(0, -exponent) if isinstance(exponent, int) else 0,
        "co2e": line.co2e,
        "row": line.number,
    }


def _warnings(file: str, lines: list[_Line], sheet: _Sheet) -> list[Problem]:
    place, found = Place(file=file, sheet=SHEET), []
    if sheet.spaced:
        rows = ", ".join(map(str, sorted(set(sheet.spaced))))
        values: dict[str, object] = {"count": len(sheet.spaced), "rows": rows}
        found.append(Problem("records.reader_spaces", place, values, "warning"))
    seen: dict[tuple[str, int], list[int]] = {}
    for line in lines:
        seen.setdefault((line.report, line.year), []).append(line.number)
    for (report, year), rows_of in seen.items():
        if len(rows_of) > 1:
            values = {"key": f"{report}, {year}", "rows": ", ".join(map(str, rows_of))}
            found.append(Problem("records.reader_units", place, values, "warning"))
    for number, method in sheet.methods:
        at = sheet.place(number, "method")
        found.append(Problem("records.reader_method", at, {"value": method}, "warning"))
    return found
