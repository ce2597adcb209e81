"""Zero input: a plant that does nothing has nothing to report, and no fault (零输入)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tongjian.contract._subject import Subject
from tongjian.contract._trial import Plant, Trial
from tongjian.problems import Problem
from tongjian.rules import SheetPlan


def check_zero(subject: Subject) -> Iterator[Problem]:
    """With every amount zero each total is zero, and every value is there.

    Rows that a check of the document refuses are left alone: the document says so.
    """
    for trial in subject.trials():
        found: dict[tuple[str, str], Problem] = {}
        for plant in trial.plants(zero=True):
            for problem in (*_rows(trial, plant), *_years(trial, plant)):
                found.setdefault((problem.code, str(problem.values["column"])), problem)
        # A method under test is what matters here, whatever rule set it was tried in.
        yield from (one for one in found.values() if subject.reading.tests(one.place))


def _rows(trial: Trial, plant: Plant) -> Iterator[Problem]:
    """Rows of leaf sheets that have no value although everything they ask for is entered."""
    for sheet in trial.leaves:
        if _is_idle(trial, sheet):
            continue
        for row in plant.sheets[sheet.name]:
            if not row["@refused"] and None in [
                trial.engine.row_value(node, row)
                for node, needed in trial.rows.read(sheet)
                if needed
            ]:
                yield _lacking(trial, sheet, row)


def _is_idle(trial: Trial, sheet: SheetPlan) -> bool:
    """Whether a sheet only came along with a required method: nobody gathers it here."""
    own = any(one.method.id == trial.ruleset.doc.method for one in sheet.formulas.values())
    program = trial.engine.program
    return not own and all(sheet.name not in other.others for other in program.sheets.values())


def _lacking(trial: Trial, sheet: SheetPlan, row: dict[str, Any]) -> Problem:
    names = [name for name, one in sheet.formulas.items() if row[name] is None]
    required = [name for name in names if not sheet.formulas[name].doc.optional]
    name = (required or names)[0]
    one = sheet.formulas[name].doc
    entered = [item for item in sheet.inputs if trial.rows.is_entered(row, item)]
    values = {
        "column": f"{sheet.name}.{name}",
        "formula": one.expression.text,
        "entered": ", ".join(entered),
        "ruleset": trial.ruleset.id,
    }
    return Problem("contract.zero_no_value", one.place, values)


def _years(trial: Trial, plant: Plant) -> Iterator[Problem]:
    """Results of the year that are missing, and ledger lines and totals that are not zero."""
    outcomes = trial.outcomes()
    for sheet in trial.engine.program.sheets.values():
        if sheet.is_leaf:
            continue
        for row in plant.sheets[sheet.name]:
            for name, formula in sheet.formulas.items():
                column = f"{sheet.name}.{name}"
                values = {
                    "column": column,
                    "formula": formula.doc.expression.text,
                    "ruleset": trial.ruleset.id,
                }
                if row[name] is None and not formula.doc.optional:
                    entered = {"entered": "-"}
                    yield Problem("contract.zero_no_value", formula.doc.place, values | entered)
                elif row[name] and (formula.doc.ledger or (sheet.name, name) in outcomes):
                    unit = formula.doc.unit.text if formula.doc.unit else ""
                    found = {"value": f"{row[name]:g} {unit}"}
                    yield Problem("contract.zero_total", formula.doc.place, values | found)


__all__ = ["check_zero"]
