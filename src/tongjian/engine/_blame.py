"""Why a value is missing: the branch that was taken, followed down to an input or a factor."""

from __future__ import annotations

from tongjian.engine._interpolation import Grid
from tongjian.engine._leaf_rows import Row
from tongjian.engine._python import PythonEngine
from tongjian.problems import Problem
from tongjian.rules import SheetPlan, Words
from tongjian.rules import _ir as ir


def blame(engine: PythonEngine, node: ir.Node, row: Row, sheet: SheetPlan, column: str) -> Problem:
    """Why `node` has no value in `row`."""
    match node:
        case ir.Aggregate(plan=ir.Node() as plan):
            return blame(engine, plan, row, sheet, column)
        case ir.Aggregate():
            # What it gathers belongs to other rows; their own faults are reported there.
            return cell_problem("no_result", column, row, sheet)
        case ir.Required(node=ir.Column(name=name)) if name in sheet.inputs:
            return _missing_input(name, row, sheet)
        case ir.Required(node=ir.Column(name=name)) | ir.Column(name=name) if (
            name in sheet.formulas
        ):
            return blame(engine, sheet.formulas[name].node, row, sheet, name)
        case ir.Column(name=name) if name in sheet.inputs:
            default = sheet.inputs[name].default
            if default is None:
                return _missing_input(name, row, sheet)
            return blame(engine, default, row, sheet, name)
        case ir.Lookup():
            return _missing_factor(engine, node, row, sheet, column)
        case ir.Interpolate():
            missing = [one for one in node.positions if engine.row_value(one, row) is None]
            if not missing:
                return _outside_table(engine, node, row, sheet, column)
            return blame(engine, missing[0], row, sheet, column)
        case ir.If():
            return blame(engine, _taken(engine, node, row), row, sheet, column)
        case ir.Call(name="coalesce"):
            return blame(engine, node.arguments[-1], row, sheet, column)
    for child in node.children():
        if not isinstance(child, ir.Given) and engine.row_value(child, row) is None:
            return blame(engine, child, row, sheet, column)
    divides = isinstance(node, ir.Binary) and node.op == "/"
    if divides and isinstance(node, ir.Binary) and engine.row_value(node.right, row) == 0:
        return cell_problem("division_by_zero", column, row, sheet)
    return cell_problem("no_result", column, row, sheet)


def _taken(engine: PythonEngine, node: ir.If, row: Row) -> ir.Node:
    condition = engine.row_value(node.condition, row)
    if condition is None:
        return node.condition
    return node.then if condition else node.other


def _missing_input(name: str, row: Row, sheet: SheetPlan) -> Problem:
    doc, called = sheet.inputs[name].doc, _called(name, sheet)
    values = {
        "row": row_words(row, sheet),
        "input_zh": called.zh,
        "input_en": called.en,
        "item": f"item={doc.item}",
        "unit": doc.unit.text,
    }
    return Problem("engine.missing_input", values=values)


def _missing_factor(
    engine: PythonEngine, node: ir.Lookup, row: Row, sheet: SheetPlan, column: str
) -> Problem:
    key = engine.key_of(node, row)
    reason = engine.tables.why_missing(node.table, node.column, row["year"], key)
    name = _called(column, sheet)
    values = {
        "row": row_words(row, sheet),
        "column_zh": name.zh,
        "column_en": name.en,
        "reason_zh": reason.message("zh"),
        "reason_en": reason.message("en"),
        "repair_zh": reason.repair("zh"),
        "repair_en": reason.repair("en"),
    }
    return Problem("engine.row_factor", values=values)


def _outside_table(
    engine: PythonEngine, node: ir.Interpolate, row: Row, sheet: SheetPlan, column: str
) -> Problem:
    """Where the row would be in a table with axes, and how far the table goes."""
    table = engine.tables.tables[node.table]
    grid = Grid.of(node, engine.tables)
    called = _called(column, sheet)
    positions = [
        f"{name} {engine.row_value(one, row):.10g} {one.kind.unit.text}"
        for name, one in zip(table.axes, node.positions, strict=True)
    ]
    spans = [
        f"{name} {float(low):g}–{float(high):g} {one.kind.unit.text}"
        for name, one, (low, high) in zip(table.axes, node.positions, grid.spans(), strict=False)
    ]
    values = {
        "row": row_words(row, sheet),
        "column_zh": called.zh,
        "column_en": called.en,
        "table": table.id,
        "position": ", ".join(positions),
        "span": ", ".join(spans) or "-",
    }
    return Problem("engine.outside_table", values=values)


def cell_problem(key: str, column: str, row: Row, sheet: SheetPlan) -> Problem:
    """A problem of one column in one row, by the end of its code."""
    formula, name = sheet.formulas.get(column), _called(column, sheet)
    values = {
        "row": row_words(row, sheet),
        "column_zh": name.zh,
        "column_en": name.en,
        "formula": formula.doc.expression.text if formula else column,
    }
    return Problem(f"engine.{key}", values=values)


def _called(column: str, sheet: SheetPlan) -> Words:
    """A column in a message: its title in each language, and its name."""
    plan = sheet.formulas.get(column) or sheet.inputs.get(column)
    if plan is None:
        return Words(column, column)
    return Words(f"{plan.doc.title.zh} {column}", f"{plan.doc.title.en} {column}")


def row_words(row: Row, sheet: SheetPlan) -> str:
    """The key of a row in one phrase."""
    return " ".join(str(row[key]) for key in sheet.grain if row.get(key) not in (None, ""))
