"""The chapter with one plant's yearly figures (年度汇总): the ledger's lines and all beside them.

A rule set's sheet of the year has more than its ledger: totals in another convention, what is
assessed and what is not, intensities, items that are reported apart. They stand here as the rule
set has them, and below them the figures of each process unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tongjian.engine import PlantSheets
from tongjian.reports._html import Markup, el, join
from tongjian.reports._numbers import NOTHING, reported, significant
from tongjian.reports._tables import Column, Line, figures
from tongjian.reports._words import Words
from tongjian.rules import Rounding, SheetPlan

_DIGITS = 6


def yearly(found: Sequence[PlantSheets], words: Words) -> Markup:
    """The year's sheet of each rule set, and its sheets by process unit."""
    return join(
        el("p", words.text("yearly_lead")),
        *(_of_ruleset(one, words) for one in found if one.sheets),
    )


def _of_ruleset(one: PlantSheets, words: Words) -> Markup:
    doc = one.ruleset.doc
    year = words.text("year_column", year=one.year)
    title = f"{words.pick(doc.title.zh, doc.title.en)} · {year}"
    program = one.ruleset.program
    parts = [
        table
        for name, sheet in program.sheets.items()
        if not sheet.is_leaf and "year" in sheet.grain and "stream" not in sheet.grain
        for table in _sheet(sheet, one.sheets.get(name, ()), doc.rounding, title, words)
    ]
    return el("section", el("h3", title), *reversed(parts))


def _sheet(
    sheet: SheetPlan,
    rows: Sequence[dict[str, object]],
    rounding: Rounding,
    title: str,
    words: Words,
) -> Iterator[Markup]:
    """Figures as lines, process units (or the year alone) as columns; empty lines left out."""
    by_unit = "process_unit" in sheet.grain
    units = [str(row.get("process_unit") or words.text("whole_plant")) for row in rows]
    lines = []
    for name, formula in sheet.formulas.items():
        values = [row[name] for row in rows]
        unit = formula.doc.unit.text if formula.doc.unit is not None else ""
        if not any(values):
            continue  # neither zeros nor missing values tell anything
        name_of = words.pick(formula.doc.title.zh, formula.doc.title.en)
        cells = [_figure(value, unit, rounding) for value in values]
        lines.append(Line([name_of, _unit(unit, words), *cells]))
    if not lines:
        return
    heading = words.pick(sheet.doc.title.zh, sheet.doc.title.en)
    columns = [
        Column(heading),
        Column(words.text("unit")),
        *(Column(unit if by_unit else words.text("value"), number=True) for unit in units),
    ]
    yield figures(columns, lines, label=f"{title} · {heading}")


def _unit(unit: str, words: Words) -> str:
    return "" if unit == "1" else words.unit(unit)


def _figure(value: object, unit: str, rounding: Rounding) -> str:
    if not isinstance(value, int | float):
        return NOTHING
    if unit in rounding.places:
        return reported(value, unit, rounding)
    return significant(float(value), _DIGITS)


__all__ = ["yearly"]
