"""How the figures were computed (计算过程): each sheet of the method with its year's values.

The sheets are those of the rule set: their inputs, their formulas and the clause of each formula.
Nothing here knows of a sector.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tongjian.engine import PlantSheets
from tongjian.reports._numbers import NOTHING
from tongjian.reports._words import chemical
from tongjian.reports.documents._annual import Gathered, gather
from tongjian.reports.documents._model import (
    Block,
    Cell,
    Column,
    Paragraph,
    Row,
    Table,
    row,
)
from tongjian.reports.documents._teller import Teller, value_of
from tongjian.rules import RAW, SheetPlan

# Wider tables are turned: figures become lines and streams columns.
_WIDE = 9
_MOST_ACROSS = 7
_UNITS = 5
Groups = dict[tuple[str, str], list[dict[str, Any]]]


def workings(teller: Teller, found: PlantSheets, *, of_year: bool = True) -> Iterator[Block]:
    """The year's own sheets (unless they stand elsewhere), then one for each of the records."""
    text = teller.text
    yield Paragraph(text("workings_lead"))
    if of_year:
        yield from yearly(teller, found)
    for name, plan in found.ruleset.program.sheets.items():
        if plan.is_leaf:
            yield from leaf(teller, plan, found.sheets.get(name, ()))


def leaf(
    teller: Teller, plan: SheetPlan, rows: Sequence[dict[str, Any]], heading: str = ""
) -> Iterator[Block]:
    """One sheet of the records over the year: streams (or process units) by its figures."""
    groups: Groups = {}
    for one in rows:
        key = (str(one.get("process_unit") or ""), str(one.get("stream") or ""))
        groups.setdefault(key, []).append(one)
    # Rows of a sheet that has nothing but someone else's property say nothing.
    groups = {key: found for key, found in groups.items() if _tells(plan, found)}
    if not groups:
        return
    figures = _figures(plan, groups)
    if not figures:
        return
    title = heading or teller.words.pick(plan.doc.title.zh, plan.doc.title.en)
    yield _table(teller, plan, groups, figures, title)


def _tells(plan: SheetPlan, rows: Sequence[dict[str, Any]]) -> bool:
    return any(value_of(one, name) for one in rows for name in plan.formulas)


def _figures(plan: SheetPlan, groups: Groups) -> dict[str, str]:
    """Inputs and formulas that have a value other than nought, with their units."""
    units = {name: item.doc.unit.text for name, item in plan.inputs.items()}
    for name, formula in plan.formulas.items():
        units[name] = formula.doc.unit.text if formula.doc.unit is not None else ""
    return {
        name: unit
        for name, unit in units.items()
        if any(value_of(one, name) for rows in groups.values() for one in rows)
    }


def _table(
    teller: Teller, plan: SheetPlan, groups: Groups, figures: Mapping[str, str], title: str
) -> Table:
    text, words = teller.text, teller.words
    rule = teller.material.rounding
    by_unit = any(unit for unit, _ in groups)
    by_stream = any(stream for _, stream in groups)

    def cell(key: tuple[str, str], name: str) -> Cell:
        found = _gathered(plan, groups[key], name, figures[name])
        if found is None:
            return NOTHING
        return found.cell(rule)

    notes = [text("workings_note"), *_defaults(teller, plan, groups, figures)]
    names = {name: _title(teller, plan, name) for name in figures}
    clauses = _clauses(teller, plan, figures)
    notes += [text("clauses_note", clauses=clauses)] if clauses else []
    if len(figures) <= _WIDE or len(groups) > _MOST_ACROSS:
        keys = [Column(text("process_unit"))] if by_unit or not by_stream else []
        keys += [Column(text("stream_of_record"))] if by_stream else []
        columns = (
            *keys,
            *(Column(names[name], words.unit(unit) if unit not in ("", "1") else "", align="right")
              for name, unit in figures.items()),
        )  # fmt: skip
        lines = tuple(
            row(*_key(teller, key, by_unit or not by_stream, by_stream),
                *(cell(key, name) for name in figures))
            for key in groups
        )  # fmt: skip
    else:
        columns = (
            Column(text("figure")),
            Column(text("unit"), align="center"),
            *(
                Column(" ".join(_key(teller, key, by_unit or not by_stream, by_stream)),
                       align="right")
                for key in groups
            ),
        )  # fmt: skip
        lines = tuple(
            row(names[name], words.unit(unit), *(cell(key, name) for key in groups))
            for name, unit in figures.items()
        )
    full = text("workings_table", sheet=title)
    return Table(full, columns, lines, title, tuple(notes), appendix=True)


def _key(teller: Teller, key: tuple[str, str], by_unit: bool, by_stream: bool) -> list[str]:
    unit, stream = key
    found = [teller.unit_name(unit)] if by_unit else []
    return found + ([teller.words.key("stream", stream) or NOTHING] if by_stream else [])


def _gathered(
    plan: SheetPlan, rows: Sequence[dict[str, Any]], name: str, unit: str
) -> Gathered | None:
    counted = [one for one in rows if not one.get("@refused")]
    return gather((value_of(one, name) for one in counted), unit)


def _title(teller: Teller, plan: SheetPlan, name: str) -> str:
    doc = plan.inputs[name].doc if name in plan.inputs else plan.formulas[name].doc
    return teller.words.pick(doc.title.zh, doc.title.en)


def _defaults(
    teller: Teller, plan: SheetPlan, groups: Groups, figures: Mapping[str, str]
) -> Iterator[str]:
    """Which of the parameters are defaults because nobody measured them."""
    taken = [
        _title(teller, plan, name)
        for name in figures
        if name in plan.inputs
        and plan.inputs[name].default is not None
        and any(one.get(name + RAW) is None for rows in groups.values() for one in rows)
    ]
    if taken:
        yield teller.text("defaults_note", names=teller.words.listed(taken))


def _clauses(teller: Teller, plan: SheetPlan, figures: Mapping[str, str]) -> str:
    """The formulas' own clauses, each once."""
    said = []
    for name in figures:
        if name in plan.formulas and plan.formulas[name].doc.clause:
            clause = teller.words.clause(plan.formulas[name].doc.clause)
            pair = teller.text("key_pair", name=_title(teller, plan, name), value=chemical(clause))
            said.append(pair)
    return teller.text("semicolon").join(said)


def yearly(teller: Teller, found: PlantSheets, *, appendix: bool = True) -> Iterator[Table]:
    """The year's sheets: figures as lines, process units (or the year alone) as columns."""
    sheets = found.ruleset.program.sheets.items()
    # The whole plant comes before its process units.
    for name, plan in sorted(sheets, key=lambda one: len(one[1].grain)):
        if not plan.is_leaf and "year" in plan.grain and "stream" not in plan.grain:
            yield from year_table(teller, plan, found.sheets.get(name, ()), appendix=appendix)


def year_table(
    teller: Teller, plan: SheetPlan, rows: Sequence[dict[str, Any]], *, appendix: bool = True
) -> Iterator[Table]:
    """One sheet of the year; lines of nothing but noughts are left out."""
    text, words, rule = teller.text, teller.words, teller.material.rounding
    by_unit = "process_unit" in plan.grain
    lines: list[Row] = []
    for name, formula in plan.formulas.items():
        values = [value_of(one, name) for one in rows]
        if not any(values):
            continue
        unit = formula.doc.unit.text if formula.doc.unit is not None else ""
        cells = [NOTHING if one is None else Gathered(unit, one).cell(rule) for one in values]
        shown = words.unit(unit) if unit not in ("", "1") else NOTHING
        lines.append(row(words.pick(formula.doc.title.zh, formula.doc.title.en), shown, *cells))
    if not lines:
        return
    heads = [teller.unit_name(str(one.get("process_unit") or "")) for one in rows]
    title = words.pick(plan.doc.title.zh, plan.doc.title.en)
    full = text("yearly_table", sheet=title)
    shares = list(range(0, len(heads), _UNITS)) if by_unit else [0]
    for part, first in enumerate(shares, 1):
        last = first + _UNITS if by_unit else len(heads)
        columns = (
            Column(text("figure")),
            Column(text("unit"), align="center"),
            *(Column(head if by_unit else text("value"), align="right")
              for head in heads[first:last]),
        )  # fmt: skip
        shown_rows = tuple(
            replace(one, cells=(*one.cells[:2], *one.cells[2 + first : 2 + last])) for one in lines
        )
        # As many units as fit across a page; the rest follows in tables of the same lines.
        of_several = text("part_of", part=part, parts=len(shares)) if len(shares) > 1 else ""
        yield Table(full + of_several, columns, shown_rows, title, appendix=appendix)


__all__ = ["leaf", "workings", "year_table", "yearly"]
