"""Finds the rows that a run could not use and says why (问题行诊断).

The SQL only counts rows without a value; the few that exist are computed again in Python, where
the branch that was taken can be followed down to the missing input or factor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.engine._interpolation import Grid
from tongjian.engine._leaf_rows import LeafRows
from tongjian.engine._ledger import is_beyond
from tongjian.engine._left_out import MISSING
from tongjian.engine._python import PythonEngine
from tongjian.engine._resolution import unscaled
from tongjian.engine._sources import place_of
from tongjian.problems import Place, Problem
from tongjian.rules import CheckPlan, CompiledRuleSet, SheetPlan, Words, own_columns
from tongjian.rules import _ir as ir

Row = dict[str, Any]
_LISTED = 500


@dataclass(slots=True)
class Diagnosis:
    """Problems of one rule set's run."""

    engine: PythonEngine
    ruleset: CompiledRuleSet
    years: tuple[int, ...]
    leaf_rows: LeafRows
    leaves: Mapping[str, Sequence[Row]] | None = None
    """Raw leaf rows, where the run already has them."""
    warned: Collection[tuple[str, int]] | None = None
    """Facilities and years with a leaf row that a warning is about; None: not known."""

    def problems(self, sheets: Mapping[str, Sequence[Row]]) -> list[Problem]:
        """Every row-level problem, then every result that could not be computed."""
        found: list[Problem] = []
        for name, rows in self.suspect_rows(sheets).items():
            found.extend(self.leaf_problems(self.engine.program.sheets[name], rows))
        for sheet in self.engine.program.sheets.values():
            if not sheet.is_leaf:
                found.extend(self.coarse_problems(sheet, sheets))
        return found

    def suspect_rows(self, sheets: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
        """Leaf rows of facilities and years with rows left out.

        And of those with warnings; all of them where it is not known which those are, or where a
        total over all plants or years lacks rows.
        """
        program = self.engine.program
        lacking = [row for rows in sheets.values() for row in rows if row[MISSING]]
        suspects = _located(lacking)
        everything = suspects is None
        if suspects is not None:
            warns = any(
                check.doc.severity == "warning"
                for one in program.sheets.values()
                if one.is_leaf
                for check in one.checks
            )
            if warns and self.warned is None:
                everything = True
            elif warns:
                suspects = sorted({*suspects, *(self.warned or ())})
        if not suspects and not everything:
            return {}
        leaves = self.leaves
        if leaves is None:
            leaves = self.leaf_rows.read(program, _pairs(None if everything else suspects))
        wanted = set(suspects or ())
        return {
            name: [
                dict(row)
                for row in rows
                if row["year"] in self.years
                and (everything or (row["facility"], row["year"]) in wanted)
            ]
            for name, rows in leaves.items()
        }

    # -- leaf sheets -------------------------------------------------------------------------

    def leaf_problems(self, sheet: SheetPlan, rows: Sequence[Row]) -> list[Problem]:
        self.engine.fill(sheet, rows)
        used = self.used_parts(sheet)
        found = [
            Problem(problem.code, _place(row), problem.values, problem.severity)
            for row in rows
            for problem in self.row_problems(sheet, row, used)
        ]
        if len(found) <= _LISTED:
            return found
        more = {"count": len(found) - _LISTED, "ruleset": self.ruleset.id, "sheet": sheet.name}
        return [*found[:_LISTED], Problem("engine.too_many_rows", values=more)]

    def used_parts(self, sheet: SheetPlan) -> list[ir.Aggregate]:
        """What coarser sheets read of this one."""
        return [
            part
            for other in self.engine.program.sheets.values()
            for part in other.aggregates
            if part.sheet == sheet.name and part.name != "count" and not part.skips
        ]

    def row_problems(
        self, sheet: SheetPlan, row: Row, used: Iterable[ir.Aggregate]
    ) -> Iterator[Problem]:
        for check in sheet.checks:
            if row["@check " + check.doc.name]:
                yield self.check_problem(check, row, sheet)
        if row["@refused"]:
            return
        yield from self.part_problems(sheet, row, used)

    def part_problems(
        self, sheet: SheetPlan, row: Row, used: Iterable[ir.Aggregate]
    ) -> Iterator[Problem]:
        """Why the row gives no value for what coarser sheets read of it; each cause once."""
        found: dict[str, Problem] = {}
        for part in used:
            value, name = self.engine.row_value(part.node, row), _name_of(part.node)
            if value is None:
                problem = self.blame(part.node, row, sheet, name)
            elif part.adds and self.is_too_large(part, row, sheet):
                problem = self.cell_problem("too_large", name, row, sheet)
            else:
                continue
            found.setdefault(problem.message("en"), problem)
        yield from found.values()

    def is_too_large(self, part: ir.Aggregate, row: Row, sheet: SheetPlan) -> bool:
        node, factor = unscaled(sheet, part)
        count = self.engine.arithmetic.integers(part.kind.unit, factor)
        return count(self.engine.row_value(node, row)) is None

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

    # -- coarser sheets ----------------------------------------------------------------------

    def coarse_problems(
        self, sheet: SheetPlan, sheets: Mapping[str, Sequence[Row]]
    ) -> Iterator[Problem]:
        used = self.used_parts(sheet)
        readers = [
            other.name
            for other in self.engine.program.sheets.values()
            if any(part.sheet == sheet.name for part in other.aggregates)
        ]
        if not any(row[MISSING] for name in readers for row in sheets[name]):
            used = []  # nobody lacks anything of this sheet
        for row in sheets[sheet.name]:
            for check in sheet.checks:
                if self.engine.row_value(check.node, row):
                    yield self.check_problem(check, row, sheet)
            for name in sheet.formulas:
                if isinstance(row[name], float) and is_beyond(row[name]):
                    yield self.cell_problem("too_large", name, row, sheet)
        for row in self.faulty_rows(sheet, sheets[sheet.name], used):
            empty = {name for name in sheet.formulas if self.is_empty(sheet, name, row)}
            for name in empty:
                node = sheet.formulas[name].node
                if self.reported_above(node, row, sheets):
                    continue
                if empty.isdisjoint(own_columns(node)):  # otherwise reported where it begins
                    yield self.blame(node, row, sheet, name)
            parts = [part for part in used if empty.isdisjoint(own_columns(part.node))]
            yield from self.part_problems(sheet, row, parts)

    def reported_above(self, node: ir.Node, row: Row, sheets: Mapping[str, Sequence[Row]]) -> bool:
        """Whether a value is lacking that the coarser sheet itself reports as lacking."""
        for part in node.walk():
            if isinstance(part, ir.Above) and row[part.name] is None:
                coarser = self.engine.program.sheets[part.sheet]
                wanted = part.key(coarser.grain, row)
                there = any(
                    tuple(one[key] for key in coarser.grain) == wanted for one in sheets[part.sheet]
                )
                if there and not coarser.formulas[part.column].doc.optional:
                    return True
        return False

    def is_empty(self, sheet: SheetPlan, name: str, row: Row) -> bool:
        return row[name] is None and not sheet.formulas[name].doc.optional

    def faulty_rows(
        self, sheet: SheetPlan, rows: Sequence[Row], used: Sequence[ir.Aggregate]
    ) -> list[Row]:
        """Rows that lack a result, or a value that a coarser sheet reads, with their aggregates."""
        found = [
            row
            for row in rows
            if any(self.is_empty(sheet, name, row) for name in sheet.formulas)
            or any(True for _ in self.part_problems(sheet, {**row, "@aggregates": {}}, used))
        ]
        if not found or "@aggregates" in found[0]:
            return found
        # SQL keeps results only: these few rows are computed again with all that they gather.
        program = self.engine.program
        alone = not program.looks_back and not program.goes_beyond_plants
        leaves = self.leaf_rows.read(program, _pairs(_located(found) if alone else None))
        again = {
            tuple(row[key] for key in sheet.grain): row
            for row in self.engine.run(leaves)[sheet.name]
        }
        return [again[tuple(row[key] for key in sheet.grain)] for row in found]

    # -- following a missing value down ------------------------------------------------------

    def blame(self, node: ir.Node, row: Row, sheet: SheetPlan, column: str) -> Problem:
        """Why `node` has no value in `row`."""
        match node:
            case ir.Aggregate(plan=ir.Node() as plan):
                return self.blame(plan, row, sheet, column)
            case ir.Aggregate():
                # What it gathers belongs to other rows; their own faults are reported there.
                return self.cell_problem("no_result", column, row, sheet)
            case ir.Required(node=ir.Column(name=name)) if name in sheet.inputs:
                return self.missing_input(name, row, sheet)
            case ir.Required(node=ir.Column(name=name)) | ir.Column(name=name) if (
                name in sheet.formulas
            ):
                return self.blame(sheet.formulas[name].node, row, sheet, name)
            case ir.Column(name=name) if name in sheet.inputs:
                default = sheet.inputs[name].default
                if default is None:
                    return self.missing_input(name, row, sheet)
                return self.blame(default, row, sheet, name)
            case ir.Lookup():
                return self.missing_factor(node, row, sheet, column)
            case ir.Interpolate():
                missing = [one for one in node.positions if self.value(one, row) is None]
                if not missing:
                    return self.outside_table(node, row, sheet, column)
                return self.blame(missing[0], row, sheet, column)
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
        doc, called = sheet.inputs[name].doc, _called(name, sheet)
        values = {
            "row": row_words(row, sheet),
            "input_zh": called.zh,
            "input_en": called.en,
            "item": f"item={doc.item}",
            "unit": doc.unit.text,
        }
        return Problem("engine.missing_input", values=values)

    def missing_factor(self, node: ir.Lookup, row: Row, sheet: SheetPlan, column: str) -> Problem:
        key = self.engine.key_of(node, row)
        reason = self.engine.tables.why_missing(node.table, node.column, row["year"], key)
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

    def outside_table(
        self, node: ir.Interpolate, row: Row, sheet: SheetPlan, column: str
    ) -> Problem:
        """Where the row would be in a table with axes, and how far the table goes."""
        table = self.engine.tables.tables[node.table]
        grid = Grid.of(node, self.engine.tables)
        called = _called(column, sheet)
        positions = [
            f"{name} {self.value(one, row):.10g} {one.kind.unit.text}"
            for name, one in zip(table.axes, node.positions, strict=True)
        ]
        spans = [
            f"{name} {float(low):g}–{float(high):g} {one.kind.unit.text}"
            for name, one, (low, high) in zip(
                table.axes, node.positions, grid.spans(), strict=False
            )
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

    def cell_problem(self, key: str, column: str, row: Row, sheet: SheetPlan) -> Problem:
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


def _place(row: Row) -> Place:
    sources = sorted(row["@source"])
    return place_of(sources[0]) if sources else Place()


def _name_of(node: ir.Node) -> str:
    return node.name if isinstance(node, ir.Column) else "-"


def _located(rows: Iterable[Row]) -> list[tuple[str, int]] | None:
    """Facility and year of each row; None if some row belongs to no single one."""
    pairs = set()
    for row in rows:
        if "facility" not in row or "year" not in row:
            return None
        pairs.add((row["facility"], row["year"]))
    return sorted(pairs)


def _pairs(suspects: Sequence[tuple[str, int]] | None) -> str:
    """A condition for the records of these facilities and years; none for all records."""
    if suspects is None:
        return ""
    listed = ", ".join(f"({_text(facility)}, {year})" for facility, year in suspects)
    return f"(facility, year) IN ({listed})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
