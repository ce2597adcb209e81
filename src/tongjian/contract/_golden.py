"""Golden cases: enough of them, one that goes wrong on purpose, every formula reached (算例)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tongjian.cases import Case, Expectation, words_of
from tongjian.contract._case_plants import CasePlant, case_plant
from tongjian.contract._reach import Cell, Reach
from tongjian.contract._subject import Subject, methods_of
from tongjian.engine import MISSING
from tongjian.problems import Problem, RuleError
from tongjian.rules import Method, SheetPlan
from tongjian.units import parse_unit

LEAST = 3
_SHOWN = 6


@dataclass(slots=True)
class Coverage:
    """How far cases reach into one edition of a method (算例覆盖)."""

    method: Method
    cases: dict[str, int] = field(default_factory=dict)
    """Cases with expected values that rest on formulas of the method, and on how many."""
    wrong: list[str] = field(default_factory=list)
    """Cases that have to report a problem in the method's sheets."""
    reached: set[Cell] = field(default_factory=set)
    plants: list[CasePlant] = field(default_factory=list)
    """The computed plants of `cases`."""

    def as_dict(self) -> dict[str, Any]:
        """The coverage as plain data, for JSON."""
        return {
            "method": self.method.id,
            "in_force": str(self.method.validity),
            "cases": list(self.cases),
            "wrong_on_purpose": list(self.wrong),
            "share": self.share,
            "unreached": [".".join(cell) for cell in self.unreached],
        }

    @property
    def formulas(self) -> list[Cell]:
        """Every formula of the method."""
        return [(s.name, name) for s in self.method.sheets.values() for name in s.formulas]

    @property
    def unreached(self) -> list[Cell]:
        """The formulas that no expected value of a case rests on."""
        return [cell for cell in self.formulas if cell not in self.reached]

    @property
    def share(self) -> float:
        """Share of formulas reached; 1 for a method without formulas."""
        return 1 - len(self.unreached) / len(self.formulas) if self.formulas else 1.0


def cover(
    subject: Subject, cases: Sequence[Case], problems: list[Problem]
) -> dict[tuple[str, str], Coverage]:
    """Coverage of every method under test; cases that cannot be run or fail go to `problems`."""
    found = {_mark(method): Coverage(method) for method in subject.methods}
    wanted = {one.id for one in subject.rulesets}
    for case in cases:
        if case.ruleset not in wanted:
            if case.ruleset not in subject.book.rulesets:
                problems.append(Problem("contract.case_ruleset", case.place, _names(case)))
            continue
        try:
            plant = case_plant(subject.book, subject.catalogue, case)
        except RuleError as error:
            problems.extend(error.problems)
            continue
        if plant is None:
            values = {**_names(case), "year": case.year}
            problems.append(Problem("cases.not_in_force", case.place, values))
            continue
        _add(plant, found, problems)
    return found


def check_golden(coverage: Sequence[Coverage]) -> Iterator[Problem]:
    """Methods with too few cases, without one that goes wrong, with formulas no case reaches."""
    for one in coverage:
        method = one.method
        values = {"method": method.id, "found": len(one.cases), "least": LEAST}
        if len(one.cases) < LEAST:
            yield Problem("contract.few_cases", method.place, values)
        if not one.wrong:
            yield Problem("contract.no_wrong_case", method.place, {"method": method.id})
        if one.unreached:
            names = [".".join(cell) for cell in one.unreached]
            more = f" … ({len(names)})" if len(names) > _SHOWN else ""
            details = {
                "method": method.id,
                "percent": f"{100 * one.share:.0f}",
                "formulas": ", ".join(names[:_SHOWN]) + more,
            }
            yield Problem("contract.unreached_formulas", method.place, details, "warning")


def _add(plant: CasePlant, found: dict[tuple[str, str], Coverage], problems: list[Problem]) -> None:
    owners = {method.place.file: method for method in methods_of(plant.ruleset)}
    case = plant.case
    wrong = [one for one in case.expect if one.problem]
    reach = Reach(plant.model)
    for one in case.expect:
        if not one.problem:
            _follow(plant, one, reach, problems)
    for method in owners.values():
        coverage = found.get(_mark(method))
        if coverage is None:
            continue
        mine = reach.formulas & set(coverage.formulas)
        if mine:
            coverage.cases[case.id] = len(mine)
            coverage.plants.append(plant)
            coverage.reached |= mine
    if wrong:
        for name in _troubled(plant, [one.problem for one in wrong]):
            owner = owners.get(plant.model.program.sheets[name].doc.place.file)
            coverage = found.get(_mark(owner)) if owner else None
            if coverage is not None and case.id not in coverage.wrong:
                coverage.wrong.append(case.id)


def _follow(plant: CasePlant, one: Expectation, reach: Reach, problems: list[Problem]) -> None:
    """Follow an expected value, and hold it against what comes out."""
    sheet = plant.model.program.sheets.get(one.sheet)
    rows = [
        row
        for row in plant.model.sheets.get(one.sheet, ())
        if all(row.get(name) == value for name, value in one.where.items())
    ]
    columns = {*sheet.formulas, *sheet.inputs} if sheet else set()
    cell = {"cell": f"{one.sheet}.{one.column}"}
    if sheet is None or one.column not in columns or len(rows) != 1:
        values = {**_names(plant.case), **cell, "rows": len(rows)}
        problems.append(Problem("contract.case_cell", plant.case.place, values))
        return
    row = rows[0]
    reach.cell(sheet, row, one.column, asked=True)
    if one.label or one.missing:
        columns_of = sheet.formulas if one.column in sheet.formulas else sheet.inputs
        doc = columns_of[one.column].doc
        expected, said = one.label or "–", words_of(row.get(one.column), doc)
        if "python" in one.backends and said != expected:
            values = {**_names(plant.case), **cell, "expected": expected, "found": said}
            problems.append(Problem("contract.case_fails", plant.case.place, values))
        return
    found = _in_unit(sheet, one, row)
    if "python" in one.backends and (found is None or abs(found - one.value) > one.tolerance):
        values = {
            **_names(plant.case),
            **cell,
            "expected": f"{one.value} {one.unit}",
            "found": f"{found} {one.unit}",
        }
        problems.append(Problem("contract.case_fails", plant.case.place, values))


def _in_unit(sheet: SheetPlan, one: Expectation, row: dict[str, Any]) -> Decimal | None:
    """The computed value in the unit of the expected one."""
    formula = sheet.formulas.get(one.column)
    have = formula.doc.unit if formula else sheet.inputs[one.column].doc.unit
    value, want = row.get(one.column), parse_unit(one.unit)
    if value is None or have is None or not have.same_dimension(want):
        return None
    factor = have.scale / want.scale
    return Decimal(repr(value)) * factor.numerator / factor.denominator


def _troubled(plant: CasePlant, codes: Sequence[str]) -> Iterator[str]:
    """The sheets in which a case that goes wrong on purpose leaves its mark."""
    if not any(code.startswith("engine.") for code in codes):
        yield from sorted(plant.fed)  # the records refuse what these sheets would have read
        return
    engine = plant.model.engine
    for sheet in plant.model.program.sheets.values():
        names = [name for name, one in sheet.formulas.items() if not one.doc.optional]
        for row in plant.model.sheets[sheet.name]:
            failed = any(row.get("@check " + check.doc.name) for check in sheet.checks)
            if sheet.is_leaf and not row["@refused"]:
                # A leaf row lacks something only if a coarser sheet asks for it.
                asked = [
                    part.node
                    for other in plant.model.program.sheets.values()
                    for part in other.aggregates
                    if part.sheet == sheet.name and part.name != "count"
                ]
                failed |= any(engine.row_value(node, row) is None for node in asked)
            elif not sheet.is_leaf:
                failed |= bool(row[MISSING]) or any(row[name] is None for name in names)
            if failed:
                yield sheet.name
                break


def _names(case: Case) -> dict[str, object]:
    return {"case": case.id, "ruleset": case.ruleset}


def _mark(method: Method) -> tuple[str, str]:
    return method.id, str(method.validity)


__all__ = ["Coverage", "check_golden", "cover"]
