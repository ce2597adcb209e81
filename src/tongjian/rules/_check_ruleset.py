"""Holds what a rule set says of its results against the program that gives them."""

from __future__ import annotations

from collections.abc import Iterator

from tongjian.problems import Place, Problem
from tongjian.rules._documents import RuleSet
from tongjian.rules._program import Program, SheetPlan
from tongjian.units import UnitError, parse_unit


def check_ruleset(ruleset: RuleSet, program: Program) -> list[Problem]:
    """Its total, what it shows, what it can be solved for, and its ledger lines."""
    return [
        *_check_total(ruleset, program),
        *_check_shown(ruleset, program),
        *_check_solve(ruleset, program),
        *_check_ledger(program),
    ]


def _check_total(ruleset: RuleSet, program: Program) -> list[Problem]:
    if ruleset.total is None:
        return []
    sheet, _, column = ruleset.total.partition(".")
    if sheet in program.sheets and column in program.sheets[sheet].formulas:
        return []
    return [Problem("rules.total_column", ruleset.place, {"name": ruleset.total})]


def _check_shown(ruleset: RuleSet, program: Program) -> Iterator[Problem]:
    """What a judgement is told by has to be there."""
    for one in ruleset.shows:
        sheet = program.sheets.get(one.sheet)
        known = [] if sheet is None else [*sheet.inputs, *sheet.formulas]
        wrong = [name for name in (*one.columns, *one.unless) if name not in known]
        labels = {} if sheet is None else {k: f.doc.labels for k, f in sheet.formulas.items()}
        wrong += [word for name, word in one.unless.items() if word not in labels.get(name, ())]
        if sheet is None or wrong:
            values = {
                "name": ", ".join([one.sheet, *wrong]),
                "known": ", ".join(known or program.sheets),
            }
            yield Problem("rules.shown_column", ruleset.place, values)


def _check_solve(ruleset: RuleSet, program: Program) -> Iterator[Problem]:
    """What can be solved for has to be a cell of a sheet and a table that the program reads."""
    one = ruleset.solve
    if one is None:
        return
    sheet = program.sheets.get(one.cell[0])
    columns = [] if sheet is None else [*sheet.grain, *sheet.formulas]
    named = [one.cell[1], *one.key, *(end for end in one.bracket if isinstance(end, str))]
    wrong = [name for name in named if name not in columns]
    if one.at[0] not in program.tables:
        wrong.append(".".join(one.at))
    if wrong:
        values = {
            "name": ", ".join(wrong),
            "known": ", ".join([*(columns or program.sheets), *program.tables]),
        }
        yield Problem("rules.solve_name", ruleset.place, values)


def _check_ledger(program: Program) -> list[Problem]:
    """A ledger line has to be in tonnes of its substance, at the grain facility-year."""
    problems = []
    for sheet in program.sheets.values():
        for name, formula in sheet.formulas.items():
            if formula.doc.ledger is None:
                continue
            if sheet.grain != ("facility", "year"):
                problems.append(Problem("rules.ledger_grain", formula.doc.place, {"name": name}))
            problems.extend(_check_substance(name, formula.doc.place, sheet))
    return problems


def _check_substance(name: str, place: Place, sheet: SheetPlan) -> list[Problem]:
    doc = sheet.formulas[name].doc
    assert doc.ledger is not None and doc.unit is not None
    substance = doc.ledger.substance
    try:
        unit = parse_unit(substance if substance == "tce" else f"t{substance}")
    except UnitError:
        unit = None
    if unit is not None and unit.same_dimension(doc.unit) and doc.unit.scale == unit.scale:
        return []
    values = {"name": name, "substance": substance, "unit": doc.unit.text}
    return [Problem("rules.ledger_unit", place, values)]
