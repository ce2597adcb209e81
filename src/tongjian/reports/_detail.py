"""The rows behind one plant's figures (明细): activity data, factors and results, line by line.

Figures are rounded where the rule set says how (a return prints a net calorific value with three
decimals, a carbon content with five), and keep all their digits elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tongjian.engine import PlantSheets
from tongjian.reports._spreadsheet import Reported
from tongjian.reports._words import Words
from tongjian.rules import RAW, SheetPlan

_KEYS = ("process_unit", "stream")


def detail_rows(found: Sequence[PlantSheets], words: Words) -> Iterator[list[object]]:
    """One row per figure: rule set, sheet, keys, name, value, unit, where it is from, clause."""
    for one in found:
        rounding = one.ruleset.doc.rounding
        for name, rows in one.sheets.items():
            sheet = one.ruleset.program.sheets[name]
            for row in rows:
                head: list[object] = [
                    one.ruleset.id,
                    words.pick(sheet.doc.title.zh, sheet.doc.title.en),
                    str(row.get("period") or row.get("year") or ""),
                    *(words.key(key, str(row.get(key) or "")) for key in _KEYS),
                ]
                for title, unit, column, origin, clause in _columns(sheet, row, words):
                    value = row[column]
                    if value is None:
                        continue
                    shown = Reported(value, unit, rounding) if unit in rounding.places else value
                    printed = "" if unit == "1" else unit
                    yield [*head, title, shown, printed, origin, clause]


def _columns(
    sheet: SheetPlan, row: dict[str, object], words: Words
) -> Iterator[tuple[str, str, str, str, str]]:
    """Title, unit, column, origin and clause of each figure of a row."""
    for name, item in sheet.inputs.items():
        entered = item.default is None or row.get(name + RAW) is not None
        origin = words.text("origin_record" if entered else "origin_default")
        title = words.pick(item.doc.title.zh, item.doc.title.en)
        yield title, item.doc.unit.text, name, origin, ""
    for name, formula in sheet.formulas.items():
        doc = formula.doc
        clause = words.clause(doc.clause or formula.method.basis.clause)
        unit = doc.unit.text if doc.unit is not None else ""
        title = words.pick(doc.title.zh, doc.title.en)
        yield title, unit, name, words.text("origin_formula"), clause


__all__ = ["detail_rows"]
