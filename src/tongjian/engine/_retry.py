"""One cell of a run computed again and again with another value of a table (试算).

What does not rest on that value keeps the rows of the run; the rest is computed in Python, which
gives the same bits as every other back-end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tongjian.engine._finished_run import RuleSetResult, Run
from tongjian.engine._leaf_rows import LeafRows, Row
from tongjian.engine._prepared import prepare, read_years
from tongjian.engine._python import PythonEngine
from tongjian.engine._tables import Key, ResolvedTables
from tongjian.problems import EngineError, Problem
from tongjian.rules import Program, SheetPlan
from tongjian.rules import _ir as ir
from tongjian.units import ONE, Unit

# Alias of the table, column, key.
Where = tuple[str, str, Key]


@dataclass(slots=True)
class Retry:
    """What is needed to compute one cell again."""

    program: Program
    tables: ResolvedTables
    sheet: str
    column: str
    key: tuple[Any, ...]
    year: int
    where: Where
    moved: tuple[str, ...]
    """The sheets that rest on the value, in the order in which they are computed."""
    engine: PythonEngine
    rows: dict[str, list[Row]]
    """Rows of the sheets that those read and that do not rest on the value."""

    @classmethod
    def of(
        cls, run: Run, result: RuleSetResult, cell: tuple[str, str], row: Row, where: Where
    ) -> Retry:
        """Raises `EngineError` where the value does not exist or the cell does not rest on it."""
        program = result.ruleset.program
        sheet, column = cell
        plan = program.sheets[sheet]
        year = row["year"] if "year" in row else max(result.years)
        _check_place(result, where, year)
        needed = _Needed(program)
        needed.cell(*cell)
        moved = _moved(program, where, needed)
        if sheet not in moved or _interpolates(program, moved, where):
            values = {"cell": f"{sheet}.{column}", "table": f"{where[0]}.{where[1]}"}
            raise EngineError(Problem("engine.seek_unmoved", values=values))
        return cls(
            program,
            result.tables,
            sheet,
            column,
            tuple(row[name] for name in plan.grain),
            year,
            where,
            moved,
            PythonEngine(program, result.tables, "float"),
            _rows(run, result, moved, year, looks_back=needed.looks_back),
        )

    @property
    def unit(self) -> Unit:
        """The unit of the table's column."""
        alias, column, _ = self.where
        return self.tables.tables[alias].columns[column].unit

    @property
    def goal_unit(self) -> Unit:
        """The unit of the cell."""
        return self.program.sheets[self.sheet].formulas[self.column].doc.unit or ONE

    @property
    def named(self) -> str:
        """The cell as it is called in messages."""
        return f"{self.sheet}.{self.column} ({', '.join(map(str, self.key))})"

    def of_column(self, row: Mapping[str, Any], name: str) -> float | None:
        """A column of the row at hand in the unit of the value; None if it cannot be that."""
        formula = self.program.sheets[self.sheet].formulas.get(name)
        unit = None if formula is None else formula.doc.unit
        if unit is None or not unit.same_dimension(self.unit) or row.get(name) is None:
            return None
        return float(row[name]) * float(unit.scale / self.unit.scale)

    def value(self, number: str) -> float | None:
        """The cell with `number`, in the unit of the table's column, in place of the value."""
        engine = self.engine
        self.put(engine, Fraction(number))
        done: dict[str, list[Row]] = dict(self.rows)
        for name in self.moved:
            plan = self.program.sheets[name]
            if plan.is_leaf:
                done[name] = [dict(row) for row in self.rows[name]]
            else:
                done[name] = engine.gather(plan, done)
            engine.fill(plan, done[name])
        grain = self.program.sheets[self.sheet].grain
        for row in done[self.sheet]:
            if tuple(row[key] for key in grain) == self.key:
                found = row[self.column]
                return None if found is None else float(found)
        return None

    def put(self, engine: PythonEngine, number: Fraction) -> None:
        """Let the functions of the engine, which look values up by year and key, find `number`."""
        alias, column, key = self.where
        scaled = number * self.tables.scales[alias, column]
        by_year = engine.numbers(alias, column)
        # Years with the same values share one mapping; the others keep theirs.
        by_year[self.year] = by_year[self.year] | {key: engine.arithmetic.constant(scaled)}


def _check_place(result: RuleSetResult, where: Where, year: int) -> None:
    alias, column, key = where
    by_year = result.tables.values.get((alias, column))
    if by_year is not None and key in by_year.get(year, {}):
        return
    if by_year is None:
        known = [f"{one}.{name}" for one, name in result.tables.values]
    else:
        known = [f"{alias}.{column} [{', '.join(one)}]" for one in by_year.get(year, {})]
    what = f"{alias}.{column} [{', '.join(key)}] {year}"
    values = {"what": what, "known": "; ".join(sorted(known)[:12]) or "-"}
    raise EngineError(Problem("engine.seek_place", values=values))


@dataclass(slots=True)
class _Needed:
    """The columns that a cell rests on (依赖), directly or through others."""

    program: Program
    cells: set[tuple[str, str]] = field(default_factory=set)
    looks_back: bool = False
    """Whether one of them is read in the row of the year before."""

    def cell(self, sheet: str, column: str) -> None:
        plan = self.program.sheets[sheet]
        if (sheet, column) in self.cells:
            return
        self.cells.add((sheet, column))
        if column in plan.formulas:
            self.node(plan.formulas[column].node, sheet)

    def node(self, node: ir.Node, sheet: str) -> None:
        match node:
            case ir.Aggregate(plan=ir.Node() as plan):
                self.node(plan, sheet)
            case ir.Aggregate(sheet=finer, node=inner):
                self.node(inner, finer)
            case ir.Above(sheet=above, column=column, back=back):
                self.looks_back = self.looks_back or back > 0
                self.cell(above, column)
            case ir.Column(name=name):
                self.cell(sheet, name)
            case _:
                for child in node.children():
                    self.node(child, sheet)

    @property
    def sheets(self) -> set[str]:
        return {sheet for sheet, _ in self.cells}


def _moved(program: Program, where: Where, needed: _Needed) -> tuple[str, ...]:
    """The sheets that the cell rests on and that read the value, or a sheet that does."""
    moved: list[str] = []
    for name, sheet in program.sheets.items():
        reads = _reads(sheet, where) or any(other in moved for other in sheet.others)
        if name in needed.sheets and reads:
            moved.append(name)
    return tuple(moved)


def _interpolates(program: Program, moved: tuple[str, ...], where: Where) -> bool:
    """Whether the value is a corner between which formulas interpolate: that is not tried."""
    nodes = (
        part for name in moved for node in program.sheets[name].nodes() for part in node.walk()
    )
    return any(isinstance(part, ir.Interpolate) and part.table == where[0] for part in nodes)


def _reads(sheet: SheetPlan, where: Where) -> bool:
    return any(
        isinstance(part, ir.Lookup) and (part.table, part.column) == where[:2]
        for node in sheet.nodes()
        for part in node.walk()
    )


def _rows(
    run: Run, result: RuleSetResult, moved: tuple[str, ...], year: int, *, looks_back: bool
) -> dict[str, list[Row]]:
    """Rows that the moved sheets read: those of the run, or read again from the records.

    A run keeps no rows of the records, and none of a year before its own.
    """
    program = result.ruleset.program
    read = {other for name in moved for other in program.sheets[name].others} - set(moved)
    records = any(program.sheets[name].is_leaf for name in (*read, *moved))
    if not records and not looks_back:
        # Rows that SQL has computed do not say that no check refuses them.
        return {
            name: [
                {"@refused": False, **row}
                for row in result.sheets.get(name, ())
                if row.get("year", year) == year
            ]
            for name in read
        }
    years = read_years(result.ruleset, [year])
    _, engine = prepare(
        run.rulebook, result.ruleset, read_years(result.ruleset, result.years), run.binds
    )
    inside = [
        name
        for name, row in run.facilities.items()
        if row["sector"] in result.ruleset.doc.sectors
        or any(one.get("facility") == name for rows in result.sheets.values() for one in rows)
    ]
    with run.snapshot.borrow() as connection:
        reader = LeafRows(connection, run.snapshot.sources(), run.facilities)
        listed = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(inside))
        where = f"year IN ({', '.join(map(str, years))}) AND facility IN ({listed or 'NULL'})"
        leaves = reader.read(program, where)
    sheets = engine.run(leaves)
    return {
        name: leaves.get(name, []) if name in moved else sheets[name]
        for name in {*read, *(one for one in moved if program.sheets[one].is_leaf)}
    }


__all__ = ["Retry", "Where"]
