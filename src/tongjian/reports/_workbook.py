"""The workbook (工作簿): every figure of a run as plain numbers, headings in both languages.

Tables are long (one figure per row and year), ready to be filtered and pivoted. The file holds no
formula, and no text is ever taken for one. Bytes depend on the run only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tongjian.engine import Run
from tongjian.reports._annex_sheets import annex_sheets
from tongjian.reports._annexes import Annexes
from tongjian.reports._inventory import heading
from tongjian.reports._lists import applies_to, manifest_facts
from tongjian.reports._page import fictitious_text
from tongjian.reports._spreadsheet import Column, Reported, Sheet, write_sheets
from tongjian.reports._used import used_factors
from tongjian.reports._views import View, division_of, views
from tongjian.reports._words import Words


def workbook(run: Run, words: Words, annexes: Annexes) -> bytes:
    """The workbook as bytes."""
    sheets = (*_sheets(run, words), *annex_sheets(annexes, words), _manifest(run, words))
    return write_sheets(sheets, words, fictitious_text(run, words) or "")


# -- sheets --------------------------------------------------------------------------------------

_YEAR = Column("year", 8)
_CO2E = Column("co2e", 22, 2)
_TCE = Column("tce", 20, 2)
_MISSING = Column("left_out", 12, 0)
_BOUNDARY = Column("boundary", 30)


def _sheets(run: Run, words: Words) -> Iterator[Sheet]:
    everything = views(run)
    # Substances without a common measure stand in the sheets by substance only.
    shown = [view for view in everything if view.measure]
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
        _gases(run, everything, words),
    )  # fmt: skip
    if any(not view.measure for view in everything):
        yield Sheet(
            "sheet_substances",
            (_BOUNDARY, Column("sector", 20), Column("category", 28), Column("substance", 26),
             _YEAR, Column("mass", 20, 3), Column("own_unit", 12), _MISSING),
            _substances(run, everything, words),
        )  # fmt: skip
    yield _facilities(run, words)
    yield _ledger(run, words)
    yield _factors(run, words)
    yield _problems(run, words)


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


def _substances(run: Run, shown: Sequence[View], words: Words) -> Iterator[list[object]]:
    """What has no common measure, by sector and category."""
    for view in shown:
        if view.measure:
            continue
        for row in run.inventory(["sector", "category", "substance", "year"], **view.where):
            unit = str(row["unit"])
            yield [
                heading(view, words),
                words.term("sector", str(row["sector"])),
                words.term("category", row["category"]),
                words.term("substance", row["substance"]),
                row["year"],
                Reported(row["amount"], unit, view.rounding),
                unit,
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
            if co2e is None and tce is None:
                continue  # what has no common measure stands in the ledger, substance by substance
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
