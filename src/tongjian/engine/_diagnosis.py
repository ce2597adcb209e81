"""Finds the rows that a run could not use and says why (问题行诊断).

The SQL only counts rows without a value; the few that exist are computed again in Python, where
the branch that was taken can be followed down to the missing input or factor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tongjian.engine._backend import DuckBackend, fetch
from tongjian.engine._python import PythonEngine
from tongjian.engine._sources import place_of
from tongjian.problems import Place, Problem
from tongjian.rules import CheckPlan, CompiledRuleSet, SheetPlan, own_columns
from tongjian.rules import _ir as ir

Row = dict[str, Any]
_LISTED = 500


@dataclass(slots=True)
class Diagnosis:
    """Problems of one rule set's run."""

    back: DuckBackend
    ruleset: CompiledRuleSet
    years: tuple[int, ...]
    engine: PythonEngine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = PythonEngine(self.back.program, self.back.tables, "float")

    def problems(self, sheets: Mapping[str, Sequence[Row]]) -> list[Problem]:
        """Every row-level problem, then every result that could not be computed."""
        found: list[Problem] = []
        suspects = sorted(
            {
                (row["facility"], row["year"])
                for rows in sheets.values()
                for row in rows
                if row["@missing"] and "facility" in row and "year" in row
            }
        )
        for sheet in self.back.program.sheets.values():
            if sheet.is_leaf:
                found.extend(self.leaf_problems(sheet, suspects))
            else:
                found.extend(self.coarse_problems(sheet, sheets[sheet.name]))
        return found

    # -- leaf sheets -------------------------------------------------------------------------

    def leaf_problems(
        self, sheet: SheetPlan, suspects: Sequence[tuple[str, int]]
    ) -> list[Problem]:
        warned = [check for check in sheet.checks if check.doc.severity == "warning"]
        if not suspects and not warned:
            return []
        where = "" if warned else _pairs(suspects)
        rows = [row for row in self.back.leaf_rows(sheet, where) if row["year"] in self.years]
        self.engine.fill(sheet, rows)
        used = self.used_nodes(sheet)
        found: list[tuple[Row, Problem]] = []
        for row in rows:
            found.extend((row, problem) for problem in self.row_problems(sheet, row, used))
        if len(found) > _LISTED:
            values = {
                "count": len(found) - _LISTED,
                "ruleset": self.ruleset.id,
                "sheet": sheet.name,
            }
            kept = [self.placed(sheet, row, problem) for row, problem in found[:_LISTED]]
            return [*kept, Problem("engine.too_many_rows", values=values)]
        return [self.placed(sheet, row, problem) for row, problem in found]

    def used_nodes(self, sheet: SheetPlan) -> list[ir.Node]:
        """What coarser sheets read of this one."""
        return [
            part.node
            for other in self.back.program.sheets.values()
            for part in other.aggregates()
            if part.sheet == sheet.name and part.name != "count"
        ]

    def row_problems(
        self, sheet: SheetPlan, row: Row, used: Iterable[ir.Node]
    ) -> Iterator[Problem]:
        for check in sheet.checks:
            if row["@check " + check.doc.name]:
                yield self.check_problem(check, row, sheet)
        if row["@refused"]:
            return
        seen = set()
        for node in used:
            if self.engine.row_value(node, row) is None:
                problem = self.blame(node, row, sheet, _name_of(node))
                if problem.message("en") not in seen:
                    seen.add(problem.message("en"))
                    yield problem

    def check_problem(self, check: CheckPlan, row: Row, sheet: SheetPlan) -> Problem:
        refused = check.doc.severity == "error"
        values = {
            "row": row_words(row, sheet),
            "check": check.doc.name,
            "text_zh": check.doc.message.zh,
            "text_en": check.doc.message.en,
            "consequence_zh": "该行未计入任何合计，改正后重新运行" if refused else "请核对",
            "consequence_en": "The row is left out of every total; correct it and run again"
            if refused
            else "Please check",
        }
        return Problem("engine.check_failed", values=values, severity=check.doc.severity)

    def placed(self, sheet: SheetPlan, row: Row, problem: Problem) -> Problem:
        """The problem with the place of a record of this row."""
        if sheet.name in self.back.sources.wide:
            return problem
        keys = [key for key in ("facility", "period", "process_unit", "stream") if key in row]
        conditions = " AND ".join(f"{key} = {_text(row[key])}" for key in keys)
        tests = " OR ".join(
            f"({self.back.sheet_sql().input_test(sheet, name)})" for name in sheet.inputs
        )
        query = f"SELECT min(source) AS source FROM activity WHERE {conditions} AND ({tests})"
        source = fetch(self.back.connection, query)[0]["source"]
        return Problem(problem.code, place_of(source), problem.values, problem.severity)

    # -- coarser sheets ----------------------------------------------------------------------

    def coarse_problems(self, sheet: SheetPlan, rows: Iterable[Row]) -> Iterator[Problem]:
        for row in rows:
            for name, formula in sheet.formulas.items():
                if row[name] is not None or formula.doc.optional:
                    continue
                below = (ref for ref in own_columns(formula.node) if ref in sheet.formulas)
                if any(row[ref] is None for ref in below):
                    continue  # reported where it begins
                yield self.blame(formula.node, row, sheet, name)

    # -- following a missing value down ------------------------------------------------------

    def blame(self, node: ir.Node, row: Row, sheet: SheetPlan, column: str) -> Problem:
        """Why `node` has no value in `row`."""
        match node:
            case ir.Aggregate(plan=ir.Node() as plan):
                return self.blame(plan, row, sheet, column)
            case ir.Required(node=ir.Column(name=name)):
                return self.missing_input(name, row, sheet)
            case ir.Column(name=name) if name in sheet.formulas:
                return self.blame(sheet.formulas[name].node, row, sheet, name)
            case ir.Column(name=name) if name in sheet.inputs:
                default = sheet.inputs[name].default
                if default is None:
                    return self.missing_input(name, row, sheet)
                return self.blame(default, row, sheet, name)
            case ir.Lookup():
                return self.missing_factor(node, row, sheet, column)
            case ir.If():
                return self.blame(self.taken(node, row), row, sheet, column)
            case ir.Call(name="coalesce"):
                return self.blame(node.arguments[-1], row, sheet, column)
        for child in node.children():
            if not isinstance(child, ir.Given) and self.value(child, row) is None:
                return self.blame(child, row, sheet, column)
        divides = isinstance(node, ir.Binary) and node.op == "/"
        if divides and isinstance(node, ir.Binary) and self.value(node.right, row) == 0:
            return self.cell_problem("division_by_zero", column, row, sheet)
        return self.cell_problem("no_result", column, row, sheet)

    def value(self, node: ir.Node, row: Row) -> Any:
        return self.engine.row_value(node, row)

    def taken(self, node: ir.If, row: Row) -> ir.Node:
        condition = self.value(node.condition, row)
        if condition is None:
            return node.condition
        return node.then if condition else node.other

    def missing_input(self, name: str, row: Row, sheet: SheetPlan) -> Problem:
        doc = sheet.inputs[name].doc
        values = {
            "row": row_words(row, sheet),
            "input": f"{doc.title.zh} {name}",
            "item": f"item={doc.item}",
            "unit": doc.unit.text,
        }
        return Problem("engine.missing_input", values=values)

    def missing_factor(
        self, node: ir.Lookup, row: Row, sheet: SheetPlan, column: str
    ) -> Problem:
        key = tuple(str(self.value(part, row) or "") for part in node.keys)
        reason = self.back.tables.why_missing(node.table, node.column, row["year"], key)
        values = {
            "row": row_words(row, sheet),
            "column": self.title(column, sheet),
            "reason_zh": reason.message("zh"),
            "reason_en": reason.message("en"),
            "repair_zh": reason.repair("zh"),
            "repair_en": reason.repair("en"),
        }
        return Problem("engine.row_factor", values=values)

    def cell_problem(self, key: str, column: str, row: Row, sheet: SheetPlan) -> Problem:
        formula = sheet.formulas.get(column)
        values = {
            "row": row_words(row, sheet),
            "column": self.title(column, sheet),
            "formula": formula.doc.expression.text if formula else column,
        }
        return Problem(f"engine.{key}", values=values)

    def title(self, column: str, sheet: SheetPlan) -> str:
        if column in sheet.formulas:
            return f"{sheet.formulas[column].doc.title.zh} {column}"
        if column in sheet.inputs:
            return f"{sheet.inputs[column].doc.title.zh} {column}"
        return column


def row_words(row: Row, sheet: SheetPlan) -> str:
    """The key of a row in one phrase."""
    return " ".join(str(row[key]) for key in sheet.grain if row.get(key) not in (None, ""))


def _name_of(node: ir.Node) -> str:
    return node.name if isinstance(node, ir.Column) else "-"


def _pairs(suspects: Sequence[tuple[str, int]]) -> str:
    listed = ", ".join(f"({_text(facility)}, {year})" for facility, year in suspects)
    return f"(facility, year) IN ({listed})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


__all__ = ["Diagnosis", "Place", "row_words"]
