"""One cell of a run computed again and again with another value of a table (试算).

What does not rest on that value keeps the rows of the run; the rest is computed in Python, which
gives the same bits as every other back-end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tongjian.engine._leaf_rows import LeafRows, Row
from tongjian.engine._prepared import prepare, read_years
from tongjian.engine._python import PythonEngine
from tongjian.engine._run import RuleSetResult, Run
from tongjian.engine._tables import Key, ResolvedTables
from tongjian.problems import EngineError, Problem
from tongjian.rules import Program, SheetPlan, Value
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
        moved = _moved(program, where)
        if sheet not in moved:
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
            _rows(run, result, moved, year),
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
        engine = PythonEngine(self.program, self.replaced(Fraction(number)), "float")
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

    def replaced(self, number: Fraction) -> ResolvedTables:
        """The tables with another number at the place, in the year at hand."""
        alias, column, key = self.where
        by_year = dict(self.tables.values[alias, column])
        value: Value = by_year[self.year][key]
        by_year[self.year] = by_year[self.year] | {key: replace(value, number=number)}
        return replace(self.tables, values=self.tables.values | {(alias, column): by_year})


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


def _moved(program: Program, where: Where) -> tuple[str, ...]:
    """The sheets that read the value, or a sheet that does."""
    moved: list[str] = []
    for name, sheet in program.sheets.items():
        if _reads(sheet, where) or any(other in moved for other in sheet.others):
            moved.append(name)
    return tuple(moved)


def _reads(sheet: SheetPlan, where: Where) -> bool:
    return any(
        isinstance(part, ir.Lookup | ir.Interpolate) and (part.table, part.column) == where[:2]
        for node in sheet.nodes()
        for part in node.walk()
    )


def _rows(
    run: Run, result: RuleSetResult, moved: tuple[str, ...], year: int
) -> dict[str, list[Row]]:
    """Rows that the moved sheets read: those of the run, or read again from the records.

    A run keeps no rows of the records, and none of a year before its own.
    """
    program = result.ruleset.program
    read = {other for name in moved for other in program.sheets[name].others} - set(moved)
    records = any(program.sheets[name].is_leaf for name in (*read, *moved))
    earlier = any(part.back for name in moved for part in program.sheets[name].reads)
    if not records and not earlier:
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
