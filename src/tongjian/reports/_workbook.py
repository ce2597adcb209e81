"""The workbook (工作簿): every figure of a run as plain numbers, headings in both languages.

Tables are long (one figure per row and year), ready to be filtered and pivoted. The file holds no
formula, and no text is ever taken for one. Bytes depend on the run only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any

from tongjian.engine import Run
from tongjian.problems import LANGUAGES
from tongjian.reports._inventory import heading
from tongjian.reports._lists import applies_to, manifest_facts
from tongjian.reports._page import fictitious_text
from tongjian.reports._used import used_factors
from tongjian.reports._views import View, division_of, views
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


def workbook(run: Run, words: Words) -> bytes:
    """The workbook as bytes."""
    # Only who writes a workbook pays for the import.
    import xlsxwriter

    stream = BytesIO()
    with xlsxwriter.Workbook(stream, _SAFE) as book:
        book.set_properties({"title": words.text("title"), "created": _CREATED})
        writer = _Writer(book, words, fictitious_text(run, words) or "")
        for sheet in _sheets(run, words):
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


# -- sheets --------------------------------------------------------------------------------------

_YEAR = Column("year", 8)
_CO2E = Column("co2e", 22, 2)
_TCE = Column("tce", 20, 2)
_MISSING = Column("left_out", 12, 0)
_BOUNDARY = Column("boundary", 30)


def _sheets(run: Run, words: Words) -> Iterator[Sheet]:
    shown = views(run)
    sums = (_CO2E, _TCE, _MISSING)
    yield Sheet("sheet_summary", (_BOUNDARY, _YEAR, *sums), _summary(run, shown, words))
    yield Sheet(
        "sheet_sectors",
        (_BOUNDARY, Column("sector", 20), _YEAR, *sums),
        _grouped(run, shown, words, "sector"),
    )
    yield Sheet(
        "sheet_cities",
        (_BOUNDARY, Column("city", 20), _YEAR, *sums),
        _grouped(run, shown, words, "city"),
    )
    yield Sheet(
        "sheet_gases",
        (_BOUNDARY, Column("substance", 26), _YEAR, Column("mass", 20, 2), Column("own_unit", 12),
         _CO2E, _MISSING),
        _gases(run, shown, words),
    )  # fmt: skip
    yield _facilities(run, words)
    yield _ledger(run, words)
    yield _factors(run, words)
    yield _problems(run, words)
    yield _manifest(run, words)


def _sums(view: View, row: dict[str, Any]) -> list[object]:
    """Emissions, energy and rows left out of one inventory row."""
    value = view.value(row)
    shown = None if value is None else Reported(value, view.unit, view.rounding)
    if view.measure == "tce":
        return [None, shown, row["missing"]]
    return [shown, None, row["missing"]]


def _summary(run: Run, shown: Sequence[View], words: Words) -> Iterator[list[object]]:
    for view in shown:
        for row in run.inventory(["year"], **view.where):
            yield [heading(view, words), row["year"], *_sums(view, row)]


def _grouped(run: Run, shown: Sequence[View], words: Words, by: str) -> Iterator[list[object]]:
    for view in shown:
        for row in run.inventory([by, "year"], **view.where):
            code = str(row[by])
            if by == "city":
                name = words.city(code, division_of(run, code))
            else:
                name = words.term(by, code) if code else words.text("not_stated")
            yield [heading(view, words), name, row["year"], *_sums(view, row)]


def _gases(run: Run, shown: Sequence[View], words: Words) -> Iterator[list[object]]:
    for view in shown:
        if view.measure == "tce":
            continue
        for row in run.inventory(["substance", "year"], **view.where):
            unit = str(row["unit"])
            co2e = row["co2e"]
            yield [
                heading(view, words),
                words.term("substance", row["substance"]),
                row["year"],
                Reported(row["amount"], unit, view.rounding),
                unit,
                None if co2e is None else Reported(co2e, "tCO2e", view.rounding),
                row["missing"],
            ]


def _facilities(run: Run, words: Words) -> Sheet:
    columns = (
        Column("facility_id", 26), Column("facility", 34), Column("sector", 18),
        Column("province", 12), Column("city", 14), Column("division", 12),
        Column("fictitious", 9), Column("boundary", 16), Column("ruleset", 28), _YEAR,
        _CO2E, _TCE, _MISSING,
    )  # fmt: skip
    rounding = {result.ruleset.id: result.ruleset.doc.rounding for result in run.results}

    def rows() -> Iterator[list[object]]:
        for row in run.inventory(["facility", "boundary", "ruleset", "year"]):
            owner = run.facilities.get(row["facility"], {})
            co2e = row["co2e"]
            tce = row["amount"] if row.get("unit") == "tce" else None
            rule = rounding[row["ruleset"]]
            yield [
                row["facility"],
                words.facility({"facility": row["facility"], **owner}),
                words.term("sector", str(owner.get("sector") or "")),
                words.term("province", str(owner.get("province") or "")),
                words.city(str(owner.get("city") or ""), str(owner.get("division") or "")),
                owner.get("division"),
                words.text("yes") if owner.get("fictitious") else "",
                words.term("boundary", row["boundary"]),
                row["ruleset"],
                row["year"],
                None if co2e is None else Reported(co2e, "tCO2e", rule),
                None if tce is None else Reported(tce, "tce", rule),
                row["missing"],
            ]

    return Sheet("sheet_facilities", columns, rows())


def _ledger(run: Run, words: Words) -> Sheet:
    columns = (
        Column("facility_id", 26), _YEAR, Column("ruleset", 28), Column("boundary", 16),
        Column("category", 28), Column("substance", 22), Column("mass", 20, 2),
        Column("own_unit", 12), _CO2E, _MISSING, Column("sheet_id", 14), Column("column_id", 18),
    )  # fmt: skip
    rounding = {result.ruleset.id: result.ruleset.doc.rounding for result in run.results}

    def rows() -> Iterator[list[object]]:
        for line in run.lines:
            row, rule = line.as_row(), rounding[line.ruleset]
            co2e = row["co2e"]
            yield [
                line.facility,
                line.year,
                line.ruleset,
                words.term("boundary", line.boundary),
                words.term("category", line.category),
                words.term("substance", line.substance),
                Reported(row["amount"], line.unit, rule),
                line.unit,
                None if co2e is None else Reported(co2e, "tCO2e", rule),
                line.missing,
                line.sheet,
                line.column,
            ]

    return Sheet("sheet_ledger", columns, rows())


def _factors(run: Run, words: Words) -> Sheet:
    columns = (
        Column("tables", 26), Column("table_title", 34), Column("parameter", 26),
        Column("applies_to", 20), Column("years", 12), Column("printed", 14),
        Column("printed_unit", 18), Column("number_column", 16), Column("number_unit", 18),
        Column("status", 18), Column("source_as_noted", 50), Column("basis", 50),
        Column("clause", 20), Column("in_force", 26), Column("ruleset", 40),
        Column("note_as_noted", 60),
    )  # fmt: skip

    def rows() -> Iterator[list[object]]:
        for used in used_factors(run):
            value, table = used.value, used.table
            column = table.columns[value.column]
            yield [
                table.id,
                words.pick(table.title.zh, table.title.en),
                words.pick(column.title.zh, column.title.en),
                applies_to(used, words),
                ", ".join(map(str, used.years)),
                value.printed,
                value.printed_unit,
                None if value.number is None else float(value.number),
                column.unit.text,
                words.term("status", value.status)
                if value.number is not None
                else words.text("no_number"),
                value.source,
                table.basis.document,
                value.clause or table.basis.clause,
                str(value.validity),
                ", ".join(used.rulesets),
                value.note,
            ]

    return Sheet("sheet_factors", columns, rows())


def _problems(run: Run, words: Words) -> Sheet:
    columns = (
        Column("problem_code", 24), Column("severity", 8), Column("file", 28),
        Column("sheet", 14), Column("row", 10, 0), Column("column_id", 16),
        Column("message", 90), Column("repair", 60),
    )  # fmt: skip
    rows = (
        [
            one.code,
            words.term("severity", one.severity),
            one.place.file,
            one.place.sheet,
            one.place.row if one.place.row is not None else one.place.line,
            one.place.field,
            one.message(words.lang),
            one.repair(words.lang),
        ]
        for one in run.problems
    )
    return Sheet("sheet_problems", columns, rows)


def _manifest(run: Run, words: Words) -> Sheet:
    rows: list[list[object]] = [list(fact) for fact in manifest_facts(run, words)]
    for result in run.results:
        doc = result.ruleset.doc
        title = words.pick(doc.title.zh, doc.title.en)
        status = words.term("status", doc.basis.status)
        parts = [title, doc.basis.document, doc.basis.clause, status, str(doc.validity)]
        years = ", ".join(map(str, result.years))
        notes = doc.notes[words.lang] if doc.notes is not None else ""
        rows.append([doc.id, " · ".join(filter(None, [*parts, years, notes]))])
        tables = result.ruleset.program.tables
        rows.append(
            [f"{doc.id} · {words.text('tables')}",
             ", ".join(f"{alias}={name}" for alias, name in sorted(tables.items()))]
        )  # fmt: skip
    return Sheet("sheet_manifest", (Column("item", 44), Column("content", 120)), rows)


__all__ = ["workbook"]
