"""Compiles one sheet: its defaults, formulas and checks, formulas in order."""

from __future__ import annotations

from tongjian.problems import RuleError
from tongjian.rules import _ir as ir
from tongjian.rules._check import check_expression
from tongjian.rules._checker_base import Reference
from tongjian.rules._documents import Expression, Method, SheetDoc
from tongjian.rules._faults import Faults
from tongjian.rules._order import in_order
from tongjian.rules._program import CheckPlan, FormulaPlan, InputPlan, SheetPlan, own_columns
from tongjian.rules._scope import Scope, SheetScope, key_columns


def compile_sheet(sheet: SheetDoc, scope: Scope, method: Method, faults: Faults) -> SheetPlan:
    """The plan of a sheet as far as its expressions are sound; the others are among the faults."""
    columns = scope.sheet.columns
    inputs = {}
    # A default is read from tables by the row's keys, never from other inputs.
    bare = Scope(SheetScope(sheet.name, sheet.grain, key_columns(sheet.grain)), {}, scope.tables)
    for name, item in sheet.inputs.items():
        inputs[name] = InputPlan(item, None)
        if item.default is not None:
            target = ir.Kind("number", item.unit)
            checked = _try_check(item.default, bare, target, name, faults)
            if checked is not None:
                inputs[name] = InputPlan(item, *checked)
    formulas = {}
    for name, formula in sheet.formulas.items():
        checked = _try_check(formula.expression, scope, columns[name], name, faults)
        if checked is not None:
            formulas[name] = FormulaPlan(formula, *checked, method)
    checks = []
    for check in sheet.checks:
        checked = _try_check(check.when, scope, ir.Kind("bool"), check.name, faults)
        if checked is not None:
            checks.append(CheckPlan(check, checked[0]))
            sums = any(isinstance(part, ir.Aggregate) for part in checked[0].walk())
            if not sheet.inputs and (check.severity == "error" or sums):
                faults.complain("gathering_check", check.place, name=check.name)
    ordered = _ordered(sheet, formulas, faults)
    return SheetPlan(sheet, inputs, ordered, tuple(checks))


def _try_check(
    expression: Expression, scope: Scope, target: ir.Kind, what: str, faults: Faults
) -> tuple[ir.Node, tuple[Reference, ...]] | None:
    try:
        return check_expression(expression, scope, target, what=what)
    except RuleError as error:
        faults.problems.extend(error.problems)
        return None


def _ordered(
    sheet: SheetDoc, formulas: dict[str, FormulaPlan], faults: Faults
) -> dict[str, FormulaPlan]:
    needs = {
        name: [ref for ref in own_columns(plan.node) if ref in formulas]
        for name, plan in formulas.items()
    }

    def refuse(name: str, circle: str) -> None:
        faults.complain("formula_circle", sheet.formulas[name].place, circle=circle)

    return {name: formulas[name] for name in in_order(needs, refuse)}
