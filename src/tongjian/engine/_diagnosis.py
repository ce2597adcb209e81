"""Finds the rows that a run could not use and says why (问题行诊断).

The SQL only counts rows without a value; the few that exist are computed again in Python, where
the branch that was taken can be followed down to the missing input or factor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongjian.engine._blame import blame, cell_problem, row_words
from tongjian.engine._leaf_rows import LeafRows
from tongjian.engine._ledger import is_beyond
from tongjian.engine._left_out import MISSING
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
                problem = blame(self.engine, part.node, row, sheet, name)
            elif part.adds and self.is_too_large(part, row):
                problem = cell_problem("too_large", name, row, sheet)
            else:
                continue
            found.setdefault(problem.message("en"), problem)
        yield from found.values()

    def is_too_large(self, part: ir.Aggregate, row: Row) -> bool:
        node, count = self.engine.counted(part)
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
                    yield cell_problem("too_large", name, row, sheet)
        for row in self.faulty_rows(sheet, sheets[sheet.name], used):
            empty = {name for name in sheet.formulas if self.is_empty(sheet, name, row)}
            for name in empty:
                node = sheet.formulas[name].node
                if self.reported_above(node, row, sheets):
                    continue
                if empty.isdisjoint(own_columns(node)):  # otherwise reported where it begins
                    yield blame(self.engine, node, row, sheet, name)
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
