"""Sources: every number and formula says where it comes from and how well it was seen (来源)."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from tongjian.contract._subject import Subject
from tongjian.problems import Problem
from tongjian.rules import Expression, FormulaDoc, Method, Table, Value

_PLAIN = (0, 1)


def check_sources(subject: Subject) -> Iterator[Problem]:
    """Values without a source or clause, doubtful ones, formulas without a clause."""
    for table in subject.tables:
        for value in table.values:
            yield from _value(value)
        yield from _table(table)
    for method in subject.methods:
        formulas = [one for sheet in method.sheets.values() for one in sheet.formulas.values()]
        yield from _method(method, formulas)
        for formula in formulas:
            yield from _formula(method, formula)


def _value(value: Value) -> Iterator[Problem]:
    what = {"what": " ".join([*value.key, value.column]), "status": value.status}
    if value.number is not None and value.status == "not-found":
        yield Problem("contract.found_or_not", value.place, what)
    elif value.number is None and value.status != "not-found" and not value.note:
        yield Problem("contract.no_number", value.place, what, "warning")
    if value.status == "derived" and not value.note:
        yield Problem("contract.derived_how", value.place, what, "warning")


def _table(table: Table) -> Iterator[Problem]:
    total = len(table.values)
    # What was looked for and not found has a status that says so, and no source.
    held = [value for value in table.values if value.status != "not-found"]
    unsourced = sum(not value.source for value in held)
    if unsourced:
        values = {"table": table.id, "count": unsourced, "total": total}
        yield Problem("contract.no_source", table.place, values, "warning")
    unplaced = sum(not (value.clause or table.basis.clause) for value in table.values)
    if unplaced:
        values = {"table": table.id, "count": unplaced, "total": total}
        yield Problem("contract.no_clause", table.place, values, "note")
    recalled = Counter(value.status for value in table.values)["recalled"]
    if recalled:
        values = {"what": table.id, "count": recalled, "total": total}
        yield Problem("contract.recalled", table.place, values, "note")


def _method(method: Method, formulas: list[FormulaDoc]) -> Iterator[Problem]:
    recalled = sum(one.status == "recalled" for one in formulas)
    if recalled:
        values = {"what": method.id, "count": recalled, "total": len(formulas)}
        yield Problem("contract.recalled", method.place, values, "note")


def _formula(method: Method, formula: FormulaDoc) -> Iterator[Problem]:
    if not (formula.clause or method.basis.clause):
        values = {"column": formula.name, "method": method.id}
        yield Problem("contract.formula_clause", formula.place, values, "warning")
    numbers = sorted(set(_numbers(formula.expression)))
    if numbers:
        values = {"column": formula.name, "numbers": ", ".join(numbers)}
        yield Problem("contract.number_in_formula", formula.expression.place, values, "note")


def _numbers(expression: Expression) -> Iterator[str]:
    """Numbers in a formula that are no ratio of constants such as 44/12 and not 0 or 1."""
    # The formula has been checked: this only looks through its grammar again.
    tree = ast.parse(expression.text, mode="eval")
    ratios = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        if isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant)
        for part in (node.left, node.right)
    }
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    for one in constants:
        number = isinstance(one.value, int | float) and one.value not in _PLAIN
        if number and id(one) not in ratios:
            yield repr(one.value)


__all__ = ["check_sources"]
